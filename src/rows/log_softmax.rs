use super::{
    activation::RowActivation,
    numerics::{function::Function, log_sum_exp::log_sum_exp, terms::Reference},
    options::SoftmaxOptions,
};
use crate::{
    isa::Simd,
    vector::{F32s, F64s},
};

/// The function as the tables of the documents show it.
pub(super) const FORMULA: &str = "x_i − log(e^x_1 + … + e^x_n)";
/// Its name in `torch`.
pub(super) const TORCH: &str = "log_softmax";

/// The logarithm of the softmax of a row, x_i − log(e^x_1 + … + e^x_n).
///
/// The error is at most 2 ULP (1.63 found), for any width up to 2^20 and any finite entries. That
/// includes results near 0: where one entry dominates, the sum of the others keeps its digits.
/// [`Fast`](crate::Fast) is the same kernel, because sums in f32 save no time here.
///
/// | row | log-softmax |
/// |---|---|
/// | one finite entry, the others −∞ | 0, and −∞ |
/// | an entry is NaN or +∞, or all are −∞ | NaN, the whole row |
///
/// Every form gives the same bits, and the order of the sum is fixed, as for
/// [`Softmax`](crate::Softmax).
///
/// ```
/// use activations::{LogSoftmax, RowActivation};
///
/// let mut x = [0.0, 0.0, 30.0, 0.0_f32]; // two rows of two
/// LogSoftmax::new().rows(&mut x, 2);
/// assert_eq!(x[..2], [-0.6931472, -0.6931472]);
/// assert_eq!(x[2], -9.357623e-14); // not 0
/// ```
///
/// Definition: `LogSoftmax` of ONNX, `torch.log_softmax`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LogSoftmax<'a> {
    /// The options that turn scores into logits.
    pub options: SoftmaxOptions<'a>,
}

/// Replaces each row of `cols` elements by its log-softmax: [`LogSoftmax`] in place.
///
/// ```
/// let mut x = [3.0, 3.0];
/// activations::log_softmax(&mut x, 2);
/// assert_eq!(x, [-0.6931472; 2]);
/// ```
///
/// # Panics
///
/// If the length is no multiple of `cols`; nothing is written then.
#[track_caller]
pub fn log_softmax(x: &mut [f32], cols: usize) {
    LogSoftmax::new().rows(x, cols);
}

impl Function for LogSoftmax<'_> {
    type Default = Self;
    type Fast = Self;
    const SUBTRACTS: bool = true;

    #[inline(always)]
    fn summary<S: Simd>(of: &Reference<S>, sum: F64s<S>, count: F64s<S>) -> [F32s<S>; 2] {
        log_sum_exp(of, sum, count)
    }

    #[inline(always)]
    fn result<S: Simd>(x: F32s<S>, [high, low]: [F32s<S>; 2]) -> F32s<S> {
        (x - high) - low
    }
}
