//! Vectors with operators, so that a kernel reads like its formula: [`F32s`], their bits [`U32s`],
//! [`F64s`], and [`Mask`].

mod aligned;
mod f64s;
mod mask;
mod rare;
mod scalar;

use crate::isa::{Native, Simd};
use core::ops::{Add, BitAnd, BitXor, Div, Mul, Neg, Shl, Shr, Sub};

pub(crate) use aligned::Aligned;
pub(crate) use f64s::F64s;
pub(crate) use rare::likely;

/// f32 lanes, with the token that proves their instruction set.
#[derive(Clone, Copy)]
pub(crate) struct F32s<S: Simd> {
    s: S,
    lanes: S::F32,
}

/// The bits of f32 lanes.
#[derive(Clone, Copy)]
pub(crate) struct U32s<S: Simd> {
    s: S,
    lanes: S::U32,
}

/// One truth value a lane.
#[derive(Clone, Copy)]
pub(crate) struct Mask<S: Simd> {
    s: S,
    lanes: S::Mask,
}

/// An operand of [`F32s`]: lanes, or one number for all lanes.
pub(crate) trait Operand<S: Simd> {
    fn lanes(self, s: S) -> S::F32;
}
impl<S: Simd> Operand<S> for F32s<S> {
    #[inline(always)]
    fn lanes(self, _: S) -> S::F32 {
        self.lanes
    }
}
impl<S: Simd> Operand<S> for f32 {
    #[inline(always)]
    fn lanes(self, s: S) -> S::F32 {
        s.splat(self)
    }
}

macro_rules! operators { ($($Trait:ident $name:ident),*) => {$(
    impl<S: Simd, B: Operand<S>> $Trait<B> for F32s<S> {
        type Output = Self;
        #[inline(always)]
        fn $name(self, b: B) -> Self {
            F32s { lanes: self.s.$name(self.lanes, b.lanes(self.s)), ..self }
        }
    }
    impl<S: Simd> $Trait<F32s<S>> for f32 {
        type Output = F32s<S>;
        #[inline(always)]
        fn $name(self, b: F32s<S>) -> F32s<S> {
            F32s { lanes: b.s.$name(b.s.splat(self), b.lanes), ..b }
        }
    }
)*}; }
operators!(Add add, Sub sub, Mul mul, Div div);

impl<S: Simd> Neg for F32s<S> {
    type Output = Self;
    #[inline(always)]
    fn neg(self) -> Self {
        (self.bits() ^ SIGN).float()
    }
}

const SIGN: u32 = 0x8000_0000;

impl<S: Simd> F32s<S> {
    #[inline(always)]
    pub(crate) fn splat(s: S, x: f32) -> Self {
        F32s { s, lanes: s.splat(x) }
    }
    #[inline(always)]
    pub(crate) fn load(s: S, x: &[f32]) -> Self {
        F32s { s, lanes: s.load(x) }
    }
    #[inline(always)]
    pub(crate) fn store(self, x: &mut [f32]) {
        self.s.store(self.lanes, x);
    }
    /// Returns a vector with `x` in every lane.
    #[inline(always)]
    pub(crate) fn same(self, x: f32) -> Self {
        Self::splat(self.s, x)
    }
    /// Returns `self * b + c`, rounded once where `S::FUSED`.
    #[inline(always)]
    pub(crate) fn mul_add(self, b: impl Operand<S>, c: impl Operand<S>) -> Self {
        F32s { lanes: self.s.mul_add(self.lanes, b.lanes(self.s), c.lanes(self.s)), ..self }
    }
    /// Returns `c - self * b`, rounded once where `S::FUSED`.
    #[inline(always)]
    pub(crate) fn neg_mul_add(self, b: impl Operand<S>, c: impl Operand<S>) -> Self {
        F32s { lanes: self.s.neg_mul_add(self.lanes, b.lanes(self.s), c.lanes(self.s)), ..self }
    }
    /// Returns the minimum of the two; NaN where `self` is NaN.
    #[inline(always)]
    pub(crate) fn at_most(self, b: impl Operand<S>) -> Self {
        F32s { lanes: self.s.min(b.lanes(self.s), self.lanes), ..self }
    }
    /// Returns the maximum of the two; NaN where `self` is NaN. Where they are equal the result is
    /// `self`, so a zero keeps its sign.
    #[inline(always)]
    pub(crate) fn at_least(self, b: impl Operand<S>) -> Self {
        F32s { lanes: self.s.max(b.lanes(self.s), self.lanes), ..self }
    }
    /// Returns `self` limited to `low` and `high`; NaN where `self` is NaN.
    #[inline(always)]
    pub(crate) fn clamp(self, low: f32, high: f32) -> Self {
        self.at_least(low).at_most(high)
    }
    #[inline(always)]
    pub(crate) fn abs(self) -> Self {
        (self.bits() & !SIGN).float()
    }
    /// Returns `self` times the sign of `x`.
    #[inline(always)]
    pub(crate) fn with_sign_of(self, x: Self) -> Self {
        (self.bits() ^ (x.bits() & SIGN)).float()
    }
    #[inline(always)]
    pub(crate) fn lt(self, b: impl Operand<S>) -> Mask<S> {
        Mask { s: self.s, lanes: self.s.lt(self.lanes, b.lanes(self.s)) }
    }
    #[inline(always)]
    pub(crate) fn le(self, b: impl Operand<S>) -> Mask<S> {
        Mask { s: self.s, lanes: self.s.le(self.lanes, b.lanes(self.s)) }
    }
    /// Evaluates the polynomial with these coefficients, highest power first, by Horner's rule.
    #[inline(always)]
    pub(crate) fn poly<const N: usize>(self, coefficients: [f32; N]) -> Self {
        let mut p = self.same(coefficients[0]);
        for &c in &coefficients[1..] {
            p = p.mul_add(self, c);
        }
        p
    }
    #[inline(always)]
    pub(crate) fn bits(self) -> U32s<S> {
        U32s { s: self.s, lanes: self.s.bits(self.lanes) }
    }
    /// Whether every lane has a magnitude of at least `limit`, or is NaN.
    #[inline(always)]
    pub(crate) fn all_from(self, limit: f32) -> bool {
        const ALL: u32 = u32::MAX;
        self.s.all_below(((self.bits() ^ ALL) & !SIGN).lanes, (!SIGN - limit.to_bits()) + 1)
    }
    /// Whether every lane has a magnitude below `limit`. A NaN does not.
    #[inline(always)]
    pub(crate) fn all_below(self, limit: f32) -> bool {
        self.s.all_below((self.bits() & !SIGN).lanes, limit.to_bits())
    }
}

/// The operations of functions of rows.
impl<S: Simd> F32s<S> {
    /// Loads at most as many elements as there are lanes. The lanes after them are `fill`.
    #[inline(always)]
    pub(crate) fn load_part(s: S, x: &[f32], fill: f32) -> Self {
        Mask::first(s, x.len()).select(F32s { s, lanes: s.load_part(x) }, fill)
    }
    #[inline(always)]
    pub(crate) fn store_part(self, x: &mut [f32]) {
        self.s.store_part(self.lanes, x);
    }
    /// See [`Simd::load_groups`].
    #[inline(always)]
    pub(crate) fn load_groups(s: S, lines: &[&[f32]], at: usize) -> Self {
        F32s { s, lanes: s.load_groups(lines, at) }
    }
    #[inline(always)]
    pub(crate) fn store_groups(self, x: &mut [f32], stride: usize) {
        self.s.store_groups(self.lanes, x, stride);
    }
    /// See [`Simd::transpose`].
    #[inline(always)]
    pub(crate) fn transpose([a, b, c, d]: [Self; 4]) -> [Self; 4] {
        let s = a.s;
        let [a, b, c, d] = s.transpose([a.lanes, b.lanes, c.lanes, d.lanes]);
        [F32s { s, lanes: a }, F32s { s, lanes: b }, F32s { s, lanes: c }, F32s { s, lanes: d }]
    }
    #[inline(always)]
    pub(crate) fn largest(self) -> f32 {
        self.s.largest(self.lanes)
    }
    /// See [`Simd::largest_of_each`].
    #[inline(always)]
    pub(crate) fn largest_of_each(s: S, mut of: impl FnMut(usize) -> Self) -> Self {
        let lanes = s.largest_of_each(
            #[inline(always)]
            |i| of(i).lanes,
        );
        F32s { s, lanes }
    }
    #[inline(always)]
    pub(crate) fn widen(self) -> F64s<S> {
        F64s::widen(self)
    }
    /// Returns `self`, but +0 where `mask` is true.
    #[inline(always)]
    pub(crate) fn zero_where(self, mask: Mask<S>) -> Self {
        F32s { lanes: self.s.zero_where(mask.lanes, self.lanes), ..self }
    }
}

impl<S: Native> F32s<S> {
    #[inline(always)]
    pub(crate) fn load_short(s: S, x: &[f32]) -> Self {
        F32s { s, lanes: s.load_short(x) }
    }
    #[inline(always)]
    pub(crate) fn store_short(self, x: &mut [f32]) {
        self.s.store_short(self.lanes, x);
    }
}

macro_rules! bit_operators { ($($Trait:ident $name:ident $method:ident),*) => {$(
    impl<S: Simd> $Trait for U32s<S> {
        type Output = Self;
        #[inline(always)]
        fn $name(self, b: Self) -> Self {
            U32s { lanes: self.s.$method(self.lanes, b.lanes), ..self }
        }
    }
    impl<S: Simd> $Trait<u32> for U32s<S> {
        type Output = Self;
        #[inline(always)]
        fn $name(self, b: u32) -> Self {
            U32s { lanes: self.s.$method(self.lanes, self.s.splat_bits(b)), ..self }
        }
    }
)*}; }
bit_operators!(Add add add_bits, Sub sub sub_bits, BitAnd bitand and, BitXor bitxor xor);

impl<S: Simd> Shl<u32> for U32s<S> {
    type Output = Self;
    #[inline(always)]
    fn shl(self, count: u32) -> Self {
        U32s { lanes: self.s.shl(self.lanes, count), ..self }
    }
}

impl<S: Simd> Shr<u32> for U32s<S> {
    type Output = Self;
    #[inline(always)]
    fn shr(self, count: u32) -> Self {
        U32s { lanes: self.s.shr(self.lanes, count), ..self }
    }
}

impl<S: Simd> U32s<S> {
    #[inline(always)]
    pub(crate) fn splat(s: S, x: u32) -> Self {
        U32s { s, lanes: s.splat_bits(x) }
    }
    /// Returns a vector with the bits `x` in every lane.
    #[inline(always)]
    pub(crate) fn same(self, x: u32) -> Self {
        U32s { lanes: self.s.splat_bits(x), ..self }
    }
    #[inline(always)]
    pub(crate) fn float(self) -> F32s<S> {
        F32s { s: self.s, lanes: self.s.float(self.lanes) }
    }
    /// Looks up the entry that the low three bits of each lane select.
    #[inline(always)]
    pub(crate) fn entry_of(self, table: &[u32; 8]) -> Self {
        U32s { lanes: self.s.look_up(self.s.table(table), self.lanes), ..self }
    }
}
