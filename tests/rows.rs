//! Functions of rows: their accuracy, and the same bits in every form that a row can have.
//!
//! The largest errors of many more rows, with a description of the worst:
//!
//! ```sh
//! cargo test --release --test rows -- --ignored --nocapture
//! ```
#![allow(clippy::cast_precision_loss)] // widths are small

#[path = "rows/counts.rs"]
mod counts;
#[path = "rows/digests.rs"]
mod digests;
#[path = "rows/dominated.rs"]
mod dominated;
#[path = "rows/forms.rs"]
mod forms;
#[path = "rows/search.rs"]
mod search;

use activations::{
    Isa, RowLayout, SoftmaxOptions, Tier,
    table::{ROW_OPERATIONS, ROW_REDUCTIONS, RowOperation},
};
use activations_testing::{
    bits,
    capture::{FEED_FORWARD, SCORES, capture},
    families::{self, FAMILIES, Numbers},
    isas,
    oracle::{Exact, exact},
    ulp::ulps,
};
use forms::check_forms;
use proptest::prelude::*;

fn operations() -> impl Iterator<Item = (&'static RowOperation, Isa)> {
    isas().flat_map(|isa| ROW_OPERATIONS.iter().map(move |operation| (operation, isa)))
}

fn rows(operation: &RowOperation, isa: Isa, x: &[f32], cols: usize) -> Vec<f32> {
    let mut y = x.to_vec();
    (operation.rows)(isa, SoftmaxOptions::default(), &mut y, RowLayout { cols, stride: cols });
    y
}

fn log_sum_exps(isa: Isa, x: &[f32], cols: usize) -> Vec<f32> {
    let mut y = vec![0.0; x.len() / cols];
    let [log_sum_exp] = ROW_REDUCTIONS else { panic!("another reduction") };
    let layout = RowLayout { cols, stride: cols };
    (log_sum_exp.rows_into)(isa, SoftmaxOptions::default(), x, &mut y, layout);
    y
}

/// The largest errors of a row's results: of those whose exact value is normal, and of the others.
fn errors(operation: &RowOperation, exact: &Exact, y: &[f32]) -> [f64; 2] {
    let values = if operation.name == "softmax" { &exact.softmax } else { &exact.log_softmax };
    let mut worst = [0.0_f64; 2];
    for (&y, &value) in y.iter().zip(values) {
        let place = usize::from(value.abs() < f64::from(f32::MIN_POSITIVE));
        let error = if f64::from(y) == value { 0.0 } else { ulps(y, value) };
        worst[place] = worst[place].max(if error.is_nan() { f64::INFINITY } else { error });
    }
    worst
}

fn check_accuracy(x: &[f32], cols: usize, what: &str) {
    let exact: Vec<Exact> = x.chunks_exact(cols).map(exact).collect();
    for (operation, isa) in operations() {
        let y = rows(operation, isa, x, cols);
        for (exact, y) in exact.iter().zip(y.chunks_exact(cols)) {
            let RowOperation { name, tier, bound, .. } = operation;
            let [normal, subnormal] = errors(operation, exact, y);
            assert!(normal <= bound.at(isa), "{name} {tier} at {isa}, {what}: {normal} ULP");
            assert!(subnormal <= 2.4, "{name} {tier} at {isa}, {what}: {subnormal} ULP, subnormal");
            if *name == "softmax" {
                let sum: f64 = y.iter().map(|&y| f64::from(y)).sum();
                let limit = if *tier == Tier::Default { 22 } else { 20 };
                assert!(
                    (sum - 1.0).abs() <= (0.5_f64).powi(limit),
                    "{tier} at {isa}, {what}: the sum is {sum}"
                );
                assert!(
                    y.iter().all(|y| (0.0..=1.0).contains(y)),
                    "{tier} at {isa}, {what}: out of range"
                );
            }
        }
    }
    for isa in isas() {
        for (exact, y) in exact.iter().zip(log_sum_exps(isa, x, cols)) {
            let value = exact.log_sum_exp;
            let near = (f64::from(y) - value).abs() <= (0.5_f64).powi(48);
            assert!(
                near || ulps(y, value) <= 1.0,
                "log_sum_exp at {isa}, {what}: {y:e} is not {value:e}"
            );
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn results_are_within_the_bound(seed: u64, cols in 1_usize..200, count in 1_usize..40, family in 0..FAMILIES) {
        let x = families::matrix(family, seed, cols, count);
        check_accuracy(&x, cols, &format!("{count} rows of {cols}, family {family}, seed {seed}"));
    }

    #[test]
    fn a_row_has_the_same_bits_in_every_form(
        seed: u64,
        cols in 1_usize..80,
        count in 1_usize..100,
        gap in 0_usize..9,
        family in 0..FAMILIES,
    ) {
        let x = families::matrix(family, seed, cols, count);
        for (operation, isa) in operations() {
            let whole = rows(operation, isa, &x, cols);
            check_forms(operation, isa, &x, cols, gap, &whole);
        }
    }
}

#[test]
fn long_rows_are_within_the_bound_and_the_same_along_an_axis() {
    for (cols, family) in
        [(1000, 0), (4095, 1), (4097, 2), (5000, 3), (32_000, 4), (128_256, 5), (1 << 20, 1)]
    {
        // Node 20 crashes at the end of a program that has used so much memory.
        if cfg!(target_family = "wasm") && cols > 32_000 {
            println!("SKIPPED: a row of {cols} was not checked");
            continue;
        }
        let x = families::matrix(family, 42, cols, 1);
        check_accuracy(&x, cols, &format!("a row of {cols}, family {family}"));
        if cols < 40_000 {
            for (operation, isa) in operations() {
                let count = if cols > 5000 { 3 } else { 64 + 16 + 3 };
                let x = families::matrix(family, 43, cols, count);
                let y = rows(operation, isa, &x, cols);
                check_forms(operation, isa, &x, cols, 3, &y);
            }
        }
    }
}

#[test]
fn rows_of_a_real_network_are_within_the_bound_and_the_same_in_every_form() {
    let (scores, keys) = capture(SCORES);
    check_accuracy(&scores, keys, "attention scores");
    let (inputs, len) = capture(FEED_FORWARD);
    check_accuracy(&inputs, len, "inputs of a feed-forward block");
    for (operation, isa) in operations() {
        let y = rows(operation, isa, &scores, keys);
        check_forms(operation, isa, &scores, keys, 5, &y);
    }
}

#[test]
fn special_rows_give_what_is_promised() {
    const INF: f32 = f32::INFINITY;
    for cols in [1, 2, 3, 4, 5, 8, 16, 31, 32, 33, 64, 100, 4097] {
        for at in [0, cols / 2, cols - 1] {
            let with = |fill: f32, special: f32| {
                let mut row = vec![fill; cols];
                row[at] = special;
                row
            };
            for (operation, isa) in operations() {
                let softmax = operation.name == "softmax";
                for row in [
                    with(1.0, f32::NAN),
                    with(1.0, INF),
                    with(-INF, f32::NAN),
                    vec![-INF; cols],
                    vec![INF; cols],
                ] {
                    let y = rows(operation, isa, &row, cols);
                    assert!(y.iter().all(|y| y.is_nan()), "{} at {isa}: {row:?}", operation.name);
                }
                for x in [0.0, -0.0, 1.0, -0.5, -5e4, f32::MAX, f32::MIN, 1e-40] {
                    let y = rows(operation, isa, &with(-INF, x), cols);
                    let (one, none) = if softmax { (1.0, 0.0) } else { (0.0, -INF) };
                    let is_one = |y: f32| {
                        y == one
                            || operation.tier == Tier::Fast && softmax && y == 1.0_f32.next_down()
                    };
                    let right = y
                        .iter()
                        .enumerate()
                        .all(|(i, &y)| if i == at { is_one(y) } else { y == none });
                    assert!(
                        right,
                        "{} at {isa}: {x} among {cols} -inf gives {y:?}",
                        operation.name
                    );

                    let y = rows(operation, isa, &vec![x; cols], cols);
                    let equal = if softmax { 1.0 / cols as f64 } else { -(cols as f64).ln() };
                    // Softmax divides a term by a multiple of itself; without FMA the product is
                    // rounded twice.
                    let limit = match (operation.name, operation.tier) {
                        ("softmax", Tier::Default) if isa == Isa::Baseline => 1.01,
                        ("softmax", Tier::Default) => 0.51,
                        _ => operation.bound.at(isa),
                    };
                    let right = y.iter().all(|&y| f64::from(y) == equal || ulps(y, equal) <= limit);
                    assert!(
                        right,
                        "{} {} at {isa}: {cols} times {x} gives {}",
                        operation.name, operation.tier, y[0]
                    );
                }
            }
            for isa in isas() {
                let of = |row: Vec<f32>| log_sum_exps(isa, &row, cols)[0];
                assert!(of(with(1.0, f32::NAN)).is_nan() && of(with(INF, f32::NAN)).is_nan());
                assert_eq!(of(with(1.0, INF)), INF);
                assert_eq!(of(vec![-INF; cols]), -INF);
                assert_eq!(of(with(-INF, -3.5)), -3.5);
            }
        }
    }
}

/// Where they are only sums of some lanes tell, so each lane has them in turn, and NaN has all
/// kinds of bits. Four rows of 8192 bytes are several batches.
#[test]
fn a_nan_or_infinity_makes_its_whole_long_row_nan_and_no_other() {
    let nans = [0x7fc00000, 0xffc00000, 0x7f800001, 0xffffffff, 0x7f800000].map(f32::from_bits);
    for cols in [257, 1000, 2048] {
        let count = 4 * (8192 / cols) + 1;
        let plain = families::matrix(0, 5, cols, count);
        for (operation, isa) in operations() {
            let expected = rows(operation, isa, &plain, cols);
            for (i, nan) in nans.into_iter().enumerate() {
                for at in (0..cols).step_by(cols / 40) {
                    let row = (at + i) % count;
                    let mut x = plain.clone();
                    x[row * cols + at] = nan;
                    let y = rows(operation, isa, &x, cols);
                    let what = format!("{} {} at {isa}: ", operation.name, operation.tier);
                    for (j, y) in y.chunks_exact(cols).enumerate() {
                        if j == row {
                            assert!(
                                y.iter().all(|y| y.is_nan()),
                                "{what}{nan:?} at {at} of {cols}"
                            );
                        } else {
                            let expected = &expected[j * cols..][..cols];
                            assert_eq!(bits(y), bits(expected), "{what}row {j} of {cols}");
                        }
                    }
                }
            }
        }
    }
}

#[test]
fn a_shift_by_a_representable_number_changes_no_more_than_the_bound() {
    let mut numbers = Numbers::new(11);
    let x: Vec<f32> =
        (0..600).map(|_| (numbers.normal() * 4.0 * 1024.0).round() as f32 / 1024.0).collect();
    for shift in [1.0, -64.0, 1024.0, -2048.0, 4096.0] {
        let shifted: Vec<f32> = x.iter().map(|x| x + shift).collect();
        assert!(x.iter().zip(&shifted).all(|(x, shifted)| shifted - shift == *x));
        for cols in [5, 20, 60, 600] {
            for (operation, isa) in
                operations().filter(|(operation, _)| operation.name == "softmax")
            {
                let y = rows(operation, isa, &shifted, cols);
                for (x, y) in x.chunks_exact(cols).zip(y.chunks_exact(cols)) {
                    let [normal, _] = errors(operation, &exact(x), y);
                    assert!(
                        normal <= operation.bound.at(isa),
                        "{} at {isa}: {normal} ULP",
                        operation.tier
                    );
                }
            }
        }
    }
}
