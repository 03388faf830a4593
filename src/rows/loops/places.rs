//! The places of interleaved rows.
//!
//! Sixteen entries of each of `inner` neighbours are a period of `inner` registers. An entry has a
//! place in it, which is its index modulo 16 `inner`. So a place is a lane of the sum of one row,
//! and what belongs to a row is repeated in sixteen places.

use crate::{isa::Simd, rows::numerics::sum::LANES, vector::F64s};

/// Returns the register of a period that follows another.
#[inline(always)]
pub(in crate::rows) fn following(register: usize, registers: usize) -> usize {
    if register + 1 == registers { 0 } else { register + 1 }
}

/// Adds the lanes of each row, in the order of `sum.rs`. The sums are in the first places. Up to
/// fifteen elements after the last place are overwritten.
#[inline(always)]
pub(in crate::rows) fn add_lanes<S: Simd>(s: S, total: &mut [f64], inner: usize) {
    for half in [8, 4, 2, 1] {
        for at in (0..half * inner).step_by(LANES) {
            let [a, b] = [at, at + half * inner].map(
                #[inline(always)]
                |at| F64s::load(s, &total[at..][..LANES]),
            );
            (a + b).store(&mut total[at..][..LANES]);
        }
    }
}

/// Repeats what the first places have in all others.
#[inline(always)]
pub(in crate::rows) fn repeat<T: Copy>(table: &mut [T], inner: usize) {
    for times in [1, 2, 4, 8] {
        table.copy_within(..times * inner, times * inner);
    }
}
