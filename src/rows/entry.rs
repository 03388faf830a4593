//! The calls on rows at one level: arguments are checked, and the loops begin.

use super::{
    layout::RowLayout,
    logits::Logits,
    loops::{Axis, Matrix, along_axis, each_row},
    numerics::function::Function,
    options::SoftmaxOptions,
};
use crate::{check::shape, isa::Isa};

#[track_caller]
pub(super) fn in_place<F: Function>(
    isa: Isa,
    options: SoftmaxOptions<'_>,
    x: &mut [f32],
    rows: RowLayout,
    log_sum_exps: Option<&mut [f32]>,
) {
    let count = rows.count("x", x.len());
    let RowLayout { cols, stride } = rows;
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
pub(super) fn into<F: Function>(
    isa: Isa,
    options: SoftmaxOptions<'_>,
    src: &[f32],
    dst: &mut [f32],
    src_rows: RowLayout,
    dst_rows: RowLayout,
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
pub(super) fn axis<F: Function>(
    isa: Isa,
    options: SoftmaxOptions<'_>,
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
        along_axis::<F>(
            isa,
            Axis { src, dst, n, inner, logits: Logits::new(isa, options, n, inner) },
        );
    }
}

/// One result a row.
#[track_caller]
pub(super) fn reduce<F: Function>(
    isa: Isa,
    options: SoftmaxOptions<'_>,
    src: &[f32],
    dst: &mut [f32],
    layout: RowLayout,
) {
    let count = layout.count("src", src.len());
    assert!(count == dst.len(), "src has {count} rows, dst has {} elements", dst.len());
    let RowLayout { cols, stride } = layout;
    options.check(count, cols, 1);
    let logits = Logits::of_sum(isa, options, cols, 1);
    each_row::<F>(
        isa,
        Matrix {
            src: Some(src),
            dst,
            rows: count,
            cols,
            src_stride: stride,
            dst_stride: 1,
            logits,
            scale: 1.0,
            log_sum_exps: None,
        },
    );
}

/// One result for each vector along the axis.
#[track_caller]
pub(super) fn reduce_axis<F: Function>(
    isa: Isa,
    options: SoftmaxOptions<'_>,
    src: &[f32],
    dst: &mut [f32],
    [outer, n, inner]: [usize; 3],
) {
    shape("src", src.len(), [outer, n, inner]);
    shape("dst", dst.len(), [outer, 1, inner]);
    options.check(outer, n, inner);
    if n == 0 {
        dst.fill(options.sink.unwrap_or(f32::NEG_INFINITY));
    } else if !dst.is_empty() {
        let logits = Logits::of_sum(isa, options, n, inner);
        along_axis::<F>(isa, Axis { src: Some(src), dst, n, inner, logits });
    }
}
