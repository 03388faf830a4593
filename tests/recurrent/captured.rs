//! The LSTM of a voice detector, as an engine ran it in f32 on nine seconds of speech.

use activations::{At, Exact, Fast, Isa, LstmCell, LstmOrder};
use activations_testing::capture::{LSTM_SIGMOID, LSTM_TANH, capture};

const FRAMES: usize = 283;
const SIZE: usize = 128;

/// The sums of the gates of a frame in the order i, f, c, o, and the new memory.
fn frames() -> Vec<(Vec<f32>, Vec<f32>)> {
    let [(sigmoid, _), (tanh, _)] = [LSTM_SIGMOID, LSTM_TANH].map(capture);
    let frames: Vec<_> = sigmoid
        .chunks_exact(3 * SIZE + 1)
        .zip(tanh.chunks_exact(2 * SIZE))
        .map(|(sigmoid, tanh)| {
            let (candidate, memory) = tanh.split_at(SIZE);
            let (input_and_forget, output) = sigmoid[..3 * SIZE].split_at(2 * SIZE);
            ([input_and_forget, candidate, output].concat(), memory.to_vec())
        })
        .collect();
    assert_eq!(frames.len(), FRAMES);
    frames
}

/// Asserts that memories differ by roundings only, those of the engine and our own.
#[track_caller]
fn assert_near(what: &str, frame: usize, tolerance: f32, got: &[f32], captured: &[f32]) {
    for (got, captured) in got.iter().zip(captured) {
        let near = (got - captured).abs() <= tolerance * (1.0 + captured.abs());
        assert!(near, "{what}, frame {frame}: {got:e}, captured {captured:e}");
    }
}

/// The network begins with a memory of zeros and is never reset. Relative to 1 + |c'|, the
/// tolerance is 4 · 2^-23 for a step from the captured memory. It is 16 · 2^-23 over all frames,
/// where the forget gate carries errors on.
#[test]
fn the_memories_of_a_captured_network_come_out() {
    const ULP: f32 = f32::EPSILON;
    let lstm = LstmCell::new(LstmOrder::Ifco);
    let frames = frames();
    for isa in Isa::available() {
        let mut own = [[0.0; SIZE]; 3];
        let mut captured = [0.0; SIZE];
        for (frame, (gates, memory)) in frames.iter().enumerate() {
            let mut hidden = [7.0; SIZE];
            At::new(isa, lstm).unwrap().step(gates, &mut captured, &mut hidden, SIZE);
            assert_near("one step", frame, 4.0 * ULP, &captured, memory);
            captured.copy_from_slice(memory);

            let [default, fast, exact] = &mut own;
            At::new(isa, lstm).unwrap().step(gates, default, &mut hidden, SIZE);
            At::new(isa, Fast(lstm)).unwrap().step(gates, fast, &mut hidden, SIZE);
            At::new(isa, Exact(lstm)).unwrap().step(gates, exact, &mut hidden, SIZE);
            for (tier, own) in ["default", "fast", "exact"].into_iter().zip(&own) {
                assert_near(tier, frame, 16.0 * ULP, own, memory);
            }
        }
    }
}
