//! Gradients of rows along an axis.

use super::{Function, given, scaled};
use crate::{
    isa::Simd,
    rows::{
        loops::places::{add_lanes, following, repeat},
        numerics::sum::{LANES, over_lanes},
    },
    vector::{Aligned, F32s, F64s},
};

/// The most neighbours for which sums are kept in all places of a period: 16 KiB of them.
const MOST: usize = 127;

/// Whether [`interleaved`] takes less time than [`side_by_side`]: cycles as measured on a Zen 4.
/// Sixteen columns side by side take 27 an entry, and fewer take 46.
pub(super) fn are_few(n: usize, inner: usize) -> bool {
    let side_by_side = n.saturating_mul(27 * (inner / LANES) + 46);
    let together = n.saturating_mul(2 * inner) + 48 * inner + 400;
    (2..=MOST).contains(&inner) && !inner.is_multiple_of(LANES) && together < side_by_side
}

/// Rows with few neighbours, read as one stream.
#[inline(always)]
pub(super) fn interleaved<F: Function, S: Simd>(
    s: S,
    factor: f64,
    y: &[f32],
    dy: &[f32],
    dx: &mut [f32],
    inner: usize,
) {
    let Aligned(table) = &mut Aligned([0.0_f64; (MOST + 1) * LANES]);
    let mut register = 0;
    let totals = &mut table.as_chunks_mut::<LANES>().0[..inner];
    for at in (0..y.len()).step_by(LANES) {
        let [y, dy] = [at_most_16(s, &y[at..]), at_most_16(s, &given(dy, dx)[at..])];
        let total = &mut totals[register];
        F::add::<true, S>(F64s::load(s, total), y, dy).store(total);
        register = following(register, inner);
    }
    add_lanes(s, table, inner);
    repeat(table, inner);
    register = 0;
    let sums = &table.as_chunks::<LANES>().0[..inner];
    for at in (0..y.len()).step_by(LANES) {
        let [y, dy] = [at_most_16(s, &y[at..]), at_most_16(s, &given(dy, dx)[at..])];
        let sum = F64s::load(s, &sums[register]);
        store_at_most_16(scaled::<F, S>(factor, y, dy, sum), &mut dx[at..]);
        register = following(register, inner);
    }
}

/// One row in each lane.
#[inline(always)]
pub(super) fn side_by_side<F: Function, S: Simd>(
    s: S,
    factor: f64,
    y: &[f32],
    dy: &[f32],
    dx: &mut [f32],
    inner: usize,
) {
    let n = y.len() / inner;
    for at in (0..inner).step_by(LANES) {
        let end = inner.min(at + LANES);
        let sum = over_lanes(
            s,
            n,
            #[inline(always)]
            |lane| {
                let mut total = F64s::splat(s, 0.0);
                for j in (lane..n).step_by(LANES) {
                    let [y, dy] = [
                        at_most_16(s, &y[j * inner..][at..end]),
                        at_most_16(s, &given(dy, dx)[j * inner..][at..end]),
                    ];
                    total = F::add::<true, S>(total, y, dy);
                }
                total
            },
        );
        for j in 0..n {
            let [y, dy] = [
                at_most_16(s, &y[j * inner..][at..end]),
                at_most_16(s, &given(dy, dx)[j * inner..][at..end]),
            ];
            store_at_most_16(scaled::<F, S>(factor, y, dy, sum), &mut dx[j * inner..][at..end]);
        }
    }
}

/// Loads the first sixteen elements, or fewer and 0 after the last.
#[inline(always)]
fn at_most_16<S: Simd>(s: S, x: &[f32]) -> F32s<S> {
    if x.len() >= LANES { F32s::load(s, &x[..LANES]) } else { F32s::load_part(s, x, 0.0) }
}

#[inline(always)]
fn store_at_most_16<S: Simd>(a: F32s<S>, x: &mut [f32]) {
    if x.len() >= LANES {
        a.store(&mut x[..LANES]);
    } else {
        a.store_part(x);
    }
}
