//! AVX-512 F, BW, CD, DQ and VL, through pulp.

use super::{
    Native, Simd, load_thirds,
    quarters::{load_quarters, store_quarters},
    store_thirds,
};
use core::arch::x86_64::{__m512, __m512i, __mmask16, _CMP_LE_OQ, _CMP_LT_OQ};
use pulp::{cast, x86::V4};

impl Simd for V4 {
    type F32 = __m512;
    type U32 = __m512i;
    type Mask = __mmask16;
    type Table = __m512i;
    const LANES: usize = 16;
    const FUSED: bool = true;

    #[inline(always)]
    fn load(self, x: &[f32]) -> __m512 {
        let x: &[f32; 16] = x.try_into().expect("one register");
        cast(*x)
    }
    #[inline(always)]
    fn store(self, a: __m512, x: &mut [f32]) {
        x.copy_from_slice(&cast::<_, [f32; 16]>(a));
    }
    #[inline(always)]
    fn splat(self, x: f32) -> __m512 {
        self.avx512f._mm512_set1_ps(x)
    }
    #[inline(always)]
    fn splat_bits(self, x: u32) -> __m512i {
        self.avx512f._mm512_set1_epi32(x.cast_signed())
    }

    #[inline(always)]
    fn add(self, a: __m512, b: __m512) -> __m512 {
        self.avx512f._mm512_add_ps(a, b)
    }
    #[inline(always)]
    fn sub(self, a: __m512, b: __m512) -> __m512 {
        self.avx512f._mm512_sub_ps(a, b)
    }
    #[inline(always)]
    fn mul(self, a: __m512, b: __m512) -> __m512 {
        self.avx512f._mm512_mul_ps(a, b)
    }
    #[inline(always)]
    fn div(self, a: __m512, b: __m512) -> __m512 {
        self.avx512f._mm512_div_ps(a, b)
    }
    #[inline(always)]
    fn mul_add(self, a: __m512, b: __m512, c: __m512) -> __m512 {
        self.avx512f._mm512_fmadd_ps(a, b, c)
    }
    #[inline(always)]
    fn neg_mul_add(self, a: __m512, b: __m512, c: __m512) -> __m512 {
        self.avx512f._mm512_fnmadd_ps(a, b, c)
    }
    #[inline(always)]
    fn min(self, a: __m512, b: __m512) -> __m512 {
        self.avx512f._mm512_min_ps(a, b)
    }
    #[inline(always)]
    fn max(self, a: __m512, b: __m512) -> __m512 {
        self.avx512f._mm512_max_ps(a, b)
    }
    #[inline(always)]
    fn lt(self, a: __m512, b: __m512) -> __mmask16 {
        self.avx512f._mm512_cmp_ps_mask::<_CMP_LT_OQ>(a, b)
    }
    #[inline(always)]
    fn le(self, a: __m512, b: __m512) -> __mmask16 {
        self.avx512f._mm512_cmp_ps_mask::<_CMP_LE_OQ>(a, b)
    }
    #[inline(always)]
    fn select(self, mask: __mmask16, then: __m512, other: __m512) -> __m512 {
        self.avx512f._mm512_mask_blend_ps(mask, other, then)
    }

    #[inline(always)]
    fn bits(self, a: __m512) -> __m512i {
        self.avx512f._mm512_castps_si512(a)
    }
    #[inline(always)]
    fn float(self, a: __m512i) -> __m512 {
        self.avx512f._mm512_castsi512_ps(a)
    }
    #[inline(always)]
    fn add_bits(self, a: __m512i, b: __m512i) -> __m512i {
        self.avx512f._mm512_add_epi32(a, b)
    }
    #[inline(always)]
    fn sub_bits(self, a: __m512i, b: __m512i) -> __m512i {
        self.avx512f._mm512_sub_epi32(a, b)
    }
    #[inline(always)]
    fn and(self, a: __m512i, b: __m512i) -> __m512i {
        self.avx512f._mm512_and_si512(a, b)
    }
    #[inline(always)]
    fn xor(self, a: __m512i, b: __m512i) -> __m512i {
        self.avx512f._mm512_xor_si512(a, b)
    }
    #[inline(always)]
    fn max_bits(self, a: __m512i, b: __m512i) -> __m512i {
        self.avx512f._mm512_max_epu32(a, b)
    }
    #[inline(always)]
    fn shl(self, a: __m512i, count: u32) -> __m512i {
        self.avx512f._mm512_sll_epi32(a, self.sse2._mm_cvtsi32_si128(count.cast_signed()))
    }
    #[inline(always)]
    fn all_below(self, a: __m512i, limit: u32) -> bool {
        self.avx512f._mm512_cmplt_epu32_mask(a, self.splat_bits(limit)) == !0
    }

    #[inline(always)]
    fn table(self, entries: &[u32; 8]) -> __m512i {
        cast([*entries, *entries])
    }
    #[inline(always)]
    fn look_up(self, table: __m512i, i: __m512i) -> __m512i {
        self.avx512f._mm512_permutexvar_epi32(i, table)
    }
}

impl Native for V4 {
    #[inline(always)]
    fn load_short(self, x: &[f32]) -> __m512 {
        if x.len() < 4 {
            return cast([load_thirds(x); 4]);
        }
        cast(load_quarters::<4>(x))
    }
    #[inline(always)]
    fn store_short(self, a: __m512, x: &mut [f32]) {
        let lanes: [[f32; 4]; 4] = cast(a);
        if x.len() < 4 {
            store_thirds(lanes[0], x);
        } else {
            store_quarters(lanes, x);
        }
    }
}
