//! dy / (1 + e^-βx): the gradients of softplus and log-sigmoid.

use super::{
    base2::{Base2, POWERS, REST, reduce_unfused},
    exp::{MAGIC, Unfused, unfused},
    factor::Factor,
    product::product_less,
    scaled_exp::scaled_exp,
};
use crate::{isa::Simd, vector::F32s};

/// From here on 1 + e^-βx is 1, or e^-βx on the other side.
const TAIL: f64 = 48.0;

const SCALED: super::exp::Powers = super::exp::Powers::new([
        0x3fdc70b9, 0x3ff06452, 0x40031319, 0x400ef018, 0x401bdff6, 0x4029fb94, 0x40395e13,
        0x404a2509,
    ], 0);
const K: f32 = f32::from_bits(0x3fdc70b9);
const KREST: [f32; 4] = {
    let k = f32::from_bits(0x3f831319) as f64;
    [(REST[0] as f64 * k) as f32, (REST[1] as f64 * k) as f32, (REST[2] as f64 * k) as f32, ((1.0 + REST[3] as f64) * k - 1.0) as f32]
};
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

    /// Returns `dy / (1 + e^-βx)`. The form that is `FAR` serves for all x.
    #[inline(always)]
    pub(crate) fn eval<const FAR: bool, S: Simd>(&self, x: F32s<S>, dy: F32s<S>) -> F32s<S> {
        if !FAR {
            return K / self.denominator(x) * dy;
        }
        let near = K / self.denominator(x.clamp(-self.limit, self.limit)) * dy;
        (x * self.beta.signum()).lt(-self.limit).select(self.tail(x, dy), near)
    }

    /// Returns 1 + e^-βx.
    #[inline(always)]
    fn denominator<S: Simd>(&self, x: F32s<S>) -> F32s<S> {
        let (scale, p) = if S::FUSED {
            let (z, f) = self.base.reduce(x, MAGIC);
            (SCALED.at(z), f.poly(KREST))
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
        let error =
            if S::FUSED { x.mul_add(self.beta, -u) } else { product_less(x, self.beta, u) };
        scaled_exp::<true, false, S>(
            u,
            Factor::new(1.0),
            #[inline(always)]
            |e| e.mul_add(error, e) * dy,
        )
    }
}
