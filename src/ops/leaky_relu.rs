use super::relu::Relu;
use crate::{
    contract::{Bound, Bounds, Contract, FromOutput},
    isa::Simd,
    map::{Backward, Map},
    vector::F32s,
};

/// The leaky rectified linear unit: x where x > 0, else slope · x.
///
/// Results are correctly rounded in every tier, for every slope. The gradient is `dy` where x > 0,
/// else `slope * dy`. The gradient from the output is the same, for slopes that are not negative: y
/// is positive exactly where x is.
///
/// | x | leaky_relu(x) | leaky_relu'(x) |
/// |---|---|---|
/// | ±0 | slope · ±0 | slope |
/// | +∞ | +∞ | 1 |
/// | −∞ | slope · −∞ | slope |
/// | NaN | NaN | slope |
///
/// A slope of 0 is [`Relu`], so that −∞ gives 0.
///
/// ```
/// use activations::{Activation, LeakyRelu};
///
/// let mut x = [-1.0, 2.0_f32];
/// LeakyRelu { slope: 0.25 }.apply(&mut x);
/// assert_eq!(x, [-0.25, 2.0]);
/// ```
///
/// Definition: `LeakyRelu` of ONNX, `torch.nn.LeakyReLU`; Maas, Hannun, Ng, "Rectifier
/// nonlinearities improve neural network acoustic models" (2013).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LeakyRelu {
    /// The factor of inputs that are not positive.
    pub slope: f32,
}

impl Default for LeakyRelu {
    /// A slope of 0.01.
    fn default() -> Self {
        Self { slope: 0.01 }
    }
}

impl Map<1> for LeakyRelu {
    const WRITES_UNINIT: bool = true;

    #[inline(always)]
    fn eval<S: Simd>(self, [x]: [F32s<S>; 1]) -> F32s<S> {
        if self.slope == 0.0 {
            return Relu.eval([x]);
        }
        // In place, a selection between results would become a masked store, which is slow on some
        // processors. So it would in the gradient.
        x * x.same(0.0).lt(x).select(1.0, x.same(self.slope))
    }
}

impl Map<2> for Backward<LeakyRelu> {
    #[inline(always)]
    fn eval<S: Simd>(self, [x, dy]: [F32s<S>; 2]) -> F32s<S> {
        if self.0.slope == 0.0 {
            return Backward(Relu).eval([x, dy]);
        }
        dy * x.same(0.0).lt(x).select(1.0, x.same(self.0.slope))
    }
}

/// [`LeakyRelu`] with a slope in each lane. Its inputs are x and the slopes.
#[derive(Clone, Copy)]
pub(crate) struct BySlope;

/// The gradient of [`BySlope`]. Its inputs are x, dy and the slopes.
#[derive(Clone, Copy)]
pub(crate) struct BackwardBySlope;

/// Slopes prepared so that a slope of 0 acts as ReLU, without a branch.
struct Slopes<S: Simd> {
    factor: F32s<S>,
    /// 0 where the slope is 0; elsewhere NaN, which is no limit.
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
        // Where the factor is 1, a compiler may omit the product, which would pass a signalling NaN
        // on.
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

impl FromOutput for LeakyRelu {
    const OUTPUT_BOUND: Bound = Bound::EXACT;
    const OUTPUT_SPECIALS: &'static [[f32; 2]] = Self::DERIVATIVE_SPECIALS;

    fn derivative_from_output(self, y: f64) -> f64 {
        self.derivative(y)
    }
    fn mistake_from_output(self) -> Option<&'static str> {
        (self.slope < 0.0).then_some("slope must not be negative")
    }
}

impl Contract for LeakyRelu {
    const NAME: &'static str = "leaky_relu";
    const FORMULA: &'static str = "x where x > 0, else slope · x";
    const BOUNDS: Bounds =
        Bounds { default: Bound::ROUNDED, fast: Bound::ROUNDED, backward: Bound::EXACT };
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
    const DERIVATIVE_SPECIALS: &'static [[f32; 2]] = &[
        [0.0, 0.01],
        [-0.0, 0.01],
        [f32::INFINITY, 1.0],
        [f32::NEG_INFINITY, 0.01],
        [f32::NAN, 0.01],
    ];

    fn each_parameter(&mut self, visit: &mut dyn FnMut(&'static str, &mut f32)) {
        visit("slope", &mut self.slope);
    }
    fn exact(self, x: f64) -> f64 {
        if x > 0.0 { x } else { f64::from(self.slope) * x }
    }
    fn derivative(self, x: f64) -> f64 {
        if x > 0.0 { 1.0 } else { f64::from(self.slope) }
    }
}
