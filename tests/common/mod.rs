//! Every kernel of the operation table as one kind of call, so that a test covers a new operation
//! by its table line.
#![allow(dead_code)] // each test file uses its part

#[cfg(not(any(target_family = "wasm", miri)))]
pub(crate) mod child;
pub(crate) mod ulp;

use activations::{
    Isa,
    table::{Backward, OPERATIONS, Operation, Tier},
};

/// The levels of this machine, no higher than the active one, so that `ACTIVATIONS_MAX_ISA` limits
/// the tests too.
pub(crate) fn isas() -> impl Iterator<Item = Isa> {
    Isa::available().filter(|&isa| isa <= Isa::active())
}

/// A kernel, the level it runs at, and the way it is called.
#[derive(Clone, Copy)]
pub(crate) struct Call {
    pub(crate) operation: &'static Operation,
    pub(crate) isa: Isa,
    pub(crate) form: Form,
}

#[derive(Clone, Copy)]
pub(crate) enum Form {
    InPlace(&'static Tier),
    Into(&'static Tier),
    Gradient(&'static Backward),
}

/// Every call that this machine can make.
pub(crate) fn calls() -> impl Iterator<Item = Call> {
    isas().flat_map(|isa| {
        OPERATIONS.iter().flat_map(move |operation| {
            let tiers =
                operation.tiers.iter().flat_map(|tier| [Form::InPlace(tier), Form::Into(tier)]);
            let forms = tiers.chain([Form::Gradient(&operation.backward)]);
            forms.map(move |form| Call { operation, isa, form })
        })
    })
}

/// The calls of forward kernels, each kernel in one form.
pub(crate) fn forward() -> impl Iterator<Item = (Call, &'static Tier)> {
    calls().filter_map(|call| match call.form {
        Form::Into(tier) => Some((call, tier)),
        _ => None,
    })
}

/// The calls of gradients.
pub(crate) fn gradients() -> impl Iterator<Item = (Call, &'static Backward)> {
    calls().filter_map(|call| match call.form {
        Form::Gradient(backward) => Some((call, backward)),
        _ => None,
    })
}

impl Call {
    /// The images of `x`; only gradients read `dy`.
    pub(crate) fn run(&self, x: &[f32], dy: &[f32], out: &mut [f32]) {
        match self.form {
            Form::InPlace(tier) => {
                out.copy_from_slice(x);
                (tier.apply)(self.isa, out);
            }
            Form::Into(tier) => (tier.apply_into)(self.isa, x, out),
            Form::Gradient(backward) => (backward.backward)(self.isa, x, dy, out),
        }
    }

    /// The image of `x` in an array of nothing else; in place, where there is the choice.
    pub(crate) fn alone(&self, x: f32, dy: f32) -> f32 {
        let mut out = [x];
        match self.form {
            Form::InPlace(tier) | Form::Into(tier) => (tier.apply)(self.isa, &mut out),
            Form::Gradient(backward) => (backward.backward)(self.isa, &[x], &[dy], &mut out),
        }
        out[0]
    }

    /// [`Self::run`] into a new vector, with gradients of 1.
    pub(crate) fn images(&self, x: &[f32]) -> Vec<f32> {
        let mut out = vec![0.0; x.len()];
        self.run(x, &vec![1.0; x.len()], &mut out);
        out
    }
}

impl std::fmt::Display for Call {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (kernel, form) = match self.form {
            Form::InPlace(tier) => (tier.name, "in place"),
            Form::Into(tier) => (tier.name, "out of place"),
            Form::Gradient(_) => ("gradient", "out of place"),
        };
        write!(f, "{} {kernel} {form} at {}", self.operation.name, self.isa)
    }
}

/// Whether the results are the same bits. Which quiet NaN it is does not count.
#[inline]
pub(crate) fn same(a: f32, b: f32) -> bool {
    a.to_bits() == b.to_bits() || is_quiet_nan(a) && is_quiet_nan(b)
}

#[inline]
pub(crate) fn is_quiet_nan(x: f32) -> bool {
    x.is_nan() && x.to_bits() & 0x0040_0000 != 0
}

/// Quiet and signalling NaNs of both signs, with the payloads at the ends of their ranges and one
/// between.
pub(crate) fn nans() -> impl Iterator<Item = f32> {
    let positive = [0x7fc0_0000, 0x7fc1_2345, 0x7fff_ffff, 0x7f80_0001, 0x7fa0_0000, 0x7fbf_ffff];
    positive.into_iter().flat_map(|bits| [bits, bits | 0x8000_0000]).map(f32::from_bits)
}

/// The `i`th of 2^32 different inputs, of which any run is spread evenly over all bit patterns.
pub(crate) fn spread(i: u32) -> f32 {
    f32::from_bits(i.wrapping_mul(0x9e37_79b1))
}
