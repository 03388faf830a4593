//! [`LeakyRelu`](crate::LeakyRelu) with a slope in each lane.

use crate::{isa::Simd, run::Map, vector::F32s};

/// Of x and the slopes.
#[derive(Clone, Copy)]
pub(crate) struct BySlope;

/// The gradient, of x, dy and the slopes.
#[derive(Clone, Copy)]
pub(crate) struct BackwardBySlope;

/// Slopes of which those of 0 are Relu, without a branch.
struct Slopes<S: Simd> {
    factor: F32s<S>,
    /// 0 for those of 0. NaN for the others, which is no limit.
    floor: F32s<S>,
}

impl<S: Simd> Slopes<S> {
    #[inline(always)]
    fn new(slope: F32s<S>) -> Self {
        let is_zero = slope.abs().le(0.0);
        Self { factor: is_zero.select(1.0, slope), floor: slope.same(f32::NAN).zero_where(is_zero) }
    }
}

impl Map<2> for BySlope {
    #[inline(always)]
    fn eval<S: Simd>(self, [x, slope]: [F32s<S>; 2]) -> F32s<S> {
        let Slopes { factor, floor } = Slopes::new(slope);
        let y = x.at_least(floor);
        let y = y * y.same(0.0).lt(y).select(1.0, factor);
        // Where the factor is 1, a compiler may leave the product out: that would hand a signalling NaN on.
        x.le(x).select(y, f32::NAN)
    }
}

impl Map<3> for BackwardBySlope {
    #[inline(always)]
    fn eval<S: Simd>(self, [x, dy, slope]: [F32s<S>; 3]) -> F32s<S> {
        let Slopes { factor, floor } = Slopes::new(slope);
        let dx = x.same(0.0).lt(x).select(dy, dy * factor);
        dx.zero_where(x.le(floor))
    }
}
