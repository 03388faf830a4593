//! Softmax of rows that come in blocks: any division of a row gives what the whole row gives.
#![allow(clippy::cast_precision_loss)] // widths are small

use activations::{Isa, LogSumExp, OnlineSoftmax, RowActivation, RowLayout, Softmax};
use activations_testing::{
    bits,
    families::{self, FAMILIES, Numbers},
    oracle::exact,
    ulp::ulps,
};
use proptest::prelude::*;

const INF: f32 = f32::INFINITY;
const NAN: f32 = f32::NAN;

/// A state that has taken `scores` in blocks of lengths from 0 to `longest`, and the sum of the
/// weighted `values`, of which each score has as many as there are elements in the sum.
fn taken(scores: &[f32], values: &[f32], longest: usize, seed: u64) -> (OnlineSoftmax, Vec<f32>) {
    let mut numbers = Numbers::new(seed);
    let width = values.len() / scores.len().max(1);
    let (mut state, mut sum) = (OnlineSoftmax::new(), vec![0.0; width]);
    let mut rest = 0..scores.len();
    while !rest.is_empty() {
        let len = ((numbers.uniform() * (longest + 1) as f64) as usize).min(rest.len());
        let block = rest.start..rest.start + len;
        let mut weights = scores[block.clone()].to_vec();
        state.update(&mut weights, &mut sum);
        for (j, weight) in block.zip(weights) {
            for (sum, value) in sum.iter_mut().zip(&values[j * width..]) {
                *sum += weight * value;
            }
        }
        rest.start += len;
    }
    (state, sum)
}

/// Maxima within which the state is scaled by powers of two alone.
fn is_plain(row: &[f32]) -> bool {
    Isa::active() != Isa::Baseline && row.iter().all(|x| x.abs() < 65536.0 || *x == -INF)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn any_division_into_blocks_gives_the_bits_of_the_whole_row(
        seed: u64,
        n in 1_usize..300,
        longest in 1_usize..100,
        family in 0..FAMILIES,
    ) {
        let x = families::matrix(family, seed, n, 1);
        let mut numbers = Numbers::new(seed);
        let values: Vec<f32> = (0..3 * n).map(|_| numbers.normal() as f32).collect();
        let (whole, whole_sum) = taken(&x, &values, n, seed);
        let (state, sum) = taken(&x, &values, longest, seed);
        let (mut y, mut expected) = (sum.clone(), whole_sum.clone());
        let (log, expected_log) = (state.finish(&mut y), whole.finish(&mut expected));
        if is_plain(&x) {
            prop_assert_eq!(bits(&y), bits(&expected));
            let (mut softmax, mut log_sum_exp) = (x.clone(), [0.0]);
            Softmax::new().strided_with_log_sum_exps(&mut softmax, &mut log_sum_exp, RowLayout { cols: n, stride: n });
            prop_assert_eq!(bits(&[log]), bits(&log_sum_exp));
        }
        check_accuracy(&x, &values, &y, log);
        check_accuracy(&x, &values, &expected, expected_log);
    }

    #[test]
    fn merged_states_are_as_one(seed: u64, n in 2_usize..200, at in 0.0_f64..1.0, family in 0..FAMILIES) {
        let x = families::matrix(family, seed, n, 1);
        let mut numbers = Numbers::new(seed);
        let values: Vec<f32> = (0..2 * n).map(|_| numbers.normal() as f32).collect();
        let at = (at * n as f64) as usize;
        let (first, first_sum) = taken(&x[..at], &values[..2 * at], 40, seed);
        let (second, second_sum) = taken(&x[at..], &values[2 * at..], 40, seed);
        // Of no scores there is no sum.
        let first_sum = if at == 0 { vec![0.0; 2] } else { first_sum };
        let (mut state, mut sum) = (first, first_sum.clone());
        state.merge(&mut sum, &second, &second_sum);
        let (mut turned, mut turned_sum) = (second, second_sum);
        turned.merge(&mut turned_sum, &first, &first_sum);
        let log = state.finish(&mut sum);
        prop_assert_eq!(bits(&[log]), bits(&[turned.finish(&mut turned_sum)]));
        prop_assert_eq!(bits(&sum), bits(&turned_sum));
        check_accuracy(&x, &values, &sum, log);
    }
}

/// Asserts that `y` is the mean of the values and `log` the log-sum-exp, to the accuracy of f32
/// sums.
fn check_accuracy(x: &[f32], values: &[f32], y: &[f32], log: f32) {
    let exact = exact(x);
    for (i, &y) in y.iter().enumerate() {
        let terms = exact.softmax.iter().zip(values[i..].iter().step_by(y_len(values, x)));
        let (mean, size) = terms.fold((0.0, 0.0), |(mean, size), (p, &value)| {
            (mean + p * f64::from(value), size + p * f64::from(value).abs())
        });
        let limit = size * (x.len() as f64 + 8.0) * f64::from(f32::EPSILON);
        assert!((f64::from(y) - mean).abs() <= limit, "{y:e} for {mean:e}, {x:?}");
    }
    let near = (f64::from(log) - exact.log_sum_exp).abs() <= 2.5e-7;
    assert!(
        near || ulps(log, exact.log_sum_exp) <= 1.0,
        "{log:e} for {:e}, {x:?}",
        exact.log_sum_exp
    );
}

fn y_len(values: &[f32], x: &[f32]) -> usize {
    values.len() / x.len()
}

#[test]
fn weights_of_a_row_in_one_block_become_its_softmax() {
    for n in [1, 5, 16, 33, 1000] {
        let x = families::matrix(0, n as u64, n, 1);
        let (mut y, mut expected) = (x.clone(), x);
        let mut state = OnlineSoftmax::new();
        state.update(&mut y, &mut []);
        state.finish(&mut y);
        Softmax::new().rows(&mut expected, n);
        let normal =
            |y: &[f32]| y.iter().map(|&y| if y < 1e-30 { 0.0 } else { y }).collect::<Vec<_>>();
        assert_eq!(normal(&y), normal(&expected));
    }
}

#[test]
fn empty_states_are_neutral() {
    let scores = [0.5, -2.0, 3.0];
    let values = [1.0, 2.0, 3.0];
    let (state, sum) = taken(&scores, &values, 3, 1);
    let (mut merged, mut merged_sum) = (OnlineSoftmax::new(), vec![0.0]);
    merged.merge(&mut merged_sum, &state, &sum);
    assert_eq!((merged, &merged_sum), (state, &sum));
    merged.merge(&mut merged_sum, &OnlineSoftmax::new(), &[0.0]);
    assert_eq!((merged, &merged_sum), (state, &sum));
    merged.update(&mut [], &mut merged_sum);
    assert_eq!((merged, &merged_sum), (state, &sum));

    let mut sum = [7.0];
    assert_eq!(OnlineSoftmax::new().finish(&mut sum), -INF);
    assert_eq!(sum, [0.0]);
    let mut state = OnlineSoftmax::default();
    let mut scores = [-INF; 20];
    state.update(&mut scores, &mut sum);
    assert_eq!(scores, [0.0; 20]);
    assert_eq!(state.finish(&mut sum), -INF);
    // Later scores count all the same.
    let mut scores = [2.0];
    state.update(&mut scores, &mut sum);
    sum[0] += scores[0] * 5.0;
    assert_eq!(state.finish(&mut sum), 2.0);
    assert_eq!(sum, [5.0]);
}

#[test]
fn a_nan_stays_whatever_comes_after_it() {
    for special in [NAN, INF] {
        for later in [-1e30, 0.0, 1e5, 1e30] {
            for at in [0, 3, 17] {
                let mut scores = [0.0; 18];
                scores[at] = special;
                let (mut state, mut sum) = (OnlineSoftmax::new(), [0.0]);
                state.update(&mut scores, &mut sum);
                let with = state;
                state.update(&mut [later; 5], &mut sum);
                assert!(state.finish(&mut sum).is_nan() && sum[0].is_nan(), "{special}, {later}");
                let mut other = OnlineSoftmax::new();
                other.update(&mut [later], &mut [0.0]);
                other.merge(&mut [0.0], &with, &[0.0]);
                assert!(other.finish(&mut [0.0]).is_nan(), "{special}, {later}");
            }
        }
    }
    let mut state = OnlineSoftmax::new();
    state.update(&mut [-INF, NAN], &mut []);
    assert!(state.finish(&mut []).is_nan());
}

#[test]
fn the_log_sum_exp_is_that_of_all_scores() {
    let x = families::matrix(1, 3, 700, 1);
    let (state, mut sum) = taken(&x, &x, 50, 4);
    let mut expected = [0.0];
    LogSumExp::new().rows_into(&x, &mut expected, 700);
    assert!((state.finish(&mut sum) - expected[0]).abs() <= expected[0].abs() * f32::EPSILON);
}

#[cfg(panic = "unwind")]
#[test]
#[should_panic(expected = "the accumulator has 2 elements, the other has 3")]
fn accumulators_of_different_lengths_panic() {
    OnlineSoftmax::new().merge(&mut [0.0; 2], &OnlineSoftmax::new(), &[0.0; 3]);
}
