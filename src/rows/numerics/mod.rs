//! The arithmetic of a row, wherever it lies: the terms of its entries, their sum, and what a
//! function makes of it.

pub(super) mod function;
pub(super) mod log_sum_exp;
pub(super) mod sum;
pub(super) mod terms;
