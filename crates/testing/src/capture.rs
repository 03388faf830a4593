//! Arrays that real networks handed to their activation functions: `tests/data`.

use crate::npy::Header;

/// Attention scores. A row holds those of one query of an attention head.
pub const SCORES: &[u8] = include_bytes!("../../../tests/data/minilm_attention_scores.npy");
/// Inputs of the activation in a feed-forward block. A row holds those of one token.
pub const FEED_FORWARD: &[u8] = include_bytes!("../../../tests/data/minilm_feed_forward.npy");
/// Sums of the gates of an LSTM, a frame after the other: 128 of the input gate, 128 of the forget
/// gate, 128 of the output gate, and one number that is not the LSTM's.
pub const LSTM_SIGMOID: &[u8] = include_bytes!("../../../tests/data/silero_sigmoid_inputs.npy");
/// What the same LSTM takes the tanh of: 128 sums of the candidate, and 128 new memories.
pub const LSTM_TANH: &[u8] = include_bytes!("../../../tests/data/silero_tanh_inputs.npy");

/// Returns the elements of an array and the length of its rows.
pub fn capture(mut npy: &[u8]) -> (Vec<f32>, usize) {
    let header = Header::read(&mut npy).expect("a header");
    let elements = npy.as_chunks().0.iter().map(|&bytes| f32::from_le_bytes(bytes));
    (elements.collect(), *header.shape.last().expect("an axis"))
}
