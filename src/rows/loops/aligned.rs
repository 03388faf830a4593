//! Memory on the stack for vectors.

/// So placed that no vector in it lies across two cache lines.
///
/// A function that has one aligns its whole frame. Without it the registers that are spilled there
/// lie as the caller's stack happens to be, and the passes of a row took up to twice as long.
#[repr(align(64))]
pub(super) struct Aligned<T>(pub(super) T);
