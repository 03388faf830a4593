//! Checks of arguments: each panics at the caller's line, before anything is written, or returns
//! the same message as an error.

use crate::shape_error::{Mismatch, ShapeError};

/// Panics with the text of the error.
#[inline]
#[track_caller]
pub(crate) fn or_panic<T>(result: Result<T, ShapeError>) -> T {
    match result {
        Ok(value) => value,
        Err(error) => refuse(error),
    }
}

/// A function of its own: else each call would write the parts of the message first.
#[cold]
#[inline(never)]
#[track_caller]
fn refuse(error: ShapeError) -> ! {
    panic!("{error}");
}

#[inline]
#[track_caller]
pub(crate) fn same_length(name: &'static str, len: usize, other: &'static str, other_len: usize) {
    or_panic(equal_lengths(name, len, other, other_len));
}

#[inline]
pub(crate) fn equal_lengths(
    name: &'static str,
    len: usize,
    other: &'static str,
    other_len: usize,
) -> Result<(), ShapeError> {
    if len == other_len {
        Ok(())
    } else {
        Err(Mismatch::Lengths { name, len, other, other_len }.into())
    }
}

#[track_caller]
pub(crate) fn shape(name: &'static str, len: usize, shape: [usize; 3]) {
    or_panic(product(name, len, shape));
}

/// That `len` is the product of the shape.
pub(crate) fn product(
    name: &'static str,
    len: usize,
    shape @ [outer, n, inner]: [usize; 3],
) -> Result<(), ShapeError> {
    let product = if shape.contains(&0) {
        Some(0)
    } else {
        outer.checked_mul(n).and_then(|product| product.checked_mul(inner))
    };
    if product == Some(len) { Ok(()) } else { Err(Mismatch::Product { name, len, shape }.into()) }
}

/// That `len` elements are rows of `cols` elements.
pub(crate) fn whole_rows(name: &'static str, len: usize, cols: usize) -> Result<(), ShapeError> {
    if len == 0 || len.checked_rem(cols) == Some(0) {
        return Ok(());
    }
    Err(if cols == 0 {
        Mismatch::NoColumns { name, len }
    } else {
        Mismatch::NoMultiple { name, len, cols }
    }
    .into())
}
