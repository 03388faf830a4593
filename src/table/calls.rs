//! Calls of PReLU, of the training step of RReLU, of softmax with more than rows, and of the online
//! state.

use crate::{
    at::At,
    isa::Isa,
    math::threefry::RandomStream,
    ops::{BroadcastPRelu, PRelu, RRelu},
    rows::{OnlineSoftmax, RowLayout, Softmax, SoftmaxOptions},
};

/// Of the channels of PReLU.
pub(super) const SLOPES: [f32; 5] = [0.25, 0.0, -0.5, 3.0, 1.0];
/// The elements of a channel that lie together.
const INNER: usize = 3;
/// The elements of all channels.
pub(super) const CHANNELS: usize = SLOPES.len() * INNER;
/// The slopes of `[n, 2, 3, 5]` whose shape is `[2, 1, 5]`.
pub(super) const BROADCAST: [f32; 10] = [0.25, 0.0, -0.5, 3.0, 1.0, 0.125, -1.0, 0.75, 2.0, 0.01];
pub(super) const UNIT: usize = 2 * 3 * 5;
/// The length of a row.
pub(super) const COLS: usize = 12;
/// Of a row.
const MASK: [f32; COLS] =
    [0.5, 0.5, 0.5, f32::NEG_INFINITY, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, -1e3];
/// The length of the accumulator beside the online state.
pub(super) const WIDTH: usize = 2;
/// The blocks in which scores come to the online state, again and again.
const BLOCKS: [usize; 5] = [7, 1, 40, 16, 100];

pub(super) fn at<Op>(isa: Isa, operation: Op) -> At<Op> {
    At::new(isa, operation).expect("a level of this machine")
}

fn halves(src: &[f32]) -> (&[f32], &[f32]) {
    src.split_at(src.len() / 2)
}

const fn shape(elements: usize) -> [usize; 3] {
    [elements / CHANNELS, SLOPES.len(), INNER]
}

/// From x to y.
pub fn prelu_apply(isa: Isa, src: &[f32], dst: &mut [f32]) {
    at(isa, PRelu { slopes: &SLOPES }).apply_into(src, dst, shape(src.len()));
}

/// From x and dy to dx.
pub fn prelu_backward(isa: Isa, src: &[f32], dst: &mut [f32]) {
    let (x, dy) = halves(src);
    at(isa, PRelu { slopes: &SLOPES }).backward(x, dy, dst, shape(x.len()));
}

/// From x and dy to the gradients of the slopes.
pub fn prelu_slopes_backward(isa: Isa, src: &[f32], dst: &mut [f32]) {
    let (x, dy) = halves(src);
    at(isa, PRelu { slopes: &SLOPES }).slopes_backward(x, dy, dst, shape(x.len()));
}

fn broadcast(isa: Isa, elements: usize) -> At<BroadcastPRelu<'static>> {
    at(isa, PRelu { slopes: &BROADCAST }.broadcast(&[elements / UNIT, 2, 3, 5], &[2, 1, 5]))
}

/// From x to y.
pub fn broadcast_prelu_apply(isa: Isa, src: &[f32], dst: &mut [f32]) {
    broadcast(isa, src.len()).apply_into(src, dst);
}

/// From x and dy to dx.
pub fn broadcast_prelu_backward(isa: Isa, src: &[f32], dst: &mut [f32]) {
    let (x, dy) = halves(src);
    broadcast(isa, x.len()).backward(x, dy, dst);
}

/// From x and dy to the gradients of the slopes.
pub fn broadcast_prelu_slopes_backward(isa: Isa, src: &[f32], dst: &mut [f32]) {
    let (x, dy) = halves(src);
    broadcast(isa, x.len()).slopes_backward(x, dy, dst);
}

/// From x to y and the slopes that were drawn.
pub fn rrelu_train(isa: Isa, src: &[f32], dst: &mut [f32]) {
    let (y, slopes) = dst.split_at_mut(src.len());
    let stream = RandomStream { seed: 0x0123_4567_89ab_cdef, offset: 5 };
    at(isa, RRelu::default()).train_into(src, y, slopes, stream);
}

/// From slopes and dy to dx.
pub fn rrelu_backward_from_slopes(isa: Isa, src: &[f32], dst: &mut [f32]) {
    let (slopes, dy) = halves(src);
    at(isa, RRelu::default()).backward_from_slopes(slopes, dy, dst);
}

/// From scores to their softmax, and the log-sum-exp of each row.
pub fn softmax_with_log_sum_exps(isa: Isa, src: &[f32], dst: &mut [f32]) {
    let (y, log_sum_exps) = dst.split_at_mut(src.len());
    y.copy_from_slice(src);
    let layout = RowLayout::contiguous(COLS);
    at(isa, Softmax::new()).strided_with_log_sum_exps(y, log_sum_exps, layout);
}

/// From scores to logits.
pub fn softmax_options_logits_into(isa: Isa, src: &[f32], dst: &mut [f32]) {
    let options = SoftmaxOptions::new().scale(0.3).temperature(0.7).soft_cap(20.0).mask(&MASK);
    at(isa, options).logits_into(src, dst, COLS);
}

/// From scores to their weights, the weighted sums of some values, and the log-sum-exp.
pub fn online_softmax_update(isa: Isa, src: &[f32], dst: &mut [f32]) {
    let (weights, rest) = dst.split_at_mut(src.len());
    let (state, mut sums) = taken(isa, src, weights);
    rest[WIDTH] = state.finish(&mut sums);
    rest[..WIDTH].copy_from_slice(&sums);
}

/// The same for two rows that become one.
pub fn online_softmax_merge(isa: Isa, src: &[f32], dst: &mut [f32]) {
    let (weights, rest) = dst.split_at_mut(src.len());
    let (first, second) = halves(src);
    let (of_first, of_second) = weights.split_at_mut(first.len());
    let (mut state, mut sums) = taken(isa, first, of_first);
    let (other, of_other) = taken(isa, second, of_second);
    state.operation.merge(&mut sums, &other.operation, &of_other);
    rest[WIDTH] = state.finish(&mut sums);
    rest[..WIDTH].copy_from_slice(&sums);
}

/// The state that has taken the scores in blocks, and the sums.
fn taken(isa: Isa, scores: &[f32], weights: &mut [f32]) -> (At<OnlineSoftmax>, [f32; WIDTH]) {
    let (mut state, mut sums) = (at(isa, OnlineSoftmax::new()), [0.0; WIDTH]);
    weights.copy_from_slice(scores);
    let mut rest = weights;
    for len in BLOCKS.into_iter().cycle() {
        if rest.is_empty() {
            break;
        }
        let (block, after) = rest.split_at_mut(len.min(rest.len()));
        state.update(block, &mut sums);
        for (i, weight) in block.iter().enumerate() {
            sums[i % WIDTH] += weight;
        }
        rest = after;
    }
    (state, sums)
}
