//! The parameters of an operation by their names.

use super::{AnyActivation, Kind, RowFunction};
use crate::{
    contract::Contract,
    each_operation,
    rows::{EmptyRow, InfiniteLogits},
};
use core::{error::Error, fmt};

/// The value of a parameter.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Parameter {
    /// A factor, a limit, a slope.
    Number(f32),
    /// A count or a distance.
    Integer(isize),
    /// Whether something holds.
    Flag(bool),
    /// One of a few names.
    Choice(&'static str),
    /// The value of an optional parameter that is not given.
    Absent,
}

macro_rules! values { ($($variant:ident($T:ty))*) => {$(
    impl From<$T> for Parameter {
        fn from(value: $T) -> Self {
            Self::$variant(value)
        }
    }
)*}; }

values! { Number(f32) Integer(isize) Flag(bool) Choice(&'static str) }

impl fmt::Display for Parameter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            // All digits of a number far from 1 are hard to read.
            Self::Number(x) if x.is_finite() && *x != 0.0 && !(1e-4..1e7).contains(&x.abs()) => {
                write!(f, "{x:e}")
            }
            Self::Number(x) => write!(f, "{x}"),
            Self::Integer(i) => write!(f, "{i}"),
            Self::Flag(flag) => write!(f, "{flag}"),
            Self::Choice(name) => f.write_str(name),
            Self::Absent => f.write_str("none"),
        }
    }
}

/// The error of setting a parameter, or of turning an operation with masks into an
/// [`AnyActivation`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParameterError(pub(super) Mistake);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mistake {
    /// The operation has no such parameter.
    Name(AnyActivation),
    NotANumber,
    NotAnInteger,
    NotAFlag,
    NotAChoice(&'static [&'static str]),
    TooLarge,
    TooSmall,
    NotFinite(&'static str),
    IsNan(&'static str),
    Domain(&'static str),
    Mask,
}

impl ParameterError {
    pub(super) const MASK: Self = Self(Mistake::Mask);
}

impl fmt::Display for ParameterError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Mistake::Name(activation) => {
                f.write_str("no such parameter: expected ")?;
                activation.write_call(f, &mut |f, name, _| f.write_str(name))
            }
            Mistake::NotANumber => f.write_str("a parameter is no number"),
            Mistake::NotAnInteger => f.write_str("a parameter is no integer of its range"),
            Mistake::NotAFlag => f.write_str("a parameter is neither true nor false"),
            Mistake::NotAChoice(names) => {
                f.write_str("unknown choice: expected one of")?;
                names.iter().try_for_each(|name| write!(f, " {name}"))
            }
            Mistake::TooLarge => f.write_str("a parameter is beyond the largest f32"),
            Mistake::TooSmall => f.write_str("a parameter is not 0, but the nearest f32 is"),
            Mistake::NotFinite(name) => write!(f, "{name} must be finite"),
            Mistake::IsNan(name) => write!(f, "{name} must be a number"),
            Mistake::Domain(message) => f.write_str(message),
            Mistake::Mask => f.write_str("a mask is no parameter of an operation"),
        }
    }
}

impl Error for ParameterError {}

/// A parameter in its place.
pub(super) enum Slot<'a> {
    Number(&'a mut f32),
    OptionalNumber(&'a mut Option<f32>),
    Integer(&'a mut isize),
    OptionalCount(&'a mut Option<usize>),
    Flag(&'a mut bool),
    Choice(&'static [&'static str], &'a mut usize),
}

impl Slot<'_> {
    fn get(&self) -> Parameter {
        match self {
            Self::Number(x) => Parameter::Number(**x),
            Self::OptionalNumber(x) => x.map_or(Parameter::Absent, Parameter::Number),
            Self::Integer(i) => Parameter::Integer(**i),
            Self::OptionalCount(n) => n.map_or(Parameter::Absent, |n| {
                Parameter::Integer(n.try_into().unwrap_or(isize::MAX))
            }),
            Self::Flag(flag) => Parameter::Flag(**flag),
            Self::Choice(names, index) => Parameter::Choice(names[**index]),
        }
    }

    pub(super) fn set(&mut self, value: Parameter) -> Result<(), Mistake> {
        match self {
            Self::Number(x) => match value {
                Parameter::Number(value) => **x = value,
                _ => return Err(Mistake::NotANumber),
            },
            Self::OptionalNumber(x) => match value {
                Parameter::Number(value) => **x = Some(value),
                Parameter::Absent => **x = None,
                _ => return Err(Mistake::NotANumber),
            },
            Self::Integer(i) => match value {
                Parameter::Integer(value) => **i = value,
                _ => return Err(Mistake::NotAnInteger),
            },
            Self::OptionalCount(n) => match value {
                Parameter::Integer(value) => {
                    **n = Some(value.try_into().map_err(|_| Mistake::NotAnInteger)?);
                }
                Parameter::Absent => **n = None,
                _ => return Err(Mistake::NotAnInteger),
            },
            Self::Flag(flag) => match value {
                Parameter::Flag(value) => **flag = value,
                _ => return Err(Mistake::NotAFlag),
            },
            Self::Choice(names, index) => match value {
                Parameter::Choice(value) => {
                    let found = names.iter().position(|name| *name == value);
                    **index = found.ok_or(Mistake::NotAChoice(names))?;
                }
                _ => return Err(Mistake::NotAChoice(names)),
            },
        }
        Ok(())
    }

    /// Sets it from a text.
    pub(super) fn parse(&mut self, text: &str) -> Result<(), Mistake> {
        let value = match self {
            Self::OptionalNumber(_) | Self::OptionalCount(_) if text == "none" => Parameter::Absent,
            Self::Number(_) | Self::OptionalNumber(_) => Parameter::Number(number(text)?),
            Self::Integer(_) | Self::OptionalCount(_) => {
                Parameter::Integer(text.parse().map_err(|_| Mistake::NotAnInteger)?)
            }
            Self::Flag(_) => Parameter::Flag(text.parse().map_err(|_| Mistake::NotAFlag)?),
            Self::Choice(names, _) => {
                let found = names.iter().find(|name| **name == text);
                Parameter::Choice(found.ok_or(Mistake::NotAChoice(names))?)
            }
        };
        self.set(value)
    }
}

/// Parses a number that an f32 can hold, rounded: not one that would become infinite or 0.
fn number(text: &str) -> Result<f32, Mistake> {
    let x: f32 = text.parse().map_err(|_| Mistake::NotANumber)?;
    let mut digits = text.bytes().take_while(|byte| !byte.eq_ignore_ascii_case(&b'e'));
    if x.is_infinite() && text.bytes().any(|byte| byte.is_ascii_digit()) {
        return Err(Mistake::TooLarge);
    }
    if x == 0.0 && digits.any(|byte| (b'1'..=b'9').contains(&byte)) {
        return Err(Mistake::TooSmall);
    }
    Ok(x)
}

const EMPTY_ROWS: &[&str] = &["nan", "zeros", "uniform"];
const INFINITE_LOGITS: &[&str] = &["nan", "shared"];

/// More than any operation has.
const PARAMETERS: usize = 12;

macro_rules! parameters { ($(
    $id:literal $file:ident $Op:ident: $($column:ident $value:ident),*;
)*) => {
    impl Kind {
        /// Shows each parameter, by its name, in the order of the fields.
        pub(super) fn each_parameter(&mut self, visit: &mut dyn FnMut(&'static str, Slot<'_>)) {
            match self {
                $(Self::$Op(operation) => operation.each_parameter(
                    &mut |name, number| visit(name, Slot::Number(number)),
                ),)*
                Self::OfRows(..) => self.each_option(visit),
            }
        }

        /// Refuses parameters outside their domain.
        pub(super) fn check(mut self) -> Result<(), Mistake> {
            let (mistake, may_be_infinite) = match self {
                $(Self::$Op(operation) => {
                    (operation.mistake(), <crate::ops::$Op>::INFINITE_PARAMETERS)
                })*
                Self::OfRows(..) => (None, true),
            };
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
    }
}; }

each_operation!(parameters);

impl Kind {
    /// The options of a function of rows.
    fn each_option(&mut self, visit: &mut dyn FnMut(&'static str, Slot<'_>)) {
        let Self::OfRows(function, options) = self else { return };
        visit("scale", Slot::Number(&mut options.scale));
        if *function != RowFunction::LogSumExp {
            visit("argmax", Slot::Flag(&mut options.argmax));
        }
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

    /// Applies `set` to the parameter that `is_wanted` by its position and name. Returns whether
    /// there is one.
    pub(super) fn with_parameter(
        &mut self,
        is_wanted: impl Fn(usize, &str) -> bool,
        set: &mut dyn FnMut(usize, &mut Slot<'_>) -> Result<(), Mistake>,
    ) -> Result<bool, Mistake> {
        let (mut position, mut found) = (0, Ok(false));
        self.each_parameter(&mut |name, mut slot| {
            if is_wanted(position, name) {
                found = set(position, &mut slot).map(|()| true);
            }
            position += 1;
        });
        found
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
        let mut parameters = [None; PARAMETERS];
        let mut places = parameters.iter_mut();
        let mut kind = self.kind;
        kind.each_parameter(&mut |name, slot| {
            *places.next().expect("a place for each parameter") = Some((name, slot.get()));
        });
        parameters.into_iter().flatten()
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
        for (name, value) in parameters {
            let found = kind.with_parameter(|_, of| of == name, &mut |_, slot| slot.set(value));
            if !found.map_err(ParameterError)? {
                return Err(ParameterError(Mistake::Name(*self)));
            }
        }
        kind.check().map_err(ParameterError)?;
        self.kind = kind;
        Ok(())
    }

    /// The bits of the parameters, by which operations are compared.
    pub(super) fn bits(&self) -> [u64; PARAMETERS] {
        let mut bits = [0; PARAMETERS];
        for (bits, (_, value)) in bits.iter_mut().zip(self.parameters()) {
            *bits = match value {
                Parameter::Number(x) => x.to_bits().into(),
                Parameter::Integer(i) => i as u64,
                Parameter::Flag(flag) => flag.into(),
                Parameter::Choice(name) => {
                    name.bytes().fold(0, |bits, byte| bits << 8 | u64::from(byte))
                }
                Parameter::Absent => u64::MAX >> 1,
            };
        }
        bits
    }
}
