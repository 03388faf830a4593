//! Up to sixteen neighbouring columns in memory.

use crate::{
    isa::Simd,
    rows::{
        logits::{Logits, Place},
        numerics::{function::Function, log_sum_exp::InF64, sum::LANES},
    },
    vector::F32s,
};

/// All bits set in sixteen lanes, then none: from `LANES - width` on, those of `width` columns.
const OWN: [f32; 2 * LANES] = {
    let mut own = [0.0; 2 * LANES];
    let mut lane = 0;
    while lane < LANES {
        own[lane] = f32::from_bits(u32::MAX);
        lane += 1;
    }
    own
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
    /// Whether the sums and the normalisers are those of the fast tier.
    pub(super) fast: bool,
}

impl<'a> Columns<'a> {
    #[inline(always)]
    pub(super) fn tile(tile: &'a mut [f32], n: usize, width: usize) -> Self {
        Self {
            src: None,
            dst: tile,
            n,
            stride: LANES,
            at: 0,
            width,
            logits: None,
            sinks: None,
            fast: false,
        }
    }

    /// Loads entry `j` of each column. `FULL` is whether there are sixteen columns in memory.
    #[inline(always)]
    pub(super) fn entry<S: Simd, const FULL: bool>(&self, s: S, j: usize) -> F32s<S> {
        self.load::<S, FULL>(s, self.src.unwrap_or(self.dst), j)
    }

    /// Calls `visit` with blocks of the entries, or of their logits, in `tile`.
    #[inline(always)]
    pub(super) fn each_block<S: Simd>(
        &self,
        s: S,
        tile: &mut [f32],
        mut visit: impl FnMut(&[f32]),
    ) {
        let block = tile.len() / LANES;
        for first in (0..self.n).step_by(block) {
            let tile = &mut tile[..block.min(self.n - first) * LANES];
            if self.logits.is_some() {
                self.write_logits(first, tile);
            } else {
                for (i, to) in tile.chunks_exact_mut(LANES).enumerate() {
                    self.entry::<S, false>(s, first + i).store(to);
                }
            }
            visit(tile);
        }
    }

    /// Writes the logits of the entries from `first` on to `tile`, and 0 to its other lanes.
    fn write_logits(&self, first: usize, tile: &mut [f32]) {
        let Self { stride, at, width, .. } = *self;
        let Some((logits, outer)) = &self.logits else { return };
        if width < LANES {
            tile.fill(0.0);
        }
        let x = &self.src.unwrap_or(self.dst)[first * stride + at..];
        let place = Place { outer: *outer, first, at, width };
        logits.write_columns(place, Some((x, stride)), (tile, LANES));
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
    pub(super) fn maximum<S: Simd, const FULL: bool>(&self, s: S, tile: &mut [f32]) -> F32s<S> {
        let mut maximum = F32s::splat(s, f32::NEG_INFINITY);
        if !FULL && self.logits.is_some() {
            self.each_block(
                s,
                tile,
                #[inline(always)]
                |logits| {
                    for x in logits.chunks_exact(LANES) {
                        maximum = F32s::load(s, x).at_least(maximum);
                    }
                },
            );
            return maximum;
        }
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

    /// Writes `image(self, j)` to entry `j` of each column. If there are sixteen columns (`FULL`),
    /// nothing is written to `tile`.
    #[inline(always)]
    pub(super) fn replace<S: Simd, const FULL: bool>(
        &mut self,
        s: S,
        tile: &mut [f32],
        image: impl Fn(&Self, usize) -> F32s<S>,
    ) {
        if !FULL {
            return self.replace_in_blocks(
                s,
                tile,
                image,
                #[inline(always)]
                |_| (),
            );
        }
        for j in 0..self.n {
            let y = image(self, j);
            y.store(&mut self.dst[j * self.stride + self.at..][..LANES]);
        }
    }

    /// Like [`replace`](Self::replace) for any number of columns. The images are made in `tile`, as
    /// many at a time as it can hold, and `visit` is called with each block of them.
    #[inline(always)]
    pub(super) fn replace_in_blocks<S: Simd>(
        &mut self,
        s: S,
        tile: &mut [f32],
        image: impl Fn(&Self, usize) -> F32s<S>,
        mut visit: impl FnMut(&[f32]),
    ) {
        let block = tile.len() / LANES;
        for first in (0..self.n).step_by(block) {
            let tile = &mut tile[..block.min(self.n - first) * LANES];
            for (i, to) in tile.chunks_exact_mut(LANES).enumerate() {
                image(self, first + i).store(to);
            }
            visit(tile);
            self.copy_from_tile(s, first, tile);
        }
    }

    /// Copies the entries in `tile` to the columns, the first of them to entry `first`.
    #[inline(always)]
    pub(super) fn copy_from_tile<S: Simd>(&mut self, s: S, first: usize, tile: &[f32]) {
        let Self { stride, at, width, .. } = *self;
        let dst = &mut self.dst[first * stride..][..tile.len() / LANES * stride];
        let own = F32s::load(s, &OWN[LANES - width..][..LANES]).bits();
        for (i, from) in tile.chunks_exact(LANES).enumerate() {
            let y = F32s::load(s, from);
            let to = &mut dst[i * stride + at..];
            match to.get_mut(..LANES) {
                // If there are no other columns, the elements after these are written next.
                Some(to) if width == LANES || at == 0 => y.store(to),
                // The compiler makes a masked store of a selection, which takes several times as
                // long as these bitwise operations.
                Some(to) => {
                    let other = F32s::load(s, to).bits();
                    (other ^ ((other ^ y.bits()) & own)).float().store(to);
                }
                None => y.store_part(&mut to[..width]),
            }
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
        let Self { src, ref dst, n, stride, at, width, logits, sinks, fast } = *self;
        let src = Some(src.unwrap_or(dst));
        Columns { src, dst: &mut [], n, stride, at, width, logits, sinks, fast }
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
