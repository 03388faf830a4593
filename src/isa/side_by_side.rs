//! `N` registers as one wide one: every operation of a kernel is issued for all of them before the
//! next operation, so independent work covers latencies and the kernel's text stays a formula.

use super::Simd;
use core::array::from_fn;

#[derive(Clone, Copy)]
pub(crate) struct SideBySide<S, const N: usize>(pub(crate) S);

macro_rules! for_each_register {
    ($($name:ident($($a:ident: $A:ident),*) -> $R:ident;)*) => {$(
        #[inline(always)]
        fn $name(self, $($a: Self::$A),*) -> Self::$R {
            from_fn(#[inline(always)] |i| self.0.$name($($a[i]),*))
        }
    )*};
}

impl<S: Simd, const N: usize> Simd for SideBySide<S, N> {
    type F32 = [S::F32; N];
    type U32 = [S::U32; N];
    type Mask = [S::Mask; N];
    type Table = S::Table;
    const LANES: usize = S::LANES * N;
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
        from_fn(
            #[inline(always)]
            |i| self.0.load(&x[i * S::LANES..][..S::LANES]),
        )
    }
    #[inline(always)]
    fn store(self, a: Self::F32, x: &mut [f32]) {
        for i in 0..N {
            self.0.store(a[i], &mut x[i * S::LANES..][..S::LANES]);
        }
    }
    #[inline(always)]
    fn splat(self, x: f32) -> Self::F32 {
        [self.0.splat(x); N]
    }
    #[inline(always)]
    fn splat_bits(self, x: u32) -> Self::U32 {
        [self.0.splat_bits(x); N]
    }
    #[inline(always)]
    fn shl(self, a: Self::U32, count: u32) -> Self::U32 {
        from_fn(
            #[inline(always)]
            |i| self.0.shl(a[i], count),
        )
    }
    #[inline(always)]
    fn all_below(self, a: Self::U32, limit: u32) -> bool {
        let mut largest = a[0];
        for i in 1..N {
            largest = self.0.max_bits(largest, a[i]);
        }
        self.0.all_below(largest, limit)
    }
    #[inline(always)]
    fn table(self, entries: &[u32; 8]) -> Self::Table {
        self.0.table(entries)
    }
    #[inline(always)]
    fn look_up(self, table: Self::Table, i: Self::U32) -> Self::U32 {
        from_fn(
            #[inline(always)]
            |n| self.0.look_up(table, i[n]),
        )
    }
}
