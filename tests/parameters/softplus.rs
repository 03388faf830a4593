//! Softplus with betas of every magnitude.

use super::{gradients, inputs};
use activations::{Activation, AnyActivation, At, Fast, Gradient, Softplus};
use activations_testing::{at_levels, is_quiet_nan, same, ulp::ulps};

/// Those of the vector kernels, with both ends of their domain, and those beyond.
const BETAS: [f32; 20] = [
    1.0,
    0.5,
    0.7,
    1.0442737,
    1.3,
    1.702,
    3.0,
    10.0,
    0.1,
    1e-3,
    1234.5,
    7.629_394_5e-6,
    131_072.0,
    131_073.0,
    7e-6,
    1e-30,
    1e30,
    f32::MAX,
    1e-40,
    1e-45,
];

fn softplus(beta: f32, x: f64) -> f64 {
    let beta = f64::from(beta);
    x.max(0.0) + libm::log1p(libm::exp(-(beta * x).abs())) / beta
}

fn sigmoid(u: f64) -> f64 {
    let e = libm::exp(-u.abs());
    if u < 0.0 { e / (1.0 + e) } else { 1.0 / (1.0 + e) }
}

/// All kinds of inputs, and more of those where beta x is near 0 or in the tail.
fn inputs_for(beta: f32) -> Vec<f32> {
    let near = (-2000_i16..2000).map(|i| f32::from(i) * 0.001 / beta);
    inputs(1.0 / beta).into_iter().chain(near).collect()
}

#[test]
fn softplus_is_near_its_definition_for_every_beta() {
    for beta in BETAS {
        let x = inputs_for(beta);
        for op in at_levels(Softplus { beta }) {
            let fast = At::new(op.isa(), Fast(Softplus { beta })).expect("the same level");
            let (mut y, mut of_fast) = (vec![7.0; x.len()], vec![7.0; x.len()]);
            op.apply_into(&x, &mut y);
            fast.apply_into(&x, &mut of_fast);
            for (i, &x) in x.iter().enumerate() {
                let exact = softplus(beta, x.into());
                for (y, limit) in [(y[i], 2.1), (of_fast[i], 3.0)] {
                    let right = if x.is_nan() { is_quiet_nan(y) } else { ulps(y, exact) <= limit };
                    assert!(right, "{op:?}: {x:e} gives {y:e}, not {exact:e}");
                }
            }
        }
    }
}

#[test]
fn gradients_of_softplus_are_the_exact_product_for_every_beta_and_dy() {
    for beta in BETAS {
        let x = inputs_for(beta);
        let mut dy = gradients(x.len());
        dy.reverse();
        let (mut dx, mut slope) = (vec![7.0; x.len()], vec![7.0; x.len()]);
        for op in at_levels(Softplus { beta }) {
            op.backward(&x, &dy, &mut dx);
            op.backward(&x, &vec![1.0; x.len()], &mut slope);
            for i in 0..x.len() {
                let derivative = sigmoid(f64::from(beta) * f64::from(x[i]));
                for (dy, dx, limit) in [(1.0, slope[i], 2.2), (dy[i], dx[i], 2.5)] {
                    let exact = derivative * f64::from(dy);
                    let right = if x[i].is_nan() || dy.is_nan() {
                        is_quiet_nan(dx)
                    } else if dy.is_infinite() {
                        derivative < 1e-60 || same(dx, dy)
                    } else if exact.abs() < f64::from(f32::MIN_POSITIVE) {
                        (f64::from(dx) - exact).abs() <= 3e-45
                    } else {
                        ulps(dx, exact) <= limit
                    };
                    let place = x[i];
                    assert!(right, "{op:?}: {dy:e} at {place:e} gives {dx:e}, not {exact:e}");
                }
            }
        }
    }
}

#[test]
fn softplus_is_monotonic_where_beta_is_a_power_of_two() {
    for beta in [1.0, 0.25, 1024.0, 7.629_394_5e-6, 131_072.0_f32] {
        // Neighbours around every place where the kernels change their form.
        let around = |u: f32| {
            let bits = (u / beta).to_bits();
            (bits - 3000..bits + 3000).map(f32::from_bits).collect::<Vec<_>>()
        };
        for u in [1e-3, 0.3, 0.5, 0.8, 0.99, 1.0, 1.04, 1.4, 2.0, 15.0, 40.0, 60.0, 87.3, 103.0] {
            let positive = around(u);
            let negative: Vec<_> = positive.iter().rev().map(|x| -x).collect();
            for x in [positive, negative] {
                for op in at_levels(Softplus { beta }) {
                    let fast = At::new(op.isa(), Fast(Softplus { beta })).expect("the same level");
                    for op in [Box::new(op) as Box<dyn Activation>, Box::new(fast)] {
                        let mut y = vec![7.0; x.len()];
                        op.apply_into(&x, &mut y);
                        assert!(y.is_sorted(), "beta {beta:e} near {:e}", x[0]);
                    }
                }
            }
        }
    }
}

#[test]
fn a_beta_that_is_not_positive_and_finite_gives_nan() {
    let x = inputs(1.0);
    for beta in [0.0, -0.0, -1.0, f32::INFINITY, f32::NEG_INFINITY, f32::NAN] {
        for op in at_levels(Softplus { beta }) {
            let (mut y, mut dx) = (vec![7.0; x.len()], vec![7.0; x.len()]);
            op.apply_into(&x, &mut y);
            op.backward(&x, &vec![1.0; x.len()], &mut dx);
            assert!(y.iter().chain(&dx).all(|y| y.is_nan()), "beta {beta:e}");
        }
    }
}

#[test]
fn from_15_on_the_result_is_x_so_that_no_threshold_changes_it() {
    for beta in BETAS {
        let x: Vec<_> = (0..4000_u16)
            .map(|i| (15.000_001 + f32::from(i) * 0.007) / beta)
            .filter(|x| x.is_finite() && f64::from(*x) * f64::from(beta) > 15.0)
            .collect();
        for op in at_levels(Softplus { beta }) {
            let mut y = x.clone();
            op.apply(&mut y);
            for (&x, y) in x.iter().zip(y) {
                assert!(same(y, x), "{op:?}: {x:e} gives {y:e}");
            }
        }
    }
}

#[test]
fn a_threshold_that_changes_nothing_is_accepted_by_position_and_by_name() {
    let expected = AnyActivation::from(Softplus { beta: 0.5 });
    for text in [
        "softplus(0.5)",
        "softplus(0.5, 20)",
        "Softplus(0.5, threshold = 20)",
        "softplus(threshold = 15, beta = 0.5)",
        "softplus(0.5, inf)",
    ] {
        assert_eq!(text.parse(), Ok(expected), "{text}");
    }
    let mut set = AnyActivation::from(Softplus::default());
    set.set_all([("threshold", 20.0.into()), ("beta", 0.5_f32.into())]).expect("nothing changes");
    assert_eq!(set, expected);
    assert_eq!(set.to_string(), "softplus(0.5)");
    assert_eq!(Softplus::with_threshold(0.5, 20.0), Softplus { beta: 0.5 });
}

#[test]
fn what_would_change_results_or_has_no_meaning_is_refused() {
    for (text, message) in [
        ("softplus(1, 14.9)", "a threshold below 15 would change results"),
        ("softplus(1, threshold = nan)", "a threshold below 15 would change results"),
        ("softplus(1, 20, threshold = 20)", "threshold is given twice"),
        ("softplus(1, 20, 3)", "no such parameter: expected softplus(beta)"),
        ("softplus(0)", "beta must be positive"),
        ("softplus(-1)", "beta must be positive"),
        ("softplus(inf)", "beta must be finite"),
    ] {
        let error = text.parse::<AnyActivation>().expect_err(text);
        assert_eq!(error.to_string(), message, "{text}");
    }
    let mut set = AnyActivation::from(Softplus::default());
    let error = set.set("threshold", 3.0).expect_err("it would change results");
    assert_eq!(error.to_string(), "a threshold below 15 would change results");
}

#[test]
#[should_panic(expected = "a threshold below 15 would change results")]
fn a_low_threshold_panics() {
    let _ = Softplus::with_threshold(1.0, 14.9);
}

/// The bits of log-sigmoid are those of softplus at -x.
#[test]
fn log_sigmoid_is_softplus_mirrored() {
    let x = inputs(1.0);
    let mirrored: Vec<_> = x.iter().map(|x| -x).collect();
    for op in at_levels(Softplus::default()) {
        let log_sigmoid = At::new(op.isa(), activations::LogSigmoid).expect("the same level");
        let (mut y, mut other) = (vec![7.0; x.len()], vec![7.0; x.len()]);
        op.apply_into(&x, &mut y);
        log_sigmoid.apply_into(&mirrored, &mut other);
        for i in 0..x.len() {
            let right = same(y[i], -other[i]) || y[i].is_nan() && other[i].is_nan();
            assert!(right, "{:e}: {:e} and {:e}", x[i], y[i], other[i]);
        }
    }
}
