//! The core of the gates x / (1 + e^(-beta x)): SiLU, swish and the quick GELU.
//!
//! With FMA: the exponential of base 2 has the exponent -beta log2(e) x, of which the factor is a
//! sum of two f32 numbers, so that no beta costs more than another. The powers are taken a little
//! too large: 2^r / kappa is below 1. The denominator then is the larger one of 1 and S, plus a sum
//! that is below 1 where that matters, and so is rounded finely.
//!
//! Without FMA: e^-|beta x| - 1 in f32, and the remaining steps in f64.
//!
//! Constants: `scripts/gate.py`.

mod exact;
mod gradient;

use super::{
    exp::{MAGIC, Powers, Reduced, unfused},
    hex::{hex, hex_f64},
};
use crate::{
    isa::Simd,
    vector::{F32s, F64s, U32s},
};
pub(crate) use exact::{derivative, exact};

/// kappa 2^(i/8) for kappa = 1.0558472, which makes all eight close to f32 numbers.
pub(crate) const POWERS: Powers = Powers::new(
    [
        0x3f872600, 0x3f936163, 0x3fa0b830, 0x3faf440e, 0x3fbf20f6, 0x3fd06d69, 0x3fe34aab,
        0x3ff7dd03,
    ],
    0,
);
/// Coefficients of 2^r / kappa - 1, highest power first.
pub(crate) const REST: [f32; 4] =
    [hex("0x1.ae92a8p-5"), hex("0x1.d2089ap-3"), hex("0x1.501ebap-1"), hex("-0x1.b14d2ep-5")];
/// Those of 2^r / kappa.
pub(crate) const WHOLE: [f32; 4] = [REST[0], REST[1], REST[2], 1.0 + REST[3]];

/// Powers of two that are 2^64 or more are divided by it, with 1 and the numerator.
const LARGE: u32 = 64 * 8;

/// From this magnitude of beta x on, inputs are far.
const FAR: f32 = 64.0;

/// A gate for one beta.
#[derive(Clone, Copy)]
pub(crate) struct Gate {
    beta: f32,
    /// -beta log2(e) is `high + low`.
    high: f32,
    low: f32,
    /// Inputs below this magnitude are usual. It is 0 for a beta that the vector kernel does not
    /// serve.
    near: f32,
}

impl Gate {
    pub(crate) const fn new(beta: f32) -> Self {
        const LOG2_E: f64 = hex_f64("0x1.71547652b82fep0");
        /// Between these, no intermediate result of a usual input is beyond the range of f32.
        const SMALLEST: f32 = hex("0x1p-20");
        const LARGEST: f32 = hex("0x1p60");
        let size = beta.abs();
        let factor = beta as f64 * -LOG2_E;
        let high = factor as f32;
        let low = (factor - high as f64) as f32;
        let near = if SMALLEST <= size && size <= LARGEST { FAR / size } else { 0.0 };
        Self { beta, high, low, near }
    }

    /// Whether the kernel without far elements serves.
    #[inline(always)]
    pub(crate) fn is_usual<S: Simd>(self, x: F32s<S>) -> bool {
        x.all_below(self.near)
    }

    /// Returns e^(-beta x) as the power of two of the low bits, and the rest of the exponent.
    #[inline(always)]
    pub(crate) fn reduce<S: Simd>(self, x: F32s<S>) -> Reduced<S> {
        let z = x.mul_add(self.high, MAGIC);
        Reduced { z: z.bits(), r: x.mul_add(self.low, x.mul_add(self.high, MAGIC - z)) }
    }

    /// This gate with beta made positive, and the bits that x and the result change their signs by:
    /// the function of -beta and x is -1 times that of beta and -x.
    #[inline(always)]
    fn positive(self) -> (Self, u32) {
        let sign = self.beta.to_bits() & SIGN;
        let high = -self.high.abs();
        let low = f32::from_bits(self.low.to_bits() ^ sign);
        (Self { beta: self.beta.abs(), high, low, ..self }, sign)
    }

    /// Returns x / (1 + e^(-beta x)) for usual x.
    #[inline(always)]
    pub(crate) fn usual<S: Simd>(self, x: F32s<S>) -> F32s<S> {
        if !S::FUSED {
            return self.unfused(x);
        }
        let Reduced { z, r } = self.reduce(x);
        quotient::<false, S>(x, POWERS.at(z), r.poly(REST), x.same(1.0))
    }

    /// As `usual`, with the sum 1 + e^(-beta x) rounded.
    #[inline(always)]
    pub(crate) fn fast_usual<S: Simd>(self, x: F32s<S>) -> F32s<S> {
        if !S::FUSED {
            return self.unfused(x);
        }
        let Reduced { z, r } = self.reduce(x);
        x / POWERS.at(z).mul_add(r.poly(WHOLE), 1.0)
    }

    /// Returns x / (1 + e^(-beta x)) for all x.
    #[inline(always)]
    pub(crate) fn far<const FAST: bool, S: Simd>(self, x: F32s<S>) -> F32s<S> {
        /// Below and above these values of beta x, results are 0 and x.
        const LOWEST: f32 = -125.0;
        const HIGHEST: f32 = 60.0;
        if self.near == 0.0 {
            return x.each_lane(
                #[inline(always)]
                |x| exact(self.beta.into(), x.into()) as f32,
            );
        }
        if !S::FUSED {
            return self.unfused(x);
        }
        let (gate, sign) = self.positive();
        let x = (x.bits() ^ sign).float().at_least(LOWEST / gate.beta);
        let highest = HIGHEST / gate.beta;
        let Reduced { z, r } = gate.reduce(x.at_most(highest));
        let [scale, one] = far_power(z);
        let y = if FAST {
            // Half of the exponent is left out before the division, and half after it.
            let (_, half) = far_power_in_halves(&POWERS, z);
            let y = (x * half) / scale.mul_add(r.poly(WHOLE), one);
            y.signed_tiny_product(half)
        } else {
            let y = quotient::<true, S>(x * one, scale, r.poly(REST), one);
            x.same(highest).lt(x).select(x, y)
        };
        (y.bits() ^ sign).float()
    }

    /// The kernel without FMA, for all x.
    #[inline(always)]
    fn unfused<S: Simd>(self, x: F32s<S>) -> F32s<S> {
        let (gate, sign) = self.positive();
        let x = (x.bits() ^ sign).float();
        let a = x.abs().at_most(125.0 / gate.beta);
        let e = gate.unfused_exp::<false, S>(a);
        // max(x, 0) less |x| e / (1 + e), where a 0 that is subtracted from -0 leaves -0.
        let y = x.at_least(0.0).widen() - a.widen() * (e / (e + 1.0));
        (y.narrow().bits() ^ sign).float()
    }

    /// Returns e^(-beta a) for 0 <= beta a <= 125, or 210 if it may be `TINY`, without FMA.
    #[inline(always)]
    pub(crate) fn unfused_exp<const TINY: bool, S: Simd>(self, a: F32s<S>) -> F64s<S> {
        const LN_2: f64 = hex_f64("0x1.62e42fefa39efp-1");
        /// Powers in f32 are larger by this, to be normal numbers.
        const LIFT: f32 = hex("0x1p64");
        const LOWER: f64 = hex_f64("0x1p-64");
        let t = a.widen() * (f64::from(self.high) + f64::from(self.low));
        let z = t.narrow() + unfused::MAGIC;
        let n = z - unfused::MAGIC;
        let r = ((t - n.widen()) * LN_2).narrow();
        let e = unfused::expm1(r, r.same(0.0)).widen() + 1.0;
        let k = z.bits();
        if !TINY {
            return e * (unfused::power(LIFT, k).widen() * LOWER);
        }
        let half = (k << 22) & 0xff80_0000;
        let rest = (k << 23) - half;
        let half = (half + LIFT.to_bits()).float().widen() * LOWER;
        let rest = (rest + LIFT.to_bits()).float().widen() * LOWER;
        e * half * rest
    }
}

const SIGN: u32 = 0x8000_0000;

/// Returns x / (S (1 + p) + v) with the remainder of the division, for p <= 0. In the form that is
/// `TINY` the quotient may be subnormal.
#[inline(always)]
pub(crate) fn quotient<const TINY: bool, S: Simd>(
    x: F32s<S>,
    scale: F32s<S>,
    p: F32s<S>,
    v: F32s<S>,
) -> F32s<S> {
    let large = scale.at_least(v);
    let small = scale.mul_add(p, scale.at_most(v));
    let d = large + small;
    let rest = small - (d - large);
    let g = 1.0 / d;
    let y = if TINY { x.signed_tiny_product(g) } else { x * g };
    // The remainder has its sign turned, so that a quotient of -0 stays -0.
    let error = y.mul_add(rest, y.mul_add(d, -0.0 - x));
    error.neg_mul_add(g, y)
}

/// Returns the power for the low bits of z and 1, both without the factor 2^64 where the power
/// is larger.
#[inline(always)]
pub(crate) fn far_power<S: Simd>(z: U32s<S>) -> [F32s<S>; 2] {
    let off = ((z + (4096 - LARGE)) & 4096) << 17;
    [(POWERS.bits_at(z) - off).float(), (z.same(1_f32.to_bits()) - off).float()]
}

/// Returns that power and 1 without the square root of the factor.
#[inline(always)]
pub(crate) fn far_power_in_halves<S: Simd>(powers: &Powers, z: U32s<S>) -> (F32s<S>, F32s<S>) {
    let off = ((z + (4096 - LARGE)) & 4096) << 16;
    ((powers.bits_at(z) - off - off).float(), (z.same(1_f32.to_bits()) - off).float())
}
