//! The values of a block of an LSTM.

use super::{
    functions::{BLOCK, Functions, add_products, one_less},
    lstm::{Coupling, LstmCell},
};
use crate::map::multiply;

/// The values of a block, on the stack.
pub(super) struct Gates {
    pub(super) input: [f32; BLOCK],
    pub(super) output: [f32; BLOCK],
    pub(super) forget: [f32; BLOCK],
    /// tanh(a_c)
    pub(super) candidate: [f32; BLOCK],
    /// c'
    pub(super) cell: [f32; BLOCK],
    /// tanh(c')
    pub(super) squashed: [f32; BLOCK],
}

impl Gates {
    pub(super) const fn new() -> Self {
        let zeros = [0.0; BLOCK];
        Self {
            input: zeros,
            output: zeros,
            forget: zeros,
            candidate: zeros,
            cell: zeros,
            squashed: zeros,
        }
    }

    /// Computes everything from the sums of i, o, f and c, the weights of i, o and f if there are
    /// any, and the memory.
    pub(super) fn compute(
        &mut self,
        of: &LstmCell<'_>,
        functions: Functions,
        [a_i, a_o, a_f, a_c]: [&[f32]; 4],
        [p_i, p_o, p_f]: [&[f32]; 3],
        cell: &[f32],
    ) {
        let len = cell.len();
        let Self { input, output, forget, candidate, cell: new, squashed } = self;
        let [input, output, forget] = [input, output, forget].map(|values| &mut values[..len]);
        let [candidate, new, squashed] =
            [candidate, new, squashed].map(|values| &mut values[..len]);
        let gate = |sums: &[f32], weights: &[f32], memory: &[f32], values: &mut [f32]| {
            values.copy_from_slice(sums);
            add_products(weights, memory, values);
            functions.limit(values);
            functions.sigmoid(values);
        };
        if of.coupling != Some(Coupling::InputFromForget) {
            gate(a_i, p_i, cell, input);
        }
        match of.coupling {
            Some(Coupling::ForgetFromInput) => one_less(input, forget),
            coupling => {
                gate(a_f, p_f, cell, forget);
                if coupling.is_some() {
                    one_less(forget, input);
                }
            }
        }
        candidate.copy_from_slice(a_c);
        functions.limit(candidate);
        functions.tanh(candidate);

        new.copy_from_slice(cell);
        multiply(functions.isa, forget, new);
        add_products(input, candidate, new);
        gate(a_o, p_o, new, output);
        squashed.copy_from_slice(new);
        functions.limit(squashed);
        functions.tanh(squashed);
    }
}
