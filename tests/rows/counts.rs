//! More entries than an f32 can count.

use activations::{At, LogSumExp, table::ROW_OPERATIONS};
use activations_testing::isas;

/// The log-sum-exps along `[1, n, inner]` of zeros.
fn of_zeros(n: usize, inner: usize) -> impl Iterator<Item = Vec<f32>> {
    let zeros = vec![0.0; n * inner];
    isas().map(move |isa| {
        let mut y = vec![7.0; inner];
        let log_sum_exp = At::new(isa, LogSumExp::new()).expect("a level of this machine");
        log_sum_exp.axis_into(&zeros, &mut y, [1, n, inner]);
        y
    })
}

#[test]
#[cfg_attr(miri, ignore = "too many entries")]
fn equal_entries_of_columns_are_all_counted() {
    for y in of_zeros(20_000_000, 2) {
        assert_eq!(y, [16.811243; 2]);
    }
}

#[test]
#[ignore = "takes 3 GB of memory"]
fn equal_entries_of_a_row_are_all_counted() {
    for y in of_zeros(301_989_888, 1) {
        assert_eq!(y, [19.525904]);
    }
    let zeros = vec![0.0; 301_989_888];
    for operation in ROW_OPERATIONS {
        let expected = if operation.name == "softmax" { 3.311_369_2e-9 } else { -19.525904 };
        for isa in isas() {
            let mut y = vec![7.0; zeros.len()];
            let shape = [1, zeros.len(), 1];
            (operation.axis_into)(isa, activations::SoftmaxOptions::new(), &zeros, &mut y, shape);
            let is_right = y.iter().all(|&y| (y / expected - 1.0).abs() < 3e-7);
            assert!(is_right, "{} {} at {isa}: {}", operation.name, operation.tier, y[0]);
        }
    }
}
