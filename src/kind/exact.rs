//! The exact tier of operations that are chosen at run time.

use super::{Kind, check};
use core::{error::Error, fmt};

/// A [`Kind`] in the exact tier, [`Exact`](crate::Exact): [`Kind::exact`] gives one for what has
/// that tier, and for nothing else.
///
/// ```
/// use activations::Kind;
///
/// let kind: Kind = "sigmoid".parse()?;
/// let mut x = [0.0, 1.0];
/// kind.exact()?.axis(&mut x, [1, 2, 1]);
/// assert_eq!(x, [0.5, 0.7310586]);
///
/// let error = Kind::Softmax.exact().unwrap_err();
/// assert_eq!(error.to_string(), "softmax has no exact tier");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ExactKind(Kind);

/// The error of asking for the exact tier of a [`Kind`] that has none.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NoExactKernel(pub(super) Kind);

impl Kind {
    /// The same operation in the exact tier.
    ///
    /// # Errors
    ///
    /// If it has none.
    pub fn exact(self) -> Result<ExactKind, NoExactKernel> {
        self.open_exact(|_| ()).map(|()| ExactKind(self))
    }
}

impl ExactKind {
    /// The operation without its tier, for its name, its parameters and its gradient.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        self.0
    }

    /// As [`Kind::axis`].
    ///
    /// # Panics
    ///
    /// If the length is not the product of the shape; nothing is written then.
    #[track_caller]
    pub fn axis(&self, x: &mut [f32], shape: [usize; 3]) {
        check("x", x.len(), shape);
        self.0.open_exact(|operation| operation.apply(x)).expect("checked when it was made");
    }

    /// As [`Kind::axis_into`].
    ///
    /// # Panics
    ///
    /// If a length is not the product of the shape; nothing is written then.
    #[track_caller]
    pub fn axis_into(&self, src: &[f32], dst: &mut [f32], shape: [usize; 3]) {
        check("src", src.len(), shape);
        check("dst", dst.len(), shape);
        self.0
            .open_exact(|operation| operation.apply_into(src, dst))
            .expect("checked when it was made");
    }
}

impl fmt::Display for NoExactKernel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} has no exact tier", self.0.name())
    }
}

impl Error for NoExactKernel {}
