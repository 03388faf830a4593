//! The operations that a kernel may ask of an instruction set.

use super::Isa;

/// The factor that moves the bits of an f32 to where an f64 has them.
pub(crate) const UNIT: u32 = 1 << 29;

/// f32 lanes and their bits, in one register or in several side by side.
///
/// The trait is deliberately narrow: it has an operation only if every set has it at a cost near
/// one instruction.
pub(crate) trait Simd: Copy {
    type F32: Copy;
    type U32: Copy;
    /// f64 lanes, as many as the f32 lanes, in twice as many registers.
    type F64: Copy;
    /// One truth value a lane.
    type Mask: Copy;
    /// A table of eight 32-bit entries, ready for look-up.
    type Table: Copy;
    const ISA: Isa;
    const LANES: usize;
    /// The number of values of type `F32` that the registers of the machine can hold.
    const REGISTERS: usize;
    /// Whether `mul_add` and `neg_mul_add` round once. All sets that do give the same bits.
    const FUSED: bool;

    /// Loads `LANES` elements, the length of `x` here and in `store`.
    fn load(self, x: &[f32]) -> Self::F32;
    fn store(self, a: Self::F32, x: &mut [f32]);
    /// Loads at most `LANES` elements. The lanes after them are 0.
    fn load_part(self, x: &[f32]) -> Self::F32;
    fn store_part(self, a: Self::F32, x: &mut [f32]);
    fn splat(self, x: f32) -> Self::F32;
    fn splat_bits(self, x: u32) -> Self::U32;

    fn add(self, a: Self::F32, b: Self::F32) -> Self::F32;
    fn sub(self, a: Self::F32, b: Self::F32) -> Self::F32;
    fn mul(self, a: Self::F32, b: Self::F32) -> Self::F32;
    fn div(self, a: Self::F32, b: Self::F32) -> Self::F32;
    /// Returns `a * b + c`.
    fn mul_add(self, a: Self::F32, b: Self::F32, c: Self::F32) -> Self::F32;
    /// Returns `c - a * b`.
    fn neg_mul_add(self, a: Self::F32, b: Self::F32, c: Self::F32) -> Self::F32;
    /// Returns `a` if it is the smaller, else `b`. So the result is `b` where they are equal or
    /// either is NaN.
    fn min(self, a: Self::F32, b: Self::F32) -> Self::F32;
    /// Returns `a` if it is the larger, else `b`.
    fn max(self, a: Self::F32, b: Self::F32) -> Self::F32;
    fn lt(self, a: Self::F32, b: Self::F32) -> Self::Mask;
    fn le(self, a: Self::F32, b: Self::F32) -> Self::Mask;
    fn select(self, mask: Self::Mask, then: Self::F32, other: Self::F32) -> Self::F32;
    /// Returns the truth values of `LANES` elements.
    fn mask(self, x: &[bool]) -> Self::Mask;
    /// Returns `a`, but +0 where `mask` is true.
    fn zero_where(self, mask: Self::Mask, a: Self::F32) -> Self::F32;

    fn bits(self, a: Self::F32) -> Self::U32;
    fn float(self, a: Self::U32) -> Self::F32;
    fn add_bits(self, a: Self::U32, b: Self::U32) -> Self::U32;
    fn sub_bits(self, a: Self::U32, b: Self::U32) -> Self::U32;
    fn and(self, a: Self::U32, b: Self::U32) -> Self::U32;
    fn xor(self, a: Self::U32, b: Self::U32) -> Self::U32;
    fn max_bits(self, a: Self::U32, b: Self::U32) -> Self::U32;
    /// Shifts left. `count` is a constant at every call, and becomes an immediate operand.
    fn shl(self, a: Self::U32, count: u32) -> Self::U32;
    /// Shifts right, and fills with zeros. `count` is a constant, as in `shl`.
    fn shr(self, a: Self::U32, count: u32) -> Self::U32;
    /// Whether every lane is below `limit`. Lanes and `limit` are at most `i32::MAX`.
    fn all_below(self, a: Self::U32, limit: u32) -> bool;

    fn table(self, entries: &[u32; 8]) -> Self::Table;
    /// Returns entry `i mod 8` of the table for the `i` of each lane.
    fn look_up(self, table: Self::Table, i: Self::U32) -> Self::U32;

    fn widen(self, a: Self::F32) -> Self::F64;
    /// Converts to f32, rounded to nearest.
    fn narrow(self, a: Self::F64) -> Self::F32;
    /// Converts to f32, rounded to nearest, and stores that.
    #[inline(always)]
    fn store_narrow(self, a: Self::F64, x: &mut [f32]) {
        self.store(self.narrow(a), x);
    }
    /// Returns, as bits, entry `i mod 8` of the table plus `i << 49`, for the `i` of each lane.
    fn shifted_entry(self, table: &Table64, i: Self::F64) -> Self::F64;
    /// Loads `LANES` elements, the length of `x` here and in `store_f64`.
    fn load_f64(self, x: &[f64]) -> Self::F64;
    fn store_f64(self, a: Self::F64, x: &mut [f64]);
    fn splat_f64(self, x: f64) -> Self::F64;
    fn add_f64(self, a: Self::F64, b: Self::F64) -> Self::F64;
    fn sub_f64(self, a: Self::F64, b: Self::F64) -> Self::F64;
    fn mul_f64(self, a: Self::F64, b: Self::F64) -> Self::F64;
    fn div_f64(self, a: Self::F64, b: Self::F64) -> Self::F64;
    /// Returns `a * b + c`, rounded as often as by `mul_add`.
    fn mul_add_f64(self, a: Self::F64, b: Self::F64, c: Self::F64) -> Self::F64;

    /// Returns `total + e` in a representation of the set's own, which `accumulated` converts back.
    /// `total` is 0 or comes from here, and `unit` is [`UNIT`] in every lane. Lanes of `e` are 0 or
    /// numbers from 2^-126 to 2^67, fewer than 2^60 of them in a sum. A lane to which anything else
    /// was added is NaN in the end, if a NaN was added too.
    #[inline(always)]
    fn accumulate(self, total: Self::F64, e: Self::F32, _unit: Self::U32) -> Self::F64 {
        self.add_f64(total, self.widen(e))
    }
    /// Returns the total of `accumulate` as ordinary lanes.
    #[inline(always)]
    fn accumulated(self, total: Self::F64) -> Self::F64 {
        total
    }

    /// Returns the sum of the lanes. The two halves are added, then the halves of that, until one
    /// lane is left.
    fn sum(self, a: Self::F64) -> f64;
    /// Returns the largest lane. If a lane is NaN, the result is unspecified.
    fn largest(self, a: Self::F32) -> f32;
    /// Loads groups of four lanes. Group g is `lines[4 * g][at..][..4]`.
    fn load_groups(self, lines: &[&[f32]], at: usize) -> Self::F32;
    /// Stores groups of four lanes. Group g goes to `x[g * stride..][..4]`.
    fn store_groups(self, a: Self::F32, x: &mut [f32], stride: usize);
    /// Transposes 4 x 4 matrices, one in each group of four lanes. The four registers are their
    /// rows, and the results their columns.
    fn transpose(self, rows: [Self::F32; 4]) -> [Self::F32; 4];

    /// Returns a register whose lane i is `largest(of(i))`. Where [`Isa::has_trees`], the registers
    /// share shuffles, here and in `sum_of_each`.
    #[inline(always)]
    fn largest_of_each(self, mut of: impl FnMut(usize) -> Self::F32) -> Self::F32 {
        let mut largest = [0.0; 16];
        for (i, y) in largest[..Self::LANES].iter_mut().enumerate() {
            *y = self.largest(of(i));
        }
        self.load(&largest[..Self::LANES])
    }
    /// Returns a register whose lane i is `sum(of(i))`.
    #[inline(always)]
    fn sum_of_each(self, mut of: impl FnMut(usize) -> Self::F64) -> Self::F64 {
        let mut sums = [0.0; 16];
        for (i, y) in sums[..Self::LANES].iter_mut().enumerate() {
            *y = self.sum(of(i));
        }
        self.load_f64(&sums[..Self::LANES])
    }
}

/// Eight 64-bit entries, and their halves for sets that look up 32 bits.
pub(crate) struct Table64 {
    #[cfg_attr(not(all(feature = "std", target_arch = "x86_64")), expect(dead_code))]
    pub(super) entries: [u64; 8],
    low: [u32; 8],
    high: [u32; 8],
}

impl Table64 {
    #[inline(always)]
    pub(crate) const fn new(entries: [u64; 8]) -> Self {
        let (mut low, mut high) = ([0; 8], [0; 8]);
        let mut i = 0;
        while i < 8 {
            low[i] = entries[i] as u32;
            high[i] = (entries[i] >> 32) as u32;
            i += 1;
        }
        Self { entries, low, high }
    }

    /// Returns the halves of `shifted_entry` for the low halves of `i`. Only the high ones are
    /// shifted, so 32-bit operations are enough.
    #[inline(always)]
    pub(super) fn shifted_words<S: Simd>(&self, s: S, i: S::U32) -> [S::U32; 2] {
        let high = s.look_up(s.table(&self.high), i);
        [s.look_up(s.table(&self.low), i), s.add_bits(high, s.shl(i, 17))]
    }
}

/// A set with registers of its own, which can also load and store fewer elements than lanes.
pub(crate) trait Native: Simd {
    /// As many registers side by side as have 16 lanes together. Functions of rows see the same
    /// lanes on every set.
    type Sixteen: Simd;
    fn sixteen(self) -> Self::Sixteen;
    /// Loads 1 to `LANES - 1` elements. Some are repeated to fill the register, so no lane holds a
    /// number that is not in `x`.
    fn load_short(self, x: &[f32]) -> Self::F32;
    /// Stores each lane to the element that `load_short` loaded it from.
    fn store_short(self, a: Self::F32, x: &mut [f32]);
}

/// Copies truth values as bytes, which are 0 and 1.
#[inline(always)]
pub(super) fn bytes<const N: usize>(x: &[bool]) -> [u8; N] {
    let mut bytes = [0; N];
    for (byte, &x) in bytes.iter_mut().zip(x) {
        *byte = u8::from(x);
    }
    bytes
}

/// Implements operations on f64 lanes in two registers by the instruction for one register.
#[cfg(all(feature = "std", any(target_arch = "x86_64", target_arch = "aarch64")))]
macro_rules! in_pairs {
    ($($name:ident($($a:ident),*): $set:ident.$instruction:ident($($operand:ident),*);)*) => {$(
        #[inline(always)]
        fn $name(self, $($a: Self::F64),*) -> Self::F64 {
            [self.$set.$instruction($($operand[0]),*), self.$set.$instruction($($operand[1]),*)]
        }
    )*};
}
#[cfg(all(feature = "std", any(target_arch = "x86_64", target_arch = "aarch64")))]
pub(super) use in_pairs;

/// Loads 1 to 3 elements as a group of four.
#[inline(always)]
pub(crate) fn load_thirds(x: &[f32]) -> [f32; 4] {
    let n = x.len();
    [x[0], x[n / 2], x[n - 1], x[n - 1]]
}

#[inline(always)]
pub(crate) fn store_thirds(lanes: [f32; 4], x: &mut [f32]) {
    let n = x.len();
    (x[0], x[n / 2], x[n - 1]) = (lanes[0], lanes[1], lanes[2]);
}
