//! The logits of neighbouring columns, one in each lane.

use super::{
    Logits, NONE, Place,
    lanes::{capped, kept, part, row_of},
};
use crate::{
    isa::{Job, Native, Simd, at_baseline, on},
    rows::numerics::sum::LANES,
    vector::F32s,
};

impl Logits<'_> {
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

/// The job of [`Logits::write_columns`].
struct OfColumns<'a> {
    logits: &'a Logits<'a>,
    place: Place,
    x: Option<(&'a [f32], usize)>,
    y: &'a mut [f32],
    stride: usize,
    maxima: &'a mut [f32; LANES],
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

    #[inline(always)]
    fn on_baseline(self) {
        at_baseline(self);
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
            Some(limit) => capped(t, limit),
            None => t,
        }
    }
}
