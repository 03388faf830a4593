use super::{
    activation::{RowActivation, RowGradient},
    entry::width_of,
    layout::RowLayout,
};
use crate::{
    check::{equal_lengths, product},
    shape_error::{Mismatch, ShapeError},
};
use core::ops::Range;

/// The hardmax of a row: 1 at the first of the largest entries, 0 elsewhere.
///
/// A NaN counts as larger than every number, so that the 1 is at the first NaN: where `argmax` of
/// NumPy and PyTorch point to. A row of −∞ has its 1 at the first entry. The gradient is 0.
///
/// ```
/// use activations::{Hardmax, RowActivation};
///
/// let mut x = [1.0, 3.0, 3.0, 2.0_f32];
/// Hardmax.rows(&mut x, 4);
/// assert_eq!(x, [0.0, 1.0, 0.0, 0.0]);
/// ```
///
/// Definition: `Hardmax` of ONNX.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Hardmax;

/// How many columns are searched beside each other along an axis.
const COLUMNS: usize = 64;
/// The entries whose largest is found at once.
const LANES: usize = 16;

/// Returns the index of the first of the largest entries; a NaN is larger than every number.
fn first_of_largest(row: &[f32]) -> usize {
    let (steps, rest) = row.as_chunks::<LANES>();
    let mut lanes = [f32::NEG_INFINITY; LANES];
    let mut numbers = true;
    for step in steps {
        let mut all = true;
        for (lane, &x) in lanes.iter_mut().zip(step) {
            *lane = if x > *lane { x } else { *lane };
            all &= !x.is_nan();
        }
        numbers &= all;
    }
    let largest = lanes.iter().chain(rest).fold(f32::NEG_INFINITY, |a, &b| a.max(b));
    if !numbers || rest.iter().any(|x| x.is_nan()) {
        return row.iter().position(|x| x.is_nan()).unwrap_or_default();
    }
    row.iter().position(|&x| x == largest).unwrap_or_default()
}

fn one_hot(row: &mut [f32], at: usize) {
    row.fill(0.0);
    if let Some(entry) = row.get_mut(at) {
        *entry = 1.0;
    }
}

/// The vectors along the axis of one `[n, inner]`, of columns from `start` on, as many as a row of
/// `dst` has. Reads what is in `dst` if there is no `src`.
fn along_axis(src: Option<&[f32]>, dst: &mut [f32], [inner, start, width]: [usize; 3]) {
    for first in (0..width).step_by(COLUMNS) {
        let count = (width - first).min(COLUMNS);
        let (mut largest, mut at) = ([f32::NEG_INFINITY; COLUMNS], [0_usize; COLUMNS]);
        for i in 0..dst.len() / width {
            let line = match src {
                Some(src) => &src[i * inner + start + first..][..count],
                None => &dst[i * width + first..][..count],
            };
            for ((&x, largest), at) in line.iter().zip(&mut largest).zip(&mut at) {
                if x > *largest || x.is_nan() && !largest.is_nan() {
                    (*largest, *at) = (x, i);
                }
            }
        }
        for (i, line) in dst.chunks_exact_mut(width).enumerate() {
            for (y, &at) in line[first..][..count].iter_mut().zip(&at) {
                *y = f32::from(u8::from(at == i));
            }
        }
    }
}

impl RowActivation for Hardmax {
    fn try_strided(&self, x: &mut [f32], layout: RowLayout) -> Result<(), ShapeError> {
        layout.count("x", x.len())?;
        for row in x.chunks_mut(layout.stride.max(1)) {
            let row = &mut row[..layout.cols];
            one_hot(row, first_of_largest(row));
        }
        Ok(())
    }

    fn try_strided_into(
        &self,
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
        let rows = src.chunks(of_src.stride.max(1)).zip(dst.chunks_mut(of_dst.stride.max(1)));
        for (src, dst) in rows {
            one_hot(&mut dst[..cols], first_of_largest(&src[..cols]));
        }
        Ok(())
    }

    fn try_axis(&self, x: &mut [f32], shape: [usize; 3]) -> Result<(), ShapeError> {
        product("x", x.len(), shape)?;
        let [_, n, inner] = shape;
        for x in x.chunks_exact_mut((n * inner).max(1)) {
            along_axis(None, x, [inner, 0, inner]);
        }
        Ok(())
    }

    fn try_axis_into(
        &self,
        src: &[f32],
        dst: &mut [f32],
        shape: [usize; 3],
    ) -> Result<(), ShapeError> {
        product("dst", dst.len(), shape)?;
        self.try_axis_columns_into(src, dst, shape, 0..shape[2])
    }

    fn try_axis_columns_into(
        &self,
        src: &[f32],
        dst: &mut [f32],
        shape @ [outer, n, inner]: [usize; 3],
        columns: Range<usize>,
    ) -> Result<(), ShapeError> {
        product("src", src.len(), shape)?;
        let width = width_of(&columns, inner)?;
        product("dst", dst.len(), [outer, n, width])?;
        if dst.is_empty() {
            return Ok(());
        }
        let parts = src.chunks_exact(n * inner).zip(dst.chunks_exact_mut(n * width));
        for (src, dst) in parts {
            along_axis(Some(src), dst, [inner, columns.start, width]);
        }
        Ok(())
    }
}

impl RowGradient for Hardmax {
    fn try_rows_backward(
        &self,
        y: &[f32],
        dy: &[f32],
        dx: &mut [f32],
        cols: usize,
    ) -> Result<(), ShapeError> {
        equal_lengths("dy", dy.len(), "dx", dx.len())?;
        self.try_rows_backward_in_place(y, dx, cols)
    }

    fn try_axis_backward(
        &self,
        y: &[f32],
        dy: &[f32],
        dx: &mut [f32],
        shape: [usize; 3],
    ) -> Result<(), ShapeError> {
        product("dy", dy.len(), shape)?;
        self.try_axis_backward_in_place(y, dx, shape)
    }

    fn try_rows_backward_in_place(
        &self,
        y: &[f32],
        dy: &mut [f32],
        cols: usize,
    ) -> Result<(), ShapeError> {
        RowLayout::contiguous(cols).count("y", y.len())?;
        equal_lengths("y", y.len(), "dy", dy.len())?;
        dy.fill(0.0);
        Ok(())
    }

    fn try_axis_backward_in_place(
        &self,
        y: &[f32],
        dy: &mut [f32],
        shape: [usize; 3],
    ) -> Result<(), ShapeError> {
        product("y", y.len(), shape)?;
        product("dy", dy.len(), shape)?;
        dy.fill(0.0);
        Ok(())
    }
}
