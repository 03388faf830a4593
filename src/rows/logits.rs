//! The logits of rows that have options.

use super::{
    function::Function,
    logit_vectors::{OfColumns, OfRow},
    options::{EmptyRow, Infinity, Options},
    sum::LANES,
};
use crate::isa::{Isa, on};

/// The logit of an entry that does not count.
pub(super) const NONE: f32 = f32::NEG_INFINITY;

/// How logits follow from the entries of a matrix, or of planes of `n` times `inner`.
#[derive(Clone, Copy)]
pub(super) struct Logits<'a> {
    pub(super) isa: Isa,
    pub(super) options: Options<'a>,
    pub(super) n: usize,
    pub(super) inner: usize,
    /// Whether the largest entry is all that counts.
    pub(super) one_hot: bool,
}

/// Entries of up to sixteen neighbouring columns of a plane.
#[derive(Clone, Copy)]
pub(super) struct Place {
    pub(super) outer: usize,
    /// The first of the entries, and the first of the columns.
    pub(super) first: usize,
    pub(super) at: usize,
    pub(super) width: usize,
}

impl<'a> Logits<'a> {
    /// None if they are the entries.
    #[inline]
    pub(super) fn new(isa: Isa, options: Options<'a>, n: usize, inner: usize) -> Option<Self> {
        let one_hot = options.scale.is_infinite();
        (options != Options::NONE).then_some(Self { isa, options, n, inner, one_hot })
    }

    /// As [`new`](Self::new) for the log-sum-exp, which has infinite results: an infinite scale is a factor as others are.
    #[inline]
    pub(super) fn of_sum(isa: Isa, options: Options<'a>, n: usize, inner: usize) -> Option<Self> {
        Self::new(isa, options, n, inner).map(|logits| Self { one_hot: false, ..logits })
    }

    /// As [`new`](Self::new), of rows, or a scale if that is all.
    #[inline]
    pub(super) fn or_scale<F: Function>(isa: Isa, options: Options<'a>, cols: usize) -> (Option<Self>, f32) {
        let scale = options.scale;
        // The largest logit is that of the largest entry then.
        if F::KEEPS_TERMS
            && scale > 0.0
            && scale.is_finite()
            && options == (Options { scale, ..Options::NONE })
        {
            return (None, scale);
        }
        (Self::new(isa, options, cols, 1), 1.0)
    }

    /// −∞ where there is none.
    #[inline]
    pub(super) fn sink(&self) -> f32 {
        if self.one_hot { NONE } else { self.options.sink.unwrap_or(NONE) }
    }

    /// Writes logits of row `row` from column `start` on, those of `x` or of what is in `y`. Their maximum; anything if one
    /// of them is NaN.
    ///
    /// Not inlined, nor is the other one: the code is the same for all functions of rows.
    #[inline(never)]
    pub(super) fn write(&self, row: usize, start: usize, x: Option<&[f32]>, y: &mut [f32]) -> f32 {
        let mut maximum = NONE;
        on(self.isa, OfRow { logits: self, row, start, x, y, maximum: &mut maximum });
        maximum
    }

    /// Writes the logits of the entries at `place`, those of `x` or of what is in `y`, where they are so far apart. Their
    /// maxima; anything where one of them is NaN.
    #[inline(never)]
    pub(super) fn write_columns(
        &self,
        place: Place,
        x: Option<(&[f32], usize)>,
        (y, stride): (&mut [f32], usize),
    ) -> [f32; LANES] {
        let mut maxima = [NONE; LANES];
        on(self.isa, OfColumns { logits: self, place, x, y, stride, maxima: &mut maxima });
        maxima
    }

    /// Makes a row whose results are a matter of choice one that has them by the usual way: its entries, `stride` apart in `y`,
    /// then a maximum and a sink of its own. None if there is nothing to choose.
    #[inline]
    pub(super) fn settle(&self, y: &mut [f32], stride: usize, maximum: f32) -> Option<[f32; 2]> {
        let usual = maximum.is_finite() && self.sink() != f32::INFINITY;
        if usual && !self.one_hot { None } else { self.settled(y, stride, maximum) }
    }

    #[cold]
    #[inline(never)]
    fn settled(&self, y: &mut [f32], stride: usize, maximum: f32) -> Option<[f32; 2]> {
        let Options { empty, infinity, .. } = self.options;
        let sink = self.sink();
        if sink.is_nan() || y.iter().step_by(stride).any(|t| t.is_nan()) {
            return None;
        }
        let row = y.iter_mut().step_by(stride);
        let largest = maximum.max(sink);
        if largest == NONE {
            return match empty {
                EmptyRow::Nan => None,
                EmptyRow::Zeros => Some([NONE, 0.0]),
                EmptyRow::Uniform => {
                    row.for_each(|t| *t = 0.0);
                    Some([0.0, NONE])
                }
            };
        }
        if largest == f32::INFINITY && infinity == Infinity::Nan {
            // Else a single one would be left alone at the temperature 0.
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
