//! The largest allowed distance of a result from PyTorch's in float64: the bounds of the contract.

use crate::jobs::{Job, Part};
use activations::{
    Isa,
    table::{Bound, Crossing, OPERATIONS, ROW_OPERATIONS},
};
use activations_testing::ulp::per_ulp;

/// The results of PyTorch in float64.
pub(crate) struct Exact {
    pub(crate) y: Vec<f64>,
    pub(crate) dx: Vec<f64>,
    pub(crate) d_slopes: Vec<f64>,
}

impl Exact {
    pub(crate) fn of(&self, part: Part) -> &[f64] {
        match part {
            Part::Forward | Part::Fast => &self.y,
            Part::Gradient => &self.dx,
            Part::Slopes => &self.d_slopes,
        }
    }
}

fn ulp(exact: f64) -> f64 {
    1.0 / per_ulp(exact)
}

/// The error that each result may have.
pub(crate) fn allowed(job: &Job, part: Part, exact: &Exact) -> Vec<f64> {
    let forward = bound(job, part).at(Isa::active());
    let ulps = |ulps: f64, of: &[f64]| of.iter().map(|&exact| ulps * ulp(exact)).collect();
    match (part, job.name()) {
        // Nearer to 0 than 2^-24 its error is below 2^-48.
        (Part::Forward, "log_sum_exp") => {
            exact.y.iter().map(|&y| ulp(y).max(f64::exp2(-48.0))).collect()
        }
        (Part::Forward | Part::Fast, _) => ulps(forward, &exact.y),
        (Part::Gradient, "softmax" | "log_softmax") => of_rows(job, forward, exact),
        (Part::Gradient, _) => of_products(job, forward, exact),
        // The sum is rounded once, and its order is another.
        (Part::Slopes, _) => {
            let mut magnitudes = vec![0.0; job.slopes.len()];
            for (i, (&x, &dy)) in
                job.x.iter().zip(&job.dy).enumerate().filter(|(_, (x, _))| **x < 0.0)
            {
                magnitudes[job.channel(i)] += (f64::from(x) * f64::from(dy)).abs();
            }
            let sums = exact.d_slopes.iter().zip(magnitudes);
            sums.map(|(&sum, magnitude)| 0.5 * ulp(sum) + 1e-13 * magnitude).collect()
        }
    }
}

fn bound(job: &Job, part: Part) -> Bound {
    let name = job.name();
    if let Some(operation) = OPERATIONS.iter().find(|operation| operation.name == name) {
        // Another parameter is another rounding.
        return match part {
            _ if matches!(name, "elu" | "celu" | "scaled_elu") && !job.is_usual() => {
                Bound { fused: 2.0, baseline: 2.0 }
            }
            Part::Forward => operation.kernels[0].bound,
            Part::Fast => operation.kernels[1].bound,
            Part::Gradient | Part::Slopes => operation.backward.bound,
        };
    }
    let tier = if part == Part::Fast { "fast" } else { "default" };
    let of_rows = ROW_OPERATIONS
        .iter()
        .find(|operation| operation.name == name && operation.tier.name() == tier);
    match (part, name) {
        (Part::Gradient, "prelu") => Bound::EXACT,
        (_, "prelu") => Bound::ROUNDED,
        _ => of_rows.or(ROW_OPERATIONS.first()).map(|operation| operation.bound).unwrap(),
    }
}

/// The error of the derivative, times dy, and the rounding of the product. A subnormal product may
/// be rounded twice.
fn of_products(job: &Job, bound: f64, exact: &Exact) -> Vec<f64> {
    let operation = OPERATIONS.iter().find(|operation| operation.name == job.name());
    let crossing = operation.and_then(|operation| operation.backward.crossing);
    let error = |(i, &dx): (usize, &f64)| {
        let dy = f64::from(job.dy_of(i));
        let unit = if job.is_of_rows() {
            ulp(dx / dy) * dy.abs()
        } else {
            // Only the product is rounded to f32: the derivative has its digits beyond that range.
            let measure = Crossing::measure(crossing, job.x[i].into(), dx / dy);
            let binade = measure.abs().log2().floor().exp2();
            (binade * f64::exp2(-23.0) * dy.abs()).max(if dx == 0.0 { 0.0 } else { ulp(0.0) })
        };
        let derivative = bound * unit;
        // The gradient of softsign multiplies dy by 1 / d twice, with a rounding in between.
        let products = if job.name() == "softsign" { 2.0 } else { 1.0 };
        if dy == 1.0 { derivative } else { derivative + products * 0.5 * ulp(dx) }
    };
    exact.dx.iter().enumerate().map(error).collect()
}

/// The effect of the error of y on the gradient, and the rounding.
fn of_rows(job: &Job, bound: f64, exact: &Exact) -> Vec<f64> {
    let is_log = job.name() == "log_softmax";
    let count = job.shape[0] * job.shape[2];
    // Of each row: the sum of the weighted gradients' magnitudes, and how far the error of y moves
    // that sum.
    let (mut sums, mut errors) = (vec![0.0; count], vec![0.0; count]);
    let y_and_dy = || exact.y.iter().zip(job.dy.iter().map(|&dy| f64::from(dy).abs()));
    for (i, (&y, dy)) in y_and_dy().enumerate() {
        sums[job.row(i)] += if is_log { dy } else { y * dy };
        errors[job.row(i)] += if is_log { 0.0 } else { bound * ulp(y) * dy };
    }
    y_and_dy()
        .zip(&exact.dx)
        .enumerate()
        .map(|(i, ((&y, dy), &dx))| {
            let (sum, error) = (sums[job.row(i)], errors[job.row(i)]);
            let moved = if is_log {
                let weight = y.exp();
                // The error of y, and that of its exponential.
                sum * (weight * bound * ulp(y) + 1.96 * ulp(weight))
            } else {
                bound * ulp(y) * (dy + sum) + y * error
            };
            // The last is what float64 loses in sums of another order.
            moved + 0.5 * ulp(dx) + 1e-13 * (dy + sum).min(y.abs())
        })
        .collect()
}
