//! How rows lie in a slice, and what is refused.

use crate::shape_error::{Mismatch, ShapeError};
use core::{error::Error, fmt};

/// Rows that lie a fixed distance apart, as in a padded matrix.
///
/// The last row may end with the slice, or be followed by its padding. Elements between the rows
/// are neither read nor written.
///
/// ```
/// use activations::{RowActivation, RowLayout, Softmax};
///
/// let mut x = [0.0, 0.0, 7.0, 1.0, 1.0_f32]; // two rows of two, three apart
/// Softmax::new().strided(&mut x, RowLayout { cols: 2, stride: 3 });
/// assert_eq!(x, [0.5, 0.5, 7.0, 0.5, 0.5]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RowLayout {
    /// The elements of a row.
    pub cols: usize,
    /// From the first element of a row to the first element of the next.
    pub stride: usize,
}

impl RowLayout {
    /// The layout of rows of `cols` elements that follow each other without padding.
    #[must_use]
    pub const fn contiguous(cols: usize) -> Self {
        Self { cols, stride: cols }
    }

    /// How many rows `len` elements are.
    pub(crate) fn count(self, name: &'static str, len: usize) -> Result<usize, ShapeError> {
        let Self { cols, stride } = self;
        // One row needs no division, which takes as long as the rest of a short call.
        if len == cols && cols > 0 && stride >= cols {
            return Ok(1);
        }
        if stride < cols {
            return Err(Mismatch::ShortStride { name, stride, cols }.into());
        }
        if len == 0 {
            return Ok(0);
        }
        if cols == 0 {
            return Err(Mismatch::NoColumns { name, len }.into());
        }
        if len.is_multiple_of(stride) || (len >= cols && (len - cols).is_multiple_of(stride)) {
            return Ok(len.div_ceil(stride));
        }
        Err(if stride == cols {
            Mismatch::NoMultiple { name, len, cols }.into()
        } else {
            Mismatch::Stride { name, len, cols, stride }.into()
        })
    }
}

/// Returns the shape `[outer, n, inner]` that the forms for an axis take, for axis `axis` of a
/// tensor in row-major order; −1 is the last axis.
///
/// ```
/// use activations::{RowActivation, Softmax, axis_shape};
///
/// let mut x = [0.0_f32; 2 * 3 * 5];
/// let shape = axis_shape(&[2, 3, 5], -2)?;
/// assert_eq!(shape, [2, 3, 5]);
/// assert_eq!(axis_shape(&[2, 3, 5], 0)?, [1, 2, 15]);
/// Softmax::new().axis(&mut x, shape);
/// assert_eq!(x, [1.0 / 3.0; 30]);
/// # Ok::<(), activations::AxisError>(())
/// ```
///
/// # Errors
///
/// If the tensor has no such axis.
pub fn axis_shape(shape: &[usize], axis: isize) -> Result<[usize; 3], AxisError> {
    let rank = shape.len();
    let index = if axis < 0 { rank.checked_add_signed(axis) } else { axis.try_into().ok() };
    let index = index.filter(|&index| index < rank).ok_or(AxisError { axis, rank })?;
    // A product beyond usize fits no slice, which the call that takes the shape will say.
    let product =
        |axes: &[usize]| axes.iter().fold(1, |product: usize, &len| product.saturating_mul(len));
    Ok([product(&shape[..index]), shape[index], product(&shape[index + 1..])])
}

/// The error of asking for an axis that a tensor has not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AxisError {
    axis: isize,
    rank: usize,
}

impl fmt::Display for AxisError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { axis, rank } = self;
        let s = if *rank == 1 { "axis" } else { "axes" };
        write!(f, "axis {axis} of a tensor that has {rank} {s}")
    }
}

impl Error for AxisError {}
