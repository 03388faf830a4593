//! Rows along an inner axis, sixteen neighbours at a time.

use super::{
    blocks::SMALL_TILE, columns::Columns, interleaved, lanes::columns_at, matrix::Axis, neighbours,
};
use crate::{
    isa::{Isa, Job, Native, Simd, on},
    rows::{
        logits::Place,
        numerics::{function::Function, sum::LANES},
    },
    vector::Aligned,
};
use core::marker::PhantomData;

/// The number of entries of sixteen columns in a tile of 32 KiB. Longer columns pass through the
/// small tile in blocks.
const TILE: usize = 512;

/// All rows along an axis whose entries are `inner` apart.
pub(super) fn columns<F: Function>(isa: Isa, mut axis: Axis<'_>) {
    if !(interleaved::is_worth_it::<F>(&axis) && interleaved::<F>(isa, &mut axis)) {
        by_sixteen::<F>(isa, axis);
    }
}

/// Sixteen or more neighbours side by side.
fn by_sixteen<F: Function>(isa: Isa, mut axis: Axis<'_>) {
    let first = if axis.logits.is_none() { neighbours::<F>(isa, &mut axis) } else { 0 };
    if first == axis.inner {
        return;
    }
    // The tiles are made here, so that what works on them is compiled once.
    if axis.n <= SMALL_TILE || axis.n > TILE {
        in_small_tile::<F::Default>(isa, axis, first);
    } else {
        in_tile::<F::Default>(isa, axis, first);
    }
}

// Each way is a function of its own, so that no call needs the stack of two.

/// Computes all planes, as [`interleaved::planes`].
#[inline(never)]
fn interleaved<F: Function>(isa: Isa, axis: &mut Axis<'_>) -> bool {
    let mut done = false;
    let axis = Axis { dst: &mut *axis.dst, ..*axis };
    on(isa, Interleaved::<F> { function: PhantomData, axis, done: &mut done });
    done
}

/// Computes as many columns of each plane as fill vectors, and returns their number.
#[inline(never)]
fn neighbours<F: Function>(isa: Isa, axis: &mut Axis<'_>) -> usize {
    let mut done = 0;
    let axis = Axis { dst: &mut *axis.dst, ..*axis };
    on(isa, Neighbours::<F> { function: PhantomData, axis, done: &mut done });
    done
}

#[inline(never)]
fn in_small_tile<F: Function>(isa: Isa, axis: Axis<'_>, first: usize) {
    let mut tile = const { Aligned([0.0; SMALL_TILE * LANES]) };
    let tile = &mut tile.0;
    if axis.n <= SMALL_TILE {
        on(isa, Tiled::<F> { function: PhantomData, axis, first, tile });
    } else {
        on(isa, InBlocks::<F> { function: PhantomData, axis, first, tile });
    }
}

#[expect(clippy::large_stack_arrays, reason = "32 KiB, and nothing may be allocated")]
#[inline(never)]
fn in_tile<F: Function>(isa: Isa, axis: Axis<'_>, first: usize) {
    let mut tile = const { Aligned([0.0; TILE * LANES]) };
    on(isa, Tiled::<F> { function: PhantomData, axis, first, tile: &mut tile.0 });
}

struct Interleaved<'a, F> {
    function: PhantomData<F>,
    axis: Axis<'a>,
    done: &'a mut bool,
}

impl<F: Function> Job for Interleaved<'_, F> {
    #[inline(always)]
    fn run<S: Native>(mut self, s: S) {
        *self.done = interleaved::planes::<F, _>(s.sixteen(), &mut self.axis);
    }
}

struct Neighbours<'a, F> {
    function: PhantomData<F>,
    axis: Axis<'a>,
    done: &'a mut usize,
}

impl<F: Function> Job for Neighbours<'_, F> {
    #[inline(always)]
    fn run<S: Native>(mut self, s: S) {
        *self.done = neighbours::columns::<F, _>(s.sixteen(), &mut self.axis);
    }
}

struct Tiled<'a, F> {
    function: PhantomData<F>,
    axis: Axis<'a>,
    first: usize,
    tile: &'a mut [f32],
}

impl<F: Function> Job for Tiled<'_, F> {
    #[inline(always)]
    fn run<S: Native>(self, s: S) {
        let Self { axis, first, tile, .. } = self;
        let s = s.sixteen();
        each_group::<F>(
            axis,
            first,
            #[inline(always)]
            |columns| through_tile::<F, _>(s, columns, tile),
        );
    }
}

struct InBlocks<'a, F> {
    function: PhantomData<F>,
    axis: Axis<'a>,
    first: usize,
    /// A small tile, for a block of entries.
    tile: &'a mut [f32],
}

impl<F: Function> Job for InBlocks<'_, F> {
    #[inline(always)]
    fn run<S: Native>(self, s: S) {
        let Self { axis, first, tile, .. } = self;
        let s = s.sixteen();
        each_group::<F>(
            axis,
            first,
            #[inline(always)]
            |columns| in_blocks::<F, _>(s, columns, tile),
        );
    }
}

/// Calls `f` with up to sixteen neighbouring columns at a time, from column `first` of each plane.
#[inline(always)]
fn each_group<F: Function>(axis: Axis<'_>, first: usize, mut f: impl FnMut(Columns<'_>)) {
    let Axis { src, dst, n, inner, pitch, logits, fast } = axis;
    let results = if F::REDUCES { inner } else { n * inner };
    for (outer, dst) in dst.chunks_exact_mut(results).enumerate() {
        let src = src.map(
            #[inline(always)]
            |src| &src[outer * n * pitch..],
        );
        for at in (first..inner).step_by(LANES) {
            f(Columns {
                src,
                dst,
                n,
                stride: pitch,
                at,
                width: LANES.min(inner - at),
                logits: logits.map(
                    #[inline(always)]
                    |logits| (logits, outer),
                ),
                sinks: logits.map(
                    #[inline(always)]
                    |logits| logits.sinks(outer, at),
                ),
                fast,
            });
        }
    }
}

#[inline(always)]
fn in_blocks<F: Function, S: Simd>(s: S, mut columns: Columns<'_>, tile: &mut [f32]) {
    let Columns { stride, at, width, .. } = columns;
    if let Some((logits, outer)) = columns.logits
        && !F::REDUCES
    {
        // Where the results will be, for lack of another place.
        let x = columns.src.map(
            #[inline(always)]
            |src| (&src[at..], stride),
        );
        let entries = Place { outer, first: 0, at, width };
        let maxima = logits.write_columns(entries, x, (&mut columns.dst[at..], stride));
        (columns.src, columns.logits) = (None, None);
        columns.settle(logits, &maxima);
    }
    let summary = columns_at::<F, S, false>(s, &mut columns, tile);
    if F::REDUCES {
        let results = columns.results::<F, S>(summary);
        columns.dst[at..][..width].copy_from_slice(&results[..width]);
    }
}

/// Reads each entry once and writes each result once: entries far apart share no line of a cache.
#[allow(clippy::needless_pass_by_value, reason = "a reference would let its address escape")]
#[inline(always)]
fn through_tile<F: Function, S: Simd>(s: S, mut columns: Columns<'_>, tile: &mut [f32]) {
    let Columns { n, stride, at, width, sinks, fast, .. } = columns;
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
    let mut in_tile = Columns { sinks, fast, ..Columns::tile(tile, n, width) };
    if let Some((logits, _)) = columns.logits
        && !F::REDUCES
    {
        in_tile.settle(logits, &maxima);
    }
    let summary = columns_at::<F, S, true>(s, &mut in_tile, &mut []);
    if F::REDUCES {
        let results = columns.results::<F, S>(summary);
        columns.dst[columns.at..][..columns.width].copy_from_slice(&results[..columns.width]);
        return;
    }
    columns.copy_from_tile(s, 0, tile);
}
