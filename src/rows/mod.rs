//! Functions of rows: of vectors that lie in a matrix one after the other, or along another axis of it.
//!
//! A row takes three passes: its maximum, the sum of its terms, its results. Long rows lie across the lanes
//! (`long.rs`); sixteen short ones, or sixteen along an inner axis, lie in one lane each (`lanes.rs`). The operations on an
//! entry and the order of the sum are the same in each form, and so are the bits.

mod backward;
mod function;
mod lanes;
mod layout;
mod log;
mod log_softmax;
mod log_sum_exp;
mod long;
mod softmax;
mod sum;
mod terms;

use crate::{
    activation::Fast,
    contract::{Bound, RowOperation},
    isa::{Isa, Job, Native, on},
};
pub use backward::RowGradient;
use function::Function;
pub use layout::Rows;
use layout::shape;
pub use log_softmax::{LogSoftmax, log_softmax};
pub use log_sum_exp::{LogSumExp, log_sum_exp_at};
pub use softmax::{Softmax, softmax};

/// A function of rows that gives each row as many results as it has entries.
///
/// ```
/// use activations::{Fast, LogSoftmax, RowActivation, Softmax};
///
/// let logits = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0];
/// let mut y = [0.0; 6];
/// Softmax.rows_into(&logits, &mut y, 3); // two rows of three
/// Softmax.axis_into(&logits, &mut y, [1, 2, 3]); // three columns of two
/// assert_eq!(y[0] + y[3], 1.0);
/// Fast(LogSoftmax).rows(&mut y, 3);
/// ```
pub trait RowActivation<T = f32> {
    /// Replaces every row of `cols` elements by its image.
    ///
    /// # Panics
    ///
    /// If the length is no multiple of `cols`; nothing is written then.
    #[track_caller]
    fn rows(&self, x: &mut [T], cols: usize);

    /// Writes the images of the rows of `src` to `dst`.
    ///
    /// # Panics
    ///
    /// If the lengths differ or are no multiple of `cols`; nothing is written then.
    #[track_caller]
    fn rows_into(&self, src: &[T], dst: &mut [T], cols: usize);

    /// As [`rows`](Self::rows), of rows that have a stride.
    ///
    /// # Panics
    ///
    /// If the stride is shorter than a row, or the slice does not end with a row or its padding; nothing is written then.
    #[track_caller]
    fn strided(&self, x: &mut [T], rows: Rows);

    /// As [`rows_into`](Self::rows_into), of rows that have strides.
    ///
    /// # Panics
    ///
    /// As `strided`, and if the numbers of rows or columns differ.
    #[track_caller]
    fn strided_into(&self, src: &[T], src_rows: Rows, dst: &mut [T], dst_rows: Rows);

    /// Replaces the vectors along the middle axis of `[outer, n, inner]` by their images: any axis of a tensor, without a
    /// transpose. Takes up to 68 KiB of stack.
    ///
    /// # Panics
    ///
    /// If the length is not the product of the shape; nothing is written then.
    #[track_caller]
    fn axis(&self, x: &mut [T], shape: [usize; 3]);

    /// As [`axis`](Self::axis), from one slice to another.
    ///
    /// # Panics
    ///
    /// If a length is not the product of the shape; nothing is written then.
    #[track_caller]
    fn axis_into(&self, src: &[T], dst: &mut [T], shape: [usize; 3]);
}

/// A matrix of rows, and where the results go.
struct Matrix<'a> {
    /// None in place.
    src: Option<&'a [f32]>,
    /// A matrix too, or one number a row.
    dst: &'a mut [f32],
    rows: usize,
    cols: usize,
    src_stride: usize,
    dst_stride: usize,
}

impl Matrix<'_> {
    #[inline(always)]
    fn input(&self, row: usize) -> &[f32] {
        match self.src {
            Some(src) => &src[row * self.src_stride..][..self.cols],
            None => &self.dst[row * self.dst_stride..][..self.cols],
        }
    }

    #[inline(always)]
    fn output(&mut self, row: usize) -> &mut [f32] {
        &mut self.dst[row * self.dst_stride..][..self.cols]
    }
}

struct EachRow<'a, F> {
    function: F,
    matrix: Matrix<'a>,
}

/// Not inlined: in place or not, it is the same code.
#[inline(never)]
fn each_row<F: Function>(isa: Isa, function: F, matrix: Matrix<'_>) {
    if matrix.rows > 0 {
        on(isa, EachRow { function, matrix });
    }
}

impl<F: Function> Job for EachRow<'_, F> {
    #[inline(always)]
    fn run<S: Native>(self, s: S) {
        let Self { function, mut matrix } = self;
        let s = s.sixteen();
        let done = if matrix.cols <= lanes::SHORT { lanes::short_rows(s, function, &mut matrix) } else { 0 };
        long::rows(s, function, &mut matrix, done);
    }
}

/// Vectors along the middle axis of `[outer, n, inner]`.
struct Axis<'a> {
    src: Option<&'a [f32]>,
    /// Of the same shape, or `[outer, inner]`.
    dst: &'a mut [f32],
    n: usize,
    inner: usize,
}

struct EachColumn<'a, F> {
    function: F,
    axis: Axis<'a>,
}

/// `n` and `inner` are not 0.
fn along_axis<F: Function>(isa: Isa, function: F, axis: Axis<'_>) {
    if axis.inner > 1 {
        return on(isa, EachColumn { function, axis });
    }
    let Axis { src, dst, n, .. } = axis;
    let rows = src.map_or(dst.len(), <[f32]>::len) / n;
    let dst_stride = if F::REDUCES { 1 } else { n };
    each_row(isa, function, Matrix { src, dst, rows, cols: n, src_stride: n, dst_stride });
}

impl<F: Function> Job for EachColumn<'_, F> {
    #[inline(always)]
    fn run<S: Native>(self, s: S) {
        lanes::columns(s.sixteen(), self.function, self.axis);
    }
}

macro_rules! row_operations { ($($name:literal $tier:literal $Op:ty: $bound:expr;)*) => {
    $(impl RowActivation for $Op {
        fn rows(&self, x: &mut [f32], cols: usize) {
            self.strided(x, Rows { cols, stride: cols });
        }
        fn rows_into(&self, src: &[f32], dst: &mut [f32], cols: usize) {
            let rows = Rows { cols, stride: cols };
            self.strided_into(src, rows, dst, rows);
        }
        fn strided(&self, x: &mut [f32], rows: Rows) {
            in_place(Isa::active(), *self, x, rows);
        }
        fn strided_into(&self, src: &[f32], src_rows: Rows, dst: &mut [f32], dst_rows: Rows) {
            into(Isa::active(), *self, src, src_rows, dst, dst_rows);
        }
        fn axis(&self, x: &mut [f32], shape: [usize; 3]) {
            axis(Isa::active(), *self, None, x, shape);
        }
        fn axis_into(&self, src: &[f32], dst: &mut [f32], shape: [usize; 3]) {
            axis(Isa::active(), *self, Some(src), dst, shape);
        }
    })*

    /// Every function of rows and tier that gives as many results as there are entries.
    pub static ROW_OPERATIONS: &[RowOperation] = &[$(
        RowOperation {
            name: $name,
            tier: $tier,
            bound: $bound,
            rows: |isa, x, rows| in_place(isa, <$Op>::default(), x, rows),
            rows_into: |isa, src, src_rows, dst, dst_rows| into(isa, <$Op>::default(), src, src_rows, dst, dst_rows),
            axis: |isa, x, shape| axis(isa, <$Op>::default(), None, x, shape),
            axis_into: |isa, src, dst, shape| axis(isa, <$Op>::default(), Some(src), dst, shape),
        },
    )*];
}; }

row_operations! {
    "softmax" "default" Softmax: Bound { fused: 3.8, baseline: 4.0 };
    "softmax" "fast" Fast<Softmax>: Bound { fused: 12.0, baseline: 12.0 };
    "log_softmax" "default" LogSoftmax: Bound { fused: 2.0, baseline: 2.0 };
    "log_softmax" "fast" Fast<LogSoftmax>: Bound { fused: 8.0, baseline: 8.0 };
}

#[track_caller]
fn in_place(isa: Isa, function: impl Function, x: &mut [f32], rows: Rows) {
    let count = rows.count("x", x.len());
    let Rows { cols, stride } = rows;
    each_row(
        isa,
        function,
        Matrix { src: None, dst: x, rows: count, cols, src_stride: stride, dst_stride: stride },
    );
}

#[track_caller]
fn into(isa: Isa, function: impl Function, src: &[f32], src_rows: Rows, dst: &mut [f32], dst_rows: Rows) {
    let rows = src_rows.count("src", src.len());
    let dst_count = dst_rows.count("dst", dst.len());
    assert!(rows == dst_count, "src has {rows} rows, dst has {dst_count}");
    let (cols, dst_cols) = (src_rows.cols, dst_rows.cols);
    assert!(cols == dst_cols, "src has {cols} columns, dst has {dst_cols}");
    let (src_stride, dst_stride) = (src_rows.stride, dst_rows.stride);
    each_row(isa, function, Matrix { src: Some(src), dst, rows, cols, src_stride, dst_stride });
}

#[track_caller]
fn axis(
    isa: Isa,
    function: impl Function,
    src: Option<&[f32]>,
    dst: &mut [f32],
    [outer, n, inner]: [usize; 3],
) {
    if let Some(src) = src {
        shape("src", src.len(), [outer, n, inner]);
    }
    shape(if src.is_some() { "dst" } else { "x" }, dst.len(), [outer, n, inner]);
    if !dst.is_empty() {
        along_axis(isa, function, Axis { src, dst, n, inner });
    }
}
