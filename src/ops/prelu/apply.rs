//! The jobs with one result an element: the function and the gradient of its input.

use super::{
    super::leaky_relu::{BackwardBySlope, BySlope, LeakyRelu},
    parts::{Task, each_part},
};
use crate::{
    isa::{Job, Native},
    map::{self, Apply},
};
use core::ops::Range;

/// The slopes, and the number of neighbours that share each slope.
#[derive(Clone, Copy)]
pub(super) struct Slopes<'a> {
    pub(super) slopes: &'a [f32],
    pub(super) inner: usize,
}

/// Writes the images of `x`, or replaces the elements of `dst` if there is no `x`.
pub(super) struct Forward<'a> {
    pub(super) slopes: Slopes<'a>,
    pub(super) x: Option<&'a [f32]>,
    pub(super) dst: &'a mut [f32],
}

/// Writes the gradient of `x`, or replaces the elements of `dst` if there is no `dy`.
pub(super) struct Backward<'a> {
    pub(super) slopes: Slopes<'a>,
    pub(super) x: &'a [f32],
    pub(super) dy: Option<&'a [f32]>,
    pub(super) dst: &'a mut [f32],
}

impl Task for Forward<'_> {
    #[inline(always)]
    fn run<S: Native>(&mut self, s: S, range: Range<usize>, slope: f32) {
        let x = part(self.x, &range);
        Apply::<_, 1, 0> { kernel: LeakyRelu { slope }, inputs: [x], dst: &mut self.dst[range] }
            .run(s);
    }
    #[inline(always)]
    fn block<S: Native>(&mut self, s: S, range: Range<usize>, slopes: &[f32]) {
        let x = part(self.x, &range);
        Apply::<_, 2, 0> { kernel: BySlope, inputs: [x, slopes], dst: &mut self.dst[range] }.run(s);
    }
}

impl Task for Backward<'_> {
    #[inline(always)]
    fn run<S: Native>(&mut self, s: S, range: Range<usize>, slope: f32) {
        let inputs = [&self.x[range.clone()], part(self.dy, &range)];
        let kernel = map::Backward(LeakyRelu { slope });
        Apply::<_, 2, 1> { kernel, inputs, dst: &mut self.dst[range] }.run(s);
    }
    #[inline(always)]
    fn block<S: Native>(&mut self, s: S, range: Range<usize>, slopes: &[f32]) {
        let inputs = [&self.x[range.clone()], part(self.dy, &range), slopes];
        Apply::<_, 3, 1> { kernel: BackwardBySlope, inputs, dst: &mut self.dst[range] }.run(s);
    }
}

/// Returns a part of the input, which is empty in place.
#[inline(always)]
fn part<'a>(input: Option<&'a [f32]>, range: &Range<usize>) -> &'a [f32] {
    match input {
        Some(input) => &input[range.clone()],
        None => &[],
    }
}

macro_rules! jobs { ($($Job:ident),*) => {$(
    impl Job for $Job<'_> {
        #[inline(always)]
        fn run<S: Native>(mut self, s: S) {
            let Slopes { slopes, inner } = self.slopes;
            let len = self.dst.len();
            each_part(s, slopes, inner, len, &mut self);
        }
    }
)*}; }
jobs!(Forward, Backward);
