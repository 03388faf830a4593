//! The loop that every elementwise function goes through.

use crate::{
    isa::{Four, Isa, Job, Native, Simd, four, on},
    vector::F32s,
};

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

/// `dst[i] = kernel(src[i])`, or `kernel(dst[i])` if there is no `src`; both slices have the same
/// length.
#[inline(always)]
pub(crate) fn unary(isa: Isa, kernel: impl Map<1>, src: Option<&[f32]>, dst: &mut [f32]) {
    on(isa, Apply { kernel, inputs: [src], dst });
}

/// `dst[i] = kernel(a[i], b[i])`; all slices have the same length.
#[inline(always)]
pub(crate) fn binary(isa: Isa, kernel: impl Map<2>, a: &[f32], b: &[f32], dst: &mut [f32]) {
    on(isa, Apply { kernel, inputs: [Some(a), Some(b)], dst });
}

pub(crate) struct Apply<'a, K, const N: usize> {
    pub(crate) kernel: K,
    /// None is what is in `dst`.
    pub(crate) inputs: [Option<&'a [f32]>; N],
    pub(crate) dst: &'a mut [f32],
}

impl<K: Map<N>, const N: usize> Job for Apply<'_, K, N> {
    #[inline(always)]
    fn run<S: Native>(self, s: S) {
        let Self { kernel, inputs, dst } = self;
        let len = dst.len();
        let Some(last) = len.checked_sub(S::LANES) else {
            if len > 0 {
                let mut lanes = [F32s::splat(s, 0.0); N];
                for (lanes, input) in lanes.iter_mut().zip(inputs) {
                    *lanes = F32s::load_short(s, input.unwrap_or(dst));
                }
                kernel.eval(lanes).store_short(dst);
            }
            return;
        };
        // The last step ends where the slice ends and may overlap the one before: its input is
        // taken first.
        let end = loaded(s, inputs, last, &dst[last..]);
        let mut at = 0;
        while len - at >= Four::<S>::LANES {
            step(four(s), kernel, inputs, at, dst);
            at += Four::<S>::LANES;
        }
        while at < len {
            let to = at.min(last);
            let y = &mut dst[to..][..S::LANES];
            let lanes = if at == to { loaded(s, inputs, at, y) } else { end };
            kernel.eval(lanes).store(y);
            at = to + S::LANES;
        }
    }
}

#[inline(always)]
fn step<S: Simd, const N: usize>(
    s: S,
    kernel: impl Map<N>,
    inputs: [Option<&[f32]>; N],
    at: usize,
    dst: &mut [f32],
) {
    // Before the inputs are loaded: a check of bounds amid the arithmetic would tear it apart.
    let y = &mut dst[at..][..S::LANES];
    kernel.eval(loaded(s, inputs, at, y)).store(y);
}

/// The inputs from element `at` on; `y` is what is in their place in `dst`.
#[inline(always)]
fn loaded<S: Simd, const N: usize>(
    s: S,
    inputs: [Option<&[f32]>; N],
    at: usize,
    y: &[f32],
) -> [F32s<S>; N] {
    let mut lanes = [F32s::splat(s, 0.0); N];
    for (lanes, input) in lanes.iter_mut().zip(inputs) {
        *lanes = F32s::load(
            s,
            match input {
                Some(x) => &x[at..][..S::LANES],
                None => y,
            },
        );
    }
    lanes
}
