//! AVX-512 F, BW, CD, DQ and VL, through pulp.

use super::{Native, Simd, load_quarters, load_thirds, store_quarters, store_thirds};
use pulp::{Simd as _, b16, cast, f32x16, u32x16, x86::V4};

impl Simd for V4 {
    type F32 = f32x16;
    type U32 = u32x16;
    type Mask = b16;
    type Table = u32x16;
    const LANES: usize = 16;
    const FUSED: bool = true;

    #[inline(always)]
    fn load(self, x: &[f32]) -> f32x16 {
        let x: &[f32; 16] = x.try_into().expect("one register");
        cast(*x)
    }
    #[inline(always)]
    fn store(self, a: f32x16, x: &mut [f32]) {
        x.copy_from_slice(&cast::<_, [f32; 16]>(a));
    }
    #[inline(always)]
    fn splat(self, x: f32) -> f32x16 {
        self.splat_f32s(x)
    }
    #[inline(always)]
    fn splat_bits(self, x: u32) -> u32x16 {
        self.splat_u32s(x)
    }

    #[inline(always)]
    fn add(self, a: f32x16, b: f32x16) -> f32x16 {
        self.add_f32s(a, b)
    }
    #[inline(always)]
    fn sub(self, a: f32x16, b: f32x16) -> f32x16 {
        self.sub_f32s(a, b)
    }
    #[inline(always)]
    fn mul(self, a: f32x16, b: f32x16) -> f32x16 {
        self.mul_f32s(a, b)
    }
    #[inline(always)]
    fn div(self, a: f32x16, b: f32x16) -> f32x16 {
        self.div_f32s(a, b)
    }
    #[inline(always)]
    fn mul_add(self, a: f32x16, b: f32x16, c: f32x16) -> f32x16 {
        self.mul_add_f32s(a, b, c)
    }
    #[inline(always)]
    fn neg_mul_add(self, a: f32x16, b: f32x16, c: f32x16) -> f32x16 {
        cast(self.avx512f._mm512_fnmadd_ps(cast(a), cast(b), cast(c)))
    }
    #[inline(always)]
    fn min(self, a: f32x16, b: f32x16) -> f32x16 {
        cast(self.avx512f._mm512_min_ps(cast(a), cast(b)))
    }
    #[inline(always)]
    fn max(self, a: f32x16, b: f32x16) -> f32x16 {
        cast(self.avx512f._mm512_max_ps(cast(a), cast(b)))
    }
    #[inline(always)]
    fn lt(self, a: f32x16, b: f32x16) -> b16 {
        self.less_than_f32s(a, b)
    }
    #[inline(always)]
    fn le(self, a: f32x16, b: f32x16) -> b16 {
        self.less_than_or_equal_f32s(a, b)
    }
    #[inline(always)]
    fn select(self, mask: b16, then: f32x16, other: f32x16) -> f32x16 {
        self.select_f32s(mask, then, other)
    }

    #[inline(always)]
    fn bits(self, a: f32x16) -> u32x16 {
        cast(a)
    }
    #[inline(always)]
    fn float(self, a: u32x16) -> f32x16 {
        cast(a)
    }
    #[inline(always)]
    fn add_bits(self, a: u32x16, b: u32x16) -> u32x16 {
        self.add_u32s(a, b)
    }
    #[inline(always)]
    fn sub_bits(self, a: u32x16, b: u32x16) -> u32x16 {
        self.sub_u32s(a, b)
    }
    #[inline(always)]
    fn and(self, a: u32x16, b: u32x16) -> u32x16 {
        self.and_u32s(a, b)
    }
    #[inline(always)]
    fn xor(self, a: u32x16, b: u32x16) -> u32x16 {
        self.xor_u32s(a, b)
    }
    #[inline(always)]
    fn max_bits(self, a: u32x16, b: u32x16) -> u32x16 {
        cast(self.avx512f._mm512_max_epu32(cast(a), cast(b)))
    }
    #[inline(always)]
    fn shl(self, a: u32x16, count: u32) -> u32x16 {
        cast(self.avx512f._mm512_sll_epi32(cast(a), cast([count, 0, 0, 0])))
    }
    #[inline(always)]
    fn all_below(self, a: u32x16, limit: u32) -> bool {
        self.avx512f._mm512_cmplt_epu32_mask(cast(a), cast(self.splat_u32s(limit))) == !0
    }

    #[inline(always)]
    fn table(self, entries: &[u32; 8]) -> u32x16 {
        cast([*entries, *entries])
    }
    #[inline(always)]
    fn look_up(self, table: u32x16, i: u32x16) -> u32x16 {
        cast(self.avx512f._mm512_permutexvar_epi32(cast(i), cast(table)))
    }
}

impl Native for V4 {
    #[inline(always)]
    fn load_short(self, x: &[f32]) -> f32x16 {
        if x.len() < 4 {
            return cast([load_thirds(x); 4]);
        }
        cast(load_quarters::<4>(x))
    }
    #[inline(always)]
    fn store_short(self, a: f32x16, x: &mut [f32]) {
        let lanes: [[f32; 4]; 4] = cast(a);
        if x.len() < 4 {
            store_thirds(lanes[0], x);
        } else {
            store_quarters(lanes, x);
        }
    }
}
