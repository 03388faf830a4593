//! One row of few entries, as in decoding: all that is known of it stays in registers.

use super::{
    matrix::Entries,
    references::BATCH,
    steps::{add_terms, map, map_in_place, maximum},
    sums::{NO_ROW, RowSet, rare},
};
use crate::{
    isa::{Isa, Job, Native, Simd, on},
    rows::numerics::{
        function::{Function, On},
        sum::{LANES, Lanes, without_maximum},
        terms::{Power, Reference},
    },
    vector::{F32s, F64s, Mask},
};
use core::marker::PhantomData;

/// The longest rows that take less time here than as a batch of one.
const fn longest<F: Function>() -> usize {
    if F::KEEPS_TERMS { 192 } else { 512 }
}

/// The entries `src`, or those of `dst` if that is `None`, times `scale`. Returns whether the
/// results are written: not those of long rows, and not one that cancels.
#[inline]
pub(in crate::rows) fn single<F: Function>(
    isa: Isa,
    src: Option<&[f32]>,
    dst: &mut [f32],
    scale: f32,
) -> bool {
    if src.map_or(dst.len(), <[f32]>::len) > longest::<F>() {
        return false;
    }
    let mut done = false;
    on(isa, Single::<F> { function: PhantomData, src, dst, scale, done: &mut done });
    done
}

struct Single<'a, F> {
    function: PhantomData<F>,
    src: Option<&'a [f32]>,
    dst: &'a mut [f32],
    scale: f32,
    done: &'a mut bool,
}

impl<F: Function> Job for Single<'_, F> {
    #[inline(always)]
    fn run<S: Native>(self, s: S) {
        let Self { src, dst, scale, done, .. } = self;
        if !<F as On<S::Sixteen>>::SUMS_ALL {
            return;
        }
        let s = s.sixteen();
        *done = if F::KEEPS_TERMS {
            keeping_terms::<F, _>(s, src, dst, scale);
            true
        } else {
            from_entries::<F, _>(s, src, dst)
        };
    }
}

/// Up to sixteen entries, whose arguments are reduced while their maximum is searched. Returns
/// `None` if one of them is large, negligible or NaN.
#[inline(always)]
fn in_one_register<S: Simd>(s: S, x: &[f32], scale: f32) -> Option<F32s<S>> {
    // Another lane repeats an entry, and its term is not added.
    let x = F32s::load_part(s, x, x[0]) * scale;
    let power = Power::unshifted(x);
    let maximum = F32s::splat(s, x.largest());
    if !(x.all_below(Reference::<S>::LARGE) && (maximum - x).all_below(Reference::<S>::NEAR)) {
        return None;
    }
    Some(power.term(maximum))
}

/// The last entries, up to sixteen, stay in a register: fewer that are stored and loaded again
/// would have to wait for memory.
#[inline(always)]
fn keeping_terms<F: Function, S: Simd>(s: S, src: Option<&[f32]>, dst: &mut [f32], scale: f32) {
    if const { S::FUSED }
        && (1..=LANES).contains(&dst.len())
        && let Some(terms) = in_one_register(s, src.unwrap_or(dst), scale)
    {
        let terms = Mask::first(s, dst.len()).select(terms, 0.0);
        let summary = F::summary_of_one(s, Lanes::<F, S>::of(terms).finish().sum());
        return F::result(terms, summary).store_part(dst);
    }
    let whole = dst.len().saturating_sub(1) / LANES * LANES;
    let x = src.unwrap_or(dst);
    let last = F32s::load_part(s, &x[whole..], f32::NEG_INFINITY);
    let maximum = maximum(s, &x[..whole]).max(last.largest()) * scale;
    let reference = Reference::new(F32s::splat(s, maximum), false);
    let (dst, dst_last) = dst.split_at_mut(whole);
    let mut lanes = Lanes::<F, S>::new(s);
    map(
        s,
        src.map(
            #[inline(always)]
            |src| &src[..whole],
        ),
        dst,
        0.0,
        #[inline(always)]
        |x| {
            let e = reference.term::<true>(x * scale);
            lanes.add(e);
            e
        },
    );
    let last = Mask::first(s, dst_last.len()).select(reference.term::<true>(last * scale), 0.0);
    lanes.add(last);
    let summary = F::summary_of_one(s, lanes.finish().sum());
    map_in_place(
        s,
        dst,
        0.0,
        #[inline(always)]
        |e| F::result(e, summary),
    );
    F::result(last, summary).store_part(dst_last);
}

/// The first row of a batch, which has no others.
const FIRST: RowSet = {
    let mut rows = NO_ROW;
    rows[0] = true;
    rows
};

#[inline(always)]
fn from_entries<F: Function, S: Simd>(s: S, src: Option<&[f32]>, dst: &mut [f32]) -> bool {
    let x = src.unwrap_or(dst);
    let maximum = maximum(s, x);
    let reference = Reference::new(F32s::splat(s, maximum), true);
    let entries = Entries { x, cols: x.len(), stride: 0 };
    let sum = if maximum.abs() < Reference::<S>::LARGE {
        let mut lanes = Lanes::<F, S>::new(s);
        add_terms(
            s,
            x,
            &mut lanes,
            #[inline(always)]
            |x| reference.term::<false>(x),
        );
        lanes.finish().sum()
    } else {
        rare::<F>(S::ISA, entries, &[maximum; BATCH], &NO_ROW, &FIRST).all[0]
    };
    let largest = reference.term::<true>(reference.maximum);
    let (mut others, lost) = without_maximum(F64s::splat(s, sum), largest);
    if !lost.select(F32s::splat(s, 1.0), 0.0).all_below(1.0) {
        let found = rare::<F>(S::ISA, entries, &[maximum; BATCH], &FIRST, &NO_ROW);
        others = F64s::splat(s, found.others[0]);
    }
    let summary = F::summary(&reference, others, F64s::splat(s, 1.0));
    if !F::REDUCES {
        map(
            s,
            src,
            dst,
            0.0,
            #[inline(always)]
            |x| F::result(x, summary),
        );
        return true;
    }
    let mut results = [0.0; LANES];
    summary[0].store(&mut results);
    dst[0] = results[0];
    !F::is_delicate(results[0], maximum)
}
