//! The steps from the entries of a row to their logits.

use super::{NONE, lanes::Transform};
use crate::{
    isa::{Isa, Simd, two},
    rows::numerics::sum::{LANES, PAIR},
    vector::{F32s, Mask},
};

/// Entries, unless they are where their logits go, and as long slices of the masks that there are.
pub(super) struct Steps<'a> {
    pub(super) transform: Transform,
    /// The factor of the mask.
    pub(super) slope: f32,
    pub(super) x: Option<&'a [f32]>,
    pub(super) mask: &'a [f32],
    pub(super) keep: &'a [bool],
}

impl Steps<'_> {
    /// The usual steps: four loops, each without a condition in it.
    #[inline(always)]
    pub(super) fn scaled<S: Simd>(self, s: S, y: &mut [f32], masks: [bool; 2]) -> f32 {
        match masks {
            [false, false] => self.with::<true, S>(s, y, [false, false]),
            [false, true] => self.with::<true, S>(s, y, [false, true]),
            [true, false] => self.with::<true, S>(s, y, [true, false]),
            [true, true] => self.with::<true, S>(s, y, [true, true]),
        }
    }

    /// Writes the logits, and returns their maximum. `masks` says which of the two there are.
    ///
    /// `USUAL` is whether the steps before the mask are a scale. Otherwise there is one loop for
    /// all steps, with conditions, and two vectors side by side cover latencies.
    #[inline(always)]
    pub(super) fn with<const USUAL: bool, S: Simd>(
        self,
        s: S,
        y: &mut [f32],
        masks: [bool; 2],
    ) -> f32 {
        let len = y.len();
        let Some(last) = len.checked_sub(LANES) else {
            if len == 0 {
                return NONE;
            }
            let x = F32s::load_part(s, self.x.unwrap_or(y), 0.0);
            let mask = masks[0].then(
                #[inline(always)]
                || F32s::load_part(s, self.mask, 0.0),
            );
            let mut keep = [true; LANES];
            if masks[1] {
                keep[..len].copy_from_slice(self.keep);
            }
            let t = self.logit::<USUAL, S>(x, mask);
            let t = if masks[1] { Mask::of(s, &keep).select(t, NONE) } else { t };
            t.store_part(y);
            return Mask::first(s, len).select(t, NONE).largest();
        };
        // The last step ends where the row ends and may overlap the one before. In place, its
        // entries are read before those are overwritten.
        let end = F32s::load(s, &self.x.unwrap_or(y)[last..][..LANES]);
        let mut at = 0;
        let mut maximum = NONE;
        // Without a tanh two registers are enough.
        let is_long = S::REGISTERS > 8 || self.transform.soft_cap.is_some();
        if !USUAL && S::ISA != Isa::Baseline && is_long {
            let whole = y.as_chunks_mut().0;
            at = whole.len() * PAIR;
            maximum = self.whole::<false, PAIR, _>(two(s), whole, masks).largest();
        }
        let whole = y[at..].as_chunks_mut().0;
        let from = at;
        at += whole.len() * LANES;
        let steps = Steps {
            x: self.x.map(
                #[inline(always)]
                |x| &x[from..],
            ),
            mask: if masks[0] { &self.mask[from..] } else { &[] },
            keep: if masks[1] { &self.keep[from..] } else { &[] },
            ..self
        };
        let mut maxima = steps.whole::<USUAL, LANES, S>(s, whole, masks);
        if at < len {
            let t = self.step::<USUAL, S>(s, end, masks, last);
            t.store(&mut y[last..]);
            maxima = t.at_least(maxima);
        }
        maxima.largest().max(maximum)
    }

    /// Whole steps of `LEN` entries, as many as a vector has lanes. Returns their maxima.
    #[inline(always)]
    fn whole<const USUAL: bool, const LEN: usize, S: Simd>(
        &self,
        s: S,
        y: &mut [[f32; LEN]],
        masks: [bool; 2],
    ) -> F32s<S> {
        let x = self.x.map(
            #[inline(always)]
            |x| &x.as_chunks::<LEN>().0[..y.len()],
        );
        let mask = &self.mask.as_chunks::<LEN>().0[..if masks[0] { y.len() } else { 0 }];
        let keep = &self.keep.as_chunks::<LEN>().0[..if masks[1] { y.len() } else { 0 }];
        let mut maxima = F32s::splat(s, NONE);
        for (i, y) in y.iter_mut().enumerate() {
            let x = F32s::load(
                s,
                match x {
                    Some(x) => &x[i],
                    None => &*y,
                },
            );
            let mask = if masks[0] { Some(F32s::load(s, &mask[i])) } else { None };
            let mut t = self.logit::<USUAL, S>(x, mask);
            if masks[1] {
                t = Mask::of(s, &keep[i]).select(t, NONE);
            }
            t.store(y);
            maxima = t.at_least(maxima);
        }
        maxima
    }

    /// The logits of the entries `x`, whose masks begin at `at`.
    #[inline(always)]
    fn step<const USUAL: bool, S: Simd>(
        &self,
        s: S,
        x: F32s<S>,
        masks: [bool; 2],
        at: usize,
    ) -> F32s<S> {
        let mask = if masks[0] { Some(F32s::load(s, &self.mask[at..][..LANES])) } else { None };
        let t = self.logit::<USUAL, S>(x, mask);
        if masks[1] { Mask::of(s, &self.keep[at..][..LANES]).select(t, NONE) } else { t }
    }

    #[inline(always)]
    fn logit<const USUAL: bool, S: Simd>(&self, x: F32s<S>, mask: Option<F32s<S>>) -> F32s<S> {
        if USUAL {
            return self.transform.scaled(x, mask);
        }
        let mask = mask.map(
            #[inline(always)]
            |mask| mask * self.slope,
        );
        self.transform.logit(x, mask)
    }
}
