use crate::{
    contract::{Bound, Bounds, Contract},
    isa::Simd,
    map::{Backward, Map},
    math::sigmoid_product::SigmoidProduct,
    math::softplus::Core,
    tier::Fast,
    vector::F32s,
};

/// The logarithm of the logistic sigmoid, −log(1 + e^−x): −softplus(−x).
///
/// | maximum error, all inputs | ULP | at x | |
/// |---|---|---|---|
/// | default | 1.329 | 1.2713387 | `avx512`, `avx2`, `neon` |
/// | [`Fast`] | 2.429 | 3.4511461 | |
/// | default, without FMA | 1.108 | 1.2608572 | `baseline` |
/// | [`Fast`], without FMA | 1.108 | 1.2608572 | |
/// | gradient | 1.783 | 0.29247758 | `avx512`, `avx2`, `neon` |
/// | gradient, without FMA | 1.927 | 15.595854 | `baseline` |
///
/// The result is at most 0 and monotonic in every tier. Its bits are those of
/// [`Softplus`](crate::Softplus) at −x, with the other sign. The logarithm of a rounded sigmoid
/// would have no digits where that is near 1, and be −∞ below −104.
///
/// | x | log_sigmoid(x) | log_sigmoid'(x) |
/// |---|---|---|
/// | ±0 | −log(2) | 0.5 |
/// | +∞ (and above 103.97) | −0 | 0 |
/// | −∞ | −∞ | 1 |
/// | NaN | NaN | NaN |
///
/// The gradient is `dy / (1 + e^x)`, which is as accurate in the tail: e^-x may be far below the
/// range of f32 where its product with dy is not.
///
/// ```
/// use activations::{Activation, LogSigmoid};
///
/// let mut x = [0.0, 100.0, -1000.0_f32];
/// LogSigmoid.apply(&mut x);
/// assert_eq!(x, [-0.6931472, -3.8e-44, -1000.0]);
/// ```
///
/// Definition: `torch.nn.LogSigmoid`, `scipy.special.log_expit`.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct LogSigmoid;

const CORE: Core<4> = Core::new(-1.0);
const FAST: Core<3> = Core::fast(-1.0);
const GRADIENT: SigmoidProduct = SigmoidProduct::new(-1.0);

impl Map<1> for LogSigmoid {
    const SPILLS: bool = true;
    const HAS_FAR: bool = true;

    #[inline(always)]
    fn eval<S: Simd>(self, [x]: [F32s<S>; 1]) -> F32s<S> {
        if S::FUSED { CORE.eval::<false, true, S>(x) } else { CORE.eval_unfused::<true, S>(x) }
    }
    #[inline(always)]
    fn is_usual<S: Simd>(self, [x]: [F32s<S>; 1]) -> bool {
        !S::FUSED || CORE.is_usual(x)
    }
    #[inline(always)]
    fn eval_far<S: Simd>(self, [x]: [F32s<S>; 1]) -> F32s<S> {
        CORE.eval::<true, true, S>(x)
    }
}

impl Map<1> for Fast<LogSigmoid> {
    const SPILLS: bool = true;
    const HAS_FAR: bool = true;

    #[inline(always)]
    fn eval<S: Simd>(self, [x]: [F32s<S>; 1]) -> F32s<S> {
        if S::FUSED {
            FAST.eval_fast::<false, true, S>(x)
        } else {
            CORE.eval_unfused::<true, S>(x)
        }
    }
    #[inline(always)]
    fn is_usual<S: Simd>(self, [x]: [F32s<S>; 1]) -> bool {
        !S::FUSED || FAST.is_usual(x)
    }
    #[inline(always)]
    fn eval_far<S: Simd>(self, [x]: [F32s<S>; 1]) -> F32s<S> {
        FAST.eval_fast::<true, true, S>(x)
    }
}

impl Map<2> for Backward<LogSigmoid> {
    const HAS_FAR: bool = true;

    #[inline(always)]
    fn eval<S: Simd>(self, [x, dy]: [F32s<S>; 2]) -> F32s<S> {
        GRADIENT.eval::<false, S>(x, dy)
    }
    #[inline(always)]
    fn is_usual<S: Simd>(self, [x, _]: [F32s<S>; 2]) -> bool {
        GRADIENT.is_near(x)
    }
    #[inline(always)]
    fn eval_far<S: Simd>(self, [x, dy]: [F32s<S>; 2]) -> F32s<S> {
        GRADIENT.eval::<true, S>(x, dy)
    }
}

impl Contract for LogSigmoid {
    const NAME: &'static str = "log_sigmoid";
    const FORMULA: &'static str = "−log(1 + e^−x)";
    const TORCH: &'static str = "logsigmoid";
    const DOMAIN: [i16; 2] = [-20, 105];
    const COMPOSED: bool = true;
    const BOUNDS: Bounds = Bounds {
        default: Bound { fused: 1.329, baseline: 1.108 },
        fast: Bound { fused: 2.429, baseline: 1.108 },
        backward: Bound { fused: 1.783, baseline: 1.927 },
    };
    const RANGE: [f32; 2] = [f32::NEG_INFINITY, 0.0];
    const SPECIALS: &'static [[f32; 2]] = &[
        [0.0, -core::f32::consts::LN_2],
        [-0.0, -core::f32::consts::LN_2],
        [f32::INFINITY, -0.0],
        [f32::NEG_INFINITY, f32::NEG_INFINITY],
        [f32::MAX, -0.0],
        [f32::MIN, f32::MIN],
        [f32::MIN_POSITIVE, -core::f32::consts::LN_2],
    ];
    const DERIVATIVE_SPECIALS: &'static [[f32; 2]] = &[
        [0.0, 0.5],
        [-0.0, 0.5],
        [f32::INFINITY, 0.0],
        [f32::NEG_INFINITY, 1.0],
        [f32::MAX, 0.0],
        [f32::MIN, 1.0],
    ];

    fn exact(self, x: f64) -> f64 {
        let log = libm::log1p(libm::exp(-x.abs()));
        if x < 0.0 { x - log } else { -log }
    }
    fn derivative(self, x: f64) -> f64 {
        let e = libm::exp(-x.abs());
        if x > 0.0 { e / (1.0 + e) } else { 1.0 / (1.0 + e) }
    }
}
