//! Rows along an inner axis, sixty-four neighbours at a time where there are that many. Each pass
//! reads their entries in the order of memory, in whole cache lines.

use super::{
    columns::Columns,
    lanes::{rare, without_maxima},
    matrix::Axis,
};
use crate::{
    isa::Simd,
    rows::numerics::{
        function::{Function, On},
        sum::{LANES, Lanes, over_lanes},
        terms::Reference,
    },
    vector::{F32s, F64s},
};

/// Computes as many columns of each plane as fill vectors, and returns their number.
#[inline(always)]
pub(super) fn columns<F: Function, S: Simd>(s: S, axis: &mut Axis<'_>) -> usize {
    let Axis { src, ref mut dst, n, inner: stride, .. } = *axis;
    let mut at = 0;
    if F::REDUCES || !<F as On<S>>::SUMS_ALL {
        return at;
    }
    for (outer, dst) in dst.chunks_exact_mut(n * stride).enumerate() {
        let src = src.map(
            #[inline(always)]
            |src| &src[outer * n * stride..][..n * stride],
        );
        at = 0;
        while at + 4 * LANES <= stride {
            Group { src, dst, n, stride, at }.run::<4, F, S>(s);
            at += 4 * LANES;
        }
        // Log-softmax reads its entries again, and a tile keeps them nearer.
        while F::KEEPS_TERMS && at + LANES <= stride {
            Group { src, dst, n, stride, at }.run::<1, F, S>(s);
            at += LANES;
        }
    }
    at
}

/// Neighbouring columns from `at` on, in `N` vectors side by side.
struct Group<'a> {
    src: Option<&'a [f32]>,
    dst: &'a mut [f32],
    n: usize,
    stride: usize,
    at: usize,
}

impl Group<'_> {
    #[inline(always)]
    fn run<const N: usize, F: Function, S: Simd>(&mut self, s: S) {
        let mut maxima = [F32s::splat(s, f32::NEG_INFINITY); N];
        for j in 0..self.n {
            for (m, x) in maxima.iter_mut().zip(self.input::<N>(j)) {
                *m = F32s::load(s, x).at_least(*m);
            }
        }
        let mut references = [Reference::new(maxima[0], !F::KEEPS_TERMS); N];
        let mut large = false;
        for (reference, &m) in references.iter_mut().zip(&maxima) {
            *reference = Reference::new(m, !F::KEEPS_TERMS);
            large |= !m.all_below(Reference::<S>::LARGE);
        }
        if large && F::KEEPS_TERMS {
            self.subtract_offsets::<N, S>(s, &references);
        }
        let sums = if large && !F::KEEPS_TERMS {
            [F64s::splat(s, 0.0); N]
        } else {
            self.sums::<N, F, S>(s, &references)
        };
        let mut summaries = [[F32s::splat(s, 0.0); 2]; N];
        for (i, summary) in summaries.iter_mut().enumerate() {
            *summary = self.summary::<F, S>(s, i, &references[i], sums[i], large);
        }
        for j in 0..self.n {
            for (i, summary) in summaries.iter().enumerate() {
                let kept =
                    if F::KEEPS_TERMS { &self.output::<N>(j)[i] } else { &self.input::<N>(j)[i] };
                F::result(F32s::load(s, kept), *summary).store(&mut self.output::<N>(j)[i]);
            }
        }
    }

    /// Stores the entries minus the offset where their terms will be, so that the loop which
    /// computes terms is the same.
    #[inline(always)]
    fn subtract_offsets<const N: usize, S: Simd>(&mut self, s: S, references: &[Reference<S>; N]) {
        for j in 0..self.n {
            for (i, reference) in references.iter().enumerate() {
                let x = F32s::load(s, &self.input::<N>(j)[i]) - reference.offset;
                x.store(&mut self.output::<N>(j)[i]);
            }
        }
        self.src = None;
    }

    /// Returns the scaled sums of the terms. The sixteen lanes of each sum are side by side in
    /// memory, because the entries come in the order of memory.
    #[inline(always)]
    fn sums<const N: usize, F: Function, S: Simd>(
        &mut self,
        s: S,
        references: &[Reference<S>; N],
    ) -> [F64s<S>; N] {
        let mut lanes = [[Lanes::<F, S>::new(s); N]; LANES];
        for j in 0..self.n {
            for (i, lane) in lanes[j % LANES].iter_mut().enumerate() {
                let e = references[i].term::<false>(F32s::load(s, &self.input::<N>(j)[i]));
                lane.add(e);
                if F::KEEPS_TERMS {
                    e.store(&mut self.output::<N>(j)[i]);
                }
            }
        }
        let mut sums = [F64s::splat(s, 0.0); N];
        for (i, sum) in sums.iter_mut().enumerate() {
            *sum = over_lanes(
                s,
                self.n,
                #[inline(always)]
                |lane| lanes[lane][i].finish(),
            );
        }
        sums
    }

    #[inline(always)]
    fn summary<F: Function, S: Simd>(
        &mut self,
        s: S,
        i: usize,
        reference: &Reference<S>,
        mut sum: F64s<S>,
        large: bool,
    ) -> [F32s<S>; 2] {
        let Self { src, ref mut dst, n, stride, at } = *self;
        let columns = Columns {
            src,
            dst,
            n,
            stride,
            at: at + i * LANES,
            width: LANES,
            logits: None,
            sinks: None,
            fast: F::RUN > 1,
        };
        if large && !F::KEEPS_TERMS {
            let (sums, _) = rare::<F, S>(&columns, reference, true);
            sum = F64s::load(s, &sums);
        }
        let (sum, count) = without_maxima::<F, S>(s, &columns, reference, sum);
        F::summary(reference, sum, count)
    }

    #[inline(always)]
    fn input<const N: usize>(&self, j: usize) -> &[[f32; LANES]] {
        self.src.unwrap_or(self.dst)[j * self.stride + self.at..][..N * LANES].as_chunks().0
    }

    #[inline(always)]
    fn output<const N: usize>(&mut self, j: usize) -> &mut [[f32; LANES]] {
        self.dst[j * self.stride + self.at..][..N * LANES].as_chunks_mut().0
    }
}
