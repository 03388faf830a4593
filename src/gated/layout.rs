//! Where gate and up are in a row that has both.

/// How a row of 2 · `cols` elements holds the gates and what they multiply.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum GateLayout {
    /// The gates, then what they multiply: `[gate | up]`, as most engines fuse the projections.
    GateUp,
    /// What is multiplied, then the gates: `[up | gate]`, as `torch.nn.functional.glu` has it.
    UpGate,
    /// Pairs of a gate and what it multiplies: `gate 0, up 0, gate 1, up 1, …`, as gpt-oss has it.
    Interleaved,
}
