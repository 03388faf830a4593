//! The arithmetic of a row, wherever it lies: the terms of its entries, their sum, and what a
//! function makes of it.
//!
//! Softmax of one row, as all loops of `loops/` compute it, one entry at a time:
//!
//! ```text
//! m = the largest x[j]
//! N = round(m / ln 2)                                    Reference::new
//! for each j:
//!     n = round(x[j] / ln 2);  r = x[j] - n ln 2
//!     e[j] = K 2^(n - N + 64) (1 + expm1(r))             Reference::term
//!     lane[j mod 16] += e[j], in f64                     Lanes::add
//! s = ((lane 0 + lane 8) + (lane 4 + lane 12)) + …       over_lanes, Simd::sum
//! high = f32(1 / s);  low = f32(1 / s - high)            Function::summary
//! for each j:  y[j] = e[j] high + e[j] low               Function::result
//! ```
//!
//! Long rows (`loops/long.rs`) lie across the sixteen lanes, and each pass goes through a batch of
//! them. Short rows (`loops/short.rs`) and columns (`loops/lanes.rs`) have a lane each, so a lane
//! of the sum is a register. Where 64 columns are neighbours (`loops/neighbours.rs`) all lanes of
//! their sums are in memory.

pub(super) mod function;
pub(super) mod log_sum_exp;
pub(super) mod sum;
pub(super) mod terms;
