//! Second formulas of erf and of both forms of GELU.

use super::{every, exact};

/// As in `assert_near`, but where a function multiplies the rounding error of its argument by up to
/// 200, or crosses 0 with terms of the size of `unit`.
fn assert_about(name: &str, x: f64, got: f64, right: f64, unit: f64) {
    let near = (got - right).abs() <= right.abs().max(unit) * 4e-14 || right.abs() < 1e-290;
    assert!(near, "{name}({x:e}) is {right:e}, not {got:e}");
}

pub(crate) fn exact_values_agree() {
    let (erf, erf_derivative) = exact("erf");
    let (gelu, gelu_derivative) = exact("gelu");
    let (gelu_tanh, gelu_tanh_derivative) = exact("gelu_tanh");
    let per_root_pi = std::f64::consts::FRAC_2_SQRT_PI / 2.0;
    let root_half = std::f64::consts::FRAC_1_SQRT_2;
    for x in every(4093).map(f64::from).filter(|x| x.abs() < 35.0) {
        assert_about("erf", x, erf(x), core_math::erf(x), 0.0);
        let slope = 2.0 * per_root_pi / core_math::exp(x * x);
        assert_about("erf'", x, erf_derivative(x), slope, 0.0);

        let half = 0.5 * core_math::erfc(-x * root_half);
        assert_about("gelu", x, gelu(x), x * half, 0.0);
        let density = per_root_pi * root_half / core_math::exp(0.5 * x * x);
        // In the left tail both terms are small, and the second one prevails.
        let unit = if x.abs() < 2.0 { 0.125 } else { 0.0 };
        assert_about("gelu'", x, gelu_derivative(x), half + x * density, unit);

        // With tanh as in the definition, but for the left tail, where 1 + tanh u cancels.
        let root = (2.0 * std::f64::consts::FRAC_1_PI).sqrt();
        let u = root * (x + 0.044715 * x * x * x);
        let s = if u < 0.0 {
            core_math::exp(u) / (2.0 * core_math::cosh(u))
        } else {
            0.5 * (1.0 + core_math::tanh(u))
        };
        assert_about("gelu_tanh", x, gelu_tanh(x), x * s, 0.0);
        if u.abs() < 300.0 {
            let bell = 0.25 / (core_math::cosh(u) * core_math::cosh(u));
            let slope = s + x * 2.0 * root * (1.0 + 0.134145 * x * x) * bell;
            assert_about("gelu_tanh'", x, gelu_tanh_derivative(x), slope, unit);
        }
    }
}
