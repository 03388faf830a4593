//! Rows in memory.

use crate::rows::logits::{Logits, Rows};

/// A matrix of rows, and where the results go.
pub(in crate::rows) struct Matrix<'a> {
    /// The entries, or `None` if the call is in place.
    pub(in crate::rows) src: Option<&'a [f32]>,
    /// The results: a matrix of the same shape, or one number a row.
    pub(in crate::rows) dst: &'a mut [f32],
    pub(in crate::rows) rows: usize,
    pub(in crate::rows) cols: usize,
    pub(in crate::rows) src_stride: usize,
    pub(in crate::rows) dst_stride: usize,
    pub(in crate::rows) logits: Option<&'a Logits<'a>>,
    /// The sinks of the rows, if they are logits already and have any.
    pub(in crate::rows) sinks: Option<&'a [f32]>,
    /// The factor of the entries, if it is the only option.
    pub(in crate::rows) scale: f32,
    /// Whether the sums and the normalisers are those of the fast tier.
    pub(in crate::rows) fast: bool,
    /// The log-sum-exps of the rows, if they are requested.
    pub(in crate::rows) log_sum_exps: Option<&'a mut [f32]>,
}

/// The entries of some rows.
#[derive(Clone, Copy)]
pub(super) struct Entries<'a> {
    pub(super) x: &'a [f32],
    pub(super) cols: usize,
    pub(super) stride: usize,
}

/// The entries of a row, or `None` if they are in place, and the slice for its results.
pub(in crate::rows) type InOut<'a> = (Option<&'a [f32]>, &'a mut [f32]);

impl<'a> Matrix<'a> {
    /// Returns the entries of a row, or `None` if they are in place.
    #[inline(always)]
    fn source(&self, row: usize) -> Option<&'a [f32]> {
        self.src.map(
            #[inline(always)]
            |src| &src[row * self.src_stride..][..self.cols],
        )
    }

    #[inline(always)]
    pub(in crate::rows) fn input(&self, row: usize) -> &[f32] {
        match self.src {
            Some(src) => &src[row * self.src_stride..][..self.cols],
            None => &self.dst[row * self.dst_stride..][..self.cols],
        }
    }

    /// Returns the entries of the rows from `first` on.
    #[inline(always)]
    pub(super) fn entries(&self, first: usize) -> Entries<'_> {
        let (x, stride) = match self.src {
            Some(src) => (src, self.src_stride),
            None => (&*self.dst, self.dst_stride),
        };
        Entries { x: &x[first * stride..], cols: self.cols, stride }
    }

    #[inline(always)]
    pub(in crate::rows) fn output(&mut self, row: usize) -> &mut [f32] {
        &mut self.dst[row * self.dst_stride..][..self.cols]
    }

    /// Returns a local copy of the matrix, whose fields may be in registers.
    #[inline(always)]
    pub(in crate::rows) fn local(&mut self) -> Matrix<'_> {
        let log_sum_exps = self.log_sum_exps.as_deref_mut();
        Matrix { dst: &mut *self.dst, log_sum_exps, ..*self }
    }

    /// Returns the entries of a row (`None` if they are in place), and the slice for its results.
    #[inline(always)]
    pub(in crate::rows) fn row(&mut self, row: usize) -> InOut<'_> {
        (self.source(row), &mut self.dst[row * self.dst_stride..][..self.cols])
    }

    /// Returns the entries of a row and the slice for its results, as [`row`](Self::row) does, for
    /// the row `before` and for `row`, and the entries of the row `after`. Rows that are `None` are
    /// empty.
    #[inline(always)]
    pub(in crate::rows) fn three_rows(
        &mut self,
        before: Option<usize>,
        row: usize,
        after: Option<usize>,
    ) -> (InOut<'_>, InOut<'_>, &[f32]) {
        let Matrix { src, cols, dst_stride, .. } = *self;
        let entries = [self.source(before.unwrap_or(row)), self.source(row)];
        let start = row * dst_stride;
        let (head, tail) = self.dst.split_at_mut(start);
        let (dst, tail) = tail.split_at_mut(cols);
        let first = match before {
            Some(before) => (entries[0], &mut head[before * dst_stride..][..cols]),
            None => (None, &mut [][..]),
        };
        let last = match (after, src) {
            (None, _) => &[],
            (Some(after), Some(src)) => &src[after * self.src_stride..][..cols],
            (Some(after), None) => &tail[after * dst_stride - start - cols..][..cols],
        };
        (first, (entries[1], dst), last)
    }

    /// Calls `f` with the whole row, or with its logits, `block.len()` at a time.
    #[inline(always)]
    pub(in crate::rows) fn each_part(
        &self,
        row: usize,
        block: &mut [f32],
        mut f: impl FnMut(&[f32]),
    ) {
        let x = self.input(row);
        let size = if block.is_empty() { x.len() } else { block.len() };
        let mut start = 0;
        loop {
            let mut part = &x[start..x.len().min(start + size)];
            if let Some(logits) = self.logits
                && !block.is_empty()
            {
                let block = &mut block[..part.len()];
                let y = (&mut *block, part.len());
                let cols = part.len();
                logits.write(Rows { first: row, start, cols, x: Some((part, cols)), y }, &mut []);
                part = block;
            }
            f(part);
            start += size;
            if start >= x.len() {
                return;
            }
        }
    }

    /// Whether nothing but the entries, a factor and the log-sum-exps has to be thought of.
    #[inline(always)]
    pub(super) fn has_no_logits(&self) -> bool {
        self.logits.is_none() && self.sinks.is_none()
    }

    /// The rows from `first` on, `count` of them, as those whose logits are to be written.
    pub(super) fn rows_of_logits(&mut self, first: usize, count: usize) -> Rows<'_> {
        let Matrix { src, cols, src_stride, dst_stride, .. } = *self;
        let x = src.map(|src| (&src[first * src_stride..], src_stride));
        let y = &mut self.dst[first * dst_stride..][..(count - 1) * dst_stride + cols];
        Rows { first, start: 0, cols, x, y: (y, dst_stride) }
    }

    /// Writes the logits of as many rows as there are `maxima`, from `first` on, where the results
    /// will be. Returns their maxima and the sinks to use, and sets `known` where the log-sum-exp
    /// is already determined: an infinite maximum, or temperature 0.
    #[inline(never)]
    pub(super) fn write_logits(
        &mut self,
        logits: &Logits<'_>,
        first: usize,
        maxima: &mut [f32],
        sinks: &mut [f32],
        known: &mut [Option<f32>],
    ) {
        logits.write(self.rows_of_logits(first, maxima.len()), maxima);
        let has_log_sum_exps = self.log_sum_exps.is_some();
        let each = maxima.iter_mut().zip(sinks).zip(known);
        for (i, ((maximum, sink), known)) in each.enumerate() {
            let m = *maximum;
            *sink = logits.sink(first + i);
            *known = None;
            let y = self.output(first + i);
            if has_log_sum_exps && !sink.is_nan() && (m.max(*sink).is_infinite() || logits.one_hot)
            {
                *known = limit(y, m.max(*sink));
            }
            if let Some(settled) = logits.settle(y, 1, m, *sink) {
                [*maximum, *sink] = settled;
            }
        }
    }
}

/// Returns the log-sum-exp of a row with an infinite maximum, which is that maximum. Returns `None`
/// if the row has a NaN.
#[cold]
pub(in crate::rows) fn limit(row: &[f32], maximum: f32) -> Option<f32> {
    row.iter().all(|x| !x.is_nan()).then_some(maximum)
}

/// Vectors along the middle axis of `[outer, n, inner]`.
pub(in crate::rows) struct Axis<'a> {
    pub(in crate::rows) src: Option<&'a [f32]>,
    /// The results: of the same shape, or `[outer, inner]`.
    pub(in crate::rows) dst: &'a mut [f32],
    pub(in crate::rows) n: usize,
    pub(in crate::rows) inner: usize,
    /// The distance of neighbouring entries of a vector: more than `inner` only where a function
    /// with one result for each reads some of the columns.
    pub(in crate::rows) pitch: usize,
    pub(in crate::rows) logits: Option<&'a Logits<'a>>,
    /// Whether the sums and the normalisers are those of the fast tier.
    pub(in crate::rows) fast: bool,
}
