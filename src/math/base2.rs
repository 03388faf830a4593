//! e^-βx for a β that is known at run time, without rounding βx.
//!
//! With FMA: e^-βx = 2^(k + i/8) 2^f, |f| <= 1/16. Powers of two need no reduction by multiples of
//! ln 2. So β log2 e, as the sum of two numbers, takes the place of both constants.
//!
//! Without FMA: the rounding error of βx is found by splitting both, and corrects the result.
//!
//! Constants: `scripts/softplus.py`.

use super::{
    exp::{Powers, Unfused, unfused},
    hex::hex,
    product::product_less,
};
use crate::{
    isa::Simd,
    vector::{F32s, U32s},
};

/// K 2^(i/8). K = 1.024 makes all eight close to f32 numbers, so they need no correction.
pub(crate) const POWERS: Powers = Powers::new(
    [
        0x3f831319, 0x3f8ef018, 0x3f9bdff6, 0x3fa9fb94, 0x3fb95e13, 0x3fca2509, 0x3fdc70b9,
        0x3ff06452,
    ],
    0,
);
/// 2^f / K - 1, highest power first, with an error of 0.31 * 2^-24.
pub(crate) const REST: [f32; 4] =
    [hex("0x1.bbdf96p-5"), hex("0x1.e08502p-3"), hex("0x1.5a9116p-1"), hex("-0x1.805158p-6")];

/// β log2 e, as the sum of two numbers.
#[derive(Clone, Copy)]
pub(crate) struct Base2([f32; 2]);

impl Base2 {
    #[inline(always)]
    pub(crate) const fn new(beta: f32) -> Self {
        let exact = beta as f64 * core::f64::consts::LOG2_E;
        let high = exact as f32;
        Self([high, (exact - high as f64) as f32])
    }

    /// Returns 8k + i in the low bits, and f, for `|βx| < 2^7` and a `magic` number that differs
    /// from [`MAGIC`](super::exp::MAGIC) by the multiple of 1/8 that is added to k + i/8.
    #[inline(always)]
    pub(crate) fn reduce<S: Simd>(self, x: F32s<S>, magic: f32) -> (U32s<S>, F32s<S>) {
        let [high, low] = self.0;
        let z = x.mul_add(-high, magic);
        (z.bits(), x.mul_add(-low, x.mul_add(-high, magic - z)))
    }
}

/// Returns e^-βx as 2^k (1 + p), without FMA.
#[inline(always)]
pub(crate) fn reduce_unfused<S: Simd>(x: F32s<S>, beta: f32) -> Unfused<S> {
    let u = x * beta;
    let error = product_less(x, beta, u);
    let Unfused { k, p } = unfused::reduce(-u);
    Unfused { k, p: p - (error + error * p) }
}
