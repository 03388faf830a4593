//! The value of one parameter: its type, its place in an operation, its text.

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

/// The error of setting a parameter, of turning a function of rows with masks into an
/// [`AnyActivation`](crate::AnyActivation), or of turning any function of rows into an
/// [`AnyGated`](crate::AnyGated).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParameterError(pub(super) Mistake);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mistake {
    /// The operation or unit with this number has no such parameter.
    Name(u16),
    NotANumber,
    NotAnInteger,
    NotAFlag,
    NotAChoice(&'static [&'static str]),
    TooLarge,
    TooSmall,
    NotFinite(&'static str),
    IsNan(&'static str),
    Domain(&'static str),
    Slices,
    /// The function of this name does not work on elements.
    OfRows(&'static str),
}

impl ParameterError {
    pub(super) const SLICES: Self = Self(Mistake::Slices);
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
    pub(super) fn get(&self) -> Parameter {
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
