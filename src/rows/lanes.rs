//! Sixteen rows at a time, one in each lane: nothing crosses lanes then.

use super::{
    function::Function,
    log_sum_exp::InF64,
    logits::{Logits, Place},
    matrix::Matrix,
    sum::{LANES, Lanes, add_sink, over_lanes, unscaled},
    terms::Reference,
};
use crate::{
    isa::Simd,
    vector::{F32s, F64s},
};

/// Rows of at most so many entries are worked on here.
pub(super) const SHORT: usize = 32;

/// As many of the rows as come in blocks that fill the lanes; how many that are.
///
/// Four entries of a row are read at a time, and transposed. Where the length is not a multiple of four, two or four rows
/// make one line that is; they must follow each other without a gap.
#[inline(always)]
pub(super) fn short_rows<F: Function, S: Simd>(s: S, rows: &mut Matrix<'_>) -> usize {
    let (cols, logits) = (rows.cols, rows.logits);
    let in_line = 4 >> cols.trailing_zeros().min(2);
    // Logits are where the results will be.
    let src_stride = if logits.is_some() { rows.dst_stride } else { rows.src_stride };
    let gap = src_stride != cols || rows.dst_stride != if F::REDUCES { 1 } else { cols };
    if in_line > 1 && gap {
        return 0;
    }
    let line = in_line * cols;
    let [src_stride, dst_stride] = [in_line * src_stride, in_line * rows.dst_stride];
    let block = LANES * in_line;
    let mut tile = [0.0; 4 * (SHORT - 1) * LANES];
    let mut sinks = [[0.0; LANES]; 4];
    let mut first = 0;
    while first + block <= rows.rows {
        if let Some(logits) = &logits {
            for i in 0..block {
                let [_, sink] = rows.write_logits(logits, first + i, &mut None);
                sinks[i % in_line][i / in_line] = sink;
            }
        }
        let x = match rows.src {
            Some(src) if logits.is_none() => &src[first * rows.src_stride..],
            _ => &rows.dst[first * rows.dst_stride..],
        };
        for (at, four) in (0..line).step_by(4).zip(tile.chunks_exact_mut(4 * LANES)) {
            let mut lines = [F32s::splat(s, 0.0); 4];
            for (i, line) in lines.iter_mut().enumerate() {
                *line = F32s::load_groups(s, &x[i * src_stride + at..], 4 * src_stride);
            }
            for (column, to) in F32s::transpose(lines).into_iter().zip(four.chunks_exact_mut(LANES)) {
                column.store(to);
            }
        }
        for i in 0..in_line {
            let of_row = &mut tile[i * cols * LANES..][..cols * LANES];
            let mut columns = Columns::tile(of_row, cols, LANES);
            columns.sinks = logits.is_some().then_some(sinks[i]);
            let summary = columns_at::<F, S, true>(s, &mut columns);
            if F::REDUCES {
                let results = columns.results::<F, S>(s, summary);
                for (lane, &y) in results.iter().enumerate() {
                    rows.dst[first + lane * in_line + i] = y;
                }
            }
        }
        if !F::REDUCES {
            let y = &mut rows.dst[first * rows.dst_stride..];
            for (at, four) in (0..line).step_by(4).zip(tile.chunks_exact(4 * LANES)) {
                let mut columns = [F32s::splat(s, 0.0); 4];
                for (column, from) in columns.iter_mut().zip(four.chunks_exact(LANES)) {
                    *column = F32s::load(s, from);
                }
                for (i, line) in F32s::transpose(columns).into_iter().enumerate() {
                    line.store_groups(&mut y[i * dst_stride + at..], 4 * dst_stride);
                }
            }
        }
        first += block;
    }
    first
}

/// Up to sixteen neighbouring columns.
pub(super) struct Columns<'a> {
    pub(super) src: Option<&'a [f32]>,
    pub(super) dst: &'a mut [f32],
    pub(super) n: usize,
    pub(super) stride: usize,
    pub(super) at: usize,
    pub(super) width: usize,
    /// What makes logits of the entries, and the number of their plane; none if they are.
    pub(super) logits: Option<(Logits<'a>, usize)>,
    /// None if no column has one.
    pub(super) sinks: Option<[f32; LANES]>,
}

impl<'a> Columns<'a> {
    #[inline(always)]
    pub(super) fn tile(tile: &'a mut [f32], n: usize, width: usize) -> Self {
        Self { src: None, dst: tile, n, stride: LANES, at: 0, width, logits: None, sinks: None }
    }

    /// `FULL` is whether there are sixteen columns in memory, and nothing to be done to their entries.
    #[inline(always)]
    pub(super) fn entry<S: Simd, const FULL: bool>(&self, s: S, j: usize) -> F32s<S> {
        let x = self.src.unwrap_or(self.dst);
        match &self.logits {
            Some((logits, outer)) if !FULL => {
                let place = Place { outer: *outer, first: j, at: self.at, width: self.width };
                let mut t = [0.0; LANES];
                logits.write_columns(place, Some((&x[j * self.stride + self.at..], 1)), (&mut t, LANES));
                F32s::load(s, &t)
            }
            _ => self.load::<S, FULL>(s, x, j),
        }
    }

    /// Settles the columns whose results are a matter of choice.
    #[inline(never)]
    pub(super) fn settle(&mut self, logits: &Logits<'_>, maxima: &[f32; LANES]) {
        let mut sinks = [logits.sink(); LANES];
        for (lane, &m) in maxima[..self.width].iter().enumerate() {
            if let Some([_, sink]) = logits.settle(&mut self.dst[self.at + lane..], self.stride, m) {
                sinks[lane] = sink;
            }
        }
        self.sinks = Some(sinks);
    }

    #[inline(always)]
    pub(super) fn maximum<S: Simd, const FULL: bool>(&self, s: S) -> F32s<S> {
        let mut maximum = F32s::splat(s, f32::NEG_INFINITY);
        for j in 0..self.n {
            maximum = self.entry::<S, FULL>(s, j).at_least(maximum);
        }
        maximum
    }

    #[inline(always)]
    pub(super) fn kept<F: Function, S: Simd, const FULL: bool>(&self, s: S, j: usize) -> F32s<S> {
        if F::KEEPS_TERMS { self.load::<S, FULL>(s, self.dst, j) } else { self.entry::<S, FULL>(s, j) }
    }

    #[inline(always)]
    pub(super) fn load<S: Simd, const FULL: bool>(&self, s: S, x: &[f32], j: usize) -> F32s<S> {
        let x = &x[j * self.stride + self.at..];
        if FULL || self.width == LANES {
            F32s::load(s, &x[..LANES])
        } else {
            F32s::load_part(s, &x[..self.width], 0.0)
        }
    }

    #[inline(always)]
    pub(super) fn put<S: Simd, const FULL: bool>(&mut self, j: usize, y: F32s<S>) {
        let to = &mut self.dst[j * self.stride + self.at..];
        if FULL || self.width == LANES {
            y.store(&mut to[..LANES]);
        } else {
            y.store_part(&mut to[..self.width]);
        }
    }

    /// The one result of each column.
    #[inline(always)]
    pub(super) fn results<F: Function, S: Simd>(
        &self,
        s: S,
        Summary { maximum, values }: Summary<S>,
    ) -> [f32; LANES] {
        let [mut results, mut maxima] = [[0.0; LANES]; 2];
        values[0].store(&mut results);
        maximum.store(&mut maxima);
        for (lane, y) in results[..self.width].iter_mut().enumerate() {
            if F::is_delicate(*y, maxima[lane]) {
                *y = self.in_f64(s, lane, maxima[lane]);
            }
        }
        results
    }

    #[cold]
    #[inline(always)]
    pub(super) fn in_f64<S: Simd>(&self, s: S, lane: usize, maximum: f32) -> f32 {
        let mut terms = InF64::new(maximum);
        let mut entries = [0.0; LANES];
        for j in 0..self.n {
            self.entry::<S, false>(s, j).store(&mut entries);
            terms.add(entries[lane]);
        }
        if let Some(sinks) = self.sinks {
            terms.add(sinks[lane]);
        }
        terms.result()
    }
}

pub(super) struct Summary<S: Simd> {
    maximum: F32s<S>,
    /// What the function says.
    values: [F32s<S>; 2],
}

#[inline(always)]
pub(super) fn columns_at<F: Function, S: Simd, const FULL: bool>(
    s: S,
    columns: &mut Columns<'_>,
) -> Summary<S> {
    let mut maximum = columns.maximum::<S, FULL>(s);
    let sinks = columns.sinks.map(
        #[inline(always)]
        |sinks| F32s::load(s, &sinks),
    );
    if let Some(sinks) = sinks {
        maximum = maximum.at_least(sinks);
    }
    let reference = Reference::new(maximum, !F::KEEPS_TERMS);
    let mut totals = if maximum.all_below(Reference::<S>::LARGE) {
        terms::<false, F, S, FULL>(s, columns, &reference)
    } else {
        terms::<true, F, S, FULL>(s, columns, &reference)
    };
    if let Some(sinks) = sinks {
        totals = add_sink::<F, S>(&reference, totals, sinks);
    }
    let values = F::summary(&reference, unscaled(totals.0), totals.1);
    if !F::REDUCES {
        for j in 0..columns.n {
            let y = F::result(columns.kept::<F, S, FULL>(s, j), values);
            columns.put::<S, FULL>(j, y);
        }
    }
    Summary { maximum, values }
}

/// The sums of the terms, scaled as [`unscaled`] wants them, and the numbers of maxima.
#[inline(always)]
fn terms<const OFFSET: bool, F: Function, S: Simd, const FULL: bool>(
    s: S,
    columns: &mut Columns<'_>,
    reference: &Reference<S>,
) -> (F64s<S>, F32s<S>) {
    let mut count = F32s::splat(s, 0.0);
    let n = columns.n;
    let sum = over_lanes(
        s,
        n,
        #[inline(always)]
        |lane| {
            let mut lanes = Lanes::<F, S>::new(s);
            for j in (lane..n).step_by(LANES) {
                let x = columns.entry::<S, FULL>(s, j);
                if F::KEEPS_TERMS {
                    let e = reference.term::<OFFSET>(x);
                    lanes.add(e);
                    columns.put::<S, FULL>(j, e);
                } else {
                    lanes.add_with_rest(reference.term_and_rest::<OFFSET>(x));
                    count = count + reference.is_maximum(x).select(1.0, 0.0);
                }
            }
            lanes.finish()
        },
    );
    (sum, count)
}
