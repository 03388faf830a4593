//! Two or four registers as one wide register. Every operation of a kernel is issued for all of
//! them before the next operation. Independent work then covers latencies, and the text of the
//! kernel stays a formula.

use super::{
    Isa,
    simd::{Simd, Table64},
};

#[derive(Clone, Copy)]
pub(crate) struct SideBySide<S>(pub(crate) S);

/// Four registers: enough to cover the latency of a division, and few enough not to spill.
///
/// It is not two of `SideBySide`, because every layer of inlined functions costs compile time.
#[derive(Clone, Copy)]
pub(crate) struct Four<S>(S);

#[inline(always)]
pub(crate) fn four<S>(s: S) -> Four<S> {
    Four(s)
}

#[inline(always)]
pub(crate) fn two<S>(s: S) -> SideBySide<S> {
    SideBySide(s)
}

macro_rules! for_each {
    ($list:tt $($name:ident($($a:ident: $A:ident),*) -> $R:ident;)*) => {$(
        for_each!(@one $list $name($($a: $A),*) -> $R);
    )*};
    (@one [$($i:literal)*] $name:ident($a:ident: $A:ident) -> $R:ident) => {
        #[inline(always)]
        fn $name(self, $a: Self::$A) -> Self::$R {
            [$(self.0.$name($a[$i])),*]
        }
    };
    (@one [$($i:literal)*] $name:ident($a:ident: $A:ident, $b:ident: $B:ident) -> $R:ident) => {
        #[inline(always)]
        fn $name(self, $a: Self::$A, $b: Self::$B) -> Self::$R {
            [$(self.0.$name($a[$i], $b[$i])),*]
        }
    };
    (@one [$($i:literal)*] $name:ident($a:ident: $A:ident, $b:ident: $B:ident, $c:ident: $C:ident) -> $R:ident) => {
        #[inline(always)]
        fn $name(self, $a: Self::$A, $b: Self::$B, $c: Self::$C) -> Self::$R {
            [$(self.0.$name($a[$i], $b[$i], $c[$i])),*]
        }
    };
}

/// Implements the operations that are the same for any number of registers. The indices are listed.
macro_rules! side_by_side { ($count:literal: [$($i:literal)*]) => {
    type F32 = [S::F32; $count];
    type U32 = [S::U32; $count];
    type F64 = [S::F64; $count];
    type Mask = [S::Mask; $count];
    type Table = S::Table;
    const ISA: Isa = S::ISA;
    const LANES: usize = S::LANES * $count;
    const REGISTERS: usize = S::REGISTERS / $count;
    const FUSED: bool = S::FUSED;

    for_each! { [$($i)*]
        add(a: F32, b: F32) -> F32;
        sub(a: F32, b: F32) -> F32;
        mul(a: F32, b: F32) -> F32;
        div(a: F32, b: F32) -> F32;
        mul_add(a: F32, b: F32, c: F32) -> F32;
        neg_mul_add(a: F32, b: F32, c: F32) -> F32;
        min(a: F32, b: F32) -> F32;
        max(a: F32, b: F32) -> F32;
        lt(a: F32, b: F32) -> Mask;
        le(a: F32, b: F32) -> Mask;
        select(mask: Mask, then: F32, other: F32) -> F32;
        zero_where(mask: Mask, a: F32) -> F32;
        bits(a: F32) -> U32;
        float(a: U32) -> F32;
        add_bits(a: U32, b: U32) -> U32;
        sub_bits(a: U32, b: U32) -> U32;
        and(a: U32, b: U32) -> U32;
        xor(a: U32, b: U32) -> U32;
        max_bits(a: U32, b: U32) -> U32;
        widen(a: F32) -> F64;
        narrow(a: F64) -> F32;
        add_f64(a: F64, b: F64) -> F64;
        sub_f64(a: F64, b: F64) -> F64;
        mul_f64(a: F64, b: F64) -> F64;
        div_f64(a: F64, b: F64) -> F64;
        mul_add_f64(a: F64, b: F64, c: F64) -> F64;
    }
    #[inline(always)]
    fn load(self, x: &[f32]) -> Self::F32 {
        [$(self.0.load(&x[$i * S::LANES..][..S::LANES])),*]
    }
    #[inline(always)]
    fn store(self, a: Self::F32, x: &mut [f32]) {
        $(self.0.store(a[$i], &mut x[$i * S::LANES..][..S::LANES]);)*
    }
    #[inline(always)]
    fn mask(self, x: &[bool]) -> Self::Mask {
        [$(self.0.mask(&x[$i * S::LANES..][..S::LANES])),*]
    }
    #[inline(always)]
    fn load_part(self, x: &[f32]) -> Self::F32 {
        [$(self.0.load_part(&x[x.len().min($i * S::LANES)..x.len().min(($i + 1) * S::LANES)])),*]
    }
    #[inline(always)]
    fn store_part(self, a: Self::F32, x: &mut [f32]) {
        let len = x.len();
        $(self.0.store_part(a[$i], &mut x[len.min($i * S::LANES)..len.min(($i + 1) * S::LANES)]);)*
    }
    #[inline(always)]
    fn splat(self, x: f32) -> Self::F32 {
        [self.0.splat(x); $count]
    }
    #[inline(always)]
    fn splat_bits(self, x: u32) -> Self::U32 {
        [self.0.splat_bits(x); $count]
    }
    #[inline(always)]
    fn load_f64(self, x: &[f64]) -> Self::F64 {
        [$(self.0.load_f64(&x[$i * S::LANES..][..S::LANES])),*]
    }
    #[inline(always)]
    fn store_f64(self, a: Self::F64, x: &mut [f64]) {
        $(self.0.store_f64(a[$i], &mut x[$i * S::LANES..][..S::LANES]);)*
    }
    #[inline(always)]
    fn splat_f64(self, x: f64) -> Self::F64 {
        [self.0.splat_f64(x); $count]
    }
    #[inline(always)]
    fn shl(self, a: Self::U32, count: u32) -> Self::U32 {
        [$(self.0.shl(a[$i], count)),*]
    }
    #[inline(always)]
    fn shr(self, a: Self::U32, count: u32) -> Self::U32 {
        [$(self.0.shr(a[$i], count)),*]
    }
    #[inline(always)]
    fn table(self, entries: &[u32; 8]) -> Self::Table {
        self.0.table(entries)
    }
    #[inline(always)]
    fn look_up(self, table: Self::Table, a: Self::U32) -> Self::U32 {
        [$(self.0.look_up(table, a[$i])),*]
    }
    #[inline(always)]
    fn store_narrow(self, a: Self::F64, x: &mut [f32]) {
        $(self.0.store_narrow(a[$i], &mut x[$i * S::LANES..][..S::LANES]);)*
    }
    #[inline(always)]
    fn shifted_entry(self, table: &Table64, i: Self::F64) -> Self::F64 {
        [$(self.0.shifted_entry(table, i[$i])),*]
    }
    #[inline(always)]
    fn load_groups(self, lines: &[&[f32]], at: usize) -> Self::F32 {
        [$(self.0.load_groups(&lines[$i * S::LANES..], at)),*]
    }
    #[inline(always)]
    fn store_groups(self, a: Self::F32, x: &mut [f32], stride: usize) {
        $(self.0.store_groups(a[$i], &mut x[$i * stride * (S::LANES / 4)..], stride);)*
    }
    #[inline(always)]
    fn transpose(self, [a, b, c, d]: [Self::F32; 4]) -> [Self::F32; 4] {
        let columns = [$(self.0.transpose([a[$i], b[$i], c[$i], d[$i]])),*];
        [[$(columns[$i][0]),*], [$(columns[$i][1]),*], [$(columns[$i][2]),*], [$(columns[$i][3]),*]]
    }
}; }

impl<S: Simd> Simd for SideBySide<S> {
    side_by_side!(2: [0 1]);

    #[inline(always)]
    fn all_below(self, [a, b]: Self::U32, limit: u32) -> bool {
        self.0.all_below(self.0.max_bits(a, b), limit)
    }
    #[inline(always)]
    fn sum(self, [a, b]: Self::F64) -> f64 {
        self.0.sum(self.0.add_f64(a, b))
    }
    #[inline(always)]
    fn largest(self, [a, b]: Self::F32) -> f32 {
        self.0.largest(self.0.max(a, b))
    }

    #[inline(always)]
    fn largest_of_each(self, mut of: impl FnMut(usize) -> Self::F32) -> Self::F32 {
        let mut halves = [self.0.splat(0.0); 2];
        for (half, to) in halves.iter_mut().enumerate() {
            *to = self.0.largest_of_each(
                #[inline(always)]
                |i| {
                    let [a, b] = of(half * S::LANES + i);
                    self.0.max(a, b)
                },
            );
        }
        halves
    }
    #[inline(always)]
    fn sum_of_each(self, mut of: impl FnMut(usize) -> Self::F64) -> Self::F64 {
        let mut halves = [self.0.splat_f64(0.0); 2];
        for (half, to) in halves.iter_mut().enumerate() {
            *to = self.0.sum_of_each(
                #[inline(always)]
                |i| {
                    let [a, b] = of(half * S::LANES + i);
                    self.0.add_f64(a, b)
                },
            );
        }
        halves
    }
}

impl<S: Simd> Simd for Four<S> {
    side_by_side!(4: [0 1 2 3]);

    #[inline(always)]
    fn all_below(self, [a, b, c, d]: Self::U32, limit: u32) -> bool {
        let s = self.0;
        s.all_below(s.max_bits(s.max_bits(a, b), s.max_bits(c, d)), limit)
    }
    #[inline(always)]
    fn sum(self, [a, b, c, d]: Self::F64) -> f64 {
        let s = self.0;
        s.sum(s.add_f64(s.add_f64(a, c), s.add_f64(b, d)))
    }
    #[inline(always)]
    fn largest(self, [a, b, c, d]: Self::F32) -> f32 {
        let s = self.0;
        s.largest(s.max(s.max(a, c), s.max(b, d)))
    }
}
