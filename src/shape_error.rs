//! The error of arguments that do not fit each other.

use core::{error::Error, fmt};

/// The error of a call whose slices, shape, masks or options do not fit each other. The methods
/// that begin with `try_` return it, and the others panic with its text; nothing is written then.
///
/// ```
/// use activations::{RowActivation, Softmax};
///
/// let error = Softmax::new().try_rows(&mut [0.0_f32; 5], 2).unwrap_err();
/// assert_eq!(error.to_string(), "x has 5 elements, no multiple of 2 columns");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ShapeError(Mismatch);

/// What does not fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mismatch {
    /// Of two slices, one element each.
    Lengths {
        name: &'static str,
        len: usize,
        other: &'static str,
        other_len: usize,
    },
    Product {
        name: &'static str,
        len: usize,
        shape: [usize; 3],
    },
    NoMultiple {
        name: &'static str,
        len: usize,
        cols: usize,
    },
    NoColumns {
        name: &'static str,
        len: usize,
    },
    ShortStride {
        name: &'static str,
        stride: usize,
        cols: usize,
    },
    Stride {
        name: &'static str,
        len: usize,
        cols: usize,
        stride: usize,
    },
    Columns {
        src: usize,
        dst: usize,
    },
    Rows {
        src: usize,
        dst: usize,
    },
    /// Of halves, or pairs.
    Half {
        name: &'static str,
        len: usize,
        half: &'static str,
        half_len: usize,
    },
    /// As many slices of `of` elements as there are gates.
    Gates {
        name: &'static str,
        len: usize,
        count: usize,
        state: &'static str,
        of: usize,
    },
    /// One element a row.
    RowsTo {
        name: &'static str,
        rows: usize,
        dst_len: usize,
    },
    RowsFrom {
        name: &'static str,
        len: usize,
        rows: usize,
    },
    /// A window of the columns `[outer, n, inner]`.
    Window {
        end: usize,
        inner: usize,
    },
    Mask {
        name: &'static str,
        len: usize,
        rows: usize,
        n: usize,
    },
    MaskSizes {
        name: &'static str,
        len: usize,
        sizes: [usize; 3],
        n: usize,
    },
    MaskShape {
        name: &'static str,
        sizes: [usize; 3],
        shape: [usize; 3],
    },
    Alone {
        name: &'static str,
        without: &'static str,
    },
    Together {
        name: &'static str,
        other: &'static str,
    },
    RowsOf {
        rows: usize,
        shape: [usize; 3],
    },
    Part {
        first: usize,
        rows: usize,
        all: usize,
    },
    FirstRow {
        first: usize,
        inner: usize,
    },
    Split {
        inner: usize,
        shape: [usize; 3],
    },
    Queries {
        rows: usize,
        queries: usize,
    },
    Each {
        name: &'static str,
        len: usize,
        of: &'static str,
        count: usize,
    },
    Length {
        index: usize,
        len: usize,
        n: usize,
    },
    OfRows {
        name: &'static str,
    },
    Reduces,
    NoOutputGradient {
        name: &'static str,
        mistake: Option<&'static str>,
    },
    /// The gradient has another shape than dy.
    GradientShape {
        name: &'static str,
    },
}

impl From<Mismatch> for ShapeError {
    fn from(mismatch: Mismatch) -> Self {
        Self(mismatch)
    }
}

impl fmt::Display for ShapeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Mismatch::Lengths { name, len, other, other_len } => {
                write!(f, "{name} has {len} elements, {other} has {other_len}")
            }
            Mismatch::Product { name, len, shape } => {
                write!(f, "{name} has {len} elements, its shape is {shape:?}")
            }
            Mismatch::NoMultiple { name, len, cols } => {
                write!(f, "{name} has {len} elements, no multiple of {cols} columns")
            }
            Mismatch::NoColumns { name, len } => {
                write!(f, "{name} has {len} elements, but rows have 0 columns")
            }
            Mismatch::Half { name, len, half, half_len } => {
                write!(f, "{name} has {len} elements, which is not twice the {half_len} of {half}")
            }
            Mismatch::Gates { name, len, count, state, of } => {
                write!(
                    f,
                    "{name} has {len} elements, which is not {count} times the {of} of {state}"
                )
            }
            Mismatch::ShortStride { name, stride, cols } => {
                write!(f, "the stride of {name}, {stride}, is less than its {cols} columns")
            }
            Mismatch::Stride { name, len, cols, stride } => write!(
                f,
                "{name} has {len} elements, which are no rows of {cols} columns with a stride of \
                 {stride}"
            ),
            Mismatch::Columns { src, dst } => {
                write!(f, "src has {src} columns, dst has {dst}")
            }
            Mismatch::Rows { src, dst } => write!(f, "src has {src} rows, dst has {dst}"),
            Mismatch::RowsTo { name, rows, dst_len } => {
                write!(f, "{name} has {rows} rows, dst has {dst_len} elements")
            }
            Mismatch::RowsFrom { name, len, rows } => {
                write!(f, "{name} has {len} elements, dx has {rows} rows")
            }
            Mismatch::Window { end, inner } => {
                write!(f, "the columns end at {end}, the inner axis has {inner}")
            }
            Mismatch::Mask { name, len, rows, n } => write!(
                f,
                "{name} has {len} elements, for {rows} rows of {n}: one row, a row for each, or \
                 the sizes of {name}_shape"
            ),
            Mismatch::MaskSizes { name, len, sizes, n } => {
                write!(f, "{name} has {len} elements, {name}_shape is {sizes:?}, and a row has {n}")
            }
            Mismatch::MaskShape { name, sizes, shape } => {
                write!(f, "{name}_shape is {sizes:?}, whose sizes are not 1 or those of {shape:?}")
            }
            Mismatch::Alone { name, without } => write!(f, "{name} is given without {without}"),
            Mismatch::Together { name, other } => {
                write!(f, "{name} and {other} are both given")
            }
            Mismatch::RowsOf { rows, shape } => {
                write!(f, "there are {rows} rows, the shape is {shape:?}")
            }
            Mismatch::Part { first, rows, all } => {
                write!(f, "{rows} rows from row {first} on are beyond all {all} rows")
            }
            Mismatch::FirstRow { first, inner } => {
                write!(f, "the first row, {first}, is no multiple of the inner axis, {inner}")
            }
            Mismatch::Split { inner, shape } => write!(
                f,
                "the inner axis, {inner}, is not the product of the last sizes of {shape:?}"
            ),
            Mismatch::Queries { rows, queries } => write!(
                f,
                "{rows} rows are no multiple of {queries} queries: a part of the rows needs \
                 first_row"
            ),
            Mismatch::Each { name, len, of, count } => {
                write!(f, "{name} has {len} elements, for {count} {of}")
            }
            Mismatch::Length { index, len, n } => {
                write!(f, "lengths[{index}] is {len}, a row has {n} elements")
            }
            Mismatch::OfRows { name } => {
                write!(f, "{name} is a function of rows: call rows or axis")
            }
            Mismatch::Reduces => {
                f.write_str("log_sum_exp gives one result a row: call rows_into or axis_into")
            }
            Mismatch::NoOutputGradient { name, mistake } => {
                write!(f, "the output of {name} does not tell its gradient")?;
                mistake.map_or(Ok(()), |mistake| write!(f, ": {mistake}"))
            }
            Mismatch::GradientShape { name } => {
                write!(f, "the gradient of {name} has another shape than dy")
            }
        }
    }
}

impl Error for ShapeError {}
