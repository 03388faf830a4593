//! The largest lanes and the sums of sixteen registers of AVX-512, by shuffles that they share.
//!
//! Each step halves the lanes of two registers, and puts them into one. The order in which the
//! registers are asked for is the one that ends with register i in lane i.

use core::arch::x86_64::{__m512, __m512d};
use pulp::x86::V4;

#[inline(always)]
pub(super) fn largest_of_each(s: V4, mut of: impl FnMut(usize) -> __m512) -> __m512 {
    let f = s.avx512f;
    let mut fours = [f._mm512_setzero_ps(); 4];
    for (i, four) in fours.iter_mut().enumerate() {
        let (a, b, c, d) = (of(i), of(i + 4), of(i + 8), of(i + 12));
        let ab = [f._mm512_shuffle_f32x4::<0x44>(a, b), f._mm512_shuffle_f32x4::<0xee>(a, b)];
        let cd = [f._mm512_shuffle_f32x4::<0x44>(c, d), f._mm512_shuffle_f32x4::<0xee>(c, d)];
        let (ab, cd) = (f._mm512_max_ps(ab[0], ab[1]), f._mm512_max_ps(cd[0], cd[1]));
        *four = f._mm512_max_ps(
            f._mm512_shuffle_f32x4::<0x88>(ab, cd),
            f._mm512_shuffle_f32x4::<0xdd>(ab, cd),
        );
    }
    let [a, b, c, d] = fours;
    let ab = [f._mm512_shuffle_ps::<0x44>(a, b), f._mm512_shuffle_ps::<0xee>(a, b)];
    let cd = [f._mm512_shuffle_ps::<0x44>(c, d), f._mm512_shuffle_ps::<0xee>(c, d)];
    let (ab, cd) = (f._mm512_max_ps(ab[0], ab[1]), f._mm512_max_ps(cd[0], cd[1]));
    f._mm512_max_ps(f._mm512_shuffle_ps::<0x88>(ab, cd), f._mm512_shuffle_ps::<0xdd>(ab, cd))
}

#[inline(always)]
pub(super) fn sum_of_each(s: V4, mut of: impl FnMut(usize) -> [__m512d; 2]) -> [__m512d; 2] {
    let f = s.avx512f;
    let mut pairs = [s.avx512f._mm512_setzero_pd(); 4];
    for (i, pair) in pairs.iter_mut().enumerate() {
        // The first lanes of the halves are 0, 1, then 8, 9.
        let first = i % 2 + i / 2 * 8;
        let mut fours = [f._mm512_setzero_pd(); 2];
        for (j, four) in fours.iter_mut().enumerate() {
            let [low, high] = of(first + 4 * j);
            let a = f._mm512_add_pd(low, high);
            let [low, high] = of(first + 4 * j + 2);
            let b = f._mm512_add_pd(low, high);
            *four = f._mm512_add_pd(
                f._mm512_shuffle_f64x2::<0x44>(a, b),
                f._mm512_shuffle_f64x2::<0xee>(a, b),
            );
        }
        let [a, b] = fours;
        *pair = f._mm512_add_pd(
            f._mm512_shuffle_f64x2::<0x88>(a, b),
            f._mm512_shuffle_f64x2::<0xdd>(a, b),
        );
    }
    let [a, b, c, d] = pairs;
    [
        f._mm512_add_pd(f._mm512_unpacklo_pd(a, b), f._mm512_unpackhi_pd(a, b)),
        f._mm512_add_pd(f._mm512_unpacklo_pd(c, d), f._mm512_unpackhi_pd(c, d)),
    ]
}
