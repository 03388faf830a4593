//! What follows the activation of a block.

use crate::{
    isa::{Isa, Simd},
    map::{Map, binary},
    vector::F32s,
};

#[derive(Clone, Copy)]
struct Product;

impl Map<2> for Product {
    #[inline(always)]
    fn eval<S: Simd>(self, [a, b]: [F32s<S>; 2]) -> F32s<S> {
        a * b
    }
}

/// `dst[i] *= factors[i]`
#[inline(never)]
pub(super) fn multiply(isa: Isa, factors: &[f32], dst: &mut [f32]) {
    binary(isa, Product, factors, None, dst);
}

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

/// What is within two limits lets a gradient pass.
#[derive(Clone, Copy)]
struct Within {
    low: f32,
    high: f32,
}

impl Map<2> for Within {
    #[inline(always)]
    fn eval<S: Simd>(self, [x, dy]: [F32s<S>; 2]) -> F32s<S> {
        dy.zero_where(x.lt(self.low)).zero_where(x.same(self.high).lt(x))
    }
}

/// Sets `dst[i]` to 0 where x\[i\] is less than `low` or more than `high`.
#[inline(never)]
pub(super) fn zero_beyond(isa: Isa, [low, high]: [f32; 2], x: &[f32], dst: &mut [f32]) {
    binary(isa, Within { low, high }, x, None, dst);
}
