//! The logits of a row.

use super::{
    Logits, NONE,
    lanes::{Transform, kept, part},
};
use crate::{
    isa::{Job, Native, Simd, at_baseline, on},
    rows::numerics::sum::LANES,
    vector::{F32s, Mask},
};

impl Logits<'_> {
    /// Writes logits of row `row` from column `start` on, those of `x` or of what is in `y`. Their
    /// maximum; anything if one of them is NaN.
    ///
    /// Not inlined, nor is `write_columns`: the code is the same for all functions of rows.
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

    /// The part of a mask from `start` on that is for row `row`.
    #[inline(always)]
    fn row_of<'m, T>(&self, mask: &'m [T], [plane, _]: [usize; 2], start: usize) -> &'m [T] {
        &mask[plane * self.n + start..]
    }
}

/// The job of [`Logits::write`].
struct OfRow<'a> {
    logits: &'a Logits<'a>,
    row: usize,
    start: usize,
    x: Option<&'a [f32]>,
    y: &'a mut [f32],
    maximum: &'a mut f32,
}

impl Job for OfRow<'_> {
    #[inline(always)]
    fn run<S: Native>(self, s: S) {
        let s = s.sixteen();
        let Self { logits, row, start, x, y, maximum } = self;
        if logits.may_leave {
            let x = x.unwrap_or(y);
            let largest = Logits::largest_magnitude(s, x, LANES, LANES).largest();
            if largest > logits.limit() {
                if let Some(x) = self.x {
                    y.copy_from_slice(x);
                }
                *maximum = logits.write_far(row, y, 1);
                return;
            }
        }
        let [mut first, mut end] = [0, y.len()];
        if logits.has_limits() {
            let seen = logits.seen(row);
            end = seen[1].saturating_sub(start).min(end);
            first = seen[0].saturating_sub(start).min(end);
        }
        y[..first].fill(NONE);
        y[end..].fill(NONE);
        let x = x.map(
            #[inline(always)]
            |x| &x[first..end],
        );
        let y = &mut y[first..end];
        let index = logits.placement.index(row);
        let mask = logits.options.mask.map_or(
            &[][..],
            #[inline(always)]
            |mask| &logits.row_of(mask, logits.placement.mask.at(index), start + first)[..y.len()],
        );
        let keep = logits.options.keep.map_or(
            &[][..],
            #[inline(always)]
            |keep| &logits.row_of(keep, logits.placement.keep.at(index), start + first)[..y.len()],
        );
        let transform = logits.transform();
        let steps = Steps { transform, slope: logits.slope(row), x, mask, keep };
        let masks = [logits.options.mask.is_some(), logits.options.keep.is_some()];
        *maximum = if transform.is_scale() && logits.options.mask_slopes.is_none() {
            steps.scaled(s, y, masks)
        } else {
            steps.transformed(s, y, masks)
        };
    }

    #[inline(always)]
    fn on_baseline(self) {
        at_baseline(self);
    }
}

/// Entries, unless they are where their logits go, and as long slices of the masks that there are.
struct Steps<'a> {
    transform: Transform,
    slope: f32,
    x: Option<&'a [f32]>,
    mask: &'a [f32],
    keep: &'a [bool],
}

impl Steps<'_> {
    /// The usual steps: four loops, each without a condition in it.
    #[inline(always)]
    fn scaled<S: Simd>(self, s: S, y: &mut [f32], masks: [bool; 2]) -> f32 {
        let logit = self.transform.scaled();
        match masks {
            [false, false] => self.with(s, y, [false, false], logit),
            [false, true] => self.with(s, y, [false, true], logit),
            [true, false] => self.with(s, y, [true, false], logit),
            [true, true] => self.with(s, y, [true, true], logit),
        }
    }

    /// All steps: one loop, for beside a division or a tanh the conditions cost nothing.
    #[inline(always)]
    fn transformed<S: Simd>(self, s: S, y: &mut [f32], masks: [bool; 2]) -> f32 {
        let Self { transform, slope, .. } = self;
        self.with(
            s,
            y,
            masks,
            #[inline(always)]
            |x, mask| {
                let mask = mask.map(
                    #[inline(always)]
                    |mask| mask * slope,
                );
                transform.logit(x, mask)
            },
        )
    }

    /// The maximum. `masks` says which of the two there are.
    #[inline(always)]
    fn with<S: Simd>(
        self,
        s: S,
        y: &mut [f32],
        masks: [bool; 2],
        logit: impl Fn(F32s<S>, Option<F32s<S>>) -> F32s<S>,
    ) -> f32 {
        let mut maximum = F32s::splat(s, NONE);
        let mut chunks = y.chunks_exact_mut(LANES);
        let mut at = 0;
        for y in &mut chunks {
            let t = self.step(s, y, at, masks, &logit);
            t.store(y);
            maximum = t.at_least(maximum);
            at += LANES;
        }
        let y = chunks.into_remainder();
        if !y.is_empty() {
            let t = self.step(s, y, at, masks, &logit);
            t.store_part(y);
            maximum = Mask::first(s, y.len()).select(t, NONE).at_least(maximum);
        }
        maximum.largest()
    }

    #[inline(always)]
    fn step<S: Simd>(
        &self,
        s: S,
        y: &[f32],
        at: usize,
        [mask, keep]: [bool; 2],
        logit: &impl Fn(F32s<S>, Option<F32s<S>>) -> F32s<S>,
    ) -> F32s<S> {
        let len = y.len();
        let x = match self.x {
            Some(x) => part(s, &x[at..][..len]),
            None => part(s, y),
        };
        let mask = if mask { Some(part(s, &self.mask[at..][..len])) } else { None };
        let t = logit(x, mask);
        if keep { kept(t, s, &self.keep[at..][..len]) } else { t }
    }
}
