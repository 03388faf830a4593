use crate::{
    contract::{Bound, Bounds, Contract, Crossing},
    isa::Simd,
    map::{Backward, Map},
    math::exp::Powers,
    math::gauss::unfused_exp2,
    math::hex::hex,
    math::gelu::{gradient, is_near, unfused_mills},
    tier::Fast,
    vector::{F32s, U32s},
};
use core::f64::consts::{FRAC_1_SQRT_2, LOG2_E};

/// The Gaussian error linear unit, x Φ(x), where Φ is the distribution function of the standard
/// normal distribution.
///
/// | maximum error, all inputs | ULP | at x | |
/// |---|---|---|---|
/// | default | 1.790 | −7.7878246 | `avx512`, `avx2`, `neon` |
/// | [`Fast`] | 3.395 | −7.0310555 | |
/// | both, without FMA | 1.357 | −2.2015774 | `baseline` |
/// | gradient | 1.289 | −10.609701 | `avx512`, `avx2`, `neon` |
/// | gradient, without FMA | 1.156 | −6.7067027 | `baseline` |
///
/// Results are accurate in the whole left tail, subnormal ones too. The minimum is −0.16997121 at
/// −0.7517916. Between −1.25 and −0.5, where the derivative crosses 0, errors of the gradient are
/// in units in the last place of 0.125 if it is smaller.
///
/// | x | gelu(x) | gelu'(x) |
/// |---|---|---|
/// | ±0 | ±0 | 0.5 |
/// | +∞ | +∞ | 1 |
/// | −∞ (and below −14.46) | −0 | −0 |
/// | NaN | NaN | NaN |
///
/// No finite x overflows. The gradient is `(Φ(x) + x φ(x)) dy`, where φ is the density.
///
/// ```
/// use activations::{Activation, Gelu};
///
/// let mut x = [-10.0, -1.0, 2.0_f32];
/// Gelu.apply(&mut x);
/// assert_eq!(x, [-7.619853e-23, -0.15865526, 1.9544997]);
/// ```
///
/// Definition: `Gelu` of ONNX and `torch.nn.functional.gelu`, with `approximate = "none"`;
/// Hendrycks, Gimpel, "Gaussian error linear units (GELUs)" (2016). [`GeluTanh`](crate::GeluTanh)
/// is the other form.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Gelu;

// x Φ(x) = max(x, 0) - a Φ(-a), a = |x|, and Φ(-a) = 2^-(C a^2 + m(a)). The logarithm m is smooth
// and small, so no quotient is needed. Around one of eight centres m = K + C t (G1 + t (G2 + … +
// t G6)), t = a - centre. At the centres m is a multiple of 1/8, K, which is a part of the number
// that rounds the exponent. Constants: `scripts/gelu.py`.

const CENTRES: [u32; 8] = [
    0x3f8b37e3, 0x40163303, 0x4089a36a, 0x40973c8e, 0x40b5fb8f, 0x410289fb, 0x414b032e, 0x00000000,
];
/// 1.5 * 2^20 - K
const MAGICS: [u32; 8] = [
    0x49bffff0, 0x49bfffea, 0x49bfffe4, 0x49bfffe3, 0x49bfffe1, 0x49bfffdd, 0x49bfffd8, 0x49bffff8,
];
const G1: [u32; 8] = [
    0x3f82148d, 0x3f2c7cc8, 0x3ed969ef, 0x3ec89561, 0x3eaa5721, 0x3e73fd76, 0x3e1f76ae, 0x3fcc422a,
];
const G2: [u32; 8] = [
    0xbe41b01a, 0xbdc4582e, 0xbd2accf4, 0xbd12e35b, 0xbcd78f06, 0xbc626063, 0xbbc452c5, 0xbeba0d02,
];
const G3: [u32; 8] = [
    0x3d166ee0, 0x3c812561, 0x3ba68373, 0x3b86bfb2, 0x3b2d2f98, 0x3a88b19f, 0x399f3ec4, 0x3d94d812,
];
const G4: [u32; 8] = [
    0xbbcc85e5, 0xbb26cd59, 0xba2d8315, 0xba04d9ea, 0xb9929cd1, 0xb8b7ff55, 0xb78f2720, 0xbc1d6c7a,
];
const G5: [u32; 8] = [
    0x3a4f6938, 0x39c5c97b, 0x38947e72, 0x3891e10d, 0x37e0a357, 0x3702e132, 0x358da2ca, 0x3874777f,
];
const G6: [u32; 8] = [
    0xb839ce55, 0xb82cdd84, 0xb78fd2f0, 0xb70303fb, 0xb5d7910e, 0xb50df94b, 0xb395010a, 0x39795d62,
];
/// log2(e) / 2, whose rounding error is smooth in a and a part of m.
const C: f32 = hex("0x1.715476p-1");
/// Below it no result is subnormal, and no factor of one.
const LIMIT: f32 = 12.9;

#[inline(always)]
fn at<S: Simd>(table: &[u32; 8], i: U32s<S>) -> F32s<S> {
    i.entry_of(table).float()
}

/// Returns log2 of Φ(-a), rounded to a multiple of 1/8, in the low bits, and the remainder.
#[inline(always)]
fn log2_tail<const FAR: bool, S: Simd>(a: F32s<S>) -> (U32s<S>, F32s<S>) {
    // Quarters of a binade of this number, by the last bit of its exponent and the first two of its
    // mantissa.
    let v = a.mul_add(0.40625, 1.75);
    let v = if FAR { v.at_most(6.99) } else { v };
    let i = v.bits() >> 21;
    let s = a.tiny_product(a);
    let t = a - at(&CENTRES, i);
    let low = a.mul_add(a, -s);
    let near = t.mul_add(at(&G3, i), at(&G2, i)).mul_add(t, at(&G1, i)).mul_add(t, low);
    let rest = t.mul_add(at(&G6, i), at(&G5, i)).mul_add(t, at(&G4, i));
    let tt = t.tiny_product(t);
    let w = tt.tiny_product(tt).mul_add(rest, near);
    // `near` is enough to choose the multiple of 1/8, and known sooner.
    let magic = at(&MAGICS, i);
    let z = (s + near).mul_add(-C, magic);
    (z.bits(), w.mul_add(-C, s.mul_add(-C, magic - z)))
}

/// K 2^(i/8). K = 1.0240 makes all eight close to f32 numbers, so they need no corrections.
const POWERS: Powers = Powers::new(
    [
        0x3f831319, 0x3f8ef018, 0x3f9bdff6, 0x3fa9fb94, 0x3fb95e13, 0x3fca2509, 0x3fdc70b9,
        0x3ff06452,
    ],
    0,
);
/// 2^`LIFT` times as much, with which no part of a product is subnormal, and 2^-`LIFT`.
const LIFTED: Powers = POWERS.times_power(LIFT.cast_signed());
const LIFT: u32 = 32;
const UNIT: f32 = hex("0x1p-32");
/// Coefficients of 2^r / K - 1, highest power first, with an error of 0.364 * 2^-24.
const REST: [f32; 4] =
    [hex("0x1.bbdf96p-5"), hex("0x1.e08502p-3"), hex("0x1.5a9116p-1"), hex("-0x1.805158p-6")];
/// Coefficients of 2^r / K.
const WHOLE: [f32; 4] = [REST[0], REST[1], REST[2], 1.0 + REST[3]];

/// Returns the power times 2^(64 + `lift`), and 2^-(64 + `lift`), or without the 64, as it is
/// wherever a is below `LIMIT`. So both forms have the same bits there.
#[inline(always)]
fn scaled<S: Simd>(z: U32s<S>, lift: u32) -> (F32s<S>, F32s<S>) {
    let f = ((z + 5100) & 4096) << 17;
    let scale = POWERS.bits_at(z) + ((64 + lift) << 23) - f;
    (scale.float(), (f + ((63 - lift) << 23)).float())
}

/// Returns a times the power `scale` 2^r K, rounded at two places only.
#[inline(always)]
fn product<S: Simd>(a: F32s<S>, scale: F32s<S>, r: F32s<S>) -> F32s<S> {
    let n = a.tiny_product(scale);
    n + n.mul_add(r.poly(REST), a.mul_add(scale, -n))
}

impl Map<1> for Gelu {
    const TWO_ON_AVX512: bool = true;
    const HAS_FAR: bool = true;

    #[inline(always)]
    fn eval<S: Simd>(self, [x]: [F32s<S>; 1]) -> F32s<S> {
        if !S::FUSED {
            return unfused(x);
        }
        let a = x.abs();
        let (z, r) = log2_tail::<false, S>(a);
        product(a, LIFTED.at(z), r).neg_mul_add(UNIT, x.at_least(0.0))
    }
    #[inline(always)]
    fn is_usual<S: Simd>(self, [x]: [F32s<S>; 1]) -> bool {
        !S::FUSED || x.all_below(LIMIT)
    }
    #[inline(always)]
    fn eval_far<S: Simd>(self, [x]: [F32s<S>; 1]) -> F32s<S> {
        if !S::FUSED {
            return unfused(x);
        }
        let a = x.abs().at_most(14.5);
        let (z, r) = log2_tail::<true, S>(a);
        let (scale, unit) = scaled(z, LIFT);
        product(a, scale, r).neg_mul_add(unit, x.at_least(0.0))
    }
}

impl Map<1> for Fast<Gelu> {
    const HAS_FAR: bool = true;

    #[inline(always)]
    fn eval<S: Simd>(self, [x]: [F32s<S>; 1]) -> F32s<S> {
        if !S::FUSED {
            return unfused(x);
        }
        let a = x.abs();
        let (z, r) = log2_tail::<false, S>(a);
        a.neg_mul_add(POWERS.at(z) * r.poly(WHOLE), x.at_least(0.0))
    }
    #[inline(always)]
    fn is_usual<S: Simd>(self, [x]: [F32s<S>; 1]) -> bool {
        !S::FUSED || x.all_below(LIMIT)
    }
    #[inline(always)]
    fn eval_far<S: Simd>(self, [x]: [F32s<S>; 1]) -> F32s<S> {
        if !S::FUSED {
            return unfused(x);
        }
        let a = x.abs().at_most(14.5);
        let (z, r) = log2_tail::<true, S>(a);
        let (scale, unit) = scaled(z, 0);
        a.tiny_product(unit).neg_mul_add(scale * r.poly(WHOLE), x.at_least(0.0))
    }
}

/// The kernel without FMA, with the product in f64.
#[inline(always)]
fn unfused<S: Simd>(x: F32s<S>) -> F32s<S> {
    let a = x.abs().at_most(14.5).widen();
    let h = a * unfused_exp2(a * a * (0.5 * LOG2_E)) * unfused_mills(a);
    (x.at_least(0.0).widen() - h).narrow()
}

impl Map<2> for Backward<Gelu> {
    const TWO_ON_AVX512: bool = true;
    const HAS_FAR: bool = true;

    #[inline(always)]
    fn eval<S: Simd>(self, [x, dy]: [F32s<S>; 2]) -> F32s<S> {
        gradient::<false, S>(x, dy)
    }
    #[inline(always)]
    fn is_usual<S: Simd>(self, [x, _]: [F32s<S>; 2]) -> bool {
        !S::FUSED || is_near(x)
    }
    #[inline(always)]
    fn eval_far<S: Simd>(self, [x, dy]: [F32s<S>; 2]) -> F32s<S> {
        gradient::<true, S>(x, dy)
    }
}

impl Contract for Gelu {
    const NAME: &'static str = "gelu";
    const FORMULA: &'static str = "x Φ(x) = x (1 + erf(x/√2)) / 2";
    const DOMAIN: [i16; 2] = [-15, 8];
    const SHAPE: [f32; 2] = [-4.0, 4.0];
    const BOUNDS: Bounds = Bounds {
        default: Bound { fused: 1.790, baseline: 1.357 },
        fast: Bound { fused: 3.395, baseline: 1.357 },
        backward: Bound { fused: 1.289, baseline: 1.156 },
    };
    const COMPOSED: bool = true;
    const MONOTONE: bool = false;
    const RANGE: [f32; 2] = [-0.17, f32::INFINITY];
    const CROSSING: Option<Crossing> = Some(Crossing { from: -1.25, to: -0.5, unit: 0.125 });
    const SPECIALS: &'static [[f32; 2]] = &[
        [0.0, 0.0],
        [-0.0, -0.0],
        [f32::INFINITY, f32::INFINITY],
        [f32::NEG_INFINITY, -0.0],
        [f32::MAX, f32::MAX],
        [f32::MIN, -0.0],
    ];
    const DERIVATIVE_SPECIALS: &'static [[f32; 2]] =
        &[[0.0, 0.5], [-0.0, 0.5], [f32::INFINITY, 1.0], [f32::NEG_INFINITY, -0.0]];

    fn exact(self, x: f64) -> f64 {
        // Beyond it Φ is 0 in f64, whose product with −∞ would be NaN.
        if x < -40.0 { -0.0 } else { 0.5 * x * libm::erfc(-x * FRAC_1_SQRT_2) }
    }
    fn derivative(self, x: f64) -> f64 {
        const PER_ROOT_TWO_PI: f64 = 0.398_942_280_401_432_7;
        let a = x.abs().min(60.0);
        let tail = 0.5 * libm::erfc(a * FRAC_1_SQRT_2);
        let g = tail - a * libm::exp(-0.5 * a * a) * PER_ROOT_TWO_PI;
        if x < 0.0 { g } else { 1.0 - g }
    }
}
