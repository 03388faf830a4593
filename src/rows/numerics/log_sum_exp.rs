//! The log-sum-exp of a row, from its maximum and the sum of its terms.

use super::terms::Reference;
use crate::{
    isa::Simd,
    math::log1p::ln_1p,
    vector::{F32s, F64s},
};

/// The log-sum-exp as the sum of two numbers.
///
/// The maxima are counted instead of added: then the sum of the others keeps its digits, however
/// small it is.
#[inline(always)]
pub(in crate::rows) fn log_sum_exp<S: Simd>(
    of: &Reference<S>,
    sum: F64s<S>,
    count: F32s<S>,
) -> [F32s<S>; 2] {
    let log = ln_1p(sum / of.largest() + (count - 1.0).widen());
    let maximum = of.maximum.widen();
    let high = (maximum + log).narrow();
    [high, ((maximum - high.widen()) + log).narrow()]
}

/// The log-sum-exp from the sum of all terms, the maxima among them.
#[inline(always)]
pub(in crate::rows) fn log_sum_exp_with_maxima<S: Simd>(
    of: &Reference<S>,
    sum: F64s<S>,
) -> F32s<S> {
    (of.maximum.widen() + ln_1p(sum / of.largest() - 1.0)).narrow()
}

/// The log-sum-exp of a delicate row, with its terms in f64.
#[derive(Clone, Copy)]
pub(in crate::rows) struct InF64 {
    maximum: f64,
    sum: f64,
    /// Maxima beside the first.
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
