//! AVX2 and FMA, through pulp.

use super::{
    Isa,
    quarters::{group, load_short, store_short},
    side_by_side::SideBySide,
    simd::{Native, Simd, Table64, bytes, in_pairs},
};
use core::arch::x86_64::{__m128, __m256, __m256d, __m256i, _CMP_LE_OQ, _CMP_LT_OQ};
use pulp::{cast, x86::V3};

impl Simd for V3 {
    type F32 = __m256;
    type U32 = __m256i;
    type F64 = [__m256d; 2];
    type Mask = __m256;
    type Table = __m256i;
    const ISA: Isa = Isa::Avx2;
    const LANES: usize = 8;
    const REGISTERS: usize = 16;
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
    fn load_part(self, x: &[f32]) -> __m256 {
        cast(pulp::Simd::partial_load_f32s(self, x))
    }
    #[inline(always)]
    fn store_part(self, a: __m256, x: &mut [f32]) {
        pulp::Simd::partial_store_f32s(self, x, cast(a));
    }
    #[inline]
    fn splat(self, x: f32) -> __m256 {
        self.avx._mm256_set1_ps(x)
    }
    #[inline]
    fn splat_bits(self, x: u32) -> __m256i {
        self.avx._mm256_set1_epi32(x.cast_signed())
    }

    #[inline]
    fn add(self, a: __m256, b: __m256) -> __m256 {
        self.avx._mm256_add_ps(a, b)
    }
    #[inline]
    fn sub(self, a: __m256, b: __m256) -> __m256 {
        self.avx._mm256_sub_ps(a, b)
    }
    #[inline]
    fn mul(self, a: __m256, b: __m256) -> __m256 {
        self.avx._mm256_mul_ps(a, b)
    }
    #[inline]
    fn div(self, a: __m256, b: __m256) -> __m256 {
        self.avx._mm256_div_ps(a, b)
    }
    #[inline]
    fn mul_add(self, a: __m256, b: __m256, c: __m256) -> __m256 {
        self.fma._mm256_fmadd_ps(a, b, c)
    }
    #[inline]
    fn neg_mul_add(self, a: __m256, b: __m256, c: __m256) -> __m256 {
        self.fma._mm256_fnmadd_ps(a, b, c)
    }
    #[inline]
    fn min(self, a: __m256, b: __m256) -> __m256 {
        self.avx._mm256_min_ps(a, b)
    }
    #[inline]
    fn max(self, a: __m256, b: __m256) -> __m256 {
        self.avx._mm256_max_ps(a, b)
    }
    #[inline]
    fn lt(self, a: __m256, b: __m256) -> __m256 {
        self.avx._mm256_cmp_ps::<_CMP_LT_OQ>(a, b)
    }
    #[inline]
    fn le(self, a: __m256, b: __m256) -> __m256 {
        self.avx._mm256_cmp_ps::<_CMP_LE_OQ>(a, b)
    }
    #[inline]
    fn select(self, mask: __m256, then: __m256, other: __m256) -> __m256 {
        self.avx._mm256_blendv_ps(other, then, mask)
    }
    #[inline(always)]
    fn mask(self, x: &[bool]) -> __m256 {
        let x = self.avx2._mm256_cvtepu8_epi32(cast([u64::from_le_bytes(bytes(x)), 0]));
        cast(self.avx2._mm256_cmpgt_epi32(x, self.avx._mm256_setzero_si256()))
    }
    #[inline]
    fn zero_where(self, mask: __m256, a: __m256) -> __m256 {
        self.avx._mm256_andnot_ps(mask, a)
    }

    #[inline]
    fn bits(self, a: __m256) -> __m256i {
        self.avx._mm256_castps_si256(a)
    }
    #[inline]
    fn float(self, a: __m256i) -> __m256 {
        self.avx._mm256_castsi256_ps(a)
    }
    #[inline]
    fn add_bits(self, a: __m256i, b: __m256i) -> __m256i {
        self.avx2._mm256_add_epi32(a, b)
    }
    #[inline]
    fn sub_bits(self, a: __m256i, b: __m256i) -> __m256i {
        self.avx2._mm256_sub_epi32(a, b)
    }
    #[inline]
    fn and(self, a: __m256i, b: __m256i) -> __m256i {
        self.avx2._mm256_and_si256(a, b)
    }
    #[inline]
    fn xor(self, a: __m256i, b: __m256i) -> __m256i {
        self.avx2._mm256_xor_si256(a, b)
    }
    #[inline]
    fn max_bits(self, a: __m256i, b: __m256i) -> __m256i {
        self.avx2._mm256_max_epu32(a, b)
    }
    #[inline(always)]
    fn shl(self, a: __m256i, count: u32) -> __m256i {
        self.avx2._mm256_sll_epi32(a, self.sse2._mm_cvtsi32_si128(count.cast_signed()))
    }
    #[inline(always)]
    fn shr(self, a: __m256i, count: u32) -> __m256i {
        self.avx2._mm256_srl_epi32(a, self.sse2._mm_cvtsi32_si128(count.cast_signed()))
    }
    #[inline(always)]
    fn all_below(self, a: __m256i, limit: u32) -> bool {
        self.avx2._mm256_movemask_epi8(self.avx2._mm256_cmpgt_epi32(self.splat_bits(limit), a))
            == -1
    }

    #[inline(always)]
    fn table(self, entries: &[u32; 8]) -> __m256i {
        cast(*entries)
    }
    #[inline]
    fn look_up(self, table: __m256i, i: __m256i) -> __m256i {
        self.avx2._mm256_permutevar8x32_epi32(table, i)
    }

    #[inline(always)]
    fn widen(self, a: __m256) -> [__m256d; 2] {
        let [low, high] = halves(self, a);
        [self.avx._mm256_cvtps_pd(low), self.avx._mm256_cvtps_pd(high)]
    }
    #[inline(always)]
    fn narrow(self, [low, high]: [__m256d; 2]) -> __m256 {
        cast([self.avx._mm256_cvtpd_ps(low), self.avx._mm256_cvtpd_ps(high)])
    }
    #[inline(always)]
    fn shifted_entry(self, table: &Table64, [a, b]: [__m256d; 2]) -> [__m256d; 2] {
        // The order of the lanes is the one that unpacking reverses.
        let words = cast(self.avx._mm256_shuffle_ps::<0x88>(cast(a), cast(b)));
        let [low, high] = table.shifted_words(self, words);
        cast([
            self.avx2._mm256_unpacklo_epi32(low, high),
            self.avx2._mm256_unpackhi_epi32(low, high),
        ])
    }
    #[inline(always)]
    fn load_f64(self, x: &[f64]) -> [__m256d; 2] {
        let lanes: [f64; 8] = x.try_into().expect("eight lanes");
        cast(lanes)
    }
    #[inline(always)]
    fn store_f64(self, a: [__m256d; 2], x: &mut [f64]) {
        x.copy_from_slice(&cast::<_, [f64; 8]>(a));
    }
    #[inline(always)]
    fn splat_f64(self, x: f64) -> [__m256d; 2] {
        [self.avx._mm256_set1_pd(x); 2]
    }
    in_pairs! {
        add_f64(a, b): avx._mm256_add_pd(a, b);
        sub_f64(a, b): avx._mm256_sub_pd(a, b);
        mul_f64(a, b): avx._mm256_mul_pd(a, b);
        div_f64(a, b): avx._mm256_div_pd(a, b);
        mul_add_f64(a, b, c): fma._mm256_fmadd_pd(a, b, c);
    }

    #[inline(always)]
    fn sum(self, [low, high]: [__m256d; 2]) -> f64 {
        let a = self.avx._mm256_add_pd(low, high);
        let a = self
            .sse2
            ._mm_add_pd(self.avx._mm256_castpd256_pd128(a), self.avx._mm256_extractf128_pd::<1>(a));
        self.sse2._mm_cvtsd_f64(self.sse2._mm_add_sd(a, self.sse2._mm_unpackhi_pd(a, a)))
    }
    #[inline(always)]
    fn largest(self, a: __m256) -> f32 {
        let [low, high] = halves(self, a);
        let a = self.sse._mm_max_ps(low, high);
        let a = self.sse._mm_max_ps(a, self.sse._mm_movehl_ps(a, a));
        self.sse._mm_cvtss_f32(self.sse._mm_max_ss(a, self.sse._mm_shuffle_ps::<1>(a, a)))
    }
    #[inline(always)]
    fn load_groups(self, lines: &[&[f32]], at: usize) -> __m256 {
        let low = self.avx._mm256_castps128_ps256(group(&lines[0][at..][..4]));
        self.avx._mm256_insertf128_ps::<1>(low, group(&lines[4][at..][..4]))
    }
    #[inline(always)]
    fn store_groups(self, a: __m256, x: &mut [f32], stride: usize) {
        let [low, high] = halves(self, a);
        x[..4].copy_from_slice(&cast::<_, [f32; 4]>(low));
        x[stride..][..4].copy_from_slice(&cast::<_, [f32; 4]>(high));
    }
    #[inline(always)]
    fn transpose(self, [a, b, c, d]: [__m256; 4]) -> [__m256; 4] {
        let [ab, ab_high] = [self.avx._mm256_unpacklo_ps(a, b), self.avx._mm256_unpackhi_ps(a, b)];
        let [cd, cd_high] = [self.avx._mm256_unpacklo_ps(c, d), self.avx._mm256_unpackhi_ps(c, d)];
        [
            self.avx._mm256_shuffle_ps::<0x44>(ab, cd),
            self.avx._mm256_shuffle_ps::<0xee>(ab, cd),
            self.avx._mm256_shuffle_ps::<0x44>(ab_high, cd_high),
            self.avx._mm256_shuffle_ps::<0xee>(ab_high, cd_high),
        ]
    }

    // Each step halves the lanes of two registers, and puts them into one. The order in which the
    // registers are asked for is the one that ends with register i in lane i.
    #[inline(always)]
    fn largest_of_each(self, mut of: impl FnMut(usize) -> __m256) -> __m256 {
        let f = self.avx;
        let mut fours = [self.splat(0.0); 4];
        for (i, four) in fours.iter_mut().enumerate() {
            let (a, b) = (of(i), of(i + 4));
            *four = f._mm256_max_ps(
                f._mm256_permute2f128_ps::<0x20>(a, b),
                f._mm256_permute2f128_ps::<0x31>(a, b),
            );
        }
        let [a, b, c, d] = fours;
        let ab = [f._mm256_shuffle_ps::<0x44>(a, b), f._mm256_shuffle_ps::<0xee>(a, b)];
        let cd = [f._mm256_shuffle_ps::<0x44>(c, d), f._mm256_shuffle_ps::<0xee>(c, d)];
        let (ab, cd) = (f._mm256_max_ps(ab[0], ab[1]), f._mm256_max_ps(cd[0], cd[1]));
        f._mm256_max_ps(f._mm256_shuffle_ps::<0x88>(ab, cd), f._mm256_shuffle_ps::<0xdd>(ab, cd))
    }
    #[inline(always)]
    fn sum_of_each(self, mut of: impl FnMut(usize) -> [__m256d; 2]) -> [__m256d; 2] {
        let f = self.avx;
        let mut pairs = [self.avx._mm256_setzero_pd(); 4];
        for (i, pair) in pairs.iter_mut().enumerate() {
            // The first lanes of the halves are 0, 1, then 4, 5.
            let first = i % 2 + i / 2 * 4;
            let [low, high] = of(first);
            let a = f._mm256_add_pd(low, high);
            let [low, high] = of(first + 2);
            let b = f._mm256_add_pd(low, high);
            *pair = f._mm256_add_pd(
                f._mm256_permute2f128_pd::<0x20>(a, b),
                f._mm256_permute2f128_pd::<0x31>(a, b),
            );
        }
        let [a, b, c, d] = pairs;
        [
            f._mm256_add_pd(f._mm256_unpacklo_pd(a, b), f._mm256_unpackhi_pd(a, b)),
            f._mm256_add_pd(f._mm256_unpacklo_pd(c, d), f._mm256_unpackhi_pd(c, d)),
        ]
    }
}

#[inline(always)]
fn halves(s: V3, a: __m256) -> [__m128; 2] {
    [s.avx._mm256_castps256_ps128(a), s.avx._mm256_extractf128_ps::<1>(a)]
}

impl Native for V3 {
    type Sixteen = SideBySide<Self>;
    #[inline(always)]
    fn sixteen(self) -> SideBySide<Self> {
        SideBySide(self)
    }
    #[inline(always)]
    fn load_short(self, x: &[f32]) -> __m256 {
        cast(load_short::<2>(x))
    }
    #[inline(always)]
    fn store_short(self, a: __m256, x: &mut [f32]) {
        store_short::<2>(cast(a), x);
    }
}
