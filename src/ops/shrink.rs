use crate::{
    contract::{Bound, Bounds, Contract},
    isa::Simd,
    map::{Backward, Map},
    vector::F32s,
};

/// The shrinkage of ONNX: x + bias where x < −lambda, x − bias where x > lambda, else 0.
///
/// Results are correctly rounded in every tier. The gradient is `dy` where x < −lambda or x >
/// lambda, else 0.
///
/// | x, by default | shrink(x) | shrink'(x) |
/// |---|---|---|
/// | ±0, ±lambda | +0 | 0 |
/// | ±∞ | ±∞ | 1 |
/// | NaN | NaN | 0 |
///
/// With a negative lambda both conditions may hold, and the first one counts. With 0 <= bias <=
/// lambda the function is monotonic.
///
/// ```
/// use activations::{Activation, Shrink};
///
/// let mut x = [-3.0, 1.0, 2.0_f32];
/// Shrink { lambda: 1.5, bias: 1.5 }.apply(&mut x);
/// assert_eq!(x, [-1.5, 0.0, 0.5]);
/// ```
///
/// [`HardShrink`](crate::HardShrink) has a bias of 0, and [`SoftShrink`](crate::SoftShrink) one of
/// lambda; both keep the sign of 0.
///
/// Definition: `Shrink` of ONNX, but for NaN, which stays NaN here.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Shrink {
    /// The largest magnitude that gives 0.
    pub lambda: f32,
    /// What is taken from larger magnitudes.
    pub bias: f32,
}

impl Default for Shrink {
    /// A lambda of 0.5 and a bias of 0, as ONNX has them.
    fn default() -> Self {
        Self { lambda: 0.5, bias: 0.0 }
    }
}

impl Map<1> for Shrink {
    const WRITES_UNINIT: bool = true;

    #[inline(always)]
    fn eval<S: Simd>(self, [x]: [F32s<S>; 1]) -> F32s<S> {
        let Self { lambda, bias } = self;
        let positive = (x - bias).zero_where(x.le(lambda));
        // Adding 0 makes a signalling NaN quiet.
        x.lt(-lambda).select(x + bias, positive) + 0.0
    }
}

impl Map<2> for Backward<Shrink> {
    #[inline(always)]
    fn eval<S: Simd>(self, [x, dy]: [F32s<S>; 2]) -> F32s<S> {
        let lambda = self.0.lambda;
        x.lt(-lambda).select(dy, x.same(lambda).lt(x).select(dy, 0.0))
    }
}

impl Contract for Shrink {
    const NAME: &'static str = "shrink";
    const FORMULA: &'static str =
        "x + bias where x < −lambda, x − bias where x > lambda, else 0";
    const SHAPE: [f32; 2] = [-2.0, 2.0];
    const BOUNDS: Bounds =
        Bounds { default: Bound::EXACT, fast: Bound::EXACT, backward: Bound::EXACT };
    const RANGE: [f32; 2] = [f32::NEG_INFINITY, f32::INFINITY];
    const SPECIALS: &'static [[f32; 2]] = &[
        [0.0, 0.0],
        [-0.0, 0.0],
        [0.5, 0.0],
        [-0.5, 0.0],
        [0.75, 0.75],
        [f32::INFINITY, f32::INFINITY],
        [f32::NEG_INFINITY, f32::NEG_INFINITY],
    ];
    const DERIVATIVE_SPECIALS: &'static [[f32; 2]] = &[
        [0.0, 0.0],
        [-0.0, 0.0],
        [0.5, 0.0],
        [-0.5, 0.0],
        [f32::INFINITY, 1.0],
        [f32::NEG_INFINITY, 1.0],
        [f32::NAN, 0.0],
    ];

    fn each_parameter(&mut self, visit: &mut dyn FnMut(&'static str, &mut f32)) {
        visit("lambda", &mut self.lambda);
        visit("bias", &mut self.bias);
    }
    fn exact(self, x: f64) -> f64 {
        let (lambda, bias) = (f64::from(self.lambda), f64::from(self.bias));
        if x < -lambda {
            x + bias
        } else if x <= lambda {
            0.0
        } else {
            x - bias
        }
    }
    fn derivative(self, x: f64) -> f64 {
        let lambda = f64::from(self.lambda);
        if x < -lambda || x > lambda { 1.0 } else { 0.0 }
    }
}
