//! The bell curves 2/√π e^-x² and e^(-x²/2) / √(2π), which the gradients of erf and GELU are made
//! of, for every x and for products beyond the range of f32.
//!
//! The square is a sum of two numbers, since e^-x² multiplies its rounding error by x². The second
//! curve is the first one at x/√2 times 2^-1.5, so that both have one table.
//!
//! Constants: `scripts/erf.py`.

use super::{
    exp::{LOG2_E, MAGIC, Powers, Unfused, unfused},
    hex::{hex, hex_f64},
    scaled_exp::{Beyond, MOST},
};
use crate::{
    isa::Simd,
    vector::{F32s, F64s},
};
use core::f64::consts::{FRAC_2_SQRT_PI, LN_2, LOG2_E as LOG2_E_F64};

/// log2(e) = `LOG2_E + LOG2_E_REST`.
const LOG2_E_REST: f32 = hex("0x1.4ae0cp-26");

/// K 2^(i/8). K = 1.0877 makes all eight close to f32 numbers, so they need no corrections.
const POWERS: Powers = Powers::new(
    [
        0x3f8b3a3e, 0x3f97d424, 0x3fa59202, 0x3fb48e45, 0x3fc4e5be, 0x3fd6b7da, 0x3fea26de,
        0x3fff5829,
    ],
    0,
);
/// As they are needed where a part of the exponent is applied later.
const BIASED_POWERS: Powers = POWERS.times_power(254);
/// Coefficients of 2/√π 2^f / K - 1, highest power first, with an error of 0.010 * 2^-24. The value
/// at 0 is 2/√π rounded to f32.
const COEFFICIENTS: [f32; 5] = [
    hex("0x1.43efcap-7"),
    hex("0x1.d7d048p-5"),
    hex("0x1.fe60acp-3"),
    hex("0x1.7028b2p-1"),
    hex("0x1.324218p-5"),
];

/// The two curves.
#[derive(Clone, Copy)]
pub(crate) enum Curve {
    /// 2/√π e^-x², the derivative of erf.
    Erf,
    /// e^(-x²/2) / √(2π), the density of the standard normal distribution.
    Normal,
}

impl Curve {
    /// Below this magnitude of x the form for usual x serves. The exponent is less than [`MOST`]
    /// there, so that products are rounded once in both forms.
    #[inline(always)]
    pub(crate) const fn limit(self) -> f32 {
        match self {
            Self::Erf => 8.25,
            Self::Normal => 10.2,
        }
    }
    /// Beyond it products with the largest f32 are 0.
    #[inline(always)]
    const fn last(self) -> f32 {
        match self {
            Self::Erf => 14.2,
            Self::Normal => 20.1,
        }
    }
    /// The factor of the square, and the logarithm of base 2 of what follows 2/√π as a factor.
    #[inline(always)]
    const fn exponents(self) -> [f32; 2] {
        match self {
            Self::Erf => [1.0, 0.0],
            Self::Normal => [0.5, -1.5],
        }
    }
    /// Returns `times(scale, p)`, where scale (1 + p) is the curve at x and `times` returns a
    /// product with that.
    ///
    /// In the form for all x, powers of two below 2^-100 are left out of `scale` and applied to the
    /// product last, which rounds it once.
    #[inline(always)]
    pub(crate) fn times<const FAR: bool, S: Simd>(
        self,
        x: F32s<S>,
        times: impl Fn(F32s<S>, F32s<S>) -> F32s<S>,
    ) -> F32s<S> {
        let [factor, shift] = self.exponents();
        let x = if FAR { x.clamp(-self.last(), self.last()) } else { x };
        if !S::FUSED {
            return unfused_times::<FAR, S>(x, factor, shift, times);
        }
        let s = x.tiny_product(x);
        let magic = MAGIC + shift;
        let z = s.mul_add(-factor * LOG2_E, magic);
        let f = s.mul_add(-factor * LOG2_E_REST, s.mul_add(-factor * LOG2_E, magic - z));
        let f = x.mul_add(x, -s).mul_add(-factor * LOG2_E, f);
        let p = f.poly(COEFFICIENTS);
        if !FAR {
            let scale = POWERS.at(z.bits());
            return times(scale, p);
        }
        let beyond = Beyond::of::<false>(z, MAGIC);
        let scale = beyond.taken_from(BIASED_POWERS.bits_at(z.bits())).float();
        beyond.applied_to(times(scale, p))
    }
}

/// The curve without FMA: the square and the reduction are in f64.
#[inline(always)]
fn unfused_times<const FAR: bool, S: Simd>(
    x: F32s<S>,
    factor: f32,
    shift: f32,
    times: impl Fn(F32s<S>, F32s<S>) -> F32s<S>,
) -> F32s<S> {
    let w = x.widen();
    let power = w * w * (f64::from(factor) * LOG2_E_F64) - f64::from(shift);
    let Unfused { k, p } = unfused_power(power);
    let e = ((p.widen() + 1.0) * FRAC_2_SQRT_PI).narrow();
    if !FAR {
        return times(e * unfused::power(1.0, k), e.same(0.0));
    }
    let z = k.float();
    let rest = (z - z.at_least(unfused::MAGIC - MOST) + unfused::MAGIC).bits();
    unfused::scale(times(e * unfused::power(1.0, k - rest), e.same(0.0)), rest)
}

/// Returns 2^-t = 2^k (1 + p), without FMA.
#[inline(always)]
pub(crate) fn unfused_power<S: Simd>(t: F64s<S>) -> Unfused<S> {
    let z = unfused::MAGIC - t.narrow();
    let n = z - unfused::MAGIC;
    let r = ((t + n.widen()) * -LN_2).narrow();
    Unfused { k: z.bits(), p: unfused::expm1(r, r.same(0.0)) }
}

/// Returns 2^-t in f64 for 0 <= t < 300, with the error of an f32, without FMA.
#[inline(always)]
pub(crate) fn unfused_exp2<S: Simd>(t: F64s<S>) -> F64s<S> {
    const LIFT: f32 = hex("0x1p100");
    const LOWER: f64 = hex_f64("0x1p-100");
    let Unfused { k, p } = unfused_power(t);
    let z = k.float();
    let rest = (z - z.at_least(unfused::MAGIC - MOST) + unfused::MAGIC).bits();
    let power =
        unfused::power::<S>(1.0, k - rest).widen() * unfused::power::<S>(LIFT, rest).widen();
    (p.widen() + 1.0) * (power * LOWER)
}
