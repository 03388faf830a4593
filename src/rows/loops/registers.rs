//! Short rows without gaps and without options, whose widths the compiler knows: sixteen rows are
//! in one lane each, and nothing but the rows themselves goes through memory.

use super::{columns::Columns, lanes::rare, matrix::Matrix};
use crate::{
    isa::{Isa, Simd},
    rows::numerics::{
        function::{Function, On},
        sum::{LANES, Lanes, over_lanes, without_maximum},
        terms::Reference,
    },
    vector::{F32s, F64s, Mask},
};

/// Whether the rows are worked on here, where a set has registers enough.
pub(super) fn serves<F: Function>(isa: Isa, rows: &Matrix<'_>) -> bool {
    let Matrix { cols, src_stride, dst_stride, .. } = *rows;
    (matches!(cols, 2 | 4 | 8) || (F::KEEPS_TERMS && matches!(cols, 3 | 5 | 6 | 12)))
        && isa.has_trees()
        && src_stride == cols
        && dst_stride == cols
        && rows.rows >= LANES
        && rows.has_no_logits()
        && rows.log_sum_exps.is_none()
        && !F::REDUCES
}

/// As many of the rows as come in blocks that fill the lanes; how many that are.
#[inline(always)]
pub(super) fn rows<F: Function, S: Simd>(s: S, rows: &mut Matrix<'_>) -> usize {
    if const { !S::ISA.has_trees() || F::REDUCES || !<F as On<S>>::SUMS_ALL } {
        return 0;
    }
    match rows.cols {
        2 => dense::<2, 4, F, S>(s, rows),
        4 => dense::<4, 4, F, S>(s, rows),
        8 => dense::<8, 8, F, S>(s, rows),
        3 if F::KEEPS_TERMS => dense::<3, 12, F, S>(s, rows),
        5 if F::KEEPS_TERMS => dense::<5, 5, F, S>(s, rows),
        6 if F::KEEPS_TERMS => dense::<6, 12, F, S>(s, rows),
        12 if F::KEEPS_TERMS => dense::<12, 12, F, S>(s, rows),
        _ => 0,
    }
}

/// Sixteen lines of `LINE` entries, each of which is one row or some.
type Lines<const LINE: usize> = [[f32; LINE]; LANES];

/// Rows of `N` entries in lines of `LINE`.
#[inline(always)]
fn dense<const N: usize, const LINE: usize, F: Function, S: Simd>(
    s: S,
    rows: &mut Matrix<'_>,
) -> usize {
    let Matrix { src, ref mut dst, scale, fast, .. } = *rows;
    let y: &mut [Lines<LINE>] = dst.as_chunks_mut().0.as_chunks_mut().0;
    let blocks = y.len();
    let x: Option<&[Lines<LINE>]> = src.map(
        #[inline(always)]
        |x| &x.as_chunks().0.as_chunks().0[..blocks],
    );
    for (i, y) in y.iter_mut().enumerate() {
        let mut columns = read(
            s,
            match x {
                Some(x) => &x[i],
                None => &*y,
            },
        );
        for row in columns.as_chunks_mut::<N>().0 {
            if F::KEEPS_TERMS {
                for x in &mut *row {
                    *x = *x * scale;
                }
            }
            results::<N, F, S>(s, row, fast);
        }
        write(columns, y);
    }
    blocks * LANES * (LINE / N)
}

/// Where the group of four entries after `at` others begins. The last one ends where the line ends,
/// and may overlap the one before.
#[inline(always)]
const fn group<const LINE: usize>(at: usize) -> usize {
    if at + 4 > LINE { LINE - 4 } else { at }
}

/// Entry j of each line. The order of the lines in the lanes does not matter, but [`write()`] has
/// to know it.
#[inline(always)]
fn read<const LINE: usize, S: Simd>(s: S, x: &Lines<LINE>) -> [F32s<S>; LINE] {
    let mut lines: [&[f32]; LANES] = [&[]; LANES];
    for (line, x) in lines.iter_mut().zip(x) {
        *line = x;
    }
    let mut columns = [F32s::splat(s, 0.0); LINE];
    for at in (0..LINE).step_by(4) {
        let at = group::<LINE>(at);
        let mut entries = [F32s::splat(s, 0.0); 4];
        for (i, to) in entries.iter_mut().enumerate() {
            *to = if LINE == 4 {
                F32s::load(s, &x.as_flattened()[i * LANES..][..LANES])
            } else {
                F32s::load_groups(s, &lines[i..], at)
            };
        }
        columns[at..at + 4].copy_from_slice(&F32s::transpose(entries));
    }
    columns
}

#[inline(always)]
fn write<const LINE: usize, S: Simd>(columns: [F32s<S>; LINE], y: &mut Lines<LINE>) {
    for at in (0..LINE).step_by(4) {
        let at = group::<LINE>(at);
        let four = [columns[at], columns[at + 1], columns[at + 2], columns[at + 3]];
        for (i, line) in F32s::transpose(four).into_iter().enumerate() {
            if LINE == 4 {
                line.store(&mut y.as_flattened_mut()[i * LANES..][..LANES]);
            } else {
                line.store_groups(&mut y.as_flattened_mut()[i * LINE + at..], 4 * LINE);
            }
        }
    }
}

/// Replaces the entries of sixteen rows by the results. Each lane of a sum has one term at most, so
/// that both tiers have the same sums.
#[inline(always)]
fn results<const N: usize, F: Function, S: Simd>(s: S, x: &mut [F32s<S>; N], fast: bool) {
    let mut maximum = x[0];
    for x in &x[1..] {
        maximum = x.at_least(maximum);
    }
    let reference = Reference::new(maximum, !F::KEEPS_TERMS);
    let mut terms = *x;
    if !maximum.all_below(Reference::<S>::LARGE) {
        for e in &mut terms {
            *e = *e - reference.offset;
        }
    }
    for e in &mut terms {
        *e = reference.term::<false>(*e);
    }
    let sum = over_lanes(
        s,
        N,
        #[inline(always)]
        |lane| match terms.get(lane) {
            Some(&e) => Lanes::<F, S>::of(e).finish(),
            None => F64s::splat(s, 0.0),
        },
    );
    let (sum, count) = if F::KEEPS_TERMS {
        (sum, F64s::splat(s, 1.0))
    } else {
        without_maxima::<N, F, S>(s, x, &reference, sum)
    };
    let summary = F::summary_of(fast, &reference, sum, count);
    let kept = if F::KEEPS_TERMS { terms } else { *x };
    for (y, kept) in x.iter_mut().zip(kept) {
        *y = F::result(kept, summary);
    }
}

/// Returns the sums without the maxima, and the numbers of maxima that are left out.
#[inline(always)]
fn without_maxima<const N: usize, F: Function, S: Simd>(
    s: S,
    x: &[F32s<S>; N],
    reference: &Reference<S>,
    sums: F64s<S>,
) -> (F64s<S>, F64s<S>) {
    let (others, lost) = without_maximum(sums, reference.term::<true>(reference.maximum));
    if lost.select(F32s::splat(s, 1.0), 0.0).all_below(1.0) {
        return (others, F64s::splat(s, 1.0));
    }
    if N <= 4 {
        // In rows of so few entries one dominates so often that a call would be felt.
        let mut lanes = [Lanes::<F, S>::new(s); N];
        for (x, lane) in x.iter().zip(&mut lanes) {
            lane.add_with_rest(reference.term_and_rest::<true>(*x));
        }
        let exact = over_lanes(
            s,
            N,
            #[inline(always)]
            |lane| match lanes.get(lane) {
                Some(lane) => lane.finish(),
                None => F64s::splat(s, 0.0),
            },
        );
        return (select(s, lost, exact, others), F64s::splat(s, 1.0));
    }
    let mut tile = [[0.0; LANES]; N];
    for (x, to) in x.iter().zip(&mut tile) {
        x.store(to);
    }
    let columns = Columns::tile(tile.as_flattened_mut(), N, LANES);
    let (exact, _) = rare::<F, S>(&columns, reference, false);
    (select(s, lost, F64s::load(s, &exact), others), F64s::splat(s, 1.0))
}

/// Returns `exact` where `lost` is true, else `others`. Where either is NaN, so are the results.
#[inline(always)]
fn select<S: Simd>(s: S, lost: Mask<S>, exact: F64s<S>, others: F64s<S>) -> F64s<S> {
    let one = lost.select(F32s::splat(s, 1.0), 0.0).widen();
    exact * one + others * (1.0 - one)
}
