//! The inputs of a loop, and the loads of its steps. They do not depend on the kernel, so they are
//! compiled for each instruction set, not for each kernel.

use crate::{
    isa::{Native, Simd},
    vector::F32s,
};

/// Inputs, of which the one at `PLACE` may be what is in the destination.
#[derive(Clone, Copy)]
pub(super) struct Inputs<'a, const N: usize, const PLACE: usize> {
    pub(super) slices: [&'a [f32]; N],
    pub(super) in_place: bool,
}

impl<'a, const N: usize, const PLACE: usize> Inputs<'a, N, PLACE> {
    #[inline(always)]
    fn is_in_place(&self, i: usize) -> bool {
        i == PLACE && self.in_place
    }

    #[inline(always)]
    pub(super) fn first_differs(&self, len: usize) -> bool {
        !self.is_in_place(0) && self.slices[0].len() != len
    }

    #[inline(always)]
    pub(super) fn load_short<S: Native>(&self, s: S, dst: &[f32]) -> [F32s<S>; N] {
        let mut lanes = [F32s::splat(s, 0.0); N];
        for (i, lanes) in lanes.iter_mut().enumerate() {
            *lanes = F32s::load_short(s, if self.is_in_place(i) { dst } else { self.slices[i] });
        }
        lanes
    }

    /// Loads the last register. `first` is what was in the destination there.
    #[inline(always)]
    pub(super) fn load_last<S: Native>(&self, s: S, first: F32s<S>, last: usize) -> [F32s<S>; N] {
        let mut lanes = [first; N];
        for (i, lanes) in lanes.iter_mut().enumerate() {
            if !self.is_in_place(i) {
                *lanes = F32s::load(s, &self.slices[i][last..][..S::LANES]);
            }
        }
        lanes
    }

    /// Returns the whole steps before `end`.
    #[inline(always)]
    pub(super) fn until<const LEN: usize>(&self, end: usize) -> Steps<'a, N, PLACE, LEN> {
        let mut steps = Steps { slices: [&[]; N], in_place: self.in_place };
        for (i, steps) in steps.slices.iter_mut().enumerate() {
            if !self.is_in_place(i) {
                *steps = self.slices[i][..end].as_chunks().0;
            }
        }
        steps
    }

    /// Returns the whole steps from `start` on.
    #[inline(always)]
    pub(super) fn from<const LEN: usize>(&self, start: usize) -> Steps<'a, N, PLACE, LEN> {
        let mut steps = Steps { slices: [&[]; N], in_place: self.in_place };
        for (i, steps) in steps.slices.iter_mut().enumerate() {
            if !self.is_in_place(i) {
                *steps = self.slices[i][start..].as_chunks().0;
            }
        }
        steps
    }
}

/// Inputs as whole steps of `LEN` elements.
#[derive(Clone, Copy)]
pub(super) struct Steps<'a, const N: usize, const PLACE: usize, const LEN: usize> {
    slices: [&'a [[f32; LEN]]; N],
    in_place: bool,
}

impl<const N: usize, const PLACE: usize, const LEN: usize> Steps<'_, N, PLACE, LEN> {
    /// As many steps of each as the destination has.
    #[inline(always)]
    pub(super) fn only(mut self, count: usize) -> Self {
        for (i, steps) in self.slices.iter_mut().enumerate() {
            if !(i == PLACE && self.in_place) {
                *steps = &steps[..count];
            }
        }
        self
    }

    #[inline(always)]
    pub(super) fn load<S: Simd>(&self, s: S, step: usize, dst: &[f32; LEN]) -> [F32s<S>; N] {
        let mut lanes = [F32s::splat(s, 0.0); N];
        for (i, lanes) in lanes.iter_mut().enumerate() {
            let x = if i == PLACE && self.in_place { dst } else { &self.slices[i][step] };
            *lanes = F32s::load(s, x);
        }
        lanes
    }
}
