//! Draws the pictures of the README and of the guide, `docs/plots/*.svg`.
//!
//! ```text
//! cargo run --release -p activations-plots
//! ```
//!
//! Each operation with its derivative, as the kernels compute them; the error of each tier from −∞
//! to ∞, and its bound; functions of rows of three entries; and the speed of every kernel, if
//! `cargo bench -p activations-benches` has left its estimates. All but the last are the same bytes
//! on every machine that has FMA.
#![allow(clippy::cast_precision_loss)]

mod curves;
mod errors;
mod line;
mod rows;
mod speed;

use activations::{
    Isa, Tier,
    table::{OPERATIONS, ROW_OPERATIONS, ROW_REDUCTIONS},
};
use anyhow::{Context, Result};
use std::fs;

fn main() -> Result<()> {
    let folder = &activations_plots::folder();
    fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
    let isa = Isa::active();
    if isa == Isa::Baseline {
        eprintln!(
            "NOTE: without FMA the results differ in their last bits, \
             and so do the pictures of errors"
        );
    }
    for operation in OPERATIONS {
        curves::draw(folder, isa, operation)?;
        errors::draw(folder, isa, operation)?;
    }
    for operation in ROW_OPERATIONS.iter().filter(|operation| operation.tier == Tier::Default) {
        rows::draw(folder, isa, operation)?;
    }
    for reduction in ROW_REDUCTIONS {
        rows::draw_reduction(folder, isa, reduction)?;
    }
    if let Err(missing) = speed::draw(folder) {
        eprintln!(
            "MISSING: {missing:#}\nMISSING: docs/plots/speed.svg is left as it was; \
             run `cargo bench -p activations-benches` first"
        );
    }
    Ok(())
}
