//! Second formulas of the gates made of e^x.

use super::{assert_near, every, exact};

/// Returns 1 / (1 + e^-t) by way of tanh, without cancellation.
fn sigmoid(t: f64) -> f64 {
    let positive = 0.5 + 0.5 * core_math::tanh(0.5 * t.abs());
    if t < 0.0 { core_math::exp(t) * positive } else { positive }
}

/// The derivatives cross 0, where the terms of a formula cancel: an error counts beside the terms.
fn assert_sum_near(name: &str, x: f64, got: f64, [a, b]: [f64; 2]) {
    let near = (got - (a + b)).abs() <= (a.abs() + b.abs()) * 4e-15;
    assert!(near, "{name}({x:e}) is {:e}, not {got:e}", a + b);
}

pub(crate) fn assert_gates_agree() {
    let beta = f64::from(1.702_f32);
    for (name, beta) in [("silu", 1.0), ("swish", 1.0), ("quick_gelu", beta)] {
        let (function, derivative) = exact(name);
        for x in every(4093).map(f64::from).filter(|x| x.abs() < 400.0) {
            let t = beta * x;
            let s = sigmoid(t);
            assert_near(name, x, function(x), x * s);
            assert_sum_near(name, x, derivative(x), [s, t * s * sigmoid(-t)]);
        }
    }
    let (mish, derivative) = exact("mish");
    for x in every(4093).map(f64::from).filter(|x| x.abs() < 300.0) {
        // tanh of log(1 + e^x), whose square is subtracted from 1 in the derivative.
        let softplus = x.max(0.0) + core_math::log1p(core_math::exp(-x.abs()));
        let gate = core_math::tanh(softplus);
        assert_near("mish", x, mish(x), x * gate);
        let slope = x * sigmoid(x) * core_math::cosh(softplus).powi(-2);
        assert_sum_near("mish'", x, derivative(x), [gate, slope]);
    }
}
