//! The sums of the terms of rows across the lanes, for functions that do not keep the terms.

use super::{
    matrix::Matrix,
    steps::{add_terms, each},
};
use crate::{
    isa::{Isa, Job, Native, Simd, on},
    rows::numerics::{
        function::{Function, On},
        sum::{LANES, Lanes},
        terms::Reference,
    },
    vector::F32s,
};
use core::marker::PhantomData;

/// Returns the sum of all terms of a row.
#[inline(always)]
pub(super) fn sum_of_all<const OFFSET: bool, F: Function, S: Simd>(
    s: S,
    x: &[f32],
    reference: &Reference<S>,
) -> f64 {
    let mut lanes = Lanes::<F, S>::new(s);
    add_terms(
        s,
        x,
        &mut lanes,
        #[inline(always)]
        |x| reference.term::<OFFSET>(x),
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

/// Returns the sum that few rows need: that of terms with an offset, or that of
/// [`terms_but_maxima`].
///
/// It is a function of its own, so that the loop over rows keeps its registers.
#[cold]
#[inline(never)]
pub(super) fn rare<F: Function>(isa: Isa, x: &[f32], maximum: f32, all: bool) -> (f64, f64) {
    let mut sum = (0.0, 1.0);
    on(isa, Rare::<F> { function: PhantomData, x, maximum, all, sum: &mut sum });
    sum
}

struct Rare<'a, F> {
    function: PhantomData<F>,
    x: &'a [f32],
    maximum: f32,
    /// Whether the sum includes the maxima.
    all: bool,
    sum: &'a mut (f64, f64),
}

impl<F: Function> Job for Rare<'_, F> {
    #[inline(always)]
    fn run<S: Native>(self, s: S) {
        if const { !<F as On<S::Sixteen>>::SUMS_ALL } {
            return;
        }
        let Self { x, maximum, all, sum, .. } = self;
        let s = s.sixteen();
        let reference = Reference::new(F32s::splat(s, maximum), !F::KEEPS_TERMS);
        if all {
            sum.0 = sum_of_all::<true, F, _>(s, x, &reference);
        } else {
            let mut lanes = Lanes::<F, _>::new(s);
            let count = add_but_maxima(s, x, &reference, &mut lanes);
            *sum = (lanes.finish().sum(), count);
        }
    }
}
