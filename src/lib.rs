//! Activation functions for inference engines: exp, sigmoid, tanh, softmax, the ReLU and the ELU
//! family with their gradients, hand-vectorised, with the maximum error in each function's
//! documentation: over all 2^32 inputs where it has one.
//!
//! ```
//! use activations::{Activation, Exact, Fast, Gradient, LeakyRelu, Sigmoid, Tanh};
//!
//! let mut x = [-100.0, 0.0, 1.5];
//! activations::sigmoid(&mut x); // in place
//! assert_eq!(x, [3.8e-44, 0.5, 0.8175745]);
//!
//! let mut y = [0.0; 3];
//! Tanh.apply_into(&x, &mut y); // from one slice to another
//! Fast(Sigmoid).apply(&mut y); // a quicker tier, up to 4 ULP
//! Exact(Tanh).apply(&mut y); // correctly rounded: the same bits on every machine
//! LeakyRelu { slope: 0.1 }.apply(&mut y); // an operation is a value
//!
//! let mut dx = [0.0; 3];
//! Sigmoid.backward(&x, &[1.0; 3], &mut dx); // the gradient, from the input
//! ```
//!
//! | operation | formula |
//! |---|---|
//! | [`Exp`] | e^x |
//! | [`Sigmoid`] | 1 / (1 + e^-x) |
//! | [`Tanh`] | (e^x - e^-x) / (e^x + e^-x) |
//! | [`Relu`] | max(x, 0) |
//! | [`LeakyRelu`] | x where x > 0, else slope · x |
//! | [`RRelu`] | the same; in training each element draws its slope |
//! | [`PRelu`] | the same with one slope, one a channel, or one an element |
//! | [`Relu6`] | min(max(x, 0), 6) |
//! | [`HardTanh`] | min(max(x, min), max) |
//! | [`Threshold`] | x where x > threshold, else value |
//! | [`Elu`] | x where x > 0, else alpha · (e^x − 1) |
//! | [`Selu`] | λ · x where x > 0, else λ · α · (e^x − 1) |
//! | [`Celu`] | x where x > 0, else alpha · (e^(x / alpha) − 1) |
//! | [`Softmax`] | e^x_i / (e^x_1 + … + e^x_n), of rows |
//! | [`LogSoftmax`] | x_i − log(e^x_1 + … + e^x_n), of rows |
//! | [`LogSumExp`] | log(e^x_1 + … + e^x_n), one result a row |
//!
//! The [`guide`] tells what each of them is for, with pictures.
//!
//! Every operation on elements implements [`Activation`] and [`Gradient`], and so does [`Fast`]
//! around it, and [`Exact`] around those that have it; [`PRelu`], which also takes the shape, has
//! methods of the same names. The functions [`exp`], [`sigmoid`], [`tanh`] and [`relu`] are short
//! for the default tier in place. Functions of rows implement [`RowActivation`] and
//! [`RowGradient`]: rows that follow each other or have a stride, and any axis of a tensor;
//! [`softmax`] and [`log_softmax`] are the short forms. Scale, masks and more are their
//! [`Options`]; rows that come in blocks go through an [`OnlineSoftmax`].
//!
//! # Instruction sets
//!
//! The kernels are compiled for AVX-512, AVX2 with FMA, NEON and what the compiler's target has
//! everywhere; the first call chooses ([`Isa`]). The first three give the same bits as each other,
//! and in the tier [`Exact`] so does the last. Without the feature `std` nothing can be detected,
//! and the last is used.
//!
//! # What holds for all of them
//!
//! Element i of a result depends on element i of the inputs alone, bit for bit. Lengths that differ
//! panic with both lengths, at the caller's line, before anything is written. Nothing is allocated,
//! no thread is started, no value panics. A NaN gives a quiet NaN.
//!
//! An ULP is the distance of the two f32 numbers around the exact result; below the smallest normal
//! number it is 2^-149.
#![no_std]
#![forbid(unsafe_code)]
#![warn(missing_docs)]

#[cfg(any(feature = "std", test))]
extern crate std;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

#[cfg(doctest)]
#[doc = include_str!("../docs/exact.md")]
struct ExactTier;

mod activation;
mod any;
mod at;
mod check;
#[allow(missing_docs, reason = "read by tests alone, through the hidden module `table`")]
mod contract;
#[doc = include_str!("../docs/guide.md")]
pub mod guide {}
mod isa;
mod map;
mod math;
mod ops;
mod rows;
mod tier;
mod vector;

/// Every operation with its promises and kernels, for tests, benches and examples. No part of the
/// API.
#[doc(hidden)]
pub mod table {
    pub use crate::{
        contract::{Backward, BackwardFn, Bound, Bounds, Kernel, Operation},
        each_operation,
        ops::table::OPERATIONS,
        rows::{ROW_OPERATIONS, ROW_REDUCTIONS, RowOperation, RowReduction},
    };
}

pub use activation::{Activation, Gradient, GradientFromOutput};
pub use any::{AnyActivation, NoExactTier, Parameter, ParameterError, ParseActivationError};
pub use at::{At, UnavailableIsa};
pub use isa::{Isa, ParseIsaError};
pub use math::threefry::RandomStream;
pub use ops::*;
pub use rows::{
    AxisError, Causal, EmptyRow, InfiniteLogits, LogSoftmax, LogSumExp, OnlineSoftmax,
    RowActivation, RowGradient, RowLayout, Softmax, SoftmaxOptions, axis_shape, log_softmax,
    softmax,
};
pub use tier::{Exact, Fast, ParseTierError, Tier};
