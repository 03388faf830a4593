//! Rows in memory, and the jobs that are done on them.

use super::{axis, function::Function, logits::Logits, long, short, sum::LANES};
use crate::isa::{Isa, Job, Native, on};
use core::marker::PhantomData;

/// A matrix of rows, and where the results go.
pub(super) struct Matrix<'a> {
    /// None in place.
    pub(super) src: Option<&'a [f32]>,
    /// A matrix too, or one number a row.
    pub(super) dst: &'a mut [f32],
    pub(super) rows: usize,
    pub(super) cols: usize,
    pub(super) src_stride: usize,
    pub(super) dst_stride: usize,
    pub(super) logits: Option<Logits<'a>>,
    /// What the entries are multiplied by, if that is all that makes logits of them.
    pub(super) scale: f32,
    /// One a row, if they are wanted too.
    pub(super) log_sum_exps: Option<&'a mut [f32]>,
}

impl Matrix<'_> {
    #[inline(always)]
    pub(super) fn input(&self, row: usize) -> &[f32] {
        match self.src {
            Some(src) => &src[row * self.src_stride..][..self.cols],
            None => &self.dst[row * self.dst_stride..][..self.cols],
        }
    }

    #[inline(always)]
    pub(super) fn output(&mut self, row: usize) -> &mut [f32] {
        &mut self.dst[row * self.dst_stride..][..self.cols]
    }

    /// The entries of a row, none in place, and where its results go.
    #[inline(always)]
    pub(super) fn row(&mut self, row: usize) -> (Option<&[f32]>, &mut [f32]) {
        let src = self.src.map(
            #[inline(always)]
            |src| &src[row * self.src_stride..][..self.cols],
        );
        (src, &mut self.dst[row * self.dst_stride..][..self.cols])
    }

    /// Writes the logits of a row to where its results will be. Their maximum and a sink; and the log-sum-exp, if the
    /// terms will not tell it.
    #[inline(never)]
    pub(super) fn write_logits(
        &mut self,
        logits: &Logits<'_>,
        row: usize,
        known: &mut Option<f32>,
    ) -> [f32; 2] {
        let x = self.src.map(|src| &src[row * self.src_stride..][..self.cols]);
        let y = &mut self.dst[row * self.dst_stride..][..self.cols];
        let m = logits.write(row, 0, x, y);
        let sink = logits.sink();
        if self.log_sum_exps.is_some() && !sink.is_nan() && (m.max(sink).is_infinite() || logits.one_hot) {
            *known = limit(y, m.max(sink));
        }
        logits.settle(y, 1, m).unwrap_or([m, sink])
    }
}

/// The log-sum-exp of a row with an infinite maximum: that, unless there is a NaN.
#[cold]
pub(super) fn limit(row: &[f32], maximum: f32) -> Option<f32> {
    row.iter().all(|x| !x.is_nan()).then_some(maximum)
}

/// Not inlined: in place or not, it is the same code.
#[inline(never)]
pub(super) fn each_row<F: Function>(isa: Isa, matrix: Matrix<'_>) {
    let dense = matrix.log_sum_exps.is_none() && !(F::REDUCES && matrix.logits.is_some());
    let mut first = 0;
    if matrix.cols <= short::SHORT && matrix.rows >= LANES && dense {
        let short = Matrix { dst: &mut *matrix.dst, log_sum_exps: None, ..matrix };
        on(isa, ShortRows::<F> { function: PhantomData, matrix: short, done: &mut first });
    }
    if first < matrix.rows {
        on(isa, LongRows::<F> { function: PhantomData, matrix, first });
    }
}

// Two jobs, so that neither is compiled in the midst of the other.

struct ShortRows<'a, F> {
    function: PhantomData<F>,
    matrix: Matrix<'a>,
    done: &'a mut usize,
}

impl<F: Function> Job for ShortRows<'_, F> {
    #[inline(always)]
    fn run<S: Native>(self, s: S) {
        let mut matrix = self.matrix;
        *self.done = short::rows::<F, _>(s.sixteen(), &mut matrix);
    }
}

struct LongRows<'a, F> {
    function: PhantomData<F>,
    matrix: Matrix<'a>,
    first: usize,
}

impl<F: Function> Job for LongRows<'_, F> {
    #[inline(always)]
    fn run<S: Native>(self, s: S) {
        let mut matrix = self.matrix;
        long::rows::<F, _>(s.sixteen(), &mut matrix, self.first);
    }
}

/// Vectors along the middle axis of `[outer, n, inner]`.
pub(super) struct Axis<'a> {
    pub(super) src: Option<&'a [f32]>,
    /// Of the same shape, or `[outer, inner]`.
    pub(super) dst: &'a mut [f32],
    pub(super) n: usize,
    pub(super) inner: usize,
    pub(super) logits: Option<Logits<'a>>,
}

struct EachColumn<'a, F> {
    function: PhantomData<F>,
    axis: Axis<'a>,
}

/// `n` and `inner` are not 0.
pub(super) fn along_axis<F: Function>(isa: Isa, axis: Axis<'_>) {
    if axis.inner > 1 {
        return on(isa, EachColumn::<F> { function: PhantomData, axis });
    }
    let Axis { src, dst, n, logits, .. } = axis;
    let rows = src.map_or(dst.len(), <[f32]>::len) / n;
    let dst_stride = if F::REDUCES { 1 } else { n };
    each_row::<F>(
        isa,
        Matrix { src, dst, rows, cols: n, src_stride: n, dst_stride, logits, scale: 1.0, log_sum_exps: None },
    );
}

impl<F: Function> Job for EachColumn<'_, F> {
    #[inline(always)]
    fn run<S: Native>(self, s: S) {
        axis::columns::<F, _>(s.sixteen(), self.axis);
    }
}
