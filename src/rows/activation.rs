//! The traits that functions of rows implement.

use super::layout::RowLayout;
use crate::check::or_panic;
use crate::shape_error::ShapeError;
use core::ops::Range;

/// A function of rows that gives each row as many results as it has entries.
///
/// Every form has a twin that begins with `try_` and returns what the form itself panics with.
/// Nothing is written then.
///
/// ```
/// use activations::{Fast, LogSoftmax, RowActivation, Softmax};
///
/// let logits = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0_f32];
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
    fn rows(&self, x: &mut [T], cols: usize) {
        or_panic(self.try_rows(x, cols));
    }

    /// Writes the images of the rows of `src` to `dst`.
    ///
    /// # Panics
    ///
    /// If the lengths differ or are no multiple of `cols`; nothing is written then.
    #[track_caller]
    fn rows_into(&self, src: &[T], dst: &mut [T], cols: usize) {
        or_panic(self.try_rows_into(src, dst, cols));
    }

    /// As [`rows`](Self::rows), of rows that have a stride.
    ///
    /// # Panics
    ///
    /// If the stride is shorter than a row, or the slice does not end with a row or its padding;
    /// nothing is written then.
    #[track_caller]
    fn strided(&self, x: &mut [T], layout: RowLayout) {
        or_panic(self.try_strided(x, layout));
    }

    /// As [`rows_into`](Self::rows_into), of rows that have strides.
    ///
    /// # Panics
    ///
    /// As `strided`, and if the numbers of rows or columns differ.
    #[track_caller]
    fn strided_into(&self, src: &[T], dst: &mut [T], of_src: RowLayout, of_dst: RowLayout) {
        or_panic(self.try_strided_into(src, dst, of_src, of_dst));
    }

    /// Replaces the vectors along the middle axis of `[outer, n, inner]` by their images: any axis
    /// of a tensor, without a transpose. Takes up to 48 KiB of stack.
    ///
    /// # Panics
    ///
    /// If the length is not the product of the shape; nothing is written then.
    #[track_caller]
    fn axis(&self, x: &mut [T], shape: [usize; 3]) {
        or_panic(self.try_axis(x, shape));
    }

    /// As [`axis`](Self::axis), from one slice to another.
    ///
    /// # Panics
    ///
    /// If a length is not the product of the shape; nothing is written then.
    #[track_caller]
    fn axis_into(&self, src: &[T], dst: &mut [T], shape: [usize; 3]) {
        or_panic(self.try_axis_into(src, dst, shape));
    }

    /// As [`axis_into`](Self::axis_into), for some of the inner columns: `src` has the shape
    /// `[outer, n, inner]`, `dst` the shape `[outer, n, columns.len()]`. So an axis that is not the
    /// last can be split over threads. Masks are those of all columns.
    ///
    /// ```
    /// use activations::{RowActivation, Softmax};
    ///
    /// let x: [f32; 12] = core::array::from_fn(|i| i as f32);
    /// let mut whole = [0.0; 12];
    /// Softmax::new().axis_into(&x, &mut whole, [1, 2, 6]);
    /// let mut part = [0.0; 4];
    /// Softmax::new().axis_columns_into(&x, &mut part, [1, 2, 6], 3..5);
    /// assert_eq!(part, [whole[3], whole[4], whole[9], whole[10]]);
    /// ```
    ///
    /// # Panics
    ///
    /// If a length is not the product of its shape, or there are no such columns; nothing is
    /// written then.
    #[track_caller]
    fn axis_columns_into(
        &self,
        src: &[T],
        dst: &mut [T],
        shape: [usize; 3],
        columns: Range<usize>,
    ) {
        or_panic(self.try_axis_columns_into(src, dst, shape, columns));
    }

    /// As [`rows`](Self::rows).
    ///
    /// # Errors
    ///
    /// Where that panics.
    fn try_rows(&self, x: &mut [T], cols: usize) -> Result<(), ShapeError> {
        self.try_strided(x, RowLayout::contiguous(cols))
    }

    /// As [`rows_into`](Self::rows_into).
    ///
    /// # Errors
    ///
    /// Where that panics.
    fn try_rows_into(&self, src: &[T], dst: &mut [T], cols: usize) -> Result<(), ShapeError> {
        let layout = RowLayout::contiguous(cols);
        self.try_strided_into(src, dst, layout, layout)
    }

    /// As [`strided`](Self::strided).
    ///
    /// # Errors
    ///
    /// Where that panics.
    fn try_strided(&self, x: &mut [T], layout: RowLayout) -> Result<(), ShapeError>;

    /// As [`strided_into`](Self::strided_into).
    ///
    /// # Errors
    ///
    /// Where that panics.
    fn try_strided_into(
        &self,
        src: &[T],
        dst: &mut [T],
        of_src: RowLayout,
        of_dst: RowLayout,
    ) -> Result<(), ShapeError>;

    /// As [`axis`](Self::axis).
    ///
    /// # Errors
    ///
    /// Where that panics.
    fn try_axis(&self, x: &mut [T], shape: [usize; 3]) -> Result<(), ShapeError>;

    /// As [`axis_into`](Self::axis_into).
    ///
    /// # Errors
    ///
    /// Where that panics.
    fn try_axis_into(&self, src: &[T], dst: &mut [T], shape: [usize; 3]) -> Result<(), ShapeError>;

    /// As [`axis_columns_into`](Self::axis_columns_into).
    ///
    /// # Errors
    ///
    /// Where that panics.
    fn try_axis_columns_into(
        &self,
        src: &[T],
        dst: &mut [T],
        shape: [usize; 3],
        columns: Range<usize>,
    ) -> Result<(), ShapeError>;
}

/// A [`RowActivation`] with its gradient.
///
/// ```
/// use activations::{RowActivation, RowGradient, Softmax};
///
/// let mut y = [0.0, 0.0_f32];
/// Softmax::new().rows(&mut y, 2);
/// let mut dx = [0.0; 2];
/// Softmax::new().rows_backward(&y, &[1.0, 0.0], &mut dx, 2);
/// assert_eq!(dx, [0.25, -0.25]);
/// ```
pub trait RowGradient<T = f32>: RowActivation<T> {
    /// The gradient of each row of `cols` elements, from the output `y` of the forward call.
    ///
    /// Softmax's is rounded once from an f64; that of log-softmax is off by at most 2 ULP of the
    /// larger of `dy` and what is subtracted from it. An entry that had no part in its row (a
    /// softmax of 0, a log-softmax of −∞) has the gradient 0, whatever its `dy`. Scale and
    /// temperature are in the gradient; the derivative of a soft cap is not, since the output does
    /// not tell it.
    ///
    /// # Panics
    ///
    /// If the lengths differ or are no multiple of `cols`; nothing is written then.
    #[track_caller]
    fn rows_backward(&self, y: &[T], dy: &[T], dx: &mut [T], cols: usize) {
        or_panic(self.try_rows_backward(y, dy, dx, cols));
    }

    /// As [`rows_backward`](Self::rows_backward), with `dx` in the place of `dy`.
    ///
    /// # Panics
    ///
    /// If the lengths differ or are no multiple of `cols`; nothing is written then.
    #[track_caller]
    fn rows_backward_in_place(&self, y: &[T], dy: &mut [T], cols: usize) {
        or_panic(self.try_rows_backward_in_place(y, dy, cols));
    }

    /// The gradient along the middle axis of `[outer, n, inner]`.
    ///
    /// # Panics
    ///
    /// If a length is not the product of the shape; nothing is written then.
    #[track_caller]
    fn axis_backward(&self, y: &[T], dy: &[T], dx: &mut [T], shape: [usize; 3]) {
        or_panic(self.try_axis_backward(y, dy, dx, shape));
    }

    /// As [`axis_backward`](Self::axis_backward), with `dx` in the place of `dy`.
    ///
    /// # Panics
    ///
    /// If a length is not the product of the shape; nothing is written then.
    #[track_caller]
    fn axis_backward_in_place(&self, y: &[T], dy: &mut [T], shape: [usize; 3]) {
        or_panic(self.try_axis_backward_in_place(y, dy, shape));
    }

    /// As [`rows_backward`](Self::rows_backward).
    ///
    /// # Errors
    ///
    /// Where that panics.
    fn try_rows_backward(
        &self,
        y: &[T],
        dy: &[T],
        dx: &mut [T],
        cols: usize,
    ) -> Result<(), ShapeError>;

    /// As [`axis_backward`](Self::axis_backward).
    ///
    /// # Errors
    ///
    /// Where that panics.
    fn try_axis_backward(
        &self,
        y: &[T],
        dy: &[T],
        dx: &mut [T],
        shape: [usize; 3],
    ) -> Result<(), ShapeError>;

    /// As [`rows_backward_in_place`](Self::rows_backward_in_place).
    ///
    /// # Errors
    ///
    /// Where that panics.
    fn try_rows_backward_in_place(
        &self,
        y: &[T],
        dy: &mut [T],
        cols: usize,
    ) -> Result<(), ShapeError>;

    /// As [`axis_backward_in_place`](Self::axis_backward_in_place).
    ///
    /// # Errors
    ///
    /// Where that panics.
    fn try_axis_backward_in_place(
        &self,
        y: &[T],
        dy: &mut [T],
        shape: [usize; 3],
    ) -> Result<(), ShapeError>;
}
