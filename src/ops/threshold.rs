use crate::{
    contract::{Bound, Bounds, Contract},
    isa::Simd,
    map::{Backward, Map},
    vector::F32s,
};

/// The threshold function: x where x > threshold, else value.
///
/// Results are exact in every tier. The gradient is `dy` where x > threshold, else 0.
///
/// | x, by default | threshold(x) | threshold'(x) |
/// |---|---|---|
/// | ±0 | +0 | 0 |
/// | +∞ | +∞ | 1 |
/// | −∞ | +0 | 0 |
/// | NaN | NaN | 1 |
///
/// A threshold that is NaN acts as if it were below every number.
///
/// ```
/// use activations::{Activation, Threshold};
///
/// let mut x = [-1.0, 0.5, 2.0_f32];
/// Threshold { threshold: 0.5, value: -7.0 }.apply(&mut x);
/// assert_eq!(x, [-7.0, -7.0, 2.0]);
/// ```
///
/// Definition: `torch.nn.Threshold`, including its gradient at the threshold and at NaN. With a
/// value of 0 the function is `ThresholdedRelu` of ONNX.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Threshold {
    /// The largest input that gives `value`.
    pub threshold: f32,
    /// The result of inputs up to the threshold.
    pub value: f32,
}

impl Map<1> for Threshold {
    const WRITES_UNINIT: bool = true;

    #[inline(always)]
    fn eval<S: Simd>(self, [x]: [F32s<S>; 1]) -> F32s<S> {
        // A selection of x itself would pass a signalling NaN on, and become a masked store in
        // place.
        x.le(x).select(x.le(self.threshold).select(self.value, x), f32::NAN)
    }
}

impl Map<2> for Backward<Threshold> {
    #[inline(always)]
    fn eval<S: Simd>(self, [x, dy]: [F32s<S>; 2]) -> F32s<S> {
        dy.zero_where(x.le(self.0.threshold))
    }
}

impl Contract for Threshold {
    const NAME: &'static str = "threshold";
    const FORMULA: &'static str = "x where x > threshold, else value";
    const INFINITE_PARAMETERS: bool = true;
    const BOUNDS: Bounds =
        Bounds { default: Bound::EXACT, fast: Bound::EXACT, backward: Bound::EXACT };
    const RANGE: [f32; 2] = [0.0, f32::INFINITY];
    const SPECIALS: &'static [[f32; 2]] = &[
        [0.0, 0.0],
        [-0.0, 0.0],
        [f32::INFINITY, f32::INFINITY],
        [f32::NEG_INFINITY, 0.0],
        [1e-45, 1e-45],
        [-1e-45, 0.0],
    ];
    const DERIVATIVE_SPECIALS: &'static [[f32; 2]] =
        &[[0.0, 0.0], [-0.0, 0.0], [f32::INFINITY, 1.0], [f32::NEG_INFINITY, 0.0], [f32::NAN, 1.0]];

    fn each_parameter(&mut self, visit: &mut dyn FnMut(&'static str, &mut f32)) {
        visit("threshold", &mut self.threshold);
        visit("value", &mut self.value);
    }
    fn exact(self, x: f64) -> f64 {
        if x <= self.threshold.into() { self.value.into() } else { x }
    }
    fn derivative(self, x: f64) -> f64 {
        if x <= self.threshold.into() { 0.0 } else { 1.0 }
    }
}
