use crate::{
    contract::{Bound, Bounds, Contract, FromOutput},
    isa::Simd,
    map::{Backward, BackwardFromOutput, Map},
    math::exp::Powers,
    math::expm1::Expm1,
    math::factor::Factor,
    math::hex::hex,
    math::scaled_exp::{is_near, scaled_exp},
    vector::F32s,
};

/// The scaled exponential linear unit: λ x where x > 0, else λ α (e^x − 1), for
/// λ = 1.0507009873554805 and α = 1.6732632423543772.
///
/// | maximum error, all inputs | ULP | at x | |
/// |---|---|---|---|
/// | default and [`Fast`](crate::Fast) | 0.964 | −0.13029209 | `avx512`, `avx2`, `neon` |
/// | both, without FMA | 1.895 | −0.1530791 | `baseline` |
/// | gradient | 1.894 | −3.4225488 | `avx512`, `avx2`, `neon` |
/// | gradient, without FMA | 1.860 | −2.6463928 | `baseline` |
///
/// The function is monotonic.
///
/// | x | selu(x) | selu'(x) |
/// |---|---|---|
/// | ±0 | ±0 | 1.7580993 |
/// | +∞ | +∞ | 1.050701 |
/// | −∞ | −1.7580993 | 0 |
/// | NaN | NaN | NaN |
///
/// The gradient is `λ dy` where x > 0, else `λ α e^x dy`. The gradient from the output is `λ dy`
/// where y > 0, else `(y + 1.7580993) dy`, whose sum is correctly rounded: that is λ α rounded to
/// f32, the negative of the least result, which has the gradient 0. Near it a y has few digits of
/// e^x left.
///
/// ```
/// use activations::{Activation, Selu};
///
/// let mut x = [-1e-10, 0.0, f32::NEG_INFINITY];
/// Selu.apply(&mut x);
/// assert_eq!(x, [-1.7580993e-10, 0.0, -1.7580993]);
/// ```
///
/// Definition: `Selu` of ONNX with its default constants, `torch.nn.SELU`; Klambauer, Unterthiner,
/// Mayr, Hochreiter, "Self-normalizing neural networks" (2017). The constants of the definition are
/// not rounded to f32.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Selu;

/// λ, and λ − 1, which keeps more digits of λ. Constants: `scripts/elu.py`.
const LAMBDA: f32 = hex("0x1.0cfabep0");
const LAMBDA_LESS_1: f32 = hex("0x1.9f57aep-5");
/// λ α = `LAMBDA_ALPHA (1 + LAMBDA_ALPHA_REST)`
const LAMBDA_ALPHA: f32 = hex("0x1.c212ccp0");
const LAMBDA_ALPHA_REST: f32 = hex("0x1.c74dcp-27");
/// λ α 2^(i/8)
const POWERS: Powers = Powers::new(
    [
        0x3fe10966, 0x3ff5677f, 0x4005cec1, 0x4011eb13, 0x401f1fff, 0x402d86eb, 0x403d3b8a,
        0x404e5c0d,
    ],
    0,
);
const CORRECTIONS: [u32; 8] = [
    0x00000000, 0xb3259cde, 0xb2fcd2f3, 0xb30cd610, 0xb0cd7920, 0x32975261, 0xb364630c, 0x320dfb1e,
];
const EXPM1: Expm1 =
    Expm1 { c: LAMBDA_ALPHA, rest: LAMBDA_ALPHA_REST, powers: POWERS, corrections: CORRECTIONS };

impl Map<1> for Selu {
    #[inline(always)]
    fn eval<S: Simd>(self, [x]: [F32s<S>; 1]) -> F32s<S> {
        let negative = EXPM1.negated(x.at_most(0.0));
        let positive = x.at_least(-0.0);
        // One of the two parts is 0. A 0 that is subtracted from -0 leaves -0.
        if S::FUSED {
            positive.mul_add(LAMBDA_LESS_1, positive - negative)
        } else {
            positive * LAMBDA - negative
        }
    }
}

#[inline(always)]
fn gradient<const FAR: bool, S: Simd>([x, dy]: [F32s<S>; 2]) -> F32s<S> {
    let negative = scaled_exp::<FAR, false, S>(
        x.at_most(0.0),
        Factor::new(LAMBDA_ALPHA),
        #[inline(always)]
        |e| e * dy,
    );
    x.same(0.0).lt(x).select(dy * LAMBDA, negative)
}

impl Map<2> for Backward<Selu> {
    const HAS_FAR: bool = true;

    #[inline(always)]
    fn eval<S: Simd>(self, inputs: [F32s<S>; 2]) -> F32s<S> {
        gradient::<false, S>(inputs)
    }
    #[inline(always)]
    fn is_usual<S: Simd>(self, [x, _]: [F32s<S>; 2]) -> bool {
        is_near(x.at_most(0.0), Factor::new(LAMBDA_ALPHA))
    }
    #[inline(always)]
    fn eval_far<S: Simd>(self, inputs: [F32s<S>; 2]) -> F32s<S> {
        gradient::<true, S>(inputs)
    }
}

impl Map<2> for BackwardFromOutput<Selu> {
    #[inline(always)]
    fn eval<S: Simd>(self, [y, dy]: [F32s<S>; 2]) -> F32s<S> {
        dy * y.same(0.0).lt(y).select(LAMBDA, y + LAMBDA_ALPHA)
    }
}

impl FromOutput for Selu {
    const OUTPUT_BOUND: Bound = Bound::ROUNDED;
    const OUTPUT_SPECIALS: &'static [[f32; 2]] = &[
        [0.0, LAMBDA_ALPHA],
        [-0.0, LAMBDA_ALPHA],
        [-LAMBDA_ALPHA, 0.0],
        [f32::INFINITY, LAMBDA],
        [f32::NEG_INFINITY, f32::NEG_INFINITY],
    ];

    fn derivative_from_output(self, y: f64) -> f64 {
        if y > 0.0 { EXACT_LAMBDA } else { y + f64::from(LAMBDA_ALPHA) }
    }
}

impl Contract for Selu {
    const NAME: &'static str = "selu";
    const FORMULA: &'static str = "λ · x where x > 0, else λ · α · (e^x − 1)";
    const DOMAIN: [i16; 2] = [-20, 5];
    const SHAPE: [f32; 2] = [-4.0, 4.0];
    const BOUNDS: Bounds = Bounds {
        default: Bound { fused: 0.964, baseline: 1.895 },
        fast: Bound { fused: 0.964, baseline: 1.895 },
        backward: Bound { fused: 1.894, baseline: 1.860 },
    };
    const RANGE: [f32; 2] = [-LAMBDA_ALPHA, f32::INFINITY];
    const SPECIALS: &'static [[f32; 2]] = &[
        [0.0, 0.0],
        [-0.0, -0.0],
        [f32::INFINITY, f32::INFINITY],
        [f32::NEG_INFINITY, -LAMBDA_ALPHA],
        [f32::MAX, f32::INFINITY],
        [f32::MIN, -LAMBDA_ALPHA],
        [1e-45, 1e-45],
        [-1e-45, -3e-45],
    ];
    const DERIVATIVE_SPECIALS: &'static [[f32; 2]] = &[
        [0.0, LAMBDA_ALPHA],
        [-0.0, LAMBDA_ALPHA],
        [f32::INFINITY, LAMBDA],
        [f32::NEG_INFINITY, 0.0],
        [f32::MAX, LAMBDA],
        [f32::MIN, 0.0],
    ];

    fn exact(self, x: f64) -> f64 {
        EXACT_LAMBDA * if x > 0.0 { x } else { EXACT_ALPHA * libm::expm1(x) }
    }
    fn derivative(self, x: f64) -> f64 {
        EXACT_LAMBDA * if x > 0.0 { 1.0 } else { EXACT_ALPHA * libm::exp(x) }
    }
}

const EXACT_LAMBDA: f64 = 1.0507009873554805;
const EXACT_ALPHA: f64 = 1.6732632423543772;
