//! Swish with other betas than 1, against its definition.

use super::{gradients, inputs};
use activations::{Activation, At, Fast, Gradient, Swish};
use activations_testing::{
    at_levels, is_quiet_nan,
    ulp::{per_ulp, ulps},
};

fn swish(beta: f64, x: f64) -> f64 {
    let t = if beta == 0.0 { 0.0 } else { beta * x };
    let e = libm::exp(-t.abs());
    match t {
        _ if t >= 0.0 => x / (1.0 + e),
        _ if e == 0.0 => 0.0_f64.copysign(x),
        _ => x * (e / (1.0 + e)),
    }
}

fn slope(beta: f64, x: f64) -> f64 {
    let t = if beta == 0.0 { 0.0 } else { beta * x };
    let e = libm::exp(-t.abs());
    match t {
        _ if e == 0.0 => f64::from(u8::from(t > 0.0)),
        _ if t < 0.0 => e * (1.0 + e + t) / (1.0 + e).powi(2),
        _ => (1.0 + e * (1.0 + t)) / (1.0 + e).powi(2),
    }
}

#[test]
fn swish_is_its_definition_for_every_finite_beta() {
    let betas = [
        1.0,
        0.3,
        2.7,
        1.702,
        -1.0,
        -0.3,
        100.0,
        1e-3,
        1e15,
        -1e-15,
        0.0,
        -0.0,
        1e-30,
        1e-45,
        1e30,
        -1e38,
        f32::MAX,
    ];
    for beta in betas {
        let scale = if beta == 0.0 { 1.0 } else { (1.0 / beta.abs()).min(1e30) };
        let x = inputs(scale);
        let (dy, mut y, mut fast) = (gradients(x.len()), vec![0.0; x.len()], vec![0.0; x.len()]);
        let (mut dx, mut one) = (vec![0.0; x.len()], vec![0.0; x.len()]);
        for op in at_levels(Swish { beta }) {
            op.apply_into(&x, &mut y);
            let fast_tier = At::new(op.isa(), Fast(Swish { beta })).expect("the same level");
            fast_tier.apply_into(&x, &mut fast);
            op.backward(&x, &vec![1.0; x.len()], &mut one);
            op.backward(&x, &dy, &mut dx);
            for i in 0..x.len() {
                let what = format!("{op:?} at {:e}", x[i]);
                if x[i].is_nan() {
                    assert!([y[i], fast[i], one[i]].into_iter().all(is_quiet_nan), "{what}");
                    continue;
                }
                let (beta, x) = (f64::from(beta), f64::from(x[i]));
                let exact = swish(beta, x);
                assert!(ulps(y[i], exact) <= 2.0, "{what}: {:e}, not {exact:e}", y[i]);
                assert!(ulps(fast[i], exact) <= 4.0, "{what}: {:e}, not {exact:e}", fast[i]);
                let exact = slope(beta, x);
                // Near the zero of the derivative errors are in ULP of 1/8.
                let t = beta * x;
                let measure =
                    if (-2.2..=-0.6).contains(&t) { exact.abs().max(0.125) } else { exact };
                let error = ulps(one[i], exact) / per_ulp(exact) * per_ulp(measure);
                assert!(error <= 2.0, "{what}: {:e}, not {exact:e}", one[i]);
                if dy[i] == 0.0 {
                    assert!(dx[i] == 0.0, "{what}: {:e}", dx[i]);
                }
            }
        }
    }
}
