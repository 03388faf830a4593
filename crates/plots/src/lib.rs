//! The style of the pictures in `docs/plots`, and the network of the example `vanishing_gradient`.
#![allow(
    clippy::cast_precision_loss,
    clippy::missing_errors_doc,
    clippy::missing_panics_doc,
    clippy::must_use_candidate,
    reason = "this library serves the programs and tests of its own package"
)]

pub mod network;
pub mod scale;
pub mod style;

use std::path::{Path, PathBuf};

/// Returns the folder of the repository.
pub fn root() -> PathBuf {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    package.ancestors().nth(2).expect("a folder around the package").to_owned()
}

/// Returns the folder of the pictures.
pub fn folder() -> PathBuf {
    root().join("docs/plots")
}
