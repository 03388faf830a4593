//! Rows of 16 to 128 entries across the lanes, sixteen at a time. Their maxima and their sums come
//! from trees of shuffles that they share.

use super::{
    dense::{self, Numbers, Rows},
    matrix::Matrix,
    references::{BATCH, References},
    sums::rare,
};
use crate::{
    isa::{Isa, Simd},
    rows::numerics::{
        function::{Function, On},
        sum::{LANES, without_maximum},
        terms::Reference,
    },
    vector::{Aligned, F32s, F64s},
};

/// Whether the rows are worked on here. Others take no more time as [short](super::short) or
/// [long](super::long) ones, or are too few kinds to be worth their code.
pub(super) fn serves<F: Function>(isa: Isa, rows: &Matrix<'_>) -> bool {
    // Fewer rows do not pay for the tile.
    let pays = is_dense(rows)
        || rows.rows >= 4 * BATCH
            && match rows.cols {
                32..=64 => rows.scale == 1.0,
                22..=31 => rows.scale == 1.0 && F::KEEPS_TERMS,
                _ => false,
            };
    pays && isa.has_trees()
        && rows.rows >= BATCH
        && rows.has_no_logits()
        && rows.log_sum_exps.is_none()
        && !F::REDUCES
}

/// Whether the compiler knows the width of the rows, and they follow each other without a gap.
#[inline(always)]
fn is_dense(rows: &Matrix<'_>) -> bool {
    let Matrix { cols, src_stride, dst_stride, .. } = *rows;
    matches!(cols, 16 | 32 | 64 | 128) && dst_stride == cols && src_stride == cols
}

/// How many elements a tile for the terms needs; 0 if they are written where the results will be.
pub(super) fn tile<F: Function>(rows: &Matrix<'_>) -> usize {
    if F::KEEPS_TERMS && is_dense(rows) {
        return 0;
    }
    let width = rows.cols.next_multiple_of(LANES);
    BATCH * width * sets(width).min(rows.rows / BATCH)
}

/// How many sets of sixteen rows go through each pass together, so that the latencies at their ends
/// overlap.
#[inline(always)]
fn sets(width: usize) -> usize {
    (64 / width).max(1)
}

/// As many of the rows as come in blocks of sixteen; how many that are. `tile` has at least as many
/// elements as [`tile`].
#[inline(always)]
pub(super) fn rows<F: Function, S: Simd>(s: S, rows: &mut Matrix<'_>, tile: &mut [f32]) -> usize {
    if !S::ISA.has_trees() || F::REDUCES || !<F as On<S>>::SUMS_ALL {
        return 0;
    }
    let width = rows.cols.next_multiple_of(LANES);
    let is_dense = is_dense(rows);
    let mut numbers = Numbers::NONE;
    let mut first = 0;
    while first + BATCH <= rows.rows {
        let sets = ((rows.rows - first) / BATCH).min(sets(width));
        let at = (first, sets);
        let is_done = match (width, is_dense) {
            (16, true) => dense::sums::<16, F, S>(s, rows, at, tile, &mut numbers),
            (32, true) => dense::sums::<32, F, S>(s, rows, at, tile, &mut numbers),
            (64, true) => dense::sums::<64, F, S>(s, rows, at, tile, &mut numbers),
            (128, true) => dense::sums::<128, F, S>(s, rows, at, tile, &mut numbers),
            (32, false) => any::<32, F, S>(s, rows, at, tile, &mut numbers),
            (48, false) => any::<48, F, S>(s, rows, at, tile, &mut numbers),
            (64, false) => any::<64, F, S>(s, rows, at, tile, &mut numbers),
            _ => false,
        };
        if !is_done {
            return first;
        }
        for set in 0..sets {
            let (references, Aligned(sums)) = (&numbers.references[set], &numbers.sums[set]);
            let (reference, sums) = (references.all(s), F64s::load(s, sums));
            let first = first + set * BATCH;
            let (sums, counts) = without_maxima::<F, S>(s, rows, first, &reference, sums);
            let summary = F::summary(&reference, sums, counts);
            let Aligned([high, low]) = &mut numbers.summaries[set];
            summary[0].store(high);
            summary[1].store(low);
            if !is_dense {
                let tile = &tile[set * BATCH * width..];
                results::<F, S>(s, rows, first, [high, low], tile, width);
            }
        }
        match (width, is_dense) {
            (16, true) => dense::results::<16, F, S>(s, rows, at, &numbers),
            (32, true) => dense::results::<32, F, S>(s, rows, at, &numbers),
            (64, true) => dense::results::<64, F, S>(s, rows, at, &numbers),
            (128, true) => dense::results::<128, F, S>(s, rows, at, &numbers),
            _ => {}
        }
        first += sets * BATCH;
    }
    first
}

/// The sums of rows of more than `N - LANES` and up to `N` entries with any stride. The last step
/// of a row ends where the row ends, and may overlap the one before: an entry that is in both has
/// the same term. The terms are in the tile, where 0 follows the last entry of each row.
///
/// Returns false, and nothing has happened, if any row needs an offset.
#[inline(always)]
fn any<const N: usize, F: Function, S: Simd>(
    s: S,
    rows: &Matrix<'_>,
    (first, sets): (usize, usize),
    tile: &mut [f32],
    numbers: &mut Numbers,
) -> bool {
    let cols = rows.cols;
    if cols < LANES || cols <= N - LANES || cols > N {
        return false;
    }
    let last = cols - LANES;
    let terms: &mut [Rows<N>] = tile.as_chunks_mut().0.as_chunks_mut().0;
    let terms = &mut terms[..sets];
    let Aligned(in_lanes) = &mut Aligned([[0.0; LANES]; BATCH]);
    for set in 0..sets {
        for (i, in_lanes) in in_lanes.iter_mut().enumerate() {
            let x = rows.input(first + set * BATCH + i);
            let mut maximum = F32s::load(s, &x[last..][..LANES]);
            for at in (0..N - LANES).step_by(LANES) {
                maximum = F32s::load(s, &x[at..][..LANES]).at_least(maximum);
            }
            maximum.store(in_lanes);
        }
        let maxima = F32s::largest_of_each(
            s,
            #[inline(always)]
            |i| F32s::load(s, &in_lanes[i]),
        );
        if !maxima.all_below(Reference::<S>::LARGE) {
            return false;
        }
        numbers.references[set] = References::new::<F, S>(maxima);
    }
    for (set, terms) in terms.iter_mut().enumerate() {
        for (i, terms) in terms.iter_mut().enumerate() {
            let x = rows.input(first + set * BATCH + i);
            let reference = numbers.references[set].row(s, i);
            for at in (0..N).step_by(LANES) {
                let at = if at + LANES < N { at } else { last };
                let e = reference.term::<false>(F32s::load(s, &x[at..][..LANES]));
                e.store(&mut terms[at..][..LANES]);
            }
        }
    }
    for (set, terms) in terms.iter().enumerate() {
        dense::sums_of::<N, F, S>(s, terms).store(&mut numbers.sums[set].0);
    }
    true
}

/// Returns the sums without the maxima, and the numbers of maxima that are left out.
#[inline(always)]
fn without_maxima<F: Function, S: Simd>(
    s: S,
    rows: &Matrix<'_>,
    first: usize,
    reference: &Reference<S>,
    sums: F64s<S>,
) -> (F64s<S>, F64s<S>) {
    if F::KEEPS_TERMS {
        return (sums, F64s::splat(s, 1.0));
    }
    let (others, kept) = without_maximum(sums, reference.term::<true>(reference.maximum));
    let lost = kept.select(0.0, F32s::splat(s, 1.0));
    if lost.all_below(1.0) {
        return (others, F64s::splat(s, 1.0));
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

/// The results of sixteen rows that are not dense. Kept terms are in `tile`, with a stride of
/// `width`. The last step may overlap the one before, here too.
#[inline(always)]
fn results<F: Function, S: Simd>(
    s: S,
    rows: &mut Matrix<'_>,
    first: usize,
    [high, low]: [&[f32; BATCH]; 2],
    tile: &[f32],
    width: usize,
) {
    let (last, excludes) = (rows.cols - LANES, rows.excludes);
    for i in 0..BATCH {
        let summary = [F32s::splat(s, high[i]), F32s::splat(s, low[i])];
        let (src, y) = rows.row(first + i);
        let kept = if F::KEEPS_TERMS { Some(&tile[i * width..][..y.len()]) } else { src };
        // In place it is read before entries that it overlaps are replaced.
        let end = F32s::load(s, &kept.unwrap_or(y)[last..][..LANES]);
        for at in (0..last).step_by(LANES) {
            let kept = F32s::load(s, &kept.unwrap_or(y)[at..][..LANES]);
            F::result_or_zero(kept, summary, excludes).store(&mut y[at..][..LANES]);
        }
        F::result_or_zero(end, summary, excludes).store(&mut y[last..][..LANES]);
    }
}
