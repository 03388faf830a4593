//! Rows across the lanes.

use super::{
    function::Function,
    log_softmax::log_sum_exp_with_maxima,
    log_sum_exp::InF64,
    matrix::{Matrix, limit},
    references::{BATCH, References},
    sum::{Lanes, add_sink, unscaled},
    terms::Reference,
};
use crate::{
    isa::Simd,
    vector::{F32s, F64s},
};

/// Elements that stay in the first cache between passes.
const CACHED: usize = 4096;
/// Logits that have no place in memory are computed for so many entries at a time.
const BLOCK: usize = 1024;

/// All rows from `first` on.
#[inline(always)]
pub(super) fn rows<F: Function, S: Simd>(s: S, rows: &mut Matrix<'_>, first: usize) {
    let size = (CACHED / rows.cols).clamp(1, BATCH);
    let mut first = first;
    while first < rows.rows {
        let count = size.min(rows.rows - first);
        batch::<F, S>(s, rows, first, count);
        first += count;
    }
}

#[inline(always)]
fn batch<F: Function, S: Simd>(s: S, matrix: &mut Matrix<'_>, first: usize, count: usize) {
    let logits = matrix.logits;
    let mut maxima = [0.0; BATCH];
    let mut sinks = [f32::NEG_INFINITY; BATCH];
    let mut known = [None; BATCH];
    for i in 0..count {
        maxima[i] = match &logits {
            Some(logits) if F::REDUCES => {
                sinks[i] = logits.sink();
                let mut m = f32::NEG_INFINITY;
                each_block::<F>(
                    matrix,
                    first + i,
                    #[inline(always)]
                    |x| m = m.max(maximum(s, x)),
                );
                m
            }
            Some(logits) => {
                let [m, sink] = matrix.write_logits(logits, first + i, &mut known[i]);
                sinks[i] = sink;
                m
            }
            None => maximum(s, matrix.input(first + i)),
        };
        if matrix.log_sum_exps.is_some() && logits.is_none() && maxima[i].is_infinite() {
            known[i] = limit(matrix.input(first + i), maxima[i]);
        }
    }
    let placed = logits.is_some() && !F::REDUCES;
    let rows = &mut Matrix {
        src: if placed { None } else { matrix.src },
        dst: matrix.dst,
        log_sum_exps: matrix.log_sum_exps.as_deref_mut(),
        ..*matrix
    };
    let references = References::new::<F, S>(s, &maxima, &sinks);
    let (mut sums, mut counts) = ([0.0; BATCH], [1.0; BATCH]);
    for i in 0..count {
        let reference = references.row(s, i);
        (sums[i], counts[i]) = if references.offset[i] == 0.0 {
            terms::<false, F, S>(s, rows, first + i, &reference)
        } else {
            terms::<true, F, S>(s, rows, first + i, &reference)
        };
    }
    let (reference, sums) = (references.all(s), F64s::load(s, &sums));
    let mut totals = (sums, F32s::load(s, &counts));
    if logits.is_some() {
        totals = add_sink::<F, S>(&reference, totals, F32s::load(s, &sinks));
    }
    let (sums, counts) = (unscaled(totals.0), totals.1);
    if let Some(log_sum_exps) = rows.log_sum_exps.as_deref_mut() {
        let mut logs = [0.0; BATCH];
        log_sum_exp_with_maxima(&reference, sums).store(&mut logs);
        for (i, y) in log_sum_exps[first..][..count].iter_mut().enumerate() {
            *y = known[i].unwrap_or(logs[i]);
        }
    }
    let summary = F::summary(&reference, sums, counts);
    let [mut a, mut b] = [[0.0; BATCH]; 2];
    summary[0].store(&mut a);
    summary[1].store(&mut b);
    if F::REDUCES {
        for (i, y) in a[..count].iter_mut().enumerate() {
            if F::is_delicate(*y, references.maximum[i]) {
                *y = in_f64::<F>(rows, first + i, references.maximum[i], sinks[i]);
            }
        }
        rows.dst[first..][..count].copy_from_slice(&a[..count]);
        return;
    }
    for i in 0..count {
        let summary = [F32s::splat(s, a[i]), F32s::splat(s, b[i])];
        if F::KEEPS_TERMS {
            map_in_place(
                s,
                rows.output(first + i),
                0.0,
                #[inline(always)]
                |e| F::result(e, summary),
            );
        } else {
            map(
                s,
                rows,
                first + i,
                0.0,
                #[inline(always)]
                |x| F::result(x, summary),
            );
        }
    }
}

#[cold]
#[inline(never)]
fn in_f64<F: Function>(rows: &Matrix<'_>, row: usize, maximum: f32, sink: f32) -> f32 {
    let mut terms = InF64::new(maximum);
    each_block::<F>(
        rows,
        row,
        #[inline(always)]
        |x| x.iter().for_each(|&x| terms.add(x)),
    );
    terms.add(sink);
    terms.result()
}

/// Calls `f` with the whole row, or with its logits block by block.
#[inline(always)]
fn each_block<F: Function>(rows: &Matrix<'_>, row: usize, mut f: impl FnMut(&[f32])) {
    let x = rows.input(row);
    match rows.logits {
        Some(logits) if F::REDUCES => {
            let mut block = [0.0; BLOCK];
            for start in (0..x.len()).step_by(BLOCK) {
                let x = &x[start..x.len().min(start + BLOCK)];
                let block = &mut block[..x.len()];
                logits.write(row, start, Some(x), block);
                f(block);
            }
        }
        _ => f(x),
    }
}

/// The maximum; where a NaN is among the entries, anything: their terms carry it on.
#[inline(always)]
pub(super) fn maximum<S: Simd>(s: S, x: &[f32]) -> f32 {
    let mut m = [F32s::splat(s, f32::NEG_INFINITY); 2];
    let mut steps = x.chunks_exact(2 * S::LANES);
    for x in &mut steps {
        let (a, b) = x.split_at(S::LANES);
        m = [F32s::load(s, a).at_least(m[0]), F32s::load(s, b).at_least(m[1])];
    }
    let mut rest = steps.remainder();
    if let Some((x, after)) = rest.split_at_checked(S::LANES) {
        m[0] = F32s::load(s, x).at_least(m[0]);
        rest = after;
    }
    if !rest.is_empty() {
        m[1] = F32s::load_part(s, rest, f32::NEG_INFINITY).at_least(m[1]);
    }
    m[0].at_least(m[1]).largest()
}

/// The sum of the terms of a row, scaled as [`unscaled`] wants it, and the number of maxima.
#[inline(always)]
fn terms<const OFFSET: bool, F: Function, S: Simd>(
    s: S,
    rows: &mut Matrix<'_>,
    row: usize,
    reference: &Reference<S>,
) -> (f64, f32) {
    let mut lanes = Lanes::<F, S>::new(s);
    if F::KEEPS_TERMS {
        map(
            s,
            rows,
            row,
            f32::NEG_INFINITY,
            #[inline(always)]
            |x| {
                let e = reference.term::<OFFSET>(x);
                lanes.add(e);
                e
            },
        );
        return (lanes.finish().sum(), 1.0);
    }
    let mut count = F32s::splat(s, 0.0);
    each_block::<F>(
        rows,
        row,
        #[inline(always)]
        |x| {
            each(
                s,
                x,
                f32::NEG_INFINITY,
                #[inline(always)]
                |x| {
                    lanes.add_with_rest(reference.term_and_rest::<OFFSET>(x));
                    count = count + reference.is_maximum(x).select(1.0, 0.0);
                },
            );
        },
    );
    // A row of -inf sees its fill as maxima too, and is NaN anyhow or -inf.
    (lanes.finish().sum(), count.widen().sum() as f32)
}

/// Calls `f` with the entries, and `fill` after the last.
#[inline(always)]
fn each<S: Simd>(s: S, x: &[f32], fill: f32, mut f: impl FnMut(F32s<S>)) {
    let mut steps = x.chunks_exact(S::LANES);
    for x in &mut steps {
        f(F32s::load(s, x));
    }
    let rest = steps.remainder();
    if !rest.is_empty() {
        f(F32s::load_part(s, rest, fill));
    }
}

/// Replaces the entries by their images.
#[inline(always)]
pub(super) fn map_in_place<S: Simd>(s: S, x: &mut [f32], fill: f32, mut f: impl FnMut(F32s<S>) -> F32s<S>) {
    let mut steps = x.chunks_exact_mut(S::LANES);
    for x in &mut steps {
        f(F32s::load(s, x)).store(x);
    }
    let rest = steps.into_remainder();
    if !rest.is_empty() {
        f(F32s::load_part(s, rest, fill)).store_part(rest);
    }
}

/// Writes the images of the entries of a row to its output.
#[inline(always)]
fn map<S: Simd>(s: S, rows: &mut Matrix<'_>, row: usize, fill: f32, mut f: impl FnMut(F32s<S>) -> F32s<S>) {
    let Some(src) = rows.src else {
        return map_in_place(s, rows.output(row), fill, f);
    };
    let x = &src[row * rows.src_stride..][..rows.cols];
    let mut steps = rows.output(row).chunks_exact_mut(S::LANES);
    let inputs = x.chunks_exact(S::LANES);
    let last = inputs.remainder();
    for (y, x) in (&mut steps).zip(inputs) {
        f(F32s::load(s, x)).store(y);
    }
    if !last.is_empty() {
        f(F32s::load_part(s, last, fill)).store_part(steps.into_remainder());
    }
}
