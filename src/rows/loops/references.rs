//! The shifts of the rows of a batch.

use crate::{
    isa::Simd,
    rows::numerics::{function::Function, terms::Reference},
    vector::{Aligned, F32s},
};

/// The number of rows that go through each pass together. The latencies at their ends overlap, and
/// computations for whole rows have one row in each lane.
pub(super) const BATCH: usize = 16;
/// The fields of [`Reference`], with one number a row.
pub(super) struct References {
    pub(super) maximum: Aligned<[f32; BATCH]>,
    pub(super) offset: Aligned<[f32; BATCH]>,
    pub(super) magic: Aligned<[f32; BATCH]>,
    pub(super) least: Aligned<[f32; BATCH]>,
}

impl References {
    #[inline(always)]
    pub(super) fn new<F: Function, S: Simd>(maxima: F32s<S>) -> Self {
        let reference = Reference::new(maxima, !F::KEEPS_TERMS);
        let [mut maximum, mut offset, mut magic, mut least] = [const { Aligned([0.0; BATCH]) }; 4];
        reference.maximum.store(&mut maximum.0);
        reference.offset.store(&mut offset.0);
        reference.magic.store(&mut magic.0);
        reference.least.store(&mut least.0);
        Self { maximum, offset, magic, least }
    }

    /// Whether any row of the first `count` has an offset.
    #[inline(always)]
    pub(super) fn have_offset(&self, count: usize) -> bool {
        self.offset.0[..count].iter().any(
            #[inline(always)]
            |&offset| offset != 0.0,
        )
    }

    #[inline(always)]
    pub(super) fn row<S: Simd>(&self, s: S, i: usize) -> Reference<S> {
        Reference {
            maximum: F32s::splat(s, self.maximum.0[i]),
            offset: F32s::splat(s, self.offset.0[i]),
            magic: F32s::splat(s, self.magic.0[i]),
            least: F32s::splat(s, self.least.0[i]),
        }
    }

    #[inline(always)]
    pub(super) fn all<S: Simd>(&self, s: S) -> Reference<S> {
        Reference {
            maximum: F32s::load(s, &self.maximum.0),
            offset: F32s::load(s, &self.offset.0),
            magic: F32s::load(s, &self.magic.0),
            least: F32s::load(s, &self.least.0),
        }
    }
}
