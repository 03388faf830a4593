use super::{
    entry::{axis, reduce, reduce_axis},
    gradient::factor,
    layout::RowLayout,
    numerics::{function::Function, log_sum_exp::log_sum_exp, terms::Reference},
    options::{EmptyRow, SoftmaxOptions},
    softmax::Softmax,
};
use crate::{
    at::At,
    check::{equal_lengths, or_panic, product},
    isa::{Isa, Simd},
    shape_error::{Mismatch, ShapeError},
    vector::{F32s, F64s},
};
use core::ops::Range;

/// The function as the tables of the documents show it.
pub(super) const FORMULA: &str = "log(e^x_1 + … + e^x_n), one result a row";
/// Its name in `torch`.
pub(super) const TORCH: &str = "logsumexp";

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
/// [`Softmax`].
///
/// ```
/// use activations::LogSumExp;
///
/// let mut y = [0.0; 2];
/// LogSumExp::new().rows_into(&[0.0, 0.0, 100.0, -100.0], &mut y, 2);
/// assert_eq!(y, [0.6931472, 100.0]);
/// ```
///
/// Definition: `ReduceLogSumExp` of ONNX, `torch.logsumexp`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LogSumExp<'a> {
    /// The options that turn scores into logits.
    pub options: SoftmaxOptions<'a>,
}

/// The calls, at the active level and at a given one.
macro_rules! calls {
    ($Op:ty, |$this:ident| $isa:expr, $options:expr) => {
        impl $Op {
            /// Writes the log-sum-exp of row i of `src` to `dst[i]`.
            ///
            /// # Panics
            ///
            /// If `src` is not whole rows, a mask does not fit them, or `dst` has not one element
            /// for each; nothing is written then.
            #[track_caller]
            pub fn rows_into(&self, src: &[f32], dst: &mut [f32], cols: usize) {
                or_panic(self.try_rows_into(src, dst, cols));
            }

            /// As [`rows_into`](Self::rows_into), of rows that have a stride.
            ///
            /// # Panics
            ///
            /// As `rows_into`, and if the stride is shorter than a row.
            #[track_caller]
            pub fn strided_into(&self, src: &[f32], dst: &mut [f32], layout: RowLayout) {
                or_panic(self.try_strided_into(src, dst, layout));
            }

            /// Writes the log-sum-exp along the middle axis of `[outer, n, inner]`: `dst` is
            /// `[outer, inner]`. That of no entries is −∞.
            ///
            /// # Panics
            ///
            /// If a length is not the product of its shape, or a mask does not fit; nothing is
            /// written then.
            #[track_caller]
            pub fn axis_into(&self, src: &[f32], dst: &mut [f32], shape: [usize; 3]) {
                or_panic(self.try_axis_into(src, dst, shape));
            }

            /// As [`axis_into`](Self::axis_into), for some of the inner columns: `src` has the
            /// shape `[outer, n, inner]`, `dst` the shape `[outer, columns.len()]`. Masks are those
            /// of all columns.
            ///
            /// ```
            /// use activations::LogSumExp;
            ///
            /// let x = [0.0, 1.0, 2.0, 0.0, 1.0, 2.0];
            /// let mut y = [0.0; 2];
            /// LogSumExp::new().axis_columns_into(&x, &mut y, [1, 2, 3], 1..3);
            /// assert_eq!(y, [1.6931472, 2.6931472]);
            /// ```
            ///
            /// # Panics
            ///
            /// If a length is not the product of its shape, there are no such columns, or a mask
            /// does not fit; nothing is written then.
            #[track_caller]
            pub fn axis_columns_into(
                &self,
                src: &[f32],
                dst: &mut [f32],
                shape: [usize; 3],
                columns: Range<usize>,
            ) {
                or_panic(self.try_axis_columns_into(src, dst, shape, columns));
            }

            /// The gradient of each row of `cols` elements: `dy[i]` times the derivative of the
            /// logits (the scale, divided by the temperature) times the softmax of row i of `x`.
            /// Excluded entries have 0. The derivative of a soft cap is not included.
            ///
            /// ```
            /// use activations::LogSumExp;
            ///
            /// let mut dx = [0.0; 4];
            /// LogSumExp::new().rows_backward(&[1.0, 1.0, 0.0, 0.0], &[1.0, 3.0], &mut dx, 2);
            /// assert_eq!(dx, [0.5, 0.5, 1.5, 1.5]);
            /// ```
            ///
            /// # Panics
            ///
            /// If the lengths of `x` and `dx` differ or are no multiple of `cols`, a mask does not
            /// fit, or `dy` has not one element a row; nothing is written then.
            #[track_caller]
            pub fn rows_backward(&self, x: &[f32], dy: &[f32], dx: &mut [f32], cols: usize) {
                or_panic(self.try_rows_backward(x, dy, dx, cols));
            }

            /// The gradient along the middle axis of `[outer, n, inner]`, as
            /// [`rows_backward`](Self::rows_backward): `dy` is `[outer, inner]`.
            ///
            /// # Panics
            ///
            /// If a length is not the product of its shape, or a mask does not fit; nothing is
            /// written then.
            #[track_caller]
            pub fn axis_backward(&self, x: &[f32], dy: &[f32], dx: &mut [f32], shape: [usize; 3]) {
                or_panic(self.try_axis_backward(x, dy, dx, shape));
            }

            /// As [`rows_into`](Self::rows_into).
            ///
            /// # Errors
            ///
            /// Where that panics.
            pub fn try_rows_into(
                &self,
                src: &[f32],
                dst: &mut [f32],
                cols: usize,
            ) -> Result<(), ShapeError> {
                self.try_strided_into(src, dst, RowLayout::contiguous(cols))
            }

            /// As [`strided_into`](Self::strided_into).
            ///
            /// # Errors
            ///
            /// Where that panics.
            pub fn try_strided_into(
                &self,
                src: &[f32],
                dst: &mut [f32],
                layout: RowLayout,
            ) -> Result<(), ShapeError> {
                let $this = self;
                reduce::<LogSumExp<'_>>($isa, $options, src, dst, layout)
            }

            /// As [`axis_into`](Self::axis_into).
            ///
            /// # Errors
            ///
            /// Where that panics.
            pub fn try_axis_into(
                &self,
                src: &[f32],
                dst: &mut [f32],
                shape: [usize; 3],
            ) -> Result<(), ShapeError> {
                self.try_axis_columns_into(src, dst, shape, 0..shape[2])
            }

            /// As [`axis_columns_into`](Self::axis_columns_into).
            ///
            /// # Errors
            ///
            /// Where that panics.
            pub fn try_axis_columns_into(
                &self,
                src: &[f32],
                dst: &mut [f32],
                shape: [usize; 3],
                columns: Range<usize>,
            ) -> Result<(), ShapeError> {
                let $this = self;
                reduce_axis::<LogSumExp<'_>>($isa, $options, src, dst, shape, columns)
            }

            /// As [`rows_backward`](Self::rows_backward).
            ///
            /// # Errors
            ///
            /// Where that panics.
            pub fn try_rows_backward(
                &self,
                x: &[f32],
                dy: &[f32],
                dx: &mut [f32],
                cols: usize,
            ) -> Result<(), ShapeError> {
                let rows = RowLayout::contiguous(cols).count("dx", dx.len())?;
                equal_lengths("x", x.len(), "dx", dx.len())?;
                if dy.len() != rows {
                    return Err(Mismatch::RowsFrom { name: "dy", len: dy.len(), rows }.into());
                }
                self.try_axis_backward(x, dy, dx, [rows, cols, 1])
            }

            /// As [`axis_backward`](Self::axis_backward).
            ///
            /// # Errors
            ///
            /// Where that panics.
            pub fn try_axis_backward(
                &self,
                x: &[f32],
                dy: &[f32],
                dx: &mut [f32],
                shape: [usize; 3],
            ) -> Result<(), ShapeError> {
                let $this = self;
                axis_backward($isa, $options, x, dy, dx, shape)
            }
        }
    };
}

calls!(LogSumExp<'_>, |this| Isa::active(), &this.options);
calls!(At<LogSumExp<'_>>, |this| this.isa(), &this.operation.options);

pub(super) fn axis_backward(
    isa: Isa,
    options: &SoftmaxOptions<'_>,
    x: &[f32],
    dy: &[f32],
    dx: &mut [f32],
    shape @ [outer, n, inner]: [usize; 3],
) -> Result<(), ShapeError> {
    product("x", x.len(), shape)?;
    product("dx", dx.len(), shape)?;
    product("dy", dy.len(), [outer, 1, inner])?;
    // At temperature 0 the gradient has a factor of 0, and the softmax has no part in it.
    let factor = factor(options) as f32;
    let options = SoftmaxOptions { empty_rows: EmptyRow::Zeros, ..*options };
    axis::<Softmax<'_>>(isa, &options, Some(x), dx, shape)?;
    if dx.is_empty() {
        return Ok(());
    }
    for (dx, dy) in dx.chunks_exact_mut(n * inner).zip(dy.chunks_exact(inner)) {
        for dx in dx.chunks_exact_mut(inner) {
            for (dx, &dy) in dx.iter_mut().zip(dy) {
                *dx *= dy * factor;
            }
        }
    }
    Ok(())
}

impl Function for LogSumExp<'_> {
    type Default = Self;
    type Fast = Self;
    const REDUCES: bool = true;

    #[inline(always)]
    fn summary<S: Simd>(of: &Reference<S>, sum: F64s<S>, count: F64s<S>) -> [F32s<S>; 2] {
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
