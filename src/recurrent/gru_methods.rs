//! The methods of a GRU in each tier, at each level, and the gradient of its step.

use super::{
    functions::{BLOCK, Functions, add},
    gru::{GruCell, Sums, Values},
};
use crate::{
    at::At,
    check::{equal_lengths, or_panic},
    isa::Isa,
    map::{multiply, zero_beyond},
    ops::{Sigmoid, Tanh, table::levels::BackwardAt},
    shape_error::ShapeError,
    tier::{Exact, Fast, Tier},
};

/// `dx[i] *= f'(x[i])`, where x is limited and f is the sigmoid or tanh.
fn backward_of(functions: Functions, op: impl BackwardAt, x: &mut [f32], dx: &mut [f32]) {
    if functions.clip < f32::INFINITY {
        zero_beyond(functions.isa, [-functions.clip, functions.clip], x, dx);
    }
    functions.limit(x);
    op.backward_at(functions.isa, x, None, dx);
}

fn run_backward(
    of: GruCell,
    isa: Isa,
    sums: Sums<'_>,
    hidden: &[f32],
    d_hidden: &mut [f32],
    [d_input, d_recurrent]: [&mut [f32]; 2],
    hidden_size: usize,
) -> Result<(), ShapeError> {
    GruCell::check(hidden_size, sums, &[("hidden", hidden.len()), ("d_hidden", d_hidden.len())])?;
    equal_lengths("input", sums.input.len(), "d_input", d_input.len())?;
    equal_lengths("recurrent", sums.recurrent.len(), "d_recurrent", d_recurrent.len())?;
    let functions = of.functions(isa, Tier::Default);
    let mut values = Values::new();
    let size = hidden_size.max(1);
    let rows = hidden.chunks_exact(size).zip(d_hidden.chunks_exact_mut(size));
    for (row, (hidden, d_hidden)) in rows.enumerate() {
        let blocks = hidden.chunks(BLOCK).zip(d_hidden.chunks_mut(BLOCK));
        for (index, (hidden, d_hidden)) in blocks.enumerate() {
            let (start, len) = (index * BLOCK, hidden.len());
            let block = of.of_block(sums, row, hidden_size, start, len);
            values.compute(functions, block, false);
            let Values { update, reset, new, argument } = &mut values;
            let [update, reset, new, argument] =
                [update, reset, new, argument].map(|values| &mut values[..len]);
            let mut buffers = [[0.0; BLOCK]; 5];
            let [d_z, d_r, d_n, d_s, x] = buffers.each_mut().map(|buffer| &mut buffer[..len]);
            for i in 0..len {
                d_z[i] = d_hidden[i] * (hidden[i] - new[i]);
                d_n[i] = d_hidden[i] * (1.0 - update[i]);
            }
            backward_of(functions, Tanh, argument, d_n);
            d_s.copy_from_slice(d_n);
            multiply(isa, reset, d_s);
            d_r.copy_from_slice(d_n);
            multiply(isa, block.recurrent[2], d_r);
            for (gate, dx) in [&mut *d_z, &mut *d_r].into_iter().enumerate() {
                x.copy_from_slice(block.input[gate]);
                add(block.recurrent[gate], x);
                backward_of(functions, Sigmoid, x, dx);
            }
            multiply(isa, update, d_hidden);
            let places = of.places().map(|place| (row * 3 + place) * hidden_size + start);
            for ((place, of_input), of_state) in
                places.into_iter().zip([&*d_z, d_r, d_n]).zip([&*d_z, d_r, d_s])
            {
                d_input[place..][..len].copy_from_slice(of_input);
                d_recurrent[place..][..len].copy_from_slice(of_state);
            }
        }
    }
    Ok(())
}

macro_rules! steps { ($($Cell:ty: |$this:ident| $isa:expr, $tier:ident, $cell:expr;)*) => {$(
    impl $Cell {
        /// Replaces the state h by h'. `input` and `recurrent` are `[batch, 3 · hidden_size]`,
        /// `hidden` is `[batch, hidden_size]`.
        ///
        /// # Panics
        ///
        /// If the lengths do not fit; nothing is written then.
        #[track_caller]
        pub fn step(
            &self,
            input: &[f32],
            recurrent: &[f32],
            hidden: &mut [f32],
            hidden_size: usize,
        ) {
            or_panic(self.try_step(input, recurrent, hidden, hidden_size));
        }

        /// As [`step`](Self::step).
        ///
        /// # Errors
        ///
        /// Where that panics.
        pub fn try_step(
            &self,
            input: &[f32],
            recurrent: &[f32],
            hidden: &mut [f32],
            hidden_size: usize,
        ) -> Result<(), ShapeError> {
            let $this = self;
            let sums = Sums { input, recurrent, candidate: None };
            $cell.run(($isa, Tier::$tier), sums, hidden, hidden_size)
        }

        /// Writes r h to `dst`, for a product with the state that the reset gate comes before.
        /// `recurrent` has the sums of z and r alone, in the order of the cell: it is
        /// `[batch, 2 · hidden_size]`.
        ///
        /// # Panics
        ///
        /// If the lengths do not fit; nothing is written then.
        #[track_caller]
        pub fn reset(
            &self,
            input: &[f32],
            recurrent: &[f32],
            hidden: &[f32],
            dst: &mut [f32],
            hidden_size: usize,
        ) {
            let $this = self;
            let sums = Sums { input, recurrent, candidate: None };
            or_panic($cell.run_reset(($isa, Tier::$tier), sums, hidden, dst, hidden_size));
        }

        /// Replaces the state h by h', after [`reset`](Self::reset): `candidate` is the product of
        /// R with r h, and the bias, and is `[batch, hidden_size]`.
        ///
        /// # Panics
        ///
        /// If the lengths do not fit; nothing is written then.
        #[track_caller]
        pub fn update(
            &self,
            input: &[f32],
            recurrent: &[f32],
            candidate: &[f32],
            hidden: &mut [f32],
            hidden_size: usize,
        ) {
            let $this = self;
            let sums = Sums { input, recurrent, candidate: Some(candidate) };
            or_panic($cell.run(($isa, Tier::$tier), sums, hidden, hidden_size));
        }
    }
)*}; }

steps! {
    GruCell: |this| Isa::active(), Default, this;
    Fast<GruCell>: |this| Isa::active(), Fast, this.0;
    Exact<GruCell>: |this| Isa::active(), Exact, this.0;
    At<GruCell>: |this| this.isa(), Default, this.operation;
    At<Fast<GruCell>>: |this| this.isa(), Fast, this.operation.0;
    At<Exact<GruCell>>: |this| this.isa(), Exact, this.operation.0;
}

macro_rules! gradients { ($($Cell:ty: |$this:ident| $isa:expr, $cell:expr;)*) => {$(
    impl $Cell {
        /// The gradients of [`step`](Self::step), from the sums and the state `hidden` that it had.
        /// `d_hidden` is the gradient of h' and becomes that of h, without what comes by way of the
        /// sums; `d_input` and `d_recurrent` are those of the sums.
        ///
        /// The functions are those of the default tier.
        ///
        /// # Panics
        ///
        /// If the lengths do not fit; nothing is written then.
        #[expect(clippy::too_many_arguments, reason = "each is a tensor of the step")]
        #[track_caller]
        pub fn backward(
            &self,
            input: &[f32],
            recurrent: &[f32],
            hidden: &[f32],
            d_hidden: &mut [f32],
            d_input: &mut [f32],
            d_recurrent: &mut [f32],
            hidden_size: usize,
        ) {
            let $this = self;
            let sums = Sums { input, recurrent, candidate: None };
            let results = [d_input, d_recurrent];
            or_panic(run_backward($cell, $isa, sums, hidden, d_hidden, results, hidden_size));
        }
    }
)*}; }

gradients! {
    GruCell: |this| Isa::active(), *this;
    At<GruCell>: |this| this.isa(), this.operation;
}
