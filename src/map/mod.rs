//! Elementwise functions: their trait, and the loop that all of them go through.

use crate::{
    isa::{Four, Isa, Job, Native, Simd, at_baseline, four, on},
    vector::F32s,
};
use core::array::from_fn;

/// An elementwise function of `N` inputs: of x, or of x (or y) and the gradient dy.
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
    on(isa, Apply { kernel, inputs: src, dst });
}

/// `dst[i] = kernel(a[i], b[i])`; all slices have the same length.
#[inline(always)]
pub(crate) fn binary(isa: Isa, kernel: impl Map<2>, a: &[f32], b: &[f32], dst: &mut [f32]) {
    on(isa, Apply { kernel, inputs: [a, b], dst });
}

/// The `N` inputs of a function: slices, or elements of `dst`. The latter are passed as `y`, from
/// element `at` on.
pub(crate) trait Inputs<const N: usize>: Copy {
    fn load<S: Simd>(self, s: S, at: usize, y: &[f32]) -> [F32s<S>; N];
    /// Loads all elements, which are fewer than a register has lanes.
    fn load_short<S: Native>(self, s: S, y: &[f32]) -> [F32s<S>; N];
    /// Loads the inputs that are in `dst`, from element `at` on, before they are overwritten.
    ///
    /// The other inputs are not loaded. A register that lives through the loop is spilled, and a
    /// call with one step would wait for its reload.
    fn keep<S: Simd>(self, s: S, at: usize, dst: &[f32]) -> [F32s<S>; N];
    /// Loads the inputs from element `at` on; those that are in `dst` are `kept`.
    fn load_kept<S: Simd>(self, s: S, at: usize, kept: [F32s<S>; N]) -> [F32s<S>; N];
    /// Returns the same slices with the length `len`, which the compiler then knows to be that of
    /// `dst`.
    fn cut(self, len: usize) -> Self;
    /// Runs the kernel at the baseline, by a call that passes the inputs in registers.
    fn on_baseline<K: Map<N>>(self, kernel: K, dst: &mut [f32]);
}

impl<const N: usize> Inputs<N> for [&[f32]; N] {
    #[inline(always)]
    fn load<S: Simd>(self, s: S, at: usize, _: &[f32]) -> [F32s<S>; N] {
        let mut lanes = [F32s::splat(s, 0.0); N];
        for (lanes, input) in lanes.iter_mut().zip(self) {
            *lanes = F32s::load(s, &input[at..][..S::LANES]);
        }
        lanes
    }
    #[inline(always)]
    fn load_short<S: Native>(self, s: S, _: &[f32]) -> [F32s<S>; N] {
        let mut lanes = [F32s::splat(s, 0.0); N];
        for (lanes, input) in lanes.iter_mut().zip(self) {
            *lanes = F32s::load_short(s, input);
        }
        lanes
    }
    #[inline(always)]
    fn keep<S: Simd>(self, s: S, _: usize, _: &[f32]) -> [F32s<S>; N] {
        [F32s::splat(s, 0.0); N]
    }
    #[inline(always)]
    fn load_kept<S: Simd>(self, s: S, at: usize, _: [F32s<S>; N]) -> [F32s<S>; N] {
        self.load(s, at, &[])
    }
    #[inline(always)]
    fn cut(mut self, len: usize) -> Self {
        for input in &mut self {
            *input = &input[..len];
        }
        self
    }
    #[inline(always)]
    fn on_baseline<K: Map<N>>(self, kernel: K, dst: &mut [f32]) {
        if let [a, b] = self[..] {
            two_on_baseline(kernel, a, b, dst);
        } else {
            at_baseline(Apply { kernel, inputs: self, dst });
        }
    }
}

#[inline(never)]
fn two_on_baseline<K: Map<N>, const N: usize>(kernel: K, a: &[f32], b: &[f32], dst: &mut [f32]) {
    let inputs: [&[f32]; N] = from_fn(|i| if i == 0 { a } else { b });
    at_baseline(Apply { kernel, inputs, dst });
}

/// One input. `None` stands for the elements of `dst`.
impl Inputs<1> for Option<&[f32]> {
    #[inline(always)]
    fn load<S: Simd>(self, s: S, at: usize, y: &[f32]) -> [F32s<S>; 1] {
        let x = match self {
            Some(x) => &x[at..][..S::LANES],
            None => &y[..S::LANES],
        };
        [F32s::load(s, x)]
    }
    #[inline(always)]
    fn load_short<S: Native>(self, s: S, y: &[f32]) -> [F32s<S>; 1] {
        [F32s::load_short(s, self.unwrap_or(y))]
    }
    #[inline(always)]
    fn keep<S: Simd>(self, s: S, at: usize, dst: &[f32]) -> [F32s<S>; 1] {
        match self {
            Some(_) => [F32s::splat(s, 0.0)],
            None => [F32s::load(s, &dst[at..][..S::LANES])],
        }
    }
    #[inline(always)]
    fn load_kept<S: Simd>(self, s: S, at: usize, kept: [F32s<S>; 1]) -> [F32s<S>; 1] {
        match self {
            Some(x) => [F32s::load(s, &x[at..][..S::LANES])],
            None => kept,
        }
    }
    #[inline(always)]
    fn cut(self, len: usize) -> Self {
        self.map(
            #[inline(always)]
            |x| &x[..len],
        )
    }
    #[inline(never)]
    fn on_baseline<K: Map<1>>(self, kernel: K, dst: &mut [f32]) {
        at_baseline(Apply { kernel, inputs: self, dst });
    }
}

/// Two inputs. The first may be `None`, which stands for the elements of `dst`.
impl Inputs<2> for (Option<&[f32]>, &[f32]) {
    #[inline(always)]
    fn load<S: Simd>(self, s: S, at: usize, y: &[f32]) -> [F32s<S>; 2] {
        let ([a], [b]) = (self.0.load(s, at, y), [self.1].load(s, at, y));
        [a, b]
    }
    #[inline(always)]
    fn load_short<S: Native>(self, s: S, y: &[f32]) -> [F32s<S>; 2] {
        let ([a], [b]) = (self.0.load_short(s, y), [self.1].load_short(s, y));
        [a, b]
    }
    #[inline(always)]
    fn keep<S: Simd>(self, s: S, at: usize, dst: &[f32]) -> [F32s<S>; 2] {
        let [a] = self.0.keep(s, at, dst);
        [a; 2]
    }
    #[inline(always)]
    fn load_kept<S: Simd>(self, s: S, at: usize, [kept, _]: [F32s<S>; 2]) -> [F32s<S>; 2] {
        let ([a], [b]) = (self.0.load_kept(s, at, [kept]), [self.1].load(s, at, &[]));
        [a, b]
    }
    #[inline(always)]
    fn cut(self, len: usize) -> Self {
        (self.0.cut(len), &self.1[..len])
    }
    #[inline(never)]
    fn on_baseline<K: Map<2>>(self, kernel: K, dst: &mut [f32]) {
        at_baseline(Apply { kernel, inputs: self, dst });
    }
}

pub(crate) struct Apply<'a, K, I, const N: usize> {
    pub(crate) kernel: K,
    pub(crate) inputs: I,
    pub(crate) dst: &'a mut [f32],
}

impl<K: Map<N>, I: Inputs<N>, const N: usize> Job for Apply<'_, K, I, N> {
    #[inline(always)]
    fn run<S: Native>(self, s: S) {
        let Self { kernel, inputs, dst } = self;
        let len = dst.len();
        let inputs = inputs.cut(len);
        let Some(last) = len.checked_sub(S::LANES) else {
            if len > 0 {
                kernel.eval(inputs.load_short(s, dst)).store_short(dst);
            }
            return;
        };
        // The last step ends where the slice ends and may overlap the one before, so its elements
        // of `dst` are loaded first.
        let kept = inputs.keep(s, last, dst);
        let mut at = 0;
        while len - at >= Four::<S>::LANES {
            step(four(s), kernel, inputs, at, dst);
            at += Four::<S>::LANES;
        }
        while len - at >= S::LANES {
            step(s, kernel, inputs, at, dst);
            at += S::LANES;
        }
        if at < len {
            kernel.eval(inputs.load_kept(s, last, kept)).store(&mut dst[last..]);
        }
    }

    #[inline(always)]
    fn on_baseline(self) {
        self.inputs.on_baseline(self.kernel, self.dst);
    }
}

#[inline(always)]
fn step<S: Simd, const N: usize>(
    s: S,
    kernel: impl Map<N>,
    inputs: impl Inputs<N>,
    at: usize,
    dst: &mut [f32],
) {
    // The slice is taken before the inputs are loaded. A bounds check amid the arithmetic would
    // split it.
    let y = &mut dst[at..][..S::LANES];
    kernel.eval(inputs.load(s, at, y)).store(y);
}
