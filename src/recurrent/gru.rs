use super::functions::{BLOCK, Functions, add, add_products, one_less};
use crate::{
    check::{equal_lengths, whole_rows},
    isa::Isa,
    map::multiply,
    shape_error::{Mismatch, ShapeError},
    tier::Tier,
};

/// The order of the three gates of a [`GruCell`]: z the update gate, r the reset gate, n the new
/// state, which ONNX calls h.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum GruOrder {
    /// z, r, n: ONNX and Keras.
    Zrn,
    /// r, z, n: PyTorch and cuDNN.
    Rzn,
}

/// A step of a gated recurrent unit.
///
/// From the sums a = W x + b of the input, the sums s of the state, and the state h:
///
/// ```text
/// z = sigmoid(a_z + s_z)    r = sigmoid(a_r + s_r)
/// n = tanh(a_n + r s_n)
/// h' = (1 − z) n + z h
/// ```
///
/// With s = R h + c this is [`step`](Self::step): ONNX's `linear_before_reset = 1`, PyTorch, cuDNN.
/// Where the reset gate comes before the product with the state, s_n = R (r h) + c needs r first:
/// [`reset`](Self::reset) gives r h, and [`update`](Self::update) does the rest.
///
/// Each function has the error of its tier, and each product and sum is rounded.
///
/// ```
/// use activations::{GruCell, GruOrder};
///
/// let (input, recurrent) = ([0.0, 0.0, 1.0], [0.0, 0.0, -2.0_f32]); // r, z, n of one element
/// let mut hidden = [0.5];
/// GruCell::new(GruOrder::Rzn).step(&input, &recurrent, &mut hidden, 1);
/// assert_eq!(hidden, [0.25]);
/// ```
///
/// In the tiers, `Fast(cell)` and `Exact(cell)`, the functions are those of that tier.
///
/// Definition: `GRU` of ONNX, `torch.nn.GRUCell`; Cho et al., "Learning phrase representations
/// using RNN encoder-decoder for statistical machine translation" (2014).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GruCell {
    order: GruOrder,
    clip: f32,
}

/// The sums of a batch.
#[derive(Clone, Copy)]
pub(super) struct Sums<'a> {
    /// `[batch, 3 h]`
    pub(super) input: &'a [f32],
    /// `[batch, 3 h]`, or `[batch, 2 h]` if the new state has sums of its own.
    pub(super) recurrent: &'a [f32],
    /// `[batch, h]`, of the new state.
    pub(super) candidate: Option<&'a [f32]>,
}

/// Those of z, r and n for the columns of a block. There may be none of n for the state.
#[derive(Clone, Copy)]
pub(super) struct BlockSums<'a> {
    pub(super) input: [&'a [f32]; 3],
    pub(super) recurrent: [&'a [f32]; 3],
}

/// The values of a block, on the stack.
pub(super) struct Values {
    pub(super) update: [f32; BLOCK],
    pub(super) reset: [f32; BLOCK],
    pub(super) new: [f32; BLOCK],
    /// a_n + r s_n
    pub(super) argument: [f32; BLOCK],
}

impl GruCell {
    /// A cell whose gates come in this order.
    #[must_use]
    pub const fn new(order: GruOrder) -> Self {
        Self { order, clip: f32::INFINITY }
    }

    /// Limits the arguments of all functions to ±`clip`: the attribute `clip` of ONNX.
    #[must_use]
    pub const fn clip(mut self, clip: f32) -> Self {
        self.clip = clip;
        self
    }

    pub(super) const fn functions(self, isa: Isa, tier: Tier) -> Functions {
        Functions { isa, tier, clip: self.clip }
    }

    /// The places of z, r and n.
    pub(super) const fn places(self) -> [usize; 3] {
        match self.order {
            GruOrder::Zrn => [0, 1, 2],
            GruOrder::Rzn => [1, 0, 2],
        }
    }

    pub(super) fn check(
        hidden_size: usize,
        sums: Sums<'_>,
        states: &[(&'static str, usize)],
    ) -> Result<(), ShapeError> {
        let (state, len) = states[0];
        whole_rows(state, len, hidden_size)?;
        for &(name, other_len) in states {
            equal_lengths(state, len, name, other_len)?;
        }
        let Sums { input, recurrent, candidate } = sums;
        let count = if candidate.is_some() { 2 } else { 3 };
        for (name, gates, count) in
            [("input", input.len(), 3), ("recurrent", recurrent.len(), count)]
        {
            if len.checked_mul(count) != Some(gates) {
                return Err(Mismatch::Gates { name, len: gates, count, state, of: len }.into());
            }
        }
        candidate.map_or(Ok(()), |sums| equal_lengths(state, len, "candidate", sums.len()))
    }

    /// The sums of a row for the columns of a block.
    pub(super) fn of_block<'a>(
        self,
        sums: Sums<'a>,
        row: usize,
        hidden_size: usize,
        start: usize,
        len: usize,
    ) -> BlockSums<'a> {
        let [z, r, n] = self.places();
        let of = |sums: &'a [f32], count: usize, place: usize| {
            &sums[(row * count + place) * hidden_size + start..][..len]
        };
        let input = [z, r, n].map(|place| of(sums.input, 3, place));
        let recurrent = match sums.candidate {
            None => [z, r, n].map(|place| of(sums.recurrent, 3, place)),
            Some(new) => [of(sums.recurrent, 2, z), of(sums.recurrent, 2, r), of(new, 1, 0)],
        };
        BlockSums { input, recurrent }
    }

    /// Computes h r.
    pub(super) fn run_reset(
        self,
        (isa, tier): (Isa, Tier),
        sums: Sums<'_>,
        hidden: &[f32],
        dst: &mut [f32],
        hidden_size: usize,
    ) -> Result<(), ShapeError> {
        // The sums of the new state are not there yet.
        let none = Sums { candidate: Some(hidden), ..sums };
        Self::check(hidden_size, none, &[("hidden", hidden.len()), ("dst", dst.len())])?;
        let size = hidden_size.max(1);
        let rows = hidden.chunks_exact(size).zip(dst.chunks_exact_mut(size));
        for (row, (hidden, dst)) in rows.enumerate() {
            for (index, (hidden, dst)) in
                hidden.chunks(BLOCK).zip(dst.chunks_mut(BLOCK)).enumerate()
            {
                let of = self.of_block(none, row, hidden_size, index * BLOCK, dst.len());
                gate(self.functions(isa, tier), of.input[1], of.recurrent[1], dst);
                multiply(isa, hidden, dst);
            }
        }
        Ok(())
    }

    pub(super) fn run(
        self,
        (isa, tier): (Isa, Tier),
        sums: Sums<'_>,
        hidden: &mut [f32],
        hidden_size: usize,
    ) -> Result<(), ShapeError> {
        Self::check(hidden_size, sums, &[("hidden", hidden.len())])?;
        let mut values = Values::new();
        for (row, hidden) in hidden.chunks_exact_mut(hidden_size.max(1)).enumerate() {
            for (index, hidden) in hidden.chunks_mut(BLOCK).enumerate() {
                let len = hidden.len();
                let of = self.of_block(sums, row, hidden_size, index * BLOCK, len);
                values.compute(self.functions(isa, tier), of, sums.candidate.is_some());
                let Values { update, reset: rest, new, .. } = &mut values;
                one_less(&update[..len], &mut rest[..len]);
                multiply(isa, &update[..len], hidden);
                add_products(&rest[..len], &new[..len], hidden);
            }
        }
        Ok(())
    }
}

/// `dst[i] = sigmoid(a[i] + s[i])`
fn gate(functions: Functions, a: &[f32], s: &[f32], dst: &mut [f32]) {
    dst.copy_from_slice(a);
    add(s, dst);
    functions.limit(dst);
    functions.sigmoid(dst);
}

impl Values {
    pub(super) const fn new() -> Self {
        let zeros = [0.0; BLOCK];
        Self { update: zeros, reset: zeros, new: zeros, argument: zeros }
    }

    /// `is_reset` tells that the sums of the new state have r already.
    pub(super) fn compute(&mut self, functions: Functions, of: BlockSums<'_>, is_reset: bool) {
        let len = of.input[0].len();
        let Self { update, reset, new, argument } = self;
        let [update, reset, new, argument] =
            [update, reset, new, argument].map(|values| &mut values[..len]);
        gate(functions, of.input[0], of.recurrent[0], update);
        argument.copy_from_slice(of.input[2]);
        if is_reset {
            add(of.recurrent[2], argument);
        } else {
            gate(functions, of.input[1], of.recurrent[1], reset);
            add_products(reset, of.recurrent[2], argument);
        }
        new.copy_from_slice(argument);
        functions.limit(new);
        functions.tanh(new);
    }
}
