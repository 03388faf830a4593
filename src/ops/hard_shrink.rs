use crate::{
    contract::{Bound, Bounds, Contract, FromOutput},
    isa::Simd,
    map::{Backward, BackwardFromOutput, Map},
    vector::F32s,
};

/// The hard shrinkage: x where |x| > lambda, else 0 with the sign of x.
///
/// Results are exact in every tier. The gradient is `dy` where |x| > lambda, else 0. The gradient
/// from the output is `dy` where y is not 0; lambda must not be negative for it.
///
/// | x | hard_shrink(x) | hard_shrink'(x) |
/// |---|---|---|
/// | ±0, ±lambda | ±0 | 0 |
/// | ±∞ | ±∞ | 1 |
/// | NaN | NaN | 0 |
///
/// The function is odd bit for bit. A lambda that is negative keeps every x.
///
/// ```
/// use activations::{Activation, HardShrink};
///
/// let mut x = [-3.0, 0.5, 0.75_f32];
/// HardShrink { lambda: 0.5 }.apply(&mut x);
/// assert_eq!(x, [-3.0, 0.0, 0.75]);
/// ```
///
/// Definition: `torch.nn.Hardshrink`; `Shrink` of ONNX with a bias of 0.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct HardShrink {
    /// The largest magnitude that gives 0.
    pub lambda: f32,
}

impl Default for HardShrink {
    /// A lambda of 0.5.
    fn default() -> Self {
        Self { lambda: 0.5 }
    }
}

impl Map<1> for HardShrink {
    const WRITES_UNINIT: bool = true;

    #[inline(always)]
    fn eval<S: Simd>(self, [x]: [F32s<S>; 1]) -> F32s<S> {
        let a = x.abs();
        // What is neither up to lambda nor a number becomes a quiet NaN.
        a.le(a).select(a.zero_where(a.le(self.lambda)), f32::NAN).with_sign_of(x)
    }
}

impl Map<2> for Backward<HardShrink> {
    #[inline(always)]
    fn eval<S: Simd>(self, [x, dy]: [F32s<S>; 2]) -> F32s<S> {
        let a = x.abs();
        a.same(self.0.lambda).lt(a).select(dy, 0.0)
    }
}

impl Map<2> for BackwardFromOutput<HardShrink> {
    #[inline(always)]
    fn eval<S: Simd>(self, [y, dy]: [F32s<S>; 2]) -> F32s<S> {
        y.same(0.0).lt(y.abs()).select(dy, 0.0)
    }
}

impl FromOutput for HardShrink {
    const OUTPUT_BOUND: Bound = Bound::EXACT;
    const OUTPUT_SPECIALS: &'static [[f32; 2]] =
        &[
        [0.0, 0.0],
        [-0.0, 0.0],
        [f32::INFINITY, 1.0],
        [f32::NEG_INFINITY, 1.0],
        [f32::NAN, 0.0],
    ];

    fn derivative_from_output(self, y: f64) -> f64 {
        if y.abs() > 0.0 { 1.0 } else { 0.0 }
    }
    fn mistake_from_output(self) -> Option<&'static str> {
        (self.lambda < 0.0).then_some("lambda must not be negative")
    }
}

impl Contract for HardShrink {
    const NAME: &'static str = "hard_shrink";
    const FORMULA: &'static str = "x where |x| > lambda, else 0";
    const TORCH: &'static str = "hardshrink";
    const SHAPE: [f32; 2] = [-2.0, 2.0];
    const INFINITE_PARAMETERS: bool = true;
    const BOUNDS: Bounds =
        Bounds { default: Bound::EXACT, fast: Bound::EXACT, backward: Bound::EXACT };
    const RANGE: [f32; 2] = [f32::NEG_INFINITY, f32::INFINITY];
    const ODD: bool = true;
    const SPECIALS: &'static [[f32; 2]] = &[
        [0.0, 0.0],
        [-0.0, -0.0],
        [0.5, 0.0],
        [-0.5, -0.0],
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
    }
    fn mistake(self) -> Option<&'static str> {
        (self.lambda < 0.0).then_some("lambda must not be negative")
    }
    fn exact(self, x: f64) -> f64 {
        if x.abs() <= self.lambda.into() { 0.0 } else { x }
    }
    fn derivative(self, x: f64) -> f64 {
        if x.abs() > self.lambda.into() { 1.0 } else { 0.0 }
    }
}
