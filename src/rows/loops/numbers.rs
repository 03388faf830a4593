//! The numbers of rows that trees of shuffles make, sixteen rows at a time.

use super::references::BATCH;
use crate::{
    isa::Simd,
    rows::numerics::{function::Function, sum::LANES, terms::Reference},
    vector::{Aligned, F32s},
};

/// The most sets of sixteen rows that go through each pass together.
const SETS: usize = 4;

/// One number for each row of all sets of a block.
type OfEach = Aligned<[[f32; BATCH]; SETS]>;

/// The numbers of each row that its passes hand on.
pub(super) struct Numbers {
    /// The maxima of a set in each lane.
    pub(super) in_lanes: Aligned<[[f32; LANES]; BATCH]>,
    pub(super) maxima: OfEach,
    pub(super) offsets: OfEach,
    pub(super) magic: OfEach,
    pub(super) least: OfEach,
    /// The normalisers.
    pub(super) high: OfEach,
    pub(super) low: OfEach,
}

impl Numbers {
    pub(super) const NONE: Self = Self {
        in_lanes: Aligned([[0.0; LANES]; BATCH]),
        maxima: Aligned([[0.0; BATCH]; SETS]),
        offsets: Aligned([[0.0; BATCH]; SETS]),
        magic: Aligned([[0.0; BATCH]; SETS]),
        least: Aligned([[0.0; BATCH]; SETS]),
        high: Aligned([[0.0; BATCH]; SETS]),
        low: Aligned([[0.0; BATCH]; SETS]),
    };

    /// Sets the shifts of a set, from the maxima of its logits.
    #[inline(always)]
    pub(super) fn set_reference<F: Function, S: Simd>(&mut self, set: usize, maxima: F32s<S>) {
        let reference = Reference::new(maxima, !F::KEEPS_TERMS);
        reference.maximum.store(&mut self.maxima.0[set]);
        reference.offset.store(&mut self.offsets.0[set]);
        reference.magic.store(&mut self.magic.0[set]);
        reference.least.store(&mut self.least.0[set]);
    }

    /// Returns what the terms of a row need that has no offset.
    #[inline(always)]
    pub(super) fn shift<S: Simd>(&self, s: S, row: usize) -> Reference<S> {
        shift(s, self.magic.0.as_flattened()[row], self.least.0.as_flattened()[row])
    }

    /// Returns the normaliser of a row.
    #[inline(always)]
    pub(super) fn summary<S: Simd>(&self, s: S, row: usize) -> [F32s<S>; 2] {
        let high = F32s::splat(s, self.high.0.as_flattened()[row]);
        [high, F32s::splat(s, self.low.0.as_flattened()[row])]
    }
}

/// Returns the shift of a row without offset.
#[inline(always)]
pub(super) fn shift<S: Simd>(s: S, magic: f32, least: f32) -> Reference<S> {
    let zero = F32s::splat(s, 0.0);
    let [magic, least] = [F32s::splat(s, magic), F32s::splat(s, least)];
    Reference { maximum: zero, offset: zero, magic, least }
}
