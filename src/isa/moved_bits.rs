//! Sums of f32 lanes in f64 on AVX-512, where two conversions would be two permutations more.
//!
//! The bits of a positive f32, at the place of an f64's, are the same number times 2^-896. So even
//! lanes are added to one register and odd lanes to another. Additions round as those of the
//! numbers themselves do, because a power of two commutes with rounding and nothing is subnormal.

use core::arch::x86_64::{__m512, __m512d, __m512i, _CMP_LT_OQ};
use pulp::x86::V4;

/// Adds the lanes of `e`. Multipliers have more time left than shifters, so a product with 2^29
/// moves the bits of even lanes.
#[inline(always)]
pub(super) fn accumulate(
    s: V4,
    [even, odd]: [__m512d; 2],
    e: __m512,
    unit: __m512i,
) -> [__m512d; 2] {
    const KEPT: i64 = !((1 << 29) - 1);
    let bits = s.avx512f._mm512_castps_si512(e);
    let of_even = s.avx512f._mm512_mul_epu32(bits, unit);
    let moved = s.avx512f._mm512_srli_epi64::<3>(bits);
    let of_odd = s.avx512f._mm512_and_si512(moved, s.avx512f._mm512_set1_epi64(KEPT));
    [
        s.avx512f._mm512_add_pd(even, s.avx512f._mm512_castsi512_pd(of_even)),
        s.avx512f._mm512_add_pd(odd, s.avx512f._mm512_castsi512_pd(of_odd)),
    ]
}

/// Returns the sums in the order of lanes.
#[inline(always)]
pub(super) fn accumulated(s: V4, [even, odd]: [__m512d; 2]) -> [__m512d; 2] {
    let (even, odd) = (unscaled(s, even), unscaled(s, odd));
    let low = s.avx512f._mm512_setr_epi64(0, 8, 1, 9, 2, 10, 3, 11);
    let high = s.avx512f._mm512_setr_epi64(4, 12, 5, 13, 6, 14, 7, 15);
    [
        s.avx512f._mm512_permutex2var_pd(even, low, odd),
        s.avx512f._mm512_permutex2var_pd(even, high, odd),
    ]
}

/// Returns the lanes times 2^896, but NaN where they are too large for sums of finite terms.
///
/// The exponent 255 of a NaN is an ordinary one here, so the NaN counts as at least 2^128. Finite
/// terms cannot reach 2^127, and no bits are negative, so nothing can bring the sum back.
#[inline(always)]
fn unscaled(s: V4, a: __m512d) -> __m512d {
    const SCALE: f64 = f64::from_bits((1023 + 896) << 52);
    const LIMIT: f64 = f64::from_bits((1023 + 127 - 896) << 52);
    let is_sum = s.avx512f._mm512_cmp_pd_mask::<_CMP_LT_OQ>(a, s.avx512f._mm512_set1_pd(LIMIT));
    let sum = s.avx512f._mm512_mul_pd(a, s.avx512f._mm512_set1_pd(SCALE));
    s.avx512f._mm512_mask_blend_pd(is_sum, s.avx512f._mm512_set1_pd(f64::NAN), sum)
}
