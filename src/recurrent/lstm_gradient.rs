//! The gradient of a step of an LSTM.

use super::{
    functions::{BLOCK, Functions, add, add_products},
    lstm::{Coupling, LstmCell},
    lstm_gates::Gates,
};
use crate::{
    at::At,
    check::or_panic,
    isa::Isa,
    map::{multiply, zero_beyond},
    ops::{Sigmoid, Tanh, table::levels::BackwardAt},
    shape_error::ShapeError,
    tier::Tier,
};

/// What a step had, and the gradients of what came out: c and the gates, dh' and dc'.
#[derive(Clone, Copy)]
struct Given<'a> {
    gates: &'a [f32],
    cell: &'a [f32],
    d_hidden: &'a [f32],
}

impl Functions {
    /// `dx[i] *= f'(x[i])`, where x is limited, and f is the sigmoid or tanh.
    fn backward(self, op: impl BackwardAt, x: &[f32], dx: &mut [f32]) {
        let mut limited = [0.0; BLOCK];
        let limited = &mut limited[..x.len()];
        limited.copy_from_slice(x);
        self.limit(limited);
        op.backward_at(self.isa, limited, None, dx);
        if self.clip < f32::INFINITY {
            zero_beyond(self.isa, [-self.clip, self.clip], x, dx);
        }
    }
}

fn run(
    of: &LstmCell<'_>,
    isa: Isa,
    Given { gates, cell, d_hidden }: Given<'_>,
    d_cell: &mut [f32],
    d_gates: &mut [f32],
    hidden_size: usize,
) -> Result<(), ShapeError> {
    let states = [("cell", cell.len()), ("d_hidden", d_hidden.len()), ("d_cell", d_cell.len())];
    let of_gates = [("gates", gates.len()), ("d_gates", d_gates.len())];
    of.check(hidden_size, &of_gates, &states)?;
    let mut values = Gates::new();
    let size = hidden_size.max(1);
    let rows = gates.chunks_exact(4 * size).zip(d_gates.chunks_exact_mut(4 * size));
    let states = cell.chunks_exact(size).zip(d_hidden.chunks_exact(size));
    let states = states.zip(d_cell.chunks_exact_mut(size));
    for ((row, d_row), ((cell, d_hidden), d_cell)) in rows.zip(states) {
        for start in (0..hidden_size).step_by(BLOCK) {
            let len = (hidden_size - start).min(BLOCK);
            let sums = of.gates(row, hidden_size, start, len);
            let weights = of.weights(hidden_size, start, len);
            let part = start..start + len;
            let (cell, d_hidden) = (&cell[part.clone()], &d_hidden[part.clone()]);
            let functions = of.functions(isa, Tier::Default);
            values.compute(of, functions, sums, weights, cell);
            let gradients = Block { of, functions, values: &values, sums, weights, cell, d_hidden };
            let results = gradients.compute(&mut d_cell[part]);
            for (result, start_of) in results.iter().zip(of.starts(hidden_size)) {
                d_row[start_of + start..][..len].copy_from_slice(&result[..len]);
            }
        }
    }
    Ok(())
}

struct Block<'a, 'c> {
    of: &'a LstmCell<'c>,
    functions: Functions,
    values: &'a Gates,
    sums: [&'a [f32]; 4],
    weights: [&'a [f32]; 3],
    cell: &'a [f32],
    d_hidden: &'a [f32],
}

impl Block<'_, '_> {
    /// Returns the gradients of the sums of i, o, f and c. `d_cell` is that of c' before, and that
    /// of c afterwards.
    fn compute(&self, d_cell: &mut [f32]) -> [[f32; BLOCK]; 4] {
        let Self { of, functions, values, sums, weights, cell, d_hidden } = *self;
        let (isa, len) = (functions.isa, cell.len());
        let [a_i, a_o, a_f, a_c] = sums;
        let [p_i, p_o, p_f] = weights;
        let mut results = [[0.0; BLOCK]; 4];
        let [d_i, d_o, d_f, d_c] = results.each_mut().map(|result| &mut result[..len]);
        // The argument of a gate, with what the peephole adds.
        let argument = |sums: &[f32], weights: &[f32], memory: &[f32], x: &mut [f32]| {
            x.copy_from_slice(sums);
            add_products(weights, memory, x);
        };
        let mut x = [0.0; BLOCK];
        let x = &mut x[..len];

        d_o.copy_from_slice(d_hidden);
        multiply(isa, &values.squashed[..len], d_o);
        argument(a_o, p_o, &values.cell[..len], x);
        functions.backward(Sigmoid, x, d_o);

        // Of c': by way of h', of the output gate, and of what comes later.
        let mut by_hidden = [0.0; BLOCK];
        let by_hidden = &mut by_hidden[..len];
        by_hidden.copy_from_slice(d_hidden);
        multiply(isa, &values.output[..len], by_hidden);
        functions.backward(Tanh, &values.cell[..len], by_hidden);
        add(by_hidden, d_cell);
        add_products(p_o, d_o, d_cell);

        d_c.copy_from_slice(d_cell);
        multiply(isa, &values.input[..len], d_c);
        functions.backward(Tanh, a_c, d_c);

        match of.coupling {
            None => {
                d_i.copy_from_slice(d_cell);
                multiply(isa, &values.candidate[..len], d_i);
                d_f.copy_from_slice(d_cell);
                multiply(isa, cell, d_f);
            }
            Some(coupling) => {
                // c' is c + i (g - c), or g + f (c - g).
                let (first, second, d) = if coupling == Coupling::ForgetFromInput {
                    (&values.candidate[..len], cell, &mut *d_i)
                } else {
                    (cell, &values.candidate[..len], &mut *d_f)
                };
                for ((d, d_cell), (a, b)) in
                    d.iter_mut().zip(&*d_cell).zip(first.iter().zip(second))
                {
                    *d = d_cell * (a - b);
                }
            }
        }
        if of.coupling != Some(Coupling::InputFromForget) {
            argument(a_i, p_i, cell, x);
            functions.backward(Sigmoid, x, d_i);
        }
        if of.coupling != Some(Coupling::ForgetFromInput) {
            argument(a_f, p_f, cell, x);
            functions.backward(Sigmoid, x, d_f);
        }

        multiply(isa, &values.forget[..len], d_cell);
        add_products(p_i, d_i, d_cell);
        add_products(p_f, d_f, d_cell);
        results
    }
}

macro_rules! gradients { ($($Cell:ty: |$this:ident| $isa:expr, $cell:expr;)*) => {$(
    impl $Cell {
        /// The gradients of a step, from the `gates` and the memory `cell` that it had. `d_hidden`
        /// is the gradient of h'. `d_cell` is that of c' and becomes that of c. `d_gates` has the
        /// layout of the gates; those of a gate that is not computed are 0.
        ///
        /// The functions are those of the default tier.
        ///
        /// # Panics
        ///
        /// If the lengths do not fit; nothing is written then.
        #[track_caller]
        pub fn backward(
            &self,
            gates: &[f32],
            cell: &[f32],
            d_hidden: &[f32],
            d_cell: &mut [f32],
            d_gates: &mut [f32],
            hidden_size: usize,
        ) {
            or_panic(self.try_backward(gates, cell, d_hidden, d_cell, d_gates, hidden_size));
        }

        /// As [`backward`](Self::backward).
        ///
        /// # Errors
        ///
        /// Where that panics.
        pub fn try_backward(
            &self,
            gates: &[f32],
            cell: &[f32],
            d_hidden: &[f32],
            d_cell: &mut [f32],
            d_gates: &mut [f32],
            hidden_size: usize,
        ) -> Result<(), ShapeError> {
            let $this = self;
            run($cell, $isa, Given { gates, cell, d_hidden }, d_cell, d_gates, hidden_size)
        }
    }
)*}; }

gradients! {
    LstmCell<'_>: |this| Isa::active(), this;
    At<LstmCell<'_>>: |this| this.isa(), &this.operation;
}
