use crate::{
    contract::{Bound, Bounds, Contract, FromOutput},
    isa::Simd,
    map::{Backward, BackwardFromOutput, Map},
    vector::F32s,
};

/// The hard sigmoid, alpha · x + beta limited to [0, 1].
///
/// Results are correctly rounded in every tier. The gradient is `alpha dy` where the result is
/// between 0 and 1, else 0, and the output tells it, too.
///
/// | x, by default | hard_sigmoid(x) | hard_sigmoid'(x) |
/// |---|---|---|
/// | ±0 | 0.5 | 0.16666667 |
/// | +∞ (and from 3) | 1 | 0 |
/// | −∞ (and below −3) | +0 | 0 |
/// | NaN | NaN | 0 |
///
/// ```
/// use activations::{Activation, HardSigmoid};
///
/// let mut x = [-4.0, 0.5, 1.0_f32];
/// HardSigmoid { alpha: 0.25, beta: 0.5 }.apply(&mut x);
/// assert_eq!(x, [0.0, 0.625, 0.75]);
/// ```
///
/// The alpha is what the field holds: 1/6 rounded to an f32, by default. PyTorch divides by 6,
/// which differs by up to 1.5e-8.
///
/// Definition: `HardSigmoid` of ONNX, whose default alpha is 0.2; `torch.nn.Hardsigmoid`, with the
/// default here.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct HardSigmoid {
    /// The slope.
    pub alpha: f32,
    /// The result at 0.
    pub beta: f32,
}

impl Default for HardSigmoid {
    /// An alpha of 1/6 and a beta of 1/2, as in PyTorch and in MobileNetV3.
    fn default() -> Self {
        Self { alpha: 1.0 / 6.0, beta: 0.5 }
    }
}

impl HardSigmoid {
    /// Returns alpha x + beta.
    #[inline(always)]
    fn line<S: Simd>(self, x: F32s<S>) -> F32s<S> {
        if S::FUSED {
            x.mul_add(self.alpha, self.beta)
        } else {
            // The product is exact in f64.
            (x.widen() * f64::from(self.alpha) + f64::from(self.beta)).narrow()
        }
    }
}

impl Map<1> for HardSigmoid {
    const WRITES_UNINIT: bool = true;

    #[inline(always)]
    fn eval<S: Simd>(self, [x]: [F32s<S>; 1]) -> F32s<S> {
        // 0 is added to a -0 between the limits.
        self.line(x).clamp(0.0, 1.0) + 0.0
    }
}

impl Map<2> for Backward<HardSigmoid> {
    #[inline(always)]
    fn eval<S: Simd>(self, [x, dy]: [F32s<S>; 2]) -> F32s<S> {
        BackwardFromOutput(self.0).eval([self.0.line(x), dy])
    }
}

impl Map<2> for BackwardFromOutput<HardSigmoid> {
    #[inline(always)]
    fn eval<S: Simd>(self, [y, dy]: [F32s<S>; 2]) -> F32s<S> {
        y.same(0.0).lt(y).select((dy * self.0.alpha).zero_where(y.same(1.0).le(y)), 0.0)
    }
}

impl FromOutput for HardSigmoid {
    const OUTPUT_BOUND: Bound = Bound::EXACT;
    const OUTPUT_SPECIALS: &'static [[f32; 2]] = &[
        [0.0, 0.0],
        [-0.0, 0.0],
        [0.5, 1.0 / 6.0],
        [1.0, 0.0],
        [f32::INFINITY, 0.0],
        [f32::NEG_INFINITY, 0.0],
        [f32::NAN, 0.0],
    ];

    fn derivative_from_output(self, y: f64) -> f64 {
        if y > 0.0 && y < 1.0 { self.alpha.into() } else { 0.0 }
    }
}

impl Contract for HardSigmoid {
    const NAME: &'static str = "hard_sigmoid";
    const FORMULA: &'static str = "min(max(alpha · x + beta, 0), 1)";
    const DOMAIN: [i16; 2] = [-4, 4];
    const BOUNDS: Bounds =
        Bounds { default: Bound::ROUNDED, fast: Bound::ROUNDED, backward: Bound::EXACT };
    const RANGE: [f32; 2] = [0.0, 1.0];
    const SPECIALS: &'static [[f32; 2]] = &[
        [0.0, 0.5],
        [-0.0, 0.5],
        [3.0, 1.0],
        [-3.5, 0.0],
        [f32::INFINITY, 1.0],
        [f32::NEG_INFINITY, 0.0],
        [f32::MAX, 1.0],
        [f32::MIN, 0.0],
    ];
    const DERIVATIVE_SPECIALS: &'static [[f32; 2]] = &[
        [0.0, 1.0 / 6.0],
        [-0.0, 1.0 / 6.0],
        [4.0, 0.0],
        [-4.0, 0.0],
        [f32::INFINITY, 0.0],
        [f32::NEG_INFINITY, 0.0],
        [f32::NAN, 0.0],
    ];

    fn each_parameter(&mut self, visit: &mut dyn FnMut(&'static str, &mut f32)) {
        visit("alpha", &mut self.alpha);
        visit("beta", &mut self.beta);
    }
    fn exact(self, x: f64) -> f64 {
        (x * f64::from(self.alpha) + f64::from(self.beta)).clamp(0.0, 1.0)
    }
    fn derivative(self, x: f64) -> f64 {
        self.derivative_from_output(f64::from(self.exact(x) as f32))
    }
}
