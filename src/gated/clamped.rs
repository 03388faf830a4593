//! The unit of gpt-oss.

use super::{
    blocks::{BLOCK, Passes},
    kernels::multiply_by_limited,
    unit::Unit,
};
use crate::{
    isa::Isa,
    map::zero_beyond,
    ops::{
        Clip, Swish,
        table::levels::{ApplyAt, BackwardAt},
    },
    tier::Fast,
};

/// The clamped gated unit of gpt-oss: g · sigmoid(alpha · g) · (u + 1), where g = min(gate, limit)
/// and u = min(max(up, −limit), limit).
///
/// The sum with 1 and the product are rounded. No gradient passes a gate above the limit, or an up
/// beyond ±limit.
///
/// ```
/// use activations::{ClampedSwiGlu, GatedActivation};
///
/// let mut gate = [0.0, 100.0_f32];
/// ClampedSwiGlu::default().apply(&mut gate, &[1.0, -100.0]);
/// assert!(gate[0] == 0.0 && (gate[1] + 41.99972).abs() < 1e-4);
/// ```
///
/// Definition: the experts of OpenAI's gpt-oss (2025), `swiglu` with a limit of 7.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ClampedSwiGlu {
    /// The factor inside of the sigmoid.
    pub alpha: f32,
    /// The largest gate, and the largest magnitude of what it multiplies.
    pub limit: f32,
}

impl Default for ClampedSwiGlu {
    /// An alpha of 1.702 and a limit of 7.
    fn default() -> Self {
        Self { alpha: 1.702, limit: 7.0 }
    }
}

/// The passes of a clamped unit whose swish is in the tier of `Op`.
struct Clamped<Op> {
    swish: Op,
    limit: f32,
}

impl<Op: ApplyAt + BackwardAt> Clamped<Op> {
    fn limit_gate(&self, isa: Isa, gate: Option<&[f32]>, dst: &mut [f32]) {
        Clip { min: f32::NEG_INFINITY, max: self.limit }.apply_at(isa, gate, dst);
    }
}

impl<Op: ApplyAt + BackwardAt> Passes for Clamped<Op> {
    fn activate(&self, isa: Isa, gate: Option<&[f32]>, dst: &mut [f32]) {
        self.limit_gate(isa, gate, dst);
        self.swish.apply_at(isa, None, dst);
    }
    fn multiply(&self, isa: Isa, up: &[f32], dst: &mut [f32]) {
        multiply_by_limited(isa, self.limit, up, dst);
    }
    fn differentiate(&self, isa: Isa, gate: &[f32], dx: &mut [f32]) {
        let mut limited = [0.0; BLOCK];
        let limited = &mut limited[..gate.len()];
        self.limit_gate(isa, Some(gate), limited);
        self.swish.backward_at(isa, limited, None, dx);
        zero_beyond(isa, [f32::NEG_INFINITY, self.limit], gate, dx);
    }
    fn differentiate_up(&self, isa: Isa, up: &[f32], dx: &mut [f32]) {
        zero_beyond(isa, [-self.limit, self.limit], up, dx);
    }
}

impl ClampedSwiGlu {
    const fn swish(self) -> Swish {
        Swish { beta: self.alpha }
    }
}

impl Unit for ClampedSwiGlu {
    const NAME: &'static str = "clamped_swiglu";
    const FORMULA: &'static str =
        "swish(min(gate, limit), alpha) · (min(max(up, −limit), limit) + 1)";
    fn each_parameter(&mut self, visit: &mut dyn FnMut(&'static str, &mut f32)) {
        visit("alpha", &mut self.alpha);
        visit("limit", &mut self.limit);
    }
    fn mistake(self) -> Option<&'static str> {
        (self.limit < 0.0).then_some("limit must be at least 0")
    }
    fn passes(self) -> impl Passes {
        Clamped { swish: self.swish(), limit: self.limit }
    }
    fn fast_passes(self) -> impl Passes {
        Clamped { swish: Fast(self.swish()), limit: self.limit }
    }
}
