//! Logits: the options turn the scores of a row into logits, before any loop over the row. The
//! other files compute them in vectors, and where scores leave the range of f32.

mod columns;
mod far;
mod lanes;
mod of_columns;
mod row;
mod rows;
mod steps;
mod stream;

use super::{
    numerics::{function::Function, sum::LANES},
    options::{EmptyRow, InfiniteLogits, SoftmaxOptions},
    placement::Placement,
};
use crate::{isa::Isa, shape_error::ShapeError};
pub(in crate::rows) use rows::Rows;

/// The logit of an excluded entry.
pub(in crate::rows) const NONE: f32 = f32::NEG_INFINITY;

/// The transformation of the entries of a matrix, or of planes `[n, inner]`, into logits.
#[derive(Clone, Copy)]
pub(in crate::rows) struct Logits<'a> {
    pub(in crate::rows) isa: Isa,
    options: &'a SoftmaxOptions<'a>,
    placement: Placement,
    n: usize,
    inner: usize,
    /// The index of the first column, where a call works on some of the `inner` ones.
    first_column: usize,
    /// Temperature 0: only the largest entry gets a result other than 0.
    pub(in crate::rows) one_hot: bool,
    /// Whether finite scores may leave the range of f32 before a mask and a soft cap.
    leaves: bool,
    /// Whether their logits may, and results depend on them.
    pub(in crate::rows) may_leave: bool,
}

/// The position of entries in up to sixteen neighbouring columns of a plane.
#[derive(Clone, Copy)]
pub(in crate::rows) struct Place {
    pub(in crate::rows) outer: usize,
    /// The index of the first entry along the axis. `at` is the index of the first column.
    pub(in crate::rows) first: usize,
    pub(in crate::rows) at: usize,
    pub(in crate::rows) width: usize,
}

impl SoftmaxOptions<'_> {
    /// Whether each logit is its entry.
    pub(super) fn is_none(&self) -> bool {
        self.only_factor() == Some(1.0)
    }

    /// Returns the factor of the entries, if logits are products with it and there is no other
    /// option. A division by a power of two is a product with the reciprocal.
    pub(super) fn only_factor(&self) -> Option<f32> {
        const MANTISSA: u32 = (1 << (f32::MANTISSA_DIGITS - 1)) - 1;
        let has_no_other = self.mask.is_none()
            && self.soft_cap.is_none()
            && self.keep.is_none()
            && self.causal.is_none()
            && self.lengths.is_none()
            && self.sink.is_none()
            && self.sinks.is_none()
            && self.mask_slopes.is_none()
            && self.mask_shape.is_none()
            && self.keep_shape.is_none()
            && self.shape.is_none()
            && self.first_row.is_none()
            && self.empty_rows == EmptyRow::Nan
            && self.infinite_logits == InfiniteLogits::Nan;
        if !has_no_other {
            return None;
        }
        if self.temperature == 1.0 {
            return Some(self.scale);
        }
        let reciprocal = 1.0 / self.temperature;
        let is_exact = self.temperature.to_bits() & MANTISSA == 0 && reciprocal.is_normal();
        (is_exact && self.scale == 1.0).then_some(reciprocal)
    }
}

impl<'a> Logits<'a> {
    /// Of `[outer, n, inner]`. Returns `None` if the logits are the entries.
    ///
    /// # Errors
    ///
    /// If the options do not fit the rows.
    #[inline]
    pub(in crate::rows) fn new<F: Function>(
        isa: Isa,
        options: &'a SoftmaxOptions<'a>,
        shape: [usize; 3],
    ) -> Result<Option<Self>, ShapeError> {
        if options.is_none() || shape.contains(&0) {
            return Ok(None);
        }
        Self::of_options(isa, options, shape, F::REDUCES).map(Some)
    }

    #[inline(never)]
    fn of_options(
        isa: Isa,
        options: &'a SoftmaxOptions<'a>,
        [outer, n, inner]: [usize; 3],
        reduces: bool,
    ) -> Result<Self, ShapeError> {
        let placement = Placement::new(options, outer, n, inner)?;
        // The log-sum-exp has no largest entry, and is infinite where its logits are.
        let one_hot = options.temperature == 0.0 && !reduces;
        let factor = f64::from(options.scale) / f64::from(options.temperature);
        let largest = factor.abs().max(f64::from(options.scale.abs()));
        let leaves = !one_hot && largest > 1.0 && largest < f64::INFINITY;
        // A soft cap takes all back into the range, and the log-sum-exp is infinite like a logit.
        let may_leave = leaves && !reduces && options.soft_cap.is_none();
        Ok(Self { isa, options, placement, n, inner, first_column: 0, one_hot, leaves, may_leave })
    }

    /// Like [`new`](Self::new), for logits that are results themselves: those that leave the range
    /// are infinite.
    pub(in crate::rows) fn of_scores(
        isa: Isa,
        options: &'a SoftmaxOptions<'a>,
        shape: [usize; 3],
    ) -> Result<Option<Self>, ShapeError> {
        let is_empty = shape.contains(&0);
        if is_empty { Ok(None) } else { Self::of_options(isa, options, shape, true).map(Some) }
    }

    /// The logits of the columns from `first` on.
    pub(in crate::rows) fn with_first_column(self, first: usize) -> Self {
        Self { first_column: first, ..self }
    }

    /// Whether entries of a row do not follow each other in a mask.
    pub(in crate::rows) fn is_of_columns(&self) -> bool {
        self.inner > 1
    }

    /// Returns the sink of row `row` of the call, or −∞ if there is none.
    ///
    /// It is not inlined, nor is `sinks`. Otherwise the compiler moves their branches out of loops
    /// over rows to where there may be no options, and a memory checker reports a jump on an
    /// uninitialised value.
    #[inline(never)]
    pub(in crate::rows) fn sink(&self, row: usize) -> f32 {
        if self.one_hot {
            return NONE;
        }
        match self.options.sinks {
            Some(sinks) => sinks[self.placement.head(self.placement.index(row))],
            None => self.options.sink.unwrap_or(NONE),
        }
    }

    /// Returns the sinks of the columns from `at` on in plane `outer`.
    #[inline(never)]
    pub(in crate::rows) fn sinks(&self, outer: usize, at: usize) -> [f32; LANES] {
        let mut sinks = [self.options.sink.unwrap_or(NONE); LANES];
        if self.one_hot || self.options.sinks.is_some() {
            let first = outer * self.inner + self.first_column;
            for (lane, sink) in sinks.iter_mut().enumerate() {
                *sink = self.sink(first + at + lane);
            }
        }
        sinks
    }

    /// Returns the range of entries that row `row` of the call sees: the first, and the one after
    /// the last.
    #[inline(always)]
    fn seen(&self, row: usize) -> [usize; 2] {
        let SoftmaxOptions { causal, lengths, .. } = *self.options;
        let index = self.placement.index(row);
        let mut seen = [0, self.n];
        if let Some(causal) = causal {
            let query = match causal.queries {
                Some(queries) => index.checked_rem(queries).unwrap_or(index),
                None => self.placement.query(index),
            };
            seen = causal.seen(query, self.n);
        }
        if let Some(lengths) = lengths {
            let len = lengths[self.placement.batch(index)];
            seen = seen.map(|end| end.min(len));
        }
        seen
    }

    fn has_limits(&self) -> bool {
        self.options.causal.is_some() || self.options.lengths.is_some()
    }

    /// Returns the factor of the mask in row `row` of the call.
    #[inline(always)]
    fn slope(&self, row: usize) -> f32 {
        let head = |slopes: &[f32]| slopes[self.placement.head(self.placement.index(row))];
        self.options.mask_slopes.map_or(1.0, head)
    }

    /// Rewrites a degenerate row (nothing finite, +∞, or temperature 0) as an ordinary row with the
    /// requested results. Its logits are `stride` apart in `y`. Returns its new maximum and sink,
    /// or `None` if the row is not degenerate or its results are NaN anyway.
    #[inline]
    pub(in crate::rows) fn settle(
        &self,
        y: &mut [f32],
        stride: usize,
        maximum: f32,
        sink: f32,
    ) -> Option<[f32; 2]> {
        let usual = maximum.is_finite() && sink != f32::INFINITY;
        if usual && !self.one_hot { None } else { self.settled(y, stride, maximum, sink) }
    }

    #[cold]
    #[inline(never)]
    fn settled(&self, y: &mut [f32], stride: usize, maximum: f32, sink: f32) -> Option<[f32; 2]> {
        let SoftmaxOptions { empty_rows, infinite_logits, .. } = *self.options;
        if sink.is_nan() || y.iter().step_by(stride).any(|t| t.is_nan()) {
            return None;
        }
        let largest = maximum.max(sink);
        // Where logits have left the range, those in `y` are relative to the largest, which is 0.
        let mut logits = y.iter().step_by(stride);
        let is_far = match maximum {
            f32::INFINITY => logits.all(|&t| t < maximum),
            NONE => logits.any(|&t| t > NONE),
            _ => false,
        };
        let row = y.iter_mut().step_by(stride);
        if is_far && sink < f32::INFINITY {
            if largest.is_infinite() {
                return Some([0.0, NONE]);
            }
            // Beside a finite sink, nothing is left of logits below the range.
            row.for_each(|t| *t = NONE);
            return None;
        }
        if largest == NONE {
            return match empty_rows {
                EmptyRow::Nan => None,
                EmptyRow::Zeros => Some([NONE, 0.0]),
                EmptyRow::Uniform => {
                    row.for_each(|t| *t = 0.0);
                    Some([0.0, NONE])
                }
            };
        }
        if largest == f32::INFINITY && infinite_logits == InfiniteLogits::Nan {
            // Otherwise temperature 0 would select a single logit of +∞.
            row.for_each(|t| *t = f32::NAN);
            return None;
        }
        if largest < f32::INFINITY && !self.one_hot {
            return None;
        }
        let share = |t: f32| if t == largest { 0.0 } else { NONE };
        if self.one_hot {
            let mut first = true;
            row.for_each(|t| {
                let one = first && *t == largest;
                first &= !one;
                *t = if one { 0.0 } else { NONE };
            });
        } else {
            row.for_each(|t| *t = share(*t));
        }
        Some([if is_far { NONE } else { share(maximum) }, share(sink)])
    }
}
