//! The sum of a row's terms, in an order that is part of the definition.
//!
//! Term j belongs to lane j mod 16. Each lane adds its terms in order, in f64; in the fast tier it
//! first adds `RUN` of them in f32, and for a logarithm it also adds, in f32, what the last
//! rounding of each term took. Then lanes l and l + 8 are added, of those l and l + 4, then l + 2,
//! then l + 1. The term of an entry that does not count is less than 2^-97 of a sum's last digit,
//! and changes nothing (`docs/design.md` has what is proven): so entries of -inf may be appended to
//! a row.

use super::{function::Function, terms::Reference};
use crate::{
    isa::Simd,
    vector::{F32s, F64s, Mask},
};
use core::marker::PhantomData;

pub(crate) const LANES: usize = 16;
/// Two terms for each lane.
pub(crate) const PAIR: usize = 2 * LANES;
/// 1, 2, 4, 8 and 16 lanes.
const LEVELS: usize = 5;
/// Lanes as a tree wants them that adds neighbours first: their numbers with the bits reversed.
const ORDER: [u8; LANES] = [0, 8, 4, 12, 2, 10, 6, 14, 1, 9, 5, 13, 3, 11, 7, 15];

/// The lanes of a sum, on the way.
#[derive(Clone, Copy)]
pub(crate) struct Lanes<F, S: Simd> {
    total: F64s<S>,
    run: F32s<S>,
    /// What the roundings of the terms took.
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

    /// With one term in each lane: an addition to 0 less.
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

    /// Adds two terms to each lane.
    #[inline(always)]
    pub(crate) fn add_pair(&mut self, s: S, e: &[f32]) {
        self.add(F32s::load(s, &e[..LANES]));
        self.add(F32s::load(s, &e[LANES..]));
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

/// The sum of the lanes, each of which is computed when the tree needs it: two of a level make one
/// of the next.
#[inline(always)]
pub(crate) fn over_lanes<S: Simd>(
    s: S,
    n: usize,
    mut of_lane: impl FnMut(usize) -> F64s<S>,
) -> F64s<S> {
    // Lanes that have no term are 0, and change nothing.
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

/// The sum of a row's terms, and the number of its maxima, with one entry more.
#[inline(always)]
pub(crate) fn add_sink<F: Function, S: Simd>(
    of: &Reference<S>,
    (sum, count): (F64s<S>, F32s<S>),
    sink: F32s<S>,
) -> (F64s<S>, F32s<S>) {
    if F::KEEPS_TERMS {
        return (sum + of.term::<true>(sink).widen(), count);
    }
    let [e, rest] = of.term_and_rest::<true>(sink);
    let sum = sum + e.widen() + rest.widen();
    (sum, count + of.is_maximum(sink).select(1.0, 0.0))
}

/// The sums of the terms but for one maximum each, and where they are large enough to have kept
/// their digits. `sum` is that of all.
///
/// Then the errors of terms are all that is left, 1.45 * 2^-24 at most with FMA (`docs/design.md`).
#[inline(always)]
pub(crate) fn without_maximum<S: Simd>(sum: F64s<S>, maximum: F32s<S>) -> (F64s<S>, Mask<S>) {
    const LEAST: f32 = 1.0 / 1_048_576.0;
    let others = sum - maximum.widen();
    let kept = (sum.narrow() * LEAST).le(others.narrow());
    (others, kept)
}
