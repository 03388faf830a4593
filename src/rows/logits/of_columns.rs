//! What masks have for neighbouring columns, one in each lane.

use super::{
    Logits, NONE,
    lanes::{kept, part},
};
use crate::{
    isa::Simd,
    rows::{numerics::sum::LANES, placement::Broadcast},
    vector::F32s,
};

/// A mask of neighbouring columns.
pub(super) struct Columns<'m, T> {
    /// From the plane on, and where lanes follow each other, from the column of the first on.
    values: &'m [T],
    /// The distance from an entry to the next.
    stride: usize,
    lanes: Lanes,
}

/// The columns of a mask that the lanes have.
enum Lanes {
    Following,
    Same,
    Each([usize; LANES]),
}

impl<'m, T: Copy> Columns<'m, T> {
    #[inline(always)]
    pub(super) fn new(
        mask: &'m [T],
        place: &Broadcast,
        logits: &Logits<'_>,
        row: usize,
        width: usize,
    ) -> Self {
        let index = logits.placement.index(row);
        let [top, first] = place.at(index);
        let mut columns = [first; LANES];
        for (lane, column) in columns[..width].iter_mut().enumerate() {
            *column = place.at(index + lane)[1];
        }
        let values = &mask[top * logits.n * place.width..];
        let stride = place.width;
        let is = |step: usize| (0..width).all(|lane| columns[lane] == first + step * lane);
        if is(1) {
            Self { values: &values[first..], stride, lanes: Lanes::Following }
        } else if is(0) {
            Self { values: &values[first..], stride, lanes: Lanes::Same }
        } else {
            Self { values, stride, lanes: Lanes::Each(columns) }
        }
    }
}

impl Columns<'_, f32> {
    /// What the mask has for entry `j` of `width` columns.
    #[inline(always)]
    pub(super) fn lanes<S: Simd>(&self, s: S, j: usize, width: usize) -> F32s<S> {
        let values = &self.values[j * self.stride..];
        match self.lanes {
            Lanes::Following => part(s, &values[..width]),
            Lanes::Same => F32s::splat(s, values[0]),
            Lanes::Each(columns) => {
                let mut lanes = [0.0; LANES];
                for (lane, column) in lanes[..width].iter_mut().zip(columns) {
                    *lane = values[column];
                }
                F32s::load(s, &lanes)
            }
        }
    }
}

impl Columns<'_, bool> {
    /// The logits `t` of entry `j` of `width` columns that are kept.
    #[inline(always)]
    pub(super) fn kept<S: Simd>(&self, s: S, t: F32s<S>, j: usize, width: usize) -> F32s<S> {
        let values = &self.values[j * self.stride..];
        match self.lanes {
            Lanes::Following => kept(t, s, &values[..width]),
            Lanes::Same if values[0] => t,
            Lanes::Same => t.same(NONE),
            Lanes::Each(columns) => {
                let mut lanes = [false; LANES];
                for (lane, column) in lanes[..width].iter_mut().zip(columns) {
                    *lane = values[column];
                }
                kept(t, s, &lanes)
            }
        }
    }
}

/// The entries that neighbouring columns see: the first, and the one after the last.
pub(super) struct Seen<S: Simd> {
    ranges: [[usize; 2]; LANES],
    /// The ranges relative to `base`, as f32. Up to [`Self::BLOCK`] they are exact.
    relative: [F32s<S>; 2],
    base: usize,
}

impl<S: Simd> Seen<S> {
    const BLOCK: usize = 1 << 20;

    #[inline(always)]
    pub(super) fn new(
        s: S,
        logits: &Logits<'_>,
        row: usize,
        width: usize,
        first: usize,
    ) -> Option<Self> {
        if !logits.has_limits() {
            return None;
        }
        let mut ranges = [[0; 2]; LANES];
        for (lane, range) in ranges[..width].iter_mut().enumerate() {
            *range = logits.seen(row + lane);
        }
        let relative = Self::relative(s, &ranges, first);
        Some(Self { ranges, relative, base: first })
    }

    #[allow(clippy::cast_precision_loss, reason = "at most 2^20")]
    #[inline(always)]
    fn relative(s: S, ranges: &[[usize; 2]; LANES], base: usize) -> [F32s<S>; 2] {
        let mut relative = [[0.0; LANES]; 2];
        for (lane, range) in ranges.iter().enumerate() {
            for (to, &at) in relative.iter_mut().zip(range) {
                to[lane] = at.saturating_sub(base).min(Self::BLOCK) as f32;
            }
        }
        [F32s::load(s, &relative[0]), F32s::load(s, &relative[1])]
    }

    /// The logits `t` of entry `j` in the columns that see it.
    #[allow(clippy::cast_precision_loss, reason = "less than 2^20")]
    #[inline(always)]
    pub(super) fn kept(&mut self, s: S, t: F32s<S>, j: usize) -> F32s<S> {
        if j - self.base == Self::BLOCK {
            self.base = j;
            self.relative = Self::relative(s, &self.ranges, j);
        }
        let [first, end] = self.relative;
        let j = t.same((j - self.base) as f32);
        let t = j.lt(end).select(t, NONE);
        j.lt(first).select(NONE, t)
    }
}
