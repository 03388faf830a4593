//! Rows of other batches that a loop over the terms of a row works on as well.

use super::steps::{map, maximum};
use crate::{
    isa::Simd,
    rows::{
        logits::{Usual, kept, part},
        numerics::{
            function::Function,
            sum::{LANES, PAIR},
        },
    },
    vector::{F32s, Mask},
};

/// A row of the batch before, whose results are written, and a row of the batch after, whose
/// maximum is taken. Either is as long as the row beside them, or empty. With `LOGITS`
/// the logits of the row after are written first.
pub(super) struct Beside<'a, S: Simd, const LOGITS: bool> {
    s: S,
    src: Option<&'a [[f32; PAIR]]>,
    src_rest: Option<&'a [f32]>,
    dst: &'a mut [[f32; PAIR]],
    dst_rest: &'a mut [f32],
    summary: [F32s<S>; 2],
    after: &'a [[f32; PAIR]],
    after_rest: &'a [f32],
    /// The row after instead, if its logits are written too.
    logits: Following<'a>,
    maximum: F32s<S>,
    /// The next pairs of the row before and of the row after.
    at: [usize; 2],
}

/// A row whose logits are written.
pub(super) struct Following<'a> {
    /// The entries, or `None` if they are in place.
    pub(super) x: Option<&'a [f32]>,
    /// Where the logits go. Empty if there is no such row.
    pub(super) y: &'a mut [f32],
    pub(super) usual: Usual<'a>,
}

impl Following<'_> {
    #[inline(always)]
    pub(super) fn none() -> Self {
        Self { x: None, y: &mut [], usual: Usual::NONE }
    }

    /// Writes `LEN` logits from `at` on, as many as a vector has lanes or fewer; their maxima.
    #[inline(always)]
    fn step<S: Simd>(&mut self, s: S, at: usize, len: usize) -> F32s<S> {
        let Usual { scale, mask, keep } = self.usual;
        let y = &mut self.y[at..][..len];
        let mut t = part(
            s,
            self.x.map_or(
                &*y,
                #[inline(always)]
                |x| &x[at..][..len],
            ),
        ) * scale;
        if !mask.is_empty() {
            t = t + part(s, &mask[at..][..len]);
        }
        if !keep.is_empty() {
            t = kept(t, s, &keep[at..][..len]);
        }
        if len == LANES {
            t.store(y);
            return t;
        }
        t.store_part(y);
        Mask::first(s, len).select(t, f32::NEG_INFINITY)
    }
}

/// The pairs with which the row before and the row after begin. Where rows lie a multiple of 4096
/// bytes apart, all would otherwise be at places of the same twelve low bits, and loads would wait
/// for stores to other rows.
const STARTS: [usize; 2] = [21, 10];

impl<'a, S: Simd, const LOGITS: bool> Beside<'a, S, LOGITS> {
    /// The row before is in `src`, or in `dst` if that is `None`.
    #[inline(always)]
    pub(super) fn new(
        s: S,
        src: Option<&'a [f32]>,
        dst: &'a mut [f32],
        summary: [F32s<S>; 2],
        after: &'a [f32],
        logits: Following<'a>,
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
        let pairs = if LOGITS { after.len().max(logits.y.len() / PAIR) } else { after.len() };
        let at = [STARTS[0] % dst.len().max(1), STARTS[1] % pairs.max(1)];
        Self { s, src, src_rest, dst, dst_rest, summary, after, after_rest, logits, maximum, at }
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
        } else if LOGITS && (j + 1) * PAIR <= self.logits.y.len() {
            self.at[1] = if (j + 2) * PAIR > self.logits.y.len() { 0 } else { j + 1 };
            let t = self.logits.step(s, j * PAIR, LANES);
            self.maximum = t.at_least(self.maximum);
            let t = self.logits.step(s, j * PAIR + LANES, LANES);
            self.maximum = t.at_least(self.maximum);
        }
        let n = self.dst.len();
        if let Some(y) = self.dst.get_mut(i) {
            self.at[0] = if i + 1 == n { 0 } else { i + 1 };
            let x = match self.src {
                Some(x) => &x[i],
                None => &*y,
            };
            let x = [F32s::load(s, &x[..LANES]), F32s::load(s, &x[LANES..])];
            let summary = self.summary;
            F::result_or_zero(x[0], summary, LOGITS).store(&mut y[..LANES]);
            F::result_or_zero(x[1], summary, LOGITS).store(&mut y[LANES..]);
        }
    }

    /// Works on the entries after the last pair, and returns the maximum.
    #[inline(always)]
    pub(super) fn finish<F: Function>(mut self) -> f32 {
        if !self.dst_rest.is_empty() {
            map(
                self.s,
                self.src_rest,
                self.dst_rest,
                0.0,
                #[inline(always)]
                |x| F::result_or_zero(x, self.summary, LOGITS),
            );
        }
        let len = self.logits.y.len();
        if LOGITS && len > 0 {
            for at in (len / PAIR * PAIR..len).step_by(LANES) {
                let t = self.logits.step(self.s, at, LANES.min(len - at));
                self.maximum = t.at_least(self.maximum);
            }
            return self.maximum.largest();
        }
        if self.after.is_empty() {
            return f32::NEG_INFINITY;
        }
        self.maximum.largest().max(maximum(self.s, self.after_rest))
    }

    /// Works on the whole rows, and returns the maximum.
    #[inline(always)]
    pub(super) fn all<F: Function>(mut self) -> f32 {
        let logits = if LOGITS { self.logits.y.len() / PAIR } else { 0 };
        for _ in 0..self.dst.len().max(self.after.len()).max(logits) {
            self.pair::<F>();
        }
        self.finish::<F>()
    }
}
