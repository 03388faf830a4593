//! Every line of the table of functions that take more than numbers, at every level.

use crate::{families::Numbers, isas};
use activations::{
    Isa,
    table::{OTHER_OPERATIONS, OtherCall, OtherOperation},
};

/// A call of a function of more than numbers, and the level it runs at.
#[derive(Clone, Copy)]
pub struct Other {
    /// The operation that the call belongs to.
    pub operation: &'static OtherOperation,
    /// What is computed of the operation.
    pub call: &'static OtherCall,
    /// The level that the call runs at.
    pub isa: Isa,
}

/// Every such call that this machine can make.
pub fn others() -> impl Iterator<Item = Other> {
    isas().flat_map(|isa| {
        OTHER_OPERATIONS.iter().flat_map(move |operation| {
            operation.calls.iter().map(move |call| Other { operation, call, isa })
        })
    })
}

impl Other {
    /// Returns at most `n` numbers for each of the inputs: ordinary ones, or special values too.
    pub fn inputs(&self, n: usize, with_special: bool) -> Vec<f32> {
        const SPECIAL: [f32; 8] =
            [0.0, -0.0, f32::NEG_INFINITY, 1e-40, -1e-45, f32::MIN, f32::NAN, f32::INFINITY];
        let n = n / self.call.unit * self.call.unit;
        let mut numbers = Numbers::new(11);
        let number = |i: usize| {
            let number = (4.0 * numbers.normal()) as f32;
            if with_special && i % 7 == 3 { SPECIAL[i / 7 % SPECIAL.len()] } else { number }
        };
        (0..n * self.call.inputs).map(number).collect()
    }

    /// Returns the results for inputs that stand one after the other.
    pub fn images(&self, src: &[f32]) -> Vec<f32> {
        let mut dst = vec![7.0; self.results(src)];
        (self.call.run)(self.isa, src, &mut dst);
        dst
    }

    /// Returns how many results there are for these inputs.
    pub fn results(&self, src: &[f32]) -> usize {
        (self.call.results)(src.len() / self.call.inputs)
    }

    /// Returns the inputs of a part of what `src` has inputs for.
    pub fn part(&self, src: &[f32], range: &std::ops::Range<usize>) -> Vec<f32> {
        let n = src.len() / self.call.inputs;
        (0..self.call.inputs).flat_map(|i| &src[i * n..][range.clone()]).copied().collect()
    }
}

impl std::fmt::Display for Other {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {} at {}", self.operation.name, self.call.name, self.isa)
    }
}
