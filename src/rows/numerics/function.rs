//! What a function of rows is.

use super::terms::Reference;
use crate::{
    isa::Simd,
    vector::{F32s, F64s},
};

/// A function of rows: how a result follows from an entry, or from its term, and the sum of the
/// row's terms.
pub(crate) trait Function: Copy {
    /// Whether results follow from the terms, which then take the place of the results until the
    /// sum is known.
    const KEEPS_TERMS: bool = false;
    /// Whether there is one result a row.
    const REDUCES: bool = false;
    /// Whether the maximum's term may be taken from the sum of all of them, where the rest is not
    /// lost in it: else maxima are left out of the sum.
    const SUBTRACTS: bool = false;
    /// How many terms of a lane are added in f32 before they go on in f64.
    const RUN: usize = 1;

    /// What results depend on beside the entry. `sum` is that of the terms, but for the maxima if
    /// the terms are not kept: they are counted instead, or one is subtracted.
    fn summary<S: Simd>(of: &Reference<S>, sum: F64s<S>, count: F32s<S>) -> [F32s<S>; 2];

    /// The result from an entry, or from its term.
    fn result<S: Simd>(kept: F32s<S>, summary: [F32s<S>; 2]) -> F32s<S>;

    /// Whether the result `y` of a row whose maximum is `maximum` wants its terms in f64.
    #[inline(always)]
    fn is_delicate(_y: f32, _maximum: f32) -> bool {
        false
    }
}

/// What holds for a function on an instruction set.
pub(crate) trait On<S: Simd>: Function {
    /// Whether the sum is first made of all terms. Without FMA the errors of terms leave no room
    /// for it.
    ///
    /// A constant, not a function: what depends on it is not even compiled where it is false.
    const SUMS_ALL: bool = Self::KEEPS_TERMS || (Self::SUBTRACTS && S::FUSED);
}
impl<F: Function, S: Simd> On<S> for F {}
