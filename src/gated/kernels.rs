//! What the clamped unit multiplies by.

use crate::{
    isa::{Isa, Simd},
    map::{Map, binary},
    vector::F32s,
};

/// The product with up limited to ±`limit`, and 1 more.
#[derive(Clone, Copy)]
struct ProductOfLimited {
    limit: f32,
}

impl Map<2> for ProductOfLimited {
    #[inline(always)]
    fn eval<S: Simd>(self, [up, b]: [F32s<S>; 2]) -> F32s<S> {
        (up.clamp(-self.limit, self.limit) + 1.0) * b
    }
}

/// `dst[i] *= min(max(up[i], -limit), limit) + 1`
#[inline(never)]
pub(super) fn multiply_by_limited(isa: Isa, limit: f32, up: &[f32], dst: &mut [f32]) {
    binary(isa, ProductOfLimited { limit }, up, None, dst);
}
