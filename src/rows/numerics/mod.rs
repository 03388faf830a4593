//! The arithmetic of a row, wherever it lies: the terms of its entries, their sum, and the results
//! of a function. Loops and memory layouts are in `loops/`.

pub(super) mod function;
pub(super) mod log_sum_exp;
pub(super) mod sum;
pub(super) mod terms;
