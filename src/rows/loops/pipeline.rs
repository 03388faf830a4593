//! Long rows across the lanes, as a pipeline of batches.
//!
//! The loop over the terms of a row also takes the maximum of a row of the next batch, and writes
//! the results of a row of the batch before. These two passes move memory, and the terms keep the
//! arithmetic busy. No batch waits for the latencies between its passes. Each row is read and
//! computed by the same operations as in a pass of its own, so that no bit depends on the batches.

use super::{
    beside::Beside,
    long::{CACHED, maxima, results},
    long_terms::{add, map_and_add},
    matrix::Matrix,
    normalisers::{Given, others_of, rare_of, set_given, summary},
    references::{BATCH, References},
    sums::Rare,
};
use crate::{
    isa::{Isa, Simd},
    rows::numerics::function::Function,
    vector::F32s,
};

/// Whether rows of so many columns are worked on here, and not in `long.rs`. The baseline has too
/// few registers for the rows beside.
#[inline]
pub(super) fn takes<F: Function>(isa: Isa, cols: usize) -> bool {
    isa != Isa::Baseline && if F::KEEPS_TERMS { cols > 256 } else { cols > 127 && F::SUBTRACTS }
}

/// What one batch leaves to the next.
struct Carried {
    /// The maxima of the next batch, if they are known.
    maxima: [f32; BATCH],
    has_maxima: bool,
    /// The normalisers of the batch, if its results are still to be written.
    summary: [[f32; BATCH]; 2],
    has_summary: bool,
    /// Whether most rows of the batch before were dominated by their maxima.
    dominated: bool,
}

#[inline(always)]
pub(super) fn rows<F: Function, S: Simd>(s: S, rows: &mut Matrix<'_>) {
    // Batches of a pipeline may be larger than the first cache: what it waits for is their ends.
    let mut size = (2 * CACHED / rows.cols).clamp(1, BATCH);
    if rows.rows < 4 * size {
        size = (CACHED / rows.cols).clamp(1, BATCH);
    }
    let mut carried = Carried {
        maxima: [0.0; BATCH],
        has_maxima: false,
        summary: [[0.0; BATCH]; 2],
        has_summary: false,
        dominated: false,
    };
    for first in (0..rows.rows).step_by(size) {
        batch::<F, S>(s, rows, first, size, &mut carried);
    }
}

#[inline(always)]
fn batch<F: Function, S: Simd>(
    s: S,
    matrix: &mut Matrix<'_>,
    first: usize,
    size: usize,
    carried: &mut Carried,
) {
    let count = size.min(matrix.rows - first);
    let mut given = Given::nothing();
    let maxima = if carried.has_maxima {
        set_given(matrix, first, count, &carried.maxima, &mut given);
        (F32s::load(s, &carried.maxima) * matrix.scale).at_least(F32s::load(s, &given.sinks))
    } else {
        maxima::<F, S>(s, matrix, first, count, &mut [], &mut given)
    };
    let rows = &mut matrix.local();
    let references = References::new::<F, S>(maxima);
    carried.has_maxima = first + size < rows.rows;
    let changed = rows.scale != 1.0 || references.have_offset(count);
    let known = rare_of::<F, S>(rows, first, count, &references, carried.dominated, false);
    let sums = if changed && F::KEEPS_TERMS {
        sums::<true, F, S>(s, rows, first, size, &references, &known, carried)
    } else {
        sums::<false, F, S>(s, rows, first, size, &references, &known, carried)
    };
    if carried.has_summary {
        results::<F, S>(s, rows, first - size, count..size, &carried.summary);
    }
    let dominated = &mut carried.dominated;
    let batch = (first, count);
    let totals = others_of::<F, S>(s, rows, batch, &references, sums, &known, dominated);
    let summary = summary::<F, S>(s, rows, first, count, &references, totals, &given);
    summary[0].store(&mut carried.summary[0]);
    summary[1].store(&mut carried.summary[1]);
    carried.has_summary = carried.has_maxima;
    if !carried.has_summary {
        results::<F, S>(s, rows, first, 0..count, &carried.summary);
    }
}

/// Computes the terms of a batch, and what goes along of the batches beside it. Returns the sums of
/// the terms. `CHANGED` is whether entries have a scale or an offset.
#[inline(always)]
fn sums<const CHANGED: bool, F: Function, S: Simd>(
    s: S,
    rows: &mut Matrix<'_>,
    first: usize,
    size: usize,
    references: &References,
    known: &Rare,
    carried: &mut Carried,
) -> [f64; BATCH] {
    let (scale, count) = (rows.scale, rows.rows);
    let mut sums = [0.0; BATCH];
    for i in 0..size.min(count - first) {
        let row = first + i;
        let before = if carried.has_summary { Some(row - size) } else { None };
        let after = if carried.has_maxima && row + size < count { Some(row + size) } else { None };
        let ((x_before, y_before), (x, y), after) = rows.three_rows(before, row, after);
        // If terms are kept, they are where the results will be.
        let x_before = if F::KEEPS_TERMS { None } else { x_before };
        let [a, b] = carried.summary;
        let summary = [F32s::splat(s, a[i]), F32s::splat(s, b[i])];
        let beside = Beside::new(s, x_before, y_before, summary, after);
        let reference = references.row(s, i);
        (sums[i], carried.maxima[i]) = if F::KEEPS_TERMS {
            map_and_add::<F, S>(
                s,
                x,
                y,
                beside,
                #[inline(always)]
                |x| reference.term::<CHANGED>(if CHANGED { x * scale } else { x }),
            )
        } else if references.offset.0[i] != 0.0 || known.dominated[i] {
            (known.all[i], beside.all::<F>())
        } else {
            add::<F, S>(
                s,
                x.unwrap_or(y),
                beside,
                #[inline(always)]
                |x| reference.term::<false>(x),
            )
        };
    }
    sums
}
