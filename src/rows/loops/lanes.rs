//! Sixteen rows, one in each lane, so that nothing crosses lanes.

use super::{
    blocks::{sums_in_blocks, terms_in_blocks},
    columns::{Columns, Summary},
};
use crate::{
    isa::{Isa, Job, Native, Simd, on},
    rows::numerics::{
        function::{Function, On},
        sum::{LANES, Lanes, add_sink, over_lanes, without_maximum},
        terms::Reference,
    },
    vector::{F32s, F64s},
};
use core::marker::PhantomData;

/// Computes the results of columns in their places, or only their normalisers if the function
/// reduces. `FULL` and `tile` are those of [`Columns::replace`].
#[inline(always)]
pub(super) fn columns_at<F: Function, S: Simd, const FULL: bool>(
    s: S,
    columns: &mut Columns<'_>,
    tile: &mut [f32],
) -> Summary<S> {
    let mut maximum = columns.maximum::<S, FULL>(s, tile);
    let sinks = columns.sinks.map(
        #[inline(always)]
        |sinks| F32s::load(s, &sinks),
    );
    if let Some(sinks) = sinks {
        maximum = maximum.at_least(sinks);
    }
    let reference = Reference::new(maximum, !F::KEEPS_TERMS);
    let mut totals = totals::<F, S, FULL>(s, columns, &reference, tile);
    if let Some(sinks) = sinks {
        totals = add_sink::<F, S>(&reference, totals, sinks);
    }
    let values = F::summary_of(columns.fast, &reference, totals.0, totals.1);
    if !F::REDUCES {
        columns.replace::<S, FULL>(
            s,
            tile,
            #[inline(always)]
            |columns, j| F::result(columns.kept::<F, S, FULL>(s, j), values),
        );
    }
    Summary { maximum, values }
}

/// Returns the sums of the terms, and the numbers of maxima that are not in them.
#[inline(always)]
fn totals<F: Function, S: Simd, const FULL: bool>(
    s: S,
    columns: &mut Columns<'_>,
    reference: &Reference<S>,
    tile: &mut [f32],
) -> (F64s<S>, F64s<S>) {
    if !<F as On<S>>::SUMS_ALL {
        return terms_but_maxima::<F, S, FULL>(s, columns, reference, tile);
    }
    let large = !reference.maximum.all_below(Reference::<S>::LARGE);
    if large && !F::KEEPS_TERMS {
        let (sums, _) = rare::<F, S>(columns, reference, true);
        return without_maxima::<F, S>(s, columns, reference, F64s::load(s, &sums));
    }
    if large {
        // The differences are stored where the terms will be, so the loop that computes terms is
        // the same.
        columns.replace::<S, FULL>(
            s,
            tile,
            #[inline(always)]
            |columns, j| columns.entry::<S, FULL>(s, j) - reference.offset,
        );
        columns.src = None;
    }
    if F::KEEPS_TERMS && !FULL {
        let sums = if F::SERVES_FAST && columns.fast {
            terms_in_blocks::<F::Fast, S>(s, columns, reference, tile)
        } else {
            terms_in_blocks::<F, S>(s, columns, reference, tile)
        };
        return (sums, F64s::splat(s, 1.0));
    }
    if F::KEEPS_TERMS {
        // Loading terms from memory widens them at less cost than converting registers.
        columns.replace::<S, FULL>(
            s,
            tile,
            #[inline(always)]
            |columns, j| reference.term::<false>(columns.entry::<S, FULL>(s, j)),
        );
    }
    let sums = if F::SERVES_FAST && columns.fast {
        sums_of_all::<F::Fast, S, FULL>(s, columns, reference, tile)
    } else {
        sums_of_all::<F, S, FULL>(s, columns, reference, tile)
    };
    without_maxima::<F, S>(s, columns, reference, sums)
}

/// Returns the sums without the maxima, and the numbers of maxima that are left out. A function
/// that keeps its terms gets the sums as they are.
#[inline(always)]
pub(super) fn without_maxima<F: Function, S: Simd>(
    s: S,
    columns: &Columns<'_>,
    reference: &Reference<S>,
    sums: F64s<S>,
) -> (F64s<S>, F64s<S>) {
    let one = F64s::splat(s, 1.0);
    if F::KEEPS_TERMS {
        return (sums, one);
    }
    let largest = reference.term::<true>(reference.maximum);
    let (others, lost) = without_maximum(sums, largest);
    let lost = lost.select(F32s::splat(s, 1.0), 0.0);
    if lost.all_below(1.0) {
        return (others, one);
    }
    let (exact, numbers) = rare::<F, S>(columns, reference, false);
    let (mut sums, mut counts, mut is_lost) = ([0.0; LANES], [1.0; LANES], [0.0; LANES]);
    others.store(&mut sums);
    lost.store(&mut is_lost);
    for lane in 0..LANES {
        if is_lost[lane] == 1.0 {
            (sums[lane], counts[lane]) = (exact[lane], numbers[lane]);
        }
    }
    (F64s::load(s, &sums), F64s::load(s, &counts))
}

/// Returns the sums that few columns need: those of terms with an offset, or those of
/// [`terms_but_maxima`].
#[inline(always)]
pub(super) fn rare<F: Function, S: Simd>(
    columns: &Columns<'_>,
    reference: &Reference<S>,
    all: bool,
) -> ([f64; LANES], [f64; LANES]) {
    let mut maxima = [0.0; LANES];
    reference.maximum.store(&mut maxima);
    rare_at::<F>(S::ISA, &columns.copy(), &maxima, all)
}

/// The work of [`rare`]. It is a function of its own, so that all loops over columns share it.
#[cold]
#[inline(never)]
fn rare_at<F: Function>(
    isa: Isa,
    columns: &Columns<'_>,
    maxima: &[f32; LANES],
    all: bool,
) -> ([f64; LANES], [f64; LANES]) {
    let (mut sums, mut counts) = ([0.0; LANES], [1.0; LANES]);
    let results = (&mut sums, &mut counts);
    on(isa, Rare::<F> { function: PhantomData, columns, maxima, all, results });
    (sums, counts)
}

struct Rare<'a, F> {
    function: PhantomData<F>,
    /// Columns without options: functions that need these sums have their logits in memory.
    columns: &'a Columns<'a>,
    maxima: &'a [f32; LANES],
    /// Whether the sum includes the maxima.
    all: bool,
    results: (&'a mut [f64; LANES], &'a mut [f64; LANES]),
}

impl<F: Function> Job for Rare<'_, F> {
    #[inline(always)]
    fn run<S: Native>(self, s: S) {
        if const { F::KEEPS_TERMS || !<F as On<S::Sixteen>>::SUMS_ALL } {
            return;
        }
        let Self { columns, maxima, all, results: (sums, counts), .. } = self;
        let s = s.sixteen();
        let reference = Reference::new(F32s::load(s, maxima), true);
        let mut lanes = [Lanes::<F, _>::new(s); LANES];
        if all {
            for j in 0..columns.n {
                let x = columns.entry::<_, false>(s, j);
                lanes[j % LANES].add(reference.term::<true>(x));
            }
        } else {
            // An f32 counts to 2^24, which is enough to tell none from one.
            let mut count = F32s::splat(s, 0.0);
            for j in 0..columns.n {
                let x = columns.entry::<_, false>(s, j);
                lanes[j % LANES].add_with_rest(reference.term_and_rest::<true>(x));
                count = count + reference.is_maximum(x).select(1.0, 0.0);
            }
            count.widen().store(counts);
        }
        let sum = over_lanes(
            s,
            columns.n,
            #[inline(always)]
            |lane| lanes[lane].finish(),
        );
        sum.store(sums);
    }
}

#[inline(always)]
fn sums_of_all<F: Function, S: Simd, const FULL: bool>(
    s: S,
    columns: &Columns<'_>,
    reference: &Reference<S>,
    tile: &mut [f32],
) -> F64s<S> {
    let n = columns.n;
    if !FULL && !F::KEEPS_TERMS {
        return sums_in_blocks::<F, S>(
            s,
            columns,
            tile,
            #[inline(always)]
            |sum, x| sum.add(reference.term::<false>(x)),
        );
    }
    over_lanes(
        s,
        n,
        #[inline(always)]
        |lane| {
            if lane >= n {
                return F64s::splat(s, 0.0);
            }
            let kept = columns.kept::<F, S, FULL>(s, lane);
            let mut lanes = Lanes::<F, S>::of(if F::KEEPS_TERMS {
                kept
            } else {
                reference.term::<false>(kept)
            });
            let mut j = lane + LANES;
            while j < n {
                let kept = columns.kept::<F, S, FULL>(s, j);
                lanes.add(if F::KEEPS_TERMS { kept } else { reference.term::<false>(kept) });
                j += LANES;
            }
            lanes.finish()
        },
    )
}

#[inline(always)]
fn terms_but_maxima<F: Function, S: Simd, const FULL: bool>(
    s: S,
    columns: &Columns<'_>,
    reference: &Reference<S>,
    tile: &mut [f32],
) -> (F64s<S>, F64s<S>) {
    let mut counts = F32s::splat(s, 0.0);
    let n = columns.n;
    if !FULL {
        let (mut count, mut steps) = (F64s::splat(s, 0.0), 0);
        let sum = sums_in_blocks::<F, S>(
            s,
            columns,
            tile,
            #[inline(always)]
            |sum, x| {
                sum.add_with_rest(reference.term_and_rest::<true>(x));
                counts = counts + reference.is_maximum(x).select(1.0, 0.0);
                steps += 1;
                // An f32 counts no further than 2^24.
                if steps == 1 << 20 {
                    count = count + counts.widen();
                    (counts, steps) = (x.same(0.0), 0);
                }
            },
        );
        return (sum, count + counts.widen());
    }
    let sum = over_lanes(
        s,
        n,
        #[inline(always)]
        |lane| {
            let mut lanes = Lanes::<F, S>::new(s);
            for j in (lane..n).step_by(LANES) {
                let x = columns.entry::<S, FULL>(s, j);
                lanes.add_with_rest(reference.term_and_rest::<true>(x));
                counts = counts + reference.is_maximum(x).select(1.0, 0.0);
            }
            lanes.finish()
        },
    );
    (sum, counts.widen())
}
