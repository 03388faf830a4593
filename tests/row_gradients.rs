//! Gradients of functions of rows, at the active level.
#![allow(clippy::cast_precision_loss)] // widths are small

use activations::{Fast, LogSoftmax, LogSumExp, RowActivation, RowGradient, Softmax};
use activations_testing::{
    bits,
    families::{self, FAMILIES, Numbers},
    ulp::per_ulp,
};

/// Widths on both sides of every step, and as many rows.
const SHAPES: [(usize, usize); 10] =
    [(1, 3), (2, 40), (3, 17), (5, 33), (15, 4), (16, 16), (17, 20), (33, 5), (100, 3), (1000, 2)];

/// Calls `check` with the width, the forward inputs, and gradients of the outputs.
fn each_matrix(mut check: impl FnMut(usize, &[f32], &[f32])) {
    for (cols, count) in SHAPES {
        for family in 0..FAMILIES {
            let x = families::matrix(family, 3, cols, count);
            let mut numbers = Numbers::new(9);
            let dy: Vec<f32> = x.iter().map(|_| numbers.normal() as f32).collect();
            check(cols, &x, &dy);
        }
    }
}

/// Asserts that `dx` is the exact gradient of the outputs, rounded. `part` says which entries have
/// a gradient, and `exact` computes it from y, dy and the sum of `summand`.
fn check_exact(
    op: &impl RowGradient,
    part: impl Fn(f64) -> bool,
    summand: impl Fn(f64, f64) -> f64,
    exact: impl Fn(f64, f64, f64) -> f64,
    ulps: f64,
) {
    each_matrix(|cols, x, dy| {
        let mut y = x.to_vec();
        op.rows(&mut y, cols);
        let mut dx = vec![7.0; y.len()];
        op.rows_backward(&y, dy, &mut dx, cols);
        let pairs = |row: usize| {
            let row = row * cols..(row + 1) * cols;
            y[row.clone()].iter().zip(&dy[row]).map(|(&y, &dy)| (f64::from(y), f64::from(dy)))
        };
        for (row, dx) in dx.chunks_exact(cols).enumerate() {
            let sum: f64 = pairs(row).filter(|&(y, _)| part(y)).map(|(y, dy)| summand(y, dy)).sum();
            for ((y, dy), &dx) in pairs(row).zip(dx) {
                let exact = if part(y) { exact(y, dy, sum) } else { 0.0 };
                let error = (f64::from(dx) - exact).abs();
                // The error of f64 sums, where y (dy - sum) cancels.
                let lost = 1e-13 * y.abs().min(1.0);
                assert!(
                    error <= ulps / per_ulp(exact) + lost,
                    "{cols} columns: {dx:e} is not {exact:e}"
                );
            }
        }
    });
}

#[test]
fn softmax_is_the_exact_gradient_rounded_and_0_where_softmax_is() {
    check_exact(&Softmax::new(), |y| y > 0.0, |y, dy| y * dy, |y, dy, sum| y * (dy - sum), 0.501);
}

#[test]
fn log_softmax_is_within_the_error_of_exp_and_0_where_it_is_minus_infinity() {
    // The error of e^y is up to 0.98 ULP. An ULP of e^y times the sum is up to two ULP of the
    // product.
    each_matrix(|cols, x, dy| {
        let mut y = x.to_vec();
        LogSoftmax::new().rows(&mut y, cols);
        let mut dx = vec![7.0; y.len()];
        LogSoftmax::new().rows_backward(&y, dy, &mut dx, cols);
        for ((y, dy), dx) in
            y.chunks_exact(cols).zip(dy.chunks_exact(cols)).zip(dx.chunks_exact(cols))
        {
            let part = |y: f32| y > f32::NEG_INFINITY;
            let sum: f64 =
                y.iter().zip(dy).filter(|&(&y, _)| part(y)).map(|(_, &dy)| f64::from(dy)).sum();
            for ((&y, &dy), &dx) in y.iter().zip(dy).zip(dx) {
                let term = if part(y) { libm::exp(f64::from(y)) * sum } else { 0.0 };
                let exact = if part(y) { f64::from(dy) - term } else { 0.0 };
                let allowed = 0.501 / per_ulp(exact) + 2.0 * 0.98 / per_ulp(term) + 1e-13;
                assert!(
                    (f64::from(dx) - exact).abs() <= allowed,
                    "{cols} columns: {dx:e} is not {exact:e}"
                );
            }
        }
    });
}

#[test]
fn what_has_no_part_in_a_row_has_gradient_0_whatever_its_dy() {
    const INF: f32 = f32::INFINITY;
    let mut y = [1.0, -INF, 2.0, -INF, -INF];
    for dy in [f32::NAN, INF, 5.0] {
        let dy = [1.0, dy, 2.0, dy, dy];
        Softmax::new().rows(&mut y, 5);
        let mut dx = [7.0; 5];
        Softmax::new().rows_backward(&y, &dy, &mut dx, 5);
        assert!(dx[1] == 0.0 && dx[3..] == [0.0; 2] && dx[0] != 0.0 && dx[2].is_finite(), "{dx:?}");
        y = [1.0, -INF, 2.0, -INF, -INF];
        LogSoftmax::new().rows(&mut y, 5);
        LogSoftmax::new().rows_backward(&y, &dy, &mut dx, 5);
        assert!(dx[1] == 0.0 && dx[3..] == [0.0; 2] && dx[0] != 0.0 && dx[2].is_finite(), "{dx:?}");
        y = [1.0, -INF, 2.0, -INF, -INF];
    }
    let mut dx = [7.0_f32; 3];
    Softmax::new().rows_backward(&[0.0; 3], &[1.0, 2.0, 3.0], &mut dx, 3);
    assert_eq!(dx, [0.0; 3]);
}

#[test]
fn a_row_has_the_same_gradient_alone_among_others_and_along_an_axis() {
    fn check(op: &impl RowGradient) {
        each_matrix(|cols, x, dy| {
            let count = x.len() / cols;
            let mut y = x.to_vec();
            op.rows(&mut y, cols);
            let mut dx = vec![7.0; y.len()];
            op.rows_backward(&y, dy, &mut dx, cols);
            let mut alone = vec![7.0; cols];
            op.rows_backward(&y[y.len() - cols..], &dy[y.len() - cols..], &mut alone, cols);
            assert_eq!(bits(&alone), bits(&dx[y.len() - cols..]), "{cols} columns, alone");

            let turned = |x: &[f32]| -> Vec<f32> {
                (0..x.len()).map(|i| x[i % count * cols + i / count]).collect()
            };
            let mut by_axis = vec![7.0; y.len()];
            op.axis_backward(&turned(&y), &turned(dy), &mut by_axis, [1, cols, count]);
            let [mut rows, mut columns] = [dy.to_vec(), turned(dy)];
            op.rows_backward_in_place(&y, &mut rows, cols);
            op.axis_backward_in_place(&turned(&y), &mut columns, [1, cols, count]);
            assert_eq!(bits(&rows), bits(&dx), "{cols} columns, in place");
            assert_eq!(bits(&columns), bits(&by_axis), "{cols} columns, in place along an axis");
            assert_eq!(bits(&by_axis), bits(&turned(&dx)), "{cols} columns, along an axis");
        });
    }
    check(&Softmax::new());
    check(&Fast(Softmax::new()));
    check(&LogSoftmax::new());
    check(&Fast(LogSoftmax::new()));
}

#[test]
fn rows_with_few_neighbours_have_the_gradient_of_rows() {
    fn check(op: &impl RowGradient) {
        for inner in 2..=130 {
            let cols = [129, 200, 65, 40][inner % 4];
            let count = 2 * inner;
            let mut y = families::matrix(inner % FAMILIES, 5, cols, count);
            op.rows(&mut y, cols);
            let mut numbers = Numbers::new(7);
            let dy: Vec<f32> = y.iter().map(|_| numbers.normal() as f32).collect();
            let mut dx = vec![7.0; y.len()];
            op.rows_backward(&y, &dy, &mut dx, cols);
            let turned = |x: &[f32]| -> Vec<f32> {
                let of = |plane, j, i| x[(plane * inner + i) * cols + j];
                let planes = (0..2).flat_map(|plane| (0..cols).map(move |j| (plane, j)));
                planes.flat_map(|(plane, j)| (0..inner).map(move |i| of(plane, j, i))).collect()
            };
            let mut along = vec![7.0; y.len()];
            op.axis_backward(&turned(&y), &turned(&dy), &mut along, [2, cols, inner]);
            let mut in_place = turned(&dy);
            op.axis_backward_in_place(&turned(&y), &mut in_place, [2, cols, inner]);
            assert_eq!(bits(&along), bits(&turned(&dx)), "{inner} neighbours");
            assert_eq!(bits(&in_place), bits(&along), "{inner} neighbours, in place");
        }
    }
    check(&Softmax::new());
    check(&LogSoftmax::new());
}

#[test]
fn gradients_agree_with_central_differences() {
    const STEP: f64 = 1e-3;
    let x: [f32; 5] = [0.3, -1.2, 2.0, 0.0, 1.1];
    let dy: [f32; 5] = [1.0, -0.5, 0.25, 2.0, -1.5];
    let loss = |x: &[f64], log: bool| -> f64 {
        let sum: f64 = x.iter().map(|&x| libm::exp(x)).sum();
        let value = |x: f64| if log { x - libm::log(sum) } else { libm::exp(x) / sum };
        x.iter().zip(dy).map(|(&x, dy)| value(x) * f64::from(dy)).sum()
    };
    for log in [false, true] {
        let (mut y, mut dx) = (x, [0.0; 5]);
        if log {
            LogSoftmax::new().rows(&mut y, 5);
            LogSoftmax::new().rows_backward(&y, &dy, &mut dx, 5);
        } else {
            Softmax::new().rows(&mut y, 5);
            Softmax::new().rows_backward(&y, &dy, &mut dx, 5);
        }
        for (i, &dx) in dx.iter().enumerate() {
            let moved = |step: f64| {
                let mut x = x.map(f64::from);
                x[i] += step;
                loss(&x, log)
            };
            let difference = (moved(STEP) - moved(-STEP)) / (2.0 * STEP);
            assert!((f64::from(dx) - difference).abs() < 1e-5, "{dx} is not {difference}");
        }
    }
}

#[test]
fn log_sum_exp_has_the_softmax_times_dy() {
    each_matrix(|cols, x, _| {
        let count = x.len() / cols;
        let dy: Vec<f32> = (0..count).map(|i| i as f32 - 1.5).collect();
        let mut y = x.to_vec();
        Softmax::new().rows(&mut y, cols);
        let mut dx = vec![7.0; x.len()];
        LogSumExp::new().rows_backward(x, &dy, &mut dx, cols);
        for (i, (&y, &dx)) in y.iter().zip(&dx).enumerate() {
            assert_eq!(dx, y * dy[i / cols]);
        }
    });
}

#[test]
fn a_scale_is_in_the_gradient() {
    let mut numbers = Numbers::new(5);
    let x: Vec<f32> = (0..60).map(|_| numbers.normal() as f32).collect();
    let dy: Vec<f32> = (0..60).map(|_| numbers.normal() as f32).collect();
    let check = |plain: &dyn RowGradient, scaled: &dyn RowGradient, cold: &dyn RowGradient| {
        let mut y = x.clone();
        plain.rows(&mut y, 6);
        let (mut expected, mut dx, mut of_cold) = (vec![7.0; 60], vec![7.0; 60], vec![7.0; 60]);
        plain.rows_backward(&y, &dy, &mut expected, 6);
        scaled.rows_backward(&y, &dy, &mut dx, 6);
        assert!(expected.iter().zip(&dx).all(|(expected, dx)| expected * 0.25 == *dx));
        scaled.axis_backward(&y, &dy, &mut dx, [2, 6, 5]);
        plain.axis_backward(&y, &dy, &mut expected, [2, 6, 5]);
        assert!(expected.iter().zip(&dx).all(|(expected, dx)| expected * 0.25 == *dx));
        cold.rows_backward(&y, &dy, &mut of_cold, 6);
        assert_eq!(of_cold, [0.0; 60]);
    };
    let (softmax, log_softmax) = (Softmax::new(), LogSoftmax::new());
    check(&softmax, &softmax.scale(0.25), &softmax.temperature(0.0));
    check(&log_softmax, &log_softmax.scale(0.25), &log_softmax.temperature(0.0));
    check(&Fast(softmax), &Fast(softmax.scale(0.25)), &Fast(softmax.temperature(0.0)));
}

#[test]
fn log_sum_exp_has_a_gradient_along_an_axis_and_none_where_nothing_counts() {
    let mut numbers = Numbers::new(6);
    let x: Vec<f32> = (0..2 * 7 * 3).map(|_| numbers.normal() as f32).collect();
    let dy: Vec<f32> = (0..6).map(|_| numbers.normal() as f32).collect();
    let keep: Vec<bool> = (0..7).map(|j| j != 2).collect();
    let log_sum_exp = LogSumExp::new().scale(0.5).keep(&keep);
    let mut dx = vec![7.0; 42];
    log_sum_exp.axis_backward(&x, &dy, &mut dx, [2, 7, 3]);
    for (column, &dy) in dy.iter().enumerate() {
        let at = |j: usize| column / 3 * 21 + j * 3 + column % 3;
        let row: Vec<f32> = (0..7).map(|j| x[at(j)]).collect();
        let mut expected = [7.0; 7];
        log_sum_exp.rows_backward(&row, &[dy], &mut expected, 7);
        assert!((0..7).all(|j| dx[at(j)] == expected[j]));
        assert_eq!(expected[2], 0.0);
        // The softmax times dy and the scale.
        let sum: f64 = (0..7).filter(|&j| j != 2).map(|j| f64::from(row[j] * 0.5).exp()).sum();
        let exact = f64::from(row[0] * 0.5).exp() / sum * f64::from(dy) * 0.5;
        assert!((f64::from(expected[0]) - exact).abs() <= 3e-7 * exact.abs());
    }
    let mut dx = [7.0; 2];
    LogSumExp::new().keep(&[false]).axis_backward(&[f32::NAN, 1.0], &[1.0; 2], &mut dx, [1, 1, 2]);
    assert_eq!(dx, [0.0; 2]);
}

/// ggml and oneDNN test their gradient of softmax with y of either sign, by the formula.
#[test]
fn the_gradient_of_softmax_follows_its_formula_for_y_of_either_sign() {
    let y = [0.5, -0.25, 0.0, 0.75, -0.0];
    let dy = [1.0, 2.0, f32::NAN, -3.0, f32::INFINITY];
    let sum = 0.5 - 0.5 - 2.25;
    let mut dx = [7.0; 5];
    for softmax in activations_testing::at_levels(Softmax::new().scale(2.0)) {
        softmax.rows_backward(&y, &dy, &mut dx, 5);
        assert_eq!(dx, [1.0 - sum, -0.5 * (2.0 - sum), 0.0, 1.5 * (-3.0 - sum), 0.0]);
    }
}
