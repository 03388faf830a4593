//! The parameters of an operation by their names.

use super::{
    AnyActivation, Kind,
    parameter::{Mistake, Parameter, ParameterError, Slot},
    row_options::RowFunction,
};
use crate::{
    contract::{Accepted, Contract},
    each_operation,
    rows::{EmptyRow, InfiniteLogits},
};

const EMPTY_ROWS: &[&str] = &["nan", "zeros", "uniform"];
const INFINITE_LOGITS: &[&str] = &["nan", "shared"];

/// More than any operation has.
const PARAMETERS: usize = 12;

/// The name and the value of each parameter.
pub(super) type Parameters = [Option<(&'static str, Parameter)>; PARAMETERS];

/// What has parameters by their names.
pub(super) trait HasParameters {
    /// The number of the operation or the unit.
    fn id(&self) -> u16;

    /// Shows each parameter, by its name, in the order of the fields.
    fn each_parameter(&mut self, visit: &mut dyn FnMut(&'static str, Slot<'_>));

    /// What may be given beside the parameters, because another library has it.
    fn accepted(&self) -> Option<Accepted>;

    /// What is wrong with the parameters as a whole, and whether they may be infinite.
    fn domain(&self) -> (Option<&'static str>, bool);

    /// Whether a text gives its parameters by name alone.
    fn is_by_name(&self) -> bool;

    /// Refuses parameters outside their domain.
    fn check(&mut self) -> Result<(), Mistake> {
        let (mistake, may_be_infinite) = self.domain();
        let mut result = Ok(());
        self.each_parameter(&mut |name, slot| {
            let (Slot::Number(&mut x) | Slot::OptionalNumber(&mut Some(x))) = slot else {
                return;
            };
            if x.is_nan() {
                result = Err(Mistake::IsNan(name));
            } else if x.is_infinite() && !may_be_infinite {
                result = Err(Mistake::NotFinite(name));
            }
        });
        result.and(mistake.map_or(Ok(()), |message| Err(Mistake::Domain(message))))
    }

    fn parameters(&mut self) -> Parameters {
        let mut parameters = [None; PARAMETERS];
        let mut count = 0;
        self.each_parameter(&mut |name, slot| {
            parameters[count] = Some((name, slot.get()));
            count += 1;
        });
        parameters
    }

    /// The bits of the parameters, by which operations are compared.
    fn bits(&mut self) -> [u64; PARAMETERS] {
        self.parameters().map(|parameter| match parameter {
            None => 0,
            Some((_, Parameter::Number(x))) => x.to_bits().into(),
            Some((_, Parameter::Integer(i))) => i as u64,
            Some((_, Parameter::Flag(flag))) => flag.into(),
            Some((_, Parameter::Choice(name))) => {
                name.bytes().fold(0, |bits, byte| bits << 8 | u64::from(byte))
            }
            Some((_, Parameter::Absent)) => u64::MAX >> 1,
        })
    }

    /// Applies `set` to the parameter that `is_wanted` by its position and name. Returns whether
    /// there is one.
    fn with_parameter(
        &mut self,
        is_wanted: &dyn Fn(usize, &str) -> bool,
        set: &mut dyn FnMut(usize, &mut Slot<'_>) -> Result<(), Mistake>,
    ) -> Result<bool, Mistake> {
        let (mut position, mut found) = (0, Ok(false));
        self.each_parameter(&mut |name, mut slot| {
            if is_wanted(position, name) {
                found = set(position, &mut slot).map(|()| true);
            }
            position += 1;
        });
        if let Some(accepted) = self.accepted().filter(|of| is_wanted(position, of.name)) {
            let mut value = accepted.least;
            set(position, &mut Slot::Number(&mut value))?;
            let changes_nothing = value >= accepted.least;
            found = if changes_nothing { Ok(true) } else { Err(Mistake::Domain(accepted.mistake)) };
        }
        found
    }

    /// The name of a parameter, or of the argument that is accepted after them.
    fn name_at(&mut self, position: usize) -> Option<&'static str> {
        let parameter = self.parameters().into_iter().flatten().nth(position);
        parameter.map(|(name, _)| name).or(self.accepted().map(|of| of.name))
    }

    /// Sets several parameters, and checks them.
    fn set_all(
        &mut self,
        parameters: &mut dyn Iterator<Item = (&str, Parameter)>,
    ) -> Result<(), ParameterError> {
        for (name, value) in parameters {
            let found = self.with_parameter(&|_, of| of == name, &mut |_, slot| slot.set(value));
            if !found.map_err(ParameterError)? {
                return Err(ParameterError(Mistake::Name(self.id())));
            }
        }
        self.check().map_err(ParameterError)
    }
}

macro_rules! parameters { ($(
    $id:literal $file:ident $Op:ident: $($column:ident $value:ident),*;
)*) => {
    impl HasParameters for Kind {
        fn id(&self) -> u16 {
            Self::id(self)
        }

        fn each_parameter(&mut self, visit: &mut dyn FnMut(&'static str, Slot<'_>)) {
            match self {
                $(Self::$Op(operation) => operation.each_parameter(
                    &mut |name, number| visit(name, Slot::Number(number)),
                ),)*
                Self::OfRows(..) => self.each_option(visit),
            }
        }

        fn accepted(&self) -> Option<Accepted> {
            match self {
                $(Self::$Op(_) => <crate::ops::$Op>::ACCEPTED,)*
                Self::OfRows(..) => None,
            }
        }

        fn domain(&self) -> (Option<&'static str>, bool) {
            match self {
                $(Self::$Op(operation) => {
                    (operation.mistake(), <crate::ops::$Op>::INFINITE_PARAMETERS)
                })*
                Self::OfRows(..) => (None, true),
            }
        }

        fn is_by_name(&self) -> bool {
            matches!(self, Self::OfRows(..))
        }
    }
}; }

each_operation!(parameters);

impl Kind {
    /// The options of a function of rows.
    fn each_option(&mut self, visit: &mut dyn FnMut(&'static str, Slot<'_>)) {
        let Self::OfRows(function, options) = self else { return };
        visit("scale", Slot::Number(&mut options.scale));
        visit("temperature", Slot::Number(&mut options.temperature));
        visit("soft_cap", Slot::OptionalNumber(&mut options.soft_cap));
        let mut is_causal = options.causal.is_some();
        let mut causal = options.causal.unwrap_or_default();
        visit("causal", Slot::Flag(&mut is_causal));
        let before = causal;
        visit("offset", Slot::Integer(&mut causal.offset));
        visit("window", Slot::OptionalCount(&mut causal.window));
        visit("queries", Slot::OptionalCount(&mut causal.queries));
        // Who limits what a query sees wants a causal row.
        options.causal = (is_causal || causal != before).then_some(causal);
        visit("first_row", Slot::OptionalCount(&mut options.first_row));
        visit("sink", Slot::OptionalNumber(&mut options.sink));
        if *function == RowFunction::LogSumExp {
            return;
        }
        let mut empty_rows = match options.empty_rows {
            EmptyRow::Nan => 0,
            EmptyRow::Zeros => 1,
            EmptyRow::Uniform => 2,
        };
        visit("empty_rows", Slot::Choice(EMPTY_ROWS, &mut empty_rows));
        options.empty_rows = [EmptyRow::Nan, EmptyRow::Zeros, EmptyRow::Uniform][empty_rows];
        let mut infinite_logits = usize::from(options.infinite_logits != InfiniteLogits::Nan);
        visit("infinite_logits", Slot::Choice(INFINITE_LOGITS, &mut infinite_logits));
        options.infinite_logits = [InfiniteLogits::Nan, InfiniteLogits::Shared][infinite_logits];
    }
}

impl AnyActivation {
    /// Returns each parameter, in the order of the operation's fields.
    ///
    /// ```
    /// use activations::{AnyActivation, HardTanh, Parameter};
    ///
    /// let clip = AnyActivation::from(HardTanh { min: 0.0, max: 6.0 });
    /// let expected = [("min", Parameter::Number(0.0)), ("max", Parameter::Number(6.0))];
    /// assert!(clip.parameters().eq(expected));
    /// ```
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
    /// use activations::{AnyActivation, LeakyRelu};
    ///
    /// let mut activation = AnyActivation::from(LeakyRelu::default());
    /// activation.set("slope", 0.25)?;
    /// assert_eq!(activation, LeakyRelu { slope: 0.25 }.into());
    /// let error = activation.set("slope", f32::NAN).unwrap_err();
    /// assert_eq!(error.to_string(), "slope must be a number");
    /// # Ok::<(), activations::ParameterError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If there is no such parameter, or the value is not of its type or outside its domain. The
    /// operation is not changed then.
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
