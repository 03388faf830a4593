//! The division of `[outer, channels, inner]` into parts: runs of elements that share a slope, or
//! blocks with a slope for each element.

use crate::{
    isa::{Native, Simd},
    vector::F32s,
};
use core::ops::Range;

/// The work on the elements of a range.
pub(super) trait Task {
    fn run<S: Native>(&mut self, s: S, range: Range<usize>, slope: f32);
    /// Works on a range with one slope for each element.
    fn block<S: Native>(&mut self, s: S, range: Range<usize>, slopes: &[f32]);
}

/// The least number of elements with a common slope that make a run.
const RUN: usize = 16;
/// The least number of slopes, one an element, that are read in place.
const ROW: usize = 64;
/// The number of slopes on the stack: 2 KiB, which stay in the L1 cache.
const BLOCK: usize = 512;

/// Calls `task` for each part of `len` elements. `len` is not 0.
#[inline(always)]
pub(super) fn each_part<S: Native>(
    s: S,
    slopes: &[f32],
    inner: usize,
    len: usize,
    task: &mut impl Task,
) {
    let plane = slopes.len() * inner;
    match slopes {
        &[slope] => task.run(s, 0..len, slope),
        _ if inner >= RUN => {
            for at in (0..len).step_by(plane) {
                for (i, &slope) in slopes.iter().enumerate() {
                    let first = at + i * inner;
                    task.run(s, first..first + inner, slope);
                }
            }
        }
        _ if inner == 1 && (plane >= ROW || plane == len) => {
            for at in (0..len).step_by(plane) {
                task.block(s, at..at + plane, slopes);
            }
        }
        _ => each_block(s, slopes, inner, len, task),
    }
}

/// Calls `task` for blocks. The slopes of a block are written to the stack once, for all planes.
/// Several planes are one block if they fit, and a plane that does not fit is several blocks.
#[inline(always)]
fn each_block<S: Native>(s: S, slopes: &[f32], inner: usize, len: usize, task: &mut impl Task) {
    let mut block = [0.0; BLOCK + RUN];
    let channels = BLOCK / inner;
    let plane = slopes.len() * inner;
    let planes = (BLOCK / plane).clamp(1, len / plane);
    for (i, slopes) in slopes.chunks(channels).enumerate() {
        let width = planes * slopes.len() * inner;
        if inner <= S::LANES {
            repeat_each(s, slopes, inner, &mut block);
        } else {
            repeat_each(s.sixteen(), slopes, inner, &mut block);
        }
        repeat_all(&mut block[..width], slopes.len() * inner);
        for at in (i * channels * inner..len).step_by(planes * plane) {
            let end = len.min(at + width);
            task.block(s, at..end, &block[..end - at]);
        }
    }
}

/// Writes each slope `inner` times, by stores of a whole register. The next store overwrites the
/// excess.
#[inline(always)]
fn repeat_each<S: Simd>(s: S, slopes: &[f32], inner: usize, block: &mut [f32]) {
    for (i, &slope) in slopes.iter().enumerate() {
        F32s::splat(s, slope).store(&mut block[i * inner..][..S::LANES]);
    }
}

/// Fills the block with its first `period` elements.
#[inline(always)]
fn repeat_all(block: &mut [f32], period: usize) {
    let mut done = period;
    while done < block.len() {
        let more = done.min(block.len() - done);
        block.copy_within(..more, done);
        done += more;
    }
}
