//! Entries less the offsets of their rows.

use super::{matrix::Matrix, references::References, steps::map};
use crate::{
    isa::{Isa, Job, Native, on},
    vector::Aligned,
};

/// Writes the entries of some rows, times their factor and less the offset of their row, where the
/// terms will be. So the loop that computes terms is the same. Few calls need it.
#[cold]
#[inline(never)]
pub(super) fn subtract(
    isa: Isa,
    rows: &mut Matrix<'_>,
    first: usize,
    count: usize,
    references: &References,
) {
    let Aligned(offsets) = &references.offset;
    on(isa, Subtract { rows, first, offsets: &offsets[..count] });
}

struct Subtract<'a, 'm> {
    rows: &'a mut Matrix<'m>,
    first: usize,
    offsets: &'a [f32],
}

impl Job for Subtract<'_, '_> {
    #[inline(always)]
    fn run<S: Native>(self, s: S) {
        let s = s.sixteen();
        let scale = self.rows.scale;
        for (i, &offset) in self.offsets.iter().enumerate() {
            let (src, dst) = self.rows.row(self.first + i);
            map(
                s,
                src,
                dst,
                0.0,
                #[inline(always)]
                |x| x * scale - offset,
            );
        }
    }
}
