//! Rows of other batches that a loop over the terms of a row works on as well.

use super::steps::{map, maximum};
use crate::{
    isa::Simd,
    rows::numerics::{
        function::Function,
        sum::{LANES, PAIR},
    },
    vector::F32s,
};

/// A row of the batch before, whose results are written, and a row of the batch after, whose
/// maximum is taken. Either is as long as the row beside them, or empty.
pub(super) struct Beside<'a, S: Simd> {
    s: S,
    src: Option<&'a [[f32; PAIR]]>,
    src_rest: Option<&'a [f32]>,
    dst: &'a mut [[f32; PAIR]],
    dst_rest: &'a mut [f32],
    summary: [F32s<S>; 2],
    after: &'a [[f32; PAIR]],
    after_rest: &'a [f32],
    maximum: F32s<S>,
}

impl<'a, S: Simd> Beside<'a, S> {
    /// The row before is in `src`, or in `dst` if that is `None`.
    #[inline(always)]
    pub(super) fn new(
        s: S,
        src: Option<&'a [f32]>,
        dst: &'a mut [f32],
        summary: [F32s<S>; 2],
        after: &'a [f32],
    ) -> Self {
        let (dst, dst_rest) = dst.as_chunks_mut();
        let (after, after_rest) = after.as_chunks();
        let (src, src_rest) = match src {
            Some(src) => {
                let (src, rest) = src.as_chunks();
                (Some(&src[..dst.len()]), Some(rest))
            }
            None => (None, None),
        };
        let maximum = F32s::splat(s, f32::NEG_INFINITY);
        Self { s, src, src_rest, dst, dst_rest, summary, after, after_rest, maximum }
    }

    /// Works on the two steps from entry `i * PAIR` on.
    #[inline(always)]
    pub(super) fn pair<F: Function>(&mut self, i: usize) {
        let s = self.s;
        if let Some(x) = self.after.get(i) {
            let x = F32s::load(s, &x[..LANES]).at_least(F32s::load(s, &x[LANES..]));
            self.maximum = x.at_least(self.maximum);
        }
        if let Some(y) = self.dst.get_mut(i) {
            let x = match self.src {
                Some(x) => &x[i],
                None => &*y,
            };
            let x = [F32s::load(s, &x[..LANES]), F32s::load(s, &x[LANES..])];
            F::result(x[0], self.summary).store(&mut y[..LANES]);
            F::result(x[1], self.summary).store(&mut y[LANES..]);
        }
    }

    /// Works on the entries after the last pair, and returns the maximum.
    #[inline(always)]
    pub(super) fn finish<F: Function>(self) -> f32 {
        if !self.dst_rest.is_empty() {
            map(
                self.s,
                self.src_rest,
                self.dst_rest,
                0.0,
                #[inline(always)]
                |x| F::result(x, self.summary),
            );
        }
        if self.after.is_empty() {
            return f32::NEG_INFINITY;
        }
        self.maximum.largest().max(maximum(self.s, self.after_rest))
    }

    /// Works on the whole rows, and returns the maximum.
    #[inline(always)]
    pub(super) fn all<F: Function>(mut self) -> f32 {
        for i in 0..self.dst.len().max(self.after.len()) {
            self.pair::<F>(i);
        }
        self.finish::<F>()
    }
}
