//! The loop for destinations that nothing has been written to.

use super::{Compiled, Map, eval_any, write_any};
use crate::{
    isa::{Isa, Job, Native, Simd, four, on, two},
    vector::F32s,
};
use core::mem::MaybeUninit;

/// `dst[i] = kernel(src[i])`; both slices have the same length.
#[inline(always)]
pub(crate) fn unary_uninit(
    isa: Isa,
    of: impl Compiled<1>,
    src: &[f32],
    dst: &mut [MaybeUninit<f32>],
) {
    let kernel = of.kernel();
    on(isa, Uninit { kernel, src, dst });
}

/// `dst[i] = f(src[i])`, where `apply` writes the images of its first slice to its second. They
/// come by way of the stack, so that no kernel is compiled again.
#[inline(never)]
pub(crate) fn through_blocks(
    src: &[f32],
    dst: &mut [MaybeUninit<f32>],
    apply: &dyn Fn(&[f32], &mut [f32]),
) {
    match src.len() {
        0..=16 => in_blocks::<16>(src, dst, apply),
        17..=64 => in_blocks::<64>(src, dst, apply),
        65..=256 => in_blocks::<256>(src, dst, apply),
        _ => in_blocks::<1024>(src, dst, apply),
    }
}

fn in_blocks<const LEN: usize>(
    src: &[f32],
    dst: &mut [MaybeUninit<f32>],
    apply: &dyn Fn(&[f32], &mut [f32]),
) {
    let mut block = [0.0; LEN];
    for (src, dst) in src.chunks(LEN).zip(dst.chunks_mut(LEN)) {
        let y = &mut block[..src.len()];
        apply(src, y);
        write(y, dst);
    }
}

struct Uninit<'a, K> {
    kernel: K,
    src: &'a [f32],
    dst: &'a mut [MaybeUninit<f32>],
}

impl<K: Map<1>> Job for Uninit<'_, K> {
    #[inline(always)]
    fn run<S: Native>(self, s: S) {
        match (S::LANES, K::TWO_ON_AVX512) {
            (4, _) => self.in_steps::<_, _, 4, 16>(s, four(s)),
            (8, _) => self.in_steps::<_, _, 8, 32>(s, four(s)),
            (16, false) => self.in_steps::<_, _, 16, 64>(s, four(s)),
            (16, true) => self.in_steps::<_, _, 16, 32>(s, two(s)),
            _ => unreachable!("a register of another width"),
        }
    }
}

impl<K: Map<1>> Uninit<'_, K> {
    /// Of `MANY` elements, then of `ONE`, the last of which may overlap the one before.
    #[inline(always)]
    fn in_steps<S: Native, W: Simd, const ONE: usize, const MANY: usize>(self, s: S, many: W) {
        let Self { kernel, src, dst } = self;
        let len = dst.len();
        let Some(last) = len.checked_sub(ONE) else {
            if len > 0 {
                let mut y = [0.0; ONE];
                eval_any(kernel, [F32s::load_short(s, src)]).store_short(&mut y[..len]);
                write(&y[..len], dst);
            }
            return;
        };
        let done = len - len % MANY;
        steps::<_, MANY>(many, kernel, &src[..done], &mut dst[..done]);
        steps::<_, ONE>(s, kernel, &src[done..], &mut dst[done..]);
        if !len.is_multiple_of(ONE) {
            let mut y = [0.0; ONE];
            write_any(kernel, [F32s::load(s, &src[last..])], &mut y);
            write(&y, &mut dst[last..]);
        }
    }
}

#[inline(always)]
fn steps<S: Simd, const LEN: usize>(
    s: S,
    kernel: impl Map<1>,
    src: &[f32],
    dst: &mut [MaybeUninit<f32>],
) {
    let steps = dst.as_chunks_mut::<LEN>().0;
    let src = &src.as_chunks::<LEN>().0[..steps.len()];
    for (x, to) in src.iter().zip(steps) {
        let mut y = [0.0; LEN];
        write_any(kernel, [F32s::load(s, x)], &mut y);
        write(&y, to);
    }
}

/// The compiler stores the registers of `y` here.
#[inline(always)]
fn write(y: &[f32], to: &mut [MaybeUninit<f32>]) {
    for (to, &y) in to.iter_mut().zip(y) {
        *to = MaybeUninit::new(y);
    }
}
