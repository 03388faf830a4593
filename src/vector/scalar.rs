//! Lanes by scalar code: for what is too rare for a vector kernel.

use super::F32s;
use crate::isa::Simd;

impl<S: Simd> F32s<S> {
    /// Returns `function` of each lane.
    #[inline(always)]
    pub(crate) fn each_lane(self, function: impl Fn(f32) -> f32) -> Self {
        self.each_pair_of_lanes(
            self,
            #[inline(always)]
            |x, _| function(x),
        )
    }
    /// Returns `function` of each lane and that of `other`, as [`each_lane`](Self::each_lane).
    #[inline(always)]
    pub(crate) fn each_pair_of_lanes(
        self,
        other: Self,
        function: impl Fn(f32, f32) -> f32,
    ) -> Self {
        const MOST_LANES: usize = 64;
        let [mut a, mut b] = [[0.0; MOST_LANES]; 2];
        self.store(&mut a[..S::LANES]);
        other.store(&mut b[..S::LANES]);
        scalar(&mut a[..S::LANES], &b[..S::LANES], function);
        F32s::load(self.s, &a[..S::LANES])
    }
}

/// Not inlined, so that no loop over elements is compiled a second time for it.
#[cold]
#[inline(never)]
fn scalar(a: &mut [f32], b: &[f32], function: impl Fn(f32, f32) -> f32) {
    for (a, &b) in a.iter_mut().zip(b) {
        *a = function(*a, b);
    }
}
