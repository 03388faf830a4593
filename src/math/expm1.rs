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
        let z = x.mul_add(LOG2_E, MAGIC);
        let r = (z - MAGIC).neg_mul_add(LN_2, x);
        let correction = z.bits().entry_of(&self.corrections).float();
        let q = r.mul_add(C4, C3).mul_add(r, 0.5);
        let t = if self.rest == 0.0 {
            q.mul_add(r * r, correction)
        } else {
            q.mul_add(r, self.rest).mul_add(r, correction)
        };

        let scale = self.powers.at(z.bits());
        let large = self.c - scale;
        let lost = scale - (self.c - large);
        large - scale.mul_add(r, scale.mul_add(t, lost))
    }
}
