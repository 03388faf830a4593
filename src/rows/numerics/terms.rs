//! The terms of a row: unnormalised exponentials, proportional to e^x and scaled so that none
//! overflows or underflows.
//!
//! Each x is reduced as exp reduces it, x = n ln 2 + r, and the integer part n is shifted by one
//! integer N for the row. So the maximum is not subtracted, and causes no error. A factor that all
//! terms share cancels.

use crate::{
    isa::Simd,
    math::exp::{LN_2, LN_2_REST, LOG2_E, MAGIC, Powers, unfused},
    math::hex::hex,
    vector::{F32s, F64s, Mask},
};

/// Entries this far below the maximum of their row are negligible: the term of each is less than
/// 2^-151 of the largest.
const DEPTH: f32 = 105.0;
/// The same for a logarithm, whose result may be the sum of many such terms: 2^20 of them are less
/// than 2^-153.
const DEPTH_OF_LOG: f32 = 120.0;
/// The exponent of a scale that keeps all terms normal numbers, except negligible ones.
const EXPONENT: i32 = 64;

/// K 2^(i/8). K is free, and this one minimises the spread of the errors of terms: it is 2.523 *
/// 2^-24, and the bounds allow for 2.62 * 2^-24. Constants: `scripts/softmax.py`.
const POWERS: Powers = Powers::new(
    [
        0x3fb844c3, 0x3fc8f243, 0x3fdb222f, 0x3feef781, 0x40024c2e, 0x400e172c, 0x401af368,
        0x4028f99d,
    ],
    EXPONENT,
);
const C2: f32 = hex("0x1.000a16p-1");
const C3: f32 = hex("0x1.555cd8p-3");
/// K 2^64, corrected by the mean error of the terms.
const SCALE: f64 = 1.439_598_441_851_2 * (1.0 + 0.30 / 16_777_216.0) * TWO_64;
const TWO_64: f64 = 18_446_744_073_709_551_616.0;

/// The shift of the terms, which depends on the maximum of their row. All lanes have the same row,
/// or each lane its own.
#[derive(Clone, Copy)]
pub(crate) struct Reference<S: Simd> {
    pub(crate) maximum: F32s<S>,
    /// The number that is subtracted from every entry: 0, or a large maximum. The difference is
    /// exact for all entries that are not negligible.
    pub(crate) offset: F32s<S>,
    /// The magic number of the reduction minus N. So the shift by N costs nothing and is exact.
    pub(crate) magic: F32s<S>,
    /// The least entry that is not negligible, after the subtraction.
    pub(crate) least: F32s<S>,
}

/// A term before its last rounding: scale (1 + p).
#[derive(Clone, Copy)]
pub(crate) struct Power<S: Simd> {
    scale: F32s<S>,
    p: F32s<S>,
}

impl<S: Simd> Power<S> {
    /// Reduces entries between −`LARGE` and `LARGE` before the maximum of their row is known. The
    /// scale may be no number then: its exponent is not limited to the bits of f32.
    #[inline(always)]
    pub(crate) fn unshifted(x: F32s<S>) -> Self {
        Reference { maximum: x, offset: x, magic: x.same(MAGIC), least: x }.power(x)
    }

    /// Returns the terms of entries that are not negligible, with the bits of [`Reference::term`].
    #[inline(always)]
    pub(crate) fn term(self, maximum: F32s<S>) -> F32s<S> {
        let n = maximum.mul_add(LOG2_E, unfused::MAGIC).bits();
        let scale = (self.scale.bits() - (n << 23)).float();
        scale.mul_add(self.p, scale)
    }
}

impl<S: Simd> Reference<S> {
    /// How far below the maximum an entry may be that is certainly not negligible.
    pub(crate) const NEAR: f32 = DEPTH - 1.0;
    /// The bound of |x| below which the reduction x = n ln 2 + r is exact.
    pub(crate) const LARGE: f32 = if S::FUSED { 65536.0 } else { 240.0 };
    /// Terms below this one are those of negligible entries, or little more. Divided by the sum,
    /// which is at least 2^64 (2^63.5 on the baseline), they are below 2^-150.
    pub(crate) const NEGLIGIBLE: f32 = if S::FUSED { hex("0x1.0p-86") } else { hex("0x1.2p-87") };
    /// The magic number before N is subtracted.
    pub(crate) const MAGIC: f32 = if S::FUSED { MAGIC } else { unfused::MAGIC };

    #[inline(always)]
    pub(crate) fn new(maximum: F32s<S>, log: bool) -> Self {
        let d = Self::difference(maximum);
        let n = d.mul_add(LOG2_E, unfused::MAGIC) - unfused::MAGIC;
        Self {
            maximum,
            offset: maximum.abs().lt(Self::LARGE).select(0.0, maximum),
            magic: Self::MAGIC - n,
            least: d - if log { DEPTH_OF_LOG } else { DEPTH },
        }
    }

    /// Returns the maximum minus the offset, or 0 where the maximum is infinite.
    #[inline(always)]
    fn difference(maximum: F32s<S>) -> F32s<S> {
        maximum.abs().lt(Self::LARGE).select(maximum, 0.0)
    }

    /// Returns K 2^64 e^(x - offset) / 2^N. `OFFSET` is whether any offset is not 0.
    ///
    /// Entries below the cutoff are clamped to it. Divided by the sum, such a term is below 2^-150
    /// and rounds to 0; `sum.rs` explains why it cannot change the sum.
    #[inline(always)]
    pub(crate) fn term<const OFFSET: bool>(&self, x: F32s<S>) -> F32s<S> {
        self.term_of(self.shifted::<OFFSET>(x))
    }

    /// Like [`term`](Self::term), but 0 for a negligible entry.
    #[inline(always)]
    pub(crate) fn term_or_zero<const OFFSET: bool>(&self, x: F32s<S>) -> F32s<S> {
        let x = self.shifted::<OFFSET>(x);
        self.term_of(x).zero_where(x.lt(self.least))
    }

    #[inline(always)]
    fn shifted<const OFFSET: bool>(&self, x: F32s<S>) -> F32s<S> {
        if OFFSET { x - self.offset } else { x }
    }

    #[inline(always)]
    fn term_of(&self, shifted: F32s<S>) -> F32s<S> {
        let Power { scale, p } = self.power(shifted.at_least(self.least));
        if S::FUSED { scale.mul_add(p, scale) } else { (p + 1.0) * scale }
    }

    /// Returns the term and the residual of its last rounding. Both are 0 for a maximum, and for a
    /// negligible entry.
    #[inline(always)]
    pub(crate) fn term_and_rest<const OFFSET: bool>(&self, x: F32s<S>) -> [F32s<S>; 2] {
        let shifted = self.shifted::<OFFSET>(x);
        let too_low = shifted.lt(self.least);
        let Power { scale, p } = self.power(shifted);
        let (e, rest) = if S::FUSED {
            let e = scale.mul_add(p, scale);
            (e, scale.mul_add(p, scale - e))
        } else {
            let sum = p + 1.0;
            (sum * scale, (p - (sum - 1.0)) * scale)
        };
        let is_maximum = self.is_maximum(x);
        [
            e.zero_where(too_low).zero_where(is_maximum),
            rest.zero_where(too_low).zero_where(is_maximum),
        ]
    }

    #[inline(always)]
    fn power(&self, x: F32s<S>) -> Power<S> {
        let z = x.mul_add(LOG2_E, self.magic);
        let n = z - self.magic;
        if S::FUSED {
            let r = n.neg_mul_add(LN_2_REST, n.neg_mul_add(LN_2, x));
            Power { scale: POWERS.at(z.bits()), p: r.mul_add(C3, C2).mul_add(r * r, r) }
        } else {
            Power { scale: unfused::power(TWO_64 as f32, z.bits()), p: unfused::expm1(x, n) }
        }
    }

    #[inline(always)]
    pub(crate) fn is_maximum(&self, x: F32s<S>) -> Mask<S> {
        self.maximum.le(x)
    }

    /// Returns the term of the maximum, without the rounding errors of f32 terms.
    #[inline(always)]
    pub(crate) fn largest(&self) -> F64s<S> {
        const LN_2: f64 = core::f64::consts::LN_2;
        /// The coefficients 1 / k!, which give e^t to 2^-46 where |t| < 0.36.
        const COEFFICIENTS: [f64; 11] = [
            1.0 / 3_628_800.0,
            1.0 / 362_880.0,
            1.0 / 40_320.0,
            1.0 / 5040.0,
            1.0 / 720.0,
            1.0 / 120.0,
            1.0 / 24.0,
            1.0 / 6.0,
            1.0 / 2.0,
            1.0,
            1.0,
        ];
        let n = Self::MAGIC - self.magic;
        let t = Self::difference(self.maximum).widen() - n.widen() * LN_2;
        t.poly(COEFFICIENTS) * if S::FUSED { SCALE } else { TWO_64 }
    }
}
