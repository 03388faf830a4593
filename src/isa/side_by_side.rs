//! Two registers as one wide one, and two such pairs as four: every operation of a kernel is issued for
//! all of them before the next operation, so independent work covers latencies and the kernel's text
//! stays a formula.

use super::Simd;

#[derive(Clone, Copy)]
pub(crate) struct SideBySide<S>(pub(crate) S);

/// Enough registers to cover a division, and few enough to stay registers.
pub(crate) type Four<S> = SideBySide<SideBySide<S>>;

#[inline(always)]
pub(crate) fn four<S>(s: S) -> Four<S> {
    SideBySide(SideBySide(s))
}

macro_rules! for_both {
    ($($name:ident($($a:ident: $A:ident),*) -> $R:ident;)*) => {$(
        #[inline(always)]
        fn $name(self, $($a: Self::$A),*) -> Self::$R {
            [self.0.$name($($a[0]),*), self.0.$name($($a[1]),*)]
        }
    )*};
}

impl<S: Simd> Simd for SideBySide<S> {
    type F32 = [S::F32; 2];
    type U32 = [S::U32; 2];
    type F64 = [S::F64; 2];
    type Mask = [S::Mask; 2];
    type Table = S::Table;
    const LANES: usize = S::LANES * 2;
    const FUSED: bool = S::FUSED;

    for_both! {
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
        low_words(a: F64) -> U32;
        join_words(low: U32, high: U32) -> F64;
        add_f64(a: F64, b: F64) -> F64;
        sub_f64(a: F64, b: F64) -> F64;
        mul_f64(a: F64, b: F64) -> F64;
        div_f64(a: F64, b: F64) -> F64;
        mul_add_f64(a: F64, b: F64, c: F64) -> F64;
    }
    #[inline(always)]
    fn load(self, x: &[f32]) -> Self::F32 {
        let (low, high) = x.split_at(S::LANES);
        [self.0.load(low), self.0.load(high)]
    }
    #[inline(always)]
    fn store(self, [a, b]: Self::F32, x: &mut [f32]) {
        let (low, high) = x.split_at_mut(S::LANES);
        self.0.store(a, low);
        self.0.store(b, high);
    }
    #[inline(always)]
    fn load_part(self, x: &[f32]) -> Self::F32 {
        let (low, high) = x.split_at(x.len().min(S::LANES));
        [self.0.load_part(low), self.0.load_part(high)]
    }
    #[inline(always)]
    fn store_part(self, [a, b]: Self::F32, x: &mut [f32]) {
        let (low, high) = x.split_at_mut(x.len().min(S::LANES));
        self.0.store_part(a, low);
        self.0.store_part(b, high);
    }
    #[inline(always)]
    fn splat(self, x: f32) -> Self::F32 {
        [self.0.splat(x); 2]
    }
    #[inline(always)]
    fn splat_bits(self, x: u32) -> Self::U32 {
        [self.0.splat_bits(x); 2]
    }
    #[inline(always)]
    fn load_f64(self, x: &[f64]) -> Self::F64 {
        let (low, high) = x.split_at(S::LANES);
        [self.0.load_f64(low), self.0.load_f64(high)]
    }
    #[inline(always)]
    fn store_f64(self, [a, b]: Self::F64, x: &mut [f64]) {
        let (low, high) = x.split_at_mut(S::LANES);
        self.0.store_f64(a, low);
        self.0.store_f64(b, high);
    }
    #[inline(always)]
    fn splat_f64(self, x: f64) -> Self::F64 {
        [self.0.splat_f64(x); 2]
    }
    #[inline(always)]
    fn shl(self, [a, b]: Self::U32, count: u32) -> Self::U32 {
        [self.0.shl(a, count), self.0.shl(b, count)]
    }
    #[inline(always)]
    fn shr(self, [a, b]: Self::U32, count: u32) -> Self::U32 {
        [self.0.shr(a, count), self.0.shr(b, count)]
    }
    #[inline(always)]
    fn all_below(self, [a, b]: Self::U32, limit: u32) -> bool {
        self.0.all_below(self.0.max_bits(a, b), limit)
    }
    #[inline(always)]
    fn table(self, entries: &[u32; 8]) -> Self::Table {
        self.0.table(entries)
    }
    #[inline(always)]
    fn look_up(self, table: Self::Table, [a, b]: Self::U32) -> Self::U32 {
        [self.0.look_up(table, a), self.0.look_up(table, b)]
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
    fn load_groups(self, lines: &[&[f32]], at: usize) -> Self::F32 {
        let (low, high) = lines.split_at(S::LANES);
        [self.0.load_groups(low, at), self.0.load_groups(high, at)]
    }
    #[inline(always)]
    fn store_groups(self, [a, b]: Self::F32, x: &mut [f32], stride: usize) {
        let (low, high) = x.split_at_mut(stride * (S::LANES / 4));
        self.0.store_groups(a, low, stride);
        self.0.store_groups(b, high, stride);
    }
    #[inline(always)]
    fn transpose(self, [a, b, c, d]: [Self::F32; 4]) -> [Self::F32; 4] {
        let low = self.0.transpose([a[0], b[0], c[0], d[0]]);
        let high = self.0.transpose([a[1], b[1], c[1], d[1]]);
        [[low[0], high[0]], [low[1], high[1]], [low[2], high[2]], [low[3], high[3]]]
    }
}
