//! Rows of 16 to 128 entries across the lanes, sixteen at a time. Their maxima and their sums come
//! from trees of shuffles that they share.

use super::{
    dense,
    matrix::Matrix,
    numbers::Numbers,
    overlapping,
    references::BATCH,
    steps::map,
    sums::{NO_ROW, rare},
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
use core::ops::Range;

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
    if const { !S::ISA.has_trees() || F::REDUCES || !<F as On<S>>::SUMS_ALL } {
        return 0;
    }
    let width = rows.cols.next_multiple_of(LANES);
    let is_dense = is_dense(rows);
    let mut numbers = Numbers::NONE;
    let mut first = 0;
    while first + BATCH <= rows.rows {
        let sets = ((rows.rows - first) / BATCH).min(sets(width));
        let block = Block { first, sets, width, is_dense };
        let rows = &mut rows.local();
        if !block.maxima::<F, S>(s, rows, &mut numbers) {
            return first;
        }
        block.terms::<F, S>(s, rows, tile, &mut numbers);
        block.results::<F, S>(s, rows, tile, &numbers);
        first += sets * BATCH;
    }
    first
}

/// The rows of some sets of sixteen.
#[derive(Clone, Copy)]
struct Block {
    first: usize,
    sets: usize,
    /// The entries of a row, rounded up to whole steps.
    width: usize,
    is_dense: bool,
}

impl Block {
    /// The places of dense rows in memory. A tile has as many for the terms.
    #[inline(always)]
    fn places(self) -> Range<usize> {
        self.first * self.width..(self.first + self.sets * BATCH) * self.width
    }

    /// Finds the maxima of the logits. Returns false, and nothing has happened, if any row needs an
    /// offset that only terms where the results will be can have.
    #[inline(always)]
    fn maxima<F: Function, S: Simd>(
        self,
        s: S,
        rows: &mut Matrix<'_>,
        numbers: &mut Numbers,
    ) -> bool {
        let mut has_offset = false;
        for set in 0..self.sets {
            let first = self.first + set * BATCH;
            let maxima = if self.is_dense {
                let x = &rows.src.unwrap_or(rows.dst)[first * self.width..];
                match self.width {
                    16 => dense::maxima::<16, S>(s, x),
                    32 => dense::maxima::<32, S>(s, x),
                    64 => dense::maxima::<64, S>(s, x),
                    _ => dense::maxima::<128, S>(s, x),
                }
            } else {
                let Aligned(lanes) = &mut numbers.in_lanes;
                match self.width {
                    32 => overlapping::in_lanes::<32, S>(s, rows, first, lanes),
                    48 => overlapping::in_lanes::<48, S>(s, rows, first, lanes),
                    _ => overlapping::in_lanes::<64, S>(s, rows, first, lanes),
                }
                F32s::largest_of_each(
                    s,
                    #[inline(always)]
                    |i| F32s::load(s, &lanes[i]),
                )
            };
            let maxima = maxima * rows.scale;
            has_offset |= !maxima.all_below(Reference::<S>::LARGE);
            numbers.set_reference::<F, S>(set, maxima);
        }
        if has_offset || rows.scale != 1.0 {
            if !F::KEEPS_TERMS || !self.is_dense {
                return false;
            }
            self.change(s, rows, numbers);
            rows.src = None;
        }
        true
    }

    /// Stores entries times the scale and less the offset where the terms will be, so that the loop
    /// which computes terms is the same.
    #[inline(always)]
    fn change<S: Simd>(self, s: S, rows: &mut Matrix<'_>, numbers: &Numbers) {
        let scale = rows.scale;
        let offsets = numbers.offsets.0.as_flattened();
        for (i, &offset) in offsets[..self.sets * BATCH].iter().enumerate() {
            let (x, y) = rows.row(self.first + i);
            let offset = F32s::splat(s, offset);
            map(
                s,
                x,
                y,
                0.0,
                #[inline(always)]
                |x| x * scale - offset,
            );
        }
    }

    /// Writes the terms where the results will be or to the tile. Leaves the normalisers that
    /// follow from their sums in `numbers`.
    #[inline(always)]
    fn terms<F: Function, S: Simd>(
        self,
        s: S,
        rows: &mut Matrix<'_>,
        tile: &mut [f32],
        numbers: &mut Numbers,
    ) {
        if self.is_dense {
            let x = rows.src.map(
                #[inline(always)]
                |x| &x[self.places()],
            );
            let y = &mut rows.dst[self.places()];
            let (x, to) = if F::KEEPS_TERMS {
                (x, y)
            } else {
                (Some(x.unwrap_or(y)), &mut tile[..self.places().len()])
            };
            match self.width {
                16 => dense::terms::<16, 4, S>(s, x, to, numbers),
                32 => dense::terms::<32, 2, S>(s, x, to, numbers),
                64 => dense::terms::<64, 1, S>(s, x, to, numbers),
                _ => dense::terms::<128, 1, S>(s, x, to, numbers),
            }
        } else {
            let tile = &mut tile[..self.places().len()];
            match self.width {
                32 => overlapping::terms::<32, 2, S>(s, rows, self.first, tile, numbers),
                48 => overlapping::terms::<48, 1, S>(s, rows, self.first, tile, numbers),
                _ => overlapping::terms::<64, 1, S>(s, rows, self.first, tile, numbers),
            }
        }
        for set in 0..self.sets {
            let first = self.first + set * BATCH;
            let terms = if F::KEEPS_TERMS && self.is_dense {
                &rows.dst[first * self.width..]
            } else {
                &tile[set * BATCH * self.width..]
            };
            let sums = match self.width {
                16 => dense::sums::<16, F, S>(s, terms, rows.fast),
                32 => dense::sums::<32, F, S>(s, terms, rows.fast),
                48 => dense::sums::<48, F, S>(s, terms, rows.fast),
                64 => dense::sums::<64, F, S>(s, terms, rows.fast),
                _ => dense::sums::<128, F, S>(s, terms, rows.fast),
            };
            let reference = Reference::new(F32s::load(s, &numbers.maxima.0[set]), !F::KEEPS_TERMS);
            let (sums, counts) = without_maxima::<F, S>(s, rows, first, &reference, sums);
            let [high, low] = F::summary_of(rows.fast, &reference, sums, counts);
            high.store(&mut numbers.high.0[set]);
            low.store(&mut numbers.low.0[set]);
        }
    }

    #[inline(always)]
    fn results<F: Function, S: Simd>(
        self,
        s: S,
        rows: &mut Matrix<'_>,
        tile: &[f32],
        numbers: &Numbers,
    ) {
        if !self.is_dense {
            let tile = &tile[..self.places().len()];
            return overlapping::results::<F, S>(s, rows, self.first, tile, numbers);
        }
        let x = if F::KEEPS_TERMS { None } else { rows.src };
        let x = x.map(
            #[inline(always)]
            |x| &x[self.places()],
        );
        let y = &mut rows.dst[self.places()];
        match self.width {
            16 => dense::results::<16, 4, F, S>(s, x, y, numbers),
            32 => dense::results::<32, 2, F, S>(s, x, y, numbers),
            64 => dense::results::<64, 1, F, S>(s, x, y, numbers),
            _ => dense::results::<128, 1, F, S>(s, x, y, numbers),
        }
    }
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
    let (others, lost) = without_maximum(sums, reference.term::<true>(reference.maximum));
    let lost = lost.select(F32s::splat(s, 1.0), 0.0);
    if lost.all_below(1.0) {
        return (others, F64s::splat(s, 1.0));
    }
    let (mut sums, mut counts) = ([0.0; BATCH], [1.0; BATCH]);
    let [mut is_lost, mut maxima] = [[0.0; BATCH]; 2];
    others.store(&mut sums);
    lost.store(&mut is_lost);
    reference.maximum.store(&mut maxima);
    let mut wanted = NO_ROW;
    for (wanted, is_lost) in wanted.iter_mut().zip(is_lost) {
        *wanted = is_lost == 1.0;
    }
    let exact = rare::<F>(S::ISA, rows.entries(first), &maxima, &wanted, &NO_ROW);
    for i in 0..BATCH {
        if wanted[i] {
            (sums[i], counts[i]) = (exact.others[i], exact.counts[i]);
        }
    }
    (F64s::load(s, &sums), F64s::load(s, &counts))
}
