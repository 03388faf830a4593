//! The support that the tests, benchmarks, examples and fuzz targets of `activations` share.
//!
//! Every kernel as one kind of call ([`calls`]), the unit of every bound ([`ulp`]), reference
//! values ([`nearest`], [`oracle`]), sweeps over all inputs ([`sweep`],
//! [`digest`]), and inputs of many kinds
//! ([`families`], [`capture`], [`nans`]).
#![allow(
    clippy::cast_precision_loss,
    clippy::must_use_candidate,
    clippy::missing_panics_doc,
    reason = "these functions serve tests: counts are small, and a panic is a failed test"
)]

mod call;
pub mod capture;
#[cfg(not(any(target_family = "wasm", miri)))]
pub mod child;
pub mod digest;
mod each;
pub mod families;
pub mod nearest;
mod normal;
pub mod npy;
pub mod oracle;
pub mod other;
pub mod record;
pub mod sweep;
#[cfg(not(any(target_family = "wasm", miri)))]
pub mod tables;
pub mod ulp;
mod values;

pub use call::{Call, Form, at_levels, calls, forward, gradients, isas};
pub use normal::normal;
pub use values::{bits, is_quiet_nan, nans, same, spread};

/// Whether the tests run in an emulator, as the scripts say that start one.
pub fn is_emulated() -> bool {
    std::env::var_os("ACTIVATIONS_TEST_STRIDE").is_some()
}

/// Returns the folder of the repository.
pub fn root() -> std::path::PathBuf {
    let package = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    package.ancestors().nth(2).expect("a folder around the package").to_owned()
}
