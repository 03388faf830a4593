//! The calls on rows at one level: arguments are checked, and the loops begin.

use super::{
    layout::Rows,
    logits::Logits,
    loops::{Axis, Matrix, along_axis, each_row},
    numerics::function::Function,
    options::Options,
};
use crate::{check::shape, isa::Isa};

#[track_caller]
pub(super) fn in_place<F: Function>(
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
pub(super) fn into<F: Function>(
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
pub(super) fn axis<F: Function>(
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
        along_axis::<F>(
            isa,
            Axis { src, dst, n, inner, logits: Logits::new(isa, options, n, inner) },
        );
    }
}
