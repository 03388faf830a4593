//! The two loops that every elementwise function goes through.

use crate::{
    isa::{Isa, Job, Native, Simd, four, on},
    vector::F32s,
};
use core::array::from_fn;

/// An elementwise function of `N` inputs: of x, or of x and the gradient of what came out.
pub(crate) trait Map<const N: usize>: Copy {
    fn eval<S: Simd>(self, inputs: [F32s<S>; N]) -> F32s<S>;
}

/// The gradient kernel of an operation, of x and dy.
#[derive(Clone, Copy)]
pub(crate) struct Backward<Op>(pub(crate) Op);

/// The gradient kernel of an operation, of y and dy.
#[derive(Clone, Copy)]
pub(crate) struct BackwardFromOutput<Op>(pub(crate) Op);

/// `x[i] = kernel(x[i])`
#[inline(always)]
pub(crate) fn in_place(isa: Isa, kernel: impl Map<1>, x: &mut [f32]) {
    on(isa, InPlace { kernel, x });
}

/// `dst[i] = kernel(inputs[0][i], …)`; all slices have the same length.
#[inline(always)]
pub(crate) fn into<const N: usize>(isa: Isa, kernel: impl Map<N>, inputs: [&[f32]; N], dst: &mut [f32]) {
    on(isa, Into { kernel, inputs, dst });
}

pub(crate) struct InPlace<'a, K> {
    pub(crate) kernel: K,
    pub(crate) x: &'a mut [f32],
}

impl<K: Map<1>> Job for InPlace<'_, K> {
    #[inline(always)]
    fn run<S: Native>(self, s: S) {
        let Self { kernel, x } = self;
        let Some(last) = x.len().checked_sub(S::LANES) else {
            if !x.is_empty() {
                kernel.eval([F32s::load_short(s, x)]).store_short(x);
            }
            return;
        };
        // The last step ends where the slice ends and may overlap the one before: its input is taken first.
        let end = F32s::load(s, &x[last..]);
        let rest = steps_in_place(four(s), kernel, x);
        let rest = steps_in_place(s, kernel, rest);
        if !rest.is_empty() {
            kernel.eval([end]).store(&mut x[last..]);
        }
    }
}

/// As many whole steps as there are; what is left.
#[inline(always)]
fn steps_in_place<S: Simd>(s: S, kernel: impl Map<1>, x: &mut [f32]) -> &mut [f32] {
    let mut steps = x.chunks_exact_mut(S::LANES);
    for x in &mut steps {
        kernel.eval([F32s::load(s, x)]).store(x);
    }
    steps.into_remainder()
}

pub(crate) struct Into<'a, K, const N: usize> {
    pub(crate) kernel: K,
    pub(crate) inputs: [&'a [f32]; N],
    pub(crate) dst: &'a mut [f32],
}

impl<K: Map<N>, const N: usize> Job for Into<'_, K, N> {
    #[inline(always)]
    fn run<S: Native>(self, s: S) {
        let Self { kernel, inputs, dst } = self;
        let Some(last) = dst.len().checked_sub(S::LANES) else {
            if !dst.is_empty() {
                let inputs = from_fn(
                    #[inline(always)]
                    |i| F32s::load_short(s, inputs[i]),
                );
                kernel.eval(inputs).store_short(dst);
            }
            return;
        };
        let done = steps_into(four(s), kernel, inputs, 0, dst);
        let done = steps_into(s, kernel, inputs, done, dst);
        if done < dst.len() {
            eval_at(s, kernel, inputs, last).store(&mut dst[last..]);
        }
    }
}

/// As many whole steps as there are from element `done` on; how many elements are done then.
#[inline(always)]
fn steps_into<S: Simd, const N: usize>(
    s: S,
    kernel: impl Map<N>,
    inputs: [&[f32]; N],
    done: usize,
    dst: &mut [f32],
) -> usize {
    let steps = dst[done..].chunks_exact_mut(S::LANES);
    let end = done + steps.len() * S::LANES;
    for (step, y) in steps.enumerate() {
        eval_at(s, kernel, inputs, done + step * S::LANES).store(y);
    }
    end
}

#[inline(always)]
fn eval_at<S: Simd, const N: usize>(s: S, kernel: impl Map<N>, inputs: [&[f32]; N], at: usize) -> F32s<S> {
    // Not `inputs.map`, which is not sure to be inlined into code for another instruction set.
    kernel.eval(from_fn(
        #[inline(always)]
        |i| F32s::load(s, &inputs[i][at..][..S::LANES]),
    ))
}
