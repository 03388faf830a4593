//! What is done to an entry, wherever it lies.

use super::{Logits, NONE};
use crate::{
    isa::Simd,
    map::Map,
    ops::Tanh,
    rows::numerics::sum::LANES,
    vector::{F32s, Mask},
};

/// The steps from a score to its logit.
#[derive(Clone, Copy)]
pub(super) struct Transform {
    /// The scale, or its sign where only the largest entry counts: that entry is the same.
    scale: f32,
    temperature: f32,
    pub(super) soft_cap: Option<f32>,
    cap_after_mask: bool,
    one_hot: bool,
    leaves: bool,
}

impl Logits<'_> {
    #[inline(always)]
    pub(super) fn transform(&self) -> Transform {
        let options = self.options;
        let soft_cap = options.soft_cap.filter(
            #[inline(always)]
            |&limit| limit != 0.0 && !limit.is_infinite() && !self.one_hot,
        );
        let (scale, temperature) = if self.one_hot {
            (1.0_f32.copysign(options.scale), 1.0)
        } else {
            (options.scale, options.temperature)
        };
        let cap_after_mask = options.soft_cap_after_mask;
        let Self { one_hot, leaves, .. } = *self;
        Transform { scale, temperature, soft_cap, cap_after_mask, one_hot, leaves }
    }
}

impl Transform {
    /// Whether the steps before the mask are the scale alone, within the range.
    #[inline(always)]
    pub(super) fn is_scale(&self) -> bool {
        self.temperature == 1.0 && self.soft_cap.is_none() && !self.leaves
    }

    /// The steps where those before the mask are the scale alone.
    #[inline(always)]
    pub(super) fn scaled<S: Simd>(&self, x: F32s<S>, mask: Option<F32s<S>>) -> F32s<S> {
        match mask {
            Some(mask) => self.masked(x * self.scale, mask),
            None => x * self.scale,
        }
    }

    /// All steps, with conditions.
    #[inline(always)]
    pub(super) fn logit<S: Simd>(&self, x: F32s<S>, mask: Option<F32s<S>>) -> F32s<S> {
        let mut t = x * self.scale;
        if self.temperature != 1.0 {
            t = t / self.temperature;
        }
        if !self.cap_after_mask {
            t = self.capped(t, x);
        }
        if let Some(mask) = mask {
            let sum = self.masked(t, mask);
            t = sum;
            if self.leaves {
                // A finite score that has left the range is excluded like any other.
                let excluded = x.abs().lt(f32::INFINITY).select(NONE, sum);
                t = mask.lt(f32::MIN).select(excluded, sum);
            }
        }
        if self.cap_after_mask {
            t = match mask {
                Some(mask) => self.capped(t, x.abs().at_least(mask.abs())),
                None => self.capped(t, x),
            };
        }
        t
    }

    #[inline(always)]
    pub(super) fn masked<S: Simd>(&self, t: F32s<S>, mask: F32s<S>) -> F32s<S> {
        let sum = t + mask;
        // Beside an infinite multiple of x finite numbers do not count.
        if self.one_hot { mask.abs().lt(f32::INFINITY).select(t, sum) } else { sum }
    }

    /// limit · tanh(t / limit), but an entry that is excluded stays excluded: whose logit is −∞,
    /// and not because a finite `x` has left the range.
    #[inline(always)]
    fn capped<S: Simd>(&self, t: F32s<S>, x: F32s<S>) -> F32s<S> {
        let Some(limit) = self.soft_cap else { return t };
        let y = Tanh.eval([t / limit]) * limit;
        if t.all_below(f32::INFINITY) {
            return y;
        }
        let infinite = x.abs().lt(f32::INFINITY).select(y, NONE);
        t.lt(f32::MIN).select(infinite, y)
    }
}

/// As many elements as there are lanes, or fewer.
#[inline(always)]
pub(in crate::rows) fn part<S: Simd>(s: S, x: &[f32]) -> F32s<S> {
    if x.len() == S::LANES { F32s::load(s, x) } else { F32s::load_part(s, x, 0.0) }
}

/// The logits that are kept, of as many elements as there are lanes, or fewer.
#[inline(always)]
pub(in crate::rows) fn kept<S: Simd>(t: F32s<S>, s: S, keep: &[bool]) -> F32s<S> {
    let mut lanes = [false; LANES];
    lanes[..keep.len()].copy_from_slice(keep);
    Mask::of(s, &lanes[..S::LANES]).select(t, NONE)
}
