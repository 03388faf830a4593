//! The gradient of the slopes, in an order that is part of the definition.
//!
//! Element i of a channel in a plane belongs to lane i mod 16. Each lane adds its products in the
//! order of memory, in f64, where they are exact. Then lanes l and l + 8 are added, then l and l +
//! 4, l + 2, l + 1.

use super::layout::Steps;
use crate::{
    isa::{Isa, Job, Native, Simd, on},
    vector::{F32s, F64s},
};

const LANES: usize = 16;
/// The number of channels whose sums are on the stack together. A plane is read that many channels
/// at a time.
const CHANNELS: usize = 32;
/// The number of sums on the stack where channels have less than 16 neighbours, each with a sum of
/// its own. It is a multiple of `LANES`.
const SUMS: usize = 512;
/// The number of planes that are added to a register of sums before it is stored.
const PLANES: usize = 16;

/// Sums over `[outer, channels, inner]` at each position of `blocks`. `x` is not empty.
#[inline(never)]
pub(super) fn sum(
    isa: Isa,
    x: &[f32],
    dy: &[f32],
    d_slopes: &mut [f32],
    [outer, channels, inner]: [usize; 3],
    blocks: Steps,
) {
    on(isa, Sums { x, dy, d_slopes, inner, block: outer * channels * inner, blocks });
}

struct Sums<'a> {
    x: &'a [f32],
    dy: &'a [f32],
    /// One element a channel.
    d_slopes: &'a mut [f32],
    inner: usize,
    /// The number of elements of a block.
    block: usize,
    blocks: Steps,
}

impl Job for Sums<'_> {
    #[inline(always)]
    fn run<S: Native>(self, s: S) {
        if self.inner < LANES {
            self.of_columns(s.sixteen());
        } else {
            self.of_runs(s.sixteen());
        }
    }
}

impl Sums<'_> {
    /// Sums with the neighbours of a channel across the lanes.
    #[inline(always)]
    fn of_runs<S: Simd>(self, s: S) {
        let Self { x, dy, d_slopes, inner, block, blocks } = self;
        let plane = d_slopes.len() * inner;
        for (i, d_slopes) in d_slopes.chunks_mut(CHANNELS).enumerate() {
            let mut sums = [[0.0; LANES]; CHANNELS];
            for begin in blocks.positions() {
                for at in (begin + i * CHANNELS * inner..begin + block).step_by(plane) {
                    for (channel, sums) in sums[..d_slopes.len()].iter_mut().enumerate() {
                        let first = at + channel * inner;
                        let sum = F64s::load(s, sums);
                        add_run(s, sum, &x[first..][..inner], &dy[first..][..inner]).store(sums);
                    }
                }
            }
            for (d_slope, sums) in d_slopes.iter_mut().zip(&sums) {
                *d_slope = F64s::load(s, sums).sum() as f32;
            }
        }
    }

    /// Sums with a lane for each position in a plane. The positions of a channel are the lanes of
    /// its sum, and the other lanes of that sum are 0.
    #[inline(always)]
    fn of_columns<S: Simd>(self, s: S) {
        let Self { x, dy, d_slopes, inner, block, blocks } = self;
        let plane = d_slopes.len() * inner;
        let channels = SUMS / inner;
        for (i, d_slopes) in d_slopes.chunks_mut(channels).enumerate() {
            let mut sums = [0.0; SUMS];
            let width = d_slopes.len() * inner;
            for begin in blocks.positions() {
                let end = begin + block;
                for planes in (begin + i * channels * inner..end).step_by(PLANES * plane) {
                    let planes = planes..end.min(planes + PLANES * plane);
                    let steps = sums[..width.next_multiple_of(LANES)].chunks_exact_mut(LANES);
                    for (step, sums) in steps.enumerate() {
                        let columns = step * LANES..width.min((step + 1) * LANES);
                        let mut sum = F64s::load(s, sums);
                        for at in planes.clone().step_by(plane) {
                            let [x, dy] = [&x[at..], &dy[at..]];
                            sum = add(s, sum, &x[columns.clone()], &dy[columns.clone()]);
                        }
                        sum.store(sums);
                    }
                }
            }
            for (d_slope, sums) in d_slopes.iter_mut().zip(sums.chunks_exact_mut(inner)) {
                *d_slope = sum_of_lanes(sums) as f32;
            }
        }
    }
}

/// Returns the sum of the first lanes, in the order of [`F64s::sum`]. The lanes after them are 0
/// and change nothing.
#[inline(always)]
fn sum_of_lanes(lanes: &mut [f64]) -> f64 {
    let mut count = lanes.len();
    while count > 1 {
        let half = count.next_power_of_two() / 2;
        for lane in half..count {
            lanes[lane - half] += lanes[lane];
        }
        count = half;
    }
    lanes[0]
}

#[inline(always)]
fn add_run<S: Simd>(s: S, mut sum: F64s<S>, x: &[f32], dy: &[f32]) -> F64s<S> {
    for at in (0..x.len()).step_by(LANES) {
        let end = x.len().min(at + LANES);
        sum = add(s, sum, &x[at..end], &dy[at..end]);
    }
    sum
}

/// Adds at most sixteen products, one to each lane.
#[inline(always)]
fn add<S: Simd>(s: S, sum: F64s<S>, x: &[f32], dy: &[f32]) -> F64s<S> {
    let [x, dy] = if x.len() == LANES {
        [F32s::load(s, x), F32s::load(s, dy)]
    } else {
        [F32s::load_part(s, x, 0.0), F32s::load_part(s, dy, 0.0)]
    };
    let is_positive = x.same(0.0).lt(x);
    let [x, dy] = [x.zero_where(is_positive), dy.zero_where(is_positive)];
    x.widen().mul_add(dy.widen(), sum)
}
