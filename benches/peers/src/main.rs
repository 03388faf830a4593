//! Compares the crate with its peers: every implementation on the same buffers, in interleaved
//! rounds, on one core.
//!
//! ```text
//! cargo run --release --manifest-path benches/peers/Cargo.toml
//! cargo run --release --manifest-path benches/peers/Cargo.toml -- --filter tanh --exhaustive
//! ```
//!
//! For exp, sigmoid and tanh it prints a table for each size (4096 elements lie in L1, 131 072 in
//! L2, 16 Mi in memory) with the time per element and the error found over a sample of all inputs;
//! a table of calls on 1 and 16 elements; for softmax and log-softmax one of shapes; and what is
//! asked of the crate beside what was found. `README.md` says how to read them.
#![cfg_attr(feature = "nightly", feature(portable_simd))]

mod error;
mod ffi;
mod function;
mod goals;
mod measure;
mod peers;
mod rows;
mod table;

use activations::Isa;
use anyhow::{Context, Result};
use clap::Parser;
use error::Sample;
use function::Function;
use goals::Goals;
use indicatif::ProgressBar;
use measure::{Buffers, Plan};
use peers::Peer;

/// Compare the crate with its peers: speed and error, side by side.
#[derive(Parser)]
#[command(name = "peers")]
struct Options {
    /// Only the implementations whose "function name" contains this text, such as "tanh", "sleef"
    /// or "exp rten"
    #[arg(long, default_value = "")]
    filter: String,
    /// Rounds at 4096 elements; half as many at 131 072, a tenth at 16 Mi
    #[arg(long, default_value_t = 151, value_parser = clap::value_parser!(u32).range(1..))]
    rounds: u32,
    /// A few rounds and a sparse sample, to see that everything runs
    #[arg(long, conflicts_with_all = ["rounds", "exhaustive"])]
    quick: bool,
    /// The error over all 2^32 inputs instead of every 61st
    #[arg(long)]
    exhaustive: bool,
}

impl Options {
    fn rounds(&self) -> usize {
        if self.quick { 5 } else { self.rounds as usize }
    }

    fn sample(&self) -> Sample {
        match self {
            Self { quick: true, .. } => Sample::every(6101),
            Self { exhaustive: true, .. } => Sample::every(1),
            _ => Sample::every(61),
        }
    }

    /// The peers of a function that the filter leaves. What the ratios refer to always stays.
    fn peers(&self, function: Function) -> Result<Vec<Peer>> {
        let mut peers = peers::all(function)?;
        let wanted = self.filter.to_lowercase();
        let matches =
            |peer: &Peer| format!("{function} {}", peer.name).to_lowercase().contains(&wanted);
        if peers.iter().any(matches) {
            peers.retain(|peer| peer.is_reference() || matches(peer));
        } else {
            peers.clear();
        }
        Ok(peers)
    }
}

fn main() -> Result<()> {
    ffi::limit_candle_to_one_thread();
    let options = Options::parse();
    let core = pin().context("no core to run on")?;
    let sample = options.sample();
    print_conditions(&options, core);

    let progress = ProgressBar::new_spinner();
    let mut buffers = Buffers::new();
    let mut goals = Goals::default();
    for function in Function::ALL {
        let peers = options.peers(function)?;
        if peers.is_empty() {
            continue;
        }
        progress.set_message(format!("{function}: errors of {} implementations", peers.len()));
        let errors = error::of(function, &peers, sample, || progress.tick());
        for plan in Plan::sizes(options.rounds()) {
            progress.set_message(format!("{function}: {} elements", plan.elements));
            let timings = measure::interleaved(&peers, &mut buffers, plan, || progress.tick());
            let table = table::of_size(&peers, &timings, &errors, sample);
            progress.suspend(|| println!("\n## {function}, {}\n\n{table}", plan.name));
            goals.add(function, plan, &peers, &timings);
        }
        let calls = Plan::calls(options.rounds())
            .map(|plan| measure::interleaved(&peers, &mut buffers, plan, || progress.tick()));
        goals.add_calls(function, &peers, &calls);
        let table = table::of_calls(&peers, &calls);
        progress.suspend(|| println!("\n## {function}, short calls: ns per call\n\n{table}"));
    }
    for function in rows::Function::ALL {
        if function.matches(&options.filter) {
            progress.set_message(format!("{function} of rows"));
            let table = rows::table(function, options.rounds(), || progress.tick());
            progress.suspend(|| println!("\n## {function} of rows\n\n{table}"));
        }
    }
    progress.finish_and_clear();
    println!("\n## Asked and found\n\n{}", goals.table());
    print_absent();
    Ok(())
}

/// Keeps the process on one core: the last, which the system uses least.
fn pin() -> Option<usize> {
    let core = core_affinity::get_core_ids()?.pop()?;
    core_affinity::set_for_current(core).then_some(core.id)
}

fn print_conditions(options: &Options, core: usize) {
    let cpu = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpu.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    let levels: Vec<_> = Isa::available().map(|isa| isa.to_string()).collect();
    println!(
        "Core {core} of {}, levels {}, active {}.",
        model.map_or("an unknown CPU", |(_, name)| name),
        levels.join(", "),
        Isa::active()
    );
    println!(
        "Inputs N(0, 4²). Times: medians of {} rounds (half as many at 131 072 elements, a tenth at 16 Mi).",
        options.rounds()
    );
    println!(
        "Ratios: medians of the ratios in each round; above 1 in \"× ours\" is slower than the crate."
    );
    println!("Errors: {}.", options.sample());
    print_absent();
}

fn print_absent() {
    for line in peers::absent() {
        println!("{line}");
    }
}
