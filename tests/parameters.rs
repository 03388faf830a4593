//! Operations with other parameters than those of the table, against their definitions.

#[path = "parameters/gates.rs"]
mod gates;
#[path = "parameters/pieces.rs"]
mod pieces;

use activations::{
    Activation, At, Celu, Clip, Elu, Fast, Gradient, GradientFromOutput, HardTanh, Isa, ScaledElu,
    Threshold,
};
use activations_testing::{at_levels, is_quiet_nan, nans, same, spread, ulp::ulps};
use std::fmt::Debug;

#[path = "parameters/softplus.rs"]
mod softplus;

/// Arbitrary inputs, more inputs near 0 in units of `scale`, and all special values.
fn inputs(scale: f32) -> Vec<f32> {
    let near = (-4000_i16..1000).map(|i| f32::from(i) * 0.03 * scale);
    let special = [
        0.0,
        -0.0,
        f32::INFINITY,
        f32::NEG_INFINITY,
        f32::MAX,
        f32::MIN,
        1e-45,
        -1e-45,
        1e-38,
        -1e-38,
    ];
    (0..20_000).map(spread).chain(near).chain(special).chain(nans()).collect()
}

/// As many gradients of results.
fn gradients(len: usize) -> Vec<f32> {
    let dy = [1.0, -2.5, 0.0, -0.0, 1e20, f32::NEG_INFINITY, f32::NAN, 3e-39, 0.3];
    dy.into_iter().cycle().take(len).collect()
}

/// The results, which are the same in every form and tier.
fn results<Op: Copy + Debug>(op: At<Op>, x: &[f32]) -> Vec<f32>
where
    At<Op>: Activation,
    At<Fast<Op>>: Activation,
{
    let fast_tier = At::new(op.isa(), Fast(*op.operation())).expect("the same level");
    let (mut y, mut in_place, mut fast) = (vec![0.0; x.len()], x.to_vec(), x.to_vec());
    op.apply_into(x, &mut y);
    op.apply(&mut in_place);
    fast_tier.apply(&mut fast);
    for i in 0..x.len() {
        assert!(same(y[i], in_place[i]) && same(y[i], fast[i]), "{op:?} at {:e}", x[i]);
    }
    y
}

/// Asserts that operations which round nothing give their definitions bit for bit.
fn assert_exact<Op: Copy + Debug>(
    op: Op,
    function: impl Fn(f32) -> f32,
    is_kept: impl Fn(f32) -> bool,
) where
    At<Op>: Gradient,
    At<Fast<Op>>: Activation,
{
    let x = inputs(0.01);
    let (dy, mut dx) = (gradients(x.len()), vec![0.0; x.len()]);
    for op in at_levels(op) {
        op.backward(&x, &dy, &mut dx);
        for (i, y) in results(op, &x).into_iter().enumerate() {
            let expected = if x[i].is_nan() { f32::NAN } else { function(x[i]) };
            assert!(same(y, expected), "{op:?}: {:e} gives {y:e}, not {expected:e}", x[i]);
            let expected = if is_kept(x[i]) { dy[i] } else { 0.0 };
            assert!(same(dx[i], expected), "{op:?}: {:e} at {:e} gives {:e}", dy[i], x[i], dx[i]);
        }
    }
}

/// Asserts that operations made of e^x are within 2 ULP of their definitions.
fn assert_near<Op: Copy + Debug>(
    op: Op,
    scale: f32,
    function: impl Fn(f64) -> f64,
    derivative: impl Fn(f64) -> f64,
) where
    At<Op>: Gradient,
    At<Fast<Op>>: Activation,
{
    let x = inputs(scale);
    let (dy, mut dx, mut slope) = (gradients(x.len()), vec![0.0; x.len()], vec![0.0; x.len()]);
    for op in at_levels(op) {
        op.backward(&x, &dy, &mut dx);
        op.backward(&x, &vec![1.0; x.len()], &mut slope);
        for (i, y) in results(op, &x).into_iter().enumerate() {
            for (got, exact) in [(y, function(x[i].into())), (slope[i], derivative(x[i].into()))] {
                let right =
                    if exact.is_nan() { is_quiet_nan(got) } else { ulps(got, exact) <= 2.0 };
                assert!(right, "{op:?}: {:e} gives {got:e}, not {exact:e}", x[i]);
            }
            // `tests/gradients.rs` looks at the tails.
            let product = slope[i] * dy[i];
            let is_tail = !slope[i].is_normal() || product.abs() < f32::MIN_POSITIVE;
            let exact = derivative(x[i].into()) * f64::from(dy[i]);
            let right = is_tail || same(dx[i], product) || ulps(dx[i], exact) <= 2.5;
            assert!(right, "{op:?}: {:e} at {:e} gives {:e}", dy[i], x[i], dx[i]);
        }
    }
}

#[test]
fn hard_tanh_and_clip_are_their_definitions_for_all_limits() {
    let limits =
        [-1.0, 0.0, -0.0, 0.3, 6.0, -1e-45, f32::INFINITY, f32::NEG_INFINITY, f32::MAX, f32::NAN];
    for (min, max) in limits.into_iter().flat_map(|min| limits.map(|max| (min, max))) {
        let op = HardTanh { min, max };
        let at_least = |x: f32| if x < min { min } else { x };
        let at_most = |x: f32| if x > max { max } else { x };
        let is_kept = |x: f32| !(x <= min || x >= max);
        assert_exact(op, |x| at_most(at_least(x)), is_kept);

        let is_kept = |x: f32| !(x <= min || x > max);
        assert_exact(Clip { min, max }, |x| at_most(at_least(x)), is_kept);

        let x = inputs(0.01);
        let (dy, mut from_input, mut from_output) =
            (gradients(x.len()), vec![0.0; x.len()], vec![0.0; x.len()]);
        for op in at_levels(op) {
            op.backward(&x, &dy, &mut from_input);
            op.backward_from_output(&results(op, &x), &dy, &mut from_output);
            assert!(
                from_input.iter().zip(&from_output).all(|(&a, &b)| same(a, b)),
                "{op:?}: from the output"
            );
        }
    }
}

#[test]
fn threshold_is_its_definition_for_all_thresholds_and_values() {
    let numbers =
        [0.0, -0.0, -1.0, 0.3, 1e-45, f32::INFINITY, f32::NEG_INFINITY, f32::MIN, f32::NAN];
    for (threshold, value) in numbers.into_iter().flat_map(|a| numbers.map(|b| (a, b))) {
        let is_kept = |x: f32| x.is_nan() || threshold.is_nan() || x > threshold;
        assert_exact(
            Threshold { threshold, value },
            |x| if is_kept(x) { x } else { value },
            is_kept,
        );
    }
}

const ALPHAS: [f32; 8] = [0.3, 1.0, 2.7, 1.001, 1e-3, 1e4, 1e30, 1e-30];

#[test]
fn elu_is_near_its_definition_for_every_alpha() {
    for alpha in ALPHAS.into_iter().chain([0.0, -0.5, -3.0, 1e-40, -1e-45, f32::MAX, f32::MIN]) {
        let a = f64::from(alpha);
        let derivative = |x: f64| if x > 0.0 { 1.0 } else { a * libm::exp(x) };
        assert_near(
            Elu { alpha },
            1.0,
            |x| if x > 0.0 { x } else { a * libm::expm1(x) },
            derivative,
        );
    }
}

#[test]
fn scaled_elu_is_near_its_definition_for_all_parameters() {
    let x = inputs(1.0);
    for (alpha, gamma) in ALPHAS.into_iter().flat_map(|alpha| ALPHAS.map(|gamma| (alpha, gamma))) {
        for (alpha, gamma) in [(alpha, gamma), (-alpha, gamma), (alpha, -gamma)] {
            let (a, g) = (f64::from(alpha), f64::from(gamma));
            let function = |x: f64| g * if x > 0.0 { x } else { a * libm::expm1(x) };
            let is_near = (1e-30..=1e30).contains(&(a * g).abs());
            for op in at_levels(ScaledElu { alpha, gamma }) {
                let bound = |x: f32| match op.isa() {
                    Isa::Baseline => 2.5,
                    _ if x > -1e-20 => 1.5,
                    _ => 1.0,
                };
                for (&x, y) in x.iter().zip(results(op, &x)) {
                    let exact = function(x.into());
                    // Below 0 the product of the parameters may be infinite, and beside it 0.
                    let is_limit =
                        x < 0.0 && (y.is_infinite() || (a * g).abs() < 1e-30 && y.abs() < 1e-29);
                    let error = ulps(y, exact);
                    let right =
                        is_quiet_nan(y) && x.is_nan() || error <= bound(x) || !is_near && is_limit;
                    assert!(right, "{op:?}: {x:e} gives {y:e}, not {exact:e}: {error} ULP");
                }
            }
        }
    }
}

/// max(0, x) + min(0, alpha (e^x - 1)), with the limits of ONNX at 0.
#[test]
fn elu_keeps_what_is_not_negative_for_an_alpha_that_is_no_number() {
    for alpha in [f32::INFINITY, f32::NEG_INFINITY, f32::NAN] {
        let function = |x: f32| if x < 0.0 { -alpha } else { x };
        for op in at_levels(Elu { alpha }) {
            let x = inputs(1.0);
            for (&x, y) in x.iter().zip(results(op, &x)) {
                let expected = if x.is_nan() { x } else { function(x) };
                let right = if expected.is_nan() { is_quiet_nan(y) } else { same(y, expected) };
                assert!(right, "{op:?}: {x:e} gives {y:e}");
            }
        }
    }
}

/// The formula of ONNX and PyTorch holds for a negative alpha too, where the exponential grows.
#[test]
fn celu_is_near_its_definition_for_every_alpha() {
    let [y, dx] = [&mut [-0.49682534_f32], &mut [0.0]];
    Celu { alpha: -0.5 }.backward(y, &[1.0], dx);
    Celu { alpha: -0.5 }.apply(y);
    assert_eq!((y[0], dx[0]), (-0.850_538_6, 2.7010773));
    for alpha in ALPHAS.into_iter().chain([-0.5, -3.0, -1e-3, -1e30, 1e-40, -1e-40, f32::MAX]) {
        let a = f64::from(alpha);
        let function = |x: f64| if x > 0.0 { x } else { a * libm::expm1(x / a) };
        assert_near(
            Celu { alpha },
            alpha,
            function,
            |x| if x > 0.0 { 1.0 } else { libm::exp(x / a) },
        );
    }
}

#[test]
fn celu_has_the_limits_of_its_formula_where_alpha_is_0_or_infinite() {
    let x = inputs(1.0);
    for alpha in [0.0, -0.0, f32::INFINITY, f32::NEG_INFINITY, f32::NAN] {
        let negative = |x: f32| match alpha {
            0.0 => 0.0,
            alpha if alpha.is_nan() => alpha,
            _ => x,
        };
        for op in at_levels(Celu { alpha }) {
            let mut dx = vec![7.0; x.len()];
            op.backward(&x, &vec![3.0; x.len()], &mut dx);
            for (i, y) in results(op, &x).into_iter().enumerate() {
                let expected = if x[i] < 0.0 { negative(x[i]) } else { x[i] };
                let right = if expected.is_nan() { is_quiet_nan(y) } else { same(y, expected) };
                assert!(right, "{op:?}: {:e} gives {y:e}", x[i]);
                let slope = if x[i] <= 0.0 && alpha == 0.0 { 0.0 } else { 3.0 };
                let right = x[i].is_nan() || alpha.is_nan() || dx[i] == slope;
                assert!(right || x[i] == f32::NEG_INFINITY, "{op:?}: {:e} gives {:e}", x[i], dx[i]);
            }
        }
    }
}

#[test]
fn zeros_keep_their_signs_for_every_alpha() {
    for alpha in ALPHAS {
        for zero in [0.0, -0.0] {
            let elu = at_levels(Elu { alpha }).map(|op| results(op, &[zero; 100]));
            let celu = at_levels(Celu { alpha }).map(|op| results(op, &[zero; 100]));
            for y in elu.chain(celu) {
                assert!(y.into_iter().all(|y| same(y, zero)), "alpha {alpha:e}, {zero:?}");
            }
        }
    }
}

#[test]
fn a_gradient_does_not_depend_on_its_neighbours() {
    for alpha in [f32::MAX, 1e30, 2.7, 1e-3, 1e-18, 1e-30, 1e-38, 0.0] {
        let x: Vec<_> = (-4000_i16..1000).map(|i| f32::from(i) * 0.04).collect();
        let elu = at_levels(Elu { alpha }).map(|op| Box::new(op) as Box<dyn Gradient>);
        let celu = at_levels(Celu { alpha }).map(|op| Box::new(op) as Box<dyn Gradient>);
        for op in elu.chain(celu) {
            let (mut all, mut one) = (vec![0.0; x.len()], [0.0]);
            op.backward(&x, &vec![1.0; x.len()], &mut all);
            for (&x, &dx) in x.iter().zip(&all) {
                op.backward(&[x], &[1.0], &mut one);
                assert!(same(dx, one[0]), "alpha {alpha:e}: {x:e} gives {dx:e} and {:e}", one[0]);
            }
        }
    }
}
