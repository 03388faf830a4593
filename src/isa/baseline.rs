//! What the compiler's target has everywhere: SSE2, simd128, NEON without detection, or scalar code, through wide.
//!
//! Multiplications and additions are never contracted, even where the target has FMA, so that every
//! machine that runs this level gives the same bits.

use super::{Native, Simd, load_thirds, store_thirds};
use pulp::cast;
use wide::{f32x4, u32x4};

#[derive(Clone, Copy)]
pub(crate) struct Baseline;

impl Simd for Baseline {
    type F32 = f32x4;
    type U32 = u32x4;
    type Mask = f32x4;
    type Table = [u32; 8];
    const LANES: usize = 4;
    const FUSED: bool = false;

    #[inline(always)]
    fn load(self, x: &[f32]) -> f32x4 {
        let x: &[f32; 4] = x.try_into().expect("one register");
        f32x4::new(*x)
    }
    #[inline(always)]
    fn store(self, a: f32x4, x: &mut [f32]) {
        x.copy_from_slice(&a.to_array());
    }
    #[inline(always)]
    fn splat(self, x: f32) -> f32x4 {
        f32x4::splat(x)
    }
    #[inline(always)]
    fn splat_bits(self, x: u32) -> u32x4 {
        u32x4::splat(x)
    }

    #[inline(always)]
    fn add(self, a: f32x4, b: f32x4) -> f32x4 {
        a + b
    }
    #[inline(always)]
    fn sub(self, a: f32x4, b: f32x4) -> f32x4 {
        a - b
    }
    #[inline(always)]
    fn mul(self, a: f32x4, b: f32x4) -> f32x4 {
        a * b
    }
    #[inline(always)]
    fn div(self, a: f32x4, b: f32x4) -> f32x4 {
        a / b
    }
    #[inline(always)]
    fn mul_add(self, a: f32x4, b: f32x4, c: f32x4) -> f32x4 {
        a * b + c
    }
    #[inline(always)]
    fn neg_mul_add(self, a: f32x4, b: f32x4, c: f32x4) -> f32x4 {
        c - a * b
    }
    #[inline(always)]
    fn min(self, a: f32x4, b: f32x4) -> f32x4 {
        self.select(self.lt(a, b), a, b)
    }
    #[inline(always)]
    fn max(self, a: f32x4, b: f32x4) -> f32x4 {
        self.select(self.lt(b, a), a, b)
    }
    #[inline(always)]
    fn lt(self, a: f32x4, b: f32x4) -> f32x4 {
        a.simd_lt(b)
    }
    #[inline(always)]
    fn le(self, a: f32x4, b: f32x4) -> f32x4 {
        a.simd_le(b)
    }
    #[inline(always)]
    fn select(self, mask: f32x4, then: f32x4, other: f32x4) -> f32x4 {
        mask.select(then, other)
    }

    #[inline(always)]
    fn bits(self, a: f32x4) -> u32x4 {
        cast(a)
    }
    #[inline(always)]
    fn float(self, a: u32x4) -> f32x4 {
        cast(a)
    }
    #[inline(always)]
    fn add_bits(self, a: u32x4, b: u32x4) -> u32x4 {
        a + b
    }
    #[inline(always)]
    fn sub_bits(self, a: u32x4, b: u32x4) -> u32x4 {
        a - b
    }
    #[inline(always)]
    fn and(self, a: u32x4, b: u32x4) -> u32x4 {
        a & b
    }
    #[inline(always)]
    fn xor(self, a: u32x4, b: u32x4) -> u32x4 {
        a ^ b
    }
    #[inline(always)]
    fn max_bits(self, a: u32x4, b: u32x4) -> u32x4 {
        a.max(b)
    }
    #[inline(always)]
    fn shl(self, a: u32x4, count: u32) -> u32x4 {
        a << count
    }
    #[inline(always)]
    fn all_below(self, a: u32x4, limit: u32) -> bool {
        let [a, b, c, d] = a.to_array();
        a.max(b).max(c.max(d)) < limit
    }

    #[inline(always)]
    fn table(self, entries: &[u32; 8]) -> [u32; 8] {
        *entries
    }
    #[inline(always)]
    fn look_up(self, table: [u32; 8], i: u32x4) -> u32x4 {
        let [a, b, c, d] = i.to_array();
        u32x4::new([
            table[a as usize % 8],
            table[b as usize % 8],
            table[c as usize % 8],
            table[d as usize % 8],
        ])
    }
}

impl Native for Baseline {
    #[inline(always)]
    fn load_short(self, x: &[f32]) -> f32x4 {
        f32x4::new(load_thirds(x))
    }
    #[inline(always)]
    fn store_short(self, a: f32x4, x: &mut [f32]) {
        store_thirds(a.to_array(), x);
    }
}
