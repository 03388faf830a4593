//! Arrays that real networks handed to their activation functions: `tests/data`.

use crate::npy::Header;

/// Attention scores. A row holds those of one query of an attention head.
pub const SCORES: &[u8] = include_bytes!("../../../tests/data/minilm_attention_scores.npy");
/// Inputs of the activation in a feed-forward block. A row holds those of one token.
pub const FEED_FORWARD: &[u8] = include_bytes!("../../../tests/data/minilm_feed_forward.npy");

/// Returns the elements of an array and the length of its rows.
pub fn capture(mut npy: &[u8]) -> (Vec<f32>, usize) {
    let header = Header::read(&mut npy).expect("a header");
    let elements = npy.as_chunks().0.iter().map(|&bytes| f32::from_le_bytes(bytes));
    (elements.collect(), *header.shape.last().expect("an axis"))
}
