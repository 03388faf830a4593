//! Rows without gaps across the lanes, sixteen at a time, of widths that the compiler knows.

use super::{
    matrix::Matrix,
    references::{BATCH, References},
};
use crate::{
    isa::Simd,
    rows::numerics::{
        function::Function,
        sum::{LANES, Lanes},
        terms::Reference,
    },
    vector::{Aligned, F32s, F64s},
};

/// The most sets of sixteen rows that go through each pass together.
const SETS: usize = 4;

/// Sixteen rows of `N` entries, a multiple of sixteen.
pub(super) type Rows<const N: usize> = [[f32; N]; BATCH];

/// The numbers of each row that its passes hand on, for all sets of a block.
pub(super) struct Numbers {
    pub(super) references: [References; SETS],
    pub(super) sums: [Aligned<[f64; BATCH]>; SETS],
    pub(super) summaries: [Aligned<[[f32; BATCH]; 2]>; SETS],
}

impl Numbers {
    pub(super) const NONE: Self = Self {
        references: [const { References::NONE }; SETS],
        sums: [const { Aligned([0.0; BATCH]) }; SETS],
        summaries: [const { Aligned([[0.0; BATCH]; 2]) }; SETS],
    };
}

/// The sums of rows of `N` entries without gaps. Nothing is checked, because all lengths are known.
/// Terms that are kept are where the results will be.
///
/// Returns false, and nothing has happened, if rows whose terms are not kept need an offset.
#[inline(always)]
pub(super) fn sums<const N: usize, F: Function, S: Simd>(
    s: S,
    rows: &mut Matrix<'_>,
    (first, sets): (usize, usize),
    tile: &mut [f32],
    numbers: &mut Numbers,
) -> bool {
    let scale = rows.scale;
    let mut x: Option<&[Rows<N>]> = rows.src.map(
        #[inline(always)]
        |x| &x[first * N..].as_chunks().0.as_chunks().0[..sets],
    );
    let y: &mut [Rows<N>] = &mut rows.dst[first * N..].as_chunks_mut().0.as_chunks_mut().0[..sets];
    let terms: &mut [Rows<N>] = tile.as_chunks_mut().0.as_chunks_mut().0;
    let terms = &mut terms[..if F::KEEPS_TERMS { 0 } else { sets }];
    let mut changed = scale != 1.0;
    for set in 0..sets {
        let x = entries_of(x, y, set);
        let maxima = F32s::largest_of_each(
            s,
            #[inline(always)]
            |i| {
                let mut maximum = F32s::load(s, &x[i][..LANES]);
                for at in (LANES..N).step_by(LANES) {
                    maximum = F32s::load(s, &x[i][at..][..LANES]).at_least(maximum);
                }
                maximum
            },
        ) * scale;
        changed |= !maxima.all_below(Reference::<S>::LARGE);
        numbers.references[set] = References::new::<F, S>(maxima);
    }
    if changed {
        if !F::KEEPS_TERMS {
            return false;
        }
        // The differences are stored where the terms will be, so the loop that computes terms is
        // the same.
        for set in 0..sets {
            for i in 0..BATCH {
                let offset = numbers.references[set].row(s, i).offset;
                for at in (0..N).step_by(LANES) {
                    let entries = F32s::load(s, &entries_of(x, y, set)[i][at..][..LANES]);
                    (entries * scale - offset).store(&mut y[set][i][at..][..LANES]);
                }
            }
        }
        x = None;
    }
    for set in 0..sets {
        for i in 0..BATCH {
            let reference = numbers.references[set].row(s, i);
            for at in (0..N).step_by(LANES) {
                let entries = F32s::load(s, &entries_of(x, y, set)[i][at..][..LANES]);
                let to = if F::KEEPS_TERMS { &mut y[set][i] } else { &mut terms[set][i] };
                reference.term::<false>(entries).store(&mut to[at..][..LANES]);
            }
        }
    }
    for set in 0..sets {
        let terms = if F::KEEPS_TERMS { &y[set] } else { &terms[set] };
        sums_of::<N, F, S>(s, terms).store(&mut numbers.sums[set].0);
    }
    true
}

/// The sums of sixteen rows of terms.
#[inline(always)]
pub(super) fn sums_of<const N: usize, F: Function, S: Simd>(s: S, terms: &Rows<N>) -> F64s<S> {
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

/// The results of the rows whose [`sums()`] were made.
#[inline(always)]
pub(super) fn results<const N: usize, F: Function, S: Simd>(
    s: S,
    rows: &mut Matrix<'_>,
    (first, sets): (usize, usize),
    numbers: &Numbers,
) {
    let excludes = rows.excludes;
    let x: Option<&[Rows<N>]> = rows.src.map(
        #[inline(always)]
        |x| &x[first * N..].as_chunks().0.as_chunks().0[..sets],
    );
    let y: &mut [Rows<N>] = &mut rows.dst[first * N..].as_chunks_mut().0.as_chunks_mut().0[..sets];
    for (set, Aligned([high, low])) in numbers.summaries[..sets].iter().enumerate() {
        for i in 0..BATCH {
            let summary = [F32s::splat(s, high[i]), F32s::splat(s, low[i])];
            for at in (0..N).step_by(LANES) {
                let kept = match x {
                    Some(x) if !F::KEEPS_TERMS => &x[set][i],
                    _ => &y[set][i],
                };
                let kept = F32s::load(s, &kept[at..][..LANES]);
                let result = F::result_or_zero(kept, summary, excludes);
                result.store(&mut y[set][i][at..][..LANES]);
            }
        }
    }
}

#[inline(always)]
fn entries_of<'a, const N: usize>(
    x: Option<&'a [Rows<N>]>,
    y: &'a [Rows<N>],
    set: usize,
) -> &'a Rows<N> {
    match x {
        Some(x) => &x[set],
        None => &y[set],
    }
}
