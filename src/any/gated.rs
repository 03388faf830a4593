//! Gated units that are chosen at run time.

use super::{
    AnyActivation, NoExactTier,
    parameter::{Mistake, Parameter, ParameterError, Slot},
    parameters::HasParameters,
};
use crate::{
    contract::Accepted,
    each_gated_unit,
    gated::{self, Gated, Unit},
    ops::table::levels::ApplyAt,
    tier::{Fast, Tier},
};
use core::hash::{Hash, Hasher};

/// A gated unit with its parameters and its tier, chosen at run time.
///
/// It is to [`GatedActivation`](crate::GatedActivation) what [`AnyActivation`] is to functions of
/// one number: a `Copy` value that compares and hashes by the bits of its parameters. It stands for
/// every unit, and for [`Gated`] of every function of one number, whose tier is then that of the
/// unit.
///
/// ```
/// use activations::{AnyActivation, AnyGated, GateLayout, Gated, GatedActivation, SwiGlu, Tier};
///
/// let swiglu: AnyGated = "swiglu".parse()?;
/// assert_eq!(swiglu, SwiGlu { beta: 1.0 }.into());
///
/// let mut y = [0.0_f32; 2];
/// swiglu.rows_into(&[0.0, 1.0, 5.0, 2.0], &mut y, 2, GateLayout::GateUp);
/// assert!(y[0] == 0.0 && (y[1] - 1.4621172).abs() < 1e-6);
///
/// let mish: AnyActivation = "fast(mish)".parse()?;
/// let gated = AnyGated::try_from(Gated(mish)).expect("a function of one number");
/// assert_eq!((gated.to_string().as_str(), gated.tier()), ("gated(fast(mish))", Tier::Fast));
/// # Ok::<(), activations::ParseActivationError>(())
/// ```
///
/// # Text
///
/// As that of [`AnyActivation`]: `swiglu`, `fast(geglu_tanh)`, `clamped_swiglu(1.702, limit = 7)`.
/// Case, `_` and `-` make no difference. `gated(mish)` is the unit of any other function, with its
/// parameters and its tier within: `gated(fast(swish(beta = 2)))`. A tier around it is the same.
#[derive(Clone, Copy, Debug)]
pub struct AnyGated {
    pub(super) kind: GatedKind,
    /// The default tier for [`GatedKind::Of`], which carries its own.
    tier: Tier,
}

/// The number of `Gated` of an operation is that of the operation and this.
const OF_OPERATION: u16 = 10_000;

macro_rules! kind { ($($id:literal $Unit:ident;)*) => {
    /// The unit without its tier.
    #[derive(Clone, Copy, Debug)]
    pub(super) enum GatedKind {
        $($Unit(gated::$Unit),)*
        /// Of a function of one number.
        Of(AnyActivation),
    }

    impl GatedKind {
        /// Those with names of their own.
        fn named() -> impl Iterator<Item = Self> {
            [$(Self::$Unit(<gated::$Unit>::default()),)*].into_iter()
        }

        const fn name(&self) -> &'static str {
            match self {
                $(Self::$Unit(_) => <gated::$Unit as Unit>::NAME,)*
                Self::Of(_) => "gated",
            }
        }
    }

    impl HasParameters for GatedKind {
        fn id(&self) -> u16 {
            match self {
                $(Self::$Unit(_) => $id,)*
                Self::Of(activation) => OF_OPERATION + activation.id(),
            }
        }

        fn each_parameter(&mut self, visit: &mut dyn FnMut(&'static str, Slot<'_>)) {
            match self {
                $(Self::$Unit(unit) => unit.each_parameter(
                    &mut |name, number| visit(name, Slot::Number(number)),
                ),)*
                Self::Of(activation) => activation.kind.each_parameter(visit),
            }
        }

        fn accepted(&self) -> Option<Accepted> {
            match self {
                Self::Of(activation) => activation.kind.accepted(),
                _ => None,
            }
        }

        fn domain(&self) -> (Option<&'static str>, bool) {
            match self {
                $(Self::$Unit(unit) => (unit.mistake(), false),)*
                Self::Of(activation) => activation.kind.domain(),
            }
        }

        fn is_by_name(&self) -> bool {
            false
        }
    }

    $(
        impl From<gated::$Unit> for AnyGated {
            fn from(unit: gated::$Unit) -> Self {
                GatedKind::$Unit(unit).into()
            }
        }

        impl From<Fast<gated::$Unit>> for AnyGated {
            fn from(Fast(unit): Fast<gated::$Unit>) -> Self {
                Self { tier: Tier::Fast, ..unit.into() }
            }
        }
    )*
}; }

each_gated_unit!(kind);

impl From<GatedKind> for AnyGated {
    fn from(kind: GatedKind) -> Self {
        Self { kind, tier: Tier::Default }
    }
}

impl<Op: ApplyAt> From<Gated<Op>> for AnyGated
where
    AnyActivation: From<Op>,
{
    fn from(Gated(operation): Gated<Op>) -> Self {
        // Whatever implements this trait is a function of one number.
        GatedKind::Of(operation.into()).into()
    }
}

impl TryFrom<Gated<AnyActivation>> for AnyGated {
    type Error = ParameterError;

    /// Refuses functions of rows.
    fn try_from(Gated(activation): Gated<AnyActivation>) -> Result<Self, ParameterError> {
        if !activation.is_elementwise() {
            return Err(ParameterError(Mistake::OfRows(activation.name())));
        }
        Ok(GatedKind::Of(activation).into())
    }
}

impl AnyGated {
    /// Those with names of their own.
    pub(super) fn named() -> impl Iterator<Item = Self> {
        GatedKind::named().map(Self::from)
    }

    /// Returns every unit with its usual parameters in the default tier: first those with names of
    /// their own, then [`Gated`] of every function of one number.
    pub fn all() -> impl Iterator<Item = Self> {
        let of_operations = AnyActivation::all().filter_map(|of| Self::try_from(Gated(of)).ok());
        Self::named().chain(of_operations)
    }

    /// Returns the unit with this [`id`](Self::id) and its usual parameters.
    #[must_use]
    pub fn from_id(id: u16) -> Option<Self> {
        Self::all().find(|unit| unit.id() == id)
    }

    /// The name that the text begins with: `swiglu`, or `gated` for [`Gated`] of any operation.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.kind.name()
    }

    /// The number that stands for the unit in other languages and in files. It never changes. That
    /// of [`Gated`] of an operation is 10000 and the [number of the operation](AnyActivation::id).
    #[must_use]
    pub fn id(&self) -> u16 {
        self.kind.id()
    }

    /// The tier that calls run in.
    #[must_use]
    pub const fn tier(&self) -> Tier {
        match &self.kind {
            GatedKind::Of(activation) => activation.tier(),
            _ => self.tier,
        }
    }

    /// Returns the same unit in another tier.
    ///
    /// ```
    /// use activations::{AnyGated, GeGlu, Gated, Sigmoid, Tier};
    ///
    /// let geglu = AnyGated::from(GeGlu);
    /// assert_eq!(geglu.with_tier(Tier::Fast)?.to_string(), "fast(geglu)");
    /// let error = geglu.with_tier(Tier::Exact).unwrap_err();
    /// assert_eq!(error.to_string(), "geglu has no exact tier");
    /// let gated = AnyGated::from(Gated(Sigmoid)).with_tier(Tier::Exact)?;
    /// assert_eq!(gated.to_string(), "gated(exact(sigmoid))");
    /// # Ok::<(), activations::NoExactTier>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If the exact tier is asked for, and it is no [`Gated`] of an operation that has one.
    pub fn with_tier(self, tier: Tier) -> Result<Self, NoExactTier> {
        match self.kind {
            GatedKind::Of(activation) => Ok(GatedKind::Of(activation.with_tier(tier)?).into()),
            _ if tier == Tier::Exact => Err(NoExactTier(self.name())),
            _ => Ok(Self { tier, ..self }),
        }
    }

    /// Returns each parameter, in the order of the unit's fields; those of the operation for
    /// [`Gated`].
    pub fn parameters(&self) -> impl Iterator<Item = (&'static str, Parameter)> {
        let mut kind = self.kind;
        kind.parameters().into_iter().flatten()
    }

    /// Returns the parameter of this name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<Parameter> {
        self.parameters().find(|(of, _)| *of == name).map(|(_, value)| value)
    }

    /// Sets the parameter of this name.
    ///
    /// ```
    /// use activations::{AnyGated, SwiGlu};
    ///
    /// let mut unit = AnyGated::from(SwiGlu::default());
    /// unit.set("beta", 1.702)?;
    /// assert_eq!(unit.to_string(), "swiglu(1.702)");
    /// # Ok::<(), activations::ParameterError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If there is no such parameter, or the value is no number or outside its domain. The unit is
    /// not changed then.
    pub fn set(&mut self, name: &str, value: impl Into<Parameter>) -> Result<(), ParameterError> {
        self.set_all([(name, value.into())])
    }

    /// Sets several parameters at once, whose domain may depend on each other.
    ///
    /// # Errors
    ///
    /// As [`set`](Self::set). No parameter is changed then.
    pub fn set_all<'a>(
        &mut self,
        parameters: impl IntoIterator<Item = (&'a str, Parameter)>,
    ) -> Result<(), ParameterError> {
        let mut kind = self.kind;
        kind.set_all(&mut parameters.into_iter())?;
        self.kind = kind;
        Ok(())
    }
}

impl PartialEq for AnyGated {
    /// Compares unit, tier and the bits of the parameters.
    fn eq(&self, other: &Self) -> bool {
        let (mut kind, mut of_other) = (self.kind, other.kind);
        self.id() == other.id() && self.tier() == other.tier() && kind.bits() == of_other.bits()
    }
}

impl Eq for AnyGated {}

impl Hash for AnyGated {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let mut kind = self.kind;
        (self.id(), self.tier(), kind.bits()).hash(state);
    }
}
