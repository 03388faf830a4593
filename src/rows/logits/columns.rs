//! The logits of neighbouring columns, one in each lane.

use super::{
    Logits, NONE, Place,
    lanes::part,
    of_columns::{Columns, Seen},
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
        let far = far(s, &self);
        let Self { logits, place, x, y: all, stride, maxima: to } = self;
        let Place { outer, first, at, width } = place;
        // The index of the first column's row in the call.
        let row = outer * logits.inner + logits.first_column + at;
        let transform = logits.transform();
        let mask = logits.options.mask.map(
            #[inline(always)]
            |mask| Columns::new(mask, &logits.placement.mask, logits, row, width),
        );
        let keep = logits.options.keep.map(
            #[inline(always)]
            |keep| Columns::new(keep, &logits.placement.keep, logits, row, width),
        );
        let slopes = logits.options.mask_slopes.map(
            #[inline(always)]
            |_| {
                let mut slopes = [1.0; LANES];
                for (lane, slope) in slopes[..width].iter_mut().enumerate() {
                    *slope = logits.slope(row + lane);
                }
                F32s::load(s, &slopes)
            },
        );
        let mut masks = Masks { mask, slopes, keep, seen: Seen::new(s, logits, row, width, first) };
        let entries = Entries { place, x, y: &mut *all, stride };
        let maxima = if transform.is_scale() {
            entries.write(
                s,
                &mut masks,
                None,
                #[inline(always)]
                |x, mask| transform.scaled(x, mask),
            )
        } else {
            entries.write(
                s,
                &mut masks,
                far,
                #[inline(always)]
                |x, mask| transform.logit(x, mask),
            )
        };
        maxima.store(to);
        if let Some(far) = far {
            for (lane, maximum) in to[..width].iter_mut().enumerate() {
                if far[lane] == 1.0 {
                    *maximum = logits.write_far(row + lane, &mut all[lane..], stride);
                }
            }
        }
    }

    #[inline(always)]
    fn on_baseline(self) {
        at_baseline(self);
    }
}

/// What there is for neighbouring columns besides their entries.
struct Masks<'m, S: Simd> {
    mask: Option<Columns<'m, f32>>,
    slopes: Option<F32s<S>>,
    keep: Option<Columns<'m, bool>>,
    seen: Option<Seen<S>>,
}

struct Entries<'a> {
    place: Place,
    x: Option<(&'a [f32], usize)>,
    y: &'a mut [f32],
    stride: usize,
}

impl Entries<'_> {
    /// Writes the logits, but the entries themselves where `far` is 1. The maxima of the logits.
    #[inline(always)]
    fn write<S: Simd>(
        self,
        s: S,
        masks: &mut Masks<'_, S>,
        far: Option<[f32; LANES]>,
        logit: impl Fn(F32s<S>, Option<F32s<S>>) -> F32s<S>,
    ) -> F32s<S> {
        let Self { place: Place { first, width, .. }, x, y, stride } = self;
        let mut maxima = F32s::splat(s, NONE);
        for (i, y) in y.chunks_mut(stride).enumerate() {
            let (y, j) = (&mut y[..width], first + i);
            let x = match x {
                Some((x, stride)) => part(s, &x[i * stride..][..width]),
                None => part(s, y),
            };
            let mask = masks.mask.as_ref().map(
                #[inline(always)]
                |mask| mask.lanes(s, j, width),
            );
            let mask = match (mask, masks.slopes) {
                (Some(mask), Some(slopes)) => Some(mask * slopes),
                _ => mask,
            };
            let mut t = logit(x, mask);
            if let Some(keep) = &masks.keep {
                t = keep.kept(s, t, j, width);
            }
            if let Some(seen) = &mut masks.seen {
                t = seen.kept(s, t, j);
            }
            maxima = t.at_least(maxima);
            if let Some(far) = far {
                t = F32s::load(s, &far).lt(1.0).select(t, x);
            }
            if width == LANES {
                t.store(y);
            } else {
                t.store_part(y);
            }
        }
        maxima
    }
}

/// Which columns may have logits beyond the range: 1 in their lanes, and 0 in the others. Their
/// entries are to be left as they are.
#[inline(always)]
fn far<S: Simd>(s: S, of: &OfColumns<'_>) -> Option<[f32; LANES]> {
    if !of.logits.may_leave {
        return None;
    }
    let (x, stride) = of.x.unwrap_or((of.y, of.stride));
    let largest = Logits::largest_magnitude(s, x, stride, of.place.width);
    let limit = largest.same(of.logits.limit());
    let mut far = [0.0; LANES];
    limit.lt(largest).select(1.0, 0.0).store(&mut far);
    far.contains(&1.0).then_some(far)
}
