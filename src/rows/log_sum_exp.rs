use super::{
    layout::Rows,
    logits::Logits,
    loops::{Axis, Matrix, along_axis, each_row},
    numerics::{function::Function, log_sum_exp::log_sum_exp, terms::Reference},
    options::Options,
};
use crate::{
    check::shape,
    isa::{Isa, Simd},
    vector::{F32s, F64s},
};

/// The log-sum-exp of a row, log(e^x_1 + … + e^x_n): one result a row.
///
/// The error is at most 1 ULP (0.74 found) where the magnitude of the result is above 2^-24, for
/// any width up to 2^20 and any finite entries. Nearer to 0 the error is less than 2^-48.
///
/// | row | log-sum-exp |
/// |---|---|
/// | all −∞ | −∞ |
/// | an entry is +∞, and none NaN | +∞ |
/// | an entry is NaN | NaN |
///
/// Every form gives the same bits, and the order of the sum is fixed, as for
/// [`Softmax`](crate::Softmax).
///
/// ```
/// use activations::LogSumExp;
///
/// let mut y = [0.0; 2];
/// LogSumExp::new().rows(&[0.0, 0.0, 100.0, -100.0], 2, &mut y);
/// assert_eq!(y, [0.6931472, 100.0]);
/// ```
///
/// Definition: `ReduceLogSumExp` of ONNX, `torch.logsumexp`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LogSumExp<'a> {
    /// What is done to the entries first.
    pub options: Options<'a>,
}

impl LogSumExp<'_> {
    /// `dst[i]` = the log-sum-exp of row i of `x`.
    ///
    /// # Panics
    ///
    /// If `x` is not whole rows, a mask does not fit them, or `dst` has not one element for each;
    /// nothing is written then.
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
        log_sum_exp_at(Isa::active(), self.options, x, rows, dst);
    }

    /// The log-sum-exp along the middle axis of `[outer, n, inner]`: `dst` is `[outer, inner]`. Of
    /// nothing it is −∞.
    ///
    /// # Panics
    ///
    /// If a length is not the product of its shape, or a mask does not fit; nothing is written
    /// then.
    #[track_caller]
    pub fn axis(&self, x: &[f32], [outer, n, inner]: [usize; 3], dst: &mut [f32]) {
        shape("x", x.len(), [outer, n, inner]);
        shape("dst", dst.len(), [outer, 1, inner]);
        self.options.check(outer, n, inner);
        if n == 0 {
            dst.fill(self.options.sink.unwrap_or(f32::NEG_INFINITY));
        } else if !dst.is_empty() {
            let isa = Isa::active();
            let logits = Logits::of_sum(isa, self.options, n, inner);
            along_axis::<LogSumExp<'_>>(isa, Axis { src: Some(x), dst, n, inner, logits });
        }
    }
}

/// [`LogSumExp::strided`] at one level.
///
/// # Panics
///
/// As that does.
#[track_caller]
pub fn log_sum_exp_at(isa: Isa, options: Options<'_>, x: &[f32], rows: Rows, dst: &mut [f32]) {
    let count = rows.count("x", x.len());
    assert!(count == dst.len(), "x has {count} rows, dst has {} elements", dst.len());
    let Rows { cols, stride } = rows;
    options.check(count, cols, 1);
    let logits = Logits::of_sum(isa, options, cols, 1);
    each_row::<LogSumExp<'_>>(
        isa,
        Matrix {
            src: Some(x),
            dst,
            rows: count,
            cols,
            src_stride: stride,
            dst_stride: 1,
            logits,
            scale: 1.0,
            log_sum_exps: None,
        },
    );
}

impl Function for LogSumExp<'_> {
    const REDUCES: bool = true;

    #[inline(always)]
    fn summary<S: Simd>(of: &Reference<S>, sum: F64s<S>, count: F32s<S>) -> [F32s<S>; 2] {
        log_sum_exp(of, sum, count)
    }

    #[inline(always)]
    fn result<S: Simd>(_: F32s<S>, [high, _]: [F32s<S>; 2]) -> F32s<S> {
        high
    }

    /// Near 0, a negative maximum and the logarithm of the sum cancel, and f32 exponentials are not
    /// accurate enough.
    #[inline(always)]
    fn is_delicate(y: f32, maximum: f32) -> bool {
        y.abs() < 1.0 && maximum < 0.0
    }
}
