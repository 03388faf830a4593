//! Slices shorter than a register, in registers of several groups of four lanes.

use super::simd::{load_thirds, store_thirds};
use core::arch::x86_64::__m128;
use pulp::cast;

/// Loads fewer elements than `N` groups of four have lanes.
#[inline(always)]
pub(crate) fn load_short<const N: usize>(x: &[f32]) -> [[f32; 4]; N] {
    if x.len() < 4 { [load_thirds(x); N] } else { load_quarters(x) }
}

#[inline(always)]
pub(crate) fn store_short<const N: usize>(lanes: [[f32; 4]; N], x: &mut [f32]) {
    if x.len() < 4 { store_thirds(lanes[0], x) } else { store_quarters(lanes, x) }
}

/// Returns the first element of group `i`. The groups follow each other as far as they fit, and
/// then end where the elements end. They overlap, and together cover all elements.
#[inline(always)]
fn quarter(i: usize, len: usize) -> usize {
    (4 * i).min(len - 4)
}

/// Loads 4 or more elements as `N` groups of four.
#[inline(always)]
fn load_quarters<const N: usize>(x: &[f32]) -> [[f32; 4]; N] {
    let mut lanes = [[0.0; 4]; N];
    for (i, lanes) in lanes.iter_mut().enumerate() {
        lanes.copy_from_slice(&x[quarter(i, x.len())..][..4]);
    }
    lanes
}

#[inline(always)]
fn store_quarters<const N: usize>(lanes: [[f32; 4]; N], x: &mut [f32]) {
    for (i, lanes) in lanes.iter().enumerate() {
        let at = quarter(i, x.len());
        x[at..][..4].copy_from_slice(lanes);
    }
}

/// Loads a group of four elements.
#[inline(always)]
pub(super) fn group(x: &[f32]) -> __m128 {
    let x: &[f32; 4] = x.try_into().expect("four elements");
    cast(*x)
}
