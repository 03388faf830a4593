//! Second formulas of the hard gates, the shrinkages and what is made of tanh.

use super::{assert_near, exact};

/// The operations that have a formula here.
pub(super) const NAMES: &[&str] = &["hard_swish", "soft_cap", "softsign", "tanh_shrink"];

pub(super) fn assert_agree(x: f64) {
    let functions = NAMES.iter().chain(&["xielu"]).map(|name| (*name, exact(name)));
    for (name, (function, derivative)) in functions {
        let (right, slope) = formulas(name, x);
        if ["tanh_shrink", "xielu"].contains(&name) {
            assert_close(name, x, function(x), right);
            assert_close(name, x, derivative(x), slope);
        } else {
            assert_near(name, x, function(x), right);
            assert_near(&format!("{name}'"), x, derivative(x), slope);
        }
    }
}

/// Where parts nearly cancel: within 2^-13 of an ULP of f32.
fn assert_close(name: &str, x: f64, got: f64, right: f64) {
    let near = (got - right).abs() <= right.abs() * 5e-12 + 1e-16 || got == right;
    assert!(near, "{name}({x:e}) is {right:e}, not {got:e}");
}

fn formulas(name: &str, x: f64) -> (f64, f64) {
    match name {
        "hard_swish" if x.abs() >= 3.0 => (x.max(0.0), if x > 0.0 { 1.0 } else { 0.0 }),
        "hard_swish" => (x / 6.0 * (x + 3.0), (x + 1.5) / 3.0),
        "soft_cap" => (30.0 * core_math::tanh(x / 30.0), core_math::cosh(x / 30.0).powi(-2)),
        "softsign" => {
            let y = if x == 0.0 { x } else { 1.0 / (1.0 / x + x.signum()) };
            (y, (1.0 + x.abs()).powi(-2))
        }
        "tanh_shrink" => {
            // Lambert's continued fraction: tanh x = x / (1 + t).
            let t = (1..40).rev().fold(0.0, |t, n| x * x / (f64::from(2 * n + 1) + t));
            let tanh = core_math::tanh(x);
            (if x.abs() < 5.0 { x * (t / (1.0 + t)) } else { x - tanh }, tanh * tanh)
        }
        _ => {
            let [alpha, eps] = [0.8_f32, -1e-6_f32].map(f64::from);
            let negative = core_math::expm1(x.min(eps));
            if x > 0.0 {
                (alpha * x * x + 0.5 * x, 2.0 * alpha * x + 0.5)
            } else {
                (alpha * (negative - x) + 0.5 * x, alpha * negative + 0.5)
            }
        }
    }
}
