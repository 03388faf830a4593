//! Sixteen rows at a time, one in each lane: nothing crosses lanes then.

use super::{
    Axis, Matrix,
    function::Function,
    sum::{LANES, Lanes, over_lanes, unscaled},
    terms::Reference,
};
use crate::{
    isa::Simd,
    vector::{F32s, F64s},
};

/// Rows of at most so many entries are worked on here.
pub(super) const SHORT: usize = 32;
/// Entries of sixteen columns that fit on the stack.
const SMALL_TILE: usize = 64;
const TILE: usize = 1024;

/// As many of the rows as come in blocks that fill the lanes; how many that are.
///
/// Four entries of a row are read at a time, and transposed. Where the length is not a multiple of four, two or four rows
/// make one line that is; they must follow each other without a gap.
#[inline(always)]
pub(super) fn short_rows<F: Function, S: Simd>(s: S, _: F, rows: &mut Matrix<'_>) -> usize {
    let cols = rows.cols;
    let in_line = 4 >> cols.trailing_zeros().min(2);
    let gap = rows.src_stride != cols || rows.dst_stride != if F::REDUCES { 1 } else { cols };
    if in_line > 1 && gap {
        return 0;
    }
    let line = in_line * cols;
    let (src_stride, dst_stride) = (in_line * rows.src_stride, in_line * rows.dst_stride);
    let block = LANES * in_line;
    let mut tile = [0.0; 4 * (SHORT - 1) * LANES];
    let mut first = 0;
    while first + block <= rows.rows {
        let x = match rows.src {
            Some(src) => &src[first * rows.src_stride..],
            None => &rows.dst[first * rows.dst_stride..],
        };
        for (at, four) in (0..line).step_by(4).zip(tile.chunks_exact_mut(4 * LANES)) {
            let mut lines = [F32s::splat(s, 0.0); 4];
            for (i, line) in lines.iter_mut().enumerate() {
                *line = F32s::load_groups(s, &x[i * src_stride + at..], 4 * src_stride);
            }
            for (column, to) in F32s::transpose(lines).into_iter().zip(four.chunks_exact_mut(LANES)) {
                column.store(to);
            }
        }
        for i in 0..in_line {
            let of_row = &mut tile[i * cols * LANES..][..cols * LANES];
            let mut columns = Columns::tile(of_row, cols, LANES);
            let summary = columns_at::<F, S, true>(s, &mut columns);
            if F::REDUCES {
                let results = columns.results::<F, S>(summary);
                for (lane, &y) in results.iter().enumerate() {
                    rows.dst[first + lane * in_line + i] = y;
                }
            }
        }
        if !F::REDUCES {
            let y = &mut rows.dst[first * rows.dst_stride..];
            for (at, four) in (0..line).step_by(4).zip(tile.chunks_exact(4 * LANES)) {
                let mut columns = [F32s::splat(s, 0.0); 4];
                for (column, from) in columns.iter_mut().zip(four.chunks_exact(LANES)) {
                    *column = F32s::load(s, from);
                }
                for (i, line) in F32s::transpose(columns).into_iter().enumerate() {
                    line.store_groups(&mut y[i * dst_stride + at..], 4 * dst_stride);
                }
            }
        }
        first += block;
    }
    first
}

/// All rows along an axis whose entries are `inner` apart.
#[expect(clippy::large_stack_arrays, reason = "64 KiB, and nothing may be allocated")]
#[inline(always)]
pub(super) fn columns<F: Function, S: Simd>(s: S, _: F, axis: Axis<'_>) {
    let n = axis.n;
    if n <= SMALL_TILE {
        planes_through::<F, S>(s, axis, &mut [0.0; SMALL_TILE * LANES]);
    } else if n <= TILE {
        planes_through::<F, S>(s, axis, &mut [0.0; TILE * LANES]);
    } else {
        planes_through::<F, S>(s, axis, &mut []);
    }
}

/// The tile is empty if the columns do not fit.
#[inline(always)]
fn planes_through<F: Function, S: Simd>(s: S, axis: Axis<'_>, tile: &mut [f32]) {
    let Axis { src, dst, n, inner } = axis;
    let plane = n * inner;
    let planes = match src {
        Some(src) => src.len() / plane,
        None => dst.len() / plane,
    };
    for outer in 0..planes {
        let src = src.map(
            #[inline(always)]
            |src| &src[outer * plane..][..plane],
        );
        let dst =
            if F::REDUCES { &mut dst[outer * inner..][..inner] } else { &mut dst[outer * plane..][..plane] };
        for at in (0..inner).step_by(LANES) {
            let mut columns =
                Columns { src, dst: &mut *dst, n, stride: inner, at, width: LANES.min(inner - at) };
            if tile.is_empty() {
                let summary = columns_at::<F, S, false>(s, &mut columns);
                if F::REDUCES {
                    let results = columns.results::<F, S>(summary);
                    columns.dst[at..][..columns.width].copy_from_slice(&results[..columns.width]);
                }
            } else {
                through_tile::<F, S>(s, columns, tile);
            }
        }
    }
}

/// Reads each entry once and writes each result once: entries far apart share no line of a cache.
#[inline(always)]
fn through_tile<F: Function, S: Simd>(s: S, mut columns: Columns<'_>, tile: &mut [f32]) {
    let tile = &mut tile[..columns.n * LANES];
    for (j, to) in tile.chunks_exact_mut(LANES).enumerate() {
        columns.entry::<S, false>(s, j).store(to);
    }
    let summary = columns_at::<F, S, true>(s, &mut Columns::tile(tile, columns.n, columns.width));
    if F::REDUCES {
        let results = columns.results::<F, S>(summary);
        columns.dst[columns.at..][..columns.width].copy_from_slice(&results[..columns.width]);
        return;
    }
    for (j, from) in tile.chunks_exact(LANES).enumerate() {
        columns.put::<S, false>(j, F32s::load(s, from));
    }
}

/// Up to sixteen neighbouring columns.
struct Columns<'a> {
    src: Option<&'a [f32]>,
    dst: &'a mut [f32],
    n: usize,
    stride: usize,
    at: usize,
    width: usize,
}

impl<'a> Columns<'a> {
    #[inline(always)]
    fn tile(tile: &'a mut [f32], n: usize, width: usize) -> Self {
        Self { src: None, dst: tile, n, stride: LANES, at: 0, width }
    }

    /// `FULL` is whether there are sixteen columns in memory.
    #[inline(always)]
    fn entry<S: Simd, const FULL: bool>(&self, s: S, j: usize) -> F32s<S> {
        self.load::<S, FULL>(s, self.src.unwrap_or(self.dst), j)
    }

    #[inline(always)]
    fn kept<F: Function, S: Simd, const FULL: bool>(&self, s: S, j: usize) -> F32s<S> {
        if F::KEEPS_TERMS { self.load::<S, FULL>(s, self.dst, j) } else { self.entry::<S, FULL>(s, j) }
    }

    #[inline(always)]
    fn load<S: Simd, const FULL: bool>(&self, s: S, x: &[f32], j: usize) -> F32s<S> {
        let x = &x[j * self.stride + self.at..];
        if FULL || self.width == LANES {
            F32s::load(s, &x[..LANES])
        } else {
            F32s::load_part(s, &x[..self.width], 0.0)
        }
    }

    #[inline(always)]
    fn put<S: Simd, const FULL: bool>(&mut self, j: usize, y: F32s<S>) {
        let to = &mut self.dst[j * self.stride + self.at..];
        if FULL || self.width == LANES {
            y.store(&mut to[..LANES]);
        } else {
            y.store_part(&mut to[..self.width]);
        }
    }

    /// The one result of each column.
    #[inline(always)]
    fn results<F: Function, S: Simd>(&self, [result, _]: [F32s<S>; 2]) -> [f32; LANES] {
        let mut results = [0.0; LANES];
        result.store(&mut results);
        let x = self.src.unwrap_or(self.dst);
        for (lane, y) in results[..self.width].iter_mut().enumerate() {
            let column = x[self.at + lane..].iter().step_by(self.stride).take(self.n).copied();
            *y = F::refined(*y, column);
        }
        results
    }
}

#[inline(always)]
fn columns_at<F: Function, S: Simd, const FULL: bool>(s: S, columns: &mut Columns<'_>) -> [F32s<S>; 2] {
    let mut maximum = F32s::splat(s, f32::NEG_INFINITY);
    for j in 0..columns.n {
        maximum = columns.entry::<S, FULL>(s, j).at_least(maximum);
    }
    let reference = Reference::new(maximum, !F::KEEPS_TERMS);
    let (sum, count) = if maximum.all_below(Reference::<S>::LARGE) {
        terms::<false, F, S, FULL>(s, columns, &reference)
    } else {
        terms::<true, F, S, FULL>(s, columns, &reference)
    };
    let summary = F::summary(&reference, sum, count);
    if !F::REDUCES {
        for j in 0..columns.n {
            let y = F::result(columns.kept::<F, S, FULL>(s, j), summary);
            columns.put::<S, FULL>(j, y);
        }
    }
    summary
}

/// The sums of the terms, and the numbers of maxima.
#[inline(always)]
fn terms<const OFFSET: bool, F: Function, S: Simd, const FULL: bool>(
    s: S,
    columns: &mut Columns<'_>,
    reference: &Reference<S>,
) -> (F64s<S>, F32s<S>) {
    let mut count = F32s::splat(s, 0.0);
    let n = columns.n;
    let sum = over_lanes(
        s,
        n,
        #[inline(always)]
        |lane| {
            let mut lanes = Lanes::<F, S>::new(s);
            for j in (lane..n).step_by(LANES) {
                let x = columns.entry::<S, FULL>(s, j);
                if F::KEEPS_TERMS {
                    let e = reference.term::<OFFSET>(x);
                    lanes.add(e);
                    columns.put::<S, FULL>(j, e);
                } else {
                    lanes.add_with_rest(reference.term_and_rest::<OFFSET>(x));
                    count = count + reference.is_maximum(x).select(1.0, 0.0);
                }
            }
            lanes.finish()
        },
    );
    (unscaled(sum), count)
}
