//! The command line.

use lexopt::{
    Arg::{Long, Short, Value},
    Error, Parser, ValueExt,
};
use std::{ffi::OsString, path::PathBuf};

pub(crate) const HELP: &str = "\
Apply an activation function to every element, or to every vector along an axis, of a NumPy file
(f32 of either byte order; any shape, in C or Fortran order).

The output has the shape of the input and keeps C or Fortran order. A gated unit multiplies one half
of an axis by the activation of the other, so the output has half of that axis. The elements are
little-endian, whichever byte order the input has.

Without arguments: print speed and error of every function on real activations.

Usage: apply
       apply --all
       apply [OPTIONS] <FUNCTION> <INPUT> <OUTPUT>

Arguments:
  <FUNCTION>  The function, such as sigmoid or leaky_relu(0.1), or the gated unit, such as swiglu or
              gated(mish); a wrong name prints them all
  <INPUT>     The .npy file to read; - for standard input
  <OUTPUT>    The .npy file to write, may be the input; - for standard output

Options:
      --tier <TIER>      The kernel: default, fast with at most 4 ULP of error (softmax: 12), or
                         exact, correctly rounded [default: default]
      --axis <AXIS>      The axis of softmax, log_softmax and gated units; from the last one if
                         negative [default: -1]
      --layout <LAYOUT>  Where a gated unit finds its gates: gate_up, in the first half of the axis,
                         up_gate, in the second, or pairs of a gate and what it multiplies
                         [default: gate_up]
      --all              Print speed and error for every level of this machine, not the active one
                         alone
  -h, --help             Print help
";

/// What the command line asks for.
pub(crate) enum Task {
    Help,
    Summary,
    All,
    Convert(Arguments),
}

/// The conversion of a file.
pub(crate) struct Arguments {
    pub(crate) function: String,
    /// `None` for standard input.
    pub(crate) input: Option<PathBuf>,
    /// `None` for standard output.
    pub(crate) output: Option<PathBuf>,
    pub(crate) tier: Option<String>,
    pub(crate) axis: Option<isize>,
    pub(crate) layout: Option<String>,
}

pub(crate) fn parse() -> Result<Task, Error> {
    let mut parser = Parser::from_env();
    let (mut values, mut tier, mut axis, mut layout) = (Vec::new(), None, None, None);
    let mut all = false;
    while let Some(argument) = parser.next()? {
        match argument {
            Short('h') | Long("help") => return Ok(Task::Help),
            Long("all") => all = true,
            Long("tier") => tier = Some(parser.value()?.string()?),
            Long("axis") => axis = Some(parser.value()?.parse()?),
            Long("layout") => layout = Some(parser.value()?.string()?),
            Value(value) if values.len() < 3 => values.push(value),
            other => return Err(other.unexpected()),
        }
    }
    let is_table = values.is_empty() && tier.is_none() && axis.is_none() && layout.is_none();
    if is_table {
        return Ok(if all { Task::All } else { Task::Summary });
    }
    if all {
        return Err("--all stands alone".into());
    }
    let Ok([function, input, output]) = <[_; 3]>::try_from(values) else {
        return Err("expected a function, an input file and an output file".into());
    };
    Ok(Task::Convert(Arguments {
        function: function.string()?,
        input: file(input),
        output: file(output),
        tier,
        axis,
        layout,
    }))
}

/// The file that an argument names, or `None` for `-`.
fn file(argument: OsString) -> Option<PathBuf> {
    (argument != "-").then(|| argument.into())
}
