//! The logits of neighbouring columns, one in each lane.

use super::{
    Logits, NONE, Place,
    lanes::{kept, part},
};
use crate::{
    isa::{Job, Native, Simd, at_baseline, on},
    rows::{numerics::sum::LANES, placement::Broadcast},
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
        let mut seen = Seen::new(s, logits, row, width, first);
        let mut maxima = F32s::splat(s, NONE);
        for (i, y) in all.chunks_mut(stride).enumerate() {
            let (y, j) = (&mut y[..width], first + i);
            let x = match x {
                Some((x, stride)) => part(s, &x[i * stride..][..width]),
                None => part(s, y),
            };
            let mask = mask.as_ref().map(
                #[inline(always)]
                |mask| mask.lanes(s, j, width),
            );
            let mask = match (mask, slopes) {
                (Some(mask), Some(slopes)) => Some(mask * slopes),
                _ => mask,
            };
            let mut t = transform.logit(x, mask);
            if let Some(keep) = &keep {
                t = keep.kept(s, t, j, width);
            }
            if let Some(seen) = &mut seen {
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

/// A mask of neighbouring columns.
struct Columns<'m, T> {
    /// From the plane on, and where lanes follow each other, from the column of the first on.
    values: &'m [T],
    /// The distance from an entry to the next.
    stride: usize,
    lanes: Lanes,
}

/// The columns of a mask that the lanes have.
enum Lanes {
    Following,
    Same,
    Each([usize; LANES]),
}

impl<'m, T: Copy> Columns<'m, T> {
    #[inline(always)]
    fn new(
        mask: &'m [T],
        place: &Broadcast,
        logits: &Logits<'_>,
        row: usize,
        width: usize,
    ) -> Self {
        let index = logits.placement.index(row);
        let [top, first] = place.at(index);
        let mut columns = [first; LANES];
        for (lane, column) in columns[..width].iter_mut().enumerate() {
            *column = place.at(index + lane)[1];
        }
        let values = &mask[top * logits.n * place.width..];
        let stride = place.width;
        let is = |step: usize| (0..width).all(|lane| columns[lane] == first + step * lane);
        if is(1) {
            Self { values: &values[first..], stride, lanes: Lanes::Following }
        } else if is(0) {
            Self { values: &values[first..], stride, lanes: Lanes::Same }
        } else {
            Self { values, stride, lanes: Lanes::Each(columns) }
        }
    }
}

impl Columns<'_, f32> {
    /// What the mask has for entry `j` of `width` columns.
    #[inline(always)]
    fn lanes<S: Simd>(&self, s: S, j: usize, width: usize) -> F32s<S> {
        let values = &self.values[j * self.stride..];
        match self.lanes {
            Lanes::Following => part(s, &values[..width]),
            Lanes::Same => F32s::splat(s, values[0]),
            Lanes::Each(columns) => {
                let mut lanes = [0.0; LANES];
                for (lane, column) in lanes[..width].iter_mut().zip(columns) {
                    *lane = values[column];
                }
                F32s::load(s, &lanes)
            }
        }
    }
}

impl Columns<'_, bool> {
    /// The logits `t` of entry `j` of `width` columns that are kept.
    #[inline(always)]
    fn kept<S: Simd>(&self, s: S, t: F32s<S>, j: usize, width: usize) -> F32s<S> {
        let values = &self.values[j * self.stride..];
        match self.lanes {
            Lanes::Following => kept(t, s, &values[..width]),
            Lanes::Same if values[0] => t,
            Lanes::Same => t.same(NONE),
            Lanes::Each(columns) => {
                let mut lanes = [false; LANES];
                for (lane, column) in lanes[..width].iter_mut().zip(columns) {
                    *lane = values[column];
                }
                kept(t, s, &lanes)
            }
        }
    }
}

/// The entries that neighbouring columns see: the first, and the one after the last.
struct Seen<S: Simd> {
    ranges: [[usize; 2]; LANES],
    /// The ranges relative to `base`, as f32. Up to [`Self::BLOCK`] they are exact.
    relative: [F32s<S>; 2],
    base: usize,
}

impl<S: Simd> Seen<S> {
    const BLOCK: usize = 1 << 20;

    #[inline(always)]
    fn new(s: S, logits: &Logits<'_>, row: usize, width: usize, first: usize) -> Option<Self> {
        if !logits.has_limits() {
            return None;
        }
        let mut ranges = [[0; 2]; LANES];
        for (lane, range) in ranges[..width].iter_mut().enumerate() {
            *range = logits.seen(row + lane);
        }
        let relative = Self::relative(s, &ranges, first);
        Some(Self { ranges, relative, base: first })
    }

    #[allow(clippy::cast_precision_loss, reason = "at most 2^20")]
    #[inline(always)]
    fn relative(s: S, ranges: &[[usize; 2]; LANES], base: usize) -> [F32s<S>; 2] {
        let mut relative = [[0.0; LANES]; 2];
        for (lane, range) in ranges.iter().enumerate() {
            for (to, &at) in relative.iter_mut().zip(range) {
                to[lane] = at.saturating_sub(base).min(Self::BLOCK) as f32;
            }
        }
        [F32s::load(s, &relative[0]), F32s::load(s, &relative[1])]
    }

    /// The logits `t` of entry `j` in the columns that see it.
    #[allow(clippy::cast_precision_loss, reason = "less than 2^20")]
    #[inline(always)]
    fn kept(&mut self, s: S, t: F32s<S>, j: usize) -> F32s<S> {
        if j - self.base == Self::BLOCK {
            self.base = j;
            self.relative = Self::relative(s, &self.ranges, j);
        }
        let [first, end] = self.relative;
        let j = t.same((j - self.base) as f32);
        let t = j.lt(end).select(t, NONE);
        j.lt(first).select(NONE, t)
    }
}
