//! How rows lie in a slice, and what is refused.

/// Rows that lie a fixed distance apart, as in a padded matrix.
///
/// The last row may end with the slice, or be followed by its padding too. What lies between the
/// rows is neither read nor written.
///
/// ```
/// use activations::{RowActivation, Rows, Softmax};
///
/// let mut x = [0.0, 0.0, 7.0, 1.0, 1.0]; // two rows of two, three apart
/// Softmax::new().strided(&mut x, Rows { cols: 2, stride: 3 });
/// assert_eq!(x, [0.5, 0.5, 7.0, 0.5, 0.5]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rows {
    /// The elements of a row.
    pub cols: usize,
    /// From the first element of a row to the first element of the next.
    pub stride: usize,
}

impl Rows {
    /// How many rows `len` elements are.
    #[track_caller]
    pub(crate) fn count(self, name: &str, len: usize) -> usize {
        let Self { cols, stride } = self;
        assert!(stride >= cols, "the stride of {name}, {stride}, is less than its {cols} columns");
        if len == 0 {
            return 0;
        }
        assert!(cols > 0, "{name} has {len} elements, but rows have 0 columns");
        let whole =
            len.is_multiple_of(stride) || (len >= cols && (len - cols).is_multiple_of(stride));
        if stride == cols {
            assert!(whole, "{name} has {len} elements, no multiple of {cols} columns");
        }
        assert!(
            whole,
            "{name} has {len} elements, which are no rows of {cols} columns with a stride of {stride}"
        );
        len.div_ceil(stride)
    }
}
