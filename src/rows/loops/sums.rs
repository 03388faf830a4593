//! The sums of the terms of rows across the lanes, for functions that do not keep the terms.

use super::{
    matrix::{Entries, Matrix},
    references::BATCH,
    steps::{add_terms, each},
};
use crate::{
    isa::{Isa, Job, Native, Simd, on},
    rows::numerics::{
        function::{Function, On},
        sum::{LANES, Lanes, Pairs, is_dominated},
        terms::Reference,
    },
    vector::{Aligned, F32s, F64s, Mask},
};
use core::marker::PhantomData;

/// Returns the sum of all terms of a row without an offset.
#[inline(always)]
pub(super) fn sum_of_all<F: Function, S: Simd>(s: S, x: &[f32], reference: &Reference<S>) -> f64 {
    let mut lanes = Lanes::<F, S>::new(s);
    add_terms(
        s,
        x,
        &mut lanes,
        #[inline(always)]
        |x| reference.term::<false>(x),
    );
    lanes.finish().sum()
}

/// Returns the sum of the terms of a row without its maxima, and the number of maxima.
#[inline(always)]
pub(super) fn terms_but_maxima<F: Function, S: Simd>(
    s: S,
    rows: &Matrix<'_>,
    row: usize,
    reference: &Reference<S>,
    block: &mut [f32],
) -> (f64, f64) {
    let mut lanes = Lanes::<F, S>::new(s);
    let mut count = 0.0;
    rows.each_part(
        row,
        block,
        #[inline(always)]
        |x| count += add_but_maxima(s, x, reference, &mut lanes),
    );
    // In a row of -inf the fill counts as maxima too, but its result is NaN or -inf anyway.
    (lanes.finish().sum(), count)
}

/// Adds the terms of the entries but the maxima, and returns the number of maxima.
#[inline(always)]
fn add_but_maxima<F: Function, S: Simd>(
    s: S,
    x: &[f32],
    reference: &Reference<S>,
    lanes: &mut Lanes<F, S>,
) -> f64 {
    let mut count = 0.0;
    // An f32 counts no further than 2^24.
    for x in x.chunks(LANES << 20) {
        let mut in_lanes = F32s::splat(s, 0.0);
        each(
            s,
            x,
            f32::NEG_INFINITY,
            #[inline(always)]
            |x| {
                lanes.add_with_rest(reference.term_and_rest::<true>(x));
                in_lanes = in_lanes + reference.is_maximum(x).select(1.0, 0.0);
            },
        );
        count += in_lanes.widen().sum();
    }
    count
}

/// Some of the rows of a batch.
pub(super) type RowSet = [bool; BATCH];

/// The sums of a batch that few rows need.
pub(super) struct Rare {
    /// All terms but the maxima, and the residuals of their last roundings.
    pub(super) others: [f64; BATCH],
    /// The numbers of maxima: 0 if the maximum is a sink.
    pub(super) counts: [f64; BATCH],
    /// The rows whose sum of all terms would surely leave too little without one maximum.
    pub(super) dominated: RowSet,
    /// All terms, with an offset.
    pub(super) all: [f64; BATCH],
}

impl Rare {
    pub(super) const NONE: Self =
        Self { others: [0.0; BATCH], counts: [1.0; BATCH], dominated: NO_ROW, all: [0.0; BATCH] };
}

pub(super) const NO_ROW: RowSet = [false; BATCH];

/// Returns the sums without the maxima of the rows `others`, and those of all terms of the rows
/// `all` that are not found to be dominated.
///
/// It is a function of its own, so that the loops over rows keep their registers.
#[cold]
#[inline(never)]
pub(super) fn rare<F: Function>(
    isa: Isa,
    entries: Entries<'_>,
    maxima: &[f32; BATCH],
    others: &RowSet,
    all: &RowSet,
) -> Rare {
    let mut sums = Rare::NONE;
    let function = PhantomData;
    on(isa, RareSums::<F> { function, entries, maxima, others, all, sums: &mut sums });
    sums
}

struct RareSums<'a, F> {
    function: PhantomData<F>,
    entries: Entries<'a>,
    maxima: &'a [f32; BATCH],
    others: &'a RowSet,
    all: &'a RowSet,
    sums: &'a mut Rare,
}

impl<F: Function> Job for RareSums<'_, F> {
    #[inline(always)]
    fn run<S: Native>(self, s: S) {
        if const { F::KEEPS_TERMS || !<F as On<S::Sixteen>>::SUMS_ALL } {
            return;
        }
        let Self { entries, maxima, others, all, sums, .. } = self;
        let s = s.sixteen();
        let mut all = *all;
        if *others != NO_ROW {
            let found = sums_of::<false, _>(s, entries, maxima, others, &mut sums.counts);
            found.store(&mut sums.others);
            let reference = Reference::new(F32s::load(s, maxima), true);
            let largest = reference.term::<true>(reference.maximum);
            let mut small = [0.0; BATCH];
            is_dominated(found, largest).select(F32s::splat(s, 1.0), 0.0).store(&mut small);
            for i in 0..BATCH {
                sums.dominated[i] = others[i] && small[i] == 1.0 && sums.counts[i] < 2.0;
                all[i] &= !sums.dominated[i];
            }
        }
        if all != NO_ROW {
            let found = sums_of::<true, _>(s, entries, maxima, &all, &mut sums.counts);
            found.store(&mut sums.all);
        }
    }
}

/// Returns the sums of the `wanted` rows: of all terms if `ALL`, otherwise without the maxima,
/// which are counted. No finite number can be the result of a row whose maximum is infinite or NaN;
/// its sum is NaN.
#[inline(always)]
fn sums_of<const ALL: bool, S: Simd>(
    s: S,
    entries: Entries<'_>,
    maxima: &[f32; BATCH],
    wanted: &RowSet,
    counts: &mut [f64; BATCH],
) -> F64s<S> {
    let Aligned([lanes, counted]) = &mut Aligned([[[0.0; LANES]; BATCH]; 2]);
    for i in 0..BATCH {
        if !wanted[i] {
            continue;
        }
        if !maxima[i].is_finite() {
            lanes[i] = [f64::NAN; LANES];
            continue;
        }
        let reference = Reference::new(F32s::splat(s, maxima[i]), true);
        let mut sum = Pairs::new(s);
        let mut rests = F32s::splat(s, 0.0);
        let x = &entries.x[i * entries.stride..][..entries.cols];
        let (steps, end) = x.as_chunks::<LANES>();
        for x in steps {
            sum.add_one(term::<ALL, _>(F32s::load(s, x), &reference, &mut rests));
        }
        if !end.is_empty() {
            // An entry of -inf has no residual.
            let x = F32s::load_part(s, end, f32::NEG_INFINITY);
            let e = term::<ALL, _>(x, &reference, &mut rests);
            sum.add_one(Mask::first(s, end.len()).select(e, 0.0));
        }
        (sum.finish() + rests.widen()).store(&mut lanes[i]);
        if !ALL {
            // A pass of its own, because the other one has no registers left.
            count_maxima(s, x, &reference).widen().store(&mut counted[i]);
        }
    }
    if !ALL {
        sum_of_each(s, counted).store(counts);
    }
    sum_of_each(s, lanes)
}

/// Returns the number of maxima in each lane. An f32 counts to 2^24, which is enough to tell 1 from
/// more.
#[inline(always)]
fn count_maxima<S: Simd>(s: S, x: &[f32], reference: &Reference<S>) -> F32s<S> {
    // Several counts, because an addition waits for the one before it.
    let mut counts = [F32s::splat(s, 0.0); 4];
    let (blocks, rest) = x.as_chunks::<{ 4 * LANES }>();
    for x in blocks {
        for (count, x) in counts.iter_mut().zip(x.as_chunks::<LANES>().0) {
            let is_maximum = reference.is_maximum(F32s::load(s, x));
            *count = *count + is_maximum.select(1.0, 0.0);
        }
    }
    let [mut a, b, c, d] = counts;
    each(
        s,
        rest,
        f32::NEG_INFINITY,
        #[inline(always)]
        |x| a = a + reference.is_maximum(x).select(1.0, 0.0),
    );
    a + b + (c + d)
}

#[inline(always)]
fn sum_of_each<S: Simd>(s: S, lanes: &[[f64; LANES]; BATCH]) -> F64s<S> {
    F64s::sum_of_each(
        s,
        #[inline(always)]
        |i| F64s::load(s, &lanes[i]),
    )
}

#[inline(always)]
fn term<const ALL: bool, S: Simd>(
    x: F32s<S>,
    reference: &Reference<S>,
    rests: &mut F32s<S>,
) -> F32s<S> {
    if ALL {
        return reference.term::<true>(x);
    }
    let [e, rest] = reference.term_and_rest::<true>(x);
    *rests = *rests + rest;
    e
}
