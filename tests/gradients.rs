//! Gradients for every dy: loss scaling makes it huge, and products are rounded once at their end.

#[path = "gradients/foreign.rs"]
mod foreign;

use activations::{
    Activation, At, Celu, Elu, Gradient, GradientFromOutput, LeakyRelu, ScaledElu,
    table::{Backward, Crossing, OPERATIONS},
};
use activations_testing::{
    at_levels, isas, spread,
    ulp::{per_ulp, ulps},
};

/// In ULP of the exact product, wherever that is a normal number.
const LIMIT: f64 = 2.5;

/// Inputs from all over, and from where derivatives are far beyond the range of f32.
fn inputs() -> Vec<f32> {
    let tails = (-8000_i16..8000).map(|i| f32::from(i) * 0.029);
    (0..20_000).map(spread).filter(|x| !x.is_nan()).chain(tails).collect()
}

/// Numbers of every magnitude.
fn gradients(len: usize) -> Vec<f32> {
    let finite = |i: u32| {
        let x = spread(i.wrapping_mul(0x2545_f491));
        if x.is_finite() { x } else { 1.0 }
    };
    let fixed = [16_777_216.0, 65_536.0, 1e-3, 1e30, 1.0, f32::MAX, 1e-45, -1e38, 3e-39];
    (0..len)
        .map(|i| if i % 2 == 0 { fixed[i / 2 % fixed.len()] } else { finite(i as u32) })
        .collect()
}

fn assert_near(what: &str, x: f32, dy: f32, dx: f32, exact: f64) {
    assert_near_by(what, x, dy, dx, exact, exact);
}

/// As `assert_near`, in units in the last place of `measure`, where that is a normal number.
fn assert_near_by(what: &str, x: f32, dy: f32, dx: f32, exact: f64, measure: f64) {
    // Where the product rounds to infinity or to the largest number is not looked at.
    let largest = f64::from(f32::MAX) * 0.999_999;
    let is_normal = measure.abs() >= f64::from(f32::MIN_POSITIVE) && exact.abs() <= largest;
    if is_normal {
        let error = ulps(dx, exact) / per_ulp(exact) * per_ulp(measure);
        assert!(error <= LIMIT, "{what}: {dy:e} at {x:e} gives {dx:e}, not {exact:e}: {error} ULP");
    } else if exact.abs() > largest {
        assert!(
            f64::from(dx) * exact > 0.0 && dx.abs() >= f32::MAX * 0.999_998,
            "{what}: {dy:e} at {x:e}: {dx:e}"
        );
    } else {
        let error = (f64::from(dx) - exact).abs();
        assert!(
            error <= 3e-45 + exact.abs() * 1e-6,
            "{what}: {dy:e} at {x:e}: {dx:e}, not {exact:e}"
        );
    }
}

#[test]
fn gradients_are_the_exact_product_for_every_dy() {
    let x = inputs();
    let dy = gradients(x.len());
    let mut dx = vec![7.0; x.len()];
    for operation in OPERATIONS {
        for isa in isas() {
            (operation.backward.backward)(isa, &x, &dy, &mut dx);
            for i in 0..x.len() {
                let Backward { derivative, crossing, .. } = operation.backward;
                let derivative = derivative(x[i].into());
                // An infinite input has a derivative by its limit, which no product is made of.
                if derivative.is_finite() {
                    let what = format!("{} at {isa}", operation.name);
                    let measure = Crossing::measure(crossing, x[i].into(), derivative);
                    let [exact, measure] = [derivative, measure].map(|d| d * f64::from(dy[i]));
                    assert_near_by(&what, x[i], dy[i], dx[i], exact, measure);
                }
            }
        }
    }
}

#[test]
fn gradients_from_the_output_are_the_product_with_the_derivative_of_that_output() {
    let y = inputs();
    let dy = gradients(y.len());
    for (operation, backward) in
        OPERATIONS.iter().filter_map(|of| of.backward_from_output.map(|backward| (of, backward)))
    {
        for isa in isas() {
            let mut dx = vec![7.0; y.len()];
            (backward.backward)(isa, &y, &dy, &mut dx);
            for i in 0..y.len() {
                let derivative = (backward.derivative)(y[i].into());
                if derivative.is_finite() {
                    let what = format!("{} from the output at {isa}", operation.name);
                    assert_near(&what, y[i], dy[i], dx[i], derivative * f64::from(dy[i]));
                }
            }
        }
    }
}

/// Asserts that the outputs that follow from all kinds of inputs tell what is promised: where the
/// input is positive, and the derivative that `formula` makes of the output. That is off from
/// `derivative` by the rounding of the output, which is at most `rounding`.
fn assert_output_tells<Op: Copy + std::fmt::Debug>(
    op: Op,
    formula: impl Fn(f64) -> f64,
    derivative: impl Fn(f64) -> f64,
    rounding: f64,
) where
    At<Op>: GradientFromOutput,
{
    let x = inputs();
    let dy = gradients(x.len());
    let (mut y, mut dx) = (vec![7.0; x.len()], vec![7.0; x.len()]);
    for op in at_levels(op) {
        op.apply_into(&x, &mut y);
        op.backward_from_output(&y, &dy, &mut dx);
        for i in 0..x.len() {
            assert_eq!(y[i] > 0.0, x[i] > 0.0, "{op:?}: {:e} gives {:e}", x[i], y[i]);
            let of_output = if y[i] > 0.0 { 1.0 } else { formula(y[i].into()) };
            assert_near(&format!("{op:?}"), y[i], dy[i], dx[i], of_output * f64::from(dy[i]));
            let of_input = if x[i] > 0.0 { 1.0 } else { derivative(x[i].into()) };
            let error = (of_output - of_input).abs();
            assert!(error <= rounding, "{op:?}: {of_output:e} at {:e}, not {of_input:e}", x[i]);
        }
    }
}

#[test]
fn the_output_tells_the_gradient_with_any_parameter_of_the_domain() {
    for alpha in [1.0, 0.3, 2.7, 0.0, -0.0, 1e30, 1e-30, 1e-40, f32::MAX, 1e-45_f32] {
        let a = f64::from(alpha);
        // Two ULP of the limit, or of the least subnormal number.
        let rounding = (a * 2.4e-7).max(3e-45);
        assert_output_tells(Elu { alpha }, |y| y + a, |x| a * libm::exp(x), rounding);
        if alpha > 0.0 {
            let rounding = rounding / a;
            assert_output_tells(Celu { alpha }, |y| (y + a) / a, |x| libm::exp(x / a), rounding);
        }
    }
    for slope in [0.01, 0.0, -0.0, 1.0, 3.0, f32::MAX, 1e-45_f32] {
        let slope_of = |_| f64::from(slope);
        assert_output_tells(LeakyRelu { slope }, slope_of, slope_of, 0.0);
    }
}

/// The form for usual inputs and the one for all have the same bits for every dy.
#[test]
fn a_gradient_is_the_same_alone_and_among_others() {
    let x = inputs();
    let dy = gradients(x.len());
    let mut dx = vec![7.0; x.len()];
    for operation in OPERATIONS {
        for isa in isas() {
            (operation.backward.backward)(isa, &x, &dy, &mut dx);
            for i in 0..x.len() {
                let mut alone = [7.0];
                (operation.backward.backward)(isa, &x[i..=i], &dy[i..=i], &mut alone);
                let [a, b] = [dx[i], alone[0]];
                let is_same = a.to_bits() == b.to_bits() || a.is_nan() && b.is_nan();
                assert!(
                    is_same,
                    "{} at {isa}: {:e} at {:e}: {a:e}, {b:e}",
                    operation.name, dy[i], x[i]
                );
            }
        }
    }
}

#[test]
fn reported_products_are_right() {
    for (name, x, dy, expected) in [
        ("sigmoid", 100.0, 16_777_216.0, 6.241_252e-37),
        ("sigmoid", 104.5, 65_536.0, 2.7e-41),
        ("exp", 90.0, 1e-3, 1.220_403_2e36),
        ("tanh", 50.0, 1e30, 1.488_030_4e-13),
    ] {
        let operation = OPERATIONS.iter().find(|of| of.name == name).expect("in the table");
        for isa in isas() {
            let mut dx = [7.0];
            (operation.backward.backward)(isa, &[x], &[dy], &mut dx);
            let near =
                (dx[0] / expected - 1.0_f32).abs() < if expected < 1e-38 { 0.01 } else { 1e-6 };
            assert!(near, "{name} at {isa}: {dy:e} at {x} gives {:e}", dx[0]);
        }
    }
}

#[test]
fn a_dy_of_0_gives_0_unless_x_is_nan() {
    let x: Vec<f32> = inputs().into_iter().chain([f32::INFINITY, f32::NEG_INFINITY]).collect();
    let mut dx = vec![7.0; x.len()];
    for operation in OPERATIONS {
        for isa in isas() {
            (operation.backward.backward)(isa, &x, &vec![0.0; x.len()], &mut dx);
            for (x, dx) in x.iter().zip(&dx) {
                assert!(*dx == 0.0, "{} at {isa}: {x:e} gives {dx:e}", operation.name);
            }
        }
    }
}

#[test]
fn gradients_with_any_alpha_are_the_exact_product_for_every_dy() {
    let x = inputs();
    let dy = gradients(x.len());
    let mut dx = vec![7.0; x.len()];
    for alpha in [1.0, 0.3, -0.5, 2.7, 1e30, 1e-30, -1e30, 1e-40, -1e-40, f32::MAX, 1e-45] {
        let a = f64::from(alpha);
        for op in at_levels(Elu { alpha }) {
            op.backward(&x, &dy, &mut dx);
            for i in 0..x.len() {
                let x = f64::from(x[i]);
                let derivative = if x > 0.0 { 1.0 } else { a * libm::exp(x) };
                assert_near(
                    &format!("{op:?}"),
                    x as f32,
                    dy[i],
                    dx[i],
                    derivative * f64::from(dy[i]),
                );
            }
        }
        for op in at_levels(Celu { alpha }) {
            op.backward(&x, &dy, &mut dx);
            for i in 0..x.len() {
                let x = f64::from(x[i]);
                let derivative = if x > 0.0 { 1.0 } else { libm::exp(x / a) };
                assert_near(
                    &format!("{op:?}"),
                    x as f32,
                    dy[i],
                    dx[i],
                    derivative * f64::from(dy[i]),
                );
            }
        }
    }
}

#[test]
fn gradients_of_scaled_elu_are_the_exact_product_for_every_dy() {
    let x = inputs();
    let dy = gradients(x.len());
    let mut dx = vec![7.0; x.len()];
    for (alpha, gamma) in [(1.0, 1.0), (0.3, 2.7), (-0.5, 3.1), (1e20, 1e-30), (1e-20, 1e-15)] {
        let (a, g) = (f64::from(alpha), f64::from(gamma));
        for op in at_levels(ScaledElu { alpha, gamma }) {
            op.backward(&x, &dy, &mut dx);
            for i in 0..x.len() {
                let derivative = g * if x[i] > 0.0 { 1.0 } else { a * libm::exp(x[i].into()) };
                assert_near(&format!("{op:?}"), x[i], dy[i], dx[i], derivative * f64::from(dy[i]));
            }
        }
    }
}
