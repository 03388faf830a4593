//! The softmax of a row that comes in blocks.

use super::{
    loops::{
        long_terms::{LAG, store_pair},
        steps::{map_in_place, maximum},
    },
    numerics::{
        function::Function,
        log_sum_exp::log_sum_exp_with_maxima,
        sum::{LANES, PAIR},
        terms::Reference,
    },
    softmax::Softmax,
};
use crate::{
    at::At,
    isa::{Isa, Job, Native, Simd, on},
    vector::{F32s, F64s},
};

/// The softmax of scores that come block by block, and sums that are weighted with it. The whole
/// row need not be in memory. Attention over blocks of keys has one such state a query.
///
/// The state is a running maximum and sum. The accumulator is the caller's, with any number of
/// elements: after each [`update`](Self::update), add to it the values times the weights that were
/// returned. Merging with a new state changes nothing.
///
/// The sum has the order that [`Softmax`] documents, with sixteen lanes that continue from block to
/// block, and the state is scaled by powers of two. So any division of a row into blocks gives the
/// bits of the whole row, on each level with FMA, while no maximum is 65 536 or more in magnitude.
/// (Exponentials below 2^-150 of the largest are left out, and would change no f64 sum.) Beyond
/// that, and without FMA, the last bits may depend on the division. [`merge`](Self::merge) adds
/// lane to lane.
///
/// ```
/// use activations::OnlineSoftmax;
///
/// // Two keys and their values, then a third.
/// let (mut state, mut sum) = (OnlineSoftmax::new(), [0.0]);
/// for (scores, values) in [(&mut [0.0, 2.0][..], &[5.0, 7.0][..]), (&mut [1.0], &[9.0])] {
///     state.update(scores, &mut sum); // scores become weights
///     sum[0] += scores.iter().zip(values).map(|(weight, value)| weight * value).sum::<f32>();
/// }
/// let log_sum_exp = state.finish(&mut sum);
/// assert!((sum[0] - 7.3094).abs() < 1e-4 && (log_sum_exp - 2.4076).abs() < 1e-4);
/// ```
///
/// Milakov, Gimelshein, "Online normalizer calculation for softmax" (2018); Dao et al.,
/// "FlashAttention" (2022).
#[derive(Clone, Copy, Debug, PartialEq)]
// A load of lanes that lie across lines of the cache waits for the store before it.
#[repr(align(64))]
pub struct OnlineSoftmax {
    /// The maximum of all scores; −∞ while all are excluded.
    maximum: f32,
    /// The shift: exponentials are relative to e^(offset + exponent · ln 2).
    offset: f32,
    exponent: f32,
    /// The sum of the exponentials of each lane.
    lanes: [f64; LANES],
    /// The lane of the next score.
    next: usize,
}

/// The factor that makes a weight of a term.
const TO_WEIGHT: f32 = 1.0 / 18_446_744_073_709_551_616.0;

impl OnlineSoftmax {
    /// Returns the state of no scores.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            maximum: f32::NEG_INFINITY,
            offset: 0.0,
            exponent: 0.0,
            lanes: [0.0; LANES],
            next: 0,
        }
    }

    /// Adds the next scores of the row, replaces them by their weights, and scales the accumulator
    /// like the state.
    ///
    /// Weights are proportional to e^score, with one factor for the whole row, and below 3. Scores
    /// of −∞ have the weight 0. A NaN or +∞ among the scores makes the result NaN.
    pub fn update(&mut self, scores: &mut [f32], accumulator: &mut [f32]) {
        on(Isa::active(), Update { state: self, scores, accumulator });
    }

    /// Adds all scores of `other`, and its accumulator.
    ///
    /// Lane l of one sum is added to lane l of the other, so the merge is symmetric.
    ///
    /// # Panics
    ///
    /// If the lengths of the accumulators differ; nothing is changed then.
    #[track_caller]
    pub fn merge(&mut self, accumulator: &mut [f32], other: &Self, other_accumulator: &[f32]) {
        let (len, other_len) = (accumulator.len(), other_accumulator.len());
        assert!(len == other_len, "the accumulator has {len} elements, the other has {other_len}");
        let larger = if self.maximum < other.maximum { other } else { &*self };
        let Self { maximum, offset, exponent, .. } = *larger;
        let scales = [self.scale_to(offset, exponent), other.scale_to(offset, exponent)];
        for (a, b) in self.lanes.iter_mut().zip(&other.lanes) {
            *a = *a * scales[0] + b * scales[1];
        }
        for (a, &b) in accumulator.iter_mut().zip(other_accumulator) {
            *a = (f64::from(*a) * scales[0] + f64::from(b) * scales[1]) as f32;
        }
        let next = (self.next + other.next) % LANES;
        *self = Self { maximum, offset, exponent, next, ..*self };
    }

    /// Divides the accumulator by the sum, and returns the log-sum-exp of all scores.
    ///
    /// If all scores were −∞ or there were none, the accumulator becomes 0 and the log-sum-exp is
    /// −∞.
    pub fn finish(self, accumulator: &mut [f32]) -> f32 {
        At::active(self).finish(accumulator)
    }

    /// Returns the factor that makes exponentials relative to another offset and exponent. It is a
    /// power of two, unless the offset changes.
    fn scale_to(&self, offset: f32, exponent: f32) -> f64 {
        if self.maximum == f32::NEG_INFINITY {
            return 1.0;
        }
        let n = f64::from(self.exponent) - f64::from(exponent);
        if self.offset == offset {
            // At most 1. A factor below the smallest normal f64 makes a sum negligible.
            return if n < -1022.0 { 0.0 } else { f64::from_bits(((1023.0 + n) as u64) << 52) };
        }
        libm::exp(f64::from(self.offset) - f64::from(offset) + n * core::f64::consts::LN_2)
    }
}

impl At<OnlineSoftmax> {
    /// As [`OnlineSoftmax::update`], at this level.
    pub fn update(&mut self, scores: &mut [f32], accumulator: &mut [f32]) {
        on(self.isa(), Update { state: &mut self.operation, scores, accumulator });
    }

    /// As [`OnlineSoftmax::finish`], at this level.
    pub fn finish(self, accumulator: &mut [f32]) -> f32 {
        let state = &self.operation;
        if state.maximum == f32::NEG_INFINITY && state.lanes == [0.0; LANES] {
            accumulator.fill(0.0);
            return f32::NEG_INFINITY;
        }
        let mut log_sum_exp = 0.0;
        on(self.isa(), Finish { state, accumulator, log_sum_exp: &mut log_sum_exp });
        log_sum_exp
    }
}

impl Default for OnlineSoftmax {
    fn default() -> Self {
        Self::new()
    }
}

struct Update<'a> {
    state: &'a mut OnlineSoftmax,
    scores: &'a mut [f32],
    accumulator: &'a mut [f32],
}

impl Job for Update<'_> {
    #[inline(always)]
    fn run<S: Native>(self, s: S) {
        let Self { state, scores, accumulator } = self;
        let s = s.sixteen();
        let largest = maximum(s, scores).max(state.maximum);
        if largest > state.maximum {
            let of = reference(s, largest);
            let [mut offset, mut magic] = [[0.0; LANES]; 2];
            of.offset.store(&mut offset);
            of.magic.store(&mut magic);
            let (offset, exponent) = (offset[0], Reference::<S>::MAGIC - magic[0]);
            let scale = state.scale_to(offset, exponent);
            (state.maximum, state.offset, state.exponent) = (largest, offset, exponent);
            if scale != 1.0 {
                for lane in &mut state.lanes {
                    *lane *= scale;
                }
                for a in accumulator {
                    *a = (f64::from(*a) * scale) as f32;
                }
            }
        }
        let reference = reference(s, state.maximum);
        if state.offset == 0.0 {
            add::<false, _>(s, state, &reference, scores);
        } else {
            add::<true, _>(s, state, &reference, scores);
        }
    }
}

/// Adds the terms of the scores to the lanes, and replaces the scores by weights.
#[inline(always)]
fn add<const OFFSET: bool, S: Simd>(
    s: S,
    state: &mut OnlineSoftmax,
    reference: &Reference<S>,
    scores: &mut [f32],
) {
    let mut total = F64s::load(s, &state.lanes);
    let len = scores.len();
    // The scores up to the first lane.
    let (head, scores) = scores.split_at_mut(((LANES - state.next) % LANES).min(len));
    if !head.is_empty() {
        let mut lanes = [f32::NEG_INFINITY; LANES];
        lanes[state.next..][..head.len()].copy_from_slice(head);
        weight::<OFFSET, S>(reference, &mut total, F32s::load(s, &lanes)).store(&mut lanes);
        head.copy_from_slice(&lanes[state.next..][..head.len()]);
    }
    let (pairs, rest) = scores.as_chunks_mut::<PAIR>();
    for i in 0..pairs.len() {
        if i >= LAG {
            to_weights(s, &mut total, &mut pairs[i - LAG]);
        }
        let x = &mut pairs[i];
        let e = [
            reference.term_or_zero::<OFFSET>(F32s::load(s, &x[..LANES])),
            reference.term_or_zero::<OFFSET>(F32s::load(s, &x[LANES..])),
        ];
        store_pair(e, x);
    }
    for e in pairs.iter_mut().rev().take(LAG).rev() {
        to_weights(s, &mut total, e);
    }
    map_in_place(
        s,
        rest,
        f32::NEG_INFINITY,
        #[inline(always)]
        |x| weight::<OFFSET, S>(reference, &mut total, x),
    );
    total.store(&mut state.lanes);
    state.next = (state.next + len) % LANES;
}

/// Adds the terms of two steps to `total`, and replaces them by weights.
#[inline(always)]
fn to_weights<S: Simd>(s: S, total: &mut F64s<S>, e: &mut [f32; PAIR]) {
    let [a, b] = [F32s::load(s, &e[..LANES]), F32s::load(s, &e[LANES..])];
    *total = *total + a.widen();
    *total = *total + b.widen();
    store_pair([a * TO_WEIGHT, b * TO_WEIGHT], e);
}

/// Returns the weight of a score, and adds its term to `total`.
#[inline(always)]
fn weight<const OFFSET: bool, S: Simd>(
    of: &Reference<S>,
    total: &mut F64s<S>,
    x: F32s<S>,
) -> F32s<S> {
    let e = of.term_or_zero::<OFFSET>(x);
    *total = *total + e.widen();
    e * TO_WEIGHT
}

struct Finish<'a> {
    state: &'a OnlineSoftmax,
    accumulator: &'a mut [f32],
    log_sum_exp: &'a mut f32,
}

impl Job for Finish<'_> {
    #[inline(always)]
    fn run<S: Native>(self, s: S) {
        let Self { state, accumulator, log_sum_exp } = self;
        let s = s.sixteen();
        let reference = reference(s, state.maximum);
        let sum = F64s::load(s, &state.lanes).sum();
        let summary = Softmax::summary_of_one(s, sum * f64::from(TO_WEIGHT));
        map_in_place(
            s,
            accumulator,
            0.0,
            #[inline(always)]
            |a| Softmax::result(a, summary),
        );
        let mut lanes = [0.0; LANES];
        log_sum_exp_with_maxima(&reference, F64s::splat(s, sum)).store(&mut lanes);
        *log_sum_exp = lanes[0];
    }
}

#[inline(always)]
fn reference<S: Simd>(s: S, maximum: f32) -> Reference<S> {
    // While all scores are excluded, any finite maximum serves.
    let maximum = if maximum == f32::NEG_INFINITY { 0.0 } else { maximum };
    Reference::new(F32s::splat(s, maximum), false)
}
