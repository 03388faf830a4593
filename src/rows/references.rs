//! The references of the rows of a batch.

use super::{function::Function, terms::Reference};
use crate::{isa::Simd, vector::F32s};

/// So many rows go through each pass together that the latencies at their ends overlap, and what is the same for each
/// is computed with one row in each lane.
pub(super) const BATCH: usize = 16;
/// One number a row.
pub(super) struct References {
    pub(super) maximum: [f32; BATCH],
    pub(super) offset: [f32; BATCH],
    pub(super) magic: [f32; BATCH],
    pub(super) least: [f32; BATCH],
}

impl References {
    #[inline(always)]
    pub(super) fn new<F: Function, S: Simd>(maxima: F32s<S>) -> Self {
        let reference = Reference::new(maxima, !F::KEEPS_TERMS);
        let [mut maximum, mut offset, mut magic, mut least] = [[0.0; BATCH]; 4];
        reference.maximum.store(&mut maximum);
        reference.offset.store(&mut offset);
        reference.magic.store(&mut magic);
        reference.least.store(&mut least);
        Self { maximum, offset, magic, least }
    }

    #[inline(always)]
    pub(super) fn row<S: Simd>(&self, s: S, i: usize) -> Reference<S> {
        Reference {
            maximum: F32s::splat(s, self.maximum[i]),
            offset: F32s::splat(s, self.offset[i]),
            magic: F32s::splat(s, self.magic[i]),
            least: F32s::splat(s, self.least[i]),
        }
    }

    #[inline(always)]
    pub(super) fn all<S: Simd>(&self, s: S) -> Reference<S> {
        Reference {
            maximum: F32s::load(s, &self.maximum),
            offset: F32s::load(s, &self.offset),
            magic: F32s::load(s, &self.magic),
            least: F32s::load(s, &self.least),
        }
    }
}
