use super::options::SoftmaxOptions;

/// The softmin of a row, e^−x_i / (e^−x_1 + … + e^−x_n): the softmax of −x.
///
/// Errors, special values with the signs of their infinities turned, and forms are those of
/// [`Softmax`](crate::Softmax) with a [`scale`](SoftmaxOptions::scale) of −1. With further options,
/// that scale is the way to a softmin.
///
/// ```
/// use activations::{RowActivation, Softmin};
///
/// let mut x = [0.0, 0.0, f32::INFINITY];
/// Softmin.rows(&mut x, 3);
/// assert_eq!(x, [0.5, 0.5, 0.0]);
/// ```
///
/// Definition: `torch.nn.functional.softmin`.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Softmin;

/// The options that negate the entries.
pub(super) const NEGATED: SoftmaxOptions<'_> =
    SoftmaxOptions { scale: -1.0, ..SoftmaxOptions::NONE };
