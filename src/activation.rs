//! The traits that operations on elements implement.

/// A function applied to every element of a slice.
///
/// An operation is a small value whose public fields are its parameters; an engine keeps it in its
/// graph node. The instruction set is chosen at the first call ([`Isa`](crate::Isa)). Element i of
/// the result depends on element i of the input alone, bit for bit: not on the length, the
/// alignment, the neighbours, or whether the call is in place. A NaN gives a quiet NaN; no value
/// panics.
///
/// ```
/// use activations::{Activation, Fast, Sigmoid, Tanh};
///
/// let mut x = [-2.0, 0.0, 2.0];
/// Sigmoid.apply(&mut x);
/// assert_eq!(x, [0.11920292, 0.5, 0.8807971]);
///
/// let mut y = [0.0; 3];
/// Tanh.apply_into(&x, &mut y);
/// Fast(Tanh).apply(&mut y);
/// ```
pub trait Activation<T = f32> {
    /// Replaces every element by its image.
    fn apply(&self, x: &mut [T]);

    /// Writes the image of every element of `src` to `dst`.
    ///
    /// # Panics
    ///
    /// If the lengths differ; nothing is written then.
    #[track_caller]
    fn apply_into(&self, src: &[T], dst: &mut [T]);
}

/// An [`Activation`] with its gradient.
pub trait Gradient<T = f32>: Activation<T> {
    /// `dx[i] = dy[i] * f'(x[i])`, from the input `x` of the forward call, with full relative
    /// accuracy in the tails.
    ///
    /// ```
    /// use activations::{Gradient, Sigmoid};
    ///
    /// let mut dx = [0.0; 2];
    /// Sigmoid.backward(&[0.0, 20.0], &[1.0, 1.0], &mut dx);
    /// assert_eq!(dx, [0.25, 2.0611537e-9]); // not 0, as y (1 - y) would give
    /// ```
    ///
    /// # Panics
    ///
    /// If the lengths differ; nothing is written then.
    #[track_caller]
    fn backward(&self, x: &[T], dy: &[T], dx: &mut [T]);

    /// `dx[i] = dy[i] * f'(x[i])`, from the output `y` of the forward call, so that the input need
    /// not be kept.
    ///
    /// Only operations that are [`FromOutput`] have it.
    ///
    /// ```
    /// use activations::{Exp, Gradient};
    ///
    /// let mut dx = [0.0; 2];
    /// Exp.backward_from_output(&[1.0, 7.5], &[1.0, 2.0], &mut dx);
    /// assert_eq!(dx, [1.0, 15.0]);
    /// ```
    ///
    /// # Panics
    ///
    /// If the lengths differ; nothing is written then.
    #[track_caller]
    fn backward_from_output(&self, y: &[T], dy: &[T], dx: &mut [T])
    where
        Self: Sized + FromOutput<T>,
    {
        self.gradient_from_output(y, dy, dx);
    }
}

/// The operations whose output alone gives the gradient with full relative accuracy.
///
/// Sigmoid and tanh are not among them: where their output has rounded to 1 it no longer tells the
/// gradient.
pub trait FromOutput<T = f32>: Gradient<T> {
    /// The kernel of [`Gradient::backward_from_output`].
    #[doc(hidden)]
    #[track_caller]
    fn gradient_from_output(&self, y: &[T], dy: &[T], dx: &mut [T]);
}
