//! Rows along an axis that has few neighbours. Their entries lie interleaved in memory, and each
//! pass reads all of them as one stream.

mod terms;

use super::{
    columns::Columns,
    lanes::without_maxima,
    matrix::Axis,
    places::{following, repeat},
    steps::{each, map},
};
use crate::{
    isa::Simd,
    rows::numerics::{
        function::{Function, On},
        sum::LANES,
        terms::Reference,
    },
    vector::{Aligned, F32s, F64s},
};

/// The most neighbours for which the tables of a period are made. With 63, two tables would be
/// 4 KiB apart, and loads from one would wait for stores to the other.
const MOST: usize = 55;
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

/// Computes planes from `first` on, and returns the number of those that are done then. The next
/// one, if there is one, has an entry that is large, infinite or NaN. Returns `None` for functions
/// that need more than the sum of all terms.
#[inline(always)]
pub(super) fn planes<F: Function, S: Simd>(
    s: S,
    axis: &mut Axis<'_>,
    first: usize,
) -> Option<usize> {
    if !<F as On<S>>::SUMS_ALL {
        return None;
    }
    let Axis { src, ref mut dst, n, inner, .. } = *axis;
    let mut tables = Tables {
        maxima: [0.0; MOST.next_multiple_of(LANES)],
        one: Aligned([0.0; PLACES]),
        other: Aligned([0.0; PLACES]),
        total: Aligned([0.0; PLACES]),
    };
    for (i, dst) in dst.chunks_exact_mut(n * inner).enumerate().skip(first) {
        let src = src.map(
            #[inline(always)]
            |src| &src[i * n * inner..][..n * inner],
        );
        if !tables.plane::<F, S>(s, src, dst, n, inner) {
            return Some(i);
        }
    }
    Some(axis.dst.len() / (n * inner))
}

/// What belongs to the rows, in each of their places.
struct Tables {
    maxima: [f32; MOST.next_multiple_of(LANES)],
    /// The maxima, then the magic numbers, then the normalisers.
    one: Aligned<[f32; PLACES]>,
    /// The least entries that count, then the lower parts of the normalisers.
    other: Aligned<[f32; PLACES]>,
    total: Aligned<[f64; PLACES]>,
}

impl Tables {
    /// Returns whether the results are written.
    #[inline(always)]
    fn plane<F: Function, S: Simd>(
        &mut self,
        s: S,
        src: Option<&[f32]>,
        dst: &mut [f32],
        n: usize,
        inner: usize,
    ) -> bool {
        let x = src.unwrap_or(dst);
        self.find_maxima(s, x, inner);
        if !self.maxima[..inner].iter().all(
            #[inline(always)]
            |m| m.abs() < Reference::<S>::LARGE,
        ) {
            return false;
        }
        for at in (0..inner).step_by(LANES) {
            let reference = self.reference::<F, S>(s, at);
            reference.magic.store(&mut self.one.0[at..][..LANES]);
            reference.least.store(&mut self.other.0[at..][..LANES]);
        }
        self.repeat(inner);
        self.add_terms::<F, S>(s, src, dst, inner);
        // The lanes after the last row are those of the first one, like their maxima.
        let first = self.total.0[0];
        self.total.0[inner..inner.next_multiple_of(LANES)].fill(first);
        for at in (0..inner).step_by(LANES) {
            let width = LANES.min(inner - at);
            let columns = Columns {
                src,
                dst: &mut *dst,
                n,
                stride: inner,
                at,
                width,
                logits: None,
                sinks: None,
                fast: F::RUN > 1,
            };
            let reference = self.reference::<F, S>(s, at);
            let sum = F64s::load(s, &self.total.0[at..][..LANES]);
            let (sum, count) = without_maxima::<F, S>(s, &columns, &reference, sum);
            let values = F::summary(&reference, sum, count);
            values[0].store(&mut self.one.0[at..][..LANES]);
            values[1].store(&mut self.other.0[at..][..LANES]);
        }
        self.repeat(inner);
        self.write_results::<F, S>(s, src, dst, inner);
        true
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
