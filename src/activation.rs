//! The traits that operations on elements implement.

use crate::check::same_length;
use core::mem::MaybeUninit;

/// A function applied to every element of a slice.
///
/// An operation is a small value whose public fields are its parameters; an engine keeps it in its
/// graph node. `T` is the type of the elements; f32 is its default, and
/// [the first page](crate#element-types) says why an array of literals names its type. The
/// instruction set is chosen at the first call ([`Isa`](crate::Isa)). Element i of the result
/// depends on element i of the input alone, bit for bit: not on the length, the alignment, the
/// neighbours, or whether the call is in place. A NaN gives a quiet NaN; no value panics.
///
/// ```
/// use activations::{Activation, Fast, Sigmoid, Tanh};
///
/// let mut x = [-2.0, 0.0, 2.0_f32];
/// Sigmoid.apply(&mut x);
/// assert_eq!(x, [0.11920292, 0.5, 0.8807971]);
///
/// let mut y = [0.0_f32; 3];
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

    /// Writes the image of every element of `src` to `dst`, which may be uninitialised, as a new
    /// allocation is. All of it is initialised then. Functions of rows have no such form.
    ///
    /// The operations of this crate write there at once. The default computes a few elements on the
    /// stack and copies them.
    ///
    /// ```
    /// use activations::{Activation, Relu};
    ///
    /// let mut y: Vec<f32> = Vec::with_capacity(2);
    /// Relu.apply_uninit(&[-1.0, 2.0], &mut y.spare_capacity_mut()[..2]);
    /// // What has written to the allocation may set the length now.
    /// ```
    ///
    /// # Panics
    ///
    /// If the lengths differ; nothing is written then.
    #[track_caller]
    fn apply_uninit(&self, src: &[T], dst: &mut [MaybeUninit<T>])
    where
        T: Copy + Default,
    {
        same_length("src", src.len(), "dst", dst.len());
        let mut results = [T::default(); 64];
        for (src, dst) in src.chunks(64).zip(dst.chunks_mut(64)) {
            let results = &mut results[..src.len()];
            self.apply_into(src, results);
            for (dst, &y) in dst.iter_mut().zip(&*results) {
                dst.write(y);
            }
        }
    }
}

/// An [`Activation`] with its gradient.
pub trait Gradient<T = f32>: Activation<T> {
    /// `dx[i] = dy[i] * f'(x[i])`, from the input `x` of the forward call, with full relative
    /// accuracy in the tails: at most 2.5 ULP of the exact product for every finite `dy`, wherever
    /// the product is a normal number. A `dy` of 0 gives 0, unless `x` is NaN.
    ///
    /// ```
    /// use activations::{Gradient, Sigmoid};
    ///
    /// let mut dx = [0.0_f32; 2];
    /// Sigmoid.backward(&[0.0, 20.0], &[1.0, 1.0], &mut dx);
    /// assert_eq!(dx, [0.25, 2.0611537e-9]); // not 0, as y (1 - y) would give
    /// ```
    ///
    /// # Panics
    ///
    /// If the lengths differ; nothing is written then.
    #[track_caller]
    fn backward(&self, x: &[T], dy: &[T], dx: &mut [T]);

    /// As [`backward`](Self::backward), with `dx` in the place of `dy`.
    ///
    /// The operations of this crate read `dy` where they write. The default passes it on in copies
    /// of a few elements.
    ///
    /// ```
    /// use activations::{Gradient, Sigmoid};
    ///
    /// let mut gradient = [1.0, 2.0_f32];
    /// Sigmoid.backward_in_place(&[0.0, 0.0], &mut gradient);
    /// assert_eq!(gradient, [0.25, 0.5]);
    /// ```
    ///
    /// # Panics
    ///
    /// If the lengths differ; nothing is written then.
    #[track_caller]
    fn backward_in_place(&self, x: &[T], dy: &mut [T])
    where
        T: Copy,
    {
        by_copies("x", x, dy, |x, dy, dx| self.backward(x, dy, dx));
    }
}

/// A [`Gradient`] that can also be computed from the output, so that the input need not be kept.
///
/// The gradient is that of the output as it is given, with full relative accuracy. For
/// [`Exp`](crate::Exp) and the family of [`Relu`](crate::Relu) nothing is lost. Negative outputs of
/// [`Elu`](crate::Elu), [`Selu`](crate::Selu) and [`Celu`](crate::Celu) are rounded, and their
/// derivatives are off by as much: by up to two ULP of the limit. Sigmoid and tanh do not implement
/// the trait, since all gradients of their tails would be 0.
///
/// ```
/// use activations::{Exp, GradientFromOutput};
///
/// let mut dx = [0.0_f32; 2];
/// Exp.backward_from_output(&[1.0, 7.5], &[1.0, 2.0], &mut dx);
/// assert_eq!(dx, [1.0, 15.0]);
/// ```
pub trait GradientFromOutput<T = f32>: Gradient<T> {
    /// `dx[i] = dy[i] * f'(x[i])`, from the output `y` of the forward call.
    ///
    /// # Panics
    ///
    /// If the lengths differ, or the operation has parameters with which the output does not tell
    /// the gradient, such as a negative slope; nothing is written then.
    #[track_caller]
    fn backward_from_output(&self, y: &[T], dy: &[T], dx: &mut [T]);

    /// As [`backward_from_output`](Self::backward_from_output), with `dx` in the place of `dy`. The
    /// default is that of [`backward_in_place`](Gradient::backward_in_place).
    ///
    /// # Panics
    ///
    /// As `backward_from_output`.
    #[track_caller]
    fn backward_from_output_in_place(&self, y: &[T], dy: &mut [T])
    where
        T: Copy,
    {
        by_copies("y", y, dy, |y, dy, dx| self.backward_from_output(y, dy, dx));
    }
}

/// Calls `backward` for parts of `dy`, each copied to the stack first.
#[track_caller]
fn by_copies<T: Copy>(
    name: &'static str,
    x: &[T],
    dy: &mut [T],
    backward: impl Fn(&[T], &[T], &mut [T]),
) {
    const PART: usize = 256;
    same_length(name, x.len(), "dy", dy.len());
    let Some(&first) = dy.first() else { return };
    let mut copy = [first; PART];
    for (x, dy) in x.chunks(PART).zip(dy.chunks_mut(PART)) {
        let copy = &mut copy[..dy.len()];
        copy.copy_from_slice(dy);
        backward(x, copy, dy);
    }
}
