//! Rows along an axis that has few neighbours. Their entries lie interleaved in memory, and each
//! pass reads all of them as one stream.

mod rare;
mod terms;

use super::{
    matrix::Axis,
    places::{following, repeat},
    steps::{each, map},
};
use crate::{
    isa::Simd,
    rows::numerics::{
        function::{Function, On},
        sum::{LANES, is_dominated, without_maximum},
        terms::Reference,
    },
    vector::{Aligned, F32s, F64s},
};

/// The most neighbours for which the tables of a period are made. With 63, two tables would be
/// 4 KiB apart, and loads from one would wait for stores to the other.
const MOST: usize = 55;
/// The same in whole registers.
const ROWS: usize = MOST.next_multiple_of(LANES);
/// The places of a period, and sixteen that are read after them.
const PLACES: usize = (MOST + 1) * LANES;

/// Whether this takes less time than sixteen columns side by side: cycles as measured on a Zen 4.
pub(super) fn is_worth_it<F: Function>(axis: &Axis<'_>) -> bool {
    let &Axis { n, inner, logits, .. } = axis;
    if F::REDUCES || logits.is_some() || !(2..=MOST).contains(&inner) {
        return false;
    }
    let in_whole_registers = F::KEEPS_TERMS && inner.is_multiple_of(LANES);
    let side_by_side = n.saturating_mul(27 * inner.div_ceil(LANES));
    let interleaved = n.saturating_mul(15 * inner) / 8 + 64 * inner + 800;
    !in_whole_registers && interleaved < side_by_side
}

/// Computes all planes. Returns false, and nothing has happened, for functions that need more than
/// the sum of all terms.
#[inline(always)]
pub(super) fn planes<F: Function, S: Simd>(s: S, axis: &mut Axis<'_>) -> bool {
    if !<F as On<S>>::SUMS_ALL {
        return false;
    }
    let Axis { src, ref mut dst, n, inner, .. } = *axis;
    let mut tables = Tables {
        maxima: [0.0; ROWS],
        one: Aligned([0.0; PLACES]),
        other: Aligned([0.0; PLACES]),
        total: Aligned([0.0; PLACES]),
    };
    // Whether all rows of the plane before were dominated by their maxima.
    let mut dominated = false;
    for (i, dst) in dst.chunks_exact_mut(n * inner).enumerate() {
        let src = src.map(
            #[inline(always)]
            |src| &src[i * n * inner..][..n * inner],
        );
        tables.plane::<F, S>(s, src, dst, inner, &mut dominated);
    }
    true
}

/// What belongs to the rows, in each of their places.
struct Tables {
    maxima: [f32; ROWS],
    /// The maxima, then the magic numbers, then the normalisers.
    one: Aligned<[f32; PLACES]>,
    /// The least entries that count, then the lower parts of the normalisers.
    other: Aligned<[f32; PLACES]>,
    total: Aligned<[f64; PLACES]>,
}

impl Tables {
    #[inline(always)]
    fn plane<F: Function, S: Simd>(
        &mut self,
        s: S,
        mut src: Option<&[f32]>,
        dst: &mut [f32],
        inner: usize,
        dominated: &mut bool,
    ) {
        self.find_maxima(s, src.unwrap_or(dst), inner);
        let large = !self.maxima[..inner].iter().all(
            #[inline(always)]
            |m| m.abs() < Reference::<S>::LARGE,
        );
        if large && F::KEEPS_TERMS {
            self.subtract_offsets(s, src, dst, inner);
            src = None;
        }
        for at in (0..inner).step_by(LANES) {
            let reference = self.reference::<F, S>(s, at);
            reference.magic.store(&mut self.one.0[at..][..LANES]);
            reference.least.store(&mut self.other.0[at..][..LANES]);
        }
        self.repeat(inner);
        let mut sums = [0.0; ROWS];
        if !F::KEEPS_TERMS && *dominated {
            // It is likely that these rows are dominated too.
            *dominated = self.sum_others::<F, S>(s, src.unwrap_or(dst), inner, &mut sums);
        }
        if !*dominated {
            if large && !F::KEEPS_TERMS {
                self.add_rare::<true, F>(S::ISA, src.unwrap_or(dst), inner);
            } else {
                self.add_terms::<F, S>(s, src, dst, inner);
            }
            *dominated = self.subtract_maxima::<F, S>(s, src.unwrap_or(dst), inner, &mut sums);
        }
        for at in (0..inner).step_by(LANES) {
            let sum = F64s::load(s, &sums[at..][..LANES]);
            let values = F::summary(&self.reference::<F, S>(s, at), sum, F64s::splat(s, 1.0));
            values[0].store(&mut self.one.0[at..][..LANES]);
            values[1].store(&mut self.other.0[at..][..LANES]);
        }
        self.repeat(inner);
        self.write_results::<F, S>(s, src, dst, inner);
    }

    /// Stores the entries minus the offset where their terms will be, so that the loop which
    /// computes terms is the same.
    #[inline(always)]
    fn subtract_offsets<S: Simd>(
        &mut self,
        s: S,
        src: Option<&[f32]>,
        dst: &mut [f32],
        inner: usize,
    ) {
        for at in (0..inner).step_by(LANES) {
            let maximum = F32s::load(s, &self.maxima[at..][..LANES]);
            Reference::new(maximum, false).offset.store(&mut self.one.0[at..][..LANES]);
        }
        repeat(&mut self.one.0, inner);
        let offsets = &self.one.0.as_chunks::<LANES>().0[..inner];
        let mut register = 0;
        map(
            s,
            src,
            dst,
            0.0,
            #[inline(always)]
            |x| {
                let offset = F32s::load(s, &offsets[register]);
                register = following(register, inner);
                x - offset
            },
        );
    }

    /// Copies the sums of the rows from `total` to `sums`, without the maxima if the function does
    /// not keep its terms. Returns whether all rows were dominated by these. Needs the magic
    /// numbers and the least entries in all places.
    #[inline(always)]
    fn subtract_maxima<F: Function, S: Simd>(
        &mut self,
        s: S,
        x: &[f32],
        inner: usize,
        sums: &mut [f64; ROWS],
    ) -> bool {
        sums[..inner].copy_from_slice(&self.total.0[..inner]);
        if F::KEEPS_TERMS {
            return false;
        }
        // The lanes after the last row are those of the first one, like their maxima.
        let first = sums[0];
        sums[inner..inner.next_multiple_of(LANES)].fill(first);
        let mut is_lost = [0.0; ROWS];
        let mut any = false;
        for at in (0..inner).step_by(LANES) {
            let largest = self.largest::<F, S>(s, at);
            let (others, lost) = without_maximum(F64s::load(s, &sums[at..][..LANES]), largest);
            others.store(&mut sums[at..][..LANES]);
            let lost = lost.select(F32s::splat(s, 1.0), 0.0);
            any |= !lost.all_below(1.0);
            lost.store(&mut is_lost[at..][..LANES]);
        }
        if !any {
            return false;
        }
        self.add_rare::<false, F>(S::ISA, x, inner);
        let mut all = true;
        for i in 0..inner {
            if is_lost[i] == 1.0 {
                sums[i] = self.total.0[i];
            } else {
                all = false;
            }
        }
        all
    }

    /// Sums the terms without the maxima. Returns whether each row has one maximum, and would
    /// surely be found dominated by it.
    #[inline(always)]
    fn sum_others<F: Function, S: Simd>(
        &mut self,
        s: S,
        x: &[f32],
        inner: usize,
        sums: &mut [f64; ROWS],
    ) -> bool {
        let maxima = self.add_rare::<false, F>(S::ISA, x, inner);
        sums[..inner].copy_from_slice(&self.total.0[..inner]);
        // Each row has one at least, or its sum is NaN.
        let mut all = maxima == f64::from(inner as u32);
        for at in (0..inner).step_by(LANES) {
            let others = F64s::load(s, &sums[at..][..LANES]);
            let dominated = is_dominated(others, self.largest::<F, S>(s, at));
            all &= dominated.select(0.0, F32s::splat(s, 1.0)).all_below(1.0);
        }
        all
    }

    /// Returns the terms of the maxima.
    #[inline(always)]
    fn largest<F: Function, S: Simd>(&self, s: S, at: usize) -> F32s<S> {
        let reference = self.reference::<F, S>(s, at);
        reference.term::<true>(reference.maximum)
    }

    #[inline(always)]
    fn find_maxima<S: Simd>(&mut self, s: S, x: &[f32], inner: usize) {
        // A maximum waits for the one before it in its place, so a row has enough places.
        let periods = if inner < 4 { 4 } else { 1 };
        let maxima = &mut self.one.0.as_chunks_mut::<LANES>().0[..periods * inner];
        maxima.fill([f32::NEG_INFINITY; LANES]);
        let mut register = 0;
        each(
            s,
            x,
            f32::NEG_INFINITY,
            #[inline(always)]
            |x| {
                let m = &mut maxima[register];
                x.at_least(F32s::load(s, m)).store(m);
                register = following(register, maxima.len());
            },
        );
        let mut half = periods * LANES / 2;
        while half > 0 {
            for at in (0..half * inner).step_by(LANES) {
                let [a, b] = [at, at + half * inner].map(
                    #[inline(always)]
                    |at| F32s::load(s, &self.one.0[at..][..LANES]),
                );
                a.at_least(b).store(&mut self.one.0[at..][..LANES]);
            }
            half /= 2;
        }
        self.maxima.fill(self.one.0[0]);
        self.maxima[..inner].copy_from_slice(&self.one.0[..inner]);
    }

    #[inline(always)]
    fn reference<F: Function, S: Simd>(&self, s: S, at: usize) -> Reference<S> {
        Reference::new(F32s::load(s, &self.maxima[at..][..LANES]), !F::KEEPS_TERMS)
    }

    /// Repeats the numbers of the rows in all places.
    #[inline(always)]
    fn repeat(&mut self, inner: usize) {
        repeat(&mut self.one.0, inner);
        repeat(&mut self.other.0, inner);
    }

    #[inline(always)]
    fn write_results<F: Function, S: Simd>(
        &self,
        s: S,
        src: Option<&[f32]>,
        dst: &mut [f32],
        inner: usize,
    ) {
        let [high, low] = [&self.one, &self.other].map(
            #[inline(always)]
            |table| &table.0.as_chunks::<LANES>().0[..inner],
        );
        let mut register = 0;
        map(
            s,
            if F::KEEPS_TERMS { None } else { src },
            dst,
            0.0,
            #[inline(always)]
            |kept| {
                let values = [F32s::load(s, &high[register]), F32s::load(s, &low[register])];
                register = following(register, inner);
                F::result(kept, values)
            },
        );
    }
}
