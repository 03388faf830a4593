//! The gate and its derivative in f64, in formulas where no term cancels.

/// Returns x / (1 + e^(-beta x)) in f64.
pub(crate) fn exact(beta: f64, x: f64) -> f64 {
    let t = if beta == 0.0 && !x.is_nan() { 0.0 } else { beta * x };
    let e = libm::exp(-t.abs());
    match t {
        _ if t >= 0.0 => x / (1.0 + e),
        _ if e == 0.0 => 0.0_f64.copysign(x),
        _ => x * (e / (1.0 + e)),
    }
}

/// Returns its derivative in f64.
pub(crate) fn derivative(beta: f64, x: f64) -> f64 {
    let t = if beta == 0.0 && !x.is_nan() { 0.0 } else { beta * x };
    let a = t.abs();
    let e = libm::exp(-a);
    let d = 1.0 + e;
    match t {
        _ if e == 0.0 => {
            if t < 0.0 {
                -0.0
            } else {
                1.0
            }
        }
        _ if t < 0.0 => e * (d - a) / (d * d),
        _ => (1.0 + e * (1.0 + a)) / (d * d),
    }
}
