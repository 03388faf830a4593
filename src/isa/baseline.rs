//! The baseline, through wide: the instructions that every machine of the compiler's target has.
//! These are SSE2, simd128, NEON without detection, or scalar code.
//!
//! Multiplications and additions are never contracted, even where the target has FMA, so that every
//! machine that runs this level gives the same bits.

use super::{
    Isa,
    side_by_side::{Four, four},
    simd::{Native, Simd, Table64, bytes, load_thirds, store_thirds},
};
use pulp::cast;
use wide::{f32x4, f64x4, u32x4};

#[derive(Clone, Copy)]
pub(crate) struct Baseline;

impl Simd for Baseline {
    type F32 = f32x4;
    type U32 = u32x4;
    type F64 = f64x4;
    type Mask = f32x4;
    type Table = [u32; 8];
    const ISA: Isa = Isa::Baseline;
    const LANES: usize = 4;
    const REGISTERS: usize = 16;
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
    fn load_part(self, x: &[f32]) -> f32x4 {
        let mut lanes = [0.0; 4];
        lanes[..x.len()].copy_from_slice(x);
        f32x4::new(lanes)
    }
    #[inline(always)]
    fn store_part(self, a: f32x4, x: &mut [f32]) {
        x.copy_from_slice(&a.to_array()[..x.len()]);
    }
    #[inline]
    fn splat(self, x: f32) -> f32x4 {
        f32x4::splat(x)
    }
    #[inline]
    fn splat_bits(self, x: u32) -> u32x4 {
        u32x4::splat(x)
    }

    #[inline]
    fn add(self, a: f32x4, b: f32x4) -> f32x4 {
        a + b
    }
    #[inline]
    fn sub(self, a: f32x4, b: f32x4) -> f32x4 {
        a - b
    }
    #[inline]
    fn mul(self, a: f32x4, b: f32x4) -> f32x4 {
        a * b
    }
    #[inline]
    fn div(self, a: f32x4, b: f32x4) -> f32x4 {
        a / b
    }
    #[inline]
    fn mul_add(self, a: f32x4, b: f32x4, c: f32x4) -> f32x4 {
        a * b + c
    }
    #[inline]
    fn neg_mul_add(self, a: f32x4, b: f32x4, c: f32x4) -> f32x4 {
        c - a * b
    }
    #[inline]
    fn min(self, a: f32x4, b: f32x4) -> f32x4 {
        self.select(self.lt(a, b), a, b)
    }
    #[inline]
    fn max(self, a: f32x4, b: f32x4) -> f32x4 {
        self.select(self.lt(b, a), a, b)
    }
    #[inline]
    fn lt(self, a: f32x4, b: f32x4) -> f32x4 {
        a.simd_lt(b)
    }
    #[inline]
    fn le(self, a: f32x4, b: f32x4) -> f32x4 {
        a.simd_le(b)
    }
    #[inline]
    fn select(self, mask: f32x4, then: f32x4, other: f32x4) -> f32x4 {
        mask.select(then, other)
    }
    #[inline(always)]
    fn mask(self, x: &[bool]) -> f32x4 {
        let mut lanes = [0_u32; 4];
        for (lane, byte) in lanes.iter_mut().zip(bytes::<4>(x)) {
            *lane = u32::from(byte).wrapping_neg();
        }
        cast(lanes)
    }
    #[inline]
    fn zero_where(self, mask: f32x4, a: f32x4) -> f32x4 {
        !mask & a
    }

    #[inline]
    fn bits(self, a: f32x4) -> u32x4 {
        cast(a)
    }
    #[inline]
    fn float(self, a: u32x4) -> f32x4 {
        cast(a)
    }
    #[inline]
    fn add_bits(self, a: u32x4, b: u32x4) -> u32x4 {
        a + b
    }
    #[inline]
    fn sub_bits(self, a: u32x4, b: u32x4) -> u32x4 {
        a - b
    }
    #[inline(always)]
    fn and(self, a: u32x4, b: u32x4) -> u32x4 {
        a & b
    }
    #[inline]
    fn xor(self, a: u32x4, b: u32x4) -> u32x4 {
        a ^ b
    }
    #[inline]
    fn max_bits(self, a: u32x4, b: u32x4) -> u32x4 {
        a.max(b)
    }
    #[inline(always)]
    fn shl(self, a: u32x4, count: u32) -> u32x4 {
        a << count
    }
    #[inline(always)]
    fn shr(self, a: u32x4, count: u32) -> u32x4 {
        a >> count
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

    #[inline(always)]
    fn widen(self, a: f32x4) -> f64x4 {
        let [a, b, c, d] = a.to_array();
        f64x4::new([a.into(), b.into(), c.into(), d.into()])
    }
    #[inline(always)]
    fn narrow(self, a: f64x4) -> f32x4 {
        let [a, b, c, d] = a.to_array();
        f32x4::new([a as f32, b as f32, c as f32, d as f32])
    }
    #[inline(always)]
    fn shifted_entry(self, table: &Table64, i: f64x4) -> f64x4 {
        let [a, b, c, d] = i.to_array();
        let words =
            [a.to_bits() as u32, b.to_bits() as u32, c.to_bits() as u32, d.to_bits() as u32];
        let [low, high] = table.shifted_words(self, u32x4::new(words));
        let (low, high) = (low.to_array(), high.to_array());
        f64x4::new([
            joined(low[0], high[0]),
            joined(low[1], high[1]),
            joined(low[2], high[2]),
            joined(low[3], high[3]),
        ])
    }
    #[inline(always)]
    fn load_f64(self, x: &[f64]) -> f64x4 {
        f64x4::new(x.try_into().expect("four lanes"))
    }
    #[inline(always)]
    fn store_f64(self, a: f64x4, x: &mut [f64]) {
        x.copy_from_slice(&a.to_array());
    }
    #[inline(always)]
    fn splat_f64(self, x: f64) -> f64x4 {
        f64x4::splat(x)
    }
    #[inline]
    fn add_f64(self, a: f64x4, b: f64x4) -> f64x4 {
        a + b
    }
    #[inline]
    fn sub_f64(self, a: f64x4, b: f64x4) -> f64x4 {
        a - b
    }
    #[inline]
    fn mul_f64(self, a: f64x4, b: f64x4) -> f64x4 {
        a * b
    }
    #[inline]
    fn div_f64(self, a: f64x4, b: f64x4) -> f64x4 {
        a / b
    }
    #[inline]
    fn mul_add_f64(self, a: f64x4, b: f64x4, c: f64x4) -> f64x4 {
        a * b + c
    }

    #[inline(always)]
    fn sum(self, a: f64x4) -> f64 {
        let [a, b, c, d] = a.to_array();
        (a + c) + (b + d)
    }
    #[inline(always)]
    fn largest(self, a: f32x4) -> f32 {
        let [a, b, c, d] = a.to_array();
        a.max(b).max(c.max(d))
    }
    #[inline(always)]
    fn load_groups(self, lines: &[&[f32]], at: usize) -> f32x4 {
        self.load(&lines[0][at..][..4])
    }
    #[inline(always)]
    fn store_groups(self, a: f32x4, x: &mut [f32], _: usize) {
        self.store(a, &mut x[..4]);
    }
    #[inline(always)]
    fn transpose(self, rows: [f32x4; 4]) -> [f32x4; 4] {
        f32x4::transpose(rows)
    }
}

#[inline(always)]
fn joined(low: u32, high: u32) -> f64 {
    f64::from_bits(u64::from(high) << 32 | u64::from(low))
}

impl Native for Baseline {
    type Sixteen = Four<Self>;
    #[inline(always)]
    fn sixteen(self) -> Four<Self> {
        four(self)
    }
    #[inline(always)]
    fn load_short(self, x: &[f32]) -> f32x4 {
        f32x4::new(load_thirds(x))
    }
    #[inline(always)]
    fn store_short(self, a: f32x4, x: &mut [f32]) {
        store_thirds(a.to_array(), x);
    }
}
