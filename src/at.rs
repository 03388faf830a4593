//! A level as a wrapper, like the tiers.

use crate::isa::Isa;
use core::{error::Error, fmt};

/// An operation at a given level instead of [`Isa::active`].
///
/// Every operation can be wrapped: those on elements, in any tier, functions of rows,
/// [`PRelu`](crate::PRelu), the training step of [`RRelu`](crate::RRelu), gated units, recurrent
/// cells, [`OnlineSoftmax`](crate::OnlineSoftmax), [`AnyActivation`](crate::AnyActivation) and
/// [`AnyGated`](crate::AnyGated). It has the methods of the operation that depend on the level.
///
/// ```
/// use activations::{Activation, At, Fast, Isa, Sigmoid};
///
/// for isa in Isa::available() {
///     let mut x = [0.0_f32];
///     At::new(isa, Fast(Sigmoid))?.apply(&mut x);
///     assert_eq!(x, [0.5]);
/// }
/// # Ok::<(), activations::UnavailableIsa>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct At<Op> {
    isa: Isa,
    pub(crate) operation: Op,
}

impl<Op> At<Op> {
    /// Returns the operation at this level.
    ///
    /// # Errors
    ///
    /// If this machine lacks the level.
    pub fn new(isa: Isa, operation: Op) -> Result<Self, UnavailableIsa> {
        if Isa::available().any(|available| available == isa) {
            Ok(Self { isa, operation })
        } else {
            Err(UnavailableIsa(isa))
        }
    }

    /// The operation as a call without a level runs it.
    pub(crate) fn active(operation: Op) -> Self {
        Self { isa: Isa::active(), operation }
    }

    /// Another operation at the same level.
    pub(crate) fn with<Other>(&self, operation: Other) -> At<Other> {
        At { isa: self.isa, operation }
    }

    /// The level.
    #[must_use]
    pub const fn isa(&self) -> Isa {
        self.isa
    }

    /// The operation without its level.
    #[must_use]
    pub const fn operation(&self) -> &Op {
        &self.operation
    }
}

/// The error of asking for a level that this machine lacks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnavailableIsa(pub(crate) Isa);

impl fmt::Display for UnavailableIsa {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "this machine cannot run {}: it has", self.0)?;
        Isa::available()
            .enumerate()
            .try_for_each(|(i, isa)| write!(f, "{} {isa}", if i == 0 { "" } else { "," }))
    }
}

impl Error for UnavailableIsa {}
