//! Memory on the stack for vectors.

/// Aligned to a cache line, so that no vector straddles two of them.
///
/// A function with such a local aligns its whole frame. Otherwise the alignment of its spilled
/// registers depends on the caller's stack, and the passes of a row took up to twice as long.
#[repr(align(64))]
pub(super) struct Aligned<T>(pub(super) T);
