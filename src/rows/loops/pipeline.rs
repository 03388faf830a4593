//! Long rows across the lanes, as a pipeline of batches.
//!
//! The loop over the terms of a row also takes the maximum of a row of the next batch, and writes
//! the results of a row of the batch before. These two passes move memory, and the terms keep the
//! arithmetic busy. No batch waits for the latencies between its passes. Each row is read and
//! computed by the same operations as in a pass of its own, so that no bit depends on the batches.

use super::{
    beside::{Beside, Following},
    long::{CACHED, maxima, results},
    long_terms::{add, map_and_add},
    matrix::Matrix,
    normalisers::{Given, others_of, set_limits, summary},
    offsets::subtract,
    references::{BATCH, References},
    sums::rare,
};
use crate::{
    isa::{Isa, Simd},
    rows::{logits::Logits, numerics::function::Function},
    vector::F32s,
};

/// Whether rows of so many columns are worked on here, and not in `long.rs`.
#[inline]
pub(super) fn takes<F: Function>(isa: Isa, cols: usize) -> bool {
    if F::KEEPS_TERMS { cols > 256 } else { cols > 127 && F::SUBTRACTS && isa != Isa::Baseline }
}

/// What one batch leaves to the next.
struct Carried {
    /// The maxima of the next batch, if they are known.
    maxima: [f32; BATCH],
    has_maxima: bool,
    /// What else is given of its rows, if they are logits.
    given: Given,
    /// The normalisers of the batch, if its results are still to be written.
    summary: [[f32; BATCH]; 2],
    has_summary: bool,
}

impl Carried {
    /// Settles rows whose logits are written.
    fn settle(&mut self, matrix: &mut Matrix<'_>, logits: &Logits<'_>, first: usize, count: usize) {
        let Given { sinks, log_sum_exps } = &mut self.given;
        let (sinks, known) = (&mut sinks[..count], &mut log_sum_exps[..count]);
        matrix.settle(logits, first, &mut self.maxima[..count], sinks, known);
    }
}

#[inline(always)]
pub(super) fn rows<const LOGITS: bool, F: Function, S: Simd>(s: S, rows: &mut Matrix<'_>) {
    // Batches of a pipeline may be larger than the first cache: what it waits for is their ends.
    let mut size = (2 * CACHED / rows.cols).clamp(1, BATCH);
    if rows.rows < 4 * size || LOGITS {
        size = (CACHED / rows.cols).clamp(1, BATCH);
    }
    let mut carried = Carried {
        maxima: [0.0; BATCH],
        has_maxima: false,
        given: Given::nothing(),
        summary: [[0.0; BATCH]; 2],
        has_summary: false,
    };
    for first in (0..rows.rows).step_by(size) {
        batch::<LOGITS, F, S>(s, rows, first, size, &mut carried);
    }
}

/// `LOGITS` is whether rows have options.
#[inline(always)]
fn batch<const LOGITS: bool, F: Function, S: Simd>(
    s: S,
    matrix: &mut Matrix<'_>,
    first: usize,
    size: usize,
    carried: &mut Carried,
) {
    let count = size.min(matrix.rows - first);
    let mut given = Given::nothing();
    let logits = if LOGITS { matrix.logits } else { None };
    let mut ends = [matrix.cols; BATCH];
    let maxima = if let Some(logits) = logits {
        if !carried.has_maxima {
            let rows = matrix.rows_of_logits(first, count);
            logits.write(rows, &mut carried.maxima[..count]);
            logits.ends(first, &carried.maxima[..count], &mut ends);
            carried.settle(matrix, logits, first, count);
        }
        given = carried.given;
        F32s::load(s, &carried.maxima).at_least(F32s::load(s, &given.sinks))
    } else if carried.has_maxima {
        set_limits(matrix, first, count, &carried.maxima, &mut given);
        F32s::load(s, &carried.maxima) * matrix.scale
    } else {
        maxima::<F, S>(s, matrix, first, count, &mut [], &mut given)
    };
    // Where registers are few, the loop over terms has none for the logits of other rows.
    let scores = matrix.src;
    let goes_on = !LOGITS || (S::REGISTERS > 8 && logits.is_some_and(Logits::are_usual));
    let rows = &mut Matrix {
        src: if LOGITS { None } else { matrix.src },
        dst: matrix.dst,
        log_sum_exps: matrix.log_sum_exps.as_deref_mut(),
        ..*matrix
    };
    let references = References::new::<F, S>(maxima);
    carried.has_maxima = first + size < rows.rows && goes_on;
    let has_offset = F::KEEPS_TERMS && references.have_offset(count);
    // Where registers are few, loops over entries as they are lose time if offsets have no loop.
    let is_placed = has_offset && (LOGITS || S::REGISTERS > 8);
    if is_placed {
        // The maxima of the next batch are taken on their own.
        carried.has_maxima = false;
        subtract(S::ISA, &mut rows.local(), first, count, &references);
    }
    let sums = if LOGITS {
        let of_logits = OfLogits { scores, ends: &ends };
        sums::<false, true, F, S>(s, rows, first, size, &references, carried, of_logits)
    } else {
        let of_logits = OfLogits { scores: None, ends: &[0; BATCH] };
        if F::KEEPS_TERMS && (rows.scale != 1.0 || has_offset) {
            let mut rows = rows.local();
            if is_placed {
                (rows.src, rows.scale) = (None, 1.0);
            }
            let rows = &mut rows;
            sums::<true, false, F, S>(s, rows, first, size, &references, carried, of_logits)
        } else {
            sums::<false, false, F, S>(s, rows, first, size, &references, carried, of_logits)
        }
    };
    if let Some(logits) = logits
        && carried.has_maxima
    {
        carried.settle(rows, logits, first + size, size.min(rows.rows - first - size));
    }
    if carried.has_summary {
        results::<F, S>(s, rows, first - size, count..size, &carried.summary, None);
    }
    let totals = others_of::<F, S>(s, rows, first, count, &references, sums);
    let summary = summary::<F, S>(s, rows, first, count, &references, totals, &given);
    summary[0].store(&mut carried.summary[0]);
    summary[1].store(&mut carried.summary[1]);
    carried.has_summary = carried.has_maxima;
    if !carried.has_summary {
        let ends = if LOGITS { Some(&ends) } else { None };
        results::<F, S>(s, rows, first, 0..count, &carried.summary, ends);
    }
}

/// What the loops over logits need.
#[derive(Clone, Copy)]
struct OfLogits<'a> {
    /// The scores, or `None` if they are in place.
    scores: Option<&'a [f32]>,
    /// Where the entries that count end in each row of the batch.
    ends: &'a [usize; BATCH],
}

/// Computes the terms of a batch, and what goes along of the batches beside it. Returns the sums of
/// the terms. `SCALED` is whether entries have a scale or an offset. With `LOGITS`
/// the logits of the next batch are written too.
#[inline(always)]
fn sums<const SCALED: bool, const LOGITS: bool, F: Function, S: Simd>(
    s: S,
    rows: &mut Matrix<'_>,
    first: usize,
    size: usize,
    references: &References,
    carried: &mut Carried,
    OfLogits { scores, ends }: OfLogits<'_>,
) -> [f64; BATCH] {
    let (scale, count) = (rows.scale, rows.rows);
    let mut sums = [0.0; BATCH];
    for i in 0..size.min(count - first) {
        let row = first + i;
        let before = if carried.has_summary { Some(row - size) } else { None };
        let after = if carried.has_maxima && row + size < count { Some(row + size) } else { None };
        let (logits, mut following) = (rows.logits, Following::none());
        let ((x_before, y_before), (x, mut y), after) = if LOGITS {
            let src_stride = rows.src_stride;
            let [y_before, y, y_after] = rows.three_outputs(before, row, after);
            if let (Some(after), Some(logits)) = (after, logits) {
                let x = scores.map(
                    #[inline(always)]
                    |x| &x[after * src_stride..][..y.len()],
                );
                following = Following { x, y: y_after, usual: logits.usual(after) };
            }
            ((None, y_before), (None, y), &[][..])
        } else {
            rows.three_rows(before, row, after)
        };
        if LOGITS {
            y = &mut y[..ends[i]];
        }
        // If terms are kept, they are where the results will be.
        let x_before = if F::KEEPS_TERMS { None } else { x_before };
        let [a, b] = carried.summary;
        let summary = [F32s::splat(s, a[i]), F32s::splat(s, b[i])];
        let beside = Beside::<_, LOGITS>::new(s, x_before, y_before, summary, after, following);
        let reference = references.row(s, i);
        (sums[i], carried.maxima[i]) = if F::KEEPS_TERMS {
            map_and_add::<LOGITS, F, S>(
                s,
                x,
                y,
                beside,
                #[inline(always)]
                |x| match SCALED {
                    true if S::REGISTERS > 8 => reference.term::<false>(x * scale),
                    true => reference.term::<true>(x * scale),
                    false => reference.term::<false>(x),
                },
            )
        } else if references.offset.0[i] == 0.0 {
            add::<LOGITS, F, S>(
                s,
                x.unwrap_or(y),
                beside,
                #[inline(always)]
                |x| reference.term::<false>(x),
            )
        } else {
            let sum = rare::<F>(S::ISA, x.unwrap_or(y), references.maximum.0[i], true).0;
            (sum, beside.all::<F>())
        };
    }
    sums
}
