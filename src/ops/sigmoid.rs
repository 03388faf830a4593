use crate::{
    activation::Activation,
    contract::{Bound, Bounds, Contract},
    isa::Simd,
    map::{Backward, Map},
    math::exp::{C0, C2, C3, Powers, reduce_negated, unfused},
    math::exp_f64::{Coefficients, power},
    math::hex::{hex, hex_f64},
    math::logistic::{gradient, is_near, ratio},
    tier::{Exact, Fast},
    vector::{F32s, likely},
};

/// The logistic sigmoid, 1 / (1 + e^-x).
///
/// | maximum error, all inputs | ULP | at x | |
/// |---|---|---|---|
/// | default | 0.960 | −2.0224516 | `avx512`, `avx2`, `neon` |
/// | [`Fast`] | 2.986 | −16.663769 | |
/// | default, without FMA | 1.633 | −5.879999 | `baseline` |
/// | [`Fast`], without FMA | 2.481 | −16.635704 | |
/// | [`Exact`] | correctly rounded | | |
/// | gradient | 1.943 | ±0.2619401 | `avx512`, `avx2`, `neon` |
/// | gradient, without FMA | 1.934 | ±0.17412053 | `baseline` |
///
/// The result is in [0, 1] and monotonic in every tier. Results below the
/// smallest normal number (x < -87.34) are as accurate as the others, not flushed.
///
/// | x | sigmoid(x) | sigmoid'(x) |
/// |---|---|---|
/// | ±0 | 0.5 | 0.25 |
/// | +∞ (and above 17.33) | 1 | 0 |
/// | −∞ (and below −103.97) | +0 | 0 |
/// | NaN | NaN | NaN |
///
/// The gradient `dy / (e^x + 2 + e^-x)` is accurate in both tails. `y * (1 - y)` would be 0 where y
/// has rounded to 1.
///
/// ```
/// use activations::{Activation, Sigmoid};
///
/// let mut x = [0.0, -100.0, f32::INFINITY];
/// Sigmoid.apply(&mut x);
/// assert_eq!(x, [0.5, 3.8e-44, 1.0]);
/// ```
///
/// Definition: `Sigmoid` of ONNX, `torch.sigmoid`, `scipy.special.expit`.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Sigmoid;

/// `x[i] = 1 / (1 + e^-x[i])`: [`Sigmoid`] in place, in the default tier, with an error of at most
/// 0.960 ULP.
///
/// ```
/// let mut x = [0.0, 1.0];
/// activations::sigmoid(&mut x);
/// assert_eq!(x, [0.5, 0.7310586]);
/// ```
pub fn sigmoid(x: &mut [f32]) {
    Sigmoid.apply(x);
}

/// The number of halvings that keep every power in range for x in [-104, 60]. Constants:
/// `scripts/sigmoid.py`.
const HALVINGS: i32 = 24;

/// K 2^(i/8). K = 1.722 makes all eight close to f32 numbers, so they need no correction. It also
/// keeps K + K E below 2^(n+1) where the rounding of that sum would matter most.
const POWERS: Powers = Powers::new(
    [
        0x3fdc70b9, 0x3ff06452, 0x40031319, 0x400ef018, 0x401bdff6, 0x4029fb94, 0x40395e13,
        0x404a2509,
    ],
    -HALVINGS,
);
/// K, halved as often as the powers, and 2^24 / K.
const K: f32 = hex("0x1.b8e172p-24");
const PER_K: f32 = hex("0x1.294bbep23");

/// The factor of quotients that may be subnormal, and its reciprocal. A division with a subnormal
/// result takes three times as long as another one.
const LIFT: f32 = hex("0x1p32");
const LOWER: f32 = hex("0x1p-32");

impl Map<1> for Sigmoid {
    #[inline(always)]
    fn eval<S: Simd>(self, [x]: [F32s<S>; 1]) -> F32s<S> {
        if !S::FUSED {
            return plain(x);
        }
        if likely(x.all_below(60.0)) {
            let [d, rest] = denominator(x);
            return corrected(K / d, d, rest);
        }
        let [d, rest] = denominator(x.clamp(-104.0, 60.0));
        // A subnormal quotient is rounded twice, which is corrected, too.
        corrected(((K * LIFT) / d).tiny_product(LOWER), d, rest)
    }
}

/// Returns K + K E as a sum of two numbers, which is exact except for the rounding of `small`.
#[inline(always)]
fn denominator<S: Simd>(x: F32s<S>) -> [F32s<S>; 2] {
    let reduced = reduce_negated(x);
    let r = reduced.r;
    let p = r.mul_add(-C3, C2).mul_add(r * r, C0 - r);
    let scale = POWERS.at(reduced.z);
    let large = scale.at_least(K);
    let small = scale.mul_add(p, scale.at_most(K));
    let d = large + small;
    [d, small - (d - large)]
}

/// Returns the quotient of K, given the one that neglects the remainder of the denominator.
#[inline(always)]
fn corrected<S: Simd>(y: F32s<S>, d: F32s<S>, rest: F32s<S>) -> F32s<S> {
    let error = y.neg_mul_add(rest, y.neg_mul_add(d, K));
    (y * PER_K).mul_add(error, y)
}

/// 2^(i/8)
const POWERS_OF_TWO: Powers = Powers::new(
    [
        0x3f800000, 0x3f8b95c2, 0x3f9837f0, 0x3fa5fed7, 0x3fb504f3, 0x3fc5672a, 0x3fd744fd,
        0x3feac0c7,
    ],
    -HALVINGS,
);

impl Map<1> for Fast<Sigmoid> {
    const HAS_FAR: bool = true;

    #[inline(always)]
    fn eval<S: Simd>(self, [x]: [F32s<S>; 1]) -> F32s<S> {
        if !S::FUSED {
            let reduced = unfused::reduce(-x.clamp(-104.0, 60.0));
            return ONE / ((reduced.p + 1.0) * unfused::power(ONE, reduced.k) + ONE);
        }
        ONE / fast_denominator(x)
    }
    #[inline(always)]
    fn is_usual<S: Simd>(self, [x]: [F32s<S>; 1]) -> bool {
        !S::FUSED || x.all_below(60.0)
    }
    #[inline(always)]
    fn eval_far<S: Simd>(self, [x]: [F32s<S>; 1]) -> F32s<S> {
        if !S::FUSED {
            return self.eval([x]);
        }
        let d = fast_denominator(x.clamp(-104.0, 60.0));
        let lifted = (ONE * LIFT) / d;
        let y = lifted.tiny_product(LOWER);
        // A subnormal y is rounded twice, so it is corrected by the remainder of the division.
        lifted.tiny_product(LOWER / ONE).mul_add(y.neg_mul_add(d, ONE), y)
    }
}

const ONE: f32 = hex("0x1p-24");

/// Returns 2^-24 (1 + e^-x), with FMA.
#[inline(always)]
fn fast_denominator<S: Simd>(x: F32s<S>) -> F32s<S> {
    /// Coefficients of e^-r, highest power first.
    const COEFFICIENTS: [f32; 4] = [hex("-0x1.555d8ap-3"), hex("0x1.000a42p-1"), -1.0, 1.0];
    let reduced = reduce_negated(x);
    POWERS_OF_TWO.at(reduced.z).mul_add(reduced.r.poly(COEFFICIENTS), ONE)
}

/// The kernel without FMA. There is no residual to correct the quotient by, so each region has the
/// form that rounds least: E / (1 + E) as E (1 + small), 1 / (1 + E) as 1 - small, and the form of
/// tanh between them.
#[inline(always)]
fn plain<S: Simd>(x: F32s<S>) -> F32s<S> {
    const SMALLEST: f32 = hex("0x1p-120");
    let a = x.clamp(-104.5, 20.0);
    let reduced = unfused::reduce(a);
    // t = e^a. The limit only keeps the powers normal.
    let t = (reduced.p + 1.0) * unfused::power(1.0, reduced.k).at_least(SMALLEST);
    let half = x * 0.5;
    let s = half * half;
    let near = x.abs().lt(1.3);
    let negative = x.lt(0.0);

    let numerator = near.select(s, negative.select(reduced.p - t, -1.0));
    let v = numerator / near.select(ratio(s), t + 1.0);

    let quarter = x * 0.25;
    let middle = 0.5 + (quarter - quarter * v);
    let outside = negative.select(unfused::scale(v + 1.0, reduced.k), v + 1.0);
    // The last addend is NaN where x is, and 0 elsewhere.
    near.select(middle, outside) + a * 0.0
}

/// These coefficients were chosen among good ones such that no result is misrounded. Those of least
/// error fail at −0.0011178852, 0.039486412 and −0.5991945; without FMA, at 0.039486412 and
/// −0.14087462. Constants: `scripts/exact.py`.
const EXACT: Coefficients<6, 5> = Coefficients {
    fused: [
        hex_f64("0x1.43da5047d0ef6p-13"),
        hex_f64("0x1.5d8d652aefac8p-10"),
        hex_f64("0x1.3b2ab3ce358b5p-7"),
        hex_f64("0x1.c6b08d6554bafp-5"),
        hex_f64("0x1.ebfbdff8331d7p-3"),
        hex_f64("0x1.62e42fefa35bfp-1"),
    ],
    unfused: [
        hex_f64("0x1.6c0fdee986ec6p-10"),
        hex_f64("0x1.111685e2ebb92p-7"),
        hex_f64("0x1.5555558c55b82p-5"),
        hex_f64("0x1.55555540f9dc6p-3"),
        hex_f64("0x1.fffffffffd6f9p-2"),
    ],
};

impl Map<1> for Exact<Sigmoid> {
    const TWO_ON_AVX512: bool = true;
    const SPILLS: bool = true;

    #[inline(always)]
    fn eval<S: Simd>(self, [x]: [F32s<S>; 1]) -> F32s<S> {
        /// The numerator without FMA. With 1, no coefficients round −0.0011178852 correctly.
        const NUMERATOR: f64 = hex_f64("0x1.0000000000001p0");
        const SMALL: f32 = hex("0x1p-12");
        let e = power::<3, _, _, _>(x, [-105.0, 60.0], -1.0, &EXACT);
        let y = if S::FUSED {
            1.0 / e.rest_plus(e.scale + 1.0)
        } else {
            NUMERATOR / (e.rest_plus(e.scale) + 1.0)
        };
        let y = y.narrow();
        if x.all_from(SMALL) { y } else { x.abs().lt(SMALL).select(near_half(x), y) }
    }
}

/// Returns 1/2 + x/4 - x^3/48 for small x. The first two terms may be a midpoint of two f32
/// numbers. Then the third term decides, beyond the precision of f64, and it always points to 1/2.
/// So does a factor slightly below 1/4.
#[inline(always)]
fn near_half<S: Simd>(x: F32s<S>) -> F32s<S> {
    const QUARTER: f32 = hex("0x1.fffffep-3");
    if S::FUSED { x.mul_add(QUARTER, 0.5) } else { (x.widen() * f64::from(QUARTER) + 0.5).narrow() }
}

impl Map<2> for Backward<Sigmoid> {
    const HAS_FAR: bool = true;

    #[inline(always)]
    fn eval<S: Simd>(self, [x, dy]: [F32s<S>; 2]) -> F32s<S> {
        gradient::<false, S>(x.abs(), 1.0, dy)
    }
    #[inline(always)]
    fn is_usual<S: Simd>(self, [x, _]: [F32s<S>; 2]) -> bool {
        is_near(x.abs())
    }
    #[inline(always)]
    fn eval_far<S: Simd>(self, [x, dy]: [F32s<S>; 2]) -> F32s<S> {
        gradient::<true, S>(x.abs(), 1.0, dy)
    }
}

impl Contract for Sigmoid {
    const NAME: &'static str = "sigmoid";
    const FORMULA: &'static str = "1 / (1 + e^−x)";
    const DOMAIN: [i16; 2] = [-105, 30];
    const BOUNDS: Bounds = Bounds {
        default: Bound { fused: 0.960, baseline: 1.633 },
        fast: Bound { fused: 2.986, baseline: 2.481 },
        backward: Bound { fused: 1.943, baseline: 1.934 },
    };
    const RANGE: [f32; 2] = [0.0, 1.0];
    const SPECIALS: &'static [[f32; 2]] = &[
        [0.0, 0.5],
        [-0.0, 0.5],
        [f32::INFINITY, 1.0],
        [f32::NEG_INFINITY, 0.0],
        [f32::MAX, 1.0],
        [f32::MIN, 0.0],
        [f32::MIN_POSITIVE, 0.5],
    ];
    const DERIVATIVE_SPECIALS: &'static [[f32; 2]] =
        &[[0.0, 0.25], [-0.0, 0.25], [f32::INFINITY, 0.0], [f32::NEG_INFINITY, 0.0]];

    fn exact(self, x: f64) -> f64 {
        if x < 0.0 { libm::exp(x) / (1.0 + libm::exp(x)) } else { 1.0 / (1.0 + libm::exp(-x)) }
    }
    fn derivative(self, x: f64) -> f64 {
        let e = libm::exp(-x.abs());
        e / ((1.0 + e) * (1.0 + e))
    }
}
