//! Softplus and log-sigmoid, by the logarithm of the hyperbolic cosine, and by its inverse tangent.

use super::{assert_near, every, exact};

/// Asserts that the exact values are near x/2 + log(2 cosh(x/2)) or, where that would cancel, near
/// 2 artanh(e^x / (2 + e^x)).
pub(crate) fn agree() {
    let (softplus, softplus_derivative) = exact("softplus");
    let (log_sigmoid, log_sigmoid_derivative) = exact("log_sigmoid");
    for x in every(4093).map(f64::from).filter(|x| x.abs() < 500.0) {
        let half = 0.5 * x;
        let e = core_math::exp(x);
        let right = if x < 0.0 {
            2.0 * core_math::atanh(e / (2.0 + e))
        } else {
            half + core_math::log(2.0 * core_math::cosh(half))
        };
        assert_near("softplus", x, softplus(x), right);
        assert_near("log_sigmoid", -x, log_sigmoid(-x), -right);
        // e^(x/2) / (2 cosh(x/2))
        let slope = core_math::exp(half) / (2.0 * core_math::cosh(half));
        assert_near("softplus'", x, softplus_derivative(x), slope);
        assert_near("log_sigmoid'", -x, log_sigmoid_derivative(-x), slope);
    }
}
