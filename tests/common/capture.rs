//! Arrays that real networks handed to their activation functions: `tests/data`.

use ndarray_npy::npy::header::Header;

/// One query of an attention head a row.
pub(crate) const SCORES: &[u8] = include_bytes!("../data/minilm_attention_scores.npy");
/// One token a row.
pub(crate) const FEED_FORWARD: &[u8] = include_bytes!("../data/minilm_feed_forward.npy");

/// An array, flat, and the length of its rows.
pub(crate) fn capture(mut npy: &[u8]) -> (Vec<f32>, usize) {
    let header = Header::from_reader(&mut npy).expect("a header");
    let elements = npy.as_chunks().0.iter().map(|&bytes| f32::from_le_bytes(bytes));
    (elements.collect(), *header.shape.last().expect("an axis"))
}
