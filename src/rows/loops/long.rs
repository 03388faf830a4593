//! Rows across the lanes: each pass goes through a batch of them. Those that `pipeline.rs` takes
//! are there.

use super::{
    beside::Beside,
    long_terms::map_and_add,
    matrix::Matrix,
    normalisers::{Given, others_of, rare_of, set_given, summary},
    references::{BATCH, References},
    steps::{each, map, map_in_place, maximum},
    sums::{Rare, sum_of_all, terms_but_maxima},
};
use crate::{
    isa::Simd,
    rows::numerics::{
        function::{Function, On},
        log_sum_exp::InF64,
        sum::Lanes,
    },
    vector::{F32s, F64s},
};
use core::ops::Range;

/// Elements that stay in the first cache between passes.
pub(super) const CACHED: usize = 4096;

/// All rows from `first` on. `block` is where logits go that have no place in memory, so many at a
/// time; empty if they have one.
#[inline(always)]
pub(super) fn rows<F: Function, S: Simd>(
    s: S,
    rows: &mut Matrix<'_>,
    first: usize,
    block: &mut [f32],
) {
    let size = (CACHED / rows.cols).clamp(1, BATCH);
    let mut first = first;
    let mut dominated = false;
    while first < rows.rows {
        let count = size.min(rows.rows - first);
        batch::<F, S>(s, rows, (first, count), block, &mut dominated);
        first += count;
    }
}

#[inline(always)]
fn batch<F: Function, S: Simd>(
    s: S,
    matrix: &mut Matrix<'_>,
    (first, count): (usize, usize),
    block: &mut [f32],
    dominated: &mut bool,
) {
    let mut given = Given::nothing();
    let maxima = maxima::<F, S>(s, matrix, first, count, block, &mut given);
    let rows = &mut matrix.local();
    let references = References::new::<F, S>(maxima);
    let totals = totals::<F, S>(s, rows, (first, count), &references, block, dominated);
    let summary = summary::<F, S>(s, rows, first, count, &references, totals, &given);
    if F::REDUCES {
        let mut y = [0.0; BATCH];
        summary[0].store(&mut y);
        for (i, y) in y[..count].iter_mut().enumerate() {
            let maximum = references.maximum.0[i];
            if F::is_delicate(*y, maximum) {
                *y = in_f64(rows, first + i, maximum, given.sinks[i], block);
            }
        }
        rows.dst[first..][..count].copy_from_slice(&y[..count]);
    } else {
        let mut arrays = [[0.0; BATCH]; 2];
        summary[0].store(&mut arrays[0]);
        summary[1].store(&mut arrays[1]);
        results::<F, S>(s, rows, first, 0..count, &arrays);
    }
}

/// The largest logit of each row, and what else is given of it.
#[inline(always)]
pub(super) fn maxima<F: Function, S: Simd>(
    s: S,
    matrix: &mut Matrix<'_>,
    first: usize,
    count: usize,
    block: &mut [f32],
    given: &mut Given,
) -> F32s<S> {
    let mut maxima = [0.0; BATCH];
    for (i, largest) in maxima[..count].iter_mut().enumerate() {
        *largest = match matrix.logits {
            Some(logits) if F::REDUCES => {
                given.sinks[i] = logits.sink(first + i);
                let mut m = f32::NEG_INFINITY;
                matrix.each_part(
                    first + i,
                    block,
                    #[inline(always)]
                    |x| m = m.max(maximum(s, x)),
                );
                m
            }
            _ => maximum(s, matrix.input(first + i)),
        };
    }
    if matrix.logits.is_none() {
        set_given(matrix, first, count, &maxima, given);
    }
    if count == 1 {
        F32s::splat(s, (maxima[0] * matrix.scale).max(given.sinks[0]))
    } else {
        (F32s::load(s, &maxima) * matrix.scale).at_least(F32s::load(s, &given.sinks))
    }
}

/// The sums of the terms of rows, and the numbers of maxima that
/// are not in them.
#[inline(always)]
fn totals<F: Function, S: Simd>(
    s: S,
    rows: &mut Matrix<'_>,
    (first, count): (usize, usize),
    references: &References,
    block: &mut [f32],
    dominated: &mut bool,
) -> (F64s<S>, F64s<S>) {
    let (mut sums, mut counts) = ([0.0; BATCH], [1.0; BATCH]);
    let mut known = Rare::NONE;
    let changed = rows.scale != 1.0 || references.have_offset(count);
    // Without the pipeline, long rows add their terms beside them all the same.
    let adds_beside = F::KEEPS_TERMS && !S::FUSED && rows.cols > 256 && !changed && !rows.fast;
    if adds_beside {
        let nothing = [F32s::splat(s, 0.0); 2];
        for (i, sum) in sums[..count].iter_mut().enumerate() {
            let reference = references.row(s, i);
            let (src, dst) = rows.row(first + i);
            let beside = Beside::new(s, None, &mut [], nothing, &[]);
            *sum = map_and_add::<F, S>(
                s,
                src,
                dst,
                beside,
                #[inline(always)]
                |x| reference.term::<false>(x),
            )
            .0;
        }
    } else if F::KEEPS_TERMS {
        // One loop or the other, so that each keeps its constants in registers.
        if changed {
            terms::<true, F, S>(s, rows, first, count, references);
        } else {
            terms::<false, F, S>(s, rows, first, count, references);
        }
        let fast = rows.fast;
        // By now the terms are in memory, where an instruction widens what it loads.
        for (i, sum) in sums[..count].iter_mut().enumerate() {
            let terms = rows.output(first + i);
            *sum = if F::SERVES_FAST && fast {
                sum_of_terms::<F::Fast, S>(s, terms)
            } else {
                sum_of_terms::<F, S>(s, terms)
            };
        }
    } else if <F as On<S>>::SUMS_ALL {
        known = rare_of::<F, S>(rows, first, count, references, *dominated, false);
        for (i, sum) in sums[..count].iter_mut().enumerate() {
            *sum = if references.offset.0[i] != 0.0 || known.dominated[i] {
                known.all[i]
            } else {
                sum_of_all::<F, S>(s, rows.input(first + i), &references.row(s, i))
            };
        }
    } else {
        for i in 0..count {
            let reference = references.row(s, i);
            (sums[i], counts[i]) = terms_but_maxima::<F, S>(s, rows, first + i, &reference, block);
        }
    }
    if <F as On<S>>::SUMS_ALL {
        return others_of::<F, S>(s, rows, (first, count), references, sums, &known, dominated);
    }
    (F64s::load(s, &sums), F64s::load(s, &counts))
}

#[inline(always)]
fn sum_of_terms<F: Function, S: Simd>(s: S, terms: &[f32]) -> f64 {
    let mut lanes = Lanes::<F, S>::new(s);
    each(
        s,
        terms,
        0.0,
        #[inline(always)]
        |e| lanes.add(e),
    );
    lanes.finish().sum()
}

/// Writes the results of some rows of the batch from `first` on.
#[inline(always)]
pub(super) fn results<F: Function, S: Simd>(
    s: S,
    rows: &mut Matrix<'_>,
    first: usize,
    places: Range<usize>,
    [a, b]: &[[f32; BATCH]; 2],
) {
    for i in places {
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
fn in_f64(rows: &Matrix<'_>, row: usize, maximum: f32, sink: f32, block: &mut [f32]) -> f32 {
    let mut terms = InF64::new(maximum);
    rows.each_part(row, block, |x| x.iter().for_each(|&x| terms.add(x)));
    terms.add(sink);
    terms.result()
}

/// Writes the terms of a batch. `CHANGED` is whether entries have a scale or an offset.
#[inline(always)]
fn terms<const CHANGED: bool, F: Function, S: Simd>(
    s: S,
    rows: &mut Matrix<'_>,
    first: usize,
    count: usize,
    references: &References,
) {
    let scale = rows.scale;
    for i in 0..count {
        let reference = references.row(s, i);
        let (src, dst) = rows.row(first + i);
        map(
            s,
            src,
            dst,
            f32::NEG_INFINITY,
            #[inline(always)]
            |x| reference.term::<CHANGED>(if CHANGED { x * scale } else { x }),
        );
    }
}
