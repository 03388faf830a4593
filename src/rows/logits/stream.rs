//! Rows without gaps as one stream of entries. Where their masks are the same, or follow each other
//! as the rows do, no step depends on where a row begins.

use super::{Logits, lanes::Transform, rows::Rows, steps::Steps};
use crate::rows::options::{EmptyRow, InfiniteLogits};

/// The masks of units of a stream.
#[derive(Clone, Copy)]
pub(super) struct Stream<'a> {
    mask: &'a [f32],
    keep: &'a [bool],
    /// How far apart those of two units are: 0 where they are the same.
    steps: [usize; 2],
}

impl Stream<'_> {
    /// What the `len` entries of unit `i` need, which are `x` or where their logits go.
    #[inline(always)]
    pub(super) fn steps<'a>(
        &'a self,
        transform: Transform,
        i: usize,
        x: Option<&'a [f32]>,
        len: usize,
    ) -> Steps<'a> {
        let [mask, keep] = self.steps;
        let mask = if self.mask.is_empty() { &[] } else { &self.mask[i * mask..][..len] };
        let keep = if self.keep.is_empty() { &[] } else { &self.keep[i * keep..][..len] };
        Steps { transform, slope: 1.0, x, mask, keep }
    }
}

/// The widest rows whose masks are repeated for a unit.
const WIDEST: usize = 64;
/// The least number of entries of a unit, but for that of a whole stream.
const UNIT: usize = 256;

impl Logits<'_> {
    /// Whether the rows have nothing beside their logits, not even results of their own where they
    /// are degenerate.
    pub(in crate::rows) fn are_all(&self) -> bool {
        let options = self.options;
        options.sink.is_none()
            && options.sinks.is_none()
            && options.empty_rows == EmptyRow::Nan
            && options.infinite_logits == InfiniteLogits::Nan
            && !self.one_hot
            && !self.may_leave
    }

    /// Writes the logits of rows whose maxima are not needed, of which [`are_all`](Self::are_all)
    /// holds.
    pub(in crate::rows) fn write_all(&self, rows: Rows<'_>) {
        let Rows { first, start, cols, ref x, y: (_, stride) } = rows;
        let options = self.options;
        let is_dense = stride == cols && x.is_none_or(|(_, stride)| stride == cols) && start == 0;
        let index = self.placement.index(first);
        let steps = [
            options.mask.map_or(Some(1), |_| self.placement.mask.step()),
            options.keep.map_or(Some(1), |_| self.placement.keep.step()),
        ];
        let [Some(of_mask), Some(of_keep)] = steps else { return self.write(rows, &mut []) };
        if !is_dense || self.has_limits() || options.mask_slopes.is_some() {
            return self.write(rows, &mut []);
        }
        let mask = options.mask.map_or(&[][..], |mask| &mask[of_mask * index * cols..]);
        let keep = options.keep.map_or(&[][..], |keep| &keep[of_keep * index * cols..]);
        let stream = Stream { mask, keep, steps: [of_mask, of_keep] };
        if of_mask == 1 && of_keep == 1 {
            let unit = rows.y.0.len();
            return self.write_stream(rows, unit, stream);
        }
        // Whole steps of vectors.
        let least = cols << (4 - cols.trailing_zeros().min(4));
        let unit = least * (UNIT / least).max(1);
        if cols > WIDEST {
            self.write(rows, &mut []);
        } else if unit <= UNIT {
            self.write_repeated::<UNIT>(rows, unit, stream);
        } else {
            self.write_repeated::<{ 16 * WIDEST }>(rows, unit, stream);
        }
    }

    /// The units have `unit` entries, up to `N`. Masks that are one row are repeated for a unit.
    #[inline(never)]
    fn write_repeated<const N: usize>(&self, rows: Rows<'_>, unit: usize, stream: Stream<'_>) {
        let (cols, len) = (rows.cols, unit.min(rows.y.0.len()));
        let Stream { mut mask, mut keep, steps } = stream;
        let (mut masks, mut keeps) = ([0.0; N], [false; N]);
        if steps[0] == 0 {
            repeat(&mut masks[..len], &mask[..cols]);
            mask = &masks;
        }
        if steps[1] == 0 {
            repeat(&mut keeps[..len], &keep[..cols]);
            keep = &keeps;
        }
        self.write_stream(rows, unit, Stream { mask, keep, steps });
    }

    fn write_stream(&self, rows: Rows<'_>, unit: usize, stream: Stream<'_>) {
        let Rows { first, start, x, y, .. } = rows;
        let rows = Rows { first, start, cols: unit, x: x.map(|(x, _)| (x, unit)), y: (y.0, unit) };
        let steps = stream.steps.map(|step| step * unit);
        self.write_units(rows, Some(Stream { steps, ..stream }), &mut []);
    }
}

/// Fills `to` with copies of `one`, by copies of what is there already.
fn repeat<T: Copy>(to: &mut [T], one: &[T]) {
    to[..one.len()].copy_from_slice(one);
    let mut len = one.len();
    while len < to.len() {
        let more = len.min(to.len() - len);
        to.copy_within(..more, len);
        len += more;
    }
}
