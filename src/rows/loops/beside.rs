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
    /// The next pairs of the row before and of the row after.
    at: [usize; 2],
}

/// The pairs with which the row before and the row after begin. Where rows lie a multiple of 4096
/// bytes apart, all would otherwise be at places of the same twelve low bits, and loads would wait
/// for stores to other rows.
const STARTS: [usize; 2] = [21, 10];

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
        let at = [STARTS[0] % dst.len().max(1), STARTS[1] % after.len().max(1)];
        Self { s, src, src_rest, dst, dst_rest, summary, after, after_rest, maximum, at }
    }

    /// Works on the two steps from entry `i * PAIR` on.
    #[inline(always)]
    pub(super) fn pair<F: Function>(&mut self) {
        let s = self.s;
        let [i, j] = self.at;
        if let Some(x) = self.after.get(j) {
            self.at[1] = if j + 1 == self.after.len() { 0 } else { j + 1 };
            let x = F32s::load(s, &x[..LANES]).at_least(F32s::load(s, &x[LANES..]));
            self.maximum = x.at_least(self.maximum);
        }
        let n = self.dst.len();
        if let Some(y) = self.dst.get_mut(i) {
            self.at[0] = if i + 1 == n { 0 } else { i + 1 };
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
        for _ in 0..self.dst.len().max(self.after.len()) {
            self.pair::<F>();
        }
        self.finish::<F>()
    }
}
