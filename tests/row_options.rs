//! Functions of rows with options: scale, soft cap, masks, causal rows, sinks, and degenerate rows.
#![allow(clippy::cast_precision_loss)] // widths are small

#[path = "row_options/case.rs"]
mod case;
#[path = "row_options/special.rs"]
mod special;

use activations::{
    At, EmptyRow, InfiniteLogits, Isa, LogSumExp, RowActivation, RowLayout, Softmax,
    SoftmaxOptions,
    table::{ROW_OPERATIONS, RowOperation},
};
use activations_testing::{
    bits,
    families::{self, FAMILIES},
    isas,
    oracle::exact,
    ulp::ulps,
};
use case::Case;
use proptest::prelude::*;

const INF: f32 = f32::INFINITY;
const NAN: f32 = f32::NAN;

fn operations() -> impl Iterator<Item = (&'static RowOperation, Isa)> {
    isas().flat_map(|isa| ROW_OPERATIONS.iter().map(move |operation| (operation, isa)))
}

/// `[rows, cols]` as `[cols, rows]`.
fn transposed<T: Copy>(x: &[T], cols: usize) -> Vec<T> {
    let rows = x.len() / cols;
    (0..x.len()).map(|i| x[i % rows * cols + i / rows]).collect()
}

fn plain(sink: Option<f32>) -> SoftmaxOptions<'static> {
    let mut options = SoftmaxOptions::default();
    options.sink = sink;
    options
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 500, ..ProptestConfig::default() })]

    #[test]
    fn options_give_the_bits_of_rows_of_logits(
        seed: u64,
        cols in 1_usize..150,
        count in 1_usize..40,
        gap in 0_usize..5,
        family in 0..FAMILIES,
    ) {
        let x = families::matrix(family, seed, cols, count);
        let case = Case::new(seed, cols, count);
        for (operation, isa) in operations() {
            check_forms(operation, isa, &case, &x, cols, gap);
        }
        for isa in isas() {
            check_log_sum_exp(isa, &case, &x, cols);
        }
    }

    #[test]
    fn results_are_within_the_bound(seed: u64, cols in 1_usize..100, count in 1_usize..20, family in 0..FAMILIES) {
        let x = families::matrix(family, seed, cols, count);
        let case = Case::new(seed, cols, count);
        check_accuracy(&case, &x, cols);
    }
}

#[test]
fn long_rows_have_the_same_bits_too() {
    for (cols, count) in [(1000, 4), (1023, 20), (4097, 3), (9000, 2)] {
        for seed in 0..12 {
            let x = families::matrix(seed as usize % FAMILIES, seed, cols, count);
            let case = Case::new(seed, cols, count);
            for (operation, isa) in operations() {
                check_forms(operation, isa, &case, &x, cols, 3);
            }
            for isa in isas() {
                check_log_sum_exp(isa, &case, &x, cols);
            }
        }
    }
}

fn check_forms(
    operation: &RowOperation,
    isa: Isa,
    case: &Case,
    x: &[f32],
    cols: usize,
    gap: usize,
) {
    let name = format!("{} {} at {isa}, {case:?}", operation.name, operation.tier);
    let rows = RowLayout { cols, stride: cols };
    let count = x.len() / cols;
    let mut expected = case.logits(isa, x, cols);
    (operation.rows)(isa, plain(case.sink), &mut expected, rows);

    let mut y = x.to_vec();
    (operation.rows)(isa, case.options(), &mut y, rows);
    assert_eq!(bits(&expected), bits(&y), "{name}");

    let stride = cols + gap;
    let mut y = vec![7.0; count * stride];
    (operation.rows_into)(isa, case.options(), x, &mut y, rows, RowLayout { cols, stride });
    for (expected, y) in expected.chunks_exact(cols).zip(y.chunks_exact(stride)) {
        assert_eq!(bits(expected), bits(&y[..cols]), "{name}: into rows with a stride");
        assert!(y[cols..].iter().all(|&y| y == 7.0), "{name}: what lies between rows is written");
    }

    // Along an axis a mask is one plane, or one row for all.
    let whole = |len: usize| len == cols || len == x.len();
    if !case.mask.as_ref().is_none_or(|mask| whole(mask.len()))
        || !case.keep.as_ref().is_none_or(|keep| whole(keep.len()))
    {
        return;
    }
    let mut across = case.clone();
    across.mask = case.mask.as_ref().map(|mask| transposed(mask, cols));
    across.keep = case.keep.as_ref().map(|keep| transposed(keep, cols));
    let mut y = transposed(x, cols);
    let mut into = vec![7.0; x.len()];
    (operation.axis_into)(isa, across.options(), &y, &mut into, [1, cols, count]);
    (operation.axis)(isa, across.options(), &mut y, [1, cols, count]);
    let expected = bits(&transposed(&expected, cols));
    assert_eq!(expected, bits(&y), "{name}: along an axis");
    assert_eq!(expected, bits(&into), "{name}: along an axis, into another slice");
}

fn check_log_sum_exp(isa: Isa, case: &Case, x: &[f32], cols: usize) {
    let rows = RowLayout { cols, stride: cols };
    let [mut expected, mut y] = [vec![7.0; x.len() / cols], vec![7.0; x.len() / cols]];
    At::new(isa, LogSumExp::with(plain(case.sink))).expect("a level of this machine").strided_into(
        &case.logits(isa, x, cols),
        &mut expected,
        rows,
    );
    At::new(isa, LogSumExp::with(case.options()))
        .expect("a level of this machine")
        .strided_into(x, &mut y, rows);
    assert_eq!(bits(&expected), bits(&y), "log_sum_exp at {isa}, {case:?}");
}

#[test]
fn the_log_sum_exp_of_logits_has_the_same_bits_along_an_axis() {
    // More than a tile holds, too.
    for (cols, count) in [(5, 20), (100, 17), (1500, 18)] {
        for seed in 0..20 {
            let x = families::matrix(seed as usize % FAMILIES, seed, cols, count);
            let mut case = Case::new(seed, cols, count);
            case.mask = case.mask.filter(|mask| mask.len() == cols);
            case.keep = case.keep.filter(|keep| keep.len() == cols);
            let [mut expected, mut y] = [vec![7.0; count], vec![7.0; count]];
            LogSumExp::with(case.options()).rows_into(&x, &mut expected, cols);
            LogSumExp::with(case.options()).axis_into(
                &transposed(&x, cols),
                &mut y,
                [1, cols, count],
            );
            assert_eq!(bits(&expected), bits(&y), "{cols} entries, {case:?}");
        }
    }
}

/// Compares the results with the exact function of the logits, including the sink.
fn check_accuracy(case: &Case, x: &[f32], cols: usize) {
    for isa in isas() {
        let logits = case.logits(isa, x, cols);
        let mut sums = vec![0.0; x.len() / cols];
        At::new(isa, LogSumExp::with(case.options()))
            .expect("a level of this machine")
            .strided_into(x, &mut sums, RowLayout { cols, stride: cols });
        for operation in ROW_OPERATIONS {
            let mut y = x.to_vec();
            (operation.rows)(isa, case.options(), &mut y, RowLayout { cols, stride: cols });
            for ((t, y), &sum) in logits.chunks_exact(cols).zip(y.chunks_exact(cols)).zip(&sums) {
                let with_sink: Vec<f32> = t.iter().copied().chain(case.sink).collect();
                if with_sink.iter().all(|&t| t == -INF) {
                    assert!(sum == -INF && y.iter().all(|y| y.is_nan()), "{case:?}");
                    continue;
                }
                if with_sink.iter().any(|&t| t.is_nan() || t == INF) {
                    assert!(y.iter().all(|y| y.is_nan()), "{case:?}");
                    continue;
                }
                let exact = exact(&with_sink);
                let values =
                    if operation.name == "softmax" { &exact.softmax } else { &exact.log_softmax };
                for ((&y, &value), &t) in y.iter().zip(values).zip(t) {
                    let name = format!("{} {} at {isa}", operation.name, operation.tier);
                    assert!(
                        ulps(y, value) <= operation.bound.at(isa),
                        "{name}: {y:e} for {value:e}, {case:?}"
                    );
                    assert!(
                        t > -INF || y == if operation.name == "softmax" { 0.0 } else { -INF },
                        "{name}"
                    );
                }
                let near = (f64::from(sum) - exact.log_sum_exp).abs() <= 2_f64.powi(-48);
                assert!(
                    near || ulps(sum, exact.log_sum_exp) <= 1.0,
                    "log_sum_exp at {isa}, {case:?}"
                );
            }
        }
    }
}

#[test]
fn softmax_gives_the_log_sum_exp_too() {
    for (cols, count) in [(1, 5), (3, 20), (20, 17), (64, 5), (1000, 4), (5000, 2)] {
        for family in 0..FAMILIES {
            let x = families::matrix(family, 9, cols, count);
            let rows = RowLayout { cols, stride: cols };
            let case = Case::new(family as u64, cols, count);
            let (mut y, mut sums) = (x.clone(), vec![7.0; count]);
            Softmax::with(case.options()).strided_with_log_sum_exps(&mut y, &mut sums, rows);
            let (mut expected, mut expected_sums) = (x.clone(), vec![7.0; count]);
            Softmax::with(case.options()).rows(&mut expected, cols);
            LogSumExp::with(case.options()).rows_into(&x, &mut expected_sums, cols);
            assert_eq!(bits(&y), bits(&expected));
            for (&sum, &expected) in sums.iter().zip(&expected_sums) {
                let near = (sum - expected).abs() <= 2.5e-7;
                // The error of each is less than an ULP.
                assert!(
                    sum == expected || near || ulps(sum, f64::from(expected)) <= 2.0,
                    "{sum} {expected}"
                );
            }
        }
    }
    for (x, expected) in
        [([-INF; 2], -INF), ([INF, 1.0], INF), ([NAN, INF], NAN), ([NAN, -INF], NAN)]
    {
        for softmax in [
            Softmax::new(),
            Softmax::new().empty_rows(EmptyRow::Zeros),
            Softmax::new().empty_rows(EmptyRow::Uniform).infinite_logits(InfiniteLogits::Shared),
        ] {
            let (mut y, mut sum) = (x, [7.0]);
            softmax.strided_with_log_sum_exps(&mut y, &mut sum, RowLayout { cols: 2, stride: 2 });
            assert_eq!(bits(&sum), bits(&[expected]), "{x:?}, {softmax:?}");
        }
    }
}
