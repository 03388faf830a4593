//! The text of an operation: printed, and parsed again.

use super::{
    AnyActivation, Kind,
    parameter::{Mistake, Parameter, ParameterError},
};
use crate::{ops::ScaledElu, tier::Tier};
use core::{
    error::Error,
    fmt::{self, Alignment, Write},
    str::FromStr,
};

type WriteParameter<'a> = &'a mut dyn FnMut(&mut dyn Write, &'static str, Parameter) -> fmt::Result;

impl AnyActivation {
    /// Writes the name and, between parentheses, what `write` writes for each parameter.
    pub(super) fn write_call(&self, f: &mut dyn Write, write: WriteParameter<'_>) -> fmt::Result {
        f.write_str(self.name())?;
        let mut before = "(";
        for (name, value) in self.parameters() {
            f.write_str(before)?;
            write(f, name, value)?;
            before = ", ";
        }
        if before == "(" { Ok(()) } else { f.write_char(')') }
    }

    fn write(&self, f: &mut dyn Write) -> fmt::Result {
        if self.tier != Tier::Default {
            write!(f, "{}(", self.tier)?;
        }
        if self.is_elementwise() {
            self.write_call(f, &mut |f, _, value| write!(f, "{value}"))?;
        } else {
            self.write_options(f)?;
        }
        if self.tier == Tier::Default { Ok(()) } else { f.write_char(')') }
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

impl fmt::Display for AnyActivation {
    /// Writes the text, filled to the width as any text is.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut len = Count(0);
        self.write(&mut len)?;
        let fill = f.width().unwrap_or(0).saturating_sub(len.0);
        let before = match f.align() {
            Some(Alignment::Right) => fill,
            Some(Alignment::Center) => fill / 2,
            Some(Alignment::Left) | None => 0,
        };
        let character = f.fill();
        (0..before).try_for_each(|_| f.write_char(character))?;
        self.write(f)?;
        (before..fill).try_for_each(|_| f.write_char(character))
    }
}

/// The error of parsing an [`AnyActivation`] from a text that is none; it says what was expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParseActivationError(ParseMistake);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ParseMistake {
    Name,
    Parentheses,
    Positional,
    OnlyNamed(AnyActivation),
    Twice(&'static str),
    NoExactTier(AnyActivation),
    Parameter(Mistake),
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
fn call(text: &str) -> Result<(&str, Option<&str>), ParseMistake> {
    let text = text.trim();
    match text.split_once('(') {
        None => Ok((text, None)),
        Some((name, rest)) => {
            let arguments = rest.strip_suffix(')').ok_or(ParseMistake::Parentheses)?;
            Ok((name.trim(), Some(arguments.trim())))
        }
    }
}

fn parse(text: &str) -> Result<AnyActivation, ParseMistake> {
    let (name, arguments) = call(text)?;
    let tier = [Tier::Fast, Tier::Exact].into_iter().find(|tier| tier.name() == name);
    if let (Some(tier), Some(inner)) = (tier, arguments) {
        let (name, arguments) = call(inner)?;
        let activation = parse_operation(name, arguments.unwrap_or(""))?;
        return activation.with_tier(tier).map_err(|_| ParseMistake::NoExactTier(activation));
    }
    parse_operation(name, arguments.unwrap_or(""))
}

fn parse_operation(name: &str, arguments: &str) -> Result<AnyActivation, ParseMistake> {
    let is_named = |kind: &Kind| {
        is_same_name(kind.name(), name)
            || kind.aliases().iter().any(|alias| is_same_name(alias, name))
    };
    let mut kind = Kind::all().find(is_named).ok_or(ParseMistake::Name)?;
    if arguments.is_empty() {
        return Ok(kind.into());
    }
    // ONNX has one name for both.
    if let Kind::Selu(_) = kind {
        kind = Kind::ScaledElu(ScaledElu::default());
    }
    let (mut given, mut is_by_name) = (0_u32, false);
    for (i, argument) in arguments.split(',').enumerate() {
        let (name, value) = argument_of(&kind, argument);
        if name.is_none() && is_by_name {
            return Err(ParseMistake::Positional);
        }
        if name.is_none() && matches!(kind, Kind::OfRows(..)) {
            return Err(ParseMistake::OnlyNamed(kind.into()));
        }
        is_by_name |= name.is_some();
        let mut twice = None;
        let is_wanted = |position, of: &str| name.map_or(position == i, |name| name == of);
        let found = kind.with_parameter(is_wanted, &mut |position, slot| {
            twice = (given >> position & 1 != 0).then_some(position);
            given |= 1 << position;
            slot.parse(value)
        })?;
        if !found {
            return Err(Mistake::Name(kind.into()).into());
        }
        if let Some(position) = twice {
            return Err(ParseMistake::Twice(kind.name_at(position).expect("given")));
        }
    }
    kind.check()?;
    Ok(kind.into())
}

/// The name of an argument, where it has one, and its value. The name of a flag alone sets it.
fn argument_of<'a>(kind: &Kind, text: &'a str) -> (Option<&'a str>, &'a str) {
    if let Some((name, value)) = text.split_once('=') {
        return (Some(name.trim()), value.trim());
    }
    let text = text.trim();
    match AnyActivation::from(*kind).get(text) {
        Some(Parameter::Flag(_)) => (Some(text), "true"),
        _ => (None, text),
    }
}

/// Compares names; case, `_` and `-` make no difference.
fn is_same_name(a: &str, b: &str) -> bool {
    fn letters(name: &str) -> impl Iterator<Item = u8> {
        let bytes = name.bytes().filter(|byte| !matches!(byte, b'_' | b'-'));
        bytes.map(|byte| byte.to_ascii_lowercase())
    }
    letters(a).eq(letters(b))
}

impl fmt::Display for ParseActivationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            ParseMistake::Name => {
                f.write_str("unknown operation: expected one of ")?;
                Kind::all().enumerate().try_for_each(|(i, kind)| {
                    f.write_str(if i == 0 { "" } else { ", " })?;
                    f.write_str(kind.name())
                })
            }
            ParseMistake::Parentheses => {
                f.write_str("parameters stand between parentheses: leaky_relu(0.01)")
            }
            ParseMistake::Positional => {
                f.write_str("a parameter without a name stands after one with a name")
            }
            ParseMistake::OnlyNamed(activation) => {
                write!(f, "parameters of {} are given by name: expected ", activation.name())?;
                activation.write_call(f, &mut |f, name, _| f.write_str(name))
            }
            ParseMistake::Twice(name) => write!(f, "{name} is given twice"),
            ParseMistake::NoExactTier(activation) => {
                write!(f, "{} has no exact tier", activation.name())
            }
            ParseMistake::Parameter(mistake) => ParameterError(mistake).fmt(f),
        }
    }
}

impl Error for ParseActivationError {}
