//! Operations that are chosen at run time: one type for all that need no slices of their own.

mod calls;
mod gated;
mod gated_calls;
mod gated_text;
mod kernels;
mod levels;
mod messages;
mod panicking;
mod parameter;
mod parameters;
mod returning;
mod row_options;
mod text;

use crate::{
    contract::Contract,
    each_operation, ops,
    rows::{LogSoftmax, LogSumExp, Softmax},
    tier::{Exact, Fast, Tier},
};
use core::{
    error::Error,
    hash::{Hash, Hasher},
};
pub use gated::AnyGated;
pub use parameter::{Parameter, ParameterError};
use parameters::HasParameters;
use row_options::{RowFunction, RowOptions};
pub use text::ParseActivationError;

/// An operation with its parameters and its tier, chosen at run time.
///
/// It is what an engine keeps in a graph node: a small `Copy` value that compares and hashes by the
/// bits of its parameters. It stands for every function of one number, and for [`Softmax`],
/// [`LogSoftmax`] and [`LogSumExp`] with the options that are no slices. Not here:
/// [`PRelu`](crate::PRelu), masks and what heads have, which are slices, and the training step of
/// [`RRelu`](crate::RRelu). Gated units, which have two inputs, are [`AnyGated`].
///
/// Every call has a twin that begins with `try_` and returns what the call itself panics with.
///
/// ```
/// use activations::{AnyActivation, LeakyRelu, Tier};
///
/// let leaky_relu: AnyActivation = "leaky_relu(slope = 0.5)".parse()?;
/// assert_eq!(leaky_relu, LeakyRelu { slope: 0.5 }.into());
/// assert_eq!(leaky_relu.to_string(), "leaky_relu(0.5)");
///
/// let mut x = [-1.0, 1.0];
/// leaky_relu.apply(&mut x);
/// assert_eq!(x, [-0.5, 1.0]);
///
/// let softmax: AnyActivation = "fast(softmax(scale = 2, causal))".parse()?;
/// assert_eq!(softmax.tier(), Tier::Fast);
/// softmax.rows(&mut x, 2);
/// # Ok::<(), activations::ParseActivationError>(())
/// ```
///
/// # Text
///
/// The text is the name, and the parameters between parentheses: by position in the order of the
/// fields, by name, or first some by position and then some by name. Those that are left out have
/// their usual values. Functions of rows take theirs by name alone. A tier stands around it, as in
/// `exact(tanh)`. Names are those of this crate, of ONNX and of PyTorch: case, `_` and `-` make no
/// difference (`LeakyRelu`, `hardtanh`, `ReLU`, `logsoftmax`). A number that f32 cannot hold, a
/// parameter given twice, and one outside its domain are errors. The threshold of PyTorch's
/// softplus may stand after its beta, as in `softplus(1, 20)`, and is forgotten: see
/// [`Softplus::with_threshold`](crate::Softplus::with_threshold).
///
/// Conversion from an operation, as in `AnyActivation::from(LeakyRelu { slope })`, takes any
/// parameters that the operation itself takes.
#[derive(Clone, Copy, Debug)]
pub struct AnyActivation {
    kind: Kind,
    tier: Tier,
}

macro_rules! has_exact {
    (none) => {
        false
    };
    ($kernel:ident) => {
        true
    };
}

macro_rules! kind { ($(
    $id:literal $file:ident $Op:ident:
        fast $fast:ident, exact $exact:ident, from_output $from_output:ident;
)*) => {
    /// The operation without its tier.
    #[derive(Clone, Copy, Debug, PartialEq)]
    enum Kind {
        $($Op(ops::$Op),)*
        OfRows(RowFunction, RowOptions),
    }

    impl Kind {
        fn all() -> impl Iterator<Item = Self> {
            let of_rows = RowFunction::ALL.map(|function| Self::of_rows(function));
            [$(Self::$Op(<ops::$Op>::default()),)*].into_iter().chain(of_rows)
        }

        const fn name(&self) -> &'static str {
            match self {
                $(Self::$Op(_) => <ops::$Op>::NAME,)*
                Self::OfRows(function, _) => function.name(),
            }
        }

        const fn aliases(&self) -> &'static [&'static str] {
            match self {
                $(Self::$Op(_) => <ops::$Op>::ALIASES,)*
                Self::OfRows(RowFunction::LogSumExp, _) => &["ReduceLogSumExp"],
                Self::OfRows(..) => &[],
            }
        }

        const fn id(&self) -> u16 {
            match self {
                $(Self::$Op(_) => $id,)*
                Self::OfRows(function, _) => function.id(),
            }
        }

        const fn has_exact_tier(&self) -> bool {
            match self {
                $(Self::$Op(_) => has_exact!($exact),)*
                Self::OfRows(..) => false,
            }
        }
    }

    $(
        impl From<ops::$Op> for AnyActivation {
            fn from(operation: ops::$Op) -> Self {
                Kind::$Op(operation).into()
            }
        }
    )*
}; }

each_operation!(kind);

impl Kind {
    const fn of_rows(function: RowFunction) -> Self {
        Self::OfRows(function, RowOptions::NONE)
    }
}

impl From<Kind> for AnyActivation {
    fn from(kind: Kind) -> Self {
        Self { kind, tier: Tier::Default }
    }
}

impl<Op> From<Fast<Op>> for AnyActivation
where
    Self: From<Op>,
{
    fn from(Fast(operation): Fast<Op>) -> Self {
        Self { tier: Tier::Fast, ..operation.into() }
    }
}

impl<Op> From<Exact<Op>> for AnyActivation
where
    Self: From<Op>,
    Exact<Op>: ops::table::levels::ApplyAt,
{
    fn from(Exact(operation): Exact<Op>) -> Self {
        Self { tier: Tier::Exact, ..operation.into() }
    }
}

macro_rules! of_rows { ($($Op:ident)*) => {$(
    impl TryFrom<$Op<'_>> for AnyActivation {
        type Error = ParameterError;

        fn try_from(operation: $Op<'_>) -> Result<Self, ParameterError> {
            let options = RowOptions::of(&operation.options).ok_or(ParameterError::SLICES)?;
            Ok(Kind::OfRows(RowFunction::$Op, options).into())
        }
    }
)*}; }

of_rows!(Softmax LogSoftmax LogSumExp);

impl AnyActivation {
    /// Returns every operation with its usual parameters, in the default tier.
    pub fn all() -> impl Iterator<Item = Self> {
        Kind::all().map(Self::from)
    }

    /// Returns the operation with this [`id`](Self::id) and its usual parameters.
    #[must_use]
    pub fn from_id(id: u16) -> Option<Self> {
        Self::all().find(|activation| activation.id() == id)
    }

    /// The name that the text begins with: `leaky_relu`.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.kind.name()
    }

    /// The number that stands for the operation in other languages and in files. It never changes.
    #[must_use]
    pub const fn id(&self) -> u16 {
        self.kind.id()
    }

    /// The tier that calls run in.
    #[must_use]
    pub const fn tier(&self) -> Tier {
        self.tier
    }

    /// Returns the same operation in another tier.
    ///
    /// ```
    /// use activations::{AnyActivation, Elu, Tier};
    ///
    /// let elu = AnyActivation::from(Elu::default());
    /// assert_eq!(elu.with_tier(Tier::Fast)?.to_string(), "fast(elu(1))");
    /// let error = elu.with_tier(Tier::Exact).unwrap_err();
    /// assert_eq!(error.to_string(), "elu has no exact tier");
    /// # Ok::<(), activations::NoExactTier>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If the operation has no exact tier and that is asked for.
    pub fn with_tier(self, tier: Tier) -> Result<Self, NoExactTier> {
        if tier == Tier::Exact && !self.kind.has_exact_tier() {
            return Err(NoExactTier(self.name()));
        }
        Ok(Self { tier, ..self })
    }

    /// Returns whether it is a function of one number, which [`apply`](Self::apply) takes. The
    /// others are functions of rows.
    #[must_use]
    pub const fn is_elementwise(&self) -> bool {
        !matches!(self.kind, Kind::OfRows(..))
    }

    /// Returns whether it gives one result a row, as log-sum-exp does.
    #[must_use]
    pub const fn is_reduction(&self) -> bool {
        matches!(self.kind, Kind::OfRows(RowFunction::LogSumExp, _))
    }
}

impl PartialEq for AnyActivation {
    /// Compares operation, tier and the bits of the parameters.
    fn eq(&self, other: &Self) -> bool {
        let (mut kind, mut of_other) = (self.kind, other.kind);
        self.id() == other.id() && self.tier == other.tier && kind.bits() == of_other.bits()
    }
}

impl Eq for AnyActivation {}

impl Hash for AnyActivation {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let mut kind = self.kind;
        (self.id(), self.tier, kind.bits()).hash(state);
    }
}

/// The error of asking for the exact tier of an operation or a gated unit that has none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoExactTier(&'static str);

impl Error for NoExactTier {}
