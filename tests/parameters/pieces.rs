//! Hard gates, shrinkages and soft caps with parameters of every kind.

use super::{assert_exact, assert_near, inputs, results};
use activations::{
    Gradient, GradientFromOutput, HardShrink, HardSigmoid, Shrink, SoftCap, SoftShrink,
    ThresholdedRelu, XIelu,
};
use activations_testing::{at_levels, same, ulp::ulps};

const NUMBERS: [f32; 7] = [0.0, -0.0, 0.5, 1e-45, 3.0, 1e30, f32::MAX];

#[test]
fn shrinkages_are_their_definitions_for_every_lambda() {
    for lambda in NUMBERS.into_iter().chain([f32::INFINITY, -1.0]) {
        let is_kept = |x: f32| x.abs() > lambda;
        let hard = |x: f32| if is_kept(x) { x } else { 0.0_f32.copysign(x) };
        assert_exact(HardShrink { lambda }, hard, is_kept);
        if lambda.is_finite() {
            let soft = |x: f32| (x.abs() - lambda).max(0.0).copysign(x);
            assert_exact(SoftShrink { lambda }, soft, is_kept);
        }
    }
}

#[test]
fn the_shrinkage_of_onnx_is_its_definition_for_every_lambda_and_bias() {
    for (lambda, bias) in NUMBERS.into_iter().flat_map(|a| NUMBERS.map(|b| (a, b))) {
        for (lambda, bias) in [(lambda, bias), (-lambda, bias), (lambda, -bias)] {
            let function = |x: f32| match x {
                _ if x < -lambda => x + bias + 0.0,
                _ if x > lambda => x - bias + 0.0,
                _ => 0.0,
            };
            let is_kept = |x: f32| x < -lambda || x > lambda;
            assert_exact(Shrink { lambda, bias }, function, is_kept);
        }
    }
}

#[test]
fn the_output_of_a_shrinkage_tells_its_gradient() {
    for lambda in NUMBERS {
        for op in at_levels(SoftShrink { lambda }) {
            let x = inputs(0.1);
            let mut dx = vec![7.0; x.len()];
            op.backward_from_output(&results(op, &x), &vec![3.0; x.len()], &mut dx);
            for (x, dx) in x.iter().zip(dx) {
                let expected = if x.abs() > lambda { 3.0 } else { 0.0 };
                assert!(dx == expected, "lambda {lambda:e}: {x:e} gives {dx:e}");
            }
        }
    }
}

#[test]
fn thresholded_relu_is_its_definition_for_every_alpha() {
    for alpha in NUMBERS.into_iter().chain([f32::INFINITY, f32::NEG_INFINITY, -2.0]) {
        let is_kept = |x: f32| x.is_nan() || x > alpha;
        assert_exact(ThresholdedRelu { alpha }, |x| if is_kept(x) { x } else { 0.0 }, is_kept);
    }
}

#[test]
fn hard_sigmoid_is_rounded_once_for_every_line() {
    for (alpha, beta) in [(0.2, 0.5), (1.0 / 6.0, 0.5), (-0.25, 0.3), (1e-20, 1e-3), (3e5, -7.0)] {
        for op in at_levels(HardSigmoid { alpha, beta }) {
            let x = inputs(1.0 / alpha);
            for (x, y) in x.iter().zip(results(op, &x)) {
                let line = f64::from(*x) * f64::from(alpha) + f64::from(beta);
                let exact = line.clamp(0.0, 1.0);
                let right = x.is_nan() && y.is_nan() || ulps(y, exact) <= 0.5001;
                assert!(right, "{op:?}: {x:e} gives {y:e}, not {exact:e}");
            }
        }
    }
}

#[test]
fn soft_cap_is_near_its_definition_for_every_cap() {
    for cap in [30.0, 50.0, 1.0, 0.3, 1e-3, 1e30, 1e-30, -30.0] {
        let c = f64::from(cap);
        assert_near(
            SoftCap { cap },
            cap,
            |x| c * libm::tanh(x / c),
            |x| {
                let e = libm::exp(-2.0 * (x / c).abs());
                4.0 * e / ((1.0 + e) * (1.0 + e))
            },
        );
    }
}

#[test]
fn a_cap_of_0_or_infinity_is_none() {
    for cap in [0.0, -0.0, f32::INFINITY, f32::NEG_INFINITY] {
        for op in at_levels(SoftCap { cap }) {
            let x = inputs(1.0);
            let mut dx = vec![7.0; x.len()];
            op.backward(&x, &vec![3.0; x.len()], &mut dx);
            for ((&x, y), dx) in x.iter().zip(results(op, &x)).zip(dx) {
                let right = same(y, x) && dx == 3.0 || x.is_nan() && y.is_nan() && dx.is_nan();
                assert!(right, "{op:?}: {x:e} gives {y:e} and {dx:e}");
            }
        }
    }
}

#[test]
fn xielu_is_near_its_definition_for_all_parameters() {
    let some = [0.8, 1.3, 0.0, 2.5_f32];
    for (alpha_n, beta) in some.into_iter().flat_map(|a| [0.5, 0.0, 0.8, -1.0].map(|b| (a, b))) {
        for (alpha_p, eps) in some.into_iter().zip([-1e-6, -1e-3, -1e-6, -0.5]) {
            let op = XIelu { alpha_n, alpha_p, beta, eps };
            let [n, p, b, eps] = [alpha_n, alpha_p, beta, eps].map(f64::from);
            for op in at_levels(op) {
                let x: Vec<_> = inputs(1.0).into_iter().filter(|x| x.is_finite()).collect();
                for (x, y) in x.iter().zip(results(op, &x)) {
                    let x = f64::from(*x);
                    let exact = if x > 0.0 {
                        (p * x + b) * x
                    } else {
                        n * libm::expm1(x.min(eps)) + (b - n) * x
                    };
                    let near = ulps(y, exact) <= 0.51 || (f64::from(y) - exact).abs() < 1e-15;
                    assert!(near, "{op:?}: {x:e} gives {y:e}, not {exact:e}");
                }
            }
        }
    }
}

#[test]
fn infinite_inputs_of_xielu_give_its_limits() {
    let infinity = f32::INFINITY;
    for (alpha_n, alpha_p, beta, low, high) in [
        (0.8, 0.8, 0.5, infinity, infinity),
        (0.5, 0.0, 0.8, -infinity, infinity),
        (0.5, 0.0, 0.5, -0.5, infinity),
        (0.0, 0.0, 0.0, 0.0, 0.0),
        (1.0, -1.0, 0.0, infinity, -infinity),
    ] {
        for op in at_levels(XIelu { alpha_n, alpha_p, beta, ..XIelu::default() }) {
            let y = results(op, &[-infinity, infinity]);
            assert!(same(y[0] + 0.0, low) && same(y[1] + 0.0, high), "{op:?} gives {y:?}");
        }
    }
}
