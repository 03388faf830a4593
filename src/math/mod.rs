//! What several functions are made of: numeric cores on vectors, and the constants they are written
//! with.

pub(crate) mod exp;
pub(crate) mod exp_f64;
pub(crate) mod expm1;
pub(crate) mod hex;
pub(crate) mod log1p;
pub(crate) mod logistic;
pub(crate) mod threefry;
