//! The traits that operations implement, and the tiers that wrap them.

/// A function applied to every element of a slice.
///
/// An operation is a small value whose public fields are its parameters; an engine keeps it in its
/// graph node. The instruction set is chosen at the first call ([`Isa`](crate::Isa)). Element i of the
/// result depends on element i of the input alone, bit for bit: not on the length, the alignment, the
/// neighbours, or whether the call is in place. A NaN gives a quiet NaN; no value panics.
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
    /// `dx[i] = dy[i] * f'(x[i])`, from the input `x` of the forward call, with full relative accuracy in
    /// the tails.
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

    /// `dx[i] = dy[i] * f'(x[i])`, from the output `y` of the forward call, so that the input need not be kept.
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
/// Sigmoid and tanh are not among them: where their output has rounded to 1 it no longer tells the gradient.
pub trait FromOutput<T = f32>: Gradient<T> {
    /// The kernel of [`Gradient::backward_from_output`].
    #[doc(hidden)]
    #[track_caller]
    fn gradient_from_output(&self, y: &[T], dy: &[T], dx: &mut [T]);
}

/// The fast tier of an operation: at most 4 ULP, and all else as in the default tier: special values,
/// range, subnormal results, position independence, the same bits on every level with FMA.
///
/// Where no faster kernel keeps those promises it is the default kernel. Gradients are the default tier's.
///
/// ```
/// use activations::{Activation, Fast, Sigmoid};
///
/// let mut x = [1.0];
/// Fast(Sigmoid).apply(&mut x);
/// assert!((x[0] - 0.7310586).abs() < 1e-6);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Fast<Op>(pub Op);

/// The exact tier of an operation: every result is the f32 nearest to the exact value, and the one with an even last bit of
/// two that are as near. So it is the same on every machine, the baseline included, and in every later version.
///
/// [`Exp`](crate::Exp), [`Sigmoid`](crate::Sigmoid) and [`Tanh`](crate::Tanh) have kernels of their own, which take two to
/// three times as long as the default tier. Where the default kernel rounds correctly anyway, as that of
/// [`Relu`](crate::Relu) and its kin, it is the same. Other operations cannot be called under this wrapper: that does not
/// compile, and [`Kind::exact`](crate::Kind::exact) gives an error. Gradients are the default tier's.
///
/// The promise is for the default floating-point environment. `docs/exact.md` says why it can be kept, and when to use it.
///
/// ```
/// use activations::{Activation, Exact, Exp};
///
/// let mut x = [1.0, -100.0];
/// Exact(Exp).apply(&mut x);
/// assert_eq!(x, [2.7182817, 3.783506e-44]);
/// ```
///
/// ```compile_fail,E0599
/// use activations::{Exact, RowActivation, Softmax};
///
/// Exact(Softmax::new()).rows(&mut [0.0, 1.0], 2); // has no such kernel
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Exact<Op>(pub Op);

macro_rules! default_gradients { ($($Tier:ident),*) => {$(
    impl<T, Op: Gradient<T>> Gradient<T> for $Tier<Op>
    where
        Self: Activation<T>,
    {
        fn backward(&self, x: &[T], dy: &[T], dx: &mut [T]) {
            self.0.backward(x, dy, dx);
        }
    }

    impl<T, Op: FromOutput<T>> FromOutput<T> for $Tier<Op>
    where
        Self: Activation<T>,
    {
        fn gradient_from_output(&self, y: &[T], dy: &[T], dx: &mut [T]) {
            self.0.gradient_from_output(y, dy, dx);
        }
    }
)*}; }

default_gradients!(Fast, Exact);
