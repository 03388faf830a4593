//! Rows of 9 to 128 entries without options, across the lanes: sixteen rows at a time, whose maxima
//! and sums come from trees of shuffles that they share.

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
    vector::{Aligned, F32s, F64s, Mask},
};

/// The fewest and the most entries of a row.
const WIDTHS: core::ops::RangeInclusive<usize> = 9..=128;
/// The entries of a block.
const BLOCK: usize = 2048;
/// The entries of the blocks that are worked on elsewhere: rows, and terms that are not kept.
pub(super) const TILE: usize = 2 * BLOCK;

/// The most sets of sixteen rows that go through each pass together.
const SETS: usize = 4;

/// Sixteen rows of `N` entries, a multiple of sixteen.
type Rows<const N: usize> = [[f32; N]; BATCH];

/// Whether the rows of the matrix are worked on here, where the instruction set has such trees.
pub(super) fn serves<F: Function>(rows: &Matrix<'_>) -> bool {
    WIDTHS.contains(&rows.cols)
        && rows.rows >= BATCH
        && rows.logits.is_none()
        && rows.log_sum_exps.is_none()
        && !F::REDUCES
}

/// Whether rows are worked on where they are.
pub(super) fn in_memory(rows: &Matrix<'_>) -> bool {
    let Matrix { cols, src_stride, dst_stride, .. } = *rows;
    cols.is_multiple_of(LANES) && dst_stride == cols && src_stride == cols
}

/// As many of the rows as come in blocks of sixteen; how many that are. `tile` has `TILE` elements,
/// or none if it is not needed.
#[inline(always)]
pub(super) fn rows<F: Function, S: Simd>(s: S, rows: &mut Matrix<'_>, tile: &mut [f32]) -> usize {
    if !S::TREES || F::REDUCES || !<F as On<S>>::SUMS_ALL {
        return 0;
    }
    match rows.cols.div_ceil(LANES) {
        1 => blocks::<16, F, S>(s, rows, tile),
        2 => blocks::<32, F, S>(s, rows, tile),
        3 => blocks::<48, F, S>(s, rows, tile),
        4 => blocks::<64, F, S>(s, rows, tile),
        5 => blocks::<80, F, S>(s, rows, tile),
        6 => blocks::<96, F, S>(s, rows, tile),
        7 => blocks::<112, F, S>(s, rows, tile),
        8 => blocks::<128, F, S>(s, rows, tile),
        _ => 0,
    }
}

#[inline(always)]
fn blocks<const N: usize, F: Function, S: Simd>(
    s: S,
    rows: &mut Matrix<'_>,
    tile: &mut [f32],
) -> usize {
    let Matrix { src, ref mut dst, cols, src_stride, dst_stride, scale, .. } = *rows;
    let in_memory = cols == N && src_stride == N && dst_stride == N;
    let (terms, staged) = tile.split_at_mut(tile.len() / 2);
    let terms = terms.as_chunks_mut().0.as_chunks_mut().0;
    let staged: &mut [Rows<N>] = staged.as_chunks_mut().0.as_chunks_mut().0;
    let most = (BLOCK / 2 / BATCH / N).clamp(1, SETS);
    let mut first = 0;
    while first + BATCH <= rows.rows {
        let sets = ((rows.rows - first) / BATCH).min(most);
        let (x, y): (Option<&[Rows<N>]>, &mut [Rows<N>]) = if in_memory {
            let x = src.map(
                #[inline(always)]
                |src| src[first * N..].as_chunks().0.as_chunks().0,
            );
            (x, dst[first * N..].as_chunks_mut().0.as_chunks_mut().0)
        } else {
            let (x, stride) = match src {
                Some(src) => (src, src_stride),
                None => (&**dst, dst_stride),
            };
            let from = x[first * stride..].chunks(stride);
            for (x, y) in from.zip(staged[..sets].as_flattened_mut()) {
                y[N - LANES..].copy_from_slice(&[f32::NEG_INFINITY; LANES]);
                copy::<N>(&x[..cols], &mut y[..cols]);
            }
            (None, staged)
        };
        let x = x.map(
            #[inline(always)]
            |x| &x[..sets],
        );
        let terms = &mut terms[..if F::KEEPS_TERMS { 0 } else { sets }];
        block::<N, F, S>(s, x, &mut y[..sets], terms, cols, scale);
        if !in_memory {
            let to = dst[first * dst_stride..].chunks_mut(dst_stride);
            for (x, y) in staged[..sets].as_flattened().iter().zip(to) {
                copy::<N>(&x[..cols], &mut y[..cols]);
            }
        }
        first += sets * BATCH;
    }
    first
}

/// Copies a row of more than `N - LANES` entries. The last step ends where the row ends, and may
/// overlap the one before.
#[inline(always)]
fn copy<const N: usize>(x: &[f32], y: &mut [f32]) {
    if N == LANES && x.len() < LANES {
        const HALF: usize = LANES / 2;
        if let (Some(a), Some(b)) = (x.first_chunk::<HALF>(), x.last_chunk::<HALF>()) {
            let (a, b, len) = (*a, *b, y.len());
            y[..HALF].copy_from_slice(&a);
            y[len - HALF..].copy_from_slice(&b);
        }
        return;
    }
    let (whole, _) = x.as_chunks::<LANES>();
    let (to, _) = y.as_chunks_mut::<LANES>();
    for (x, y) in whole[..N / LANES - 1].iter().zip(to) {
        *y = *x;
    }
    if let (Some(x), Some(y)) = (x.last_chunk::<LANES>(), y.last_chunk_mut()) {
        *y = *x;
    }
}

/// Sets of sixteen rows go through each pass together, so that the latencies at their ends overlap.
/// The entries are in `y` if there is no `x`.
#[inline(always)]
fn block<const N: usize, F: Function, S: Simd>(
    s: S,
    x: Option<&[Rows<N>]>,
    y: &mut [Rows<N>],
    terms: &mut [Rows<N>],
    cols: usize,
    scale: f32,
) {
    let mut references = [const { References::NONE }; SETS];
    let mut summaries = [const { Aligned([[0.0; BATCH]; 2]) }; SETS];
    let mut changed = scale != 1.0;
    for (set, references) in references[..y.len()].iter_mut().enumerate() {
        let maxima = maxima::<N, S>(s, entries_of(x, y, set)) * scale;
        changed |= !maxima.all_below(Reference::<S>::LARGE);
        *references = References::new::<F, S>(maxima);
    }
    for (set, references) in references[..y.len()].iter().enumerate() {
        for i in 0..BATCH {
            let reference = references.row(s, i);
            for at in (0..N).step_by(LANES) {
                let entries = F32s::load(s, &entries_of(x, y, set)[i][at..][..LANES]);
                let e = if changed {
                    reference.term::<true>(entries * scale)
                } else {
                    reference.term::<false>(entries)
                };
                let to = if F::KEEPS_TERMS { &mut y[set][i] } else { &mut terms[set][i] };
                e.store(&mut to[at..][..LANES]);
            }
        }
    }
    let kept = if F::KEEPS_TERMS { &mut *y } else { &mut *terms };
    if cols < N {
        let is_entry = Mask::first(s, cols + LANES - N);
        for row in kept.as_flattened_mut() {
            let last = &mut row[N - LANES..];
            is_entry.select(F32s::load(s, last), 0.0).store(last);
        }
    }
    for set in 0..y.len() {
        let kept = if F::KEEPS_TERMS { &y[set] } else { &terms[set] };
        let sums = sums::<N, F, S>(s, kept);
        let reference = references[set].all(s);
        let (sums, counts) = if F::KEEPS_TERMS {
            (sums, F64s::splat(s, 1.0))
        } else {
            without_maxima::<N, F, S>(s, entries_of(x, y, set), cols, &reference, sums)
        };
        let summary = F::summary(&reference, sums, counts);
        let Aligned([high, low]) = &mut summaries[set];
        summary[0].store(high);
        summary[1].store(low);
    }
    for (set, Aligned([high, low])) in summaries[..y.len()].iter().enumerate() {
        for i in 0..BATCH {
            let summary = [F32s::splat(s, high[i]), F32s::splat(s, low[i])];
            for at in (0..N).step_by(LANES) {
                let kept = match x {
                    Some(x) if !F::KEEPS_TERMS => &x[set][i],
                    _ => &y[set][i],
                };
                let result = F::result(F32s::load(s, &kept[at..][..LANES]), summary);
                result.store(&mut y[set][i][at..][..LANES]);
            }
        }
    }
}

#[inline(always)]
fn entries_of<'a, const N: usize>(
    x: Option<&'a [Rows<N>]>,
    y: &'a [Rows<N>],
    set: usize,
) -> &'a Rows<N> {
    match x {
        Some(x) => &x[set],
        None => &y[set],
    }
}

#[inline(always)]
fn maxima<const N: usize, S: Simd>(s: S, x: &Rows<N>) -> F32s<S> {
    F32s::largest_of_each(
        s,
        #[inline(always)]
        |i| {
            let mut maximum = F32s::load(s, &x[i][..LANES]);
            for at in (LANES..N).step_by(LANES) {
                maximum = F32s::load(s, &x[i][at..][..LANES]).at_least(maximum);
            }
            maximum
        },
    )
}

#[inline(always)]
fn sums<const N: usize, F: Function, S: Simd>(s: S, terms: &Rows<N>) -> F64s<S> {
    F64s::sum_of_each(
        s,
        #[inline(always)]
        |i| {
            let mut lanes = Lanes::<F, S>::of(F32s::load(s, &terms[i][..LANES]));
            for at in (LANES..N).step_by(LANES) {
                lanes.add(F32s::load(s, &terms[i][at..][..LANES]));
            }
            lanes.finish()
        },
    )
}

/// Returns the sums without the maxima, and the numbers of maxima that are left out.
#[inline(always)]
fn without_maxima<const N: usize, F: Function, S: Simd>(
    s: S,
    x: &Rows<N>,
    cols: usize,
    reference: &Reference<S>,
    sums: F64s<S>,
) -> (F64s<S>, F64s<S>) {
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
            (sums[i], counts[i]) = rare::<F>(S::ISA, &x[i][..cols], maxima[i], false);
        }
    }
    (F64s::load(s, &sums), F64s::load(s, &counts))
}
