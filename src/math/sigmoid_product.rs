//! dy / (1 + e^-βx): the gradients of softplus and log-sigmoid.
//!
//! Constants: `scripts/softplus.py`.

use super::{
    base2::{Base2, reduce_unfused},
    exp::{MAGIC, Powers, Unfused, unfused},
    factor::Factor,
    hex::hex,
    product::product_less,
    scaled_exp::scaled_exp,
};
use crate::{isa::Simd, vector::F32s};

/// From here on 1 + e^-βx is 1, or e^-βx on the other side.
const TAIL: f64 = 48.0;

/// The K of the sigmoid, whose powers are those of [`base2`](super::base2), beginning at another
/// one. It keeps K + K E below 2^(n+1) where the rounding of that sum matters most.
const K: f32 = hex("0x1.b8e172p0");
const POWERS: Powers = Powers::new(
    [
        0x3fdc70b9, 0x3ff06452, 0x40031319, 0x400ef018, 0x401bdff6, 0x4029fb94, 0x40395e13,
        0x404a2509,
    ],
    0,
);
/// 2^f - 1, highest power first, with an error of 0.32 * 2^-24.
const EXP2_M1: [f32; 4] =
    [hex("0x1.c6b39cp-5"), hex("0x1.ec0f8ap-3"), hex("0x1.62e43p-1"), hex("-0x1.3b97fep-26")];

/// What depends on β, whose magnitude is from 2^-17 to 2^17.
#[derive(Clone, Copy)]
pub(crate) struct SigmoidProduct {
    beta: f32,
    base: Base2,
    /// Where βx is at the tail.
    limit: f32,
}

impl SigmoidProduct {
    #[inline(always)]
    pub(crate) const fn new(beta: f32) -> Self {
        Self { beta, base: Base2::new(beta), limit: (TAIL / beta.abs() as f64) as f32 }
    }

    #[inline(always)]
    pub(crate) fn is_near<S: Simd>(&self, x: F32s<S>) -> bool {
        x.all_below(self.limit)
    }

    /// Returns `dy / (1 + e^-βx)`. The quotient is rounded before the product. The form that is
    /// `FAR` serves for all x.
    #[inline(always)]
    pub(crate) fn eval<const FAR: bool, S: Simd>(&self, x: F32s<S>, dy: F32s<S>) -> F32s<S> {
        if !FAR {
            return K / self.denominator(x) * dy;
        }
        let near = K / self.denominator(x.clamp(-self.limit, self.limit)) * dy;
        (x * self.beta.signum()).lt(-self.limit).select(self.tail(x, dy), near)
    }

    /// Returns K (1 + e^-βx).
    #[inline(always)]
    fn denominator<S: Simd>(&self, x: F32s<S>) -> F32s<S> {
        let (scale, p) = if S::FUSED {
            let (z, f) = self.base.reduce(x, MAGIC);
            (POWERS.at(z), f.poly(EXP2_M1))
        } else {
            let Unfused { k, p } = reduce_unfused(x, self.beta);
            (unfused::power(K, k), p)
        };
        scale.at_least(K) + scale.mul_add(p, scale.at_most(K))
    }

    /// Returns dy e^βx for βx <= -48.
    #[inline(always)]
    fn tail<S: Simd>(&self, x: F32s<S>, dy: F32s<S>) -> F32s<S> {
        // There the product is 0 for every dy.
        const END: f32 = -200.0;
        let end = END / self.beta;
        let x = x.clamp(end.min(0.0), end.max(0.0));
        let u = x * self.beta;
        let error = if S::FUSED { x.mul_add(self.beta, -u) } else { product_less(x, self.beta, u) };
        scaled_exp::<true, false, S>(
            u,
            Factor::new(1.0),
            #[inline(always)]
            |e| e.mul_add(error, e) * dy,
        )
    }
}
