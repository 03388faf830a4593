//! What the steps of a block are made of.

use crate::{
    isa::Isa,
    ops::{Clip, Sigmoid, Tanh, table::levels::ApplyAt},
    tier::{Exact, Fast, Tier},
};

/// The columns of a block: eight of them fit into the first cache.
pub(super) const BLOCK: usize = 256;

/// The level and the tier of a step.
#[derive(Clone, Copy)]
pub(super) struct Functions {
    pub(super) isa: Isa,
    pub(super) tier: Tier,
    /// The largest magnitude of an argument, or infinity.
    pub(super) clip: f32,
}

impl Functions {
    /// Limits the arguments of an activation.
    pub(super) fn limit(self, x: &mut [f32]) {
        if self.clip < f32::INFINITY {
            Clip { min: -self.clip, max: self.clip }.apply_at(self.isa, None, x);
        }
    }

    pub(super) fn sigmoid(self, x: &mut [f32]) {
        match self.tier {
            Tier::Default => Sigmoid.apply_at(self.isa, None, x),
            Tier::Fast => Fast(Sigmoid).apply_at(self.isa, None, x),
            Tier::Exact => Exact(Sigmoid).apply_at(self.isa, None, x),
        }
    }

    pub(super) fn tanh(self, x: &mut [f32]) {
        match self.tier {
            Tier::Default => Tanh.apply_at(self.isa, None, x),
            Tier::Fast => Fast(Tanh).apply_at(self.isa, None, x),
            Tier::Exact => Exact(Tanh).apply_at(self.isa, None, x),
        }
    }
}

/// `dst[i] += terms[i]`
pub(super) fn add(terms: &[f32], dst: &mut [f32]) {
    for (dst, term) in dst.iter_mut().zip(terms) {
        *dst += term;
    }
}

/// `dst[i] += a[i] * b[i]`, with both roundings.
pub(super) fn add_products(a: &[f32], b: &[f32], dst: &mut [f32]) {
    for ((dst, a), b) in dst.iter_mut().zip(a).zip(b) {
        *dst += a * b;
    }
}

/// `dst[i] = 1 - x[i]`
pub(super) fn one_less(x: &[f32], dst: &mut [f32]) {
    for (dst, x) in dst.iter_mut().zip(x) {
        *dst = 1.0 - x;
    }
}
