//! AVX2 and FMA, through pulp.

use super::{
    Native, Simd, load_thirds,
    quarters::{load_quarters, store_quarters},
    store_thirds,
};
use core::arch::x86_64::{__m256, __m256i, _CMP_LE_OQ, _CMP_LT_OQ};
use pulp::{cast, x86::V3};

impl Simd for V3 {
    type F32 = __m256;
    type U32 = __m256i;
    type Mask = __m256;
    type Table = __m256i;
    const LANES: usize = 8;
    const FUSED: bool = true;

    #[inline(always)]
    fn load(self, x: &[f32]) -> __m256 {
        let x: &[f32; 8] = x.try_into().expect("one register");
        cast(*x)
    }
    #[inline(always)]
    fn store(self, a: __m256, x: &mut [f32]) {
        x.copy_from_slice(&cast::<_, [f32; 8]>(a));
    }
    #[inline(always)]
    fn splat(self, x: f32) -> __m256 {
        self.avx._mm256_set1_ps(x)
    }
    #[inline(always)]
    fn splat_bits(self, x: u32) -> __m256i {
        self.avx._mm256_set1_epi32(x.cast_signed())
    }

    #[inline(always)]
    fn add(self, a: __m256, b: __m256) -> __m256 {
        self.avx._mm256_add_ps(a, b)
    }
    #[inline(always)]
    fn sub(self, a: __m256, b: __m256) -> __m256 {
        self.avx._mm256_sub_ps(a, b)
    }
    #[inline(always)]
    fn mul(self, a: __m256, b: __m256) -> __m256 {
        self.avx._mm256_mul_ps(a, b)
    }
    #[inline(always)]
    fn div(self, a: __m256, b: __m256) -> __m256 {
        self.avx._mm256_div_ps(a, b)
    }
    #[inline(always)]
    fn mul_add(self, a: __m256, b: __m256, c: __m256) -> __m256 {
        self.fma._mm256_fmadd_ps(a, b, c)
    }
    #[inline(always)]
    fn neg_mul_add(self, a: __m256, b: __m256, c: __m256) -> __m256 {
        self.fma._mm256_fnmadd_ps(a, b, c)
    }
    #[inline(always)]
    fn min(self, a: __m256, b: __m256) -> __m256 {
        self.avx._mm256_min_ps(a, b)
    }
    #[inline(always)]
    fn max(self, a: __m256, b: __m256) -> __m256 {
        self.avx._mm256_max_ps(a, b)
    }
    #[inline(always)]
    fn lt(self, a: __m256, b: __m256) -> __m256 {
        self.avx._mm256_cmp_ps::<_CMP_LT_OQ>(a, b)
    }
    #[inline(always)]
    fn le(self, a: __m256, b: __m256) -> __m256 {
        self.avx._mm256_cmp_ps::<_CMP_LE_OQ>(a, b)
    }
    #[inline(always)]
    fn select(self, mask: __m256, then: __m256, other: __m256) -> __m256 {
        self.avx._mm256_blendv_ps(other, then, mask)
    }

    #[inline(always)]
    fn bits(self, a: __m256) -> __m256i {
        self.avx._mm256_castps_si256(a)
    }
    #[inline(always)]
    fn float(self, a: __m256i) -> __m256 {
        self.avx._mm256_castsi256_ps(a)
    }
    #[inline(always)]
    fn add_bits(self, a: __m256i, b: __m256i) -> __m256i {
        self.avx2._mm256_add_epi32(a, b)
    }
    #[inline(always)]
    fn sub_bits(self, a: __m256i, b: __m256i) -> __m256i {
        self.avx2._mm256_sub_epi32(a, b)
    }
    #[inline(always)]
    fn and(self, a: __m256i, b: __m256i) -> __m256i {
        self.avx2._mm256_and_si256(a, b)
    }
    #[inline(always)]
    fn xor(self, a: __m256i, b: __m256i) -> __m256i {
        self.avx2._mm256_xor_si256(a, b)
    }
    #[inline(always)]
    fn max_bits(self, a: __m256i, b: __m256i) -> __m256i {
        self.avx2._mm256_max_epu32(a, b)
    }
    #[inline(always)]
    fn shl(self, a: __m256i, count: u32) -> __m256i {
        self.avx2._mm256_sll_epi32(a, self.sse2._mm_cvtsi32_si128(count.cast_signed()))
    }
    #[inline(always)]
    fn all_below(self, a: __m256i, limit: u32) -> bool {
        let below = self.avx2._mm256_cmpgt_epi32(self.splat_bits(limit), a);
        self.avx2._mm256_movemask_epi8(below) == -1
    }

    #[inline(always)]
    fn table(self, entries: &[u32; 8]) -> __m256i {
        cast(*entries)
    }
    #[inline(always)]
    fn look_up(self, table: __m256i, i: __m256i) -> __m256i {
        self.avx2._mm256_permutevar8x32_epi32(table, i)
    }
}

impl Native for V3 {
    #[inline(always)]
    fn load_short(self, x: &[f32]) -> __m256 {
        if x.len() < 4 {
            return cast([load_thirds(x); 2]);
        }
        cast(load_quarters::<2>(x))
    }
    #[inline(always)]
    fn store_short(self, a: __m256, x: &mut [f32]) {
        let lanes: [[f32; 4]; 2] = cast(a);
        if x.len() < 4 {
            store_thirds(lanes[0], x);
        } else {
            store_quarters(lanes, x);
        }
    }
}
