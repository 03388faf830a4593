//! Columns whose entries pass through a small tile, a block at a time. The lanes of each sum are
//! kept between blocks.

use super::columns::Columns;
use crate::{
    isa::Simd,
    rows::numerics::{
        function::Function,
        sum::{LANES, Lanes, over_lanes},
        terms::Reference,
    },
    vector::{F32s, F64s},
};

/// The number of entries of sixteen columns in a small tile, a multiple of the lanes of a sum.
pub(super) const SMALL_TILE: usize = 64;

/// Replaces the entries by their terms, and returns the sums of these.
#[inline(always)]
pub(super) fn terms_in_blocks<F: Function, S: Simd>(
    s: S,
    columns: &mut Columns<'_>,
    reference: &Reference<S>,
    tile: &mut [f32],
) -> F64s<S> {
    let mut sums = [Lanes::<F, S>::new(s); LANES];
    columns.replace_in_blocks(
        s,
        tile,
        #[inline(always)]
        |columns, j| reference.term::<false>(columns.entry::<S, false>(s, j)),
        #[inline(always)]
        |terms| {
            add_block(
                s,
                &mut sums,
                terms,
                // The method itself would be called by way of a function that is not inlined.
                #[inline(always)]
                |sum, e| {
                    sum.add(e);
                },
            );
        },
    );
    over_lanes(
        s,
        columns.n,
        #[inline(always)]
        |lane| sums[lane].finish(),
    )
}

/// Calls `add` with each entry of `tile` and the sum of its lane. The first entry belongs to the
/// first lane, because every block is a multiple of sixteen entries long.
#[inline(always)]
fn add_block<F: Function, S: Simd>(
    s: S,
    sums: &mut [Lanes<F, S>; LANES],
    tile: &[f32],
    mut add: impl FnMut(&mut Lanes<F, S>, F32s<S>),
) {
    for (lane, to) in sums.iter_mut().enumerate() {
        let mut sum = *to;
        for x in tile.chunks_exact(LANES).skip(lane).step_by(LANES) {
            add(&mut sum, F32s::load(s, x));
        }
        *to = sum;
    }
}

/// Returns the sums that `add` makes of the entries or, if the columns have options, their logits.
#[inline(always)]
pub(super) fn sums_in_blocks<F: Function, S: Simd>(
    s: S,
    columns: &Columns<'_>,
    tile: &mut [f32],
    mut add: impl FnMut(&mut Lanes<F, S>, F32s<S>),
) -> F64s<S> {
    let mut sums = [Lanes::<F, S>::new(s); LANES];
    columns.each_block(
        s,
        tile,
        #[inline(always)]
        |entries| {
            add_block(
                s,
                &mut sums,
                entries,
                #[inline(always)]
                |sum, x| add(sum, x),
            );
        },
    );
    over_lanes(
        s,
        columns.n,
        #[inline(always)]
        |lane| sums[lane].finish(),
    )
}
