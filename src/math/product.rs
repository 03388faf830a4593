//! The rounding error of a product.

use crate::{isa::Simd, vector::F32s};

/// Returns u alpha - x without FMA, where that is small. The factors are split in halves, whose
/// products are exact.
#[inline(always)]
pub(crate) fn product_less<S: Simd>(u: F32s<S>, alpha: f32, x: F32s<S>) -> F32s<S> {
    const HIGH: u32 = 0xffff_f000;
    let high = (u.bits() & HIGH).float();
    let low = u - high;
    let alpha_high = f32::from_bits(alpha.to_bits() & HIGH);
    let alpha_low = alpha - alpha_high;
    ((high * alpha_high - x) + (high * alpha_low + low * alpha_high)) + low * alpha_low
}
