//! Products of slices, and gradients that limits let pass, for what is made of several operations.

use super::{Map, binary};
use crate::{
    isa::{Isa, Simd},
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
pub(crate) fn multiply(isa: Isa, factors: &[f32], dst: &mut [f32]) {
    binary(isa, Product, factors, None, dst);
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
pub(crate) fn zero_beyond(isa: Isa, [low, high]: [f32; 2], x: &[f32], dst: &mut [f32]) {
    binary(isa, Within { low, high }, x, None, dst);
}
