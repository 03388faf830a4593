//! The terms of interleaved rows, and their sums.

use super::{MOST, Tables};
use crate::{
    isa::Simd,
    rows::{
        loops::{
            places::{add_lanes, following},
            steps::{each, map},
        },
        numerics::{function::Function, sum::LANES, terms::Reference},
    },
    vector::{F32s, F64s, Mask},
};

impl Tables {
    /// Computes the terms, and leaves their sums in `total`.
    #[inline(always)]
    pub(super) fn add_terms<F: Function, S: Simd>(
        &mut self,
        s: S,
        src: Option<&[f32]>,
        dst: &mut [f32],
        inner: usize,
    ) {
        self.total.0[..LANES * inner].fill(0.0);
        let [magic, least] = [&self.one, &self.other].map(
            #[inline(always)]
            |table| &table.0.as_chunks::<LANES>().0[..inner],
        );
        let totals = &mut self.total.0.as_chunks_mut::<LANES>().0[..inner];
        let runs = &mut [[0.0_f32; LANES]; MOST][..inner];
        let mut terms = Terms { s, magic, least, totals, runs, register: 0, in_run: 0 };
        let whole = src.unwrap_or(dst).len() / LANES * LANES;
        if F::KEEPS_TERMS {
            let (steps, rest) = dst.split_at_mut(whole);
            map(
                s,
                src.map(
                    #[inline(always)]
                    |src| &src[..whole],
                ),
                steps,
                0.0,
                #[inline(always)]
                |x| terms.term::<F>(x, None),
            );
            if !rest.is_empty() {
                let x = match src {
                    Some(src) => &src[whole..],
                    None => &*rest,
                };
                let x = F32s::load_part(s, x, 0.0);
                terms.term::<F>(x, Some(Mask::first(s, rest.len()))).store_part(rest);
            }
        } else {
            let (steps, rest) = src.unwrap_or(dst).split_at(whole);
            each(
                s,
                steps,
                0.0,
                #[inline(always)]
                |x| {
                    terms.term::<F>(x, None);
                },
            );
            if !rest.is_empty() {
                terms.term::<F>(F32s::load_part(s, rest, 0.0), Some(Mask::first(s, rest.len())));
            }
        }
        if F::RUN > 1 {
            terms.end_runs();
        }
        add_lanes(s, &mut self.total.0, inner);
    }
}

/// The terms of one register after the other, and their sums.
struct Terms<'a, S: Simd> {
    s: S,
    magic: &'a [[f32; LANES]],
    least: &'a [[f32; LANES]],
    totals: &'a mut [[f64; LANES]],
    /// The sums in f32, where the function has them.
    runs: &'a mut [[f32; LANES]],
    register: usize,
    in_run: usize,
}

impl<S: Simd> Terms<'_, S> {
    /// Returns the terms of the next register, or those of its `own` lanes.
    #[inline(always)]
    fn term<F: Function>(&mut self, x: F32s<S>, own: Option<Mask<S>>) -> F32s<S> {
        let (s, register) = (self.s, self.register);
        let reference = Reference {
            maximum: x,
            offset: x,
            magic: F32s::load(s, &self.magic[register]),
            least: F32s::load(s, &self.least[register]),
        };
        let mut e = reference.term::<false>(x);
        if let Some(own) = own {
            e = own.select(e, 0.0);
        }
        self.register = following(register, self.totals.len());
        if F::RUN == 1 {
            let total = &mut self.totals[register];
            (F64s::load(s, total) + e.widen()).store(total);
            return e;
        }
        let run = &mut self.runs[register];
        (F32s::load(s, run) + e).store(run);
        if self.register == 0 {
            self.in_run += 1;
            if self.in_run == F::RUN {
                self.in_run = 0;
                self.end_runs();
            }
        }
        e
    }

    /// Adds the sums in f32 to the totals.
    #[inline(always)]
    fn end_runs(&mut self) {
        for (total, run) in self.totals.iter_mut().zip(&mut *self.runs) {
            (F64s::load(self.s, total) + F32s::load(self.s, run).widen()).store(total);
            run.fill(0.0);
        }
    }
}
