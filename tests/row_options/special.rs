//! Options whose results are stated outright: what counts for nothing, what is infinite, and the
//! temperature 0.

use activations::{
    Causal, EmptyRow, InfiniteLogits, LogSoftmax, LogSumExp, RowActivation, Softmax, SoftmaxOptions,
};
use activations_testing::{bits, families::Numbers};

const INF: f32 = f32::INFINITY;
const NAN: f32 = f32::NAN;

/// Softmax of `x`, a row, in each form; they must agree.
#[track_caller]
fn softmax(options: SoftmaxOptions<'_>, x: &[f32]) -> Vec<f32> {
    let mut y = x.to_vec();
    Softmax::with(options).rows(&mut y, x.len());
    // The same vector as each of three columns.
    let columns: Vec<f32> = x.iter().flat_map(|&x| [x; 3]).collect();
    let mut along = vec![0.0; columns.len()];
    if options.causal.is_none() {
        Softmax::with(options).axis_into(&columns, &mut along, [1, x.len(), 3]);
        assert_eq!(
            bits(&y),
            bits(&along.iter().copied().step_by(3).collect::<Vec<_>>()),
            "along an axis"
        );
    }
    y
}

/// That softmax gives `expected`, and log-softmax its logarithm.
#[track_caller]
fn assert_softmax(softmax_of: Softmax<'_>, x: &[f32], expected: &[f32]) {
    let y = softmax(softmax_of.options, x);
    assert_eq!(bits(&y), bits(expected), "softmax of {x:?}: {y:?}, {:?}", softmax_of.options);
    let mut log = x.to_vec();
    LogSoftmax::with(softmax_of.options).rows(&mut log, x.len());
    for (&log, &y) in log.iter().zip(expected) {
        let right = if y.is_nan() { log.is_nan() } else { (log.exp() - y).abs() < 1e-6 };
        assert!(right, "log-softmax of {x:?}: {log} for the logarithm of {y}");
    }
}

#[test]
fn rows_without_an_entry_that_counts_give_what_the_caller_chose() {
    const OUT: [bool; 1] = [false];
    for n in [1, 2, 5, 16, 33, 100, 1500] {
        let (empty, zeros, nans) = (vec![-INF; n], vec![0.0; n], vec![NAN; n]);
        let uniform = vec![1.0 / n as f32; n];
        let with_nan: Vec<f32> = (0..n).map(|i| if i == n / 2 { NAN } else { -INF }).collect();
        let hidden = vec![false; n];
        for (policy, expected) in
            [(EmptyRow::Nan, &nans), (EmptyRow::Zeros, &zeros), (EmptyRow::Uniform, &uniform)]
        {
            let softmax = Softmax::new().empty_rows(policy);
            assert_softmax(softmax, &empty, expected);
            assert_softmax(softmax.temperature(0.0), &empty, expected);
            assert_softmax(softmax.keep(&hidden), &with_nan, expected);
            assert_softmax(softmax.causal(Causal::new().offset(-5)), &with_nan, expected);
            assert_softmax(softmax.mask(&empty), &zeros, expected);
            // A NaN that is read, and a sink that takes all.
            assert_softmax(softmax, &with_nan, &nans);
            assert_softmax(softmax.sink(-3.0), &empty, &zeros);
            assert_softmax(softmax.sink(-INF), &empty, expected);
            assert_softmax(softmax.sink(NAN), &empty, &nans);
        }
        let mut y = [0.0];
        LogSumExp::new().mask(&empty).rows_into(&zeros, &mut y, n);
        assert_eq!(y, [-INF]);
    }
    // One row for all stands for one entry here.
    let mut x = [1.0, 2.0_f32];
    Softmax::new().keep(&OUT).empty_rows(EmptyRow::Zeros).rows(&mut x, 1);
    assert_eq!(x, [0.0; 2]);
}

#[test]
fn infinite_logits_give_what_the_caller_chose() {
    let shared = Softmax::new().infinite_logits(InfiniteLogits::Shared);
    assert_softmax(Softmax::new(), &[1.0, INF, -INF], &[NAN; 3]);
    assert_softmax(shared, &[1.0, INF, -INF], &[0.0, 1.0, 0.0]);
    assert_softmax(shared, &[INF, INF, 3.0, 5.0], &[0.5, 0.5, 0.0, 0.0]);
    assert_softmax(shared, &[INF, NAN, 3.0], &[NAN; 3]);
    assert_softmax(shared.sink(INF), &[INF, 1.0], &[0.5, 0.0]);
    assert_softmax(shared.sink(INF), &[2.0, 1.0], &[0.0, 0.0]);
    assert_softmax(shared.sink(1e30), &[INF, 1.0], &[1.0, 0.0]);
    assert_softmax(shared.soft_cap(2.0), &[INF, INF], &[0.5, 0.5]);
    assert_softmax(shared.keep(&[true, false]), &[1.0, INF], &[1.0, 0.0]);
    for n in [20, 50, 300] {
        let x: Vec<f32> = (0..n).map(|i| if i % 5 == 0 { INF } else { i as f32 }).collect();
        let expected: Vec<f32> =
            (0..n).map(|i| if i % 5 == 0 { 5.0 / n as f32 } else { 0.0 }).collect();
        assert_softmax(shared, &x, &expected);
    }
}

#[test]
fn the_temperature_0_leaves_the_first_of_the_largest_entries() {
    let cold = Softmax::new().temperature(0.0);
    assert_eq!(cold, Softmax::new().temperature(-0.0));
    assert_softmax(cold, &[1.0, 3.0, 3.0, -INF], &[0.0, 1.0, 0.0, 0.0]);
    assert_softmax(cold, &[-2.0, -5.0], &[1.0, 0.0]);
    assert_softmax(cold.mask(&[0.0, -INF, -7.0]), &[1.0, 3.0, 2.0], &[0.0, 0.0, 1.0]);
    assert_softmax(cold.keep(&[true, false, true]), &[1.0, NAN, 2.0], &[0.0, 0.0, 1.0]);
    assert_softmax(cold.sink(10.0).soft_cap(1.0), &[1.0, 2.0], &[0.0, 1.0]);
    assert_softmax(cold, &[1.0, NAN], &[NAN; 2]);
    assert_softmax(cold, &[1.0, INF], &[NAN; 2]);
    assert_softmax(
        cold.infinite_logits(InfiniteLogits::Shared),
        &[1.0, INF, INF],
        &[0.0, 1.0, 0.0],
    );
    // The first of the smallest.
    assert_softmax(cold.scale(-1.0), &[1.0, -3.0, -3.0], &[0.0, 1.0, 0.0]);
    // An infinite scale is a factor like any other.
    assert_softmax(Softmax::new().scale(INF), &[1.0, 0.0], &[NAN; 2]);
    // The log-sum-exp has infinite results.
    for (scale, expected) in [(INF, INF), (-INF, -INF), (3e38, INF)] {
        let mut y = [0.0];
        LogSumExp::new().scale(scale).rows_into(&[1.0, 2.0], &mut y, 2);
        assert_eq!(y, [expected]);
    }
    for n in [17, 33, 1100] {
        let x: Vec<f32> = (0..n).map(|i| if i == n - 1 { 2.0 } else { 1.0 }).collect();
        let expected: Vec<f32> = (0..n).map(|i| if i == n - 1 { 1.0 } else { 0.0 }).collect();
        assert_softmax(cold, &x, &expected);
    }
}

#[test]
fn scores_beyond_the_range_reach_the_limit() {
    for temperature in [1e-38, 2.9e-39, 1e-45, 1e-37] {
        let cold = Softmax::new().temperature(temperature);
        assert_softmax(cold, &[10.0, 20.0], &[0.0, 1.0]);
        assert_softmax(cold, &[-10.0, -20.0], &[1.0, 0.0]);
        assert_softmax(cold, &[20.0, 10.0, 20.0], &[0.5, 0.0, 0.5]);
        assert_softmax(cold, &[20.0, -INF], &[1.0, 0.0]);
        assert_softmax(cold.mask(&[0.0, -INF]), &[10.0, 20.0], &[1.0, 0.0]);
        assert_softmax(cold.keep(&[true, false]), &[10.0, 20.0], &[1.0, 0.0]);
        assert_softmax(cold.sink(1.0), &[10.0, 20.0], &[0.0, 1.0]);
        assert_softmax(cold.sink(1.0), &[-10.0, -20.0], &[0.0, 0.0]);
        let shared = cold.infinite_logits(InfiniteLogits::Shared);
        assert_softmax(shared, &[10.0, 20.0], &[0.0, 1.0]);
        assert_softmax(shared, &[INF, 20.0, INF], &[0.5, 0.0, 0.5]);
        assert_softmax(cold, &[INF, 20.0], &[NAN; 2]);
        assert_softmax(cold, &[NAN, 20.0], &[NAN; 2]);
        assert_softmax(shared.sink(INF), &[10.0, 20.0], &[0.0, 0.0]);
    }
    let large = Softmax::new().scale(1e38);
    assert_softmax(large, &[10.0, 20.0], &[0.0, 1.0]);
    assert_softmax(large.scale(-1e38), &[10.0, 20.0], &[1.0, 0.0]);
    // The factor is 1, though the product leaves the range on the way.
    assert_softmax(large.temperature(1e38), &[20.0, 20.0], &[0.5, 0.5]);
    for n in [17, 100, 1500] {
        let x: Vec<f32> = (0..n).map(|i| i as f32).collect();
        let expected: Vec<f32> = (0..n).map(|i| if i == n - 1 { 1.0 } else { 0.0 }).collect();
        assert_softmax(large, &x, &expected);
        let y = softmax(large.soft_cap(2.0).options, &vec![-1e30; n]);
        assert_eq!(y, vec![1.0 / n as f32; n]);
    }
}

#[test]
fn a_temperature_divides() {
    let mut numbers = Numbers::new(3);
    for temperature in [0.7, 3.0, 1.0 / 3.0, 1e-3, 8.0, -0.1, INF] {
        let x: Vec<f32> = (0..150).map(|_| numbers.normal() as f32 * 10.0).collect();
        let divided: Vec<f32> = x.iter().map(|x| x / temperature).collect();
        let expected = softmax(SoftmaxOptions::default(), &divided);
        let y = softmax(Softmax::new().temperature(temperature).options, &x);
        assert_eq!(bits(&y), bits(&expected), "temperature {temperature}");
        let scaled: Vec<f32> = x.iter().map(|x| x * 0.3 / temperature).collect();
        let expected = softmax(SoftmaxOptions::default(), &scaled);
        let y = softmax(Softmax::new().temperature(temperature).scale(0.3).options, &x);
        assert_eq!(bits(&y), bits(&expected), "scale, temperature {temperature}");
    }
}

#[test]
fn a_soft_cap_after_the_mask_keeps_excluded_scores_excluded() {
    let (scores, mask) = ([3.0, 100.0, 2.0, 1.0], [0.0, -INF, 200.0, -200.0]);
    let capped = |t: f32| 5.0 * f64::from(t / 5.0).tanh() as f32;
    let logits = [capped(3.0), -INF, capped(202.0), capped(-199.0)];
    let mut t = [7.0; 4];
    let softmax_of = Softmax::new().mask(&mask).soft_cap(5.0).soft_cap_after_mask();
    softmax_of.options.logits_into(&scores, &mut t, 4);
    assert!(
        t.iter().zip(logits).all(|(t, logit)| *t == logit || (t - logit).abs() < 1e-6),
        "{t:?}"
    );
    let y = softmax(softmax_of.options, &scores);
    assert!(y[1] == 0.0 && y[3] > 0.0 && y[2] > y[0], "{y:?}");
}

#[test]
fn an_excluded_score_stays_excluded_under_a_soft_cap() {
    for n in [2, 20, 40, 300] {
        let mut scores: Vec<f32> = (0..n).map(|i| if i == 1 { -INF } else { i as f32 }).collect();
        let keep: Vec<bool> = (0..n).map(|i| i != 1).collect();
        let (mut expected, softmax) = (scores.clone(), Softmax::new().soft_cap(30.0));
        softmax.keep(&keep).rows(&mut expected, n);
        softmax.rows(&mut scores, n);
        assert_eq!(bits(&scores), bits(&expected));
        assert!(scores[1] == 0.0 && scores[0] > 0.0, "{scores:?}");
    }
}

#[test]
fn masked_entries_are_0_and_their_values_do_not_matter() {
    for n in [3, 18, 40, 1200] {
        let mut numbers = Numbers::new(n as u64);
        let keep: Vec<bool> = (0..n).map(|i| i == 1 || numbers.uniform() < 0.5).collect();
        let x: Vec<f32> = (0..n).map(|_| numbers.normal() as f32).collect();
        let other = |special: f32| -> Vec<f32> {
            x.iter().zip(&keep).map(|(&x, &keep)| if keep { x } else { special }).collect()
        };
        let softmax_of = Softmax::new().keep(&keep);
        let y = softmax(softmax_of.options, &x);
        assert!(y.iter().zip(&keep).all(|(&y, &keep)| keep || y.to_bits() == 0));
        for special in [NAN, INF, -INF, f32::MAX] {
            assert_eq!(bits(&y), bits(&softmax(softmax_of.options, &other(special))));
        }
    }
}
