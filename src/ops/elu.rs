use crate::{
    contract::{Bound, Bounds, Contract, FromOutput},
    isa::Simd,
    map::{Backward, BackwardFromOutput, Map},
    math::exp::Powers,
    math::expm1::Expm1,
    math::factor::Factor,
    math::scaled_exp::{is_near, scaled_exp},
    vector::F32s,
};

/// The exponential linear unit: x where x > 0, else alpha · (e^x − 1).
///
/// | maximum error, all inputs, alpha = 1 | ULP | at x | |
/// |---|---|---|---|
/// | default and [`Fast`](crate::Fast) | 0.859 | −0.05376536 | `avx512`, `avx2`, `neon` |
/// | both, without FMA | 0.913 | −0.38052222 | `baseline` |
/// | gradient | 0.904 | −87.391426 | `avx512`, `avx2`, `neon` |
/// | gradient, without FMA | 0.977 | −5.8606462 | `baseline` |
///
/// Another alpha adds a rounding: at most 2 ULP for 1e−30 <= |alpha| <= 1e30. For alpha >= 0 the
/// function is monotonic.
///
/// | x | elu(x) | elu'(x) |
/// |---|---|---|
/// | ±0 | ±0 | alpha |
/// | +∞ | +∞ | 1 |
/// | −∞ (and below −17.33) | −alpha | 0 (from −∞) |
/// | NaN | NaN | NaN |
///
/// The gradient is `dy` where x > 0, else `alpha * e^x * dy`. The gradient from the output is `dy`
/// where y > 0, else `(y + alpha) * dy`, whose sum is correctly rounded. It is that of the y that
/// is given: near −alpha a y has few digits of e^x left, and −alpha itself has the gradient 0.
/// Alpha must be finite and not negative for it.
///
/// ```
/// use activations::{Activation, Elu};
///
/// let mut x = [-1e-10, -1.0, 2.0_f32];
/// Elu { alpha: 1.0 }.apply(&mut x);
/// assert_eq!(x, [-1e-10, -0.63212055, 2.0]);
/// ```
///
/// Definition: `Elu` of ONNX, `torch.nn.ELU`; Clevert, Unterthiner, Hochreiter, "Fast and accurate
/// deep network learning by exponential linear units (ELUs)" (2016).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Elu {
    /// The limit towards −∞ is −alpha. Zeros keep their sign, also where it is infinite or NaN.
    pub alpha: f32,
}

impl Default for Elu {
    /// An alpha of 1.
    fn default() -> Self {
        Self { alpha: 1.0 }
    }
}

/// 2^(i/8)
const POWERS: Powers = Powers::new(
    [
        0x3f800000, 0x3f8b95c2, 0x3f9837f0, 0x3fa5fed7, 0x3fb504f3, 0x3fc5672a, 0x3fd744fd,
        0x3feac0c7,
    ],
    0,
);
const CORRECTIONS: [u32; 8] = [
    0x00000000, 0xb26aa7ba, 0x3303055c, 0xb30a3787, 0x328ad47e, 0x319b4654, 0xb28287d9, 0xb1dabeef,
];
pub(super) const EXPM1: Expm1 =
    Expm1 { c: 1.0, rest: 0.0, powers: POWERS, corrections: CORRECTIONS };

impl Map<1> for Elu {
    #[inline(always)]
    fn eval<S: Simd>(self, [x]: [F32s<S>; 1]) -> F32s<S> {
        if !self.alpha.is_finite() {
            let negative = x.same(-self.alpha);
            return x.lt(0.0).select(negative, x.le(x).select(x, f32::NAN));
        }
        // One of the two parts is 0. A 0 that is subtracted from -0 leaves -0.
        EXPM1.negated(x.at_most(0.0)).neg_mul_add(self.alpha, x.at_least(-0.0))
    }
}

impl Elu {
    #[inline(always)]
    fn gradient<const FAR: bool, S: Simd>(self, [x, dy]: [F32s<S>; 2]) -> F32s<S> {
        let negative = scaled_exp::<FAR, true, S>(
            x.at_most(0.0),
            Factor::new(self.alpha),
            #[inline(always)]
            |e| e * dy,
        );
        x.same(0.0).lt(x).select(dy, negative)
    }
}

impl Map<2> for Backward<Elu> {
    const HAS_FAR: bool = true;

    #[inline(always)]
    fn eval<S: Simd>(self, inputs: [F32s<S>; 2]) -> F32s<S> {
        self.0.gradient::<false, S>(inputs)
    }
    #[inline(always)]
    fn is_usual<S: Simd>(self, [x, _]: [F32s<S>; 2]) -> bool {
        is_near(x.at_most(0.0), Factor::new(self.0.alpha))
    }
    #[inline(always)]
    fn eval_far<S: Simd>(self, inputs: [F32s<S>; 2]) -> F32s<S> {
        self.0.gradient::<true, S>(inputs)
    }
}

impl Map<2> for BackwardFromOutput<Elu> {
    #[inline(always)]
    fn eval<S: Simd>(self, [y, dy]: [F32s<S>; 2]) -> F32s<S> {
        dy * y.same(0.0).lt(y).select(1.0, y + self.0.alpha)
    }
}

impl FromOutput for Elu {
    const OUTPUT_BOUND: Bound = Bound::ROUNDED;
    const OUTPUT_SPECIALS: &'static [[f32; 2]] = &[
        [0.0, 1.0],
        [-0.0, 1.0],
        [-1.0, 0.0],
        [f32::INFINITY, 1.0],
        [f32::NEG_INFINITY, f32::NEG_INFINITY],
    ];

    fn derivative_from_output(self, y: f64) -> f64 {
        if y > 0.0 { 1.0 } else { y + f64::from(self.alpha) }
    }
    fn mistake_from_output(self) -> Option<&'static str> {
        let is_told = self.alpha >= 0.0 && self.alpha.is_finite();
        (!is_told).then_some("alpha must be finite and not negative")
    }
}

impl Contract for Elu {
    const NAME: &'static str = "elu";
    const FORMULA: &'static str = "x where x > 0, else alpha · (e^x − 1)";
    const DOMAIN: [i16; 2] = [-20, 5];
    const SHAPE: [f32; 2] = [-4.0, 4.0];
    const BOUNDS: Bounds = Bounds {
        default: Bound { fused: 0.859, baseline: 0.913 },
        fast: Bound { fused: 0.859, baseline: 0.913 },
        backward: Bound { fused: 0.904, baseline: 0.977 },
    };
    const RANGE: [f32; 2] = [-1.0, f32::INFINITY];
    const SPECIALS: &'static [[f32; 2]] = &[
        [0.0, 0.0],
        [-0.0, -0.0],
        [f32::INFINITY, f32::INFINITY],
        [f32::NEG_INFINITY, -1.0],
        [f32::MAX, f32::MAX],
        [f32::MIN, -1.0],
        [1e-45, 1e-45],
        [-1e-45, -1e-45],
    ];
    const DERIVATIVE_SPECIALS: &'static [[f32; 2]] = &[
        [0.0, 1.0],
        [-0.0, 1.0],
        [f32::INFINITY, 1.0],
        [f32::NEG_INFINITY, 0.0],
        [f32::MAX, 1.0],
        [f32::MIN, 0.0],
    ];

    fn each_parameter(&mut self, visit: &mut dyn FnMut(&'static str, &mut f32)) {
        visit("alpha", &mut self.alpha);
    }
    fn exact(self, x: f64) -> f64 {
        if x > 0.0 { x } else { f64::from(self.alpha) * libm::expm1(x) }
    }
    fn derivative(self, x: f64) -> f64 {
        if x > 0.0 { 1.0 } else { f64::from(self.alpha) * libm::exp(x) }
    }
}
