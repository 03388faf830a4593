//! Rows as those whose logits are written.

/// Rows of a call, one after the other.
pub(in crate::rows) struct Rows<'a> {
    /// The index of the first row in the call.
    pub(in crate::rows) first: usize,
    /// The index of the first entry in each row.
    pub(in crate::rows) start: usize,
    pub(in crate::rows) cols: usize,
    /// The entries and the stride of rows, or `None` if they are where their logits go.
    pub(in crate::rows) x: Option<(&'a [f32], usize)>,
    /// Where the logits go, and the stride. The slice ends with the last row.
    pub(in crate::rows) y: (&'a mut [f32], usize),
}
