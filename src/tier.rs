//! The tiers that an operation may be wrapped in.

use crate::activation::{Activation, FromOutput, Gradient};

/// The fast tier of an operation: at most 4 ULP, and all else as in the default tier: special
/// values, range, subnormal results, position independence, the same bits on every level with FMA.
///
/// Where no faster kernel keeps those promises it is the default kernel. Gradients are the default
/// tier's.
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

/// The exact tier of an operation: every result is the f32 nearest to the exact value, and the one
/// with an even last bit of two that are as near. So it is the same on every machine, the baseline
/// included, and in every later version.
///
/// [`Exp`](crate::Exp), [`Sigmoid`](crate::Sigmoid) and [`Tanh`](crate::Tanh) have kernels of their
/// own, which take two to three times as long as the default tier. Where the default kernel rounds
/// correctly anyway, as that of [`Relu`](crate::Relu) and its kin, it is the same. Other operations
/// cannot be called under this wrapper: that does not compile, and
/// [`Kind::exact`](crate::Kind::exact) gives an error. Gradients are the default tier's.
///
/// The promise is for the default floating-point environment. `docs/exact.md` says why it can be
/// kept, and when to use it.
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
