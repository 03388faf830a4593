//! NEON on 64-bit Arm, through pulp.

use super::{
    Isa,
    side_by_side::{Four, four},
    simd::{Native, Simd, Table64, bytes, in_pairs, load_thirds, store_thirds},
};
use core::arch::aarch64::{float32x4_t, float64x2_t, uint8x16x2_t, uint32x4_t};
use pulp::{aarch64::Neon, cast};

impl Simd for Neon {
    type F32 = float32x4_t;
    type U32 = uint32x4_t;
    type F64 = [float64x2_t; 2];
    type Mask = uint32x4_t;
    type Table = uint8x16x2_t;
    const ISA: Isa = Isa::Neon;
    const LANES: usize = 4;
    const REGISTERS: usize = 32;
    const FUSED: bool = true;

    #[inline(always)]
    fn load(self, x: &[f32]) -> float32x4_t {
        let x: &[f32; 4] = x.try_into().expect("one register");
        cast(*x)
    }
    #[inline(always)]
    fn store(self, a: float32x4_t, x: &mut [f32]) {
        x.copy_from_slice(&cast::<_, [f32; 4]>(a));
    }
    #[inline(always)]
    fn load_part(self, x: &[f32]) -> float32x4_t {
        let mut lanes = [0.0; 4];
        lanes[..x.len()].copy_from_slice(x);
        cast(lanes)
    }
    #[inline(always)]
    fn store_part(self, a: float32x4_t, x: &mut [f32]) {
        x.copy_from_slice(&cast::<_, [f32; 4]>(a)[..x.len()]);
    }
    #[inline]
    fn splat(self, x: f32) -> float32x4_t {
        self.neon.vdupq_n_f32(x)
    }
    #[inline]
    fn splat_bits(self, x: u32) -> uint32x4_t {
        self.neon.vdupq_n_u32(x)
    }

    #[inline]
    fn add(self, a: float32x4_t, b: float32x4_t) -> float32x4_t {
        self.neon.vaddq_f32(a, b)
    }
    #[inline]
    fn sub(self, a: float32x4_t, b: float32x4_t) -> float32x4_t {
        self.neon.vsubq_f32(a, b)
    }
    #[inline]
    fn mul(self, a: float32x4_t, b: float32x4_t) -> float32x4_t {
        self.neon.vmulq_f32(a, b)
    }
    #[inline]
    fn div(self, a: float32x4_t, b: float32x4_t) -> float32x4_t {
        self.neon.vdivq_f32(a, b)
    }
    #[inline]
    fn mul_add(self, a: float32x4_t, b: float32x4_t, c: float32x4_t) -> float32x4_t {
        self.neon.vfmaq_f32(c, a, b)
    }
    #[inline]
    fn neg_mul_add(self, a: float32x4_t, b: float32x4_t, c: float32x4_t) -> float32x4_t {
        self.neon.vfmsq_f32(c, a, b)
    }
    #[inline]
    fn min(self, a: float32x4_t, b: float32x4_t) -> float32x4_t {
        // FMIN will not do: it keeps a NaN of either operand, and orders the zeros.
        self.select(self.lt(a, b), a, b)
    }
    #[inline]
    fn max(self, a: float32x4_t, b: float32x4_t) -> float32x4_t {
        self.select(self.lt(b, a), a, b)
    }
    #[inline]
    fn lt(self, a: float32x4_t, b: float32x4_t) -> uint32x4_t {
        self.neon.vcltq_f32(a, b)
    }
    #[inline]
    fn le(self, a: float32x4_t, b: float32x4_t) -> uint32x4_t {
        self.neon.vcleq_f32(a, b)
    }
    #[inline]
    fn select(self, mask: uint32x4_t, then: float32x4_t, other: float32x4_t) -> float32x4_t {
        self.neon.vbslq_f32(mask, then, other)
    }
    #[inline(always)]
    fn mask(self, x: &[bool]) -> uint32x4_t {
        let mut lanes = [0_u32; 4];
        for (lane, byte) in lanes.iter_mut().zip(bytes::<4>(x)) {
            *lane = u32::from(byte).wrapping_neg();
        }
        cast(lanes)
    }
    #[inline(always)]
    fn zero_where(self, mask: uint32x4_t, a: float32x4_t) -> float32x4_t {
        self.neon
            .vreinterpretq_f32_u32(self.neon.vbicq_u32(self.neon.vreinterpretq_u32_f32(a), mask))
    }

    #[inline]
    fn bits(self, a: float32x4_t) -> uint32x4_t {
        self.neon.vreinterpretq_u32_f32(a)
    }
    #[inline]
    fn float(self, a: uint32x4_t) -> float32x4_t {
        self.neon.vreinterpretq_f32_u32(a)
    }
    #[inline]
    fn add_bits(self, a: uint32x4_t, b: uint32x4_t) -> uint32x4_t {
        self.neon.vaddq_u32(a, b)
    }
    #[inline]
    fn sub_bits(self, a: uint32x4_t, b: uint32x4_t) -> uint32x4_t {
        self.neon.vsubq_u32(a, b)
    }
    #[inline]
    fn and(self, a: uint32x4_t, b: uint32x4_t) -> uint32x4_t {
        self.neon.vandq_u32(a, b)
    }
    #[inline]
    fn xor(self, a: uint32x4_t, b: uint32x4_t) -> uint32x4_t {
        self.neon.veorq_u32(a, b)
    }
    #[inline]
    fn max_bits(self, a: uint32x4_t, b: uint32x4_t) -> uint32x4_t {
        self.neon.vmaxq_u32(a, b)
    }
    #[inline(always)]
    fn shl(self, a: uint32x4_t, count: u32) -> uint32x4_t {
        self.neon.vshlq_u32(a, self.neon.vdupq_n_s32(count.cast_signed()))
    }
    #[inline(always)]
    fn shr(self, a: uint32x4_t, count: u32) -> uint32x4_t {
        self.neon.vshlq_u32(a, self.neon.vdupq_n_s32(-count.cast_signed()))
    }
    #[inline(always)]
    fn all_below(self, a: uint32x4_t, limit: u32) -> bool {
        self.neon.vmaxvq_u32(a) < limit
    }

    #[inline(always)]
    fn table(self, entries: &[u32; 8]) -> uint8x16x2_t {
        cast(*entries)
    }
    #[inline(always)]
    fn look_up(self, table: uint8x16x2_t, i: uint32x4_t) -> uint32x4_t {
        // TBL looks up bytes. Entry i is the four bytes from 4 * (i mod 8) on.
        let first = self.and(i, self.splat_bits(7));
        let bytes = self.neon.vmulq_n_u32(first, 0x0404_0404);
        let bytes = self.add_bits(bytes, self.splat_bits(0x0302_0100));
        let bytes = self.neon.vreinterpretq_u8_u32(bytes);
        self.neon.vreinterpretq_u32_u8(self.neon.vqtbl2q_u8(table, bytes))
    }

    #[inline(always)]
    fn widen(self, a: float32x4_t) -> [float64x2_t; 2] {
        [self.neon.vcvt_f64_f32(self.neon.vget_low_f32(a)), self.neon.vcvt_high_f64_f32(a)]
    }
    #[inline(always)]
    fn narrow(self, [a, b]: [float64x2_t; 2]) -> float32x4_t {
        self.neon.vcvt_high_f32_f64(self.neon.vcvt_f32_f64(a), b)
    }
    #[inline(always)]
    fn shifted_entry(self, table: &Table64, [a, b]: [float64x2_t; 2]) -> [float64x2_t; 2] {
        let words = self.neon.vuzp1q_u32(cast(a), cast(b));
        let [low, high] = table.shifted_words(self, words);
        [cast(self.neon.vzip1q_u32(low, high)), cast(self.neon.vzip2q_u32(low, high))]
    }
    #[inline(always)]
    fn load_f64(self, x: &[f64]) -> [float64x2_t; 2] {
        let [a, b, c, d]: [f64; 4] = x.try_into().expect("four lanes");
        [cast([a, b]), cast([c, d])]
    }
    #[inline(always)]
    fn store_f64(self, a: [float64x2_t; 2], x: &mut [f64]) {
        let a: [[f64; 2]; 2] = cast(a);
        x.copy_from_slice(a.as_flattened());
    }
    #[inline(always)]
    fn splat_f64(self, x: f64) -> [float64x2_t; 2] {
        [self.neon.vdupq_n_f64(x); 2]
    }
    in_pairs! {
        add_f64(a, b): neon.vaddq_f64(a, b);
        sub_f64(a, b): neon.vsubq_f64(a, b);
        mul_f64(a, b): neon.vmulq_f64(a, b);
        div_f64(a, b): neon.vdivq_f64(a, b);
        mul_add_f64(a, b, c): neon.vfmaq_f64(c, a, b);
    }

    #[inline(always)]
    fn sum(self, [a, b]: [float64x2_t; 2]) -> f64 {
        self.neon.vaddvq_f64(self.neon.vaddq_f64(a, b))
    }
    #[inline(always)]
    fn largest(self, a: float32x4_t) -> f32 {
        self.neon.vmaxvq_f32(a)
    }
    #[inline(always)]
    fn load_groups(self, lines: &[&[f32]], at: usize) -> float32x4_t {
        self.load(&lines[0][at..][..4])
    }
    #[inline(always)]
    fn store_groups(self, a: float32x4_t, x: &mut [f32], _: usize) {
        self.store(a, &mut x[..4]);
    }
    #[inline(always)]
    fn transpose(self, [a, b, c, d]: [float32x4_t; 4]) -> [float32x4_t; 4] {
        let [even_ab, odd_ab] = [self.neon.vtrn1q_f32(a, b), self.neon.vtrn2q_f32(a, b)];
        let [even_cd, odd_cd] = [self.neon.vtrn1q_f32(c, d), self.neon.vtrn2q_f32(c, d)];
        // Then the halves are exchanged, as pairs of f64.
        let [even_ab, odd_ab]: [float64x2_t; 2] = [cast(even_ab), cast(odd_ab)];
        let [even_cd, odd_cd]: [float64x2_t; 2] = [cast(even_cd), cast(odd_cd)];
        [
            cast(self.neon.vtrn1q_f64(even_ab, even_cd)),
            cast(self.neon.vtrn1q_f64(odd_ab, odd_cd)),
            cast(self.neon.vtrn2q_f64(even_ab, even_cd)),
            cast(self.neon.vtrn2q_f64(odd_ab, odd_cd)),
        ]
    }
}

impl Native for Neon {
    type Sixteen = Four<Self>;
    #[inline(always)]
    fn sixteen(self) -> Four<Self> {
        four(self)
    }
    #[inline(always)]
    fn load_short(self, x: &[f32]) -> float32x4_t {
        cast(load_thirds(x))
    }
    #[inline(always)]
    fn store_short(self, a: float32x4_t, x: &mut [f32]) {
        store_thirds(cast(a), x);
    }
}
