//! f64 lanes: for sums, for results of a whole row, and for the exact tier.

use super::{F32s, U32s};
use crate::isa::{Simd, Table64};
use core::ops::{Add, Div, Mul, Sub};

#[derive(Clone, Copy)]
pub(crate) struct F64s<S: Simd> {
    s: S,
    lanes: S::F64,
}

/// An operand of [`F64s`]: lanes, or one number for all lanes.
pub(crate) trait Operand64<S: Simd> {
    fn lanes(self, s: S) -> S::F64;
}
impl<S: Simd> Operand64<S> for F64s<S> {
    #[inline(always)]
    fn lanes(self, _: S) -> S::F64 {
        self.lanes
    }
}
impl<S: Simd> Operand64<S> for f64 {
    #[inline(always)]
    fn lanes(self, s: S) -> S::F64 {
        s.splat_f64(self)
    }
}

macro_rules! f64_operators { ($($Trait:ident $name:ident $method:ident),*) => {$(
    impl<S: Simd, B: Operand64<S>> $Trait<B> for F64s<S> {
        type Output = Self;
        #[inline(always)]
        fn $name(self, b: B) -> Self {
            F64s { lanes: self.s.$method(self.lanes, b.lanes(self.s)), ..self }
        }
    }
    impl<S: Simd> $Trait<F64s<S>> for f64 {
        type Output = F64s<S>;
        #[inline(always)]
        fn $name(self, b: F64s<S>) -> F64s<S> {
            F64s { lanes: b.s.$method(b.s.splat_f64(self), b.lanes), ..b }
        }
    }
)*}; }
f64_operators!(Add add add_f64, Sub sub sub_f64, Mul mul mul_f64, Div div div_f64);

impl<S: Simd> F64s<S> {
    #[inline(always)]
    pub(crate) fn splat(s: S, x: f64) -> Self {
        F64s { s, lanes: s.splat_f64(x) }
    }
    #[inline(always)]
    pub(crate) fn load(s: S, x: &[f64]) -> Self {
        F64s { s, lanes: s.load_f64(x) }
    }
    #[inline(always)]
    pub(crate) fn store(self, x: &mut [f64]) {
        self.s.store_f64(self.lanes, x);
    }
    #[inline(always)]
    pub(super) fn widen(a: F32s<S>) -> Self {
        F64s { s: a.s, lanes: a.s.widen(a.lanes) }
    }
    /// Returns a vector with `x` in every lane.
    #[inline(always)]
    pub(crate) fn same(self, x: f64) -> Self {
        Self::splat(self.s, x)
    }
    /// Evaluates the polynomial with these coefficients, highest power first, by Horner's rule.
    #[inline(always)]
    pub(crate) fn poly<const N: usize>(self, coefficients: [f64; N]) -> Self {
        self.poly_from(self.same(coefficients[0]), &coefficients[1..])
    }
    /// Goes on with [`poly`](Self::poly) after the coefficients that `p` has.
    #[inline(always)]
    pub(crate) fn poly_from(self, mut p: Self, coefficients: &[f64]) -> Self {
        for &c in coefficients {
            p = p.mul_add(self, c);
        }
        p
    }
    /// Returns `self * b + c`, rounded once where `S::FUSED`.
    #[inline(always)]
    pub(crate) fn mul_add(self, b: impl Operand64<S>, c: impl Operand64<S>) -> Self {
        F64s { lanes: self.s.mul_add_f64(self.lanes, b.lanes(self.s), c.lanes(self.s)), ..self }
    }
    #[inline(always)]
    pub(crate) fn narrow(self) -> F32s<S> {
        F32s { s: self.s, lanes: self.s.narrow(self.lanes) }
    }
    /// See [`Simd::store_narrow`].
    #[inline(always)]
    pub(crate) fn store_narrow(self, x: &mut [f32]) {
        self.s.store_narrow(self.lanes, x);
    }
    /// See [`Simd::shifted_entry`].
    #[inline(always)]
    pub(crate) fn shifted_entry(self, table: &Table64) -> Self {
        F64s { lanes: self.s.shifted_entry(table, self.lanes), ..self }
    }
    /// See [`Simd::accumulate`].
    #[inline(always)]
    pub(crate) fn accumulate(self, e: F32s<S>, unit: U32s<S>) -> Self {
        F64s { lanes: self.s.accumulate(self.lanes, e.lanes, unit.lanes), ..self }
    }
    /// See [`Simd::accumulated`].
    #[inline(always)]
    pub(crate) fn accumulated(self) -> Self {
        F64s { lanes: self.s.accumulated(self.lanes), ..self }
    }
    /// Returns the sum of the lanes: lane i and lane i + half are added, until one lane is left.
    #[inline(always)]
    pub(crate) fn sum(self) -> f64 {
        self.s.sum(self.lanes)
    }
    /// See [`Simd::sum_of_each`].
    #[inline(always)]
    pub(crate) fn sum_of_each(s: S, mut of: impl FnMut(usize) -> Self) -> Self {
        let lanes = s.sum_of_each(
            #[inline(always)]
            |i| of(i).lanes,
        );
        F64s { s, lanes }
    }
}
