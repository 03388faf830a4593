use super::hard_shrink::HardShrink;
use crate::{
    contract::{Bound, Bounds, Contract, FromOutput},
    isa::Simd,
    map::{Backward, BackwardFromOutput, Map},
    vector::F32s,
};

/// The soft shrinkage, max(|x| − lambda, 0) with the sign of x.
///
/// Results are correctly rounded in every tier. The gradient is `dy` where |x| > lambda, else 0.
/// The gradient from the output is `dy` where y is not 0, which is the same; lambda must not be
/// negative for it.
///
/// | x | soft_shrink(x) | soft_shrink'(x) |
/// |---|---|---|
/// | ±0, ±lambda | ±0 | 0 |
/// | ±∞ | ±∞ | 1 |
/// | NaN | NaN | 0 |
///
/// The function is odd bit for bit, and monotonic for lambda >= 0.
///
/// ```
/// use activations::{Activation, SoftShrink};
///
/// let mut x = [-3.0, 0.25, 0.75_f32];
/// SoftShrink { lambda: 0.5 }.apply(&mut x);
/// assert_eq!(x, [-2.5, 0.0, 0.25]);
/// ```
///
/// Definition: `torch.nn.Softshrink`; `Shrink` of ONNX with a bias of lambda; the proximal operator
/// of lambda |x|.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SoftShrink {
    /// What is taken from magnitudes.
    pub lambda: f32,
}

impl Default for SoftShrink {
    /// A lambda of 0.5.
    fn default() -> Self {
        Self { lambda: 0.5 }
    }
}

impl SoftShrink {
    const fn hard(self) -> HardShrink {
        HardShrink { lambda: self.lambda }
    }
}

impl Map<1> for SoftShrink {
    const WRITES_UNINIT: bool = true;

    #[inline(always)]
    fn eval<S: Simd>(self, [x]: [F32s<S>; 1]) -> F32s<S> {
        (x.abs() - self.lambda).at_least(0.0).with_sign_of(x)
    }
}

impl Map<2> for Backward<SoftShrink> {
    #[inline(always)]
    fn eval<S: Simd>(self, inputs: [F32s<S>; 2]) -> F32s<S> {
        Backward(self.0.hard()).eval(inputs)
    }
}

impl Map<2> for BackwardFromOutput<SoftShrink> {
    #[inline(always)]
    fn eval<S: Simd>(self, inputs: [F32s<S>; 2]) -> F32s<S> {
        BackwardFromOutput(self.0.hard()).eval(inputs)
    }
}

impl FromOutput for SoftShrink {
    const OUTPUT_BOUND: Bound = Bound::EXACT;
    const OUTPUT_SPECIALS: &'static [[f32; 2]] = HardShrink::OUTPUT_SPECIALS;

    fn derivative_from_output(self, y: f64) -> f64 {
        self.hard().derivative_from_output(y)
    }
    fn mistake_from_output(self) -> Option<&'static str> {
        self.hard().mistake_from_output()
    }
}

impl Contract for SoftShrink {
    const NAME: &'static str = "soft_shrink";
    const FORMULA: &'static str = "max(|x| − lambda, 0), with the sign of x";
    const TORCH: &'static str = "softshrink";
    const SHAPE: [f32; 2] = [-2.0, 2.0];
    const BOUNDS: Bounds =
        Bounds { default: Bound::ROUNDED, fast: Bound::ROUNDED, backward: Bound::EXACT };
    const RANGE: [f32; 2] = [f32::NEG_INFINITY, f32::INFINITY];
    const ODD: bool = true;
    const SPECIALS: &'static [[f32; 2]] = &[
        [0.0, 0.0],
        [-0.0, -0.0],
        [0.5, 0.0],
        [-0.5, -0.0],
        [0.75, 0.25],
        [f32::INFINITY, f32::INFINITY],
        [f32::NEG_INFINITY, f32::NEG_INFINITY],
    ];
    const DERIVATIVE_SPECIALS: &'static [[f32; 2]] = HardShrink::DERIVATIVE_SPECIALS;

    fn each_parameter(&mut self, visit: &mut dyn FnMut(&'static str, &mut f32)) {
        visit("lambda", &mut self.lambda);
    }
    fn mistake(self) -> Option<&'static str> {
        self.hard().mistake()
    }
    fn exact(self, x: f64) -> f64 {
        (x.abs() - f64::from(self.lambda)).max(0.0).copysign(x)
    }
    fn derivative(self, x: f64) -> f64 {
        self.hard().derivative(x)
    }
}
