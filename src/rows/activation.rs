//! The traits that functions of rows implement.

use super::layout::RowLayout;

/// A function of rows that gives each row as many results as it has entries.
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
    /// If the stride is shorter than a row, or the slice does not end with a row or its padding;
    /// nothing is written then.
    #[track_caller]
    fn strided(&self, x: &mut [T], layout: RowLayout);

    /// As [`rows_into`](Self::rows_into), of rows that have strides.
    ///
    /// # Panics
    ///
    /// As `strided`, and if the numbers of rows or columns differ.
    #[track_caller]
    fn strided_into(&self, src: &[T], dst: &mut [T], of_src: RowLayout, of_dst: RowLayout);

    /// Replaces the vectors along the middle axis of `[outer, n, inner]` by their images: any axis
    /// of a tensor, without a transpose. Takes up to 72 KiB of stack.
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
    /// softmax of 0, a log-softmax of −∞) has the gradient 0, whatever its `dy`. A scale is in the
    /// gradient; the derivative of a soft cap is not, since the output does not tell it.
    ///
    /// # Panics
    ///
    /// If the lengths differ or are no multiple of `cols`; nothing is written then.
    #[track_caller]
    fn rows_backward(&self, y: &[T], dy: &[T], dx: &mut [T], cols: usize);

    /// As [`rows_backward`](Self::rows_backward), with `dx` in the place of `dy`.
    ///
    /// # Panics
    ///
    /// If the lengths differ or are no multiple of `cols`; nothing is written then.
    #[track_caller]
    fn rows_backward_in_place(&self, y: &[T], dy: &mut [T], cols: usize);

    /// The gradient along the middle axis of `[outer, n, inner]`.
    ///
    /// # Panics
    ///
    /// If a length is not the product of the shape; nothing is written then.
    #[track_caller]
    fn axis_backward(&self, y: &[T], dy: &[T], dx: &mut [T], shape: [usize; 3]);

    /// As [`axis_backward`](Self::axis_backward), with `dx` in the place of `dy`.
    ///
    /// # Panics
    ///
    /// If a length is not the product of the shape; nothing is written then.
    #[track_caller]
    fn axis_backward_in_place(&self, y: &[T], dy: &mut [T], shape: [usize; 3]);
}
