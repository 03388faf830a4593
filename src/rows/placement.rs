//! Where the rows of a call are among all rows, and which row of a mask each of them meets.

use super::options::SoftmaxOptions;
use crate::shape_error::{Mismatch, ShapeError};

/// A size that no number of rows exceeds.
const ALL: usize = usize::MAX;

/// The rows of a call among all rows.
#[derive(Clone, Copy)]
pub(super) struct Placement {
    /// The index of the call's first row.
    first: usize,
    /// Batch, heads and queries.
    shape: [usize; 3],
    pub(super) mask: Broadcast,
    pub(super) keep: Broadcast,
}

/// How a mask lies over all rows: `[planes, n, width]`, with a plane and a column for each row.
#[derive(Clone, Copy)]
pub(super) struct Broadcast {
    /// The sizes that the index of a row is divided by.
    shape: [usize; 3],
    /// What an index along each size adds to the plane, and to the column.
    planes: [usize; 3],
    columns: [usize; 3],
    pub(super) width: usize,
}

impl Placement {
    /// Of `outer` times `inner` rows of `n` elements.
    pub(super) fn new(
        options: &SoftmaxOptions<'_>,
        outer: usize,
        n: usize,
        inner: usize,
    ) -> Result<Self, ShapeError> {
        let rows = outer.saturating_mul(inner);
        let first = options.first_row.unwrap_or(0);
        let is_part = options.first_row.is_some();
        let Some(end) = first.checked_add(rows) else {
            return Err(Mismatch::Part { first, rows, all: ALL }.into());
        };
        if inner > 1 && !first.is_multiple_of(inner) {
            return Err(Mismatch::FirstRow { first, inner }.into());
        }
        let mut all = if is_part { None } else { Some(rows) };
        if let Some(shape) = options.shape {
            let product = shape.into_iter().fold(1, usize::saturating_mul);
            if !is_part && rows != product {
                return Err(Mismatch::RowsOf { rows, shape }.into());
            }
            if end > product {
                return Err(Mismatch::Part { first, rows, all: product }.into());
            }
            all = Some(product);
        }
        if let Some(queries) = options.causal.and_then(|causal| causal.queries)
            && !is_part
            && queries > 0
            && !rows.is_multiple_of(queries)
        {
            return Err(Mismatch::Queries { rows, queries }.into());
        }
        check_heads(options, n)?;
        let broadcast = |name, len: Option<usize>, sizes: Option<[usize; 3]>| match (len, sizes) {
            (None, None) => Ok(Broadcast::ONE),
            (None, Some(_)) if name == "mask" => {
                Err(Mismatch::Alone { name: "mask_shape", without: "mask" }.into())
            }
            (None, Some(_)) => Err(Mismatch::Alone { name: "keep_shape", without: "keep" }.into()),
            (Some(len), None) => Broadcast::of_rows(name, len, all, end, n, inner),
            (Some(len), Some(sizes)) => {
                let Some(shape) = options.shape else {
                    let name = if name == "mask" { "mask_shape" } else { "keep_shape" };
                    return Err(Mismatch::Alone { name, without: "shape" }.into());
                };
                Broadcast::of_sizes(name, len, sizes, shape, n, inner)
            }
        };
        Ok(Self {
            first,
            shape: options.shape.unwrap_or([1, 1, ALL]),
            mask: broadcast("mask", options.mask.map(<[f32]>::len), options.mask_shape)?,
            keep: broadcast("keep", options.keep.map(<[bool]>::len), options.keep_shape)?,
        })
    }

    /// The index among all rows of row `row` of the call.
    pub(super) fn index(&self, row: usize) -> usize {
        self.first + row
    }

    pub(super) fn batch(&self, index: usize) -> usize {
        index / self.shape[2] / self.shape[1]
    }

    pub(super) fn head(&self, index: usize) -> usize {
        index / self.shape[2] % self.shape[1]
    }

    pub(super) fn query(&self, index: usize) -> usize {
        // A division would take longer than what follows from it.
        if self.shape[2] == ALL { index } else { index % self.shape[2] }
    }
}

/// What heads and batch entries have.
fn check_heads(options: &SoftmaxOptions<'_>, n: usize) -> Result<(), ShapeError> {
    let SoftmaxOptions { mask_slopes, sinks, lengths, .. } = *options;
    if mask_slopes.is_some() && options.mask.is_none() {
        return Err(Mismatch::Alone { name: "mask_slopes", without: "mask" }.into());
    }
    if sinks.is_some() && options.sink.is_some() {
        return Err(Mismatch::Together { name: "sink", other: "sinks" }.into());
    }
    let each = |name, len: Option<usize>, of, axis: usize| -> Result<(), ShapeError> {
        let Some(len) = len else { return Ok(()) };
        let Some(shape) = options.shape else {
            return Err(Mismatch::Alone { name, without: "shape" }.into());
        };
        let count = shape[axis];
        if len == count { Ok(()) } else { Err(Mismatch::Each { name, len, of, count }.into()) }
    };
    each("mask_slopes", mask_slopes.map(<[f32]>::len), "heads", 1)?;
    each("sinks", sinks.map(<[f32]>::len), "heads", 1)?;
    each("lengths", lengths.map(<[usize]>::len), "batch entries", 0)?;
    match lengths.and_then(|lengths| lengths.iter().position(|&len| len > n)) {
        Some(index) => {
            let len = lengths.map_or(0, |lengths| lengths[index]);
            Err(Mismatch::Length { index, len, n }.into())
        }
        None => Ok(()),
    }
}

impl Broadcast {
    /// One row for all.
    const ONE: Self = Self { shape: [1, 1, ALL], planes: [0; 3], columns: [0; 3], width: 1 };

    /// One row, one plane, or a row for each of `all` rows. If it is not known how many these are,
    /// a row for each up to `end`, where the call ends, and perhaps for more.
    fn of_rows(
        name: &'static str,
        len: usize,
        all: Option<usize>,
        end: usize,
        n: usize,
        inner: usize,
    ) -> Result<Self, ShapeError> {
        let shape = [1, ALL, inner];
        let in_rows = len / n;
        let fits = len == in_rows * n && len > 0;
        if fits && in_rows == 1 {
            Ok(Self::ONE)
        } else if fits && in_rows == inner {
            Ok(Self { shape, planes: [0; 3], columns: [0, 0, 1], width: inner })
        } else if fits
            && all.map_or(in_rows >= end && in_rows.is_multiple_of(inner), |all| all == in_rows)
        {
            Ok(Self { shape, planes: [0, 1, 0], columns: [0, 0, 1], width: inner })
        } else {
            Err(Mismatch::Mask { name, len, rows: all.unwrap_or(end), n }.into())
        }
    }

    fn of_sizes(
        name: &'static str,
        len: usize,
        sizes: [usize; 3],
        shape: [usize; 3],
        n: usize,
        inner: usize,
    ) -> Result<Self, ShapeError> {
        if (0..3).any(|axis| sizes[axis] != 1 && sizes[axis] != shape[axis]) {
            return Err(Mismatch::MaskShape { name, sizes, shape }.into());
        }
        if sizes.into_iter().fold(n, usize::saturating_mul) != len {
            return Err(Mismatch::MaskSizes { name, len, sizes, n }.into());
        }
        let product = |sizes: &[usize]| sizes.iter().fold(1, |a: usize, &b| a.saturating_mul(b));
        let Some(split) = (0..=3).rev().find(|&split| product(&shape[split..]) == inner) else {
            return Err(Mismatch::Split { inner, shape }.into());
        };
        let (mut planes, mut columns) = ([0; 3], [0; 3]);
        for axis in 0..3 {
            let end = if axis < split { split } else { 3 };
            let stride = if sizes[axis] == 1 { 0 } else { product(&sizes[axis + 1..end]) };
            if axis < split {
                planes[axis] = stride;
            } else {
                columns[axis] = stride;
            }
        }
        Ok(Self { shape, planes, columns, width: product(&sizes[split..]) })
    }

    /// Returns what each row adds to the plane, if all add the same and the column is 0: nothing,
    /// or one plane.
    pub(super) fn step(&self) -> Option<usize> {
        if self.width != 1 {
            return None;
        }
        if self.planes == [0; 3] {
            return Some(0);
        }
        let [_, heads, queries] = self.shape;
        let each = [heads.saturating_mul(queries), queries, 1];
        let follow = |axis: usize| self.shape[axis] == 1 || self.planes[axis] == each[axis];
        (0..3).all(follow).then_some(1)
    }

    /// The plane and the column of the row of this index.
    #[inline]
    pub(super) fn at(&self, index: usize) -> [usize; 2] {
        if self.width == 1 && self.planes == [0; 3] { [0, 0] } else { self.divided(index) }
    }

    #[inline(never)]
    fn divided(&self, index: usize) -> [usize; 2] {
        let [_, heads, queries] = self.shape;
        let place = [index / queries / heads, index / queries % heads, index % queries];
        [self.planes, self.columns]
            .map(|strides| (0..3).map(|axis| strides[axis] * place[axis]).sum())
    }
}
