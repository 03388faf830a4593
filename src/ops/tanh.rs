use crate::{
    activation::Activation,
    contract::{Bound, Bounds, Contract},
    isa::Simd,
    map::{Backward, Map},
    math::exp::{LN_2, LOG2_E, MAGIC, Powers, unfused},
    math::exp_f64::{Coefficients, power},
    math::hex::{hex, hex_f64},
    math::logistic::{gradient, is_near, ratio},
    tier::{Exact, Fast},
    vector::F32s,
};

/// The hyperbolic tangent.
///
/// | maximum error, all inputs | ULP | at x | |
/// |---|---|---|---|
/// | default | 0.938 | ±0.97462636 | `avx512`, `avx2`, `neon` |
/// | [`Fast`] | 3.822 | ±0.058467172 | |
/// | both, without FMA | 1.103 | ±0.9560896 | `baseline` |
/// | [`Exact`] | correctly rounded | | |
/// | gradient | 1.943 | ±0.13097005 | `avx512`, `avx2`, `neon` |
/// | gradient, without FMA | 1.934 | ±0.087060265 | `baseline` |
///
/// The result is in [−1, 1] and odd bit for bit in every tier. It is monotonic in the default and
/// exact tiers, and in `Fast(Tanh)` without FMA. With FMA `Fast(Tanh)` is a rational function in
/// x/2, which decreases, by at most 4 ULP, at 1 619 681 of the inputs of each sign. Its results for
/// subnormal x are x or the number next to it.
///
/// | x | tanh(x) | tanh'(x) |
/// |---|---|---|
/// | ±0, subnormal x | x | 1 |
/// | ±∞ (and beyond ±9.011) | ±1 | 0 |
/// | NaN | NaN | NaN |
///
/// The gradient `4 dy / (e^2x + 2 + e^-2x)` is accurate in both tails. `1 - y²` would be 0 where y
/// has rounded to 1.
///
/// ```
/// use activations::{Activation, Tanh};
///
/// let mut x = [0.5, -1e-40, 20.0_f32];
/// Tanh.apply(&mut x);
/// assert_eq!(x, [0.46211717, -1e-40, 1.0]);
/// ```
///
/// Definition: `Tanh` of ONNX, `tanh` of NumPy and PyTorch.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Tanh;

/// `x[i] = tanh(x[i])`: [`Tanh`] in place, in the default tier, with an error of at most 0.938 ULP.
///
/// ```
/// let mut x = [-0.0, 1.0];
/// activations::tanh(&mut x);
/// assert_eq!(x, [-0.0, 0.7615942]);
/// ```
pub fn tanh(x: &mut [f32]) {
    Tanh.apply(x);
}

// tanh |x| = b - b s / max(D(s), (e^2|x| + 1) / 2), with b = min(|x|, 1) and s = b^2.
//
// Below 1 the first denominator is the larger, and D(s) = s / (1 - tanh(b)/b) gives tanh. Above 1,
// b = s = 1, and the second denominator gives 1 - 2 / (e^2|x| + 1). They meet at 1, so the
// selection by a maximum is continuous. The quotient is at most 0.24, which damps its errors, and b
// enters exactly. Constants: `scripts/tanh.py`.
impl Map<1> for Tanh {
    #[inline(always)]
    fn eval<S: Simd>(self, [x]: [F32s<S>; 1]) -> F32s<S> {
        let a = x.abs();
        let b = a.at_most(1.0);
        let v = shortfall(a);
        b.neg_mul_add(v, b).with_sign_of(x)
    }
}

/// Returns 1 - tanh(a) / min(a, 1) for a >= 0.
#[inline(always)]
pub(super) fn shortfall<S: Simd>(a: F32s<S>) -> F32s<S> {
    let b = a.at_most(1.0);
    let s = b.tiny_product(b);
    s / half_exp_plus_half(a.at_most(9.5)).at_least(ratio(s))
}

/// Returns (e^2a + 1) / 2.
#[inline(always)]
pub(super) fn half_exp_plus_half<S: Simd>(a: F32s<S>) -> F32s<S> {
    /// 2^(i/8) / c, where c makes all eight close to f32 numbers with an even last bit. So they
    /// need no correction, and the addition of a half is exact where it matters.
    const POWERS: Powers = Powers::new(
        [
            0x3f7cadda, 0x3f89c636, 0x3f963e70, 0x3fa3d796, 0x3fb2abce, 0x3fc2d79c, 0x3fd47a1a,
            0x3fe7b530,
        ],
        -1,
    );
    /// Coefficients of c e^2r - 1, highest power first.
    const COEFFICIENTS: [f32; 4] =
        [hex("0x1.59b91cp0"), hex("0x1.0367aap1"), hex("0x1.035d54p1"), hex("0x1.aea906p-7")];
    if !S::FUSED {
        let reduced = unfused::reduce(a + a);
        return (reduced.p + 1.0) * unfused::power(0.5, reduced.k) + 0.5;
    }
    let z = a.mul_add(2.0 * LOG2_E, MAGIC);
    let n = z - MAGIC;
    // One part of ln 2 is enough: the result damps its rounding error.
    let r = n.neg_mul_add(LN_2 / 2.0, a);
    let p = r.poly(COEFFICIENTS);
    let scale = POWERS.at(z.bits());
    scale.mul_add(p, scale + 0.5)
}

// With u = p / q = tanh(x/2), tanh x = 2u / (1 + u^2) = n / (n + gap^2), n = 2 p q, gap = q - |p|.
//
// Near 1 the gap is small, which damps all errors but those of the last sum and of the quotient.
// The denominator is never below |n|, so no result exceeds 1. The highest coefficient of q is 1: an
// addition replaces a multiplication. The lowest one is twice that of p, and a multiple of 2^14, so
// that every power of two near 0 is exact. Constants: `scripts/tanh.py`.
impl Map<1> for Fast<Tanh> {
    #[inline(always)]
    fn eval<S: Simd>(self, [x]: [F32s<S>; 1]) -> F32s<S> {
        /// Coefficients of p / b and of q in b^2, highest power first. That of q begins with 1.
        const P: [f32; 3] = [hex("0x1.95ddacp5"), hex("0x1.bb333p13"), hex("0x1.d8p18")];
        const Q: [f32; 3] = [hex("0x1.18afe8p10"), hex("0x1.a9774ep16"), hex("0x1.d8p19")];
        /// From 8.6502 on the result is 1.
        const END: f32 = 8.8;
        if !S::FUSED {
            return Tanh.eval([x]);
        }
        let b = x.clamp(-END, END);
        let s = b.tiny_product(b);
        let q = (s + Q[0]).mul_add(s, Q[1]).mul_add(s, Q[2]);
        let p = b * s.poly(P);
        let n = p * (q + q);
        let gap = q - p.abs();
        n / gap.mul_add(gap, n.abs())
    }
}

/// One degree more than exp and sigmoid have. The hardest inputs, ±0.0014914835 and ±0.46488494,
/// then leave room for any good coefficients. Constants: `scripts/exact.py`.
pub(super) const EXACT: Coefficients<7, 6> = Coefficients {
    fused: [
        hex_f64("0x1.ffd3abf202d11p-17"),
        hex_f64("0x1.430deca279131p-13"),
        hex_f64("0x1.5d87fe6d8b294p-10"),
        hex_f64("0x1.3b2ab6f1f18cbp-7"),
        hex_f64("0x1.c6b08d704a216p-5"),
        hex_f64("0x1.ebfbdff82c6c5p-3"),
        hex_f64("0x1.62e42fefa39efp-1"),
    ],
    unfused: [
        hex_f64("0x1.a02041533ff83p-13"),
        hex_f64("0x1.6c1c38e29eed3p-10"),
        hex_f64("0x1.1111110863c9p-7"),
        hex_f64("0x1.5555554ad3ccep-5"),
        hex_f64("0x1.5555555555656p-3"),
        hex_f64("0x1.00000000000a2p-1"),
    ],
};

impl Map<1> for Exact<Tanh> {
    const TWO_ON_AVX512: bool = true;
    const SPILLS: bool = true;

    #[inline(always)]
    fn eval<S: Simd>(self, [x]: [F32s<S>; 1]) -> F32s<S> {
        let e = power::<2, _, _, _>(x.abs(), [f32::NEG_INFINITY, 10.0], 2.0, &EXACT);
        // scale - 1 is exact where it is small, so e^2|x| - 1 keeps its digits down to 0.
        let n = e.rest_plus(e.scale - 1.0);
        (n / (n + 2.0)).narrow().with_sign_of(x)
    }
}

impl Map<2> for Backward<Tanh> {
    const HAS_FAR: bool = true;

    #[inline(always)]
    fn eval<S: Simd>(self, [x, dy]: [F32s<S>; 2]) -> F32s<S> {
        gradient::<false, S>(x.abs() * 2.0, 4.0, dy)
    }
    #[inline(always)]
    fn is_usual<S: Simd>(self, [x, _]: [F32s<S>; 2]) -> bool {
        is_near(x.abs() * 2.0)
    }
    #[inline(always)]
    fn eval_far<S: Simd>(self, [x, dy]: [F32s<S>; 2]) -> F32s<S> {
        gradient::<true, S>(x.abs() * 2.0, 4.0, dy)
    }
}

impl Contract for Tanh {
    const NAME: &'static str = "tanh";
    const FORMULA: &'static str = "(e^x − e^−x) / (e^x + e^−x)";
    const DOMAIN: [i16; 2] = [-10, 10];
    const SHAPE: [f32; 2] = [-4.0, 4.0];
    const BOUNDS: Bounds = Bounds {
        default: Bound { fused: 0.938, baseline: 1.103 },
        fast: Bound { fused: 3.822, baseline: 1.103 },
        backward: Bound { fused: 1.943, baseline: 1.934 },
    };
    const RANGE: [f32; 2] = [-1.0, 1.0];
    const ODD: bool = true;
    const FAST_MONOTONE: bool = false;
    const SPECIALS: &'static [[f32; 2]] = &[
        [0.0, 0.0],
        [-0.0, -0.0],
        [f32::INFINITY, 1.0],
        [f32::NEG_INFINITY, -1.0],
        [f32::MAX, 1.0],
        [f32::MIN, -1.0],
        [f32::MIN_POSITIVE, f32::MIN_POSITIVE],
        [-1e-45, -1e-45],
    ];
    const DERIVATIVE_SPECIALS: &'static [[f32; 2]] =
        &[[0.0, 1.0], [-0.0, 1.0], [f32::INFINITY, 0.0], [f32::NEG_INFINITY, 0.0]];

    fn exact(self, x: f64) -> f64 {
        libm::tanh(x)
    }
    fn derivative(self, x: f64) -> f64 {
        let e = libm::exp(-2.0 * x.abs());
        4.0 * e / ((1.0 + e) * (1.0 + e))
    }
}
