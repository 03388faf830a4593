//! Activation functions for inference engines, hand-vectorised, with their gradients and with error
//! bounds that are the maximum over all 2^32 inputs of each function of one number.
//!
//! ```
//! use activations::{Activation, LeakyRelu, RowActivation, Sigmoid, Softmax, Tanh};
//!
//! let mut x = [-100.0, 0.0, 1.5_f32];
//! Sigmoid.apply(&mut x); // in place
//! assert_eq!(x, [3.8e-44, 0.5, 0.8175745]);
//!
//! let mut y = [0.0_f32; 3];
//! Tanh.apply_into(&x, &mut y); // from one slice to another
//! LeakyRelu { slope: 0.1 }.apply(&mut y); // an operation is a value
//!
//! let mut scores = [0.0, 0.0, 1.0, 1.0_f32];
//! Softmax::new().rows(&mut scores, 2); // each row of two
//! assert_eq!(scores, [0.5; 4]);
//! ```
//!
//! # Which function
//!
//! <!-- table: functions -->
//! | operation | formula |
//! |---|---|
//! | [`Exp`] | e^x |
//! | [`Sigmoid`] | 1 / (1 + e^−x) |
//! | [`Tanh`] | (e^x − e^−x) / (e^x + e^−x) |
//! | [`Relu`] | max(x, 0) |
//! | [`LeakyRelu`] | x where x > 0, else slope · x |
//! | [`RRelu`] | x where x > 0, else slope · x; training draws the slope of each element |
//! | [`Relu6`] | min(max(x, 0), 6) |
//! | [`HardTanh`] | min(max(x, min), max) |
//! | [`Threshold`] | x where x > threshold, else value |
//! | [`Elu`] | x where x > 0, else alpha · (e^x − 1) |
//! | [`Selu`] | λ · x where x > 0, else λ · α · (e^x − 1) |
//! | [`Celu`] | x where x > 0, else alpha · (e^(x / alpha) − 1) |
//! | [`Clip`] | min(max(x, min), max), with a derivative of 1 at max |
//! | [`ScaledElu`] | gamma · x where x > 0, else gamma · alpha · (e^x − 1) |
//! | [`Silu`] | x / (1 + e^−x) |
//! | [`Swish`] | x / (1 + e^(−beta x)) |
//! | [`QuickGelu`] | x / (1 + e^(−1.702 x)) |
//! | [`Mish`] | x · tanh(log(1 + e^x)) |
//! | [`Erf`] | 2/√π ∫₀ˣ e^(−t²) dt |
//! | [`Gelu`] | x Φ(x) = x (1 + erf(x/√2)) / 2 |
//! | [`GeluTanh`] | x σ(2u), u = √(2/π) (x + 0.044715 x³) |
//! | [`Softplus`] | log(1 + e^(beta · x)) / beta |
//! | [`LogSigmoid`] | −log(1 + e^−x) |
//! | [`HardSigmoid`] | min(max(alpha · x + beta, 0), 1) |
//! | [`HardSwish`] | x · min(max(x + 3, 0), 6) / 6 |
//! | [`Softsign`] | x / (1 + |x|) |
//! | [`TanhShrink`] | x − tanh(x) |
//! | [`SoftShrink`] | max(|x| − lambda, 0), with the sign of x |
//! | [`HardShrink`] | x where |x| > lambda, else 0 |
//! | [`Shrink`] | x + bias where x < −lambda, x − bias where x > lambda, else 0 |
//! | [`SoftCap`] | cap · tanh(x / cap) |
//! | [`SquaredRelu`] | max(x, 0)² |
//! | [`ThresholdedRelu`] | x where x > alpha, else 0 |
//! | [`XIelu`] | alpha_p · x² + beta · x where x > 0, else alpha_n · (e^min(x, eps) − 1 − x) + beta · x |
//! | [`PRelu`] | x where x > 0, else slope · x, with one slope, one a channel, or one an element |
//! | [`Softmax`] | e^x_i / (e^x_1 + … + e^x_n), of rows |
//! | [`LogSoftmax`] | x_i − log(e^x_1 + … + e^x_n), of rows |
//! | [`LogSumExp`] | log(e^x_1 + … + e^x_n), one result a row |
//! <!-- end -->
//!
//! The [`guide`] tells what each of them is for, with pictures. Every function of one number
//! implements [`Activation`] and [`Gradient`]. The functions [`exp`], [`sigmoid`], [`tanh`],
//! [`relu`], [`softmax`] and [`log_softmax`] are short for the default tier in place.
//!
//! # Tiers
//!
//! An operation itself is the default tier: at most 1 ULP, and 2 for composed functions. [`Fast`]
//! around it is quicker, with at most 4 ULP and the same promises otherwise, but that it may
//! decrease where the documentation of the operation says so. [`Exact`] around it is correctly
//! rounded, so that every machine gives the same bits. [`Tier`] is the choice as a value.
//!
//! ```
//! use activations::{Activation, Exact, Fast, Sigmoid};
//!
//! let mut x = [1.0, 2.0_f32];
//! Fast(Sigmoid).apply(&mut x);
//! Exact(Sigmoid).apply(&mut x);
//! ```
//!
//! # Rows and axes
//!
//! [`Softmax`], [`LogSoftmax`] and [`LogSumExp`] are functions of rows, through [`RowActivation`]:
//! `rows` for rows that follow each other, `strided` for a padded matrix ([`RowLayout`]), `axis`
//! for any axis of a tensor, without a transpose. An axis is given as `[outer, n, inner]`, which
//! [`axis_shape`] computes from a shape and the number of an axis. The bits are the same in every
//! form.
//!
//! # Attention
//!
//! [`SoftmaxOptions`] turn scores into logits in the same call: scale, temperature, soft cap,
//! additive and boolean masks that say by their shape which rows they are for, causal rows, sinks.
//! [`OnlineSoftmax`] computes the softmax of rows that come in blocks.
//!
//! ```
//! use activations::{Causal, RowActivation, Softmax};
//!
//! let mut scores = [8.0, 1.0, 8.0, 8.0_f32]; // two queries, two keys
//! Softmax::new().scale(0.125).causal(Causal::new()).rows(&mut scores, 2);
//! assert_eq!(scores, [1.0, 0.0, 0.5, 0.5]);
//! ```
//!
//! # Gated units and recurrent cells
//!
//! [`GatedActivation`] is act(gate) · up, for [`Glu`], [`SwiGlu`], [`GeGlu`] and its kin, and for
//! any activation as [`Gated`]: of two slices, or of rows that hold both ([`GateLayout`]).
//! [`LstmCell`], [`GruCell`] and [`RnnCell`] go from the sums of their gates to the new state in
//! one pass. All have their gradients.
//!
//! # Gradients
//!
//! [`Gradient::backward`] computes `dx = dy * f'(x)` from the input of the forward call, accurate
//! in both tails. [`GradientFromOutput`] does so from the output, for the operations whose output
//! determines the gradient. [`RowGradient`] is the gradient of functions of rows, from the output.
//! Each has a method `…_in_place`, which overwrites dy by dx.
//!
//! # Chosen at run time
//!
//! [`AnyActivation`] holds any operation with its parameters and its tier. It is `Copy`, compares
//! and hashes by bits, and is parsed from a text such as `leaky_relu(0.1)` or `fast(softmax)`.
//! [`AnyGated`] does so for gated units: `swiglu`, `gated(mish)`.
//!
//! # Instruction sets and bits
//!
//! The kernels are compiled for AVX-512, AVX2 with FMA, NEON and the baseline, which every machine
//! of the compiler's target has. The first call chooses the best level of the machine ([`Isa`]);
//! [`At`] runs an operation at a given level. AVX-512, AVX2 and NEON give the same bits as each
//! other. In the tier [`Exact`] the baseline gives them too.
//!
//! # What is promised
//!
//! Element i of a result depends on element i of the inputs alone, bit for bit. Lengths that differ
//! panic with both lengths, at the caller's line, before anything is written; on rows and at run
//! time, calls that begin with `try_` return a [`ShapeError`] instead. Nothing is allocated, no
//! thread is started, and no value panics. A NaN gives a quiet NaN.
//!
//! An ULP is the distance of the two f32 numbers around the exact result; below the smallest normal
//! number it is 2^-149.
//!
//! # Element types
//!
//! The elements are f32. The traits have a parameter for the type, since f64 will be a second one.
//! An array of literals that nothing else makes f32 would then be f64, so in these pages it names
//! its type: `[-2.0, 0.0_f32]`.
//!
//! # Debug builds
//!
//! The kernels are compiled in this crate, and the dev profile does not optimise it: there
//! [`sigmoid`] of 4096 elements takes 150 times as long as in release. These lines in the
//! `Cargo.toml` of your workspace optimise this crate, and leave everything else as it was:
//!
//! ```toml
//! [profile.dev.package.activations]
//! opt-level = 3
//! ```
//!
//! # Memory
//!
//! Nothing is allocated. An optimised call takes up to 48 KiB of stack. Without optimisation
//! functions of rows take up to 1.3 MiB, more than some systems give to a thread.
//!
//! # Features
//!
//! `std`, on by default, detects the instruction set at run time. Without it the crate is `no_std`,
//! nothing can be detected, and every call runs at the baseline.
//!
//! # When not to use this crate
//!
//! It works on slices on a CPU. For a GPU, for single numbers, or for f64 and 16-bit elements it is
//! not the right one, the latter until they come.
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
mod gated;
mod isa;
mod map;
mod math;
mod ops;
mod recurrent;
mod rows;
#[cfg(activations_f64_literals)]
mod second_element;
mod shape_error;
#[allow(missing_docs, reason = "no part of the API")]
#[doc(hidden)]
pub mod table;
mod tier;
mod vector;

pub use activation::{Activation, Gradient, GradientFromOutput};
pub use any::{
    AnyActivation, AnyGated, NoExactTier, Parameter, ParameterError, ParseActivationError,
};
pub use at::{At, UnavailableIsa};
pub use gated::{
    Bilinear, ClampedSwiGlu, GateLayout, Gated, GatedActivation, GeGlu, GeGluTanh, Glu, QuickGeGlu,
    ReGlu, SwiGlu,
};
pub use isa::{Isa, ParseIsaError};
pub use math::threefry::RandomStream;
pub use ops::*;
pub use recurrent::{Coupling, GruCell, GruOrder, LstmCell, LstmOrder, RnnCell};
pub use rows::{
    AxisError, Causal, EmptyRow, Hardmax, InfiniteLogits, LogSoftmax, LogSumExp, OnlineSoftmax,
    RowActivation, RowGradient, RowLayout, Softmax, SoftmaxOptions, Softmin, alibi_slope,
    axis_shape, log_softmax, softmax,
};
pub use shape_error::ShapeError;
pub use tier::{Exact, Fast, ParseTierError, Tier};
