//! Short rows, sixteen at a time in one lane each.

use super::{
    aligned::Aligned,
    lanes::{Columns, columns_at},
    matrix::Matrix,
};
use crate::{
    isa::Simd,
    rows::numerics::{function::Function, sum::LANES},
    vector::F32s,
};

/// RowLayout of at most so many entries are worked on here.
pub(super) const SHORT: usize = 31;

/// As many of the rows as come in blocks that fill the lanes; how many that are.
///
/// Four entries of a row are read at a time, and transposed. Where the length is not a multiple of
/// four, two or four rows make one line that is; they must follow each other without a gap.
#[inline(always)]
pub(super) fn rows<F: Function, S: Simd>(s: S, rows: &mut Matrix<'_>) -> usize {
    let (cols, logits) = (rows.cols, rows.logits);
    let in_line = 4 >> cols.trailing_zeros().min(2);
    // Logits are where the results will be.
    let src_stride = if logits.is_some() { rows.dst_stride } else { rows.src_stride };
    let gap = src_stride != cols || rows.dst_stride != if F::REDUCES { 1 } else { cols };
    if in_line > 1 && gap {
        return 0;
    }
    let line = in_line * cols;
    let [src_stride, dst_stride] = [in_line * src_stride, in_line * rows.dst_stride];
    let block = LANES * in_line;
    let Aligned(tile) = &mut Aligned([0.0; 4 * SHORT * LANES]);
    let mut sinks = [[0.0; LANES]; 4];
    let mut first = 0;
    while first + block <= rows.rows {
        if let Some(logits) = &logits {
            for i in 0..block {
                let [_, sink] = rows.write_logits(logits, first + i, &mut None);
                sinks[i % in_line][i / in_line] = sink;
            }
        }
        let x = match rows.src {
            Some(src) if logits.is_none() => &src[first * rows.src_stride..],
            _ => &rows.dst[first * rows.dst_stride..],
        };
        let mut lines = [x; LANES];
        for (i, to) in lines.iter_mut().enumerate() {
            *to = &x[i * src_stride..][..line];
        }
        for (at, four) in (0..line).step_by(4).zip(tile.chunks_exact_mut(4 * LANES)) {
            let mut entries = [F32s::splat(s, 0.0); 4];
            for (i, to) in entries.iter_mut().enumerate() {
                *to = F32s::load_groups(s, &lines[i..], at);
            }
            for (column, to) in
                F32s::transpose(entries).into_iter().zip(four.chunks_exact_mut(LANES))
            {
                (column * rows.scale).store(to);
            }
        }
        for i in 0..in_line {
            let of_row = &mut tile[i * cols * LANES..][..cols * LANES];
            let mut columns = Columns::tile(of_row, cols, LANES);
            columns.sinks = logits.is_some().then_some(sinks[i]);
            let summary = columns_at::<F, S, true>(s, &mut columns);
            if F::REDUCES {
                let results = columns.results::<F, S>(s, summary);
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
