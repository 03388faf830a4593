//! The text of a gated unit: printed, and parsed again.

use super::{
    gated::{AnyGated, GatedKind},
    parameters::HasParameters,
    text::{
        ParseActivationError, ParseMistake, WriteParameter, call_in_tier, fill, is_same_name,
        parse as parse_activation, parse_arguments, write_call, write_in_tier, write_value,
    },
};
use crate::{gated::Gated, tier::Tier};
use core::{
    fmt::{self, Write},
    str::FromStr,
};

impl AnyGated {
    /// Writes the name and, between parentheses, what `write` writes for each parameter.
    pub(super) fn write_call(mut self, f: &mut dyn Write, write: WriteParameter) -> fmt::Result {
        let GatedKind::Of(activation) = self.kind else {
            return write_call(f, self.name(), &self.kind.parameters(), write);
        };
        write!(f, "{}(", self.name())?;
        activation.write_call(f, write)?;
        f.write_char(')')
    }

    fn write(&self, f: &mut dyn Write) -> fmt::Result {
        if let GatedKind::Of(activation) = self.kind {
            write!(f, "{}(", self.name())?;
            activation.write(f)?;
            return f.write_char(')');
        }
        write_in_tier(f, self.tier(), &|f| self.write_call(f, write_value))
    }
}

impl fmt::Display for AnyGated {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fill(f, &|f| self.write(f))
    }
}

impl FromStr for AnyGated {
    type Err = ParseActivationError;

    fn from_str(text: &str) -> Result<Self, ParseActivationError> {
        parse(text).map_err(ParseActivationError)
    }
}

fn parse(text: &str) -> Result<AnyGated, ParseMistake> {
    let (tier, name, arguments) = call_in_tier(text)?;
    let unit = parse_unit(name, arguments)?;
    let Some(tier) = tier else { return Ok(unit) };
    if unit.tier() != Tier::Default {
        return Err(ParseMistake::Twice("a tier"));
    }
    unit.with_tier(tier).map_err(|error| ParseMistake::NoExactTier(error.0))
}

fn parse_unit(name: &str, arguments: &str) -> Result<AnyGated, ParseMistake> {
    if is_same_name(name, "gated") {
        let operation = parse_activation(arguments)?;
        let unit = AnyGated::try_from(Gated(operation));
        return unit.map_err(|error| ParseMistake::Parameter(error.0));
    }
    let is_named = |unit: &AnyGated| is_same_name(unit.name(), name);
    let mut unit = AnyGated::named().find(is_named).ok_or(ParseMistake::UnitName)?;
    parse_arguments(&mut unit.kind, arguments)?;
    Ok(unit)
}
