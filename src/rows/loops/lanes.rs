//! Sixteen rows, one in each lane: nothing crosses lanes then.

use crate::{
    isa::Simd,
    rows::{
        logits::{Logits, Place},
        numerics::{
            function::{Function, On},
            log_sum_exp::InF64,
            sum::{LANES, Lanes, add_sink, over_lanes, without_maximum},
            terms::Reference,
        },
    },
    vector::{F32s, F64s},
};

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

    /// `FULL` is whether there are sixteen columns in memory, and nothing to be done to their
    /// entries.
    #[inline(always)]
    pub(super) fn entry<S: Simd, const FULL: bool>(&self, s: S, j: usize) -> F32s<S> {
        let x = self.src.unwrap_or(self.dst);
        match &self.logits {
            Some((logits, outer)) if !FULL => {
                let place = Place { outer: *outer, first: j, at: self.at, width: self.width };
                let mut t = [0.0; LANES];
                logits.write_columns(
                    place,
                    Some((&x[j * self.stride + self.at..], 1)),
                    (&mut t, LANES),
                );
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
            if let Some([_, sink]) = logits.settle(&mut self.dst[self.at + lane..], self.stride, m)
            {
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
        if F::KEEPS_TERMS {
            self.load::<S, FULL>(s, self.dst, j)
        } else {
            self.entry::<S, FULL>(s, j)
        }
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
    let mut totals = totals::<F, S, FULL>(s, columns, &reference);
    if let Some(sinks) = sinks {
        totals = add_sink::<F, S>(&reference, totals, sinks);
    }
    let values = F::summary(&reference, totals.0, totals.1);
    if !F::REDUCES {
        for j in 0..columns.n {
            let y = F::result(columns.kept::<F, S, FULL>(s, j), values);
            columns.put::<S, FULL>(j, y);
        }
    }
    Summary { maximum, values }
}

/// The sums of the terms, scaled as [`unscaled`] wants them, and the numbers of maxima that are not
/// in them.
#[inline(always)]
fn totals<F: Function, S: Simd, const FULL: bool>(
    s: S,
    columns: &mut Columns<'_>,
    reference: &Reference<S>,
) -> (F64s<S>, F32s<S>) {
    if !<F as On<S>>::SUMS_ALL {
        return terms_but_maxima::<F, S, FULL>(s, columns, reference);
    }
    let large = !reference.maximum.all_below(Reference::<S>::LARGE);
    if large && F::KEEPS_TERMS {
        // To where their terms will be: so the loop that makes terms of them is the same.
        for j in 0..columns.n {
            let x = columns.entry::<S, FULL>(s, j) - reference.offset;
            columns.put::<S, FULL>(j, x);
        }
        columns.src = None;
    }
    let sums = if F::KEEPS_TERMS || !large {
        terms::<false, F, S, FULL>(s, columns, reference)
    } else {
        terms::<true, F, S, FULL>(s, columns, reference)
    };
    without_maxima::<F, S, FULL>(s, columns, reference, sums)
}

/// The sums without the maxima and the numbers of those that are left out, unless the function
/// wants all terms.
#[inline(always)]
pub(super) fn without_maxima<F: Function, S: Simd, const FULL: bool>(
    s: S,
    columns: &Columns<'_>,
    reference: &Reference<S>,
    sums: F64s<S>,
) -> (F64s<S>, F32s<S>) {
    let one = F32s::splat(s, 1.0);
    if F::KEEPS_TERMS {
        return (sums, one);
    }
    let largest = reference.term::<true>(reference.maximum);
    let (others, kept) = without_maximum(sums, largest);
    let lost = kept.select(0.0, one);
    if lost.all_below(1.0) {
        return (others, one);
    }
    let (exact, number) = terms_but_maxima::<F, S, FULL>(s, columns, reference);
    let (mut mixed, mut instead, mut is_lost) = ([0.0; LANES], [0.0; LANES], [0.0; LANES]);
    others.store(&mut mixed);
    exact.store(&mut instead);
    lost.store(&mut is_lost);
    for lane in 0..LANES {
        if is_lost[lane] == 1.0 {
            mixed[lane] = instead[lane];
        }
    }
    (F64s::load(s, &mixed), kept.select(one, number))
}

#[inline(always)]
fn terms<const OFFSET: bool, F: Function, S: Simd, const FULL: bool>(
    s: S,
    columns: &mut Columns<'_>,
    reference: &Reference<S>,
) -> F64s<S> {
    let n = columns.n;
    // From memory they are widened at less cost than from registers.
    if F::KEEPS_TERMS {
        for j in 0..n {
            let e = reference.term::<OFFSET>(columns.entry::<S, FULL>(s, j));
            columns.put::<S, FULL>(j, e);
        }
    }
    over_lanes(
        s,
        n,
        #[inline(always)]
        |lane| {
            if lane >= n {
                return F64s::splat(s, 0.0);
            }
            let kept = columns.kept::<F, S, FULL>(s, lane);
            let mut lanes = Lanes::<F, S>::of(if F::KEEPS_TERMS {
                kept
            } else {
                reference.term::<OFFSET>(kept)
            });
            let mut j = lane + LANES;
            while j < n {
                let kept = columns.kept::<F, S, FULL>(s, j);
                lanes.add(if F::KEEPS_TERMS { kept } else { reference.term::<OFFSET>(kept) });
                j += LANES;
            }
            lanes.finish()
        },
    )
}

#[inline(always)]
fn terms_but_maxima<F: Function, S: Simd, const FULL: bool>(
    s: S,
    columns: &Columns<'_>,
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
                lanes.add_with_rest(reference.term_and_rest::<true>(x));
                count = count + reference.is_maximum(x).select(1.0, 0.0);
            }
            lanes.finish()
        },
    );
    (sum, count)
}
