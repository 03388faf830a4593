//! Rows of 16 to 128 entries without options, across the lanes: sixteen rows at a time, whose
//! maxima and sums come from trees of shuffles that they share.

use super::{
    matrix::Matrix,
    references::{BATCH, References},
    sums::rare,
};
use crate::{
    isa::Simd,
    rows::numerics::{
        function::{Function, On},
        sum::{LANES, Lanes, without_maximum},
        terms::Reference,
    },
    vector::{Aligned, F32s, F64s},
};

/// The most entries of a row.
const LONGEST: usize = 128;

/// Whether rows of the matrix are worked on here, where the instruction set has such trees.
pub(super) fn serves<F: Function>(rows: &Matrix<'_>) -> bool {
    (LANES..=LONGEST).contains(&rows.cols)
        && rows.rows >= BATCH
        && rows.log_sum_exps.is_none()
        && !F::REDUCES
}

/// As many of the rows as come in blocks of sixteen; how many that are.
#[inline(always)]
pub(super) fn rows<F: Function, S: Simd>(s: S, rows: &mut Matrix<'_>) -> usize {
    if !S::TREES || F::REDUCES || !<F as On<S>>::SUMS_ALL {
        return 0;
    }
    match rows.cols.div_ceil(LANES) {
        1 => blocks::<1, F, S>(s, rows),
        2 => blocks::<2, F, S>(s, rows),
        3 => blocks::<3, F, S>(s, rows),
        4 => blocks::<4, F, S>(s, rows),
        5 => blocks::<5, F, S>(s, rows),
        6 => blocks::<6, F, S>(s, rows),
        7 => blocks::<7, F, S>(s, rows),
        8 => blocks::<8, F, S>(s, rows),
        _ => 0,
    }
}

/// The terms of sixteen rows of up to `STEPS` steps, and 0 after the last entry of each.
type Terms<const STEPS: usize> = [[[f32; LANES]; STEPS]; BATCH];

#[inline(always)]
fn blocks<const STEPS: usize, F: Function, S: Simd>(s: S, rows: &mut Matrix<'_>) -> usize {
    let Aligned(terms) = &mut Aligned([[[0.0; LANES]; STEPS]; BATCH]);
    let mut first = 0;
    while first + BATCH <= rows.rows {
        block::<STEPS, F, S>(s, rows, first, terms);
        first += BATCH;
    }
    first
}

/// Where a step of a row begins. The last one ends where the row ends, and may overlap the one
/// before: an entry that is in both has the same term and the same result.
#[inline(always)]
fn start<const STEPS: usize>(step: usize, cols: usize) -> usize {
    if step + 1 == STEPS { cols - LANES } else { step * LANES }
}

#[inline(always)]
fn block<const STEPS: usize, F: Function, S: Simd>(
    s: S,
    rows: &mut Matrix<'_>,
    first: usize,
    terms: &mut Terms<STEPS>,
) {
    let cols = rows.cols;
    let maxima = F32s::largest_of_each(
        s,
        #[inline(always)]
        |i| {
            let x = rows.input(first + i);
            let mut maximum = F32s::load(s, &x[start::<STEPS>(0, cols)..][..LANES]);
            for step in 1..STEPS {
                let x = F32s::load(s, &x[start::<STEPS>(step, cols)..][..LANES]);
                maximum = x.at_least(maximum);
            }
            maximum
        },
    ) * rows.scale;
    let references = References::new::<F, S>(maxima);
    if rows.scale == 1.0 && maxima.all_below(Reference::<S>::LARGE) {
        write_terms::<false, STEPS, S>(s, rows, first, &references, terms);
    } else {
        write_terms::<true, STEPS, S>(s, rows, first, &references, terms);
    }
    let sums = F64s::sum_of_each(
        s,
        #[inline(always)]
        |i| {
            let mut lanes = Lanes::<F, S>::of(F32s::load(s, &terms[i][0]));
            for e in &terms[i][1..] {
                lanes.add(F32s::load(s, e));
            }
            lanes.finish()
        },
    );
    let reference = references.all(s);
    let (sums, counts) = without_maxima::<F, S>(s, rows, first, &reference, sums);
    let summary = F::summary(&reference, sums, counts);
    results::<STEPS, F, S>(s, rows, first, summary, terms);
}

/// `CHANGED` is whether entries have a scale or an offset.
#[inline(always)]
fn write_terms<const CHANGED: bool, const STEPS: usize, S: Simd>(
    s: S,
    rows: &Matrix<'_>,
    first: usize,
    references: &References,
    terms: &mut Terms<STEPS>,
) {
    for (i, terms) in terms.iter_mut().enumerate() {
        let (x, reference) = (rows.input(first + i), references.row(s, i));
        for step in 0..STEPS {
            let at = start::<STEPS>(step, rows.cols);
            let x = F32s::load(s, &x[at..][..LANES]);
            let e = reference.term::<CHANGED>(if CHANGED { x * rows.scale } else { x });
            e.store(&mut terms.as_flattened_mut()[at..][..LANES]);
        }
    }
}

/// Returns the sums without the maxima, and the numbers of maxima that are left out. A function
/// that keeps its terms gets the sums as they are.
#[inline(always)]
fn without_maxima<F: Function, S: Simd>(
    s: S,
    rows: &Matrix<'_>,
    first: usize,
    reference: &Reference<S>,
    sums: F64s<S>,
) -> (F64s<S>, F64s<S>) {
    let one = F64s::splat(s, 1.0);
    if F::KEEPS_TERMS {
        return (sums, one);
    }
    let (others, kept) = without_maximum(sums, reference.term::<true>(reference.maximum));
    let lost = kept.select(0.0, F32s::splat(s, 1.0));
    if lost.all_below(1.0) {
        return (others, one);
    }
    let (mut sums, mut counts) = ([0.0; BATCH], [1.0; BATCH]);
    let [mut is_lost, mut maxima] = [[0.0; BATCH]; 2];
    others.store(&mut sums);
    lost.store(&mut is_lost);
    reference.maximum.store(&mut maxima);
    for i in 0..BATCH {
        if is_lost[i] == 1.0 {
            (sums[i], counts[i]) = rare::<F>(S::ISA, rows.input(first + i), maxima[i], false);
        }
    }
    (F64s::load(s, &sums), F64s::load(s, &counts))
}

#[inline(always)]
fn results<const STEPS: usize, F: Function, S: Simd>(
    s: S,
    rows: &mut Matrix<'_>,
    first: usize,
    summary: [F32s<S>; 2],
    terms: &Terms<STEPS>,
) {
    let cols = rows.cols;
    let [mut a, mut b] = [const { Aligned([0.0; BATCH]) }; 2];
    summary[0].store(&mut a.0);
    summary[1].store(&mut b.0);
    for (i, terms) in terms.iter().enumerate() {
        let summary = [F32s::splat(s, a.0[i]), F32s::splat(s, b.0[i])];
        let (src, dst) = rows.row(first + i);
        let mut results = [F32s::splat(s, 0.0); STEPS];
        // In place, the entries of the last step are read before those they overlap are replaced.
        for (step, y) in results.iter_mut().enumerate() {
            let kept = if F::KEEPS_TERMS { terms.as_flattened() } else { src.unwrap_or(dst) };
            let kept = F32s::load(s, &kept[start::<STEPS>(step, cols)..][..LANES]);
            *y = F::result(kept, summary);
        }
        for (step, y) in results.into_iter().enumerate() {
            y.store(&mut dst[start::<STEPS>(step, cols)..][..LANES]);
        }
    }
}
