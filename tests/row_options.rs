//! Functions of rows with options: scale, soft cap, masks, causal rows, sinks, and degenerate rows.
#![allow(clippy::cast_precision_loss)] // widths are small
#![allow(clippy::large_types_passed_by_value)] // options, as callers write them

#[path = "row_options/case.rs"]
mod case;
#[path = "row_options/many.rs"]
mod many;
#[path = "row_options/parts.rs"]
mod parts;
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
use case::{Case, Row, along};
use proptest::prelude::*;

const INF: f32 = f32::INFINITY;
const NAN: f32 = f32::NAN;

fn operations() -> impl Iterator<Item = (&'static RowOperation, Isa)> {
    isas().flat_map(|isa| ROW_OPERATIONS.iter().map(move |operation| (operation, isa)))
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
        for isa in isas() {
            check_forms(isa, &case, &x, cols, gap);
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
            for isa in isas() {
                check_forms(isa, &case, &x, cols, 3);
                check_log_sum_exp(isa, &case, &x, cols);
            }
        }
    }
}

/// The results of the rows by themselves, for logits that are entries.
fn expected(operation: &RowOperation, isa: Isa, rows: &[Row]) -> Vec<f32> {
    let row = |row: &Row| {
        let mut y = row.logits.clone();
        let layout = RowLayout::contiguous(y.len());
        (operation.rows)(isa, plain(row.sink), &mut y, layout);
        y
    };
    rows.iter().flat_map(row).collect()
}

/// The axis before all queries, before those of a batch entry, before those of a head.
fn along_axes(case: &Case, x: &[f32], cols: usize) -> [(Case, [usize; 3], Vec<f32>); 3] {
    let count = x.len() / cols;
    [0, 1, 2].map(|axes| {
        let outer: usize = case.shape[..axes].iter().product();
        (case.along(axes, cols), [outer, cols, count / outer], along(x, outer, cols))
    })
}

/// The logits and the arrays along axes, which take longest, serve all operations.
fn check_forms(isa: Isa, case: &Case, x: &[f32], cols: usize, gap: usize) {
    let limits = case.limits(isa, x, cols);
    let along_axes = along_axes(case, x, cols);
    for operation in ROW_OPERATIONS {
        let name = format!("{} {} at {isa}, {case:?}", operation.name, operation.tier);
        let expected = expected(operation, isa, &limits);
        check_rows(operation, isa, case, x, gap, (cols, &expected), &name);
        for (case, shape, x) in &along_axes {
            let (mut y, mut into) = (x.clone(), vec![7.0; x.len()]);
            (operation.axis_into)(isa, case.options(), x, &mut into, *shape);
            (operation.axis)(isa, case.options(), &mut y, *shape);
            let expected = bits(&along(&expected, shape[0], cols));
            assert_eq!(expected, bits(&y), "{name}: along an axis, {shape:?}");
            assert_eq!(expected, bits(&into), "{name}: along an axis, {shape:?}, into another");
        }
    }
}

fn check_rows(
    operation: &RowOperation,
    isa: Isa,
    case: &Case,
    x: &[f32],
    gap: usize,
    (cols, expected): (usize, &[f32]),
    name: &str,
) {
    let rows = RowLayout { cols, stride: cols };
    let mut y = x.to_vec();
    (operation.rows)(isa, case.options(), &mut y, rows);
    assert_eq!(bits(expected), bits(&y), "{name}");

    let stride = cols + gap;
    let mut y = vec![7.0; x.len() / cols * stride];
    (operation.rows_into)(isa, case.options(), x, &mut y, rows, RowLayout { cols, stride });
    for (expected, y) in expected.chunks_exact(cols).zip(y.chunks_exact(stride)) {
        assert_eq!(bits(expected), bits(&y[..cols]), "{name}: into rows with a stride");
        assert!(y[cols..].iter().all(|&y| y == 7.0), "{name}: what lies between rows is written");
    }
}

fn at(isa: Isa, options: SoftmaxOptions<'_>) -> At<LogSumExp<'_>> {
    At::new(isa, LogSumExp::with(options)).expect("a level of this machine")
}

fn check_log_sum_exp(isa: Isa, case: &Case, x: &[f32], cols: usize) {
    let count = x.len() / cols;
    let rows = RowLayout { cols, stride: cols };
    let row = |row: Row| {
        let mut y = [7.0];
        at(isa, plain(row.sink)).rows_into(&row.logits, &mut y, cols);
        y[0]
    };
    let expected: Vec<f32> = case.rows(isa, x, cols).into_iter().map(row).collect();
    let mut y = vec![7.0; count];
    at(isa, case.options()).strided_into(x, &mut y, rows);
    assert_eq!(bits(&expected), bits(&y), "log_sum_exp at {isa}, {case:?}");
    for (case, shape, x) in along_axes(case, x, cols) {
        at(isa, case.options()).axis_into(&x, &mut y, shape);
        assert_eq!(bits(&expected), bits(&y), "log_sum_exp along {shape:?} at {isa}, {case:?}");
    }
}

/// Compares the results with the exact function of the logits, including the sink.
fn check_accuracy(case: &Case, x: &[f32], cols: usize) {
    for isa in isas() {
        let rows = case.rows(isa, x, cols);
        let limits = case.limits(isa, x, cols);
        let mut sums = vec![0.0; x.len() / cols];
        At::new(isa, LogSumExp::with(case.options()))
            .expect("a level of this machine")
            .strided_into(x, &mut sums, RowLayout { cols, stride: cols });
        for (row, &sum) in rows.iter().zip(&sums) {
            check_sum(&with_sink(row), sum, &format!("log_sum_exp at {isa}, {case:?}"));
        }
        for operation in ROW_OPERATIONS {
            let mut y = x.to_vec();
            (operation.rows)(isa, case.options(), &mut y, RowLayout { cols, stride: cols });
            for (row, y) in limits.iter().zip(y.chunks_exact(cols)) {
                check_row(operation, isa, row, y, case);
            }
        }
    }
}

fn with_sink(row: &Row) -> Vec<f32> {
    row.logits.iter().copied().chain(row.sink).collect()
}

fn check_sum(logits: &[f32], sum: f32, name: &str) {
    if logits.iter().any(|t| t.is_nan()) {
        assert!(sum.is_nan(), "{name}");
        return;
    }
    let maximum = logits.iter().copied().fold(-INF, f32::max);
    if maximum.is_infinite() {
        assert_eq!(sum, maximum, "{name}");
        return;
    }
    let exact = exact(logits).log_sum_exp;
    let near = (f64::from(sum) - exact).abs() <= 2_f64.powi(-48);
    assert!(near || ulps(sum, exact) <= 1.0, "{name}: {sum} for {exact}");
}

fn check_row(operation: &RowOperation, isa: Isa, row: &Row, y: &[f32], case: &Case) {
    let with_sink = with_sink(row);
    let is_degenerate =
        with_sink.iter().all(|&t| t == -INF) || with_sink.iter().any(|&t| t.is_nan() || t == INF);
    if is_degenerate {
        assert!(y.iter().all(|y| y.is_nan()), "{case:?}");
        return;
    }
    let exact = exact(&with_sink);
    let is_softmax = operation.name == "softmax";
    let values = if is_softmax { &exact.softmax } else { &exact.log_softmax };
    for ((&y, &value), &t) in y.iter().zip(values).zip(&row.logits) {
        let name = format!("{} {} at {isa}", operation.name, operation.tier);
        assert!(ulps(y, value) <= operation.bound.at(isa), "{name}: {y:e} for {value:e}, {case:?}");
        assert!(t > -INF || y == if is_softmax { 0.0 } else { -INF }, "{name}");
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
