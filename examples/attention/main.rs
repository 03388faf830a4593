//! Attention over blocks of keys, with the softmax of whole rows and with the online softmax.
//!
//! ```text
//! cargo run --release --example attention
//! ```
//!
//! The scores are those of four heads of a real network (`tests/data`), the values normal numbers.
//! Three ways to the result: the softmax of each whole row and then the product; blocks of keys
//! through one state a query; and two halves of the keys, each with its own states, merged, as two
//! threads would do it.
#![allow(clippy::cast_precision_loss)]

use activations::{LogSumExp, OnlineSoftmax, RowActivation, Softmax};
use activations_testing::{
    capture::{SCORES, capture},
    normal,
};
use comfy_table::{CellAlignment::Right, Table, presets::ASCII_MARKDOWN};
use std::{hint::black_box, time::Instant};

/// Elements of a value.
const WIDTH: usize = 32;
/// Keys of a block.
const BLOCK: usize = 32;
const ROUNDS: usize = 101;

/// Scores of queries and keys, and a value for each key.
struct Attention {
    scores: Vec<f32>,
    keys: usize,
    values: Vec<f32>,
}

/// What attention gives: a mean of values for each query, and the log-sum-exps of its scores.
#[derive(Clone, PartialEq)]
struct Output {
    means: Vec<f32>,
    log_sum_exps: Vec<f32>,
}

impl Attention {
    fn queries(&self) -> usize {
        self.scores.len() / self.keys
    }

    /// All weights of a query at once.
    fn over_rows(&self, output: &mut Output) {
        let mut weights = self.scores.clone();
        Softmax::new().rows(&mut weights, self.keys);
        LogSumExp::new().rows_into(&self.scores, &mut output.log_sum_exps, self.keys);
        for (mean, weights) in
            output.means.chunks_exact_mut(WIDTH).zip(weights.chunks_exact(self.keys))
        {
            mean.fill(0.0);
            self.add(mean, weights, 0);
        }
    }

    /// No more weights of a query at a time than there are keys in a block.
    fn over_blocks(&self, output: &mut Output) {
        for (query, mean) in output.means.chunks_exact_mut(WIDTH).enumerate() {
            mean.fill(0.0);
            let state = self.take(query, 0..self.keys, mean);
            output.log_sum_exps[query] = state.finish(mean);
        }
    }

    /// Two states a query, each for half of the keys.
    fn over_halves(&self, output: &mut Output) {
        for (query, mean) in output.means.chunks_exact_mut(WIDTH).enumerate() {
            mean.fill(0.0);
            let mut other_mean = [0.0; WIDTH];
            let mut state = self.take(query, 0..self.keys / 2, mean);
            let other = self.take(query, self.keys / 2..self.keys, &mut other_mean);
            state.merge(mean, &other, &other_mean);
            output.log_sum_exps[query] = state.finish(mean);
        }
    }

    fn take(&self, query: usize, keys: std::ops::Range<usize>, sum: &mut [f32]) -> OnlineSoftmax {
        let mut state = OnlineSoftmax::new();
        for first in keys.clone().step_by(BLOCK) {
            let end = keys.end.min(first + BLOCK);
            let mut block = [0.0; BLOCK];
            let weights = &mut block[..end - first];
            weights.copy_from_slice(&self.scores[query * self.keys..][first..end]);
            state.update(weights, sum);
            self.add(sum, weights, first);
        }
        state
    }

    /// Adds the values of the keys from `first` on, weighted.
    fn add(&self, sum: &mut [f32], weights: &[f32], first: usize) {
        let values = self.values.chunks_exact(WIDTH).skip(first);
        for (weight, value) in weights.iter().zip(values) {
            for (sum, value) in sum.iter_mut().zip(value) {
                *sum += weight * value;
            }
        }
    }

    fn empty(&self) -> Output {
        Output { means: vec![0.0; self.queries() * WIDTH], log_sum_exps: vec![0.0; self.queries()] }
    }
}

type Way = (&'static str, fn(&Attention, &mut Output));

const WAYS: [Way; 3] = [
    ("whole rows", Attention::over_rows),
    ("blocks of 32 keys", Attention::over_blocks),
    ("two halves, merged", Attention::over_halves),
];

fn main() {
    let (scores, keys) = capture(SCORES);
    let attention = Attention { scores, keys, values: normal(keys * WIDTH) };
    let mut outputs = WAYS.map(|_| attention.empty());
    let mut rounds = WAYS.map(|_| vec![0.0; ROUNDS]);
    for round in 0..ROUNDS {
        for (((_, way), output), rounds) in WAYS.iter().zip(&mut outputs).zip(&mut rounds) {
            let start = Instant::now();
            way(black_box(&attention), black_box(output));
            rounds[round] = start.elapsed().as_secs_f64() * 1e6;
        }
    }
    let mut table = Table::new();
    table.load_style(ASCII_MARKDOWN).set_header([
        "softmax of",
        "microseconds",
        "largest difference",
        "of log-sum-exp",
    ]);
    table.column_iter_mut().skip(1).for_each(|column| column.set_cell_alignment(Right));
    for (((name, _), output), rounds) in WAYS.iter().zip(&outputs).zip(&mut rounds) {
        let median = *rounds.select_nth_unstable_by(ROUNDS / 2, f64::total_cmp).1;
        table.add_row([
            (*name).to_owned(),
            format!("{median:.0}"),
            format!("{:.1e}", difference(&output.means, &outputs[0].means)),
            format!("{:.1e}", difference(&output.log_sum_exps, &outputs[0].log_sum_exps)),
        ]);
    }
    let queries = attention.queries();
    println!("{queries} queries, {keys} keys, values of {WIDTH} elements, one thread");
    println!("{table}");
}

/// The largest difference, as a part of the largest number.
fn difference(y: &[f32], expected: &[f32]) -> f32 {
    let largest = expected.iter().fold(0.0_f32, |m, x| m.max(x.abs()));
    y.iter().zip(expected).fold(0.0_f32, |m, (y, x)| m.max((y - x).abs())) / largest
}
