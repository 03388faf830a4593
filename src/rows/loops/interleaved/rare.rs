//! The sums that few planes need, for functions that do not keep their terms.

use super::{MOST, PLACES, Tables};
use crate::{
    isa::{Isa, Job, Native, Simd, on},
    rows::{
        loops::places::{add_lanes, following, repeat},
        numerics::{
            function::{Function, On},
            sum::LANES,
            terms::Reference,
        },
    },
    vector::{F32s, F64s, Mask},
};
use core::marker::PhantomData;

impl Tables {
    /// Leaves sums of the rows in `total`: with `ALL` those of all terms, with offsets; otherwise
    /// those of all terms but the maxima, and of the residuals of their last roundings. Returns the
    /// number of maxima, not with `ALL`. Needs the magic numbers and the least entries in all
    /// places.
    ///
    /// It is a function of its own, so that the other loops keep their registers.
    #[cold]
    #[inline(never)]
    pub(super) fn add_rare<const ALL: bool, F: Function>(
        &mut self,
        isa: Isa,
        x: &[f32],
        inner: usize,
    ) -> f64 {
        let mut count = 0.0;
        let function = PhantomData;
        on(isa, Rare::<ALL, F> { function, tables: self, x, inner, count: &mut count });
        count
    }
}

struct Rare<'a, const ALL: bool, F> {
    function: PhantomData<F>,
    tables: &'a mut Tables,
    x: &'a [f32],
    inner: usize,
    count: &'a mut f64,
}

impl<const ALL: bool, F: Function> Job for Rare<'_, ALL, F> {
    #[inline(always)]
    fn run<S: Native>(self, s: S) {
        let Self { tables, x, inner, count, .. } = self;
        if !F::KEEPS_TERMS && <F as On<S::Sixteen>>::SUMS_ALL {
            *count = add::<ALL, _>(s.sixteen(), tables, x, inner);
        }
    }
}

#[inline(always)]
fn add<const ALL: bool, S: Simd>(s: S, tables: &mut Tables, x: &[f32], inner: usize) -> f64 {
    let mut maxima = [0.0; PLACES];
    maxima[..inner].copy_from_slice(&tables.maxima[..inner]);
    repeat(&mut maxima, inner);
    let rests = &mut [[0.0; LANES]; MOST][..inner];
    tables.total.0[..LANES * inner].fill(0.0);
    let [magic, least, maxima] = [&tables.one.0, &tables.other.0, &maxima].map(
        #[inline(always)]
        |table| &table.as_chunks::<LANES>().0[..inner],
    );
    let totals = &mut tables.total.0.as_chunks_mut::<LANES>().0[..inner];
    let count = F32s::splat(s, 0.0);
    let mut sums = Sums { s, magic, least, maxima, totals, rests, count, register: 0 };
    let (steps, end) = x.as_chunks::<LANES>();
    for x in steps {
        let e = sums.term::<ALL>(F32s::load(s, x));
        sums.add(e);
    }
    if !end.is_empty() {
        // An entry of -inf has no residual.
        let e = sums.term::<ALL>(F32s::load_part(s, end, f32::NEG_INFINITY));
        sums.add(Mask::first(s, end.len()).select(e, 0.0));
    }
    if !ALL {
        for (total, rest) in sums.totals.iter_mut().zip(&*sums.rests) {
            (F64s::load(s, total) + F32s::load(s, rest).widen()).store(total);
        }
    }
    let count = sums.count.widen().sum();
    add_lanes(s, &mut tables.total.0, inner);
    count
}

/// The sums of one register after the other.
struct Sums<'a, S: Simd> {
    s: S,
    magic: &'a [[f32; LANES]],
    least: &'a [[f32; LANES]],
    maxima: &'a [[f32; LANES]],
    totals: &'a mut [[f64; LANES]],
    rests: &'a mut [[f32; LANES]],
    /// The number of maxima in each lane. An f32 counts to 2^24, which is enough to tell 1 from
    /// more.
    count: F32s<S>,
    register: usize,
}

impl<S: Simd> Sums<'_, S> {
    /// Returns the terms of the next register, and adds their residuals.
    #[inline(always)]
    fn term<const ALL: bool>(&mut self, x: F32s<S>) -> F32s<S> {
        let (s, register) = (self.s, self.register);
        let maximum = F32s::load(s, &self.maxima[register]);
        let reference = Reference {
            maximum,
            offset: maximum.abs().lt(Reference::<S>::LARGE).select(0.0, maximum),
            magic: F32s::load(s, &self.magic[register]),
            least: F32s::load(s, &self.least[register]),
        };
        if ALL {
            return reference.term::<true>(x);
        }
        let [e, rest] = reference.term_and_rest::<true>(x);
        let rests = &mut self.rests[register];
        (F32s::load(s, rests) + rest).store(rests);
        self.count = self.count + reference.is_maximum(x).select(1.0, 0.0);
        e
    }

    #[inline(always)]
    fn add(&mut self, e: F32s<S>) {
        let total = &mut self.totals[self.register];
        (F64s::load(self.s, total) + e.widen()).store(total);
        self.register = following(self.register, self.totals.len());
    }
}
