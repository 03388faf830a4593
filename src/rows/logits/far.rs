//! Rows whose finite scores have logits beyond the largest f32, as at a temperature of 1e-38.
//!
//! Such logits are no infinite ones. Neighbours among them are 2^104 apart and more, so what
//! results is the limit: the largest entries share the row.

use super::{Logits, NONE, lanes::part, rows::Rows};
use crate::{
    isa::{Isa, Job, Native, Simd, on},
    rows::{layout::RowLayout, numerics::sum::LANES},
    vector::F32s,
};

const NEAR_1: f64 = 1.0 - 1.0 / 1_048_576.0;

/// A logit.
struct Score {
    value: f64,
    /// Whether a score or a mask is infinite.
    is_infinite: bool,
}

struct Magnitude<'a> {
    x: &'a [f32],
    layout: RowLayout,
    largest: &'a mut f32,
}

impl Job for Magnitude<'_> {
    #[inline(always)]
    fn run<S: Native>(self, s: S) {
        let Self { x, layout: RowLayout { cols, stride }, largest } = self;
        let s = s.sixteen();
        let (cols, stride) = if cols == stride { (x.len(), x.len()) } else { (cols, stride) };
        for row in x.chunks(stride.max(1)) {
            let row = &row[..cols.min(row.len())];
            let in_lanes = Logits::largest_magnitude(s, row, LANES, LANES);
            *largest = largest.max(in_lanes.largest());
        }
    }
}

impl Logits<'_> {
    /// Returns the largest magnitude of a finite entry in each lane, of vectors of `width` entries
    /// that are `stride` apart in `x`.
    #[inline(always)]
    pub(super) fn largest_magnitude<S: Simd>(
        s: S,
        x: &[f32],
        stride: usize,
        width: usize,
    ) -> F32s<S> {
        let mut largest = F32s::splat(s, 0.0);
        for x in x.chunks(stride) {
            let x = part(s, &x[..x.len().min(width)]).abs();
            largest = x.lt(f32::INFINITY).select(x, 0.0).at_least(largest);
        }
        largest
    }

    /// Returns whether all finite entries of the rows have finite products with `factor`, which is
    /// at least 1; perhaps not where one comes within 2^-20 of the range.
    #[inline(never)]
    pub(in crate::rows) fn stay_finite(
        isa: Isa,
        x: &[f32],
        layout: RowLayout,
        factor: f32,
    ) -> bool {
        let mut largest = 0.0;
        on(isa, Magnitude { x, layout, largest: &mut largest });
        f64::from(largest) * f64::from(factor) < f64::from(f32::MAX) * NEAR_1
    }

    /// The same for scores that stay within the range, as [`stay_in_range`](Self::stay_in_range)
    /// says.
    pub(in crate::rows) fn within_range(&self) -> Self {
        Self { leaves: false, may_leave: false, ..*self }
    }

    /// Whether the logits of all finite entries of the rows are finite.
    pub(in crate::rows) fn stay_in_range(&self, rows: &Rows<'_>) -> bool {
        let (x, stride) = rows.x.unwrap_or((&*rows.y.0, rows.y.1));
        let mut largest = 0.0;
        let count = rows.y.0.len().div_ceil(rows.y.1);
        let x = &x[..(count - 1) * stride + rows.cols];
        let layout = RowLayout { cols: rows.cols, stride };
        on(self.isa, Magnitude { x, layout, largest: &mut largest });
        largest <= self.limit()
    }

    /// The magnitude of a score from which on its logit may be beyond the range.
    pub(super) fn limit(&self) -> f32 {
        let [scale, temperature] =
            [self.options.scale, self.options.temperature].map(|x| f64::from(x.abs()));
        // Two roundings up at most.
        (f64::from(f32::MAX) * NEAR_1 / (scale / temperature).max(scale)) as f32
    }

    /// Replaces the entries of row `row` of the call, `stride` apart in `y`, by their logits.
    /// Returns their maximum.
    ///
    /// If a logit leaves the range, all of them are from f64. If the maximum does, they are
    /// relative to it, unless there are infinite ones.
    #[cold]
    #[inline(never)]
    pub(super) fn write_far(&self, row: usize, y: &mut [f32], stride: usize) -> f32 {
        let (mut usual, mut largest) = (NONE, f64::NEG_INFINITY);
        let (mut leaves, mut has_infinite) = (false, false);
        for (j, &x) in y.iter().step_by(stride).enumerate() {
            let (t, Score { value, is_infinite }) = self.both(row, j, x);
            leaves |= t.is_nan() != value.is_nan() || (t.is_infinite() && !is_infinite);
            has_infinite |= value == f64::INFINITY;
            usual = usual.max(t);
            largest = largest.max(value);
        }
        let maximum = if leaves { largest as f32 } else { usual };
        for (j, y) in y.iter_mut().step_by(stride).enumerate() {
            let (t, Score { value, is_infinite }) = self.both(row, j, *y);
            *y = if !leaves {
                t
            } else if is_infinite || value.is_nan() || maximum.is_finite() {
                value as f32
            } else if has_infinite {
                0.0
            } else {
                (value - largest) as f32
            };
        }
        maximum
    }

    /// Returns the logit of entry `j` as vectors compute it, and in f64.
    fn both(&self, row: usize, j: usize, x: f32) -> (f32, Score) {
        let [first, end] = self.seen(row);
        let index = self.placement.index(row);
        let is_kept = self.options.keep.is_none_or(|keep| {
            let [plane, column] = self.placement.keep.at(index);
            keep[(plane * self.n + j) * self.placement.keep.width + column]
        });
        if j < first || j >= end || !is_kept {
            return (NONE, Score { value: f64::NEG_INFINITY, is_infinite: true });
        }
        let [scale, temperature] = [self.options.scale, self.options.temperature];
        let mut t = x * scale / temperature;
        let mut value = f64::from(x) * f64::from(scale) / f64::from(temperature);
        let mut is_infinite = x.is_infinite();
        if let Some(mask) = self.options.mask {
            let [plane, column] = self.placement.mask.at(index);
            let mask = mask[(plane * self.n + j) * self.placement.mask.width + column];
            let slope = self.slope(row);
            let mask = if self.options.mask_slopes.is_some() { mask * slope } else { mask };
            t = if mask == NONE && x.is_finite() { mask } else { t + mask };
            value += f64::from(mask);
            is_infinite |= mask.is_infinite();
        }
        (t, Score { value, is_infinite })
    }
}
