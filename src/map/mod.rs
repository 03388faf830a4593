//! The loop that every elementwise function goes through.

mod arithmetic;
mod inputs;
mod uninit;

use crate::{
    isa::{Isa, Job, Native, Simd, at_baseline, four, on, two},
    vector::{Aligned, F32s, likely},
};
pub(crate) use arithmetic::{multiply, zero_beyond};
use inputs::{Inputs, Steps};
pub(crate) use uninit::{through_blocks, unary_uninit};

/// An elementwise function of `N` inputs: of x, or of x and the gradient of what came out.
pub(crate) trait Map<const N: usize>: Copy {
    /// Whether the loop works on two registers at a time on AVX-512, not four, because that is
    /// faster for this kernel.
    const TWO_ON_AVX512: bool = false;
    /// Whether there is a loop for destinations that nothing has been written to. It pays where the
    /// function takes hardly longer than a copy; others go through blocks.
    const WRITES_UNINIT: bool = false;
    /// Whether so many registers are spilled in the loop that an aligned frame pays. It costs each
    /// call 0.3 ns.
    const SPILLS: bool = false;
    /// Whether `eval` is for usual inputs alone. Those of a step are usual if `is_usual` says so of
    /// all of them together.
    const HAS_FAR: bool = false;

    fn eval<S: Simd>(self, inputs: [F32s<S>; N]) -> F32s<S>;

    /// Whether `eval` serves for these inputs.
    #[inline(always)]
    fn is_usual<S: Simd>(self, _: [F32s<S>; N]) -> bool {
        true
    }

    /// The kernel for all inputs, with the bits of `eval` where that serves.
    #[inline(always)]
    fn eval_far<S: Simd>(self, inputs: [F32s<S>; N]) -> F32s<S> {
        self.eval(inputs)
    }

    /// Stores what `eval` returns.
    #[inline(always)]
    fn write<S: Simd>(self, inputs: [F32s<S>; N], y: &mut [f32]) {
        self.eval(inputs).store(y);
    }
}

/// An operation, and the kernel that is compiled for it: its own, or one that it shares with
/// operations that differ from it in numbers alone.
pub(crate) trait Compiled<const N: usize>: Copy {
    type Kernel: Map<N>;
    fn kernel(self) -> Self::Kernel;
}

impl<K: Map<N>, const N: usize> Compiled<N> for K {
    type Kernel = Self;

    #[inline(always)]
    fn kernel(self) -> Self {
        self
    }
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
pub(crate) fn unary(isa: Isa, of: impl Compiled<1>, src: Option<&[f32]>, dst: &mut [f32]) {
    let kernel = of.kernel();
    on(isa, Apply::<_, 1, 0> { kernel, inputs: [src.unwrap_or_default()], dst });
}

/// `dst[i] = kernel(a[i], b[i])`, or `kernel(a[i], dst[i])` if there is no `b`; all slices have the
/// same length.
#[inline(always)]
pub(crate) fn binary(
    isa: Isa,
    of: impl Compiled<2>,
    a: &[f32],
    b: Option<&[f32]>,
    dst: &mut [f32],
) {
    let kernel = of.kernel();
    on(isa, Apply::<_, 2, 1> { kernel, inputs: [a, b.unwrap_or_default()], dst });
}

/// `dst[i] = kernel(inputs[0][i], …)`. If `inputs[PLACE]` is empty, it is what is in `dst`. One
/// loop for both forms is half the code of two.
pub(crate) struct Apply<'a, K, const N: usize, const PLACE: usize> {
    pub(crate) kernel: K,
    pub(crate) inputs: [&'a [f32]; N],
    pub(crate) dst: &'a mut [f32],
}

impl<K: Map<N>, const N: usize, const PLACE: usize> Job for Apply<'_, K, N, PLACE> {
    #[inline(always)]
    fn run<S: Native>(self, s: S) {
        // As constants, so that no step has a check of bounds.
        match (S::LANES, K::TWO_ON_AVX512) {
            (4, _) => self.in_steps::<_, _, 4, 16>(s, four(s)),
            (8, _) => self.in_steps::<_, _, 8, 32>(s, four(s)),
            (16, false) => self.in_steps::<_, _, 16, 64>(s, four(s)),
            (16, true) => self.in_steps::<_, _, 16, 32>(s, two(s)),
            _ => unreachable!("a register of another width"),
        }
    }

    #[inline(always)]
    fn on_baseline(self) {
        let Self { kernel, inputs, dst } = self;
        let second = if N > 1 { inputs[N - 1] } else { &[] };
        on_baseline::<K, N, PLACE>(kernel, inputs[0], second, dst);
    }
}

/// Of one or two inputs, which are passed in registers then.
#[inline(never)]
fn on_baseline<K: Map<N>, const N: usize, const PLACE: usize>(
    kernel: K,
    first: &[f32],
    second: &[f32],
    dst: &mut [f32],
) {
    const { assert!(N <= 2) };
    let mut inputs = [second; N];
    inputs[0] = first;
    at_baseline(Apply::<K, N, PLACE> { kernel, inputs, dst });
}

impl<K: Map<N>, const N: usize, const PLACE: usize> Apply<'_, K, N, PLACE> {
    /// Of `MANY` elements, as `many` has, then of `ONE`, which is as many as a register has.
    #[inline(always)]
    fn in_steps<S: Native, W: Simd, const ONE: usize, const MANY: usize>(self, s: S, many: W) {
        let Self { kernel, inputs, dst } = self;
        let inputs = Inputs::<N, PLACE> { slices: inputs, in_place: inputs[PLACE].is_empty() };
        let len = dst.len();
        let Some(last) = len.checked_sub(ONE) else {
            if len > 0 {
                eval_any(kernel, inputs.load_short(s, dst)).store_short(dst);
            }
            return;
        };
        // Registers of four lanes are aligned on any stack.
        if ONE > 4 && inputs.first_differs(len) {
            if K::SPILLS {
                // A temporary would be a constant, which lies outside of the frame.
                let place = Aligned([0_u8; 64]);
                lengths_differ(&place);
            }
            lengths_differ(&());
        }
        // The last step ends where the slice ends and may overlap the one before: what that writes
        // over is taken first. Other inputs are not: a register that lives through the loop is put
        // on the stack, and a call of one step would wait for it to come back.
        let first = if inputs.in_place { F32s::load(s, &dst[last..]) } else { F32s::splat(s, 0.0) };
        let done = len - len % MANY;
        steps(many, kernel, inputs.until::<MANY>(done), dst[..done].as_chunks_mut().0);
        steps(s, kernel, inputs.from::<ONE>(done), dst[done..].as_chunks_mut().0);
        if !len.is_multiple_of(ONE) {
            write_any(kernel, inputs.load_last(s, first, last), &mut dst[last..]);
        }
    }
}

/// Never happens. That it takes a place on the stack aligns the frame of the loop, where registers
/// are spilled.
#[cold]
#[inline(never)]
fn lengths_differ<T>(place: &T) -> ! {
    core::hint::black_box(place);
    unreachable!("lengths were compared");
}

/// Usual steps and others have loops of their own, because the compiler shares the registers of one
/// loop among both forms of a kernel.
#[inline(always)]
fn steps<S: Simd, K: Map<N>, const N: usize, const PLACE: usize, const LEN: usize>(
    s: S,
    kernel: K,
    inputs: Steps<'_, N, PLACE, LEN>,
    dst: &mut [[f32; LEN]],
) {
    let inputs = inputs.only(dst.len());
    if !K::HAS_FAR {
        for (step, y) in dst.iter_mut().enumerate() {
            kernel.write(inputs.load(s, step, y), y);
        }
        return;
    }
    let mut step = 0;
    loop {
        for y in &mut dst[step..] {
            let lanes = inputs.load(s, step, y);
            if !kernel.is_usual(lanes) {
                break;
            }
            kernel.write(lanes, y);
            step += 1;
        }
        if step == dst.len() {
            return;
        }
        for y in &mut dst[step..] {
            let lanes = inputs.load(s, step, y);
            if kernel.is_usual(lanes) {
                break;
            }
            kernel.eval_far(lanes).store(y);
            step += 1;
        }
    }
}

/// Returns what the form of the kernel gives that serves for these inputs.
#[inline(always)]
pub(crate) fn eval_any<S: Simd, const N: usize>(
    kernel: impl Map<N>,
    lanes: [F32s<S>; N],
) -> F32s<S> {
    if likely(kernel.is_usual(lanes)) { kernel.eval(lanes) } else { kernel.eval_far(lanes) }
}

#[inline(always)]
fn write_any<S: Simd, const N: usize>(kernel: impl Map<N>, lanes: [F32s<S>; N], y: &mut [f32]) {
    if likely(kernel.is_usual(lanes)) {
        kernel.write(lanes, y);
    } else {
        kernel.eval_far(lanes).store(y);
    }
}
