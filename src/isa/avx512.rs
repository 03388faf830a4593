//! AVX-512 F, BW, CD, DQ and VL, through pulp.

use super::{
    Isa, moved_bits,
    quarters::{group, load_short, store_short},
    simd::{Native, Simd, Table64, bytes, in_pairs},
    trees,
};
use core::arch::x86_64::{
    __m128d, __m256, __m512, __m512d, __m512i, __mmask16, _CMP_LE_OQ, _CMP_LT_OQ,
};
use pulp::{cast, x86::V4};

impl Simd for V4 {
    type F32 = __m512;
    type U32 = __m512i;
    type F64 = [__m512d; 2];
    type Mask = __mmask16;
    type Table = __m512i;
    const ISA: Isa = Isa::Avx512;
    const LANES: usize = 16;
    const REGISTERS: usize = 32;
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
    fn load_part(self, x: &[f32]) -> __m512 {
        cast(pulp::Simd::partial_load_f32s(self, x))
    }
    #[inline(always)]
    fn store_part(self, a: __m512, x: &mut [f32]) {
        pulp::Simd::partial_store_f32s(self, x, cast(a));
    }
    #[inline]
    fn splat(self, x: f32) -> __m512 {
        self.avx512f._mm512_set1_ps(x)
    }
    #[inline]
    fn splat_bits(self, x: u32) -> __m512i {
        self.avx512f._mm512_set1_epi32(x.cast_signed())
    }

    #[inline]
    fn add(self, a: __m512, b: __m512) -> __m512 {
        self.avx512f._mm512_add_ps(a, b)
    }
    #[inline]
    fn sub(self, a: __m512, b: __m512) -> __m512 {
        self.avx512f._mm512_sub_ps(a, b)
    }
    #[inline]
    fn mul(self, a: __m512, b: __m512) -> __m512 {
        self.avx512f._mm512_mul_ps(a, b)
    }
    #[inline]
    fn div(self, a: __m512, b: __m512) -> __m512 {
        self.avx512f._mm512_div_ps(a, b)
    }
    #[inline]
    fn mul_add(self, a: __m512, b: __m512, c: __m512) -> __m512 {
        self.avx512f._mm512_fmadd_ps(a, b, c)
    }
    #[inline]
    fn neg_mul_add(self, a: __m512, b: __m512, c: __m512) -> __m512 {
        self.avx512f._mm512_fnmadd_ps(a, b, c)
    }
    #[inline]
    fn min(self, a: __m512, b: __m512) -> __m512 {
        self.avx512f._mm512_min_ps(a, b)
    }
    #[inline]
    fn max(self, a: __m512, b: __m512) -> __m512 {
        self.avx512f._mm512_max_ps(a, b)
    }
    #[inline]
    fn lt(self, a: __m512, b: __m512) -> __mmask16 {
        self.avx512f._mm512_cmp_ps_mask::<_CMP_LT_OQ>(a, b)
    }
    #[inline]
    fn le(self, a: __m512, b: __m512) -> __mmask16 {
        self.avx512f._mm512_cmp_ps_mask::<_CMP_LE_OQ>(a, b)
    }
    #[inline]
    fn select(self, mask: __mmask16, then: __m512, other: __m512) -> __m512 {
        self.avx512f._mm512_mask_blend_ps(mask, other, then)
    }
    #[inline(always)]
    fn mask(self, x: &[bool]) -> __mmask16 {
        let x = cast(bytes::<16>(x));
        self.avx512bw._mm_test_epi8_mask(x, x)
    }
    #[inline]
    fn zero_where(self, mask: __mmask16, a: __m512) -> __m512 {
        self.avx512f._mm512_maskz_mov_ps(!mask, a)
    }

    #[inline]
    fn bits(self, a: __m512) -> __m512i {
        self.avx512f._mm512_castps_si512(a)
    }
    #[inline]
    fn float(self, a: __m512i) -> __m512 {
        self.avx512f._mm512_castsi512_ps(a)
    }
    #[inline]
    fn add_bits(self, a: __m512i, b: __m512i) -> __m512i {
        self.avx512f._mm512_add_epi32(a, b)
    }
    #[inline]
    fn sub_bits(self, a: __m512i, b: __m512i) -> __m512i {
        self.avx512f._mm512_sub_epi32(a, b)
    }
    #[inline]
    fn and(self, a: __m512i, b: __m512i) -> __m512i {
        self.avx512f._mm512_and_si512(a, b)
    }
    #[inline]
    fn xor(self, a: __m512i, b: __m512i) -> __m512i {
        self.avx512f._mm512_xor_si512(a, b)
    }
    #[inline]
    fn max_bits(self, a: __m512i, b: __m512i) -> __m512i {
        self.avx512f._mm512_max_epu32(a, b)
    }
    #[inline(always)]
    fn shl(self, a: __m512i, count: u32) -> __m512i {
        self.avx512f._mm512_sll_epi32(a, self.sse2._mm_cvtsi32_si128(count.cast_signed()))
    }
    #[inline(always)]
    fn shr(self, a: __m512i, count: u32) -> __m512i {
        self.avx512f._mm512_srl_epi32(a, self.sse2._mm_cvtsi32_si128(count.cast_signed()))
    }
    #[inline(always)]
    fn all_below(self, a: __m512i, limit: u32) -> bool {
        self.avx512f._mm512_cmplt_epu32_mask(a, self.splat_bits(limit)) == !0
    }

    #[inline(always)]
    fn table(self, entries: &[u32; 8]) -> __m512i {
        cast([*entries, *entries])
    }
    #[inline]
    fn look_up(self, table: __m512i, i: __m512i) -> __m512i {
        self.avx512f._mm512_permutexvar_epi32(i, table)
    }

    #[inline(always)]
    fn widen(self, a: __m512) -> [__m512d; 2] {
        let [low, high] = halves(self, a);
        [self.avx512f._mm512_cvtps_pd(low), self.avx512f._mm512_cvtps_pd(high)]
    }
    #[inline(always)]
    fn narrow(self, [low, high]: [__m512d; 2]) -> __m512 {
        cast([self.avx512f._mm512_cvtpd_ps(low), self.avx512f._mm512_cvtpd_ps(high)])
    }
    #[inline(always)]
    fn store_narrow(self, [low, high]: [__m512d; 2], x: &mut [f32]) {
        // Two stores cost less than putting the halves together.
        x[..8].copy_from_slice(&cast::<_, [f32; 8]>(self.avx512f._mm512_cvtpd_ps(low)));
        x[8..16].copy_from_slice(&cast::<_, [f32; 8]>(self.avx512f._mm512_cvtpd_ps(high)));
    }
    #[inline(always)]
    fn shifted_entry(self, table: &Table64, [a, b]: [__m512d; 2]) -> [__m512d; 2] {
        let f = self.avx512f;
        let table: __m512i = cast(table.entries);
        let (a, b): (__m512i, __m512i) = (cast(a), cast(b));
        let [a_entry, b_entry] =
            [f._mm512_permutexvar_epi64(a, table), f._mm512_permutexvar_epi64(b, table)];
        cast([
            f._mm512_add_epi64(a_entry, f._mm512_slli_epi64::<49>(a)),
            f._mm512_add_epi64(b_entry, f._mm512_slli_epi64::<49>(b)),
        ])
    }
    #[inline(always)]
    fn load_f64(self, x: &[f64]) -> [__m512d; 2] {
        let lanes: [f64; 16] = x.try_into().expect("sixteen lanes");
        cast(lanes)
    }
    #[inline(always)]
    fn store_f64(self, a: [__m512d; 2], x: &mut [f64]) {
        x.copy_from_slice(&cast::<_, [f64; 16]>(a));
    }
    #[inline(always)]
    fn splat_f64(self, x: f64) -> [__m512d; 2] {
        [self.avx512f._mm512_set1_pd(x); 2]
    }
    in_pairs! {
        add_f64(a, b): avx512f._mm512_add_pd(a, b);
        sub_f64(a, b): avx512f._mm512_sub_pd(a, b);
        mul_f64(a, b): avx512f._mm512_mul_pd(a, b);
        div_f64(a, b): avx512f._mm512_div_pd(a, b);
        mul_add_f64(a, b, c): avx512f._mm512_fmadd_pd(a, b, c);
    }

    #[inline(always)]
    fn accumulate(self, total: [__m512d; 2], e: __m512, unit: __m512i) -> [__m512d; 2] {
        moved_bits::accumulate(self, total, e, unit)
    }
    #[inline(always)]
    fn accumulated(self, total: [__m512d; 2]) -> [__m512d; 2] {
        moved_bits::accumulated(self, total)
    }

    #[inline(always)]
    fn sum(self, [low, high]: [__m512d; 2]) -> f64 {
        let a = folded(self, self.avx512f._mm512_add_pd(low, high));
        self.sse2._mm_cvtsd_f64(self.sse2._mm_add_sd(a, self.sse2._mm_unpackhi_pd(a, a)))
    }
    #[inline(always)]
    fn largest(self, a: __m512) -> f32 {
        let [low, high] = halves(self, a);
        let a = self.avx._mm256_max_ps(low, high);
        let a = self
            .sse
            ._mm_max_ps(self.avx._mm256_castps256_ps128(a), self.avx._mm256_extractf128_ps::<1>(a));
        let a = self.sse._mm_max_ps(a, self.sse._mm_movehl_ps(a, a));
        self.sse._mm_cvtss_f32(self.sse._mm_max_ss(a, self.sse._mm_shuffle_ps::<1>(a, a)))
    }
    #[inline(always)]
    fn load_groups(self, lines: &[&[f32]], at: usize) -> __m512 {
        let a = self.avx512f._mm512_castps128_ps512(group(&lines[0][at..][..4]));
        let a = self.avx512f._mm512_insertf32x4::<1>(a, group(&lines[4][at..][..4]));
        let a = self.avx512f._mm512_insertf32x4::<2>(a, group(&lines[8][at..][..4]));
        self.avx512f._mm512_insertf32x4::<3>(a, group(&lines[12][at..][..4]))
    }
    #[inline(always)]
    fn store_groups(self, a: __m512, x: &mut [f32], stride: usize) {
        let groups = [
            self.avx512f._mm512_castps512_ps128(a),
            self.avx512f._mm512_extractf32x4_ps::<1>(a),
            self.avx512f._mm512_extractf32x4_ps::<2>(a),
            self.avx512f._mm512_extractf32x4_ps::<3>(a),
        ];
        for (i, group) in groups.into_iter().enumerate() {
            x[i * stride..][..4].copy_from_slice(&cast::<_, [f32; 4]>(group));
        }
    }
    #[inline(always)]
    fn transpose(self, [a, b, c, d]: [__m512; 4]) -> [__m512; 4] {
        let [ab, ab_high] =
            [self.avx512f._mm512_unpacklo_ps(a, b), self.avx512f._mm512_unpackhi_ps(a, b)];
        let [cd, cd_high] =
            [self.avx512f._mm512_unpacklo_ps(c, d), self.avx512f._mm512_unpackhi_ps(c, d)];
        [
            self.avx512f._mm512_shuffle_ps::<0x44>(ab, cd),
            self.avx512f._mm512_shuffle_ps::<0xee>(ab, cd),
            self.avx512f._mm512_shuffle_ps::<0x44>(ab_high, cd_high),
            self.avx512f._mm512_shuffle_ps::<0xee>(ab_high, cd_high),
        ]
    }

    #[inline(always)]
    fn largest_of_each(self, of: impl FnMut(usize) -> __m512) -> __m512 {
        trees::largest_of_each(self, of)
    }
    #[inline(always)]
    fn sum_of_each(self, of: impl FnMut(usize) -> [__m512d; 2]) -> [__m512d; 2] {
        trees::sum_of_each(self, of)
    }
}

/// Returns the sums of lanes l, l + 2, l + 4 and l + 6. The two halves are added first.
#[inline(always)]
fn folded(s: V4, a: __m512d) -> __m128d {
    let high = s.avx512f._mm512_extractf64x4_pd::<1>(a);
    let a = s.avx._mm256_add_pd(s.avx512f._mm512_castpd512_pd256(a), high);
    s.sse2._mm_add_pd(s.avx._mm256_castpd256_pd128(a), s.avx._mm256_extractf128_pd::<1>(a))
}

#[inline(always)]
fn halves(s: V4, a: __m512) -> [__m256; 2] {
    [s.avx512f._mm512_castps512_ps256(a), s.avx512dq._mm512_extractf32x8_ps::<1>(a)]
}

impl Native for V4 {
    type Sixteen = Self;
    #[inline(always)]
    fn sixteen(self) -> Self {
        self
    }
    #[inline(always)]
    fn load_short(self, x: &[f32]) -> __m512 {
        cast(load_short::<4>(x))
    }
    #[inline(always)]
    fn store_short(self, a: __m512, x: &mut [f32]) {
        store_short::<4>(cast(a), x);
    }
}
