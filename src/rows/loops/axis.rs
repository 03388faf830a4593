//! RowLayout along an inner axis, sixteen neighbours at a time.

use super::{
    aligned::Aligned,
    lanes::{Columns, columns_at},
    matrix::Axis,
    neighbours,
};
use crate::{
    isa::Simd,
    rows::{
        logits::Place,
        numerics::{function::Function, sum::LANES},
    },
    vector::F32s,
};

/// Entries of sixteen columns that fit on the stack.
const SMALL_TILE: usize = 64;
const TILE: usize = 1024;

/// All rows along an axis whose entries are `inner` apart.
#[expect(clippy::large_stack_arrays, reason = "64 KiB, and nothing may be allocated")]
#[inline(always)]
pub(super) fn columns<F: Function, S: Simd>(s: S, axis: Axis<'_>) {
    let (n, inner) = (axis.n, axis.inner);
    let mut axis = axis;
    let done = if axis.logits.is_none() { neighbours::columns::<F, S>(s, &mut axis) } else { 0 };
    if done == inner {
        return;
    }
    if n <= SMALL_TILE {
        planes_through::<F, S>(s, axis, done, &mut Aligned([0.0; SMALL_TILE * LANES]).0);
    } else if n <= TILE {
        planes_through::<F, S>(s, axis, done, &mut Aligned([0.0; TILE * LANES]).0);
    } else {
        planes_through::<F, S>(s, axis, done, &mut []);
    }
}

/// The columns from `first` on. The tile is empty if they do not fit.
#[inline(always)]
fn planes_through<F: Function, S: Simd>(s: S, axis: Axis<'_>, first: usize, tile: &mut [f32]) {
    let Axis { src, dst, n, inner, logits } = axis;
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
        let dst = if F::REDUCES {
            &mut dst[outer * inner..][..inner]
        } else {
            &mut dst[outer * plane..][..plane]
        };
        for at in (first..inner).step_by(LANES) {
            let width = LANES.min(inner - at);
            let mut columns = Columns {
                src,
                dst: &mut *dst,
                n,
                stride: inner,
                at,
                width,
                logits: logits.map(
                    #[inline(always)]
                    |logits| (logits, outer),
                ),
                sinks: logits.map(
                    #[inline(always)]
                    |logits| [logits.sink(); LANES],
                ),
            };
            if !tile.is_empty() {
                through_tile::<F, S>(s, columns, tile);
                continue;
            }
            if let Some((logits, outer)) = columns.logits
                && !F::REDUCES
            {
                // Where the results will be, for lack of another place.
                let x = src.map(
                    #[inline(always)]
                    |src| (&src[at..], inner),
                );
                let entries = Place { outer, first: 0, at, width };
                let maxima = logits.write_columns(entries, x, (&mut columns.dst[at..], inner));
                (columns.src, columns.logits) = (None, None);
                columns.settle(&logits, &maxima);
            }
            let summary = columns_at::<F, S, false>(s, &mut columns);
            if F::REDUCES {
                let results = columns.results::<F, S>(s, summary);
                columns.dst[at..][..width].copy_from_slice(&results[..width]);
            }
        }
    }
}

/// Reads each entry once and writes each result once: entries far apart share no line of a cache.
#[inline(always)]
fn through_tile<F: Function, S: Simd>(s: S, mut columns: Columns<'_>, tile: &mut [f32]) {
    let Columns { n, stride, at, width, sinks, .. } = columns;
    let tile = &mut tile[..n * LANES];
    let mut maxima = [0.0; LANES];
    if let Some((logits, outer)) = columns.logits {
        let x = Some((&columns.src.unwrap_or(columns.dst)[at..], stride));
        maxima = logits.write_columns(Place { outer, first: 0, at, width }, x, (tile, LANES));
    } else {
        for (j, to) in tile.chunks_exact_mut(LANES).enumerate() {
            columns.entry::<S, false>(s, j).store(to);
        }
    }
    let mut in_tile = Columns { sinks, ..Columns::tile(tile, n, width) };
    if let Some((logits, _)) = columns.logits
        && !F::REDUCES
    {
        in_tile.settle(&logits, &maxima);
    }
    let summary = columns_at::<F, S, true>(s, &mut in_tile);
    if F::REDUCES {
        let results = columns.results::<F, S>(s, summary);
        columns.dst[columns.at..][..columns.width].copy_from_slice(&results[..columns.width]);
        return;
    }
    for (j, from) in tile.chunks_exact(LANES).enumerate() {
        columns.put::<S, false>(j, F32s::load(s, from));
    }
}
