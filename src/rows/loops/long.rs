//! RowLayout across the lanes.

use super::{
    matrix::{Matrix, limit},
    references::{BATCH, References},
    steps::{add_pairs, add_terms, each, map, map_and_add, map_in_place, maximum},
};
use crate::{
    isa::Simd,
    rows::numerics::{
        function::{Function, On},
        log_sum_exp::{InF64, log_sum_exp_with_maxima},
        sum::{Lanes, add_sink, without_maximum},
        terms::Reference,
    },
    vector::{F32s, F64s},
};

/// Elements that stay in the first cache between passes.
const CACHED: usize = 4096;
/// The terms of rows of at most so many entries are added when all rows of the batch have theirs.
/// By then they are in memory, where an instruction widens what it loads.
const APART: usize = 256;
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
        if matrix.log_sum_exps.is_some()
            && logits.is_none()
            && (maxima[i] * matrix.scale).is_infinite()
        {
            known[i] = limit(matrix.input(first + i), maxima[i] * matrix.scale);
        }
    }
    let placed = logits.is_some() && !F::REDUCES;
    let rows = &mut Matrix {
        src: if placed { None } else { matrix.src },
        dst: matrix.dst,
        log_sum_exps: matrix.log_sum_exps.as_deref_mut(),
        ..*matrix
    };
    let maxima = if count == 1 {
        F32s::splat(s, (maxima[0] * rows.scale).max(sinks[0]))
    } else {
        (F32s::load(s, &maxima) * rows.scale).at_least(F32s::load(s, &sinks))
    };
    let references = References::new::<F, S>(maxima);
    let reference = references.all(s);
    let mut totals = totals::<F, S>(s, rows, first, count, &references);
    if logits.is_some() {
        totals = add_sink::<F, S>(&reference, totals, F32s::load(s, &sinks));
    }
    let (sums, counts) = totals;
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
            if F::is_delicate(*y, references.maximum.0[i]) {
                *y = in_f64::<F>(rows, first + i, references.maximum.0[i], sinks[i]);
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
            let (src, dst) = rows.row(first + i);
            map(
                s,
                src,
                dst,
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

/// The sums of the terms of rows, scaled as [`unscaled`] wants them, and the numbers of maxima that
/// are not in them.
#[inline(always)]
fn totals<F: Function, S: Simd>(
    s: S,
    rows: &mut Matrix<'_>,
    first: usize,
    count: usize,
    references: &References,
) -> (F64s<S>, F32s<S>) {
    let (mut sums, mut counts) = ([0.0; BATCH], [1.0; BATCH]);
    for i in 0..count {
        let reference = references.row(s, i);
        if !<F as On<S>>::SUMS_ALL {
            (sums[i], counts[i]) = terms_but_maxima::<F, S>(s, rows, first + i, &reference);
        } else if references.offset.0[i] != 0.0 || rows.scale != 1.0 {
            sums[i] = terms::<true, F, S>(s, rows, first + i, &reference);
        } else {
            sums[i] = terms::<false, F, S>(s, rows, first + i, &reference);
        }
    }
    if F::KEEPS_TERMS && rows.cols <= APART {
        for (i, sum) in sums[..count].iter_mut().enumerate() {
            let mut lanes = Lanes::<F, S>::new(s);
            each(
                s,
                rows.output(first + i),
                0.0,
                #[inline(always)]
                |e| lanes.add(e),
            );
            *sum = lanes.finish().sum();
        }
    }
    if !F::KEEPS_TERMS && <F as On<S>>::SUMS_ALL {
        let reference = references.all(s);
        let largest = reference.term::<true>(reference.maximum);
        let (others, kept) = without_maximum(F64s::load(s, &sums), largest);
        others.store(&mut sums);
        let mut is_lost = [0.0; BATCH];
        kept.select(0.0, F32s::splat(s, 1.0)).store(&mut is_lost);
        for i in 0..count {
            if is_lost[i] == 1.0 {
                let reference = references.row(s, i);
                (sums[i], counts[i]) = terms_but_maxima::<F, S>(s, rows, first + i, &reference);
            }
        }
    }
    if count == 1 {
        return (F64s::splat(s, sums[0]), F32s::splat(s, counts[0]));
    }
    (F64s::load(s, &sums), F32s::load(s, &counts))
}

/// The sum of the terms of a row; or 0 if they are to be added later. `CHANGED` is whether entries
/// have a scale or an offset.
#[inline(always)]
fn terms<const CHANGED: bool, F: Function, S: Simd>(
    s: S,
    rows: &mut Matrix<'_>,
    row: usize,
    reference: &Reference<S>,
) -> f64 {
    let scale = rows.scale;
    let mut lanes = Lanes::<F, S>::new(s);
    if !F::KEEPS_TERMS {
        let mut x = rows.input(row);
        // An offset is rare, and needs no speed.
        if !CHANGED {
            x = add_pairs(
                s,
                x,
                &mut lanes,
                #[inline(always)]
                |x| reference.term::<false>(x),
            );
        }
        add_terms(
            s,
            x,
            &mut lanes,
            #[inline(always)]
            |x| reference.term::<CHANGED>(x),
        );
        return lanes.finish().sum();
    }
    let cols = rows.cols;
    let (src, dst) = rows.row(row);
    if cols <= APART {
        map(
            s,
            src,
            dst,
            f32::NEG_INFINITY,
            #[inline(always)]
            |x| reference.term::<CHANGED>(if CHANGED { x * scale } else { x }),
        );
        return 0.0;
    }
    map_and_add(
        s,
        src,
        dst,
        &mut lanes,
        #[inline(always)]
        |x| reference.term::<CHANGED>(if CHANGED { x * scale } else { x }),
    );
    lanes.finish().sum()
}

/// As [`terms`], but without those of the maxima; their number.
#[inline(always)]
fn terms_but_maxima<F: Function, S: Simd>(
    s: S,
    rows: &mut Matrix<'_>,
    row: usize,
    reference: &Reference<S>,
) -> (f64, f32) {
    let mut lanes = Lanes::<F, S>::new(s);
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
                    lanes.add_with_rest(reference.term_and_rest::<true>(x));
                    count = count + reference.is_maximum(x).select(1.0, 0.0);
                },
            );
        },
    );
    // A row of -inf sees its fill as maxima too, and is NaN anyhow or -inf.
    (lanes.finish().sum(), count.widen().sum() as f32)
}
