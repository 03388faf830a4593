//! The gradients of both forms of GELU: that at -a is -E (a) N(a), and that at a is 1 + E(a) N(a),
//! with an exponential E and a smooth N, which crosses 0 where the function has its minimum.
//!
//! Constants: `scripts/gelu.py`.

use super::{
    gauss::{Curve, unfused_exp2},
    hex::{hex, hex_f64},
};
use crate::{
    isa::Simd,
    vector::{F32s, F64s, U32s},
};
use core::f64::consts::LOG2_E;

/// Eight polynomials of degree 6, each around a centre, highest power first. The centres are such
/// that the values there are nearly f32 numbers. That of the first interval is 0.
pub(crate) struct Pieces {
    pub(crate) centres: [u32; 8],
    pub(crate) coefficients: [[u32; 8]; 7],
}

impl Pieces {
    /// Returns the polynomial of the interval i, given in the low bits, at a, and its last
    /// rounding error.
    #[inline(always)]
    pub(crate) fn at<S: Simd>(&self, i: U32s<S>, a: F32s<S>) -> [F32s<S>; 2] {
        let t = a - i.entry_of(&self.centres).float();
        let [first, others @ .., last] = &self.coefficients;
        let mut q = i.entry_of(first).float();
        for table in others {
            q = q.mul_add(t, i.entry_of(table).float());
        }
        let c = i.entry_of(last).float();
        let y = q.mul_add(t, c);
        [y, q.mul_add(t, c - y)]
    }
}

/// Returns the sum, and its rounding error, where a is the larger one.
#[inline(always)]
pub(crate) fn sum<S: Simd>(a: F32s<S>, b: F32s<S>) -> [F32s<S>; 2] {
    let y = a + b;
    [y, b - (y - a)]
}

/// Returns the gradient at x, given E = scale (1 + p) and N as the sum of two numbers. Only the
/// parts beside `scale` times the first of them are rounded before the last sum.
#[inline(always)]
pub(crate) fn product<S: Simd>(
    x: F32s<S>,
    scale: F32s<S>,
    p: F32s<S>,
    [n, rest]: [F32s<S>; 2],
) -> F32s<S> {
    let rest = p.mul_add(n, rest);
    let product = scale.mul_add(n, scale * rest);
    x.lt(0.0).select(-product, product + 1.0)
}

/// As `product`, of E N in f64, and times dy.
#[inline(always)]
pub(crate) fn unfused_product<S: Simd>(x: F32s<S>, product: F64s<S>, dy: F32s<S>) -> F32s<S> {
    let negative = x.lt(0.0);
    let [sign, one] = [[-1.0, 1.0], [0.0, 1.0]].map(
        #[inline(always)]
        |[a, b]| negative.select(x.same(a), b).widen(),
    );
    ((product * sign + one) * dy.widen()).narrow()
}

/// a - M(a) for 0 <= a < 10.2, where M(a) = Φ(-a) / φ(a) is Mills' ratio of the normal
/// distribution. The value at 0 is such that the gradient there is 1/2.
const MILLS: Pieces = Pieces {
    centres: [
        0x3f829c40, 0x3fd9a533, 0x402e24b9, 0x4082a13d, 0x40c3f49e, 0x410d8599, 0x00000000,
        0x3f0298eb,
    ],
    coefficients: [
        [
            0xbb257ef9, 0xba295092, 0xb8f76662, 0xb78c7e41, 0xb5f61c6f, 0xb43f0993, 0xbc895217,
            0xbbffda83,
        ],
        [
            0x3bfed44a, 0x3b15cae0, 0x3a00a4ce, 0x38b899c4, 0x375286fa, 0x35e2e881, 0x3d7fcbf3,
            0x3cb0e2fe,
        ],
        [
            0xbcb77941, 0xbbf978f6, 0xbafdc8dd, 0xb9e9cdb3, 0xb8abbdd0, 0xb781a519, 0xbe1f6b88,
            0xbd65e060,
        ],
        [
            0x3d79e820, 0x3cc649df, 0x3bf9f6e6, 0x3b13750e, 0x3a132a00, 0x3917e943, 0x3eaa9b3c,
            0x3e0a97ed,
        ],
        [
            0xbe1b890e, 0xbd92acf0, 0xbce9b30f, 0xbc33c359, 0xbb771d10, 0xbab02126, 0xbf206c2b,
            0xbe964f3a,
        ],
        [
            0x3fab452d, 0x3f98e20f, 0x3f8cddde, 0x3f8698e1, 0x3f832bd9, 0x3f8193b8, 0x3fffffff,
            0x3fc72511,
        ],
        [
            0x3ebe4bb9, 0x3f9d003b, 0x4018fca8, 0x407663cc, 0x40bedbfd, 0x410bbc39, 0xbfa06c99,
            0xbeb899e1,
        ],
    ],
};

/// Coefficients of -M(a) from 10.2 to 20.1, around 15, highest power first.
const FAR: [f32; 7] = [
    hex("-0x1.c15102p-28"),
    hex("0x1.9b81cp-24"),
    hex("-0x1.43d954p-20"),
    hex("0x1.3a45bp-16"),
    hex("-0x1.2ee50ap-12"),
    hex("0x1.1f8p-8"),
    hex("-0x1.0fdep-4"),
];

/// Returns 2 a u'(a) - 1 as the sum of two numbers, where u is that of the form with tanh and the
/// first term is the larger one.
#[inline(always)]
pub(crate) fn far_slope<S: Simd>(a: F32s<S>) -> [F32s<S>; 2] {
    /// 2 u'(a) = K a^2 + J, with the remainders of K and J. J is a multiple of 2^-15, so that
    /// differences from it are exact.
    const K: f32 = hex("0x1.b6676cp-3");
    const K_REST: f32 = hex("-0x1.175e2p-32");
    const J: f32 = hex("0x1.9884p0");
    const J_REST: f32 = hex("0x1.4cf50ep-18");
    let s = a * a;
    let w = s.mul_add(K, J);
    let low = s.mul_add(K_REST, a.mul_add(a, -s).mul_add(K, J_REST));
    let low = s.mul_add(K, J - w) + low;
    let product = a * w;
    let n = product - 1.0;
    let lost = a.mul_add(w, -product) + (product - n - 1.0);
    [n, a.mul_add(low, lost)]
}

/// Whether x is usual for [`gradient`].
#[inline(always)]
pub(crate) fn is_near<S: Simd>(x: F32s<S>) -> bool {
    x.all_below(Curve::Normal.limit())
}

/// Returns (Φ(x) + x φ(x)) dy.
#[inline(always)]
pub(crate) fn gradient<const FAR: bool, S: Simd>(x: F32s<S>, dy: F32s<S>) -> F32s<S> {
    /// From here on the derivative is 1.
    const ONE: f32 = 10.0;
    if !S::FUSED {
        return unfused_gradient(x, dy);
    }
    let x = if FAR { x.clamp(-20.1, ONE) } else { x };
    let a = x.abs();
    // Half-binades of this number, by the last bit of its exponent and the first of its mantissa.
    let [mut n, mut rest] = MILLS.at(a.mul_add(1.47, 1.0).bits() >> 22, a);
    if FAR {
        let near = a.lt(Curve::Normal.limit());
        let [y, small] = sum(a, (a - 15.0).poly(self::FAR));
        n = near.select(n, y);
        rest = near.select(rest, small);
    }
    Curve::Normal.times::<FAR, S>(
        x,
        #[inline(always)]
        |scale, p| product(x, scale, p, [n, rest]) * dy,
    )
}

/// Returns erfc(a/√2) e^(a²/2) / 2, which is M(a) / √(2π), with an error of 0.84 * 2^-24.
#[inline(always)]
pub(crate) fn unfused_mills<S: Simd>(a: F64s<S>) -> F64s<S> {
    /// Coefficients in 1 / (a + 3), highest power first.
    const MILLS: [f64; 10] = [
        hex_f64("-0x1.10db4p9"),
        hex_f64("0x1.fabbdp9"),
        hex_f64("-0x1.633636p9"),
        hex_f64("0x1.9dc1eep7"),
        hex_f64("-0x1.8bf53cp4"),
        hex_f64("0x1.72d4p3"),
        hex_f64("0x1.6c2968p1"),
        hex_f64("0x1.36ca1p0"),
        hex_f64("0x1.980478p-2"),
        hex_f64("0x1.93cb6ep-18"),
    ];
    (1.0 / (a + 3.0)).poly(MILLS)
}

/// The gradient without FMA, in f64.
#[inline(always)]
fn unfused_gradient<S: Simd>(x: F32s<S>, dy: F32s<S>) -> F32s<S> {
    const PER_ROOT_TWO_PI: f64 = hex_f64("0x1.9884533d43651p-2");
    let a = x.abs().at_most(20.1).widen();
    let n = a * PER_ROOT_TWO_PI - unfused_mills(a);
    unfused_product(x, unfused_exp2(a * a * (0.5 * LOG2_E)) * n, dy)
}
