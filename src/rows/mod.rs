//! Functions of rows: of vectors that lie in a matrix one after the other, or along another axis of it.
//!
//! A row takes three passes: its maximum, the sum of its terms, its results. Long rows lie across the lanes
//! (`long.rs`); sixteen short ones (`short.rs`), or neighbours along an inner axis (`axis.rs`, `neighbours.rs`), lie in one lane
//! each (`lanes.rs`). Options make logits of the entries first (`logits.rs`). The operations on an entry and the order of the
//! sum are the same in each form, and so are the bits.

mod aligned;
mod axis;
mod backward;
mod function;
mod lanes;
mod layout;
mod log;
mod log_softmax;
mod log_sum_exp;
mod logit_vectors;
mod logits;
mod long;
mod matrix;
mod neighbours;
mod online;
mod options;
mod references;
mod short;
mod softmax;
mod steps;
mod sum;
mod terms;

use crate::{
    activation::Fast,
    contract::{Bound, RowOperation},
    isa::Isa,
};
pub use backward::RowGradient;
use function::Function;
pub use layout::Rows;
pub(crate) use layout::shape;
pub use log_softmax::{LogSoftmax, log_softmax};
pub use log_sum_exp::{LogSumExp, log_sum_exp_at};
use logits::Logits;
use matrix::{Axis, Matrix, along_axis, each_row};
pub use online::OnlineSoftmax;
use options::Optional;
pub use options::{Causal, EmptyRow, Infinity, Options};
pub use softmax::{Softmax, softmax};

/// A function of rows that gives each row as many results as it has entries.
///
/// ```
/// use activations::{Fast, LogSoftmax, RowActivation, Softmax};
///
/// let logits = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0];
/// let mut y = [0.0; 6];
/// Softmax::new().rows_into(&logits, &mut y, 3); // two rows of three
/// Softmax::new().axis_into(&logits, &mut y, [1, 2, 3]); // three columns of two
/// assert_eq!(y[0] + y[3], 1.0);
/// Fast(LogSoftmax::new()).rows(&mut y, 3);
/// ```
pub trait RowActivation<T = f32> {
    /// Replaces every row of `cols` elements by its image.
    ///
    /// # Panics
    ///
    /// If the length is no multiple of `cols`, or a mask does not fit; nothing is written then.
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
    /// transpose. Takes up to 72 KiB of stack.
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

/// Each function and tier, with the kernel that does it.
macro_rules! row_operations { ($($name:literal $tier:literal $Op:ty: $Kernel:ty, $bound:expr;)*) => {
    $(impl RowActivation for $Op {
        fn rows(&self, x: &mut [f32], cols: usize) {
            self.strided(x, Rows { cols, stride: cols });
        }
        fn rows_into(&self, src: &[f32], dst: &mut [f32], cols: usize) {
            let rows = Rows { cols, stride: cols };
            self.strided_into(src, rows, dst, rows);
        }
        fn strided(&self, x: &mut [f32], rows: Rows) {
            in_place::<$Kernel>(Isa::active(), self.options(), x, rows, None);
        }
        fn strided_into(&self, src: &[f32], src_rows: Rows, dst: &mut [f32], dst_rows: Rows) {
            into::<$Kernel>(Isa::active(), self.options(), src, src_rows, dst, dst_rows);
        }
        fn axis(&self, x: &mut [f32], shape: [usize; 3]) {
            axis::<$Kernel>(Isa::active(), self.options(), None, x, shape);
        }
        fn axis_into(&self, src: &[f32], dst: &mut [f32], shape: [usize; 3]) {
            axis::<$Kernel>(Isa::active(), self.options(), Some(src), dst, shape);
        }
    })*

    /// Every function of rows and tier that gives as many results as there are entries.
    pub static ROW_OPERATIONS: &[RowOperation] = &[$(
        RowOperation {
            name: $name,
            tier: $tier,
            bound: $bound,
            rows: |isa, options, x, rows| in_place::<$Kernel>(isa, options, x, rows, None),
            rows_into: into::<$Kernel>,
            axis: |isa, options, x, shape| axis::<$Kernel>(isa, options, None, x, shape),
            axis_into: |isa, options, src, dst, shape| axis::<$Kernel>(isa, options, Some(src), dst, shape),
        },
    )*];
}; }

row_operations! {
    "softmax" "default" Softmax<'_>: Softmax<'_>, Bound { fused: 3.8, baseline: 4.0 };
    "softmax" "fast" Fast<Softmax<'_>>: Fast<Softmax<'_>>, Bound { fused: 12.0, baseline: 12.0 };
    "log_softmax" "default" LogSoftmax<'_>: LogSoftmax<'_>, Bound { fused: 2.0, baseline: 2.0 };
    "log_softmax" "fast" Fast<LogSoftmax<'_>>: LogSoftmax<'_>, Bound { fused: 2.0, baseline: 2.0 };
}

#[track_caller]
fn in_place<F: Function>(
    isa: Isa,
    options: Options<'_>,
    x: &mut [f32],
    rows: Rows,
    log_sum_exps: Option<&mut [f32]>,
) {
    let count = rows.count("x", x.len());
    let Rows { cols, stride } = rows;
    options.check(count, cols, 1);
    let (logits, scale) = Logits::or_scale::<F>(isa, options, cols);
    each_row::<F>(
        isa,
        Matrix {
            src: None,
            dst: x,
            rows: count,
            cols,
            src_stride: stride,
            dst_stride: stride,
            logits,
            scale,
            log_sum_exps,
        },
    );
}

#[track_caller]
fn into<F: Function>(
    isa: Isa,
    options: Options<'_>,
    src: &[f32],
    src_rows: Rows,
    dst: &mut [f32],
    dst_rows: Rows,
) {
    let rows = src_rows.count("src", src.len());
    let dst_count = dst_rows.count("dst", dst.len());
    assert!(rows == dst_count, "src has {rows} rows, dst has {dst_count}");
    let (cols, dst_cols) = (src_rows.cols, dst_rows.cols);
    assert!(cols == dst_cols, "src has {cols} columns, dst has {dst_cols}");
    options.check(rows, cols, 1);
    let (logits, scale) = Logits::or_scale::<F>(isa, options, cols);
    each_row::<F>(
        isa,
        Matrix {
            src: Some(src),
            dst,
            rows,
            cols,
            src_stride: src_rows.stride,
            dst_stride: dst_rows.stride,
            logits,
            scale,
            log_sum_exps: None,
        },
    );
}

#[track_caller]
fn axis<F: Function>(
    isa: Isa,
    options: Options<'_>,
    src: Option<&[f32]>,
    dst: &mut [f32],
    [outer, n, inner]: [usize; 3],
) {
    if let Some(src) = src {
        shape("src", src.len(), [outer, n, inner]);
    }
    shape(if src.is_some() { "dst" } else { "x" }, dst.len(), [outer, n, inner]);
    options.check(outer, n, inner);
    if !dst.is_empty() {
        along_axis::<F>(isa, Axis { src, dst, n, inner, logits: Logits::new(isa, options, n, inner) });
    }
}
