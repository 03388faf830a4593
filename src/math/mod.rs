//! Numeric cores on vectors that several functions share, and the reader of their hexadecimal
//! constants.

pub(crate) mod base2;
pub(crate) mod exp;
pub(crate) mod exp_f64;
pub(crate) mod expm1;
pub(crate) mod factor;
pub(crate) mod gate;
pub(crate) mod gauss;
pub(crate) mod gelu;
pub(crate) mod hex;
pub(crate) mod log1p;
pub(crate) mod logistic;
pub(crate) mod product;
pub(crate) mod scaled_exp;
pub(crate) mod sigmoid_product;
pub(crate) mod softplus;
pub(crate) mod threefry;
