//! The calls on rows at one level: arguments are checked, and the loops begin.

use super::{
    layout::RowLayout,
    logits::{Logits, Rows},
    loops::{Axis, Matrix, along_axis, each_row, single},
    numerics::function::Function,
    options::SoftmaxOptions,
};
use crate::{
    check::product,
    isa::Isa,
    shape_error::{Mismatch, ShapeError},
};
use core::ops::Range;

/// Returns the factor of the rows of `x`, if that is the only option of a function that keeps its
/// terms, or 1 where there is no option.
#[inline]
fn only_factor<F: Function>(
    isa: Isa,
    options: &SoftmaxOptions<'_>,
    x: &[f32],
    layout: RowLayout,
) -> Option<f32> {
    let factor = options.only_factor()?;
    // With a positive factor, the largest logit is that of the largest entry.
    let may_stay = factor == 1.0
        || (F::KEEPS_TERMS
            && factor > 0.0
            && (factor < 1.0 || Logits::stay_finite(isa, x, layout, factor)));
    may_stay.then_some(factor)
}

pub(super) fn in_place<F: Function>(
    isa: Isa,
    options: &SoftmaxOptions<'_>,
    x: &mut [f32],
    layout: RowLayout,
    log_sum_exps: Option<&mut [f32]>,
) -> Result<(), ShapeError> {
    let rows = layout.count("x", x.len())?;
    let RowLayout { cols, stride } = layout;
    let only_factor = only_factor::<F>(isa, options, x, layout);
    if let (1, Some(scale), None) = (rows, only_factor, &log_sum_exps)
        && single::<F>(isa, None, &mut x[..cols], scale)
    {
        return Ok(());
    }
    let (logits, scale) = match only_factor {
        Some(scale) => (None, scale),
        None => (Logits::new::<F>(isa, options, [rows, cols, 1])?, 1.0),
    };
    each_row::<F>(
        isa,
        Matrix {
            src: None,
            dst: x,
            rows,
            cols,
            src_stride: stride,
            dst_stride: stride,
            logits: logits.as_ref(),
            sinks: None,
            scale,
            fast: F::RUN > 1,
            log_sum_exps,
        },
    );
    Ok(())
}

pub(super) fn into<F: Function>(
    isa: Isa,
    options: &SoftmaxOptions<'_>,
    src: &[f32],
    dst: &mut [f32],
    of_src: RowLayout,
    of_dst: RowLayout,
) -> Result<(), ShapeError> {
    let rows = of_src.count("src", src.len())?;
    let dst_rows = of_dst.count("dst", dst.len())?;
    if rows != dst_rows {
        return Err(Mismatch::Rows { src: rows, dst: dst_rows }.into());
    }
    let (cols, dst_cols) = (of_src.cols, of_dst.cols);
    if cols != dst_cols {
        return Err(Mismatch::Columns { src: cols, dst: dst_cols }.into());
    }
    let only_factor = only_factor::<F>(isa, options, src, of_src);
    if let (1, Some(scale)) = (rows, only_factor)
        && single::<F>(isa, Some(&src[..cols]), &mut dst[..cols], scale)
    {
        return Ok(());
    }
    let (logits, scale) = match only_factor {
        Some(scale) => (None, scale),
        None => (Logits::new::<F>(isa, options, [rows, cols, 1])?, 1.0),
    };
    each_row::<F>(
        isa,
        Matrix {
            src: Some(src),
            dst,
            rows,
            cols,
            src_stride: of_src.stride,
            dst_stride: of_dst.stride,
            logits: logits.as_ref(),
            sinks: None,
            scale,
            fast: F::RUN > 1,
            log_sum_exps: None,
        },
    );
    Ok(())
}

pub(super) fn axis<F: Function>(
    isa: Isa,
    options: &SoftmaxOptions<'_>,
    src: Option<&[f32]>,
    dst: &mut [f32],
    shape @ [_, n, inner]: [usize; 3],
) -> Result<(), ShapeError> {
    if let Some(src) = src {
        product("src", src.len(), shape)?;
    }
    product(if src.is_some() { "dst" } else { "x" }, dst.len(), shape)?;
    let logits = Logits::new::<F>(isa, options, shape)?;
    if !dst.is_empty() {
        let (logits, fast) = (logits.as_ref(), F::RUN > 1);
        along_axis::<F>(isa, Axis { src, dst, n, inner, pitch: inner, logits, fast });
    }
    Ok(())
}

/// Of some of the inner columns. `dst` has no others.
pub(super) fn axis_columns<F: Function>(
    isa: Isa,
    options: &SoftmaxOptions<'_>,
    src: &[f32],
    dst: &mut [f32],
    shape @ [outer, n, inner]: [usize; 3],
    columns: Range<usize>,
) -> Result<(), ShapeError> {
    product("src", src.len(), shape)?;
    let Range { start, end } = columns;
    let width = width_of(&columns, inner)?;
    product("dst", dst.len(), [outer, n, width])?;
    let logits =
        Logits::new::<F>(isa, options, shape)?.map(|logits| logits.with_first_column(start));
    if dst.is_empty() {
        return Ok(());
    }
    for (dst, src) in dst.chunks_exact_mut(width).zip(src.chunks_exact(inner)) {
        dst.copy_from_slice(&src[start..end]);
    }
    let (logits, fast) = (logits.as_ref(), F::RUN > 1);
    // One column of a part is no row: its mask is not.
    along_axis::<F>(isa, Axis { src: None, dst, n, inner: width, pitch: width, logits, fast });
    Ok(())
}

pub(super) fn width_of(
    &Range { start, end }: &Range<usize>,
    inner: usize,
) -> Result<usize, ShapeError> {
    if start > end || end > inner {
        return Err(Mismatch::Window { end: start.max(end), inner }.into());
    }
    Ok(end - start)
}

/// One result a row.
pub(super) fn reduce<F: Function>(
    isa: Isa,
    options: &SoftmaxOptions<'_>,
    src: &[f32],
    dst: &mut [f32],
    layout: RowLayout,
) -> Result<(), ShapeError> {
    let rows = layout.count("src", src.len())?;
    if rows != dst.len() {
        return Err(Mismatch::RowsTo { name: "src", rows, dst_len: dst.len() }.into());
    }
    let RowLayout { cols, stride } = layout;
    if rows == 1 && options.is_none() && single::<F>(isa, Some(&src[..cols]), dst, 1.0) {
        return Ok(());
    }
    let logits = Logits::new::<F>(isa, options, [rows, cols, 1])?;
    each_row::<F>(
        isa,
        Matrix {
            src: Some(src),
            dst,
            rows,
            cols,
            src_stride: stride,
            dst_stride: 1,
            logits: logits.as_ref(),
            sinks: None,
            scale: 1.0,
            fast: F::RUN > 1,
            log_sum_exps: None,
        },
    );
    Ok(())
}

/// One result for each vector along the axis, of some of the inner columns.
pub(super) fn reduce_axis<F: Function>(
    isa: Isa,
    options: &SoftmaxOptions<'_>,
    src: &[f32],
    dst: &mut [f32],
    shape @ [outer, n, inner]: [usize; 3],
    columns: Range<usize>,
) -> Result<(), ShapeError> {
    product("src", src.len(), shape)?;
    let start = columns.start;
    let width = width_of(&columns, inner)?;
    product("dst", dst.len(), [outer, 1, width])?;
    if n == 0 {
        return of_sinks(isa, options, dst, shape, columns);
    }
    let logits =
        Logits::new::<F>(isa, options, shape)?.map(|logits| logits.with_first_column(start));
    if !dst.is_empty() {
        let (src, logits) = (Some(&src[start..]), logits.as_ref());
        along_axis::<F>(
            isa,
            Axis { src, dst, n, inner: width, pitch: inner, logits, fast: F::RUN > 1 },
        );
    }
    Ok(())
}

/// The log-sum-exps of rows without entries.
#[cold]
fn of_sinks(
    isa: Isa,
    options: &SoftmaxOptions<'_>,
    dst: &mut [f32],
    [outer, _, inner]: [usize; 3],
    columns: Range<usize>,
) -> Result<(), ShapeError> {
    // As of one entry, which is not there.
    let SoftmaxOptions { sink, sinks, shape, first_row, .. } = *options;
    let options = SoftmaxOptions { sink, sinks, shape, first_row, ..SoftmaxOptions::NONE };
    let logits = Logits::of_scores(isa, &options, [outer, 1, inner])?;
    let rows = (0..outer).flat_map(|outer| columns.clone().map(move |at| outer * inner + at));
    for (y, row) in dst.iter_mut().zip(rows) {
        *y = logits.as_ref().map_or(f32::NEG_INFINITY, |logits| logits.sink(row));
    }
    Ok(())
}

/// Writes the logits of rows.
pub(super) fn logits(
    isa: Isa,
    options: &SoftmaxOptions<'_>,
    src: &[f32],
    dst: &mut [f32],
    cols: usize,
) -> Result<(), ShapeError> {
    let layout = RowLayout::contiguous(cols);
    let rows = layout.count("src", src.len())?;
    let dst_rows = layout.count("dst", dst.len())?;
    if rows != dst_rows {
        return Err(Mismatch::Rows { src: rows, dst: dst_rows }.into());
    }
    match Logits::of_scores(isa, options, [rows, cols, 1])? {
        Some(logits) => {
            let rows = Rows { first: 0, start: 0, cols, x: Some((src, cols)), y: (dst, cols) };
            logits.write(rows, &mut []);
        }
        None => dst.copy_from_slice(src),
    }
    Ok(())
}
