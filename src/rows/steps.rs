//! The steps of sixteen entries through a row that lies across the lanes.

use super::matrix::Matrix;
use crate::{isa::Simd, vector::F32s};

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

/// Calls `f` with the entries, and `fill` after the last.
#[inline(always)]
pub(super) fn each<S: Simd>(s: S, x: &[f32], fill: f32, mut f: impl FnMut(F32s<S>)) {
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
pub(super) fn map<S: Simd>(
    s: S,
    rows: &mut Matrix<'_>,
    row: usize,
    fill: f32,
    mut f: impl FnMut(F32s<S>) -> F32s<S>,
) {
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
