use super::threshold::Threshold;
use crate::{
    contract::{Bound, Bounds, Contract},
    isa::Simd,
    map::{Backward, Map},
    vector::F32s,
};

/// The thresholded rectified linear unit: x where x > alpha, else 0.
///
/// Results are exact in every tier. The gradient is `dy` where x > alpha, else 0.
///
/// | x, by default | thresholded_relu(x) | thresholded_relu'(x) |
/// |---|---|---|
/// | ±0 | +0 | 0 |
/// | alpha | +0 | 0 |
/// | +∞ | +∞ | 1 |
/// | −∞ | +0 | 0 |
/// | NaN | NaN | 1 |
///
/// ```
/// use activations::{Activation, ThresholdedRelu};
///
/// let mut x = [-1.0, 1.0, 1.5_f32];
/// ThresholdedRelu { alpha: 1.0 }.apply(&mut x);
/// assert_eq!(x, [0.0, 0.0, 1.5]);
/// ```
///
/// It is [`Threshold`] with a value of 0.
///
/// Definition: `ThresholdedRelu` of ONNX, but for NaN, which stays NaN here.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ThresholdedRelu {
    /// The largest input that gives 0.
    pub alpha: f32,
}

impl Default for ThresholdedRelu {
    /// An alpha of 1, as ONNX has it.
    fn default() -> Self {
        Self { alpha: 1.0 }
    }
}

impl ThresholdedRelu {
    #[inline(always)]
    const fn threshold(self) -> Threshold {
        Threshold { threshold: self.alpha, value: 0.0 }
    }
}

impl Map<1> for ThresholdedRelu {
    const WRITES_UNINIT: bool = true;

    #[inline(always)]
    fn eval<S: Simd>(self, inputs: [F32s<S>; 1]) -> F32s<S> {
        self.threshold().eval(inputs)
    }
}

impl Map<2> for Backward<ThresholdedRelu> {
    #[inline(always)]
    fn eval<S: Simd>(self, inputs: [F32s<S>; 2]) -> F32s<S> {
        Backward(self.0.threshold()).eval(inputs)
    }
}

impl Contract for ThresholdedRelu {
    const NAME: &'static str = "thresholded_relu";
    const FORMULA: &'static str = "x where x > alpha, else 0";
    const SHAPE: [f32; 2] = [-2.0, 4.0];
    const INFINITE_PARAMETERS: bool = true;
    const BOUNDS: Bounds =
        Bounds { default: Bound::EXACT, fast: Bound::EXACT, backward: Bound::EXACT };
    const RANGE: [f32; 2] = [0.0, f32::INFINITY];
    const SPECIALS: &'static [[f32; 2]] = &[
        [0.0, 0.0],
        [-0.0, 0.0],
        [1.0, 0.0],
        [1.5, 1.5],
        [f32::INFINITY, f32::INFINITY],
        [f32::NEG_INFINITY, 0.0],
    ];
    const DERIVATIVE_SPECIALS: &'static [[f32; 2]] = &[
        [0.0, 0.0],
        [-0.0, 0.0],
        [1.0, 0.0],
        [1.5, 1.0],
        [f32::INFINITY, 1.0],
        [f32::NEG_INFINITY, 0.0],
        [f32::NAN, 1.0],
    ];

    fn each_parameter(&mut self, visit: &mut dyn FnMut(&'static str, &mut f32)) {
        visit("alpha", &mut self.alpha);
    }
    fn exact(self, x: f64) -> f64 {
        self.threshold().exact(x)
    }
    fn derivative(self, x: f64) -> f64 {
        self.threshold().derivative(x)
    }
}
