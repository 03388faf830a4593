//! NEON on 64-bit Arm, through pulp.

use super::{Native, Simd, load_thirds, store_thirds};
use core::arch::aarch64::uint8x16x2_t;
use pulp::{Simd as _, aarch64::Neon, cast, f32x4, m32x4, u32x4};

impl Simd for Neon {
    type F32 = f32x4;
    type U32 = u32x4;
    type Mask = m32x4;
    type Table = uint8x16x2_t;
    const LANES: usize = 4;
    const FUSED: bool = true;

    #[inline(always)]
    fn load(self, x: &[f32]) -> f32x4 {
        let x: &[f32; 4] = x.try_into().expect("one register");
        cast(*x)
    }
    #[inline(always)]
    fn store(self, a: f32x4, x: &mut [f32]) {
        x.copy_from_slice(&cast::<_, [f32; 4]>(a));
    }
    #[inline(always)]
    fn splat(self, x: f32) -> f32x4 {
        self.splat_f32s(x)
    }
    #[inline(always)]
    fn splat_bits(self, x: u32) -> u32x4 {
        self.splat_u32s(x)
    }

    #[inline(always)]
    fn add(self, a: f32x4, b: f32x4) -> f32x4 {
        self.add_f32s(a, b)
    }
    #[inline(always)]
    fn sub(self, a: f32x4, b: f32x4) -> f32x4 {
        self.sub_f32s(a, b)
    }
    #[inline(always)]
    fn mul(self, a: f32x4, b: f32x4) -> f32x4 {
        self.mul_f32s(a, b)
    }
    #[inline(always)]
    fn div(self, a: f32x4, b: f32x4) -> f32x4 {
        self.div_f32s(a, b)
    }
    #[inline(always)]
    fn mul_add(self, a: f32x4, b: f32x4, c: f32x4) -> f32x4 {
        self.mul_add_f32s(a, b, c)
    }
    #[inline(always)]
    fn neg_mul_add(self, a: f32x4, b: f32x4, c: f32x4) -> f32x4 {
        cast(self.neon.vfmsq_f32(cast(c), cast(a), cast(b)))
    }
    #[inline(always)]
    fn min(self, a: f32x4, b: f32x4) -> f32x4 {
        // Not FMIN, which keeps a NaN of either side and orders the zeros.
        self.select_f32s(self.lt(a, b), a, b)
    }
    #[inline(always)]
    fn max(self, a: f32x4, b: f32x4) -> f32x4 {
        self.select_f32s(self.lt(b, a), a, b)
    }
    #[inline(always)]
    fn lt(self, a: f32x4, b: f32x4) -> m32x4 {
        self.less_than_f32s(a, b)
    }
    #[inline(always)]
    fn le(self, a: f32x4, b: f32x4) -> m32x4 {
        self.less_than_or_equal_f32s(a, b)
    }
    #[inline(always)]
    fn select(self, mask: m32x4, then: f32x4, other: f32x4) -> f32x4 {
        self.select_f32s(mask, then, other)
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
        self.add_u32s(a, b)
    }
    #[inline(always)]
    fn sub_bits(self, a: u32x4, b: u32x4) -> u32x4 {
        self.sub_u32s(a, b)
    }
    #[inline(always)]
    fn and(self, a: u32x4, b: u32x4) -> u32x4 {
        self.and_u32s(a, b)
    }
    #[inline(always)]
    fn xor(self, a: u32x4, b: u32x4) -> u32x4 {
        self.xor_u32s(a, b)
    }
    #[inline(always)]
    fn max_bits(self, a: u32x4, b: u32x4) -> u32x4 {
        cast(self.neon.vmaxq_u32(cast(a), cast(b)))
    }
    #[inline(always)]
    fn shl(self, a: u32x4, count: u32) -> u32x4 {
        cast(self.neon.vshlq_u32(cast(a), cast([count; 4])))
    }
    #[inline(always)]
    fn all_below(self, a: u32x4, limit: u32) -> bool {
        self.neon.vmaxvq_u32(cast(a)) < limit
    }

    #[inline(always)]
    fn table(self, entries: &[u32; 8]) -> uint8x16x2_t {
        cast(*entries)
    }
    #[inline(always)]
    fn look_up(self, table: uint8x16x2_t, i: u32x4) -> u32x4 {
        // TBL looks up bytes: entry i is the four from 4 * (i mod 8) on.
        let first = self.and_u32s(i, self.splat_u32s(7));
        let bytes = self.neon.vmulq_n_u32(cast(first), 0x0404_0404);
        let bytes = self.neon.vaddq_u32(bytes, cast(self.splat_u32s(0x0302_0100)));
        cast(self.neon.vqtbl2q_u8(table, cast(bytes)))
    }
}

impl Native for Neon {
    #[inline(always)]
    fn load_short(self, x: &[f32]) -> f32x4 {
        cast(load_thirds(x))
    }
    #[inline(always)]
    fn store_short(self, a: f32x4, x: &mut [f32]) {
        store_thirds(cast(a), x);
    }
}
