//! The two loops that every elementwise function goes through.

use crate::{
    isa::{Isa, Job, Native, SideBySide, Simd, on},
    vector::F32s,
};
use core::array::from_fn;

/// An elementwise function of `N` inputs: of x, or of x and the gradient of what came out.
pub(crate) trait Map<const N: usize>: Copy {
    fn eval<S: Simd>(self, inputs: [F32s<S>; N]) -> F32s<S>;
}

/// Registers per step of a long loop: enough independent work to cover a division, few enough to stay in registers.
const TOGETHER: usize = 4;

/// `x[i] = kernel(x[i])`
#[inline]
pub(crate) fn in_place(isa: Isa, kernel: impl Map<1>, x: &mut [f32]) {
    on(isa, InPlace { kernel, x });
}

/// `dst[i] = kernel(inputs[0][i], …)`; all slices have the same length.
#[inline]
pub(crate) fn into<const N: usize>(isa: Isa, kernel: impl Map<N>, inputs: [&[f32]; N], dst: &mut [f32]) {
    on(isa, Into { kernel, inputs, dst });
}

struct InPlace<'a, K> {
    kernel: K,
    x: &'a mut [f32],
}

impl<K: Map<1>> Job for InPlace<'_, K> {
    #[inline(always)]
    fn run<S: Native>(self, s: S) {
        if self.x.len() >= S::LANES * TOGETHER {
            self.full(SideBySide::<S, TOGETHER>(s));
        } else if self.x.len() >= S::LANES {
            self.full(s);
        } else if !self.x.is_empty() {
            self.kernel.eval([F32s::load_short(s, self.x)]).store_short(self.x);
        }
    }
}

impl<K: Map<1>> InPlace<'_, K> {
    /// At least one step of `S`. The last one ends where the slice ends and may overlap the one
    /// before, so it is computed first, while its input is still there, and stored last.
    #[inline(always)]
    fn full<S: Simd>(self, s: S) {
        let last = self.x.len() - S::LANES;
        let end = self.kernel.eval([F32s::load(s, &self.x[last..])]);
        for x in self.x[..last.next_multiple_of(S::LANES)].chunks_exact_mut(S::LANES) {
            self.kernel.eval([F32s::load(s, x)]).store(x);
        }
        end.store(&mut self.x[last..]);
    }
}

struct Into<'a, K, const N: usize> {
    kernel: K,
    inputs: [&'a [f32]; N],
    dst: &'a mut [f32],
}

impl<K: Map<N>, const N: usize> Job for Into<'_, K, N> {
    #[inline(always)]
    fn run<S: Native>(self, s: S) {
        if self.dst.len() >= S::LANES * TOGETHER {
            self.full(SideBySide::<S, TOGETHER>(s));
        } else if self.dst.len() >= S::LANES {
            self.full(s);
        } else if !self.dst.is_empty() {
            let inputs = from_fn(
                #[inline(always)]
                |i| F32s::load_short(s, self.inputs[i]),
            );
            self.kernel.eval(inputs).store_short(self.dst);
        }
    }
}

impl<K: Map<N>, const N: usize> Into<'_, K, N> {
    /// At least one step of `S`; the last one may overlap the one before, and gives the same again.
    #[inline(always)]
    fn full<S: Simd>(self, s: S) {
        let last = self.dst.len() - S::LANES;
        let steps = self.dst[..last.next_multiple_of(S::LANES)].chunks_exact_mut(S::LANES);
        for (step, y) in steps.enumerate() {
            eval_at(s, self.kernel, self.inputs, step * S::LANES).store(y);
        }
        eval_at(s, self.kernel, self.inputs, last).store(&mut self.dst[last..]);
    }
}

#[inline(always)]
fn eval_at<S: Simd, K: Map<N>, const N: usize>(s: S, kernel: K, inputs: [&[f32]; N], at: usize) -> F32s<S> {
    // Not `inputs.map`, which is not sure to be inlined into code for another instruction set.
    kernel.eval(from_fn(
        #[inline(always)]
        |i| F32s::load(s, &inputs[i][at..][..S::LANES]),
    ))
}
