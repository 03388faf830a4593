//! The logits of a row.

use super::{
    Logits, NONE,
    lanes::{capped, kept, part, row_of},
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
        *maximum = steps.run(s, y, [options.mask.is_some(), options.keep.is_some()]);
    }

    #[inline(always)]
    fn on_baseline(self) {
        at_baseline(self);
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
    fn run<S: Simd>(self, s: S, y: &mut [f32], masks: [bool; 2]) -> f32 {
        let Some(limit) = self.logits.soft_cap() else {
            // Four loops, each without a condition in it.
            return match masks {
                [false, false] => self.with(s, y, [false, false], uncapped),
                [false, true] => self.with(s, y, [false, true], uncapped),
                [true, false] => self.with(s, y, [true, false], uncapped),
                [true, true] => self.with(s, y, [true, true], uncapped),
            };
        };
        // One loop, for beside a tanh the conditions cost nothing.
        self.with(
            s,
            y,
            masks,
            #[inline(always)]
            |t| capped(t, limit),
        )
    }

    /// The maximum. `masks` says which of the two there are.
    #[inline(always)]
    fn with<S: Simd>(
        self,
        s: S,
        y: &mut [f32],
        masks: [bool; 2],
        capped: impl Fn(F32s<S>) -> F32s<S>,
    ) -> f32 {
        let mut maximum = F32s::splat(s, NONE);
        let mut chunks = y.chunks_exact_mut(LANES);
        let mut at = 0;
        for y in &mut chunks {
            let t = self.logit(s, y, at, masks, &capped);
            t.store(y);
            maximum = t.at_least(maximum);
            at += LANES;
        }
        let y = chunks.into_remainder();
        if !y.is_empty() {
            let t = self.logit(s, y, at, masks, &capped);
            t.store_part(y);
            maximum = Mask::first(s, y.len()).select(t, NONE).at_least(maximum);
        }
        maximum.largest()
    }

    #[inline(always)]
    fn logit<S: Simd>(
        &self,
        s: S,
        y: &[f32],
        at: usize,
        [mask, keep]: [bool; 2],
        capped: &impl Fn(F32s<S>) -> F32s<S>,
    ) -> F32s<S> {
        let len = y.len();
        let x = match self.x {
            Some(x) => part(s, &x[at..][..len]),
            None => part(s, y),
        };
        let mut t = capped(x * self.logits.factor());
        if mask {
            t = self.logits.masked(t, part(s, &self.mask[at..][..len]));
        }
        if keep {
            t = kept(t, s, &self.keep[at..][..len]);
        }
        t
    }
}

#[inline(always)]
fn uncapped<S: Simd>(t: F32s<S>) -> F32s<S> {
    t
}
