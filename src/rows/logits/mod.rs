//! Logits: the options turn the scores of a row into logits, before any loop over the row. The
//! other files compute them in vectors.

mod columns;
mod lanes;
mod row;

use super::{
    numerics::function::Function,
    options::{EmptyRow, InfiniteLogits, SoftmaxOptions},
};
use crate::isa::Isa;

/// The logit of an excluded entry.
pub(in crate::rows) const NONE: f32 = f32::NEG_INFINITY;

/// The transformation of the entries of a matrix, or of planes `[n, inner]`, into logits.
#[derive(Clone, Copy)]
pub(in crate::rows) struct Logits<'a> {
    pub(in crate::rows) isa: Isa,
    pub(in crate::rows) options: SoftmaxOptions<'a>,
    pub(in crate::rows) n: usize,
    pub(in crate::rows) inner: usize,
    /// Temperature 0: only the largest entry gets a result other than 0.
    pub(in crate::rows) one_hot: bool,
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

impl<'a> Logits<'a> {
    /// Returns `None` if the logits are the entries.
    #[inline]
    pub(in crate::rows) fn new(
        isa: Isa,
        options: SoftmaxOptions<'a>,
        n: usize,
        inner: usize,
    ) -> Option<Self> {
        let one_hot = options.argmax;
        (options != SoftmaxOptions::NONE).then_some(Self { isa, options, n, inner, one_hot })
    }

    /// As [`new`](Self::new) for the log-sum-exp, which has no argmax.
    #[inline]
    pub(in crate::rows) fn of_sum(
        isa: Isa,
        options: SoftmaxOptions<'a>,
        n: usize,
        inner: usize,
    ) -> Option<Self> {
        Self::new(isa, options, n, inner).map(|logits| Self { one_hot: false, ..logits })
    }

    /// Like [`new`](Self::new), for rows. If a scale is the only option of a function that keeps
    /// its terms, returns that scale instead.
    #[inline]
    pub(in crate::rows) fn or_scale<F: Function>(
        isa: Isa,
        options: SoftmaxOptions<'a>,
        cols: usize,
    ) -> (Option<Self>, f32) {
        let scale = options.scale;
        // With a positive scale, the largest logit is that of the largest entry.
        if F::KEEPS_TERMS
            && scale > 0.0
            && scale.is_finite()
            && options == (SoftmaxOptions { scale, ..SoftmaxOptions::NONE })
        {
            return (None, scale);
        }
        (Self::new(isa, options, cols, 1), 1.0)
    }

    /// Returns the sink, or −∞ if there is none.
    ///
    /// It is not inlined. Otherwise the compiler moves its branch out of loops over rows to where
    /// there may be no options, and a memory checker reports a jump on an uninitialised value.
    #[inline(never)]
    pub(in crate::rows) fn sink(&self) -> f32 {
        if self.one_hot { NONE } else { self.options.sink.unwrap_or(NONE) }
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
    ) -> Option<[f32; 2]> {
        let usual = maximum.is_finite() && self.sink() != f32::INFINITY;
        if usual && !self.one_hot { None } else { self.settled(y, stride, maximum) }
    }

    #[cold]
    #[inline(never)]
    fn settled(&self, y: &mut [f32], stride: usize, maximum: f32) -> Option<[f32; 2]> {
        let SoftmaxOptions { empty_rows, infinite_logits, .. } = self.options;
        let sink = self.sink();
        if sink.is_nan() || y.iter().step_by(stride).any(|t| t.is_nan()) {
            return None;
        }
        let row = y.iter_mut().step_by(stride);
        let largest = maximum.max(sink);
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
        Some([share(maximum), share(sink)])
    }
}
