use super::{Backward, Fast, Relu};
use crate::{
    contract::{Bound, Bounds, Contract},
    isa::Simd,
    run::Map,
    vector::F32s,
};

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LeakyRelu {
    /// The factor of negative inputs.
    pub slope: f32,
}

impl Default for LeakyRelu {
    /// A slope of 0.01.
    fn default() -> Self {
        Self { slope: 0.01 }
    }
}

impl Map<1> for LeakyRelu {
    #[inline(always)]
    fn eval<S: Simd>(self, [x]: [F32s<S>; 1]) -> F32s<S> {
        if self.slope == 0.0 {
            return Relu.eval([x]);
        }
        x.same(0.0).lt(x).select(x, x * self.slope)
    }
}

impl Map<1> for Fast<LeakyRelu> {
    #[inline(always)]
    fn eval<S: Simd>(self, [x]: [F32s<S>; 1]) -> F32s<S> {
        self.0.eval([x])
    }
}

impl Map<2> for Backward<LeakyRelu> {
    #[inline(always)]
    fn eval<S: Simd>(self, [x, dy]: [F32s<S>; 2]) -> F32s<S> {
        if self.0.slope == 0.0 {
            return Backward(Relu).eval([x, dy]);
        }
        x.same(0.0).lt(x).select(dy, dy * self.0.slope)
    }
}

impl Contract for LeakyRelu {
    const NAME: &'static str = "leaky_relu";
    const BOUNDS: Bounds = Bounds { default: Bound::ROUNDED, fast: Bound::ROUNDED, backward: Bound::EXACT };
    const RANGE: [f32; 2] = [f32::NEG_INFINITY, f32::INFINITY];
    const SPECIALS: &'static [[f32; 2]] = &[
        [0.0, 0.0],
        [-0.0, -0.0],
        [f32::INFINITY, f32::INFINITY],
        [f32::NEG_INFINITY, f32::NEG_INFINITY],
        [1e-45, 1e-45],
        [-1e-45, -0.0],
        [-100.0, -1.0],
    ];
    const DERIVATIVE_SPECIALS: &'static [[f32; 2]] =
        &[[0.0, 0.01], [-0.0, 0.01], [f32::INFINITY, 1.0], [f32::NEG_INFINITY, 0.01], [f32::NAN, 0.01]];

    fn exact(self, x: f64) -> f64 {
        if x > 0.0 { x } else { f64::from(self.slope) * x }
    }
    fn derivative(self, x: f64) -> f64 {
        if x > 0.0 { 1.0 } else { f64::from(self.slope) }
    }
}
