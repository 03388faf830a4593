//! The tiers of an operation: as wrappers, and as a value.

use crate::activation::{Activation, Gradient, GradientFromOutput};
use core::{error::Error, fmt, str::FromStr};

/// The fast tier of an operation: at most 4 ULP, and all else as in the default tier: special
/// values, range, subnormal results, position independence, the same bits on every level with FMA.
/// The order of results is the exception: where an operation's documentation says so, as that of
/// [`Tanh`](crate::Tanh) does, results may decrease where x increases.
///
/// Where no faster kernel keeps those promises it is the default kernel. Gradients are the default
/// tier's.
///
/// ```
/// use activations::{Activation, Fast, Sigmoid};
///
/// let mut x = [1.0_f32];
/// Fast(Sigmoid).apply(&mut x);
/// assert!((x[0] - 0.7310586).abs() < 1e-6);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Fast<Op>(pub Op);

/// The exact tier of an operation: every result is the f32 nearest to the exact value, and of two
/// that are equally near the one with an even last bit. It is therefore the same on every machine,
/// the baseline included, and in every later version.
///
/// [`Exp`](crate::Exp), [`Sigmoid`](crate::Sigmoid) and [`Tanh`](crate::Tanh) have kernels of their
/// own, which take two to three times as long as the default tier. Where the default kernel is
/// correctly rounded, as that of [`Relu`](crate::Relu) and its kin, the exact tier is that kernel.
/// Other operations cannot be called under this wrapper: that does not compile, and
/// [`AnyActivation::with_tier`](crate::AnyActivation::with_tier) returns an error. Gradients are
/// the default tier's.
///
/// The promise is for the default floating-point environment. `docs/exact.md` says why it can be
/// kept, and when to use it.
///
/// ```
/// use activations::{Activation, Exact, Exp};
///
/// let mut x = [1.0, -100.0_f32];
/// Exact(Exp).apply(&mut x);
/// assert_eq!(x, [2.7182817, 3.783506e-44]);
/// ```
///
/// ```compile_fail,E0599
/// use activations::{Exact, RowActivation, Softmax};
///
/// Exact(Softmax::new()).rows(&mut [0.0, 1.0], 2); // softmax has no exact tier
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Exact<Op>(pub Op);

macro_rules! default_gradients { ($($Wrapper:ident),*) => {$(
    impl<T, Op: Gradient<T>> Gradient<T> for $Wrapper<Op>
    where
        Self: Activation<T>,
    {
        fn backward(&self, x: &[T], dy: &[T], dx: &mut [T]) {
            self.0.backward(x, dy, dx);
        }
        fn backward_in_place(&self, x: &[T], dy: &mut [T])
        where
            T: Copy,
        {
            self.0.backward_in_place(x, dy);
        }
    }

    impl<T, Op: GradientFromOutput<T>> GradientFromOutput<T> for $Wrapper<Op>
    where
        Self: Activation<T>,
    {
        fn backward_from_output(&self, y: &[T], dy: &[T], dx: &mut [T]) {
            self.0.backward_from_output(y, dy, dx);
        }
        fn backward_from_output_in_place(&self, y: &[T], dy: &mut [T])
        where
            T: Copy,
        {
            self.0.backward_from_output_in_place(y, dy);
        }
    }
)*}; }

default_gradients!(Fast, Exact);

/// A tier as a value, for an operation that is chosen at run time.
///
/// ```
/// use activations::Tier;
///
/// assert_eq!("fast".parse(), Ok(Tier::Fast));
/// assert_eq!(Tier::Exact.to_string(), "exact");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tier {
    /// At most 1 ULP, composed functions at most 2: the operation itself.
    #[default]
    Default,
    /// At most 4 ULP: [`Fast`].
    Fast,
    /// Correctly rounded: [`Exact`].
    Exact,
}

impl Tier {
    /// Every tier.
    pub const ALL: [Self; 3] = [Self::Default, Self::Fast, Self::Exact];

    /// The tier's name in lower case.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::Fast => "fast",
            Self::Exact => "exact",
        }
    }
}

impl fmt::Display for Tier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// The error of parsing a [`Tier`] from a text that names none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParseTierError;

impl fmt::Display for ParseTierError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("unknown tier: expected default, fast or exact")
    }
}

impl Error for ParseTierError {}

impl FromStr for Tier {
    type Err = ParseTierError;

    fn from_str(name: &str) -> Result<Self, ParseTierError> {
        Self::ALL.into_iter().find(|tier| tier.name() == name).ok_or(ParseTierError)
    }
}
