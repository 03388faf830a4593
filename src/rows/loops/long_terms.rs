//! The terms of a long row and their sum.
//!
//! Two steps are computed side by side, and terms that were stored some steps before are added from
//! memory. One instruction loads and widens, while widening a register takes three.

use super::{
    beside::Beside,
    steps::{add_terms, last_terms, map},
};
use crate::{
    isa::Simd,
    rows::numerics::{
        function::Function,
        sum::{LANES, Lanes, PAIR, Pairs},
    },
    vector::{Aligned, F32s},
};

/// The distance from the store of a term to its reload, in pairs of steps. With less the additions
/// wait for the stores.
const LAG: usize = 4;

/// Writes the terms of the entries to `dst`. The entries are in `src`, or in `dst` if that is
/// `None`. Returns the sum of the terms, and the maximum of the row after.
#[inline(always)]
pub(super) fn map_and_add<const LOGITS: bool, F: Function, S: Simd>(
    s: S,
    src: Option<&[f32]>,
    dst: &mut [f32],
    mut beside: Beside<'_, S, LOGITS>,
    term: impl Fn(F32s<S>) -> F32s<S>,
) -> (f64, f32) {
    let (steps, _) = dst.as_chunks_mut::<PAIR>();
    let whole = src.map(
        #[inline(always)]
        |src| &src.as_chunks::<PAIR>().0[..steps.len()],
    );
    let mut lanes = Lanes::<F, S>::new(s);
    let mut pairs = Pairs::new(s);
    for i in 0..steps.len() {
        let x = match whole {
            Some(x) => &x[i],
            None => &steps[i],
        };
        let x = [F32s::load(s, &x[..LANES]), F32s::load(s, &x[LANES..])];
        let e = if F::RUN > 1 {
            let e = [term(x[0]), term(x[1])];
            lanes.add_pair(e);
            e
        } else {
            let added = if i >= LAG { Some(&steps[i - LAG]) } else { None };
            term_pair(x, &term, &mut pairs, added)
        };
        beside.pair::<F>();
        store_pair(e, &mut steps[i]);
    }
    if F::RUN == 1 {
        for e in &steps[steps.len().saturating_sub(LAG)..] {
            pairs.add(e);
        }
        lanes = Lanes::after(pairs);
    }
    let done = steps.len() * PAIR;
    let src = src.map(
        #[inline(always)]
        |src| &src[done..],
    );
    let dst = &mut dst[done..];
    let whole = dst.len() / LANES * LANES;
    map(
        s,
        src.map(
            #[inline(always)]
            |src| &src[..whole],
        ),
        &mut dst[..whole],
        0.0,
        #[inline(always)]
        |x| {
            let e = term(x);
            lanes.add(e);
            e
        },
    );
    if whole < dst.len() {
        let e = last_terms(s, &src.unwrap_or(dst)[whole..], term);
        lanes.add(e);
        e.store_part(&mut dst[whole..]);
    }
    (lanes.finish().sum(), beside.finish::<F>())
}

/// Like [`map_and_add`], for functions that do not keep their terms: these pass through a small
/// ring buffer on the stack.
#[inline(always)]
pub(super) fn add<const LOGITS: bool, F: Function, S: Simd>(
    s: S,
    x: &[f32],
    mut beside: Beside<'_, S, LOGITS>,
    term: impl Fn(F32s<S>) -> F32s<S>,
) -> (f64, f32) {
    let Aligned(places) = &mut Aligned([[0.0; PAIR]; LAG]);
    let (steps, rest) = x.as_chunks::<PAIR>();
    let mut pairs = Pairs::new(s);
    for (i, x) in steps.iter().enumerate() {
        let x = [F32s::load(s, &x[..LANES]), F32s::load(s, &x[LANES..])];
        let place = &mut places[i % LAG];
        let e = term_pair(x, &term, &mut pairs, if i >= LAG { Some(place) } else { None });
        beside.pair::<F>();
        store_pair(e, place);
    }
    for i in steps.len().saturating_sub(LAG)..steps.len() {
        pairs.add(&places[i % LAG]);
    }
    let mut lanes = Lanes::<F, S>::after(pairs);
    add_terms(s, rest, &mut lanes, term);
    (lanes.finish().sum(), beside.finish::<F>())
}

/// Returns the terms of two steps, and adds other terms.
///
/// The additions stand between the two steps if there are registers enough: they depend on nothing
/// that is just being computed, and cover its latency.
#[inline(always)]
fn term_pair<S: Simd>(
    x: [F32s<S>; 2],
    term: &impl Fn(F32s<S>) -> F32s<S>,
    pairs: &mut Pairs<S>,
    added: Option<&[f32; PAIR]>,
) -> [F32s<S>; 2] {
    let first = term(x[0]);
    if S::REGISTERS > 8
        && let Some(e) = added
    {
        pairs.add(e);
    }
    let second = term(x[1]);
    if S::REGISTERS <= 8
        && let Some(e) = added
    {
        pairs.add(e);
    }
    [first, second]
}

#[inline(always)]
fn store_pair<S: Simd>(e: [F32s<S>; 2], y: &mut [f32; PAIR]) {
    e[0].store(&mut y[..LANES]);
    e[1].store(&mut y[LANES..]);
}
