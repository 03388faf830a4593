//! Rows of `N - 15` to `N` entries with any stride, where the compiler knows `N`, a multiple of
//! sixteen. The last step of a row ends where the row ends, and may overlap the one before: an
//! entry that is in both has the same term.

use super::{matrix::Matrix, numbers::Numbers, references::BATCH};
use crate::{
    isa::Simd,
    rows::numerics::{function::Function, sum::LANES},
    vector::F32s,
};
use core::hint::black_box;

/// The maxima of sixteen rows in each lane.
#[inline(always)]
pub(super) fn in_lanes<const N: usize, S: Simd>(
    s: S,
    rows: &Matrix<'_>,
    first: usize,
    lanes: &mut [[f32; LANES]; BATCH],
) {
    let last = rows.cols - LANES;
    // Opaque, because the compiler would unroll sixteen rows.
    let lanes = &mut lanes[..black_box(BATCH)];
    for (i, lanes) in lanes.iter_mut().enumerate() {
        let x = rows.input(first + i);
        let mut maximum = F32s::load(s, &x[last..][..LANES]);
        let x = &x[..N - LANES];
        for at in (0..N - LANES).step_by(LANES) {
            maximum = F32s::load(s, &x[at..][..LANES]).at_least(maximum);
        }
        maximum.store(lanes);
    }
}

/// Writes the terms of rows, `R` at a time, to a tile, where 0 follows the last entry of each row.
#[inline(always)]
pub(super) fn terms<const N: usize, const R: usize, S: Simd>(
    s: S,
    rows: &Matrix<'_>,
    first: usize,
    tile: &mut [f32],
    numbers: &Numbers,
) {
    let last = rows.cols - LANES;
    let tile: &mut [[[f32; N]; R]] = tile.as_chunks_mut().0.as_chunks_mut().0;
    for (i, terms) in tile.iter_mut().enumerate() {
        for (row, terms) in terms.iter_mut().enumerate() {
            let row = i * R + row;
            let x = rows.input(first + row);
            let reference = numbers.shift(s, row);
            let whole = &x[..N - LANES];
            for at in (0..N - LANES).step_by(LANES) {
                let x = F32s::load(s, &whole[at..][..LANES]);
                reference.term::<false>(x).store(&mut terms[at..][..LANES]);
            }
            let end = reference.term::<false>(F32s::load(s, &x[last..][..LANES]));
            end.store(&mut terms[last..][..LANES]);
        }
    }
}

/// Writes the results of rows. Kept terms are in the tile.
#[inline(always)]
pub(super) fn results<F: Function, S: Simd>(
    s: S,
    rows: &mut Matrix<'_>,
    first: usize,
    tile: &[f32],
    numbers: &Numbers,
) {
    let last = rows.cols - LANES;
    let width = rows.cols.next_multiple_of(LANES);
    for (i, terms) in tile.chunks_exact(width).enumerate() {
        let summary = numbers.summary(s, i);
        let (src, y) = rows.row(first + i);
        let kept = if F::KEEPS_TERMS { Some(&terms[..y.len()]) } else { src };
        // In place it is read before entries that it overlaps are replaced.
        let end = F32s::load(s, &kept.unwrap_or(y)[last..][..LANES]);
        for at in (0..last).step_by(LANES) {
            let kept = F32s::load(s, &kept.unwrap_or(y)[at..][..LANES]);
            F::result(kept, summary).store(&mut y[at..][..LANES]);
        }
        F::result(end, summary).store(&mut y[last..][..LANES]);
    }
}
