//! Rows across the lanes.

use super::{
    Matrix,
    function::Function,
    sum::{Lanes, unscaled},
    terms::Reference,
};
use crate::{
    isa::Simd,
    vector::{F32s, F64s},
};

/// So many rows go through each pass together that the latencies at their ends overlap, and what is the same for each
/// is computed with one row in each lane.
const BATCH: usize = 16;
/// Elements that stay in the first cache between passes.
const CACHED: usize = 4096;

/// All rows from `first` on.
#[inline(always)]
pub(super) fn rows<F: Function, S: Simd>(s: S, _: F, rows: &mut Matrix<'_>, first: usize) {
    let size = (CACHED / rows.cols).clamp(1, BATCH);
    let mut first = first;
    while first < rows.rows {
        let count = size.min(rows.rows - first);
        batch::<F, S>(s, rows, first, count);
        first += count;
    }
}

#[inline(always)]
fn batch<F: Function, S: Simd>(s: S, rows: &mut Matrix<'_>, first: usize, count: usize) {
    let mut maxima = [0.0; BATCH];
    for (i, m) in maxima[..count].iter_mut().enumerate() {
        *m = maximum(s, rows.input(first + i));
    }
    let references = References::new::<F, S>(s, &maxima);
    let (mut sums, mut counts) = ([0.0; BATCH], [1.0; BATCH]);
    for i in 0..count {
        let reference = references.row(s, i);
        (sums[i], counts[i]) = if references.offset[i] == 0.0 {
            terms::<false, F, S>(s, rows, first + i, &reference)
        } else {
            terms::<true, F, S>(s, rows, first + i, &reference)
        };
    }
    let sums = unscaled(F64s::load(s, &sums));
    let summary = F::summary(&references.all(s), sums, F32s::load(s, &counts));
    let [mut a, mut b] = [[0.0; BATCH]; 2];
    summary[0].store(&mut a);
    summary[1].store(&mut b);
    if F::REDUCES {
        for (i, &y) in a[..count].iter().enumerate() {
            rows.dst[first + i] = F::refined(y, rows.input(first + i).iter().copied());
        }
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

/// The references of a batch.
struct References {
    maximum: [f32; BATCH],
    offset: [f32; BATCH],
    magic: [f32; BATCH],
    least: [f32; BATCH],
}

impl References {
    #[inline(always)]
    fn new<F: Function, S: Simd>(s: S, maxima: &[f32; BATCH]) -> Self {
        let reference = Reference::new(F32s::load(s, maxima), !F::KEEPS_TERMS);
        let [mut offset, mut magic, mut least] = [[0.0; BATCH]; 3];
        reference.offset.store(&mut offset);
        reference.magic.store(&mut magic);
        reference.least.store(&mut least);
        Self { maximum: *maxima, offset, magic, least }
    }

    #[inline(always)]
    fn row<S: Simd>(&self, s: S, i: usize) -> Reference<S> {
        Reference {
            maximum: F32s::splat(s, self.maximum[i]),
            offset: F32s::splat(s, self.offset[i]),
            magic: F32s::splat(s, self.magic[i]),
            least: F32s::splat(s, self.least[i]),
        }
    }

    #[inline(always)]
    fn all<S: Simd>(&self, s: S) -> Reference<S> {
        Reference {
            maximum: F32s::load(s, &self.maximum),
            offset: F32s::load(s, &self.offset),
            magic: F32s::load(s, &self.magic),
            least: F32s::load(s, &self.least),
        }
    }
}

/// The maximum; where a NaN is among the entries, anything: their terms carry it on.
#[inline(always)]
fn maximum<S: Simd>(s: S, x: &[f32]) -> f32 {
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
    each(
        s,
        rows.input(row),
        f32::NEG_INFINITY,
        #[inline(always)]
        |x| {
            lanes.add_with_rest(reference.term_and_rest::<OFFSET>(x));
            count = count + reference.is_maximum(x).select(1.0, 0.0);
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
fn map_in_place<S: Simd>(s: S, x: &mut [f32], fill: f32, mut f: impl FnMut(F32s<S>) -> F32s<S>) {
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
