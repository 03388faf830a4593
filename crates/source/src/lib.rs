//! What `tests/source.rs` reads from the syntax of a file: which functions are not sure to be
//! inlined, which imports go up, and which items there are.
//!
//! Every function takes the text of a file, and panics if it is no Rust.
#![allow(
    clippy::missing_panics_doc,
    clippy::must_use_candidate,
    reason = "these functions serve tests: a panic is a failed test"
)]

pub mod floors;
pub mod inlining;
pub mod items;
mod one_operation;
