//! Rows with options, some of them at a time: their logits are written where the results will be.
//! Then they are rows in place, and have at most sinks.

use super::{each_row, matrix::Matrix, single::single};
use crate::{
    isa::Isa,
    rows::{
        logits::{Logits, NONE},
        numerics::function::Function,
    },
};

/// Elements that stay in the first cache beside their scores and a mask.
const CACHED: usize = 4096;
/// The same in the second cache.
const LARGE: usize = 8 * CACHED;
/// How many rows at a time may have sinks.
const MOST: usize = 64;

pub(super) fn rows<F: Function>(isa: Isa, matrix: &mut Matrix<'_>, logits: &Logits<'_>) {
    let within = &logits.within_range();
    let are_all = within.are_all() && matrix.log_sum_exps.is_none();
    // Multiples of the rows that the loops over short rows take at a time. Longer rows pass through
    // the second cache.
    let mut size = match matrix.cols {
        ..64 => (CACHED / matrix.cols / MOST).max(1) * MOST,
        64..=256 => (CACHED / matrix.cols / 16).max(1) * 16,
        cols => (LARGE / cols).clamp(1, 16),
    };
    if !are_all || logits.may_leave {
        size = size.min(MOST);
    }
    for first in (0..matrix.rows).step_by(size) {
        let count = size.min(matrix.rows - first);
        let stay = !logits.may_leave || logits.stay_in_range(&matrix.rows_of_logits(first, count));
        let logits = if logits.may_leave && stay { within } else { logits };
        if are_all && stay {
            logits.write_all(matrix.rows_of_logits(first, count));
            in_place::<F>(isa, matrix, first, count, None);
        } else {
            settled::<F>(isa, matrix, logits, first, count);
        }
    }
}

/// Rows that may have sinks, or be degenerate. A function of its own, for its arrays.
#[inline(never)]
fn settled<F: Function>(
    isa: Isa,
    matrix: &mut Matrix<'_>,
    logits: &Logits<'_>,
    first: usize,
    count: usize,
) {
    let (mut maxima, mut sinks, mut known) = ([0.0; MOST], [NONE; MOST], [None; MOST]);
    let (sinks, known) = (&mut sinks[..count], &mut known[..count]);
    matrix.write_logits(logits, first, &mut maxima[..count], sinks, known);
    // A sink of −∞ is none.
    let have_sinks = sinks.iter().any(|&sink| sink != NONE);
    in_place::<F>(isa, matrix, first, count, have_sinks.then_some(&*sinks));
    if let Some(log_sum_exps) = matrix.log_sum_exps.as_deref_mut() {
        for (y, known) in log_sum_exps[first..].iter_mut().zip(known) {
            *y = known.unwrap_or(*y);
        }
    }
}

/// The results of rows whose logits are written.
fn in_place<F: Function>(
    isa: Isa,
    matrix: &mut Matrix<'_>,
    first: usize,
    count: usize,
    sinks: Option<&[f32]>,
) {
    let Matrix { cols, dst_stride, .. } = *matrix;
    let y = &mut matrix.dst[first * dst_stride..][..(count - 1) * dst_stride + cols];
    let log_sum_exps = matrix.log_sum_exps.as_deref_mut().map(|y| &mut y[first..][..count]);
    if count == 1 && sinks.is_none() && log_sum_exps.is_none() && single::<F>(isa, None, y, 1.0) {
        return;
    }
    let part = Matrix {
        src: None,
        dst: y,
        rows: count,
        cols,
        src_stride: dst_stride,
        dst_stride,
        logits: None,
        sinks,
        scale: 1.0,
        fast: matrix.fast,
        log_sum_exps,
    };
    each_row::<F>(isa, part);
}
