//! The trait of a function of rows.

use super::terms::Reference;
use crate::{
    isa::Simd,
    vector::{F32s, F64s},
};

/// A function of rows: how a result follows from an entry, or from its term, and the sum of the
/// row's terms.
pub(crate) trait Function: Copy {
    /// Whether results follow from the terms. Terms are then stored where the results will be,
    /// until the sum is known.
    const KEEPS_TERMS: bool = false;
    /// Whether there is one result a row.
    const REDUCES: bool = false;
    /// Whether the maximum's term may be subtracted from the finished sum. If too few digits of the
    /// remainder survive, the row is summed again without its maxima.
    const SUBTRACTS: bool = false;
    /// How many terms of a lane are added in f32 before they go on in f64.
    const RUN: usize = 1;

    /// Computes the normaliser, as the sum of two f32 numbers. `sum` includes the maxima if
    /// `KEEPS_TERMS`; otherwise it excludes them and `count` is their number.
    fn summary<S: Simd>(of: &Reference<S>, sum: F64s<S>, count: F64s<S>) -> [F32s<S>; 2];

    /// Computes the normaliser of one row, if `KEEPS_TERMS`: with the bits of `summary`, but in
    /// scalar operations, since nothing hides the latency of vectors.
    #[inline(always)]
    fn summary_of_one<S: Simd>(_s: S, _sum: f64) -> [F32s<S>; 2] {
        unreachable!("only functions that keep their terms have such a normaliser")
    }

    /// Returns the result of an entry, or of its term if `KEEPS_TERMS`.
    fn result<S: Simd>(kept: F32s<S>, summary: [F32s<S>; 2]) -> F32s<S>;

    /// Returns the result like [`result`](Self::result), for rows in which some entries are perhaps
    /// excluded.
    ///
    /// Products with negligible terms round to 0. As such they take 13 cycles each on Zen, so the
    /// terms become 0 before.
    #[inline(always)]
    fn result_or_zero<S: Simd>(kept: F32s<S>, summary: [F32s<S>; 2], excludes: bool) -> F32s<S> {
        if Self::KEEPS_TERMS && excludes {
            return Self::result(kept.zero_where(kept.lt(Reference::<S>::NEGLIGIBLE)), summary);
        }
        Self::result(kept, summary)
    }

    /// Whether the result `y` of a row with this maximum suffers from cancellation, so that its
    /// terms must be computed in f64.
    #[inline(always)]
    fn is_delicate(_y: f32, _maximum: f32) -> bool {
        false
    }
}

/// Properties of a function on an instruction set.
pub(crate) trait On<S: Simd>: Function {
    /// Whether the sum is first made of all terms. Without FMA the errors of terms are too large
    /// for that.
    ///
    /// This is a constant so that code which depends on it is not compiled where it is false.
    const SUMS_ALL: bool = Self::KEEPS_TERMS || (Self::SUBTRACTS && S::FUSED);
}
impl<F: Function, S: Simd> On<S> for F {}
