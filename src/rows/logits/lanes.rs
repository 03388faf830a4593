//! What is done to an entry, wherever it lies.

use super::{Logits, NONE};
use crate::{isa::Simd, map::Map, ops::Tanh, vector::F32s};

impl Logits<'_> {
    /// The scale, or its sign where only the largest entry counts: that entry is the same.
    #[inline(always)]
    pub(super) fn factor(&self) -> f32 {
        if self.one_hot { 1.0_f32.copysign(self.options.scale) } else { self.options.scale }
    }

    #[inline(always)]
    pub(super) fn soft_cap(&self) -> Option<f32> {
        self.options.soft_cap.filter(
            #[inline(always)]
            |&limit| limit != 0.0 && !limit.is_infinite() && !self.one_hot,
        )
    }

    #[inline(always)]
    pub(super) fn masked<S: Simd>(&self, t: F32s<S>, mask: F32s<S>) -> F32s<S> {
        let sum = t + mask;
        // Beside an infinite multiple of x finite numbers do not count.
        if self.one_hot { mask.abs().lt(f32::INFINITY).select(t, sum) } else { sum }
    }
}

/// limit · tanh(t / limit), but an excluded entry stays excluded.
#[inline(always)]
pub(super) fn capped<S: Simd>(t: F32s<S>, limit: f32) -> F32s<S> {
    t.lt(f32::MIN).select(NONE, Tanh.eval([t / limit]) * limit)
}

/// Row `row` of a mask that is repeated.
#[inline(always)]
pub(super) fn row_of<T>(mask: &[T], row: usize, len: usize) -> &[T] {
    &mask[row % (mask.len() / len) * len..][..len]
}

/// As many elements as there are lanes, or fewer.
#[inline(always)]
pub(super) fn part<S: Simd>(s: S, x: &[f32]) -> F32s<S> {
    if x.len() == S::LANES { F32s::load(s, x) } else { F32s::load_part(s, x, 0.0) }
}

#[inline(always)]
pub(super) fn kept<S: Simd>(t: F32s<S>, s: S, keep: &[bool]) -> F32s<S> {
    let mut lanes = [0.0; 16];
    for (lane, &keep) in lanes.iter_mut().zip(keep) {
        *lane = f32::from(u8::from(keep));
    }
    F32s::load(s, &lanes[..S::LANES]).le(0.0).select(NONE, t)
}
