//! Applies an activation function to a NumPy file, or to the captured activations in `tests/data`.
//!
//! ```text
//! cargo run --release --example apply
//! cargo run --release --example apply sigmoid in.npy out.npy --tier fast
//! cargo run --release --example apply "leaky_relu(0.1)" in.npy out.npy
//! cargo run --release --example apply softmax in.npy out.npy --axis 1
//! ```
//!
//! Without arguments it prints what each function does to real activations: speed and error of
//! every tier at every level that this machine has. With arguments it works at the best level;
//! `ACTIVATIONS_MAX_ISA` lowers it. The output appears complete or not at all.
#![allow(clippy::doc_markdown, reason = "NumPy is a name")]

mod kernel;
mod npy;
mod table;

use anyhow::{Context, Result};
use clap::Parser;
use kernel::Kernel;
use std::{
    env,
    io::{self, ErrorKind, Write},
    path::PathBuf,
    process::ExitCode,
};

/// Apply an activation function to every element, or to every vector along an axis, of a NumPy file
/// (f32, any shape).
///
/// Without arguments: print speed and error of every function on real activations.
#[derive(Parser)]
#[command(
    name = "apply",
    override_usage = "apply\n       apply [OPTIONS] <FUNCTION> <INPUT> <OUTPUT>"
)]
struct Arguments {
    /// The function, such as sigmoid or leaky_relu(0.1); a wrong name prints them all
    function: String,
    /// The .npy file to read
    input: PathBuf,
    /// The .npy file to write; may be the input
    output: PathBuf,
    /// Which kernel: default, fast with at most 4 ULP of error, or exact, correctly rounded
    #[arg(long, default_value = "default")]
    tier: String,
    /// The axis of softmax and log_softmax; from the last one if negative
    #[arg(long, allow_negative_numbers = true)]
    axis: Option<isize>,
}

fn main() -> ExitCode {
    let result =
        if env::args_os().len() < 2 { print_table() } else { convert(&Arguments::parse()) };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Nobody is left to tell when stderr is closed too.
            let _ = writeln!(io::stderr(), "apply: error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn print_table() -> Result<()> {
    let table = table::measure()?;
    match writeln!(io::stdout(), "{table}") {
        // The reader has seen enough: `apply | head`.
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        result => result.context("standard output"),
    }
}

fn convert(arguments: &Arguments) -> Result<()> {
    let kernel = Kernel::new(&arguments.function, &arguments.tier, arguments.axis)?;
    let source = npy::Source::open(&arguments.input)?;
    let kernel = kernel.over(&source.header().shape)?;
    let destination = npy::Destination::create(&arguments.output, source.header())?;
    npy::convert(source, destination, kernel)
}
