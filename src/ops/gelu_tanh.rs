use crate::{
    contract::{Bound, Bounds, Contract, Crossing},
    isa::Simd,
    map::{Backward, Map},
    math::exp::{MAGIC, Powers},
    math::gauss::unfused_exp2,
    math::gelu::{Pieces, far_slope, product, sum, unfused_product},
    math::hex::{hex, hex_f64},
    math::scaled_exp::Beyond,
    tier::Fast,
    vector::F32s,
};
use core::f64::consts::LN_2;

/// The Gaussian error linear unit in the form with tanh, x (1 + tanh u) / 2 where
/// u = √(2/π) (x + 0.044715 x³).
///
/// | maximum error, all inputs | ULP | at x | |
/// |---|---|---|---|
/// | default | 1.170 | −0.13545036 | `avx512`, `avx2`, `neon` |
/// | [`Fast`] | 3.557 | −1.8255099 | |
/// | both, without FMA | 1.122 | −2.7475474 | `baseline` |
/// | gradient | 1.764 | −1.6293513 | `avx512`, `avx2`, `neon` |
/// | gradient, without FMA | 1.170 | −3.1506145 | `baseline` |
///
/// The errors are those from this formula, not from [`Gelu`](crate::Gelu), which it approximates to
/// within 0.00048. It is computed as x / (1 + e^−2u), which has all digits in the left tail,
/// subnormal results too. The minimum is −0.17004074 at −0.7524614. Between −1.25 and −0.5, where
/// the derivative crosses 0, errors of the gradient are in units in the last place of 0.125 if it
/// is smaller.
///
/// | x | gelu_tanh(x) | gelu_tanh'(x) |
/// |---|---|---|
/// | ±0 | ±0 | 0.5 |
/// | +∞ | +∞ | 1 |
/// | −∞ (and below −10.83) | −0 | −0 |
/// | NaN | NaN | NaN |
///
/// No finite x overflows. The gradient is `(s + 2 x u' s (1 - s)) dy`, s = 1 / (1 + e^−2u).
///
/// ```
/// use activations::{Activation, GeluTanh};
///
/// let mut x = [-10.0, -1.0, 2.0_f32];
/// GeluTanh.apply(&mut x);
/// assert!((x[0] + 1.2040924e-37).abs() < 1e-43);
/// assert_eq!(x[1..], [-0.15880801, 1.9545977]);
/// ```
///
/// Definition: `Gelu` of ONNX and `torch.nn.functional.gelu`, with `approximate = "tanh"`;
/// Hendrycks, Gimpel, "Gaussian error linear units (GELUs)" (2016).
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct GeluTanh;

// max(x, 0) - a E / (1 + E), a = |x|, E = e^-2u(a) = 2^-(T a (a^2 + A)) <= 1. The exponent reaches
// 150, so it is in two parts. Constants: `scripts/gelu.py`.

/// 2 √(2/π) 0.044715 log2(e)
const T: f32 = hex("0x1.a5a7dp-4");
const T_F64: f64 = hex_f64("0x1.a5a7cf7572a98p-4");
/// 1 / 0.044715
const A_F64: f64 = hex_f64("0x1.65d25edd9ed82p4");

/// Returns the exponent -T a (a^2 + A) as a multiple of 1/8, with 8 times it in the low bits, and
/// the remainder times -1/T.
#[inline(always)]
fn exponent<S: Simd>(a: F32s<S>) -> (F32s<S>, F32s<S>) {
    /// A as a multiple of 2^-16, so that its difference from a^2 + A is exact, and the remainder.
    const A: f32 = hex("0x1.65d26p4");
    const A_REST: f32 = hex("-0x1.226128p-20");
    /// 1/T in 12 bits, so that its product with a multiple of 1/8 is exact, and the remainder.
    const STEP: f32 = hex("0x1.36ep3");
    const STEP_REST: f32 = hex("-0x1.8aa4a2p-11");
    let c = a.mul_add(a, A);
    let low = a.mul_add(a, A - c) + A_REST;
    let z = (a * c).mul_add(-T, MAGIC);
    let n = z - MAGIC;
    let r = n.mul_add(STEP_REST, a.mul_add(c, n * STEP));
    (z, a.mul_add(low, r))
}

/// K 2^(i/8). K = 1.0240 makes all eight close to f32 numbers, so they need no corrections.
const POWERS: Powers = Powers::new(
    [
        0x3f831319, 0x3f8ef018, 0x3f9bdff6, 0x3fa9fb94, 0x3fb95e13, 0x3fca2509, 0x3fdc70b9,
        0x3ff06452,
    ],
    0,
);
/// Coefficients of 2^(-T r) / K - 1, highest power first, with an error of 0.321 * 2^-24.
const COEFFICIENTS: [f32; 4] = [hex("-0x1.f00736p-15"), hex("0x1.45e6ap-9"), hex("-0x1.1d69e2p-4"), hex("-0x1.805154p-6")];
/// 2^32 times as much, so that products are normal numbers and the last sum rounds once.
const LIFTED: Powers = POWERS.times_power(32);
const UNIT: f32 = hex("0x1p-32");
/// Beyond it every result is x or -0.
const FAR: f32 = 10.85;

impl Map<1> for GeluTanh {
    #[inline(always)]
    fn eval<S: Simd>(self, [x]: [F32s<S>; 1]) -> F32s<S> {
        if !S::FUSED {
            return unfused(x);
        }
        let a = x.abs().at_most(FAR);
        let (z, r) = exponent(a);
        let s = LIFTED.at(z.bits());
        let p = r.poly(COEFFICIENTS);
        let e = s.mul_add(p, s);
        // 1 + E = d + dl. The quotient a s / (1 + E) is corrected by its residual; 1 + p follows.
        let d = e.mul_add(UNIT, 1.0);
        let dl = e.mul_add(UNIT, 1.0 - d);
        let g = 1.0 / d;
        let n = a * s;
        let nl = a.mul_add(s, -n);
        let q = n * g;
        let left = q.neg_mul_add(dl, q.neg_mul_add(d, n) + nl);
        let h = q + q.mul_add(p, left * g);
        h.neg_mul_add(UNIT, x.at_least(0.0))
    }
}

impl Map<1> for Fast<GeluTanh> {
    #[inline(always)]
    fn eval<S: Simd>(self, [x]: [F32s<S>; 1]) -> F32s<S> {
        if !S::FUSED {
            return unfused(x);
        }
        let a = x.abs().at_most(FAR);
        let (z, r) = exponent(a);
        let s = LIFTED.at(z.bits());
        let e = s.mul_add(r.poly(COEFFICIENTS), s);
        let h = a * e / e.mul_add(UNIT, 1.0);
        h.neg_mul_add(UNIT, x.at_least(0.0))
    }
}

/// The kernel without FMA, in f64 but for the power.
#[inline(always)]
fn unfused<S: Simd>(x: F32s<S>) -> F32s<S> {
    let a = x.abs().at_most(FAR).widen();
    let e = unfused_exp2((a * a + A_F64) * a * T_F64);
    (x.at_least(0.0).widen() - a * e / (e + 1.0)).narrow()
}

/// Below it the form of the gradient for usual x serves.
const USUAL: f32 = 4.8875;

impl Map<2> for Backward<GeluTanh> {
    const TWO_ON_AVX512: bool = true;
    const HAS_FAR: bool = true;

    #[inline(always)]
    fn eval<S: Simd>(self, [x, dy]: [F32s<S>; 2]) -> F32s<S> {
        gradient::<false, S>(x, dy)
    }
    #[inline(always)]
    fn is_usual<S: Simd>(self, [x, _]: [F32s<S>; 2]) -> bool {
        !S::FUSED || x.all_below(USUAL)
    }
    #[inline(always)]
    fn eval_far<S: Simd>(self, [x, dy]: [F32s<S>; 2]) -> F32s<S> {
        gradient::<true, S>(x, dy)
    }
}

/// Coefficients of 2^(-T r) / K - 1 with an error of 0.011 * 2^-24, for the gradient.
const LONG: [f32; 5] = [
    hex("0x1.14889ep-20"),
    hex("-0x1.f0092ep-15"),
    hex("0x1.45dap-9"),
    hex("-0x1.1d69e2p-4"),
    hex("-0x1.805142p-6"),
];
/// N = (2 a u'(a) - 1 - E) / (1 + E)^2 for a < `USUAL`, E = e^-2u(a).
const PIECES: Pieces = Pieces {
    centres: [
        0x40025ab0, 0x40367381, 0x406a93ec, 0x408f5aa6, 0x00000000, 0x3f1c725a, 0x3f825a09, 0x3fb6830a,
    ],
    coefficients: [
        [
            0xbc0b2913, 0x3b7b4ebd, 0x3a736cc2, 0xb9cf99f6, 0x3c7ae5b1, 0x3cd13a42, 0x3bdecd3c, 0xbc4f1b78,
        ],
        [
            0xbc12ecf3, 0xbc4ad416, 0x3ae860b0, 0x3a853d86, 0xbd8c0a79, 0x3bd4ed10, 0x3d497158, 0x3d1b55dc,
        ],
        [
            0x3d94da17, 0x3bccaf62, 0xbc16137c, 0xbab1b513, 0xbc9e2c81, 0xbe035d7a, 0xbd806d17, 0x3d0f2c72,
        ],
        [
            0x3dfb4044, 0x3e811e76, 0x3e6c78d7, 0x3e5c8d5f, 0x3ebf8337, 0x3e16b9c0, 0xbca7d97b, 0xbd22777d,
        ],
        [
            0x3f9db090, 0x3fde47a3, 0x40158330, 0x403810d7, 0x3f22fa99, 0x3f940702, 0x3f9c8182, 0x3f95b01d,
        ],
        [
            0x40911d2e, 0x40dd10fa, 0x4123bcdf, 0x4167bf0a, 0xb4bbc4cc, 0x3f91e7fa, 0x4007ddf8, 0x40465a36,
        ],
        [
            0x4077cb3c, 0x41078f14, 0x41763062, 0x41cb26e7, 0xbf000000, 0xbe3d0322, 0x3ef4c239, 0x3fc595c3,
        ],
    ],
};

#[inline(always)]
fn gradient<const LARGE: bool, S: Simd>(x: F32s<S>, dy: F32s<S>) -> F32s<S> {
    const BIASED_POWERS: Powers = POWERS.times_power(254);
    /// From here on the derivative is 1.
    const ONE: f32 = 8.0;
    /// Up to here products with the largest f32 are 0.
    const LAST: f32 = -13.7;
    if !S::FUSED {
        let a = x.abs().at_most(-LAST).widen();
        let e = unfused_exp2((a * a + A_F64) * a * T_F64);
        let d = e + 1.0;
        let n = (a * a * 3.0 + A_F64) * a * (T_F64 * LN_2) - d;
        return unfused_product(x, e * n / (d * d), dy);
    }
    let x = if LARGE { x.clamp(LAST, ONE) } else { x };
    let a = x.abs();
    // Quarters of a binade of this number, by the last bit of its exponent and the first two of its
    // mantissa.
    let n = PIECES.at(a.mul_add(2.455, 4.0).bits() >> 21, a);
    let (z, r) = exponent(a);
    let p = r.poly(LONG);
    if !LARGE {
        return product(x, POWERS.at(z.bits()), p, n) * dy;
    }
    let beyond = Beyond::of::<false>(z, MAGIC);
    let scale = beyond.taken_from(BIASED_POWERS.bits_at(z.bits())).float();
    let [far, rest] = far_slope(a);
    // E is below 2^-23 there.
    let [far, rest] = sum(far, scale.mul_add(far * -2.0, rest));
    let near = a.lt(USUAL);
    let n = [near.select(n[0], far), near.select(n[1], rest)];
    beyond.applied_to(product(x, scale, p, n) * dy)
}

impl Contract for GeluTanh {
    const NAME: &'static str = "gelu_tanh";
    const FORMULA: &'static str = "x σ(2u), u = √(2/π) (x + 0.044715 x³)";
    const ALIASES: &'static [&'static str] = &["gelu_new", "gelu_pytorch_tanh"];
    const DOMAIN: [i16; 2] = [-12, 8];
    const SHAPE: [f32; 2] = [-4.0, 4.0];
    const BOUNDS: Bounds = Bounds {
        default: Bound { fused: 1.170, baseline: 1.122 },
        fast: Bound { fused: 3.557, baseline: 1.122 },
        backward: Bound { fused: 1.764, baseline: 1.170 },
    };
    const COMPOSED: bool = true;
    const MONOTONE: bool = false;
    const RANGE: [f32; 2] = [-0.171, f32::INFINITY];
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
        let e = libm::exp(-two_u(x.abs().min(40.0)));
        // Beyond −40, e is 0, whose product with −∞ would be NaN.
        if x < 0.0 { x.max(-40.0) * e / (1.0 + e) } else { x / (1.0 + e) }
    }
    fn derivative(self, x: f64) -> f64 {
        let a = x.abs().min(40.0);
        let e = libm::exp(-two_u(a));
        let d = 1.0 + e;
        let slope = two_u(a) + 4.0 * ROOT * CUBIC * a * a * a;
        let g = e * (d - slope) / (d * d);
        if x < 0.0 { g } else { 1.0 - g }
    }
}

/// √(2/π)
const ROOT: f64 = hex_f64("0x1.9884533d43651p-1");
const CUBIC: f64 = 0.044715;

fn two_u(a: f64) -> f64 {
    2.0 * ROOT * (a + CUBIC * a * a * a)
}
