//! Vectorised activation functions.
#![no_std]
#![forbid(unsafe_code)]
#![warn(missing_docs)]

#[cfg(any(feature = "std", test))]
extern crate std;

mod activation;
#[doc(hidden)]
pub mod contract;
mod exponential;
mod hex;
mod isa;
mod ops;
mod run;
mod vector;

pub use activation::{Activation, Fast, FromOutput, Gradient};
pub use isa::{Isa, ParseIsaError};
pub use ops::{Exp, LeakyRelu, Relu, Sigmoid, Tanh, exp, relu, sigmoid, tanh};
