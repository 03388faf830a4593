//! Memory on the stack for vectors.

/// So placed that no vector in it lies across two cache lines.
///
/// A function that has one aligns its whole frame. Without it the registers that are spilled there
/// lie as the caller's stack happens to be, and a loop takes up to three times as long.
#[repr(align(64))]
pub(crate) struct Aligned<T>(pub(crate) T);
