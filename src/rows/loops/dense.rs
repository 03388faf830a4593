//! Rows without gaps across the lanes, sixteen at a time, of widths that the compiler knows.

use super::{
    numbers::{Numbers, shift},
    references::BATCH,
};
use crate::{
    isa::Simd,
    rows::numerics::{
        function::Function,
        sum::{LANES, Lanes},
    },
    vector::{F32s, F64s},
};

/// Sixteen rows of `N` entries, a multiple of sixteen.
type Rows<const N: usize> = [[f32; N]; BATCH];

// Little is checked in these loops, because the lengths of rows are known. How many rows there are
// is not, so that the compiler unrolls no more than the `R` rows of a step.

/// Returns the maxima of sixteen rows.
#[inline(always)]
pub(super) fn maxima<const N: usize, S: Simd>(s: S, x: &[f32]) -> F32s<S> {
    let x: &Rows<N> = &x.as_chunks().0.as_chunks().0[0];
    F32s::largest_of_each(
        s,
        #[inline(always)]
        |i| {
            let mut maximum = F32s::load(s, &x[i][..LANES]);
            for at in (LANES..N).step_by(LANES) {
                maximum = F32s::load(s, &x[i][at..][..LANES]).at_least(maximum);
            }
            maximum
        },
    )
}

/// Writes the terms of rows to `dst`. The entries are in `src`, or in `dst` if that is `None`.
#[inline(always)]
pub(super) fn terms<const N: usize, const R: usize, S: Simd>(
    s: S,
    src: Option<&[f32]>,
    dst: &mut [f32],
    numbers: &Numbers,
) {
    let y: &mut [[[f32; N]; R]] = dst.as_chunks_mut().0.as_chunks_mut().0;
    let x: Option<&[[[f32; N]; R]]> = src.map(
        #[inline(always)]
        |x| &x.as_chunks().0.as_chunks().0[..y.len()],
    );
    let magic: &[[f32; R]] = &numbers.magic.0.as_flattened().as_chunks().0[..y.len()];
    let least: &[[f32; R]] = &numbers.least.0.as_flattened().as_chunks().0[..y.len()];
    for (i, y) in y.iter_mut().enumerate() {
        for row in 0..R {
            let reference = shift(s, magic[i][row], least[i][row]);
            for at in (0..N).step_by(LANES) {
                let x = match x {
                    Some(x) => &x[i],
                    None => &*y,
                };
                let x = F32s::load(s, &x[row][at..][..LANES]);
                reference.term::<false>(x).store(&mut y[row][at..][..LANES]);
            }
        }
    }
}

/// Returns the sums of sixteen rows of terms.
#[inline(always)]
pub(super) fn sums<const N: usize, F: Function, S: Simd>(
    s: S,
    terms: &[f32],
    fast: bool,
) -> F64s<S> {
    // With one term in each lane, both tiers have the same sum.
    if F::SERVES_FAST && N > LANES && fast {
        return sums::<N, F::Fast, S>(s, terms, fast);
    }
    let terms: &Rows<N> = &terms.as_chunks().0.as_chunks().0[0];
    F64s::sum_of_each(
        s,
        #[inline(always)]
        |i| {
            let mut lanes = Lanes::<F, S>::of(F32s::load(s, &terms[i][..LANES]));
            for at in (LANES..N).step_by(LANES) {
                lanes.add(F32s::load(s, &terms[i][at..][..LANES]));
            }
            lanes.finish()
        },
    )
}

/// Writes the results of rows to `dst`. What they follow from is in `src`, or in `dst` if that is
/// `None`.
#[inline(always)]
pub(super) fn results<const N: usize, const R: usize, F: Function, S: Simd>(
    s: S,
    src: Option<&[f32]>,
    dst: &mut [f32],
    numbers: &Numbers,
) {
    let y: &mut [[[f32; N]; R]] = dst.as_chunks_mut().0.as_chunks_mut().0;
    let x: Option<&[[[f32; N]; R]]> = src.map(
        #[inline(always)]
        |x| &x.as_chunks().0.as_chunks().0[..y.len()],
    );
    let high: &[[f32; R]] = &numbers.high.0.as_flattened().as_chunks().0[..y.len()];
    let low: &[[f32; R]] = &numbers.low.0.as_flattened().as_chunks().0[..y.len()];
    for (i, y) in y.iter_mut().enumerate() {
        for row in 0..R {
            let summary = [F32s::splat(s, high[i][row]), F32s::splat(s, low[i][row])];
            for at in (0..N).step_by(LANES) {
                let kept = match x {
                    Some(x) => &x[i],
                    None => &*y,
                };
                let kept = F32s::load(s, &kept[row][at..][..LANES]);
                F::result(kept, summary).store(&mut y[row][at..][..LANES]);
            }
        }
    }
}
