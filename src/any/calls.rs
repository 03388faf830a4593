//! The calls of an operation that is chosen at run time, at the active level.

use super::AnyActivation;
use crate::at::At;
use core::mem::MaybeUninit;

impl AnyActivation {
    /// Replaces every element by its image.
    ///
    /// # Panics
    ///
    /// If it is not [elementwise](Self::is_elementwise): [`rows`](Self::rows) and
    /// [`axis`](Self::axis) say what a row is.
    #[track_caller]
    pub fn apply(&self, x: &mut [f32]) {
        At::active(*self).apply(x);
    }

    /// Writes the image of every element of `src` to `dst`.
    ///
    /// # Panics
    ///
    /// As [`apply`](Self::apply), and if the lengths differ; nothing is written then.
    #[track_caller]
    pub fn apply_into(&self, src: &[f32], dst: &mut [f32]) {
        At::active(*self).apply_into(src, dst);
    }

    /// As [`apply_into`](Self::apply_into), for a `dst` that may be uninitialised: all of it is
    /// initialised then, as by [`Activation::apply_uninit`](crate::Activation::apply_uninit).
    ///
    /// # Panics
    ///
    /// As [`apply_into`](Self::apply_into).
    #[track_caller]
    pub fn apply_uninit(&self, src: &[f32], dst: &mut [MaybeUninit<f32>]) {
        At::active(*self).apply_uninit(src, dst);
    }

    /// Writes `dx[i] = dy[i] * f'(x[i])`, from the input `x` of the forward call.
    ///
    /// # Panics
    ///
    /// As [`apply_into`](Self::apply_into).
    #[track_caller]
    pub fn backward(&self, x: &[f32], dy: &[f32], dx: &mut [f32]) {
        At::active(*self).backward(x, dy, dx);
    }

    /// As [`backward`](Self::backward), with `dx` in the place of `dy`.
    ///
    /// # Panics
    ///
    /// As [`apply_into`](Self::apply_into).
    #[track_caller]
    pub fn backward_in_place(&self, x: &[f32], dy: &mut [f32]) {
        At::active(*self).backward_in_place(x, dy);
    }

    /// Writes `dx[i] = dy[i] * f'(x[i])`, from the output `y` of the forward call.
    ///
    /// # Panics
    ///
    /// As [`apply_into`](Self::apply_into), and if the operation has no
    /// [gradient from the output](Self::has_gradient_from_output).
    #[track_caller]
    pub fn backward_from_output(&self, y: &[f32], dy: &[f32], dx: &mut [f32]) {
        At::active(*self).backward_from_output(y, dy, dx);
    }

    /// As [`backward_from_output`](Self::backward_from_output), with `dx` in the place of `dy`.
    ///
    /// # Panics
    ///
    /// As that does.
    #[track_caller]
    pub fn backward_from_output_in_place(&self, y: &[f32], dy: &mut [f32]) {
        At::active(*self).backward_from_output_in_place(y, dy);
    }

    /// Replaces every row of `cols` elements by its image. For an elementwise operation any `cols`
    /// that divides the length will do.
    ///
    /// # Panics
    ///
    /// If the length is no multiple of `cols`, or it is a [reduction](Self::is_reduction), whose
    /// results have another shape; nothing is written then.
    #[track_caller]
    pub fn rows(&self, x: &mut [f32], cols: usize) {
        At::active(*self).rows(x, cols);
    }

    /// Writes the images of the rows of `src` to `dst`, which has one element a row for a
    /// [reduction](Self::is_reduction).
    ///
    /// # Panics
    ///
    /// If the lengths do not fit; nothing is written then.
    #[track_caller]
    pub fn rows_into(&self, src: &[f32], dst: &mut [f32], cols: usize) {
        At::active(*self).rows_into(src, dst, cols);
    }

    /// Replaces the vectors along the middle axis of `[outer, n, inner]` by their images.
    /// [`axis_shape`](crate::axis_shape) gives the shape.
    ///
    /// # Panics
    ///
    /// If the length is not the product of the shape, or it is a [reduction](Self::is_reduction);
    /// nothing is written then.
    #[track_caller]
    pub fn axis(&self, x: &mut [f32], shape: [usize; 3]) {
        At::active(*self).axis(x, shape);
    }

    /// Writes the images of the vectors of `src` to `dst`, whose shape is `[outer, inner]` for a
    /// [reduction](Self::is_reduction).
    ///
    /// # Panics
    ///
    /// If a length is not the product of its shape; nothing is written then.
    #[track_caller]
    pub fn axis_into(&self, src: &[f32], dst: &mut [f32], shape: [usize; 3]) {
        At::active(*self).axis_into(src, dst, shape);
    }

    /// Writes the gradient along the middle axis of `[outer, n, inner]`, from the input `x` and the
    /// output `y` of the forward call.
    ///
    /// Elementwise operations and [reductions](Self::is_reduction) read `x`, the other functions of
    /// rows `y`; the one that is not read may be empty. `dy` has the shape of the output.
    ///
    /// # Panics
    ///
    /// If a length that is read is not the product of its shape; nothing is written then.
    #[track_caller]
    pub fn axis_backward(
        &self,
        x: &[f32],
        y: &[f32],
        dy: &[f32],
        dx: &mut [f32],
        shape: [usize; 3],
    ) {
        At::active(*self).axis_backward(x, y, dy, dx, shape);
    }

    /// As [`axis_backward`](Self::axis_backward), for rows of `cols` elements that follow each
    /// other.
    ///
    /// # Panics
    ///
    /// If a length that is read is no multiple of `cols`, or not that of `dx`; nothing is written
    /// then.
    #[track_caller]
    pub fn rows_backward(&self, x: &[f32], y: &[f32], dy: &[f32], dx: &mut [f32], cols: usize) {
        At::active(*self).rows_backward(x, y, dy, dx, cols);
    }

    /// As [`axis_backward`](Self::axis_backward), with `dx` in the place of `dy`.
    ///
    /// # Panics
    ///
    /// As that does, and if it is a [reduction](Self::is_reduction), whose `dy` has another shape.
    #[track_caller]
    pub fn axis_backward_in_place(&self, x: &[f32], y: &[f32], dy: &mut [f32], shape: [usize; 3]) {
        At::active(*self).axis_backward_in_place(x, y, dy, shape);
    }

    /// As [`rows_backward`](Self::rows_backward), with `dx` in the place of `dy`.
    ///
    /// # Panics
    ///
    /// As that does, and if it is a [reduction](Self::is_reduction), whose `dy` has another shape.
    #[track_caller]
    pub fn rows_backward_in_place(&self, x: &[f32], y: &[f32], dy: &mut [f32], cols: usize) {
        At::active(*self).rows_backward_in_place(x, y, dy, cols);
    }
}
