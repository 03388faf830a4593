//! The sum of a row's terms, in an order that is part of the definition.
//!
//! Term j belongs to lane j mod 16. Each lane adds its terms in order, in f64. In the fast tier it
//! first adds `RUN` of them in f32. For a logarithm it also adds, in f32, the residual of the last
//! rounding of each term. Then lanes l and l + 8 are added, then l and l + 4, l + 2, l + 1.
//!
//! The term of a negligible entry is less than 2^-97 of the last digit of the sum, and changes
//! nothing (`docs/design.md` says what is proven). So entries of -inf may be appended to a row.

use super::{function::Function, terms::Reference};
use crate::{
    isa::{Simd, UNIT},
    vector::{F32s, F64s, Mask, U32s},
};
use core::{hint::black_box, marker::PhantomData};

pub(crate) const LANES: usize = 16;
/// The number of terms of two steps: two for each lane.
pub(crate) const PAIR: usize = 2 * LANES;
/// The levels of the tree: 1, 2, 4, 8 and 16 lanes.
const LEVELS: usize = 5;
/// The order of the lanes for a tree that adds neighbours first: their indices with the bits
/// reversed.
const ORDER: [u8; LANES] = [0, 8, 4, 12, 2, 10, 6, 14, 1, 9, 5, 13, 3, 11, 7, 15];

/// The sixteen lanes of an unfinished sum.
#[derive(Clone, Copy)]
pub(crate) struct Lanes<F, S: Simd> {
    total: F64s<S>,
    run: F32s<S>,
    /// The sum of the residuals of the terms.
    rest: F32s<S>,
    in_run: usize,
    function: PhantomData<F>,
}

impl<F: Function, S: Simd> Lanes<F, S> {
    #[inline(always)]
    pub(crate) fn new(s: S) -> Self {
        let zero = F32s::splat(s, 0.0);
        Self { total: F64s::splat(s, 0.0), run: zero, rest: zero, in_run: 0, function: PhantomData }
    }

    /// Returns the lanes after one term each, which saves an addition to 0.
    #[inline(always)]
    pub(crate) fn of(e: F32s<S>) -> Self {
        let zero = e.same(0.0);
        let (total, run) = if F::RUN == 1 { (e, zero) } else { (zero, e) };
        let in_run = usize::from(F::RUN > 1);
        Self { total: total.widen(), run, rest: zero, in_run, function: PhantomData }
    }

    #[inline(always)]
    pub(crate) fn add(&mut self, e: F32s<S>) {
        if F::RUN == 1 {
            self.total = self.total + e.widen();
            return;
        }
        self.run = self.run + e;
        self.in_run += 1;
        if self.in_run == F::RUN {
            self.total = self.total + self.run.widen();
            self.run = e.same(0.0);
            self.in_run = 0;
        }
    }

    /// Adds two terms to each lane, which is in the midst of a run of f32 terms.
    #[inline(always)]
    pub(crate) fn add_pair(&mut self, e: [F32s<S>; 2]) {
        const { assert!(F::RUN == 1 || F::RUN % 2 == 0) };
        self.run = self.run + e[0] + e[1];
        self.in_run += 2;
        if self.in_run == F::RUN {
            self.total = self.total + self.run.widen();
            self.run = e[0].same(0.0);
            self.in_run = 0;
        }
    }

    /// Returns the lanes that have the terms of `pairs`.
    #[inline(always)]
    pub(crate) fn after(pairs: Pairs<S>) -> Self {
        Self { total: pairs.finish(), ..Self::new(pairs.s) }
    }

    #[inline(always)]
    pub(crate) fn add_with_rest(&mut self, [e, rest]: [F32s<S>; 2]) {
        self.rest = self.rest + rest;
        self.add(e);
    }

    #[inline(always)]
    pub(crate) fn finish(self) -> F64s<S> {
        let total = if F::RUN == 1 { self.total } else { self.total + self.run.widen() };
        if F::KEEPS_TERMS || F::RUN > 1 { total } else { total + self.rest.widen() }
    }
}

/// The lanes of a sum in the representation of [`Simd::accumulate`]. It pays where the terms are in
/// memory.
#[derive(Clone, Copy)]
pub(crate) struct Pairs<S: Simd> {
    s: S,
    total: F64s<S>,
    unit: U32s<S>,
}

impl<S: Simd> Pairs<S> {
    #[inline(always)]
    pub(crate) fn new(s: S) -> Self {
        // Opaque, because the compiler would make shifts and masks of a product with a constant.
        Self { s, total: F64s::splat(s, 0.0), unit: U32s::splat(s, black_box(UNIT)) }
    }

    #[inline(always)]
    pub(crate) fn add(&mut self, e: &[f32; PAIR]) {
        self.add_one(F32s::load(self.s, &e[..LANES]));
        self.add_one(F32s::load(self.s, &e[LANES..]));
    }

    #[inline(always)]
    pub(crate) fn add_one(&mut self, e: F32s<S>) {
        self.total = self.total.accumulate(e, self.unit);
    }

    #[inline(always)]
    pub(crate) fn finish(self) -> F64s<S> {
        self.total.accumulated()
    }
}

/// Returns the sum of the lanes. Each lane is computed when the tree needs it, and two partial sums
/// of a level make one of the next.
#[inline(always)]
pub(crate) fn over_lanes<S: Simd>(
    s: S,
    n: usize,
    mut of_lane: impl FnMut(usize) -> F64s<S>,
) -> F64s<S> {
    // Lanes without a term are 0, and change nothing.
    let levels = n.min(LANES).next_power_of_two().trailing_zeros() as usize;
    let mut waiting = [F64s::splat(s, 0.0); LEVELS];
    for (i, lane) in ORDER[..1 << levels].iter().enumerate() {
        let mut sum = of_lane(usize::from(lane >> (LEVELS - 1 - levels)));
        let level = i.trailing_ones() as usize;
        for left in &waiting[..level] {
            sum = *left + sum;
        }
        waiting[level] = sum;
    }
    waiting[levels]
}

/// Adds a sink to the sum of a row's terms and to the number of its maxima.
#[inline(always)]
pub(crate) fn add_sink<F: Function, S: Simd>(
    of: &Reference<S>,
    (sum, count): (F64s<S>, F64s<S>),
    sink: F32s<S>,
) -> (F64s<S>, F64s<S>) {
    if F::KEEPS_TERMS {
        return (sum + of.term::<true>(sink).widen(), count);
    }
    let [e, rest] = of.term_and_rest::<true>(sink);
    let sum = sum + e.widen() + rest.widen();
    (sum, count + of.is_maximum(sink).select(1.0, 0.0).widen())
}

/// The least part of a sum that keeps its digits where the rest is subtracted.
const LEAST_KEPT: f32 = 1.0 / 1_048_576.0;

/// Subtracts the term of one maximum from each sum of all terms. Returns the remainders, and a mask
/// of those that are too small to have kept their digits. Their rows have no second maximum,
/// because it would be left.
///
/// The other remainders have no error but that of their terms, at most 1.45 * 2^-24 with FMA
/// (`docs/design.md`). A NaN is not too small: it stays.
#[inline(always)]
pub(crate) fn without_maximum<S: Simd>(sum: F64s<S>, maximum: F32s<S>) -> (F64s<S>, Mask<S>) {
    let others = sum - maximum.widen();
    let lost = others.narrow().lt(sum.narrow() * LEAST_KEPT);
    (others, lost)
}

/// Returns a mask of the sums without the maxima that [`without_maximum`] would surely find too
/// small in rows with one maximum. They are below half of its limit, so that no rounding error
/// matters.
#[inline(always)]
pub(crate) fn is_dominated<S: Simd>(others: F64s<S>, maximum: F32s<S>) -> Mask<S> {
    others.narrow().lt(maximum * (0.5 * LEAST_KEPT))
}
