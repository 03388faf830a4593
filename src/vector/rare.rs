//! What keeps rare numbers from taking much time, and from slowing the usual ones.

use super::{F32s, Operand, SIGN};
use crate::isa::Simd;

/// Returns `condition`, and tells the compiler that it is nearly always true, so that registers are
/// kept for that case. An overflow of `checked_add` is what the standard library calls unlikely.
#[inline(always)]
pub(crate) fn likely(condition: bool) -> bool {
    u32::from(!condition).checked_add(u32::MAX).is_some()
}

/// Products that may be subnormal or round to 0.
///
/// Zen 4 multiplies normal numbers with such a product in three times the time of another one, but
/// a fused multiply-add takes no longer. Added zeros have the sign of the product, so the bits are
/// those of the multiplication.
impl<S: Simd> F32s<S> {
    /// Returns `self * b`, which must not be negative or -0.
    #[inline(always)]
    pub(crate) fn tiny_product(self, b: impl Operand<S>) -> Self {
        if S::FUSED { self.mul_add(b, 0.0) } else { self * b }
    }
    /// Returns `self * b`, where `b` must not be negative.
    #[inline(always)]
    pub(crate) fn signed_tiny_product(self, b: impl Operand<S>) -> Self {
        if S::FUSED { self.mul_add(b, (self.bits() & SIGN).float()) } else { self * b }
    }
}

#[cfg(test)]
mod tests {
    use super::F32s;
    use crate::isa::{Isa, Job, Native, on};

    struct Products([f32; 2]);

    impl Job for Products {
        #[inline(always)]
        fn run<S: Native>(self, s: S) {
            let Self([a, b]) = self;
            let x = F32s::splat(s, a);
            assert_same([a, b], first(x.signed_tiny_product(b)));
            if a.is_sign_positive() {
                assert_same([a, b], first(x.tiny_product(b)));
            }
        }
    }

    #[inline(always)]
    fn first<S: Native>(x: F32s<S>) -> f32 {
        let mut lanes = [0.0; 16];
        x.store(&mut lanes[..S::LANES]);
        lanes[0]
    }

    #[track_caller]
    fn assert_same([a, b]: [f32; 2], got: f32) {
        let expected = a * b;
        let both_nan = got.is_nan() && expected.is_nan();
        assert!(got.to_bits() == expected.to_bits() || both_nan, "{a:e} * {b:e} gives {got:e}");
    }

    #[test]
    fn a_tiny_product_has_the_bits_of_a_product_and_its_sign() {
        let magnitudes = [0.0, 1e-45, 3e-39, 1.1754944e-38, 1e-30, 0.3, 1.0, 1e20, f32::INFINITY];
        for isa in Isa::available() {
            for a in magnitudes {
                for b in magnitudes.into_iter().chain([f32::NAN]) {
                    on(isa, Products([a, b]));
                    on(isa, Products([-a, b]));
                }
            }
        }
    }
}
