use super::{
    Axis, Matrix, Rows, along_axis, each_row, function::Function, layout::shape, log_softmax::log_sum_exp,
    terms::Reference,
};
use crate::{
    isa::{Isa, Simd},
    vector::{F32s, F64s},
};

/// The log-sum-exp of a row, log(e^x_1 + … + e^x_n): one result a row.
///
/// At most 1 ULP off (0.74 found) where its magnitude is above 2^-24, for any width to 2^20 and any finite entries. Nearer
/// to 0 it is off by less than 2^-48.
///
/// | row | log-sum-exp |
/// |---|---|
/// | all −∞ | −∞ |
/// | an entry is +∞, and none NaN | +∞ |
/// | an entry is NaN | NaN |
///
/// The same bits in every form, as [`Softmax`](crate::Softmax) has them, with the same order of the sum.
///
/// ```
/// use activations::LogSumExp;
///
/// let mut y = [0.0; 2];
/// LogSumExp.rows(&[0.0, 0.0, 100.0, -100.0], 2, &mut y);
/// assert_eq!(y, [0.6931472, 100.0]);
/// ```
///
/// Definition: `ReduceLogSumExp` of ONNX, `torch.logsumexp`.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct LogSumExp;

impl LogSumExp {
    /// `dst[i]` = the log-sum-exp of row i of `x`.
    ///
    /// # Panics
    ///
    /// If `x` is not whole rows, or `dst` has not one element for each; nothing is written then.
    #[track_caller]
    pub fn rows(&self, x: &[f32], cols: usize, dst: &mut [f32]) {
        self.strided(x, Rows { cols, stride: cols }, dst);
    }

    /// [`rows`](Self::rows) with a stride between the rows.
    ///
    /// # Panics
    ///
    /// As `rows`, and if the stride is shorter than a row.
    #[track_caller]
    pub fn strided(&self, x: &[f32], rows: Rows, dst: &mut [f32]) {
        log_sum_exp_at(Isa::active(), x, rows, dst);
    }

    /// The log-sum-exp along the middle axis of `[outer, n, inner]`: `dst` is `[outer, inner]`. Of nothing it is −∞.
    ///
    /// # Panics
    ///
    /// If a length is not the product of its shape; nothing is written then.
    #[track_caller]
    pub fn axis(&self, x: &[f32], [outer, n, inner]: [usize; 3], dst: &mut [f32]) {
        shape("x", x.len(), [outer, n, inner]);
        shape("dst", dst.len(), [outer, 1, inner]);
        if n == 0 {
            dst.fill(f32::NEG_INFINITY);
        } else if !dst.is_empty() {
            along_axis(Isa::active(), *self, Axis { src: Some(x), dst, n, inner });
        }
    }
}

/// [`LogSumExp::strided`] at one level.
///
/// # Panics
///
/// As that does.
#[track_caller]
pub fn log_sum_exp_at(isa: Isa, x: &[f32], rows: Rows, dst: &mut [f32]) {
    let count = rows.count("x", x.len());
    assert!(count == dst.len(), "x has {count} rows, dst has {} elements", dst.len());
    let Rows { cols, stride } = rows;
    each_row(
        isa,
        LogSumExp,
        Matrix { src: Some(x), dst, rows: count, cols, src_stride: stride, dst_stride: 1 },
    );
}

impl Function for LogSumExp {
    const REDUCES: bool = true;

    #[inline(always)]
    fn summary<S: Simd>(of: &Reference<S>, sum: F64s<S>, count: F32s<S>) -> [F32s<S>; 2] {
        log_sum_exp(of, sum, count)
    }

    #[inline(always)]
    fn result<S: Simd>(_: F32s<S>, [high, _]: [F32s<S>; 2]) -> F32s<S> {
        high
    }

    /// A negative maximum and the logarithm of the sum cancel there, and f32 terms are not exact enough.
    #[inline(always)]
    fn refined(y: f32, row: impl Iterator<Item = f32> + Clone) -> f32 {
        if y.abs() < 1.0 { in_f64(y, row) } else { y }
    }
}

#[cold]
#[inline(never)]
fn in_f64(y: f32, row: impl Iterator<Item = f32> + Clone) -> f32 {
    let maximum = row.clone().fold(f32::NEG_INFINITY, f32::max);
    if maximum >= 0.0 {
        return y;
    }
    let maximum = f64::from(maximum);
    let (mut sum, mut others) = (0.0, -1.0);
    for x in row {
        let d = f64::from(x) - maximum;
        if d < 0.0 {
            sum += libm::exp(d);
        } else {
            others += 1.0;
        }
    }
    (maximum + libm::log1p(sum + others)) as f32
}
