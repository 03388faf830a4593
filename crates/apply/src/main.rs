//! Applies an activation function to a NumPy file, or to the captured activations in `tests/data`.
//!
//! ```text
//! cargo run --release -p apply
//! cargo run --release -p apply -- --all
//! cargo run --release -p apply sigmoid in.npy out.npy --tier fast
//! cargo run --release -p apply "leaky_relu(0.1)" in.npy out.npy
//! cargo run --release -p apply softmax in.npy out.npy --axis 1
//! cargo run --release -p apply swiglu in.npy out.npy --layout pairs
//! zcat in.npy.gz | cargo run --release -p apply sigmoid - - | gzip > out.npy.gz
//! ```
//!
//! Without arguments it prints what each function does to real activations: speed and error of
//! every tier at the active level. With `--all` it prints them for every level that this machine
//! has. With a function and files it works at the best level; `ACTIVATIONS_MAX_ISA` lowers it. An
//! output file appears complete or not at all. Nothing goes to standard output before all of the
//! input is known to be there.
#![allow(clippy::doc_markdown, reason = "NumPy is a name")]

mod arguments;
mod convert;
mod destination;
mod kernel;
mod source;
mod table;

use anyhow::{Context, Result};
use arguments::{Arguments, HELP, Task};
use destination::Destination;
use kernel::Kernel;
use source::Source;
use std::{
    fmt::Display,
    io::{self, ErrorKind, Write},
    process::ExitCode,
};

/// The exit status for arguments that make no sense.
const USAGE: u8 = 2;

fn main() -> ExitCode {
    let task = match arguments::parse() {
        Ok(task) => task,
        Err(error) => return fail(&format!("{error}; apply --help tells more"), USAGE.into()),
    };
    let result = match task {
        Task::Help => print(&HELP.trim_end()),
        Task::Summary => table::summary().and_then(|table| print(&table)),
        Task::All => table::all().and_then(|table| print(&table)),
        Task::Convert(arguments) => convert(&arguments),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(&format!("{error:#}"), ExitCode::FAILURE),
    }
}

fn fail(message: &str, code: ExitCode) -> ExitCode {
    // Nobody is left to tell when stderr is closed too.
    let _ = writeln!(io::stderr(), "apply: error: {message}");
    code
}

fn print(text: &impl Display) -> Result<()> {
    match writeln!(io::stdout(), "{text}") {
        // The reader has seen enough: `apply | head`.
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        result => result.context("standard output"),
    }
}

fn convert(arguments: &Arguments) -> Result<()> {
    let kernel = Kernel::new(arguments)?;
    let source = match &arguments.input {
        Some(path) => Source::open(path)?,
        None => Source::stdin()?,
    };
    let kernel = kernel.over(source.header())?;
    let destination = Destination::create(arguments.output.as_deref(), &kernel.header)?;
    convert::convert(source, destination, kernel)
}
