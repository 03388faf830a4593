//! Many rows. The logits of short ones are made of a stream of entries.

use super::{Case, FAMILIES, check_forms, families};
use activations::{At, RowLayout, Softmax};
use activations_testing::{is_emulated, isas};

/// In an emulator each width has one of its six cases.
#[test]
fn many_rows_have_the_bits_of_each() {
    for cols in [1, 2, 3, 4, 5, 7, 8, 12, 16, 17, 24, 31, 33, 48, 63, 64, 65, 128, 300] {
        let seeds = if is_emulated() { cols % 6..cols % 6 + 1 } else { 0..6 };
        for seed in seeds {
            let count = if cols < 100 { 100 + 50 * seed } else { 40 };
            let x = families::matrix((cols + seed) % FAMILIES, seed as u64, cols, count);
            let case = Case::new((100 * cols + seed) as u64, cols, count);
            for isa in isas() {
                check_forms(isa, &case, &x, cols, seed % 2);
            }
        }
    }
}

#[test]
fn rows_that_have_a_sink_alone_have_the_log_sum_exp_of_their_sink() {
    for isa in isas() {
        for cols in [1, 5, 16, 64, 300, 3000] {
            let rows = 50;
            // Every other row has nothing else that counts.
            let mut x: Vec<f32> = vec![f32::NEG_INFINITY; rows * cols];
            x.chunks_mut(2 * cols).for_each(|rows| rows[0] = 1.0);
            let mut sums = vec![0.0_f32; rows];
            let softmax = At::new(isa, Softmax::new().sink(2.5)).expect("an available level");
            softmax.strided_with_log_sum_exps(&mut x, &mut sums, RowLayout { cols, stride: cols });
            for (row, sum) in sums.into_iter().enumerate() {
                // log(e^1 + e^2.5), or 2.5.
                let is_right =
                    if row % 2 == 0 { (sum - 2.701_413_3).abs() < 1e-6 } else { sum == 2.5 };
                assert!(is_right, "{sum} for row {row} of {cols} columns, {isa}");
            }
        }
    }
}
