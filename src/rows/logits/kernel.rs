//! The logits of rows that have options, in vectors.

use super::{Logits, NONE, Place};
use crate::{
    isa::{Job, Native, Simd, on},
    map::Map,
    ops::Tanh,
    rows::numerics::sum::LANES,
    vector::{F32s, Mask},
};

impl Logits<'_> {
    /// Writes logits of row `row` from column `start` on, those of `x` or of what is in `y`. Their
    /// maximum; anything if one of them is NaN.
    ///
    /// Not inlined, nor is the other one: the code is the same for all functions of rows.
    #[inline(never)]
    pub(in crate::rows) fn write(
        &self,
        row: usize,
        start: usize,
        x: Option<&[f32]>,
        y: &mut [f32],
    ) -> f32 {
        let mut maximum = NONE;
        on(self.isa, OfRow { logits: self, row, start, x, y, maximum: &mut maximum });
        maximum
    }

    /// Writes the logits of the entries at `place`, those of `x` or of what is in `y`, where they
    /// are so far apart. Their maxima; anything where one of them is NaN.
    #[inline(never)]
    pub(in crate::rows) fn write_columns(
        &self,
        place: Place,
        x: Option<(&[f32], usize)>,
        (y, stride): (&mut [f32], usize),
    ) -> [f32; LANES] {
        let mut maxima = [NONE; LANES];
        on(self.isa, OfColumns { logits: self, place, x, y, stride, maxima: &mut maxima });
        maxima
    }
}

/// The job of [`Logits::write`].
struct OfRow<'a> {
    pub(in crate::rows) logits: &'a Logits<'a>,
    pub(in crate::rows) row: usize,
    pub(in crate::rows) start: usize,
    pub(in crate::rows) x: Option<&'a [f32]>,
    pub(in crate::rows) y: &'a mut [f32],
    pub(in crate::rows) maximum: &'a mut f32,
}

impl Job for OfRow<'_> {
    #[inline(always)]
    fn run<S: Native>(self, s: S) {
        let Self { logits, row, start, x, y, maximum } = self;
        let Logits { ref options, n, .. } = *logits;
        let [first, end] = options.causal.map_or(
            [0, n],
            #[inline(always)]
            |causal| causal.seen(row, n),
        );
        let end = end.saturating_sub(start).min(y.len());
        let first = first.saturating_sub(start).min(end);
        y[..first].fill(NONE);
        y[end..].fill(NONE);
        let x = x.map(
            #[inline(always)]
            |x| &x[first..end],
        );
        let mask = options.mask.map_or(
            &[][..],
            #[inline(always)]
            |mask| &row_of(mask, row, n)[start + first..start + end],
        );
        let keep = options.keep.map_or(
            &[][..],
            #[inline(always)]
            |keep| &row_of(keep, row, n)[start + first..start + end],
        );
        let steps = Steps { logits, x, mask, keep };
        let y = &mut y[first..end];
        let s = s.sixteen();
        *maximum = match (options.mask, options.keep) {
            (None, None) => steps.run::<false, false, _>(s, y),
            (None, Some(_)) => steps.run::<false, true, _>(s, y),
            (Some(_), None) => steps.run::<true, false, _>(s, y),
            (Some(_), Some(_)) => steps.run::<true, true, _>(s, y),
        };
    }
}

/// Entries, unless they are where their logits go, and as long slices of the masks that there are.
struct Steps<'a> {
    logits: &'a Logits<'a>,
    x: Option<&'a [f32]>,
    mask: &'a [f32],
    keep: &'a [bool],
}

impl Steps<'_> {
    #[inline(always)]
    fn run<const MASK: bool, const KEEP: bool, S: Simd>(self, s: S, y: &mut [f32]) -> f32 {
        match self.logits.soft_cap() {
            None => self.with::<MASK, KEEP, S>(
                s,
                y,
                #[inline(always)]
                |t| t,
            ),
            Some(limit) => self.with::<MASK, KEEP, S>(
                s,
                y,
                #[inline(always)]
                |t| Tanh.eval([t / limit]) * limit,
            ),
        }
    }

    /// The maximum.
    #[inline(always)]
    fn with<const MASK: bool, const KEEP: bool, S: Simd>(
        self,
        s: S,
        y: &mut [f32],
        capped: impl Fn(F32s<S>) -> F32s<S>,
    ) -> f32 {
        let mut maximum = F32s::splat(s, NONE);
        let mut chunks = y.chunks_exact_mut(LANES);
        let mut at = 0;
        for y in &mut chunks {
            let t = self.logit::<MASK, KEEP, S>(s, y, at, &capped);
            t.store(y);
            maximum = t.at_least(maximum);
            at += LANES;
        }
        let y = chunks.into_remainder();
        if !y.is_empty() {
            let t = self.logit::<MASK, KEEP, S>(s, y, at, &capped);
            t.store_part(y);
            maximum = Mask::first(s, y.len()).select(t, NONE).at_least(maximum);
        }
        maximum.largest()
    }

    #[inline(always)]
    fn logit<const MASK: bool, const KEEP: bool, S: Simd>(
        &self,
        s: S,
        y: &[f32],
        at: usize,
        capped: &impl Fn(F32s<S>) -> F32s<S>,
    ) -> F32s<S> {
        let len = y.len();
        let x = match self.x {
            Some(x) => part(s, &x[at..][..len]),
            None => part(s, y),
        };
        let mut t = capped(x * self.logits.factor());
        if MASK {
            t = self.logits.masked(t, part(s, &self.mask[at..][..len]));
        }
        if KEEP {
            t = kept(t, s, &self.keep[at..][..len]);
        }
        t
    }
}

/// The job of [`Logits::write_columns`].
struct OfColumns<'a> {
    pub(in crate::rows) logits: &'a Logits<'a>,
    pub(in crate::rows) place: Place,
    pub(in crate::rows) x: Option<(&'a [f32], usize)>,
    pub(in crate::rows) y: &'a mut [f32],
    pub(in crate::rows) stride: usize,
    pub(in crate::rows) maxima: &'a mut [f32; LANES],
}

impl Job for OfColumns<'_> {
    #[inline(always)]
    fn run<S: Native>(self, s: S) {
        let s = s.sixteen();
        let Self { logits, place, x, y, stride, .. } = self;
        let Place { outer, first, at, width } = place;
        let mut maxima = F32s::splat(s, NONE);
        for (i, y) in y.chunks_mut(stride).enumerate() {
            let (y, j) = (&mut y[..width], first + i);
            let x = match x {
                Some((x, stride)) => part(s, &x[i * stride..][..width]),
                None => part(s, y),
            };
            let mut t = logits.scaled(x);
            match logits.options.mask.map(
                #[inline(always)]
                |mask| logits.lanes(mask, j, place),
            ) {
                Some(Lanes::Each(mask)) => t = logits.masked(t, part(s, mask)),
                Some(Lanes::Same(mask)) => t = logits.masked(t, t.same(mask)),
                None => {}
            }
            match logits.options.keep.map(
                #[inline(always)]
                |keep| logits.lanes(keep, j, place),
            ) {
                Some(Lanes::Each(keep)) => t = kept(t, s, keep),
                Some(Lanes::Same(true)) | None => {}
                Some(Lanes::Same(false)) => t = t.same(NONE),
            }
            if let Some(causal) = logits.options.causal {
                let mut seen = [false; LANES];
                for (lane, seen) in seen[..width].iter_mut().enumerate() {
                    let [first, end] = causal.seen(outer * logits.inner + at + lane, logits.n);
                    *seen = first <= j && j < end;
                }
                t = kept(t, s, &seen);
            }
            if width == LANES {
                t.store(y);
            } else {
                t.store_part(y);
            }
            maxima = t.at_least(maxima);
        }
        maxima.store(self.maxima);
    }
}

/// Numbers for the lanes.
enum Lanes<'a, T> {
    Each(&'a [T]),
    Same(T),
}

impl Logits<'_> {
    /// What a mask has for entry `j` of the columns.
    #[inline(always)]
    fn lanes<'m, T: Copy>(&self, mask: &'m [T], j: usize, place: Place) -> Lanes<'m, T> {
        if mask.len() == self.n {
            return Lanes::Same(mask[j]);
        }
        let values = row_of(mask, place.outer, self.n * self.inner);
        Lanes::Each(&values[j * self.inner + place.at..][..place.width])
    }

    #[inline(always)]
    fn scaled<S: Simd>(&self, x: F32s<S>) -> F32s<S> {
        let t = x * self.factor();
        match self.soft_cap() {
            Some(limit) => Tanh.eval([t / limit]) * limit,
            None => t,
        }
    }

    /// The scale, or its sign where only the largest entry counts: that entry is the same.
    #[inline(always)]
    fn factor(&self) -> f32 {
        if self.one_hot { 1.0_f32.copysign(self.options.scale) } else { self.options.scale }
    }

    #[inline(always)]
    fn soft_cap(&self) -> Option<f32> {
        self.options.soft_cap.filter(
            #[inline(always)]
            |&limit| limit != 0.0 && !limit.is_infinite() && !self.one_hot,
        )
    }

    #[inline(always)]
    fn masked<S: Simd>(&self, t: F32s<S>, mask: F32s<S>) -> F32s<S> {
        let sum = t + mask;
        // Beside an infinite multiple of x finite numbers do not count.
        if self.one_hot { mask.abs().lt(f32::INFINITY).select(t, sum) } else { sum }
    }
}

/// Row `row` of a mask that is repeated.
#[inline(always)]
fn row_of<T>(mask: &[T], row: usize, len: usize) -> &[T] {
    &mask[row % (mask.len() / len) * len..][..len]
}

/// As many elements as there are lanes, or fewer.
#[inline(always)]
fn part<S: Simd>(s: S, x: &[f32]) -> F32s<S> {
    if x.len() == S::LANES { F32s::load(s, x) } else { F32s::load_part(s, x, 0.0) }
}

#[inline(always)]
fn kept<S: Simd>(t: F32s<S>, s: S, keep: &[bool]) -> F32s<S> {
    let mut lanes = [0.0; 16];
    for (lane, &keep) in lanes.iter_mut().zip(keep) {
        *lane = f32::from(u8::from(keep));
    }
    F32s::load(s, &lanes[..S::LANES]).le(0.0).select(NONE, t)
}
