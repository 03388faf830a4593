//! The core of all f32 functions of e^x: the reduction of the argument, and powers of two from its
//! bits.
//!
//! With FMA: x = (k + i/8) ln 2 + r, |r| <= ln 2 / 16. A magic number is added that rounds x / ln 2
//! to a multiple of 1/8 and leaves 8k + i in its low bits. Then e^x = 2^k T_i e^r, with T_i near
//! 2^(i/8) from a table in a register, and e^r - 1 from a polynomial of degree 3. This is Tang's
//! method (ACM TOMS 15, 1989), with tables small enough for one shuffle.
//!
//! Without FMA: x = k ln 2 + r, |r| <= ln 2 / 2, and a polynomial of degree 6. Sets without FMA
//! have no cheap look-up either.
//!
//! Constants: `scripts/exponential.py`.

use crate::{
    isa::Simd,
    math::hex::hex,
    vector::{F32s, U32s},
};

/// 1.5 * 2^20: adding it leaves multiples of 1/8.
pub(crate) const MAGIC: f32 = hex("0x1.8p20");
pub(crate) const LOG2_E: f32 = hex("0x1.715476p0");
/// ln 2 = `LN_2 + LN_2_REST`.
pub(crate) const LN_2: f32 = hex("0x1.62e43p-1");
pub(crate) const LN_2_REST: f32 = hex("-0x1.05c61p-29");

/// e^r - 1 = C0 + r + C2 r^2 + C3 r^3, with an error of 0.314 * 2^-24 relative to e^r. C0 halves
/// the error of a polynomial without a constant term, and costs nothing where a table's correction
/// is added anyway.
pub(crate) const C0: f32 = hex("-0x1.4120cep-26");
pub(crate) const C2: f32 = hex("0x1.000a44p-1");
pub(crate) const C3: f32 = hex("0x1.5558f8p-3");

/// A reduced argument: x = (k + i/8) ln 2 + r.
#[derive(Clone, Copy)]
pub(crate) struct Reduced<S: Simd> {
    /// 8k + i in the low bits.
    pub(crate) z: U32s<S>,
    pub(crate) r: F32s<S>,
}

/// Returns the reduction of `x`. It is valid for `|x| < 2^17`.
#[inline(always)]
pub(crate) fn reduce<S: Simd>(x: F32s<S>) -> Reduced<S> {
    let z = x.mul_add(LOG2_E, MAGIC);
    let n = z - MAGIC;
    let r = n.neg_mul_add(LN_2_REST, n.neg_mul_add(LN_2, x));
    Reduced { z: z.bits(), r }
}

/// Returns the reduction of `-x`, with the opposite sign of `r`.
#[inline(always)]
pub(crate) fn reduce_negated<S: Simd>(x: F32s<S>) -> Reduced<S> {
    let z = x.mul_add(-LOG2_E, MAGIC);
    let n = z - MAGIC;
    let r = n.mul_add(LN_2_REST, n.mul_add(LN_2, x));
    Reduced { z: z.bits(), r }
}

/// Eight numbers near c 2^(i/8), times 2^k for the k of a [`Reduced`].
pub(crate) struct Powers([u32; 8]);

impl Powers {
    /// Returns the table of eight numbers, given by their bits, times 2^`exponent`.
    pub(crate) const fn new(bits: [u32; 8], exponent: i32) -> Self {
        let mut table = bits;
        let mut i = 0;
        while i < 8 {
            // Shifted by 20, z adds k to the exponent, and i to the mantissa. The table subtracts
            // the latter in advance.
            table[i] = table[i].wrapping_add_signed((exponent << 23) - ((i as i32) << 20));
            i += 1;
        }
        Self(table)
    }

    /// Returns the table times 2^`exponent`.
    pub(crate) const fn times_power(mut self, exponent: i32) -> Self {
        let mut i = 0;
        while i < 8 {
            self.0[i] = self.0[i].wrapping_add_signed(exponent << 23);
            i += 1;
        }
        self
    }

    /// Returns the power for the low bits of `z`. Valid while the result is a normal number.
    #[inline(always)]
    pub(crate) fn at<S: Simd>(&self, z: U32s<S>) -> F32s<S> {
        self.bits_at(z).float()
    }

    #[inline(always)]
    pub(crate) fn bits_at<S: Simd>(&self, z: U32s<S>) -> U32s<S> {
        z.entry_of(&self.0) + (z << 20)
    }
}

/// x = k ln 2 + r and p = e^r - 1, for sets without FMA.
#[derive(Clone, Copy)]
pub(crate) struct Unfused<S: Simd> {
    /// k in the low bits.
    pub(crate) k: U32s<S>,
    pub(crate) p: F32s<S>,
}

pub(crate) mod unfused {
    use super::{F32s, LOG2_E, Simd, U32s, Unfused, hex};

    /// 1.5 * 2^23: adding it leaves integers.
    pub(crate) const MAGIC: f32 = hex("0x1.8p23");
    /// The upper 15 bits of ln 2, whose product with k is exact, and the remainder.
    const LN_2: f32 = hex("0x1.62e4p-1");
    const LN_2_REST: f32 = hex("0x1.7f7d1cp-20");
    /// Coefficients of (e^r - 1 - r) / r^2, highest power first.
    const COEFFICIENTS: [f32; 5] = [
        hex("0x1.6865bp-10"),
        hex("0x1.123d3ap-7"),
        hex("0x1.555b88p-5"),
        hex("0x1.55548cp-3"),
        hex("0x1.fffff8p-2"),
    ];
    const ONE: u32 = 1_f32.to_bits();

    #[inline(always)]
    pub(crate) fn reduce<S: Simd>(x: F32s<S>) -> Unfused<S> {
        let z = x * LOG2_E + MAGIC;
        Unfused { k: z.bits(), p: expm1(x, z - MAGIC) }
    }

    /// Returns e^(x - n ln 2) - 1 for the integer n nearest to x / ln 2, |n| < 2^9.
    #[inline(always)]
    pub(crate) fn expm1<S: Simd>(x: F32s<S>, n: F32s<S>) -> F32s<S> {
        let r = (x - n * LN_2) - n * LN_2_REST;
        r + r * r * r.poly(COEFFICIENTS)
    }

    /// Returns c 2^k, which must be a positive normal number.
    #[inline(always)]
    pub(crate) fn power<S: Simd>(c: f32, k: U32s<S>) -> F32s<S> {
        ((k << 23) + c.to_bits()).float()
    }

    /// Returns y 2^k. There are two steps, each by a normal number, so the result may overflow or
    /// be subnormal.
    #[inline(always)]
    pub(crate) fn scale<S: Simd>(y: F32s<S>, k: U32s<S>) -> F32s<S> {
        let half = (k << 22) & 0xff80_0000;
        let rest = (k << 23) - half;
        y * (half + ONE).float() * (rest + ONE).float()
    }
}
