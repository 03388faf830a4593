//! The jobs that give as many results as there are elements.

use super::{
    super::leaky_relu::{BackwardBySlope, BySlope, LeakyRelu},
    parts::{Task, each_part},
};
use crate::{
    isa::{Job, Native},
    map::{self, InPlace, Into, Map},
    vector::F32s,
};
use core::ops::Range;

/// Slopes, and how many neighbours share each.
#[derive(Clone, Copy)]
pub(super) struct Slopes<'a> {
    pub(super) slopes: &'a [f32],
    pub(super) inner: usize,
}

/// Replaces x by its image.
pub(super) struct Forward<'a> {
    pub(super) slopes: Slopes<'a>,
    pub(super) x: &'a mut [f32],
}

pub(super) struct ForwardInto<'a> {
    pub(super) slopes: Slopes<'a>,
    pub(super) src: &'a [f32],
    pub(super) dst: &'a mut [f32],
}

pub(super) struct Backward<'a> {
    pub(super) slopes: Slopes<'a>,
    pub(super) x: &'a [f32],
    pub(super) dy: &'a [f32],
    pub(super) dx: &'a mut [f32],
}

impl Task for Forward<'_> {
    #[inline(always)]
    fn run<S: Native>(&mut self, s: S, range: Range<usize>, slope: f32) {
        InPlace { kernel: LeakyRelu { slope }, x: &mut self.x[range] }.run(s);
    }
    #[inline(always)]
    fn block<S: Native>(&mut self, s: S, range: Range<usize>, slopes: &[f32]) {
        by_slope_in_place(s, &mut self.x[range], slopes);
    }
}

impl Task for ForwardInto<'_> {
    #[inline(always)]
    fn run<S: Native>(&mut self, s: S, range: Range<usize>, slope: f32) {
        let src = &self.src[range.clone()];
        Into { kernel: LeakyRelu { slope }, inputs: [src], dst: &mut self.dst[range] }.run(s);
    }
    #[inline(always)]
    fn block<S: Native>(&mut self, s: S, range: Range<usize>, slopes: &[f32]) {
        let src = &self.src[range.clone()];
        Into { kernel: BySlope, inputs: [src, slopes], dst: &mut self.dst[range] }.run(s);
    }
}

impl Task for Backward<'_> {
    #[inline(always)]
    fn run<S: Native>(&mut self, s: S, range: Range<usize>, slope: f32) {
        let inputs = [&self.x[range.clone()], &self.dy[range.clone()]];
        let kernel = map::Backward(LeakyRelu { slope });
        Into { kernel, inputs, dst: &mut self.dx[range] }.run(s);
    }
    #[inline(always)]
    fn block<S: Native>(&mut self, s: S, range: Range<usize>, slopes: &[f32]) {
        let inputs = [&self.x[range.clone()], &self.dy[range.clone()], slopes];
        Into { kernel: BackwardBySlope, inputs, dst: &mut self.dx[range] }.run(s);
    }
}

#[inline(always)]
fn by_slope_in_place<S: Native>(s: S, x: &mut [f32], slopes: &[f32]) {
    let s = s.sixteen();
    let mut steps = x.chunks_exact_mut(16);
    let slopes = slopes.chunks_exact(16);
    let last = slopes.remainder();
    for (x, slopes) in (&mut steps).zip(slopes) {
        BySlope.eval([F32s::load(s, x), F32s::load(s, slopes)]).store(x);
    }
    let x = steps.into_remainder();
    if !x.is_empty() {
        BySlope.eval([F32s::load_part(s, x, 0.0), F32s::load_part(s, last, 0.0)]).store_part(x);
    }
}

macro_rules! jobs { ($($Job:ident over $dst:ident),*) => {$(
    impl Job for $Job<'_> {
        #[inline(always)]
        fn run<S: Native>(mut self, s: S) {
            let Slopes { slopes, inner } = self.slopes;
            let len = self.$dst.len();
            each_part(s, slopes, inner, len, &mut self);
        }
    }
)*}; }
jobs!(Forward over x, ForwardInto over dst, Backward over dx);
