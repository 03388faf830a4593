//! Calls of gated units and recurrent cells.

use super::calls::at;
use crate::{
    gated::{ClampedSwiGlu, GatedActivation, SwiGlu},
    isa::Isa,
    recurrent::{GruCell, GruOrder, LstmCell, LstmOrder, RnnCell},
};

/// Divides a slice of `count` parts after the first `first` ones.
fn parts(src: &[f32], count: usize, first: usize) -> (&[f32], &[f32]) {
    src.split_at(src.len() / count * first)
}

fn parts_mut(dst: &mut [f32], count: usize, first: usize) -> (&mut [f32], &mut [f32]) {
    dst.split_at_mut(dst.len() / count * first)
}

fn apply(unit: &impl GatedActivation, src: &[f32], dst: &mut [f32]) {
    let (gate, up) = parts(src, 2, 1);
    unit.apply_into(gate, up, dst);
}

fn backward(unit: &impl GatedActivation, src: &[f32], dst: &mut [f32]) {
    let (gate, rest) = parts(src, 3, 1);
    let (up, dy) = parts(rest, 2, 1);
    let (d_gate, d_up) = parts_mut(dst, 2, 1);
    unit.backward(gate, up, dy, d_gate, d_up);
}

/// From gate and up to y.
pub fn swiglu_apply(isa: Isa, src: &[f32], dst: &mut [f32]) {
    apply(&at(isa, SwiGlu::default()), src, dst);
}

/// From gate, up and dy to the gradients of gate and up.
pub fn swiglu_backward(isa: Isa, src: &[f32], dst: &mut [f32]) {
    backward(&at(isa, SwiGlu::default()), src, dst);
}

/// From gate and up to y.
pub fn clamped_swiglu_apply(isa: Isa, src: &[f32], dst: &mut [f32]) {
    apply(&at(isa, ClampedSwiGlu::default()), src, dst);
}

/// From gate, up and dy to the gradients of gate and up.
pub fn clamped_swiglu_backward(isa: Isa, src: &[f32], dst: &mut [f32]) {
    backward(&at(isa, ClampedSwiGlu::default()), src, dst);
}

const LSTM: LstmCell<'_> = LstmCell::new(LstmOrder::Iofc).clip(6.0);
const GRU: GruCell = GruCell::new(GruOrder::Rzn);

/// From the gates and the memory of one row to the new memory and the new state.
pub fn lstm_cell_step(isa: Isa, src: &[f32], dst: &mut [f32]) {
    let (gates, before) = parts(src, 5, 4);
    let (cell, hidden) = parts_mut(dst, 2, 1);
    cell.copy_from_slice(before);
    at(isa, LSTM).step(gates, cell, hidden, before.len());
}

/// From the gates, the memory, and the gradients of the new state and memory, to those of the gates
/// and the memory.
pub fn lstm_cell_backward(isa: Isa, src: &[f32], dst: &mut [f32]) {
    let (gates, rest) = parts(src, 7, 4);
    let (cell, rest) = parts(rest, 3, 1);
    let (d_hidden, d_new) = parts(rest, 2, 1);
    let (d_gates, d_cell) = parts_mut(dst, 5, 4);
    d_cell.copy_from_slice(d_new);
    at(isa, LSTM).backward(gates, cell, d_hidden, d_cell, d_gates, cell.len());
}

/// From the sums of the input and the state, and the state of one row, to the new state.
pub fn gru_cell_step(isa: Isa, src: &[f32], dst: &mut [f32]) {
    let (input, rest) = parts(src, 7, 3);
    let (recurrent, hidden) = parts(rest, 4, 3);
    dst.copy_from_slice(hidden);
    at(isa, GRU).step(input, recurrent, dst, hidden.len());
}

/// From the sums, the state, and the gradient of the new state, to those of the sums and the state.
pub fn gru_cell_backward(isa: Isa, src: &[f32], dst: &mut [f32]) {
    let (input, rest) = parts(src, 8, 3);
    let (recurrent, rest) = parts(rest, 5, 3);
    let (hidden, dy) = parts(rest, 2, 1);
    let (d_input, rest) = parts_mut(dst, 7, 3);
    let (d_recurrent, d_hidden) = parts_mut(rest, 4, 3);
    d_hidden.copy_from_slice(dy);
    let size = hidden.len();
    at(isa, GRU).backward(input, recurrent, hidden, d_hidden, d_input, d_recurrent, size);
}

/// From the sums of the input and the state to the new state.
pub fn rnn_cell_step(isa: Isa, src: &[f32], dst: &mut [f32]) {
    let (input, recurrent) = parts(src, 2, 1);
    at(isa, RnnCell::default()).step(input, recurrent, dst);
}

/// From the sums and the gradient of the new state to that of the sums.
pub fn rnn_cell_backward(isa: Isa, src: &[f32], dst: &mut [f32]) {
    let (input, rest) = parts(src, 3, 1);
    let (recurrent, dy) = parts(rest, 2, 1);
    dst.copy_from_slice(dy);
    at(isa, RnnCell::default()).backward(input, recurrent, dst);
}
