//! e^x - 1 for x <= 0, which ELU, SELU and CELU share.
//!
//! With FMA: c e^x = S (1 + r + t), with S near c 2^(k + i/8) from a table. Then c - S is
//! represented exactly as a sum of two numbers. The remainder, S (r + t), is rounded at its own
//! size, so small results lose no digits to cancellation.
//!
//! Without FMA: e^x = 2^k (1 + p), and 1 - 2^k is exact.
//!
//! Constants: `scripts/elu.py`.

use crate::{
    isa::Simd,
    math::exp::{LN_2, LOG2_E, MAGIC, Powers, unfused},
    math::hex::hex,
    vector::F32s,
};

/// e^r - 1 = r + r^2/2 + C3 r^3 + C4 r^4, with an error of 0.004 * 2^-24 relative to e^r.
const C3: f32 = hex("0x1.555c2ep-3");
const C4: f32 = hex("0x1.55579ep-5");

/// c (e^x - 1) for one c.
pub(crate) struct Expm1 {
    /// c, rounded to f32.
    pub(crate) c: f32,
    /// The relative residual of c: the exact c is `c (1 + rest)`.
    pub(crate) rest: f32,
    pub(crate) powers: Powers,
    /// Corrections of the relative errors of the table and of the reduction, which uses ln 2
    /// rounded to f32.
    pub(crate) corrections: [u32; 8],
}

impl Expm1 {
    /// Returns `-c (e^x - 1)` for x <= 0, which is not negative. Both zeros give +0.
    #[inline(always)]
    pub(crate) fn negated<S: Simd>(&self, x: F32s<S>) -> F32s<S> {
        let x = x.at_least(-18.0);
        if !S::FUSED {
            let reduced = unfused::reduce(x);
            let power = unfused::power(1.0, reduced.k);
            return ((1.0 - power) - power * reduced.p) * self.c;
        }
        let [large, scale, r, small] = self.parts(x);
        large - scale.mul_add(r, small)
    }

    /// Returns -c (e^x - 1) for -18 <= x <= 0 as `large - (scale r + small)`, with FMA.
    #[inline(always)]
    fn parts<S: Simd>(&self, x: F32s<S>) -> [F32s<S>; 4] {
        let z = x.mul_add(LOG2_E, MAGIC);
        let r = (z - MAGIC).neg_mul_add(LN_2, x);
        let correction = z.bits().entry_of(&self.corrections).float();
        let q = r.mul_add(C4, C3).mul_add(r, 0.5);
        let t = if self.rest == 0.0 {
            q.mul_add(r.tiny_product(r), correction)
        } else {
            q.mul_add(r, self.rest).mul_add(r, correction)
        };

        let scale = self.powers.at(z.bits());
        let large = self.c - scale;
        let lost = scale - (self.c - large);
        [large, scale, r, scale.mul_add(t, lost)]
    }

    /// As `negated`, times a factor that is not known before and is the sum of two numbers.
    ///
    /// With FMA, `large` and `scale` are multiplied with their residuals, so that the result is
    /// rounded at the same two places as without a factor.
    #[inline(always)]
    pub(crate) fn negated_times<S: Simd>(&self, x: F32s<S>, [high, low]: [f32; 2]) -> F32s<S> {
        /// From here to 0 products with the low part may be subnormal, and flushed by the host. It
        /// is at most an ULP of a result there.
        const LEAST: f32 = -1e-20;
        let low = x.lt(LEAST).select(low, 0.0);
        if !S::FUSED {
            let negated = self.negated(x);
            return negated * high + negated * low;
        }
        let [large, scale, r, small] = self.parts(x.at_least(-18.0));
        let [large_high, scale_high] = [large * high, scale * high];
        let large_low = large.mul_add(low, large.mul_add(high, -large_high));
        let scale_low = scale.mul_add(low, scale.mul_add(high, -scale_high));
        let small = small.mul_add(high, scale_low.mul_add(r, -large_low));
        large_high - scale_high.mul_add(r, small)
    }
}
