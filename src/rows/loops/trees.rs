//! Rows of 16 to 128 entries without options, across the lanes: sixteen rows at a time, whose maxima
//! and sums come from trees of shuffles that they share.

use super::{
    matrix::Matrix,
    references::{BATCH, References},
    sums::rare,
};
use crate::{
    isa::{Isa, Simd},
    rows::numerics::{
        function::{Function, On},
        sum::{LANES, Lanes, without_maximum},
        terms::Reference,
    },
    vector::{Aligned, F32s, F64s},
};

/// The most sets of sixteen rows that go through each pass together.
const SETS: usize = 4;

/// Sixteen rows of `N` entries, a multiple of sixteen.
type Rows<const N: usize> = [[f32; N]; BATCH];

/// Whether the rows are worked on here. Others take no more time as [short](super::short) or
/// [long](super::long) ones, and code is not free.
pub(super) fn serves<F: Function>(isa: Isa, rows: &Matrix<'_>) -> bool {
    let pays = match rows.cols {
        16 | 32..=64 => true,
        22..=31 => F::KEEPS_TERMS,
        80 | 96 | 128 => is_dense(rows),
        _ => false,
    };
    pays && isa.has_trees()
        && rows.rows >= BATCH
        && rows.logits.is_none()
        && rows.log_sum_exps.is_none()
        && !F::REDUCES
}

/// How many elements a tile for the terms needs; 0 if they are written to where the results will be.
pub(super) fn tile<F: Function>(rows: &Matrix<'_>) -> usize {
    if F::KEEPS_TERMS && is_dense(rows) {
        return 0;
    }
    let width = rows.cols.next_multiple_of(LANES);
    BATCH * width * sets(width).min(rows.rows / BATCH)
}

/// Whether rows are whole steps that follow each other without a gap.
#[inline(always)]
fn is_dense(rows: &Matrix<'_>) -> bool {
    let Matrix { cols, src_stride, dst_stride, .. } = *rows;
    cols.is_multiple_of(LANES) && dst_stride == cols && src_stride == cols
}

/// How many sets of sixteen rows of `width` entries go through each pass together.
#[inline(always)]
const fn sets(width: usize) -> usize {
    let sets = 64 / width;
    if sets == 0 { 1 } else { sets }
}

/// As many of the rows as come in blocks of sixteen; how many that are. `tile` has at
/// least as many elements as [`tile`].
#[inline(always)]
pub(super) fn rows<F: Function, S: Simd>(s: S, rows: &mut Matrix<'_>, tile: &mut [f32]) -> usize {
    if !S::ISA.has_trees() || F::REDUCES || !<F as On<S>>::SUMS_ALL {
        return 0;
    }
    match rows.cols.div_ceil(LANES) {
        1 => blocks::<16, F, S>(s, rows, tile),
        2 => blocks::<32, F, S>(s, rows, tile),
        3 => blocks::<48, F, S>(s, rows, tile),
        4 => blocks::<64, F, S>(s, rows, tile),
        5 => blocks::<80, F, S>(s, rows, tile),
        6 => blocks::<96, F, S>(s, rows, tile),
        8 => blocks::<128, F, S>(s, rows, tile),
        _ => 0,
    }
}

#[inline(always)]
fn blocks<const N: usize, F: Function, S: Simd>(
    s: S,
    rows: &mut Matrix<'_>,
    tile: &mut [f32],
) -> usize {
    let terms: &mut [Rows<N>] = tile.as_chunks_mut().0.as_chunks_mut().0;
    let mut first = 0;
    while first + BATCH <= rows.rows {
        let sets = ((rows.rows - first) / BATCH).min(sets(N));
        if is_dense(rows) {
            let x = rows.src.map(
                #[inline(always)]
                |x| &x[first * N..].as_chunks().0.as_chunks().0[..sets],
            );
            let y = &mut rows.dst[first * N..].as_chunks_mut().0.as_chunks_mut().0[..sets];
            let terms = &mut terms[..if F::KEEPS_TERMS { 0 } else { sets }];
            dense::<N, F, S>(s, x, y, terms, rows.scale);
        } else if N <= 64 {
            any::<N, F, S>(s, rows, first, &mut terms[..sets]);
        }
        first += sets * BATCH;
    }
    first
}

/// The numbers of each row that its passes hand on, for all sets of a block.
struct Numbers {
    references: [References; SETS],
    summaries: [Aligned<[[f32; BATCH]; 2]>; SETS],
    /// Whether entries have a scale or an offset.
    changed: bool,
}

impl Numbers {
    #[inline(always)]
    fn new(scale: f32) -> Self {
        Self {
            references: [const { References::NONE }; SETS],
            summaries: [const { Aligned([[0.0; BATCH]; 2]) }; SETS],
            changed: scale != 1.0,
        }
    }

    #[inline(always)]
    fn set_maxima<F: Function, S: Simd>(&mut self, set: usize, maxima: F32s<S>) {
        self.changed |= !maxima.all_below(Reference::<S>::LARGE);
        self.references[set] = References::new::<F, S>(maxima);
    }

    /// `row` is the entries of a row of the set.
    #[inline(always)]
    fn set_sums<'a, F: Function, S: Simd>(
        &mut self,
        s: S,
        set: usize,
        sums: F64s<S>,
        row: impl Fn(usize) -> &'a [f32],
    ) {
        let reference = self.references[set].all(s);
        let (sums, counts) = if F::KEEPS_TERMS {
            (sums, F64s::splat(s, 1.0))
        } else {
            without_maxima::<F, S>(s, &reference, sums, row)
        };
        let summary = F::summary(&reference, sums, counts);
        let Aligned([high, low]) = &mut self.summaries[set];
        summary[0].store(high);
        summary[1].store(low);
    }

    #[inline(always)]
    fn summary<S: Simd>(&self, s: S, set: usize, i: usize) -> [F32s<S>; 2] {
        let Aligned([high, low]) = &self.summaries[set];
        [F32s::splat(s, high[i]), F32s::splat(s, low[i])]
    }
}

/// Rows of `N` entries without gaps, in `y` if there is no `x`. Nothing is checked, because all
/// lengths are known.
#[inline(always)]
fn dense<const N: usize, F: Function, S: Simd>(
    s: S,
    x: Option<&[Rows<N>]>,
    y: &mut [Rows<N>],
    terms: &mut [Rows<N>],
    scale: f32,
) {
    let mut numbers = Numbers::new(scale);
    for set in 0..y.len() {
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
        );
        numbers.set_maxima::<F, S>(set, maxima * scale);
    }
    for set in 0..y.len() {
        for i in 0..BATCH {
            let reference = numbers.references[set].row(s, i);
            for at in (0..N).step_by(LANES) {
                let entries = F32s::load(s, &entries_of(x, y, set)[i][at..][..LANES]);
                let e = term(&reference, entries, numbers.changed, scale);
                let to = if F::KEEPS_TERMS { &mut y[set][i] } else { &mut terms[set][i] };
                e.store(&mut to[at..][..LANES]);
            }
        }
    }
    for set in 0..y.len() {
        let sums = sums::<N, F, S>(s, if F::KEEPS_TERMS { &y[set] } else { &terms[set] });
        let x = entries_of(x, y, set);
        numbers.set_sums::<F, S>(
            s,
            set,
            sums,
            #[inline(always)]
            |i| &x[i],
        );
    }
    for set in 0..y.len() {
        for i in 0..BATCH {
            let summary = numbers.summary(s, set, i);
            for at in (0..N).step_by(LANES) {
                let kept = match x {
                    Some(x) if !F::KEEPS_TERMS => &x[set][i],
                    _ => &y[set][i],
                };
                let result = F::result(F32s::load(s, &kept[at..][..LANES]), summary);
                result.store(&mut y[set][i][at..][..LANES]);
            }
        }
    }
}

/// Rows of more than `N - LANES` and up to `N` entries with any stride. The last step of a row ends
/// where the row ends, and may overlap the one before: an entry that is in both has the same term
/// and the same result. `terms` is 0 after the last entry of each row.
#[inline(always)]
fn any<const N: usize, F: Function, S: Simd>(
    s: S,
    rows: &mut Matrix<'_>,
    first: usize,
    terms: &mut [Rows<N>],
) {
    let Matrix { src, ref mut dst, cols, src_stride, dst_stride, scale, .. } = *rows;
    if cols < LANES || cols <= N - LANES || cols > N {
        return;
    }
    let last = cols - LANES;
    let mut numbers = Numbers::new(scale);
    let Aligned(in_lanes) = &mut Aligned([[0.0; LANES]; BATCH]);
    for set in 0..terms.len() {
        for (i, in_lanes) in in_lanes.iter_mut().enumerate() {
            let x = row(src, dst, first + set * BATCH + i, [src_stride, dst_stride], cols);
            let mut maximum = F32s::load(s, &x[last..][..LANES]);
            for at in (0..N - LANES).step_by(LANES) {
                maximum = F32s::load(s, &x[at..][..LANES]).at_least(maximum);
            }
            maximum.store(in_lanes);
        }
        let maxima = F32s::largest_of_each(
            s,
            #[inline(always)]
            |i| F32s::load(s, &in_lanes[i]),
        );
        numbers.set_maxima::<F, S>(set, maxima * scale);
    }
    for (set, terms) in terms.iter_mut().enumerate() {
        for (i, terms) in terms.iter_mut().enumerate() {
            let x = row(src, dst, first + set * BATCH + i, [src_stride, dst_stride], cols);
            let reference = numbers.references[set].row(s, i);
            for at in (0..N).step_by(LANES) {
                let at = if at + LANES < N { at } else { last };
                let entries = F32s::load(s, &x[at..][..LANES]);
                let e = term(&reference, entries, numbers.changed, scale);
                e.store(&mut terms[at..][..LANES]);
            }
        }
    }
    for (set, terms) in terms.iter().enumerate() {
        numbers.set_sums::<F, S>(
            s,
            set,
            sums::<N, F, S>(s, terms),
            #[inline(always)]
            |i| row(src, dst, first + set * BATCH + i, [src_stride, dst_stride], cols),
        );
    }
    for (set, terms) in terms.iter().enumerate() {
        for (i, terms) in terms.iter().enumerate() {
            let summary = numbers.summary(s, set, i);
            let row = first + set * BATCH + i;
            let y = &mut dst[row * dst_stride..][..cols];
            let kept = match src {
                _ if F::KEEPS_TERMS => &terms[..cols],
                Some(x) => &x[row * src_stride..][..cols],
                None => &*y,
            };
            // In place it is read before entries that it overlaps are replaced.
            let end = F::result(F32s::load(s, &kept[last..][..LANES]), summary);
            for at in (0..N - LANES).step_by(LANES) {
                let kept = match src {
                    _ if F::KEEPS_TERMS => &terms[..cols],
                    Some(x) => &x[row * src_stride..][..cols],
                    None => &*y,
                };
                let result = F::result(F32s::load(s, &kept[at..][..LANES]), summary);
                result.store(&mut y[at..][..LANES]);
            }
            end.store(&mut y[last..][..LANES]);
        }
    }
}

#[inline(always)]
fn row<'a>(
    src: Option<&'a [f32]>,
    dst: &'a [f32],
    row: usize,
    [src_stride, dst_stride]: [usize; 2],
    cols: usize,
) -> &'a [f32] {
    match src {
        Some(x) => &x[row * src_stride..][..cols],
        None => &dst[row * dst_stride..][..cols],
    }
}

#[inline(always)]
fn term<S: Simd>(reference: &Reference<S>, x: F32s<S>, changed: bool, scale: f32) -> F32s<S> {
    if changed { reference.term::<true>(x * scale) } else { reference.term::<false>(x) }
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

#[inline(always)]
fn sums<const N: usize, F: Function, S: Simd>(s: S, terms: &Rows<N>) -> F64s<S> {
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

/// Returns the sums without the maxima, and the numbers of maxima that are left out.
#[inline(always)]
fn without_maxima<'a, F: Function, S: Simd>(
    s: S,
    reference: &Reference<S>,
    sums: F64s<S>,
    row: impl Fn(usize) -> &'a [f32],
) -> (F64s<S>, F64s<S>) {
    let (others, kept) = without_maximum(sums, reference.term::<true>(reference.maximum));
    let lost = kept.select(0.0, F32s::splat(s, 1.0));
    if lost.all_below(1.0) {
        return (others, F64s::splat(s, 1.0));
    }
    let (mut sums, mut counts) = ([0.0; BATCH], [1.0; BATCH]);
    let [mut is_lost, mut maxima] = [[0.0; BATCH]; 2];
    others.store(&mut sums);
    lost.store(&mut is_lost);
    reference.maximum.store(&mut maxima);
    for i in 0..BATCH {
        if is_lost[i] == 1.0 {
            (sums[i], counts[i]) = rare::<F>(S::ISA, row(i), maxima[i], false);
        }
    }
    (F64s::load(s, &sums), F64s::load(s, &counts))
}
