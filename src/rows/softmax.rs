use super::{
    activation::RowActivation,
    entry::in_place,
    layout::RowLayout,
    numerics::{function::Function, terms::Reference},
    options::SoftmaxOptions,
};
use crate::{
    at::At,
    check::or_panic,
    isa::{Isa, Simd},
    shape_error::{Mismatch, ShapeError},
    tier::Fast,
    vector::{F32s, F64s},
};

/// The function as the tables of the documents show it.
pub(super) const FORMULA: &str = "e^x_i / (e^x_1 + … + e^x_n)";
/// Its name in `torch`.
pub(super) const TORCH: &str = "softmax";

/// The softmax of a row, e^x_i / (e^x_1 + … + e^x_n).
///
/// | maximum error found | ULP | |
/// |---|---|---|
/// | default | 2.64 | bound: 3.3, from the errors of the exponentials; 3.8 within a factor of 2 of the smallest normal number |
/// | default, without FMA | 2.95 | bound: 4 |
/// | [`Fast`] | 5.98 | bound: 12 |
///
/// This holds for any width up to 2^20 and any finite entries, also for results below the smallest
/// normal number. No maximum is subtracted, so no rounding error of a difference is exponentiated.
/// The sum is made in f64.
///
/// | row | softmax |
/// |---|---|
/// | one finite entry, the others −∞ | 1 (in the fast tier perhaps 1 − 2^-24), and exactly 0 |
/// | an entry is NaN or +∞, or all are −∞ | NaN, the whole row |
///
/// The result of a row has the same bits on every level with FMA: alone or among others, in place
/// or not, with any stride, along any axis. Entries of −∞ that are appended to it change no bit of
/// the other results. (That is proven where the other entries are within 50 of the maximum, and
/// tested beyond.)
///
/// The exponentials are added in a fixed order. Exponential j belongs to lane j mod 16 of 16, and
/// each lane adds its exponentials one after the other. Then lanes l and l + 8 are added, then l
/// and l + 4, l + 2, l + 1. In the fast tier a lane first adds 8 of its exponentials in f32.
///
/// ```
/// use activations::{RowActivation, Softmax};
///
/// let mut x = [0.0, 0.0, f32::NEG_INFINITY, 1.0, 1.0, 1.0]; // two rows of three
/// Softmax::new().rows(&mut x, 3);
/// assert_eq!(x[..3], [0.5, 0.5, 0.0]);
/// assert_eq!(x[3], 1.0 / 3.0);
/// ```
///
/// Definition: `Softmax` of ONNX, `torch.softmax`. Milakov, Gimelshein, "Online normalizer
/// calculation for softmax" (2018) describes the usual two-pass form.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Softmax<'a> {
    /// The options that turn scores into logits.
    pub options: SoftmaxOptions<'a>,
}

/// Replaces each row of `cols` elements by its softmax: [`Softmax`] in place.
///
/// ```
/// let mut x = [1.0, 1.0, 5.0, 5.0];
/// activations::softmax(&mut x, 2);
/// assert_eq!(x, [0.5; 4]);
/// ```
///
/// # Panics
///
/// If the length is no multiple of `cols`; nothing is written then.
#[track_caller]
pub fn softmax(x: &mut [f32], cols: usize) {
    Softmax::new().rows(x, cols);
}

impl Softmax<'_> {
    /// Like [`strided`](RowActivation::strided), and also writes the log-sum-exp of each row to
    /// `dst`. Attention keeps it for the gradient, or to combine results over parts of the keys.
    ///
    /// It comes from the same sum. The error is at most 1 ULP where its magnitude is above 2, and
    /// less than 2^-23 nearer to 0, where [`LogSumExp`](crate::LogSumExp) is more accurate. The
    /// log-sum-exp of a row whose entries are all excluded is −∞, and that of a row at temperature
    /// 0 is its maximum.
    ///
    /// ```
    /// use activations::{RowLayout, Softmax};
    ///
    /// let (mut x, mut log_sum_exps) = ([3.0, 3.0], [0.0]);
    /// let layout = RowLayout::contiguous(2);
    /// Softmax::new().strided_with_log_sum_exps(&mut x, &mut log_sum_exps, layout);
    /// assert_eq!((x, log_sum_exps), ([0.5, 0.5], [3.6931472]));
    /// ```
    ///
    /// # Panics
    ///
    /// As `strided`, and if `dst` has not one element for each row; nothing is written then.
    #[track_caller]
    pub fn strided_with_log_sum_exps(&self, x: &mut [f32], dst: &mut [f32], layout: RowLayout) {
        or_panic(self.try_strided_with_log_sum_exps(x, dst, layout));
    }

    /// As [`strided_with_log_sum_exps`](Self::strided_with_log_sum_exps).
    ///
    /// # Errors
    ///
    /// Where that panics.
    pub fn try_strided_with_log_sum_exps(
        &self,
        x: &mut [f32],
        dst: &mut [f32],
        layout: RowLayout,
    ) -> Result<(), ShapeError> {
        with_log_sum_exps(Isa::active(), &self.options, x, dst, layout)
    }
}

impl At<Softmax<'_>> {
    /// As [`Softmax::strided_with_log_sum_exps`], at this level.
    ///
    /// # Panics
    ///
    /// As that does.
    #[track_caller]
    pub fn strided_with_log_sum_exps(&self, x: &mut [f32], dst: &mut [f32], layout: RowLayout) {
        or_panic(self.try_strided_with_log_sum_exps(x, dst, layout));
    }

    /// As [`Softmax::try_strided_with_log_sum_exps`], at this level.
    ///
    /// # Errors
    ///
    /// As that does.
    pub fn try_strided_with_log_sum_exps(
        &self,
        x: &mut [f32],
        dst: &mut [f32],
        layout: RowLayout,
    ) -> Result<(), ShapeError> {
        with_log_sum_exps(self.isa(), &self.operation.options, x, dst, layout)
    }
}

fn with_log_sum_exps(
    isa: Isa,
    options: &SoftmaxOptions<'_>,
    x: &mut [f32],
    dst: &mut [f32],
    layout: RowLayout,
) -> Result<(), ShapeError> {
    let rows = layout.count("x", x.len())?;
    if rows != dst.len() {
        return Err(Mismatch::RowsTo { name: "x", rows, dst_len: dst.len() }.into());
    }
    in_place::<Softmax<'_>>(isa, options, x, layout, Some(dst))
}

impl Function for Softmax<'_> {
    type Default = Self;
    type Fast = Fast<Self>;
    const KEEPS_TERMS: bool = true;

    /// Returns 1 / s as the sum of two f32. One f32 would add a rounding error for which the bound
    /// has no room.
    #[inline(always)]
    fn summary<S: Simd>(_: &Reference<S>, sum: F64s<S>, _: F64s<S>) -> [F32s<S>; 2] {
        let f = 1.0 / sum;
        let high = f.narrow();
        [high, (f - high.widen()).narrow()]
    }

    #[inline(always)]
    fn summary_of_one<S: Simd>(s: S, sum: f64) -> [F32s<S>; 2] {
        let f = 1.0 / sum;
        let high = f as f32;
        [F32s::splat(s, high), F32s::splat(s, (f - f64::from(high)) as f32)]
    }

    #[inline(always)]
    fn result<S: Simd>(e: F32s<S>, [high, low]: [F32s<S>; 2]) -> F32s<S> {
        // Of an excluded entry this product is subnormal or 0, which a multiplication is slow for.
        e.mul_add(high, e.tiny_product(low))
    }
}

impl<'a> Function for Fast<Softmax<'a>> {
    type Default = Softmax<'a>;
    type Fast = Self;
    const KEEPS_TERMS: bool = true;
    const RUN: usize = 8;

    #[inline(always)]
    fn summary<S: Simd>(_: &Reference<S>, sum: F64s<S>, _: F64s<S>) -> [F32s<S>; 2] {
        let f = (1.0 / sum).narrow();
        [f, f]
    }

    #[inline(always)]
    fn summary_of_one<S: Simd>(s: S, sum: f64) -> [F32s<S>; 2] {
        [F32s::splat(s, (1.0 / sum) as f32); 2]
    }

    #[inline(always)]
    fn result<S: Simd>(e: F32s<S>, [f, _]: [F32s<S>; 2]) -> F32s<S> {
        e * f
    }
}
