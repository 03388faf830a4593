//! Applies an activation function to a NumPy file, or to the captured activations in `tests/data`.
//!
//! ```text
//! cargo run --release --example apply
//! cargo run --release --example apply sigmoid in.npy out.npy --tier fast
//! ```
//!
//! Without arguments it prints what each function does to real activations: speed and error of every tier at
//! every level that this machine has. With arguments it works at the best level; `ACTIVATIONS_MAX_ISA` lowers
//! it. The output appears complete or not at all.
#![allow(clippy::doc_markdown, reason = "NumPy is a name")]

mod npy;
mod table;
#[path = "../../tests/common/ulp.rs"]
#[allow(clippy::cast_possible_wrap, clippy::cast_sign_loss, unreachable_pub)]
mod ulp;

use activations::{
    Activation, Fast, Isa, LeakyRelu,
    contract::{OPERATIONS, Operation, Tier},
};
use anyhow::{Context, Result, bail};
use clap::Parser;
use std::{
    env,
    io::{self, ErrorKind, Write},
    path::PathBuf,
    process::ExitCode,
};

/// Apply an activation function to every element of a NumPy file (f32, any shape).
///
/// Without arguments: print speed and error of every function on real activations.
#[derive(Parser)]
#[command(name = "apply", override_usage = "apply\n       apply [OPTIONS] <FUNCTION> <INPUT> <OUTPUT>")]
struct Arguments {
    /// The function, such as sigmoid; a wrong name prints them all
    function: String,
    /// The .npy file to read
    input: PathBuf,
    /// The .npy file to write; may be the input
    output: PathBuf,
    /// Which kernel: default, or fast with at most 4 ULP of error
    #[arg(long, default_value = "default")]
    tier: String,
    /// The factor of negative inputs (leaky_relu only)
    #[arg(long, allow_negative_numbers = true)]
    slope: Option<f32>,
}

fn main() -> ExitCode {
    let result = if env::args_os().len() < 2 { print_table() } else { convert(&Arguments::parse()) };
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
    let kernel = kernel(arguments)?;
    let source = npy::Source::open(&arguments.input)?;
    let destination = npy::Destination::create(&arguments.output, source.header())?;
    npy::convert(source, destination, kernel)
}

type Kernel = Box<dyn Fn(&mut [f32])>;

/// The kernel that the arguments name.
fn kernel(arguments: &Arguments) -> Result<Kernel> {
    let operation =
        find("function", &arguments.function, OPERATIONS, |operation: &Operation| operation.name)?;
    let tier = find("tier", &arguments.tier, operation.tiers, |tier: &Tier| tier.name)?;
    Ok(match arguments.slope {
        None => Box::new(|x| (tier.apply)(Isa::active(), x)),
        Some(_) if operation.name != "leaky_relu" => {
            bail!("--slope is for leaky_relu, not for {}", operation.name)
        }
        Some(slope) if tier.name == "fast" => Box::new(move |x| Fast(LeakyRelu { slope }).apply(x)),
        Some(slope) => Box::new(move |x| LeakyRelu { slope }.apply(x)),
    })
}

fn find<T>(
    kind: &str,
    wanted: &str,
    known: &'static [T],
    name: fn(&T) -> &'static str,
) -> Result<&'static T> {
    known.iter().find(|&item| name(item) == wanted).with_context(|| {
        let names: Vec<_> = known.iter().map(name).collect();
        format!("unknown {kind} '{wanted}': expected one of {}", names.join(", "))
    })
}
