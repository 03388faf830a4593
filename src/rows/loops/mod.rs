//! The loops over rows: a file for each position of rows in memory, and the choice among them. The
//! arithmetic of a row is in `numerics/`.

mod axis;
mod beside;
mod blocks;
mod columns;
mod dense;
mod interleaved;
mod lanes;
mod long;
pub(super) mod long_terms;
mod matrix;
mod neighbours;
mod normalisers;
mod numbers;
mod overlapping;
mod pipeline;
pub(super) mod places;
mod references;
mod registers;
mod short;
mod single;
pub(super) mod steps;
mod sums;
mod trees;
mod with_logits;

use super::{
    logits::Logits,
    numerics::{
        function::{Function, On},
        sum::LANES,
    },
};
use crate::{
    isa::{Isa, Job, Native, Simd, at_baseline, on},
    vector::Aligned,
};
use core::marker::PhantomData;
pub(super) use matrix::{Axis, Matrix};
pub(super) use single::single;

/// The number of logits that are computed at a time if they are not stored for the whole row.
const BLOCK: usize = 1024;

/// Runs the function over the rows of a matrix. It is not inlined, because the code is the same in
/// place and out of place.
#[inline(never)]
pub(in crate::rows) fn each_row<F: Function>(isa: Isa, mut matrix: Matrix<'_>) {
    if let Some(logits) = matrix.logits
        && !F::REDUCES
    {
        return with_logits::rows::<F>(isa, &mut matrix, logits);
    }
    let dense = matrix.log_sum_exps.is_none() && !(F::REDUCES && matrix.logits.is_some());
    let mut first = 0;
    if trees::serves::<F>(isa, &matrix) {
        first = with_trees::<F::Default>(isa, &mut matrix);
    } else if registers::serves::<F>(isa, &matrix) {
        let matrix = &mut matrix;
        on(isa, Registers::<F::Default> { function: PhantomData, matrix, done: &mut first });
    } else if matrix.cols <= short::SHORT && matrix.rows >= LANES && dense {
        first = short_rows::<F::Default>(isa, &mut matrix);
    }
    if first == matrix.rows {
        return;
    }
    let matrix = &mut matrix;
    if first == 0 && pipeline::takes::<F>(isa, matrix.cols) {
        on(isa, Pipeline::<F> { function: PhantomData, matrix });
    } else if F::REDUCES && matrix.logits.is_some() {
        // The block is here and not in the loop, because few calls need it.
        let block = &mut [0.0; BLOCK];
        on(isa, LongRows::<F::Default> { function: PhantomData, matrix, first, block });
    } else {
        on(isa, LongRows::<F::Default> { function: PhantomData, matrix, first, block: &mut [] });
    }
}

#[inline(never)]
fn short_rows<F: Function>(isa: Isa, matrix: &mut Matrix<'_>) -> usize {
    let mut rows = 0;
    on(isa, ShortRows::<F> { function: PhantomData, matrix, done: &mut rows });
    rows
}

/// A function of its own, because a tile on the stack of [`each_row`] takes other rows time.
#[inline(never)]
fn with_trees<F: Function>(isa: Isa, matrix: &mut Matrix<'_>) -> usize {
    let mut rows = 0;
    let done = &mut rows;
    // Filling a tile with zeros takes time.
    match trees::tile::<F>(matrix) {
        0 => on(isa, Trees::<F> { function: PhantomData, matrix, tile: &mut [], done }),
        1..=1024 => {
            let Aligned(tile) = &mut Aligned([0.0; 1024]);
            on(isa, Trees::<F> { function: PhantomData, matrix, tile, done });
        }
        _ => {
            let Aligned(tile) = &mut Aligned([0.0; 2048]);
            on(isa, Trees::<F> { function: PhantomData, matrix, tile, done });
        }
    }
    rows
}

// Short and long rows are separate jobs, so that none is compiled in the midst of another.

struct Trees<'a, 'm, F> {
    function: PhantomData<F>,
    matrix: &'a mut Matrix<'m>,
    tile: &'a mut [f32],
    done: &'a mut usize,
}

impl<F: Function> Job for Trees<'_, '_, F> {
    #[inline(always)]
    fn run<S: Native>(self, s: S) {
        *self.done = trees::rows::<F, _>(s.sixteen(), &mut self.matrix.local(), self.tile);
    }
}

struct Registers<'a, 'm, F> {
    function: PhantomData<F>,
    matrix: &'a mut Matrix<'m>,
    done: &'a mut usize,
}

impl<F: Function> Job for Registers<'_, '_, F> {
    #[inline(always)]
    fn run<S: Native>(self, s: S) {
        *self.done = registers::rows::<F, _>(s.sixteen(), &mut self.matrix.local());
    }
}

struct ShortRows<'a, 'm, F> {
    function: PhantomData<F>,
    matrix: &'a mut Matrix<'m>,
    done: &'a mut usize,
}

impl<F: Function> Job for ShortRows<'_, '_, F> {
    #[inline(always)]
    fn run<S: Native>(self, s: S) {
        *self.done = short::rows::<F, _>(s.sixteen(), &mut self.matrix.local());
    }

    #[inline(always)]
    fn on_baseline(self) {
        at_baseline(self);
    }
}

struct LongRows<'a, 'm, F> {
    function: PhantomData<F>,
    matrix: &'a mut Matrix<'m>,
    first: usize,
    block: &'a mut [f32],
}

impl<F: Function> Job for LongRows<'_, '_, F> {
    #[inline(always)]
    fn run<S: Native>(self, s: S) {
        long::rows::<F, _>(s.sixteen(), &mut self.matrix.local(), self.first, self.block);
    }
}

struct Pipeline<'a, 'm, F> {
    function: PhantomData<F>,
    matrix: &'a mut Matrix<'m>,
}

impl<F: Function> Job for Pipeline<'_, '_, F> {
    #[inline(always)]
    fn run<S: Native>(self, s: S) {
        if const { S::Sixteen::FUSED && <F as On<S::Sixteen>>::SUMS_ALL } {
            pipeline::rows::<F, _>(s.sixteen(), &mut self.matrix.local());
        }
    }
}

/// Runs the function along an axis. `n` and `inner` are not 0.
pub(in crate::rows) fn along_axis<F: Function>(isa: Isa, axis: Axis<'_>) {
    if axis.pitch > 1 || axis.logits.is_some_and(Logits::is_of_columns) {
        return axis::columns::<F>(isa, axis);
    }
    let Axis { src, dst, n, logits, fast, .. } = axis;
    let rows = src.map_or(dst.len(), <[f32]>::len) / n;
    let dst_stride = if F::REDUCES { 1 } else { n };
    each_row::<F>(
        isa,
        Matrix {
            src,
            dst,
            rows,
            cols: n,
            src_stride: n,
            dst_stride,
            logits,
            sinks: None,
            scale: 1.0,
            fast,
            log_sum_exps: None,
        },
    );
}
