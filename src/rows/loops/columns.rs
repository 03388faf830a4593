//! Up to sixteen neighbouring columns in memory.

use crate::{
    isa::Simd,
    rows::{
        logits::{Logits, Place},
        numerics::{function::Function, log_sum_exp::InF64, sum::LANES},
    },
    vector::F32s,
};

/// Up to sixteen neighbouring columns.
pub(super) struct Columns<'a> {
    pub(super) src: Option<&'a [f32]>,
    pub(super) dst: &'a mut [f32],
    pub(super) n: usize,
    pub(super) stride: usize,
    pub(super) at: usize,
    pub(super) width: usize,
    /// The options and the index of the plane, or `None` if the entries need no transformation.
    pub(super) logits: Option<(&'a Logits<'a>, usize)>,
    /// The sinks of the columns, or `None` if no column has one.
    pub(super) sinks: Option<[f32; LANES]>,
}

impl<'a> Columns<'a> {
    #[inline(always)]
    pub(super) fn tile(tile: &'a mut [f32], n: usize, width: usize) -> Self {
        Self { src: None, dst: tile, n, stride: LANES, at: 0, width, logits: None, sinks: None }
    }

    /// Loads entry `j` of each column. `FULL` is whether there are sixteen columns in memory whose
    /// entries need no transformation.
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

    /// Rewrites degenerate columns as ordinary ones with the requested results.
    #[inline(never)]
    pub(super) fn settle(&mut self, logits: &Logits<'_>, maxima: &[f32; LANES]) {
        let Some(mut sinks) = self.sinks else { return };
        for (lane, &m) in maxima[..self.width].iter().enumerate() {
            if let Some([_, sink]) =
                logits.settle(&mut self.dst[self.at + lane..], self.stride, m, sinks[lane])
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
        if FULL {
            return F32s::load(s, &x[..LANES]);
        }
        // The lanes after the last column may hold the elements that follow in memory, because
        // nothing crosses lanes. Loading a whole register takes less time.
        match x.get(..LANES) {
            Some(x) => F32s::load(s, x),
            None => F32s::load_part(s, &x[..self.width], 0.0),
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

    /// Returns the one result of each column.
    #[inline(always)]
    pub(super) fn results<F: Function, S: Simd>(
        &self,
        Summary { maximum, values }: Summary<S>,
    ) -> [f32; LANES] {
        let [mut results, mut maxima] = [[0.0; LANES]; 2];
        values[0].store(&mut results);
        maximum.store(&mut maxima);
        for (lane, y) in results[..self.width].iter_mut().enumerate() {
            if F::is_delicate(*y, maxima[lane]) {
                *y = self.copy().in_f64(lane, maxima[lane]);
            }
        }
        results
    }

    /// Returns a copy with the entries alone, for a rare call. If the address of `self` were
    /// passed, the struct would stay in memory, and the loops that use it would be slower.
    #[inline(always)]
    pub(super) fn copy(&self) -> Columns<'_> {
        let Self { src, ref dst, n, stride, at, width, logits, sinks } = *self;
        let src = Some(src.unwrap_or(dst));
        Columns { src, dst: &mut [], n, stride, at, width, logits, sinks }
    }

    #[cold]
    #[inline(never)]
    fn in_f64(&self, lane: usize, maximum: f32) -> f32 {
        let x = self.src.unwrap_or(self.dst);
        let mut terms = InF64::new(maximum);
        for j in 0..self.n {
            let x = &x[j * self.stride + self.at..];
            terms.add(match &self.logits {
                Some((logits, outer)) => {
                    let entry = Place { outer: *outer, first: j, at: self.at, width: self.width };
                    let mut t = [0.0; LANES];
                    logits.write_columns(entry, Some((x, 1)), (&mut t, LANES));
                    t[lane]
                }
                None => x[lane],
            });
        }
        if let Some(sinks) = self.sinks {
            terms.add(sinks[lane]);
        }
        terms.result()
    }
}

pub(super) struct Summary<S: Simd> {
    pub(super) maximum: F32s<S>,
    /// The normaliser, as the function computes it.
    pub(super) values: [F32s<S>; 2],
}
