//! The making of [`Mask`]s, and selections by them.

use super::{F32s, Mask, Operand};
use crate::isa::Simd;

const INDEX: [f32; 16] = [0., 1., 2., 3., 4., 5., 6., 7., 8., 9., 10., 11., 12., 13., 14., 15.];

impl<S: Simd> Mask<S> {
    /// Returns the mask of the first `count` lanes, or of all lanes if there are fewer.
    #[expect(clippy::cast_precision_loss, reason = "where it is large, all lanes are below it")]
    #[inline(always)]
    pub(crate) fn first(s: S, count: usize) -> Self {
        F32s::load(s, &INDEX[..S::LANES]).lt(count as f32)
    }
    /// Returns the mask of as many truth values as there are lanes.
    #[inline(always)]
    pub(crate) fn of(s: S, x: &[bool]) -> Self {
        Mask { s, lanes: s.mask(x) }
    }
    #[inline(always)]
    pub(crate) fn select(self, then: impl Operand<S>, other: impl Operand<S>) -> F32s<S> {
        let s = self.s;
        F32s { s, lanes: s.select(self.lanes, then.lanes(s), other.lanes(s)) }
    }
}
