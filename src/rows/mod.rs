//! What works on rows.

mod terms;

use crate::{
    isa::{Isa, Job, Native, Simd, on},
    vector::{F32s, F64s},
};
use core::array::from_fn;
use terms::Reference;

/// Rows of one matrix, in place or from another.
pub(crate) struct Rows<'a> {
    pub(crate) src: Option<&'a [f32]>,
    pub(crate) dst: &'a mut [f32],
    pub(crate) cols: usize,
}

impl Rows<'_> {
    #[inline(always)]
    fn input(&self, row: usize) -> &[f32] {
        let x = self.src.unwrap_or(&*self.dst);
        &x[row * self.cols..][..self.cols]
    }

    #[inline(always)]
    fn output(&mut self, row: usize) -> &mut [f32] {
        &mut self.dst[row * self.cols..][..self.cols]
    }

    /// Every entry of a row replaced by its image; `f` also sees `fill` after the last entry.
    #[inline(always)]
    fn map<S: Simd>(&mut self, s: S, row: usize, fill: f32, mut f: impl FnMut(F32s<S>) -> F32s<S>) {
        let at = row * self.cols;
        let dst = &mut self.dst[at..][..self.cols];
        let Some(src) = self.src else {
            let mut steps = dst.chunks_exact_mut(S::LANES);
            for x in &mut steps {
                f(F32s::load(s, x)).store(x);
            }
            let rest = steps.into_remainder();
            if !rest.is_empty() {
                f(F32s::load_part(s, rest, fill)).store_part(rest);
            }
            return;
        };
        let src = &src[at..][..self.cols];
        let mut steps = dst.chunks_exact_mut(S::LANES);
        let inputs = src.chunks_exact(S::LANES);
        let last = inputs.remainder();
        for (y, x) in (&mut steps).zip(inputs) {
            f(F32s::load(s, x)).store(y);
        }
        let rest = steps.into_remainder();
        if !rest.is_empty() {
            f(F32s::load_part(s, last, fill)).store_part(rest);
        }
    }
}

#[inline(always)]
fn maximum<S: Simd>(s: S, x: &[f32]) -> f32 {
    let mut m = [F32s::splat(s, f32::NEG_INFINITY); 2];
    let mut steps = x.chunks_exact(2 * S::LANES);
    for x in &mut steps {
        let (a, b) = x.split_at(S::LANES);
        m[0] = F32s::load(s, a).at_least(m[0]);
        m[1] = F32s::load(s, b).at_least(m[1]);
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

pub(crate) struct SoftmaxRows<'a, const FAST: bool>(pub(crate) Rows<'a>);

pub(crate) fn softmax<const FAST: bool>(isa: Isa, rows: Rows<'_>) {
    on(isa, SoftmaxRows::<FAST>(rows));
}

const BATCH: usize = 16;

impl<const FAST: bool> Job for SoftmaxRows<'_, FAST> {
    #[inline(always)]
    fn run<S: Native>(self, s: S) {
        let mut rows = self.0;
        let n = rows.dst.len() / rows.cols;
        let size = (4096 / rows.cols).clamp(1, BATCH);
        let mut first = 0;
        while first < n {
            let count = size.min(n - first);
            wide::<FAST, _>(s.sixteen(), &mut rows, first, count);
            first += count;
        }
    }
}

#[inline(always)]
fn wide<const FAST: bool, S: Simd>(s: S, rows: &mut Rows<'_>, first: usize, count: usize) {
    let mut maxima = [0.0; BATCH];
    for i in 0..count {
        maxima[i] = maximum(s, rows.input(first + i));
    }
    let maxima = F32s::load(s, &maxima);
    let reference = Reference::new(maxima);
    let (mut offset, mut magic, mut least) = ([0.0; BATCH], [0.0; BATCH], [0.0; BATCH]);
    reference.offset.store(&mut offset);
    reference.magic.store(&mut magic);
    reference.least.store(&mut least);
    let mut sums = [0.0; BATCH];
    for i in 0..count {
        let reference = Reference {
            offset: F32s::splat(s, offset[i]),
            magic: F32s::splat(s, magic[i]),
            least: F32s::splat(s, least[i]),
        };
        sums[i] = if offset[i] == 0.0 {
            terms::<false, FAST, _>(s, rows, first + i, &reference)
        } else {
            terms::<true, FAST, _>(s, rows, first + i, &reference)
        };
    }
    for i in 0..count {
        let f = 1.0 / sums[i];
        let high = f as f32;
        let low = (f - f64::from(high)) as f32;
        let mut steps = rows.output(first + i).chunks_exact_mut(S::LANES);
        for x in &mut steps {
            scale::<FAST, _>(F32s::load(s, x), high, low).store(x);
        }
        let rest = steps.into_remainder();
        if !rest.is_empty() {
            scale::<FAST, _>(F32s::load_part(s, rest, 0.0), high, low).store_part(rest);
        }
    }
}

#[inline(always)]
fn scale<const FAST: bool, S: Simd>(e: F32s<S>, high: f32, low: f32) -> F32s<S> {
    if FAST { e * high } else { e.mul_add(high, e * low) }
}

#[inline(always)]
fn terms<const OFFSET: bool, const FAST: bool, S: Simd>(
    s: S,
    rows: &mut Rows<'_>,
    row: usize,
    reference: &Reference<S>,
) -> f64 {
    let mut total = F64s::splat(s, 0.0);
    let mut run = F32s::splat(s, 0.0);
    let mut left = 8;
    rows.map(
        s,
        row,
        f32::NEG_INFINITY,
        #[inline(always)]
        |x| {
            let e = reference.term::<OFFSET>(x);
            if FAST {
                run = run + e;
                left -= 1;
                if left == 0 {
                    total = total.accumulate(run);
                    run = run.same(0.0);
                    left = 8;
                }
            } else {
                total = total.accumulate(e);
            }
            e
        },
    );
    if FAST {
        total = total.accumulate(run);
    }
    let sum = total.sum();
    if sum < f64::from_bits(255 << 52) { sum * f64::from_bits((1023 + 896) << 52) } else { f64::NAN }
}
