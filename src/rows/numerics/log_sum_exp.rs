//! The log-sum-exp of a row, from its maximum and the sum of its terms.

use super::terms::Reference;
use crate::{
    isa::Simd,
    math::log1p::ln_1p,
    vector::{F32s, F64s},
};

/// Returns the log-sum-exp as the sum of two f32 numbers.
///
/// The maxima are counted instead of added, so the sum of the other terms keeps its digits, however
/// small it is.
#[inline(always)]
pub(in crate::rows) fn log_sum_exp<S: Simd>(
    of: &Reference<S>,
    sum: F64s<S>,
    count: F64s<S>,
) -> [F32s<S>; 2] {
    let log = ln_1p(sum / of.largest() + (count - 1.0));
    let maximum = of.maximum.widen();
    let high = (maximum + log).narrow();
    [high, ((maximum - high.widen()) + log).narrow()]
}

/// Returns the log-sum-exp from the sum of all terms, including the maxima.
#[inline(always)]
pub(in crate::rows) fn log_sum_exp_with_maxima<S: Simd>(
    of: &Reference<S>,
    sum: F64s<S>,
) -> F32s<S> {
    (of.maximum.widen() + ln_1p(sum / of.largest() - 1.0)).narrow()
}

/// The log-sum-exp of a delicate row (see
/// [`Function::is_delicate`](super::function::Function::is_delicate)), with its terms in f64.
#[derive(Clone, Copy)]
pub(in crate::rows) struct InF64 {
    maximum: f64,
    sum: f64,
    /// The number of further entries that equal the maximum; −1 before the first.
    others: f64,
}

impl InF64 {
    #[cold]
    pub(in crate::rows) fn new(maximum: f32) -> Self {
        Self { maximum: f64::from(maximum), sum: 0.0, others: -1.0 }
    }

    pub(in crate::rows) fn add(&mut self, x: f32) {
        let d = f64::from(x) - self.maximum;
        if d < 0.0 {
            self.sum += libm::exp(d);
        } else {
            self.others += 1.0;
        }
    }

    pub(in crate::rows) fn result(self) -> f32 {
        (self.maximum + libm::log1p(self.sum + self.others)) as f32
    }
}
