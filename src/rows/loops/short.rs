//! Short rows, sixteen at a time in one lane each.

use super::{columns::Columns, lanes::columns_at, matrix::Matrix};
use crate::{
    isa::Simd,
    rows::numerics::{function::Function, sum::LANES},
    vector::{Aligned, F32s},
};

/// Rows of at most so many entries are worked on here.
pub(super) const SHORT: usize = 31;

/// How short rows lie in blocks of memory: four entries of a row are read at a time, and
/// transposed. Where the length is not a multiple of four, two or four rows make one line that is;
/// they must follow each other without a gap.
#[derive(Clone, Copy)]
struct Lines {
    /// The rows of a line.
    rows: usize,
    /// The entries of a line.
    len: usize,
    src_stride: usize,
    dst_stride: usize,
}

impl Lines {
    #[inline(always)]
    fn of<F: Function>(rows: &Matrix<'_>) -> Option<Self> {
        let cols = rows.cols;
        let in_line = 4 >> cols.trailing_zeros().min(2);
        let src_stride = rows.src_stride;
        let gap = src_stride != cols || rows.dst_stride != if F::REDUCES { 1 } else { cols };
        (in_line == 1 || !gap).then_some(Self {
            rows: in_line,
            len: in_line * cols,
            src_stride: in_line * src_stride,
            dst_stride: in_line * rows.dst_stride,
        })
    }
}

/// As many of the rows as come in blocks that fill the lanes; how many that are.
#[inline(always)]
pub(super) fn rows<F: Function, S: Simd>(s: S, rows: &mut Matrix<'_>) -> usize {
    let Some(lines) = Lines::of::<F>(rows) else { return 0 };
    let block = LANES * lines.rows;
    let Aligned(tile) = &mut Aligned([0.0; 4 * SHORT * LANES]);
    let mut sinks = [[0.0; LANES]; 4];
    let mut first = 0;
    while first + block <= rows.rows {
        if let Some(of_rows) = rows.sinks {
            for (i, &sink) in of_rows[first..][..block].iter().enumerate() {
                sinks[i % lines.rows][i / lines.rows] = sink;
            }
        }
        read(s, rows, first, lines, tile);
        work::<F, S>(s, rows, first, lines, tile, &sinks);
        if !F::REDUCES {
            write(s, &mut rows.dst[first * rows.dst_stride..], lines, tile);
        }
        first += block;
    }
    first
}

/// The entries of a block to the tile, where each row has a lane.
#[inline(always)]
fn read<S: Simd>(s: S, rows: &Matrix<'_>, first: usize, lines: Lines, tile: &mut [f32]) {
    let x = match rows.src {
        Some(src) => &src[first * rows.src_stride..],
        None => &rows.dst[first * rows.dst_stride..],
    };
    let mut each = [x; LANES];
    for (i, to) in each.iter_mut().enumerate() {
        *to = &x[i * lines.src_stride..][..lines.len];
    }
    for (at, four) in (0..lines.len).step_by(4).zip(tile.chunks_exact_mut(4 * LANES)) {
        let mut entries = [F32s::splat(s, 0.0); 4];
        for (i, to) in entries.iter_mut().enumerate() {
            *to = F32s::load_groups(s, &each[i..], at);
        }
        for (column, to) in F32s::transpose(entries).into_iter().zip(four.chunks_exact_mut(LANES)) {
            (column * rows.scale).store(to);
        }
    }
}

/// The results of a block, in the tile; of a function that reduces, to where they go.
#[inline(always)]
fn work<F: Function, S: Simd>(
    s: S,
    rows: &mut Matrix<'_>,
    first: usize,
    lines: Lines,
    tile: &mut [f32],
    sinks: &[[f32; LANES]; 4],
) {
    let cols = rows.cols;
    for i in 0..lines.rows {
        let of_row = &mut tile[i * cols * LANES..][..cols * LANES];
        let mut columns = Columns::tile(of_row, cols, LANES);
        columns.fast = rows.fast;
        columns.sinks = rows.sinks.is_some().then_some(sinks[i]);
        let summary = columns_at::<F, S, true>(s, &mut columns, &mut []);
        if F::REDUCES {
            let results = columns.results::<F, S>(summary);
            for (lane, &y) in results.iter().enumerate() {
                rows.dst[first + lane * lines.rows + i] = y;
            }
        }
    }
}

#[inline(always)]
fn write<S: Simd>(s: S, y: &mut [f32], lines: Lines, tile: &[f32]) {
    let stride = lines.dst_stride;
    for (at, four) in (0..lines.len).step_by(4).zip(tile.chunks_exact(4 * LANES)) {
        let mut columns = [F32s::splat(s, 0.0); 4];
        for (column, from) in columns.iter_mut().zip(four.chunks_exact(LANES)) {
            *column = F32s::load(s, from);
        }
        for (i, line) in F32s::transpose(columns).into_iter().enumerate() {
            line.store_groups(&mut y[i * stride + at..], 4 * stride);
        }
    }
}
