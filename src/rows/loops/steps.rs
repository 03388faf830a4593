//! Passes over a row that lies across the lanes, in steps of sixteen entries.

use crate::{
    isa::Simd,
    rows::numerics::{
        function::Function,
        sum::{LANES, Lanes},
    },
    vector::{F32s, Mask},
};

/// Returns the maximum. If an entry is NaN the result is unspecified, because the terms carry the
/// NaN.
#[inline(always)]
pub(in crate::rows) fn maximum<S: Simd>(s: S, x: &[f32]) -> f32 {
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

/// Calls `f` with vectors of the entries. The lanes after the last entry are `fill`.
#[inline(always)]
pub(in crate::rows) fn each<S: Simd>(s: S, x: &[f32], fill: f32, mut f: impl FnMut(F32s<S>)) {
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
pub(in crate::rows) fn map_in_place<S: Simd>(
    s: S,
    x: &mut [f32],
    fill: f32,
    mut f: impl FnMut(F32s<S>) -> F32s<S>,
) {
    let mut steps = x.chunks_exact_mut(S::LANES);
    for x in &mut steps {
        f(F32s::load(s, x)).store(x);
    }
    let rest = steps.into_remainder();
    if !rest.is_empty() {
        f(F32s::load_part(s, rest, fill)).store_part(rest);
    }
}

/// Writes the images of the entries to `dst`. The entries are in `src`, or in `dst` if that is
/// `None`.
#[inline(always)]
pub(in crate::rows) fn map<S: Simd>(
    s: S,
    src: Option<&[f32]>,
    dst: &mut [f32],
    fill: f32,
    mut f: impl FnMut(F32s<S>) -> F32s<S>,
) {
    let (steps, rest) = dst.as_chunks_mut::<LANES>();
    let src = src.map(
        #[inline(always)]
        |src| src.as_chunks::<LANES>(),
    );
    let whole = src.map(
        #[inline(always)]
        |(src, _)| &src[..steps.len()],
    );
    for (i, y) in steps.iter_mut().enumerate() {
        let x = match whole {
            Some(x) => &x[i],
            None => &*y,
        };
        f(F32s::load(s, x)).store(y);
    }
    if !rest.is_empty() {
        let x = match src {
            Some((_, x)) => &x[..rest.len()],
            None => &*rest,
        };
        f(F32s::load_part(s, x, fill)).store_part(rest);
    }
}

/// Adds the terms of the entries.
#[inline(always)]
pub(in crate::rows) fn add_terms<F: Function, S: Simd>(
    s: S,
    x: &[f32],
    lanes: &mut Lanes<F, S>,
    term: impl Fn(F32s<S>) -> F32s<S>,
) {
    let mut steps = x.chunks_exact(LANES);
    for x in &mut steps {
        lanes.add(term(F32s::load(s, x)));
    }
    if !steps.remainder().is_empty() {
        lanes.add(last_terms(s, steps.remainder(), term));
    }
}

/// Returns the terms of fewer entries than there are lanes. The lanes after them are 0, which adds
/// nothing.
#[inline(always)]
pub(super) fn last_terms<S: Simd>(s: S, x: &[f32], term: impl Fn(F32s<S>) -> F32s<S>) -> F32s<S> {
    Mask::first(s, x.len()).select(term(F32s::load_part(s, x, 0.0)), 0.0)
}
