//! AVX2 and FMA, through pulp.

use super::{Native, Simd, load_quarters, load_thirds, store_quarters, store_thirds};
use pulp::{Simd as _, cast, f32x8, m32x8, u32x8, x86::V3};

impl Simd for V3 {
    type F32 = f32x8;
    type U32 = u32x8;
    type Mask = m32x8;
    type Table = u32x8;
    const LANES: usize = 8;
    const FUSED: bool = true;

    #[inline(always)]
    fn load(self, x: &[f32]) -> f32x8 {
        let x: &[f32; 8] = x.try_into().expect("one register");
        cast(*x)
    }
    #[inline(always)]
    fn store(self, a: f32x8, x: &mut [f32]) {
        x.copy_from_slice(&cast::<_, [f32; 8]>(a));
    }
    #[inline(always)]
    fn splat(self, x: f32) -> f32x8 {
        self.splat_f32s(x)
    }
    #[inline(always)]
    fn splat_bits(self, x: u32) -> u32x8 {
        self.splat_u32s(x)
    }

    #[inline(always)]
    fn add(self, a: f32x8, b: f32x8) -> f32x8 {
        self.add_f32s(a, b)
    }
    #[inline(always)]
    fn sub(self, a: f32x8, b: f32x8) -> f32x8 {
        self.sub_f32s(a, b)
    }
    #[inline(always)]
    fn mul(self, a: f32x8, b: f32x8) -> f32x8 {
        self.mul_f32s(a, b)
    }
    #[inline(always)]
    fn div(self, a: f32x8, b: f32x8) -> f32x8 {
        self.div_f32s(a, b)
    }
    #[inline(always)]
    fn mul_add(self, a: f32x8, b: f32x8, c: f32x8) -> f32x8 {
        self.mul_add_f32s(a, b, c)
    }
    #[inline(always)]
    fn neg_mul_add(self, a: f32x8, b: f32x8, c: f32x8) -> f32x8 {
        cast(self.fma._mm256_fnmadd_ps(cast(a), cast(b), cast(c)))
    }
    #[inline(always)]
    fn min(self, a: f32x8, b: f32x8) -> f32x8 {
        cast(self.avx._mm256_min_ps(cast(a), cast(b)))
    }
    #[inline(always)]
    fn max(self, a: f32x8, b: f32x8) -> f32x8 {
        cast(self.avx._mm256_max_ps(cast(a), cast(b)))
    }
    #[inline(always)]
    fn lt(self, a: f32x8, b: f32x8) -> m32x8 {
        self.less_than_f32s(a, b)
    }
    #[inline(always)]
    fn le(self, a: f32x8, b: f32x8) -> m32x8 {
        self.less_than_or_equal_f32s(a, b)
    }
    #[inline(always)]
    fn select(self, mask: m32x8, then: f32x8, other: f32x8) -> f32x8 {
        self.select_f32s(mask, then, other)
    }

    #[inline(always)]
    fn bits(self, a: f32x8) -> u32x8 {
        cast(a)
    }
    #[inline(always)]
    fn float(self, a: u32x8) -> f32x8 {
        cast(a)
    }
    #[inline(always)]
    fn add_bits(self, a: u32x8, b: u32x8) -> u32x8 {
        self.add_u32s(a, b)
    }
    #[inline(always)]
    fn sub_bits(self, a: u32x8, b: u32x8) -> u32x8 {
        self.sub_u32s(a, b)
    }
    #[inline(always)]
    fn and(self, a: u32x8, b: u32x8) -> u32x8 {
        self.and_u32s(a, b)
    }
    #[inline(always)]
    fn xor(self, a: u32x8, b: u32x8) -> u32x8 {
        self.xor_u32s(a, b)
    }
    #[inline(always)]
    fn max_bits(self, a: u32x8, b: u32x8) -> u32x8 {
        cast(self.avx2._mm256_max_epu32(cast(a), cast(b)))
    }
    #[inline(always)]
    fn shl(self, a: u32x8, count: u32) -> u32x8 {
        cast(self.avx2._mm256_sll_epi32(cast(a), cast([count, 0, 0, 0])))
    }
    #[inline(always)]
    fn all_below(self, a: u32x8, limit: u32) -> bool {
        let below = self.avx2._mm256_cmpgt_epi32(cast(self.splat_u32s(limit)), cast(a));
        self.avx2._mm256_movemask_epi8(below) == -1
    }

    #[inline(always)]
    fn table(self, entries: &[u32; 8]) -> u32x8 {
        cast(*entries)
    }
    #[inline(always)]
    fn look_up(self, table: u32x8, i: u32x8) -> u32x8 {
        cast(self.avx2._mm256_permutevar8x32_epi32(cast(table), cast(i)))
    }
}

impl Native for V3 {
    #[inline(always)]
    fn load_short(self, x: &[f32]) -> f32x8 {
        if x.len() < 4 {
            return cast([load_thirds(x); 2]);
        }
        cast(load_quarters::<2>(x))
    }
    #[inline(always)]
    fn store_short(self, a: f32x8, x: &mut [f32]) {
        let lanes: [[f32; 4]; 2] = cast(a);
        if x.len() < 4 {
            store_thirds(lanes[0], x);
        } else {
            store_quarters(lanes, x);
        }
    }
}
