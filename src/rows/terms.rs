//! The terms of a row: numbers proportional to e^x, scaled so that none overflows or is lost.

use crate::{
    exponential::{LN_2, LN_2_REST, LOG2_E, MAGIC, Powers, unfused},
    hex::hex,
    isa::Simd,
    vector::F32s,
};

/// Entries this far below the maximum of their row have results below 2^-151: they count as nothing.
const DEPTH: f32 = 105.0;
/// Keeps terms normal down to twice that depth.
const EXPONENT: i32 = 64;

/// K 2^(i/8). A factor that all terms have cancels, so K is free: this one makes the eight and the last
/// rounding err alike. Constants: `scripts/softmax.py`.
const POWERS: Powers = Powers::new(
    [0x3fb844c3, 0x3fc8f243, 0x3fdb222f, 0x3feef781, 0x40024c2e, 0x400e172c, 0x401af368, 0x4028f99d],
    EXPONENT,
);
/// 2^64, without FMA.
const POWER: f32 = hex("0x1p64");
const C2: f32 = hex("0x1.000a16p-1");
const C3: f32 = hex("0x1.555cd8p-3");

/// What the terms of a row depend on: its maximum. A row of numbers, or one row a lane.
#[derive(Clone, Copy)]
pub(crate) struct Reference<S: Simd> {
    /// What is subtracted from every entry: 0, or the maximum where it is large. Then the difference is
    /// exact for every entry that counts.
    pub(crate) offset: F32s<S>,
    /// The magic number minus N, the integer nearest to log2 of the largest term. So N shifts the
    /// exponents without an operation of its own, and without a rounding.
    pub(crate) magic: F32s<S>,
    /// The least entry that counts, after the subtraction.
    pub(crate) least: F32s<S>,
}

impl<S: Simd> Reference<S> {
    /// Maxima of this magnitude or more are subtracted: x = n ln 2 + r is exact below it.
    pub(crate) const LARGE: f32 = if S::FUSED { 65536.0 } else { 240.0 };

    #[inline(always)]
    pub(crate) fn new(maximum: F32s<S>) -> Self {
        let offset = maximum.abs().lt(Self::LARGE).select(0.0, maximum);
        let d = maximum - offset;
        let n = d.mul_add(LOG2_E, unfused::MAGIC) - unfused::MAGIC;
        let magic = if S::FUSED { MAGIC } else { unfused::MAGIC } - n;
        Self { offset, magic, least: d - DEPTH }
    }

    /// K 2^64 e^(x - offset) / 2^N.
    #[inline(always)]
    pub(crate) fn term<const OFFSET: bool>(&self, x: F32s<S>) -> F32s<S> {
        let x = if OFFSET { x - self.offset } else { x };
        let z = x.mul_add(LOG2_E, self.magic);
        let n = z - self.magic;
        let e = if S::FUSED {
            let r = n.neg_mul_add(LN_2_REST, n.neg_mul_add(LN_2, x));
            let p = r.mul_add(C3, C2).mul_add(r * r, r);
            let scale = POWERS.at(z.bits());
            scale.mul_add(p, scale)
        } else {
            (unfused::expm1(x, n) + 1.0) * unfused::power(POWER, z.bits())
        };
        e.zero_where(x.lt(self.least))
    }
}
