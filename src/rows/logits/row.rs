//! The logits of rows.

use super::{Logits, NONE, lanes::Transform, rows::Rows, steps::Steps, stream::Stream};
use crate::{
    isa::{Job, Native, Simd, at_baseline, on},
    rows::numerics::sum::LANES,
};
use core::ops::Range;

impl Logits<'_> {
    /// Returns what the masks have for some entries of row `row`; nothing for one that is not
    /// there.
    fn masks(&self, row: usize, entries: Range<usize>) -> (&[f32], &[bool]) {
        let index = self.placement.index(row);
        let (mut mask, mut keep): (&[f32], &[bool]) = (&[], &[]);
        if let Some(all) = self.options.mask {
            let [plane, _] = self.placement.mask.at(index);
            mask = &all[plane * self.n..][entries.clone()];
        }
        if let Some(all) = self.options.keep {
            let [plane, _] = self.placement.keep.at(index);
            keep = &all[plane * self.n..][entries];
        }
        (mask, keep)
    }

    /// Writes the logits of rows. Their maxima go to `maxima`, one for each row, unless that is
    /// empty; a maximum is anything if one of the logits is NaN.
    ///
    /// Not inlined, nor is `write_columns`: the code is the same for all functions of rows.
    #[inline(never)]
    pub(in crate::rows) fn write(&self, rows: Rows<'_>, maxima: &mut [f32]) {
        self.write_units(rows, None, maxima);
    }

    pub(super) fn write_units(
        &self,
        rows: Rows<'_>,
        stream: Option<Stream<'_>>,
        maxima: &mut [f32],
    ) {
        on(self.isa, OfRows { logits: self, rows, stream, maxima });
    }
}

/// The job of [`Logits::write`].
struct OfRows<'a> {
    logits: &'a Logits<'a>,
    rows: Rows<'a>,
    /// The masks, if rows are a stream.
    stream: Option<Stream<'a>>,
    maxima: &'a mut [f32],
}

impl Job for OfRows<'_> {
    #[inline(always)]
    fn run<S: Native>(self, s: S) {
        let s = s.sixteen();
        let Self { logits, rows, stream, maxima } = self;
        let Rows { first, start, cols, x: all, y: (to, stride) } = rows;
        let options = logits.options;
        let transform = logits.transform();
        let masks = [options.mask.is_some(), options.keep.is_some()];
        let is_usual = transform.is_scale() && options.mask_slopes.is_none();
        for (i, y) in to.chunks_mut(stride).enumerate() {
            let len = cols.min(y.len());
            let y = &mut y[..len];
            let x = all.map(
                #[inline(always)]
                |(x, stride)| &x[i * stride..][..len],
            );
            let maximum = if logits.may_leave && logits.is_far(s, x.unwrap_or(y)) {
                if let Some(x) = x {
                    y.copy_from_slice(x);
                }
                logits.write_far(first + i, y, 1)
            } else {
                let (steps, y) = match &stream {
                    Some(stream) => (stream.steps(transform, i, x, len), y),
                    None => logits.steps(transform, first + i, start, x, y),
                };
                if is_usual {
                    steps.scaled(s, y, masks)
                } else {
                    steps.with::<false, _>(s, y, masks)
                }
            };
            if let Some(to) = maxima.get_mut(i) {
                *to = maximum;
            }
        }
    }

    #[inline(always)]
    fn on_baseline(self) {
        at_baseline(self);
    }
}

impl Logits<'_> {
    /// Whether a logit of these entries may be beyond the range.
    #[inline(always)]
    fn is_far<S: Simd>(&self, s: S, x: &[f32]) -> bool {
        Self::largest_magnitude(s, x, LANES, LANES).largest() > self.limit()
    }

    /// Returns what the entries need that row `row` sees, and where their logits go. Writes the
    /// logits of the others.
    #[inline(always)]
    fn steps<'a>(
        &'a self,
        transform: Transform,
        row: usize,
        start: usize,
        x: Option<&'a [f32]>,
        y: &'a mut [f32],
    ) -> (Steps<'a>, &'a mut [f32]) {
        let [mut first, mut end] = [0, y.len()];
        if self.has_limits() {
            let seen = self.seen(row);
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
        let (mask, keep) = self.masks(row, start + first..start + end);
        (Steps { transform, slope: self.slope(row), x, mask, keep }, y)
    }
}
