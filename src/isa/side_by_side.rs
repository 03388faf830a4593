//! Four registers as one wide one: every operation of a kernel is issued for all of them before the
//! next operation, so independent work covers latencies and the kernel's text stays a formula.
//!
//! Four are enough to cover a division, and few enough to stay in registers.

use super::Simd;

#[derive(Clone, Copy)]
pub(crate) struct SideBySide<S>(pub(crate) S);

// Each array is written out: the compiler takes several times as long to see through `array::from_fn`.
macro_rules! for_each_register {
    ($($name:ident($($a:ident: $A:ident),*) -> $R:ident;)*) => {$(
        #[inline(always)]
        fn $name(self, $($a: Self::$A),*) -> Self::$R {
            let s = self.0;
            [s.$name($($a[0]),*), s.$name($($a[1]),*), s.$name($($a[2]),*), s.$name($($a[3]),*)]
        }
    )*};
}

impl<S: Simd> Simd for SideBySide<S> {
    type F32 = [S::F32; 4];
    type U32 = [S::U32; 4];
    type Mask = [S::Mask; 4];
    type Table = S::Table;
    const LANES: usize = S::LANES * 4;
    const FUSED: bool = S::FUSED;

    for_each_register! {
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
        bits(a: F32) -> U32;
        float(a: U32) -> F32;
        add_bits(a: U32, b: U32) -> U32;
        sub_bits(a: U32, b: U32) -> U32;
        and(a: U32, b: U32) -> U32;
        xor(a: U32, b: U32) -> U32;
        max_bits(a: U32, b: U32) -> U32;
    }
    #[inline(always)]
    fn load(self, x: &[f32]) -> Self::F32 {
        let (low, high) = x.split_at(2 * S::LANES);
        let (a, b) = low.split_at(S::LANES);
        let (c, d) = high.split_at(S::LANES);
        [self.0.load(a), self.0.load(b), self.0.load(c), self.0.load(d)]
    }
    #[inline(always)]
    fn store(self, [a, b, c, d]: Self::F32, x: &mut [f32]) {
        let (low, high) = x.split_at_mut(2 * S::LANES);
        self.0.store(a, &mut low[..S::LANES]);
        self.0.store(b, &mut low[S::LANES..]);
        self.0.store(c, &mut high[..S::LANES]);
        self.0.store(d, &mut high[S::LANES..]);
    }
    #[inline(always)]
    fn splat(self, x: f32) -> Self::F32 {
        [self.0.splat(x); 4]
    }
    #[inline(always)]
    fn splat_bits(self, x: u32) -> Self::U32 {
        [self.0.splat_bits(x); 4]
    }
    #[inline(always)]
    fn shl(self, [a, b, c, d]: Self::U32, count: u32) -> Self::U32 {
        let s = self.0;
        [s.shl(a, count), s.shl(b, count), s.shl(c, count), s.shl(d, count)]
    }
    #[inline(always)]
    fn all_below(self, [a, b, c, d]: Self::U32, limit: u32) -> bool {
        let s = self.0;
        s.all_below(s.max_bits(s.max_bits(a, b), s.max_bits(c, d)), limit)
    }
    #[inline(always)]
    fn table(self, entries: &[u32; 8]) -> Self::Table {
        self.0.table(entries)
    }
    #[inline(always)]
    fn look_up(self, table: Self::Table, [a, b, c, d]: Self::U32) -> Self::U32 {
        let s = self.0;
        [s.look_up(table, a), s.look_up(table, b), s.look_up(table, c), s.look_up(table, d)]
    }
}
