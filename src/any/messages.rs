//! The texts of errors, which know every operation and unit by its number.

use super::{
    AnyActivation, Kind, NoExactTier,
    gated::AnyGated,
    parameter::{Mistake, ParameterError},
    text::{ParseActivationError, ParseMistake},
};
use core::fmt::{self, Write};

impl fmt::Display for NoExactTier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} has no exact tier", self.0)
    }
}

/// Writes the name and those of the parameters.
fn write_signature(f: &mut dyn Write, id: u16) -> fmt::Result {
    match AnyActivation::from_id(id) {
        Some(activation) => activation.write_call(f, |f, name, _| f.write_str(name)),
        None => AnyGated::from_id(id)
            .expect("the number of an operation or a unit")
            .write_call(f, |f, name, _| f.write_str(name)),
    }
}

/// Writes the first name as it is, and others after a comma.
fn write_names(
    f: &mut dyn Write,
    names: &mut dyn Iterator<Item = &'static str>,
) -> Result<(), fmt::Error> {
    names.enumerate().try_for_each(|(i, name)| {
        f.write_str(if i == 0 { "" } else { ", " })?;
        f.write_str(name)
    })
}

impl fmt::Display for ParameterError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Mistake::Name(id) => {
                f.write_str("no such parameter: expected ")?;
                write_signature(f, id)
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
            Mistake::Slices => f.write_str("masks and what heads have are no parameters"),
            Mistake::OfRows(name) => write!(f, "{name} is a function of rows, and gates nothing"),
        }
    }
}

impl fmt::Display for ParseActivationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            ParseMistake::Name => {
                f.write_str("unknown operation: expected one of ")?;
                write_names(f, &mut Kind::all().map(|kind| kind.name()))
            }
            ParseMistake::UnitName => {
                f.write_str("unknown gated unit: expected one of ")?;
                write_names(f, &mut AnyGated::named().map(|unit| unit.name()))?;
                f.write_str(", or gated(operation)")
            }
            ParseMistake::Parentheses => {
                f.write_str("parameters stand between parentheses: leaky_relu(0.01)")
            }
            ParseMistake::Positional => {
                f.write_str("a parameter without a name stands after one with a name")
            }
            ParseMistake::OnlyNamed(id) => {
                let name = AnyActivation::from_id(id).map_or("", |activation| activation.name());
                write!(f, "parameters of {name} are given by name: expected ")?;
                write_signature(f, id)
            }
            ParseMistake::Twice(name) => write!(f, "{name} is given twice"),
            ParseMistake::NoExactTier(name) => write!(f, "{name} has no exact tier"),
            ParseMistake::Parameter(mistake) => ParameterError(mistake).fmt(f),
        }
    }
}
