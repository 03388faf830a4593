//! Numeric cores on vectors that several functions share, and the reader of their hexadecimal
//! constants.

pub(crate) mod exp;
pub(crate) mod exp_f64;
pub(crate) mod expm1;
pub(crate) mod factor;
pub(crate) mod gate;
pub(crate) mod hex;
pub(crate) mod log1p;
pub(crate) mod logistic;
pub(crate) mod scaled_exp;
pub(crate) mod threefry;
