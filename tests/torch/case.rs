//! One result on both sides, and what the list of differences asks of it.

use crate::jobs::{Job, Part};
use activations_testing::ulp::finite;
use std::fmt;

pub(crate) struct Case<'a> {
    pub(crate) job: &'a Job,
    pub(crate) part: Part,
    pub(crate) i: usize,
    pub(crate) ours: f32,
    /// PyTorch's, in float32.
    pub(crate) torch: f32,
    /// PyTorch's, in float64.
    pub(crate) exact: f64,
    /// The error relative to the one that the contract allows.
    pub(crate) allowed: f64,
}

impl Case<'_> {
    /// The input that the result belongs to; a result for a whole row has none.
    pub(crate) fn x(&self) -> f32 {
        if self.is_of_elements() { self.job.x[self.i] } else { f32::NAN }
    }

    pub(crate) fn dy(&self) -> f32 {
        if self.is_of_elements() { self.job.dy_of(self.i) } else { self.job.dy[self.i] }
    }

    pub(crate) fn is_forward(&self) -> bool {
        matches!(self.part, Part::Forward | Part::Fast)
    }

    pub(crate) fn is_gradient(&self) -> bool {
        self.part == Part::Gradient
    }

    pub(crate) fn is_of_slopes(&self) -> bool {
        self.part == Part::Slopes
    }

    fn is_of_elements(&self) -> bool {
        self.is_gradient() || self.is_forward() && self.job.name() != "log_sum_exp"
    }

    pub(crate) fn has_slope_0(&self) -> bool {
        let of_channel = self.job.slopes.get(self.job.channel(self.i)).copied();
        !self.is_of_slopes() && of_channel.or(self.job.parameters().first().copied()) == Some(0.0)
    }

    /// The least and the largest entry of the row.
    fn extremes(&self) -> [f32; 2] {
        let row = if self.is_of_elements() { self.job.row(self.i) } else { self.i };
        let entries =
            || (0..self.job.x.len()).filter(|&i| self.job.row(i) == row).map(|i| self.job.x[i]);
        [entries().fold(f32::INFINITY, f32::min), entries().fold(f32::NEG_INFINITY, f32::max)]
    }

    pub(crate) fn largest(&self) -> f32 {
        self.extremes()[1]
    }

    /// Infinite where the least has a log-softmax of -∞.
    pub(crate) fn spread(&self) -> f32 {
        let [least, largest] = self.extremes();
        largest - least
    }

    /// Whether an entry of the row has a softmax of 0 and so no gradient here, nor a dy that would
    /// make others NaN.
    pub(crate) fn is_beside_absent(&self) -> bool {
        self.spread() > 103.0 && (self.torch.is_nan() || self.ours == 0.0 && self.torch == 0.0)
    }

    pub(crate) fn is_dy(&self) -> bool {
        self.is_gradient() && (self.ours == self.dy() || self.ours.is_nan() && self.dy().is_nan())
    }

    /// Whether the result is that of relu, for x that is not positive.
    pub(crate) fn is_relu(&self) -> bool {
        if self.x().is_nan() {
            self.is_dy() || self.is_forward()
        } else {
            self.x() <= 0.0 && self.ours == 0.0
        }
    }

    /// Whether a difference to dy has lost its digits in float32.
    pub(crate) fn is_cancelled(&self) -> bool {
        self.ours.abs() < 1e-6 * self.dy().abs()
    }

    /// Whether PyTorch has made NaN of 0 and an infinite number, one of which is `dy`.
    pub(crate) fn is_infinite_beside_0(&self) -> bool {
        self.torch.is_nan() && !self.ours.is_nan() && (self.dy() == 0.0 || self.dy().is_infinite())
    }

    /// Whether float64 may have lost the digits in which it differs, where a term near 1 cancels.
    pub(crate) fn is_close(&self) -> bool {
        let scale = if self.is_gradient() { f64::from(self.dy()).abs() } else { 1.0 };
        let error = (f64::from(self.ours) - self.exact).abs();
        scale.is_infinite() || error <= self.allowed.max(0.0) + scale * f64::exp2(-50.0)
    }

    /// Whether float64 may have lost the digits in which it differs, where powers of x cancel.
    pub(crate) fn is_close_beside_x(&self, power: i32) -> bool {
        let scale = if self.is_gradient() { f64::from(self.dy()).abs() } else { 1.0 };
        let scale = scale * f64::from(self.x()).abs().powi(power);
        let error = (f64::from(self.ours) - self.exact).abs();
        error <= self.allowed.max(0.0) + scale * f64::exp2(-50.0)
    }

    /// Whether float64 has the same, within the error that is allowed.
    pub(crate) fn is_as_in_float64(&self) -> bool {
        let Self { ours, exact, allowed, .. } = *self;
        let error = (finite(ours.into()) - finite(exact)).abs();
        error == 0.0 || error <= allowed
    }

    /// Whether PyTorch in float32 agrees: NaN, infinite, and 0 with its sign where this is.
    pub(crate) fn is_as_in_float32(&self) -> bool {
        let Self { ours, torch, .. } = *self;
        let is_special = |x: f32| !x.is_finite() || x == 0.0;
        let is_same = ours.to_bits() == torch.to_bits() || ours.is_nan() && torch.is_nan();
        is_same || !is_special(ours) && !is_special(torch)
    }

    /// What is not finite in float32 may be a number in float64.
    pub(crate) fn is_equal(&self) -> bool {
        self.is_as_in_float32() && (!self.ours.is_finite() || self.is_as_in_float64())
    }

    /// Whether the contract bounds its error in ULP.
    pub(crate) fn is_measured(&self) -> bool {
        let is_normal = self.exact.abs() >= f32::MIN_POSITIVE.into() && self.exact.is_finite();
        match self.part {
            Part::Forward | Part::Fast => self.exact.is_finite(),
            Part::Gradient => !self.job.is_of_rows() && is_normal && self.dy() == 1.0,
            Part::Slopes => is_normal,
        }
    }
}

impl fmt::Display for Case<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { part, ours, torch, exact, .. } = self;
        write!(f, "{part} of {:e}, dy {:e}", self.x(), self.dy())?;
        if self.job.is_of_rows() {
            let [least, largest] = self.extremes();
            write!(f, ", in a row from {least:e} to {largest:e}")?;
        }
        write!(f, ": {ours:e}, PyTorch {torch:e} in float32, {exact:e} in float64")
    }
}
