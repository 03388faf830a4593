//! The text of an operation: printed, and parsed again.

use super::{
    AnyActivation, Kind,
    parameter::{Mistake, Parameter},
    parameters::{HasParameters, Parameters},
};
use crate::{ops::ScaledElu, tier::Tier};
use core::{
    error::Error,
    fmt::{self, Alignment, Write},
    str::FromStr,
};

pub(super) type WriteParameter =
    fn(f: &mut dyn Write, name: &'static str, value: Parameter) -> fmt::Result;

/// Writes the value of a parameter.
pub(super) fn write_value(f: &mut dyn Write, _: &'static str, value: Parameter) -> fmt::Result {
    write!(f, "{value}")
}

/// Writes a name and, between parentheses, what `write` writes for each parameter.
pub(super) fn write_call(
    f: &mut dyn Write,
    name: &str,
    parameters: &Parameters,
    write: WriteParameter,
) -> fmt::Result {
    f.write_str(name)?;
    let mut before = "(";
    for &(name, value) in parameters.iter().flatten() {
        f.write_str(before)?;
        write(f, name, value)?;
        before = ", ";
    }
    if before == "(" { Ok(()) } else { f.write_char(')') }
}

/// Writes the name of a tier that is not the default one around what `write` writes.
pub(super) fn write_in_tier(
    f: &mut dyn Write,
    tier: Tier,
    write: &dyn Fn(&mut dyn Write) -> fmt::Result,
) -> fmt::Result {
    if tier == Tier::Default {
        return write(f);
    }
    write!(f, "{tier}(")?;
    write(f)?;
    f.write_char(')')
}

impl AnyActivation {
    /// Writes the name and, between parentheses, what `write` writes for each parameter.
    pub(super) fn write_call(mut self, f: &mut dyn Write, write: WriteParameter) -> fmt::Result {
        write_call(f, self.name(), &self.kind.parameters(), write)
    }

    pub(super) fn write(&self, f: &mut dyn Write) -> fmt::Result {
        write_in_tier(f, self.tier, &|f| {
            if self.is_elementwise() {
                self.write_call(f, write_value)
            } else {
                self.write_options(f)
            }
        })
    }

    /// Writes the name and those options that differ from the usual ones.
    fn write_options(&self, f: &mut dyn Write) -> fmt::Result {
        f.write_str(self.name())?;
        let usual = Self::from_id(self.id()).expect("every id is that of an operation");
        let mut before = "(";
        for ((name, value), (_, usual)) in self.parameters().zip(usual.parameters()) {
            if value == usual {
                continue;
            }
            f.write_str(before)?;
            match value {
                Parameter::Flag(true) => f.write_str(name)?,
                value => write!(f, "{name}={value}")?,
            }
            before = ", ";
        }
        if before == "(" { Ok(()) } else { f.write_char(')') }
    }
}

/// Counts what is written.
struct Count(usize);

impl Write for Count {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0 += text.len();
        Ok(())
    }
}

/// Writes a text, filled to the width as any text is.
pub(super) fn fill(
    f: &mut fmt::Formatter<'_>,
    write: &dyn Fn(&mut dyn Write) -> fmt::Result,
) -> fmt::Result {
    let mut len = Count(0);
    write(&mut len)?;
    let fill = f.width().unwrap_or(0).saturating_sub(len.0);
    let before = match f.align() {
        Some(Alignment::Right) => fill,
        Some(Alignment::Center) => fill / 2,
        Some(Alignment::Left) | None => 0,
    };
    let character = f.fill();
    (0..before).try_for_each(|_| f.write_char(character))?;
    write(f)?;
    (before..fill).try_for_each(|_| f.write_char(character))
}

impl fmt::Display for AnyActivation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fill(f, &|f| self.write(f))
    }
}

/// The error of parsing an [`AnyActivation`] or an [`AnyGated`](crate::AnyGated) from a text that
/// is none; it says what was expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParseActivationError(pub(super) ParseMistake);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ParseMistake {
    Name,
    UnitName,
    Parentheses,
    Positional,
    /// The operation with this number takes no parameters by position.
    OnlyNamed(u16),
    Twice(&'static str),
    NoExactTier(&'static str),
    Parameter(Mistake),
}

impl ParseActivationError {
    /// Returns whether the text begins with a name that is none, so that it may be something of
    /// another kind.
    ///
    /// ```
    /// use activations::{AnyActivation, AnyGated};
    ///
    /// let error = "swiglu".parse::<AnyActivation>().unwrap_err();
    /// assert!(error.is_unknown_name() && "swiglu".parse::<AnyGated>().is_ok());
    /// assert!(!"elu(one)".parse::<AnyActivation>().unwrap_err().is_unknown_name());
    /// ```
    #[must_use]
    pub const fn is_unknown_name(&self) -> bool {
        matches!(self.0, ParseMistake::Name | ParseMistake::UnitName)
    }
}

impl From<Mistake> for ParseMistake {
    fn from(mistake: Mistake) -> Self {
        Self::Parameter(mistake)
    }
}

impl FromStr for AnyActivation {
    type Err = ParseActivationError;

    fn from_str(text: &str) -> Result<Self, ParseActivationError> {
        parse(text).map_err(ParseActivationError)
    }
}

/// Divides `name(arguments)`; the arguments are `None` where there are no parentheses.
pub(super) fn call(text: &str) -> Result<(&str, Option<&str>), ParseMistake> {
    let text = text.trim();
    match text.split_once('(') {
        None => Ok((text, None)),
        Some((name, rest)) => {
            let arguments = rest.strip_suffix(')').ok_or(ParseMistake::Parentheses)?;
            Ok((name.trim(), Some(arguments.trim())))
        }
    }
}

/// Divides `tier(call)` or `call` into the tier, the name and the arguments.
pub(super) fn call_in_tier(text: &str) -> Result<(Option<Tier>, &str, &str), ParseMistake> {
    let (name, arguments) = call(text)?;
    let tier = [Tier::Fast, Tier::Exact].into_iter().find(|tier| tier.name() == name);
    let (name, arguments) = match (tier, arguments) {
        (Some(_), Some(inner)) => call(inner)?,
        call => (name, call.1),
    };
    Ok((tier, name, arguments.unwrap_or("")))
}

pub(super) fn parse(text: &str) -> Result<AnyActivation, ParseMistake> {
    let (tier, name, arguments) = call_in_tier(text)?;
    let activation = parse_operation(name, arguments)?;
    activation
        .with_tier(tier.unwrap_or_default())
        .map_err(|error| ParseMistake::NoExactTier(error.0))
}

fn parse_operation(name: &str, arguments: &str) -> Result<AnyActivation, ParseMistake> {
    let is_named = |kind: &Kind| {
        is_same_name(kind.name(), name)
            || kind.aliases().iter().any(|alias| is_same_name(alias, name))
    };
    let mut kind = Kind::all().find(is_named).ok_or(ParseMistake::Name)?;
    // ONNX has one name for both.
    if let (Kind::Selu(_), false) = (kind, arguments.is_empty()) {
        kind = Kind::ScaledElu(ScaledElu::default());
    }
    parse_arguments(&mut kind, arguments)?;
    Ok(kind.into())
}

/// Sets the parameters that are given, and checks them.
pub(super) fn parse_arguments(
    of: &mut dyn HasParameters,
    arguments: &str,
) -> Result<(), ParseMistake> {
    if arguments.is_empty() {
        return Ok(());
    }
    let (mut given, mut is_by_name) = (0_u32, false);
    for (i, argument) in arguments.split(',').enumerate() {
        let (name, value) = argument_of(of, argument);
        if name.is_none() && is_by_name {
            return Err(ParseMistake::Positional);
        }
        if name.is_none() && of.is_by_name() {
            return Err(ParseMistake::OnlyNamed(of.id()));
        }
        is_by_name |= name.is_some();
        let mut twice = None;
        let is_wanted = |position, of: &str| name.map_or(position == i, |name| name == of);
        let found = of.with_parameter(&is_wanted, &mut |position, slot| {
            twice = (given >> position & 1 != 0).then_some(position);
            given |= 1 << position;
            slot.parse(value)
        })?;
        if !found {
            return Err(Mistake::Name(of.id()).into());
        }
        if let Some(position) = twice {
            return Err(ParseMistake::Twice(of.name_at(position).expect("given")));
        }
    }
    Ok(of.check()?)
}

/// The name of an argument, where it has one, and its value. The name of a flag alone sets it.
fn argument_of<'a>(of: &mut dyn HasParameters, text: &'a str) -> (Option<&'a str>, &'a str) {
    if let Some((name, value)) = text.split_once('=') {
        return (Some(name.trim()), value.trim());
    }
    let text = text.trim();
    let is_flag = |(name, value)| name == text && matches!(value, Parameter::Flag(_));
    if of.parameters().into_iter().flatten().any(is_flag) {
        return (Some(text), "true");
    }
    (None, text)
}

/// Compares names; case, `_` and `-` make no difference.
pub(super) fn is_same_name(a: &str, b: &str) -> bool {
    fn letters(name: &str) -> impl Iterator<Item = u8> {
        let bytes = name.bytes().filter(|byte| !matches!(byte, b'_' | b'-'));
        bytes.map(|byte| byte.to_ascii_lowercase())
    }
    letters(a).eq(letters(b))
}

impl Error for ParseActivationError {}
