//! Rows with some of the options, and their logits.

use activations::{Causal, Isa, SoftmaxOptions, table::OPERATIONS};
use activations_testing::families::Numbers;

const INF: f32 = f32::INFINITY;

/// A mask, and its sizes in batch, heads and queries if they are told.
#[derive(Clone, Debug)]
pub(crate) struct Mask<T> {
    values: Vec<T>,
    shape: Option<[usize; 3]>,
}

/// Options, with masks of their own.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    scale: f32,
    temperature: f32,
    soft_cap: Option<f32>,
    cap_after_mask: bool,
    mask: Option<Mask<f32>>,
    slopes: Option<Vec<f32>>,
    keep: Option<Mask<bool>>,
    causal: Option<Causal>,
    lengths: Option<Vec<usize>>,
    sink: Option<f32>,
    sinks: Option<Vec<f32>>,
    pub(crate) shape: [usize; 3],
    first_row: Option<usize>,
}

/// The logits of a row whose softmax is that of its scores, and its sink.
pub(crate) struct Row {
    pub(crate) logits: Vec<f32>,
    pub(crate) sink: Option<f32>,
}

impl<T: Copy> Mask<T> {
    /// One row, a row for each, or of sizes of its own.
    fn new(
        numbers: &mut Numbers,
        shape: [usize; 3],
        cols: usize,
        mut value: impl FnMut(&mut Numbers) -> T,
    ) -> Self {
        let sizes = match (numbers.uniform() * 4.0) as usize {
            0 => [1; 3],
            1 => shape,
            _ => shape.map(|size| if numbers.uniform() < 0.5 { 1 } else { size }),
        };
        let rows: usize = sizes.iter().product();
        let is_usual = rows == 1 || sizes == shape;
        let values = (0..rows * cols).map(|_| value(numbers)).collect();
        Self { values, shape: (!is_usual || numbers.uniform() < 0.5).then_some(sizes) }
    }

    /// What it has for entry `j` of a row.
    fn at(&self, shape: [usize; 3], row: usize, j: usize, cols: usize) -> T {
        let rows = self.values.len() / cols;
        let sizes = self.shape.unwrap_or(if rows == 1 { [1; 3] } else { shape });
        let place = [row / (shape[1] * shape[2]), row / shape[2] % shape[1], row % shape[2]];
        let row = (0..3).fold(0, |row, axis| row * sizes[axis] + place[axis] % sizes[axis]);
        self.values[row * cols + j]
    }

    /// With the columns at the place of the axes that follow `axes` of batch, heads and queries.
    fn along(&self, shape: [usize; 3], axes: usize, cols: usize) -> Self {
        let rows = self.values.len() / cols;
        let sizes = self.shape.unwrap_or(if rows == 1 { [1; 3] } else { shape });
        let outer = sizes[..axes].iter().product();
        Self { values: along(&self.values, outer, cols), shape: self.shape }
    }
}

/// Rows of `cols` entries as columns: `[outer, inner, cols]` as `[outer, cols, inner]`.
pub(crate) fn along<T: Copy>(x: &[T], outer: usize, cols: usize) -> Vec<T> {
    let plane = x.len() / outer;
    let inner = plane / cols;
    let of_plane =
        |x: &[T]| (0..plane).map(|i| x[i % inner * cols + i / inner]).collect::<Vec<_>>();
    x.chunks(plane).flat_map(of_plane).collect()
}

impl Case {
    /// For `count` rows of `cols`, some of the options.
    pub(crate) fn new(seed: u64, cols: usize, count: usize) -> Self {
        let mut numbers = Numbers::new(seed);
        let divisor = |numbers: &mut Numbers, of: usize| {
            let all: Vec<_> = (1..=of).filter(|&size| of.is_multiple_of(size)).collect();
            all[(numbers.uniform() * all.len() as f64) as usize]
        };
        let queries = divisor(&mut numbers, count);
        let heads = divisor(&mut numbers, count / queries);
        let shape = [count / queries / heads, heads, queries];
        let some = |numbers: &mut Numbers, share: f64| numbers.uniform() < share;
        let normal = |numbers: &mut Numbers| numbers.normal() as f32;
        let scale = if some(&mut numbers, 0.6) { normal(&mut numbers) } else { 1.0 };
        let temperatures = [1.0, 1.0, 0.7, 3.0, 2.0, 1e-38, -0.3];
        let temperature = temperatures[(numbers.uniform() * temperatures.len() as f64) as usize];
        let soft_cap = some(&mut numbers, 0.3).then(|| normal(&mut numbers) * 30.0);
        let cap_after_mask = some(&mut numbers, 0.3);
        let bias = |numbers: &mut Numbers| match normal(numbers) * 3.0 {
            x if x > 4.0 => -INF,
            x => x,
        };
        let mask = some(&mut numbers, 0.5).then(|| Mask::new(&mut numbers, shape, cols, bias));
        let has_slopes = mask.is_some() && some(&mut numbers, 0.3);
        let slopes = has_slopes.then(|| (0..heads).map(|_| normal(&mut numbers).abs()).collect());
        let is_kept = |numbers: &mut Numbers| normal(numbers) > -0.5;
        let keep = some(&mut numbers, 0.4).then(|| Mask::new(&mut numbers, shape, cols, is_kept));
        let causal = some(&mut numbers, 0.3).then(|| {
            let mut causal = Causal::new().offset((normal(&mut numbers) * 5.0) as isize);
            causal.window =
                some(&mut numbers, 0.5).then(|| (normal(&mut numbers).abs() * 10.0) as usize);
            causal.queries = some(&mut numbers, 0.5).then(|| divisor(&mut numbers, count));
            causal
        });
        let has_lengths = some(&mut numbers, 0.2);
        let lengths = has_lengths.then(|| {
            (0..shape[0]).map(|_| (numbers.uniform() * (cols + 1) as f64) as usize).collect()
        });
        let sink = some(&mut numbers, 0.2).then(|| normal(&mut numbers) * 5.0);
        let has_sinks = sink.is_none() && some(&mut numbers, 0.2);
        let sinks = has_sinks.then(|| (0..heads).map(|_| normal(&mut numbers) * 5.0).collect());
        Self {
            scale,
            temperature,
            soft_cap,
            cap_after_mask,
            mask,
            slopes,
            keep,
            causal,
            lengths,
            sink,
            sinks,
            shape,
            first_row: None,
        }
    }

    /// Whether something needs to know batch, heads and queries.
    fn has_shape(&self) -> bool {
        let shape = |mask: &Option<[usize; 3]>| mask.is_some();
        self.mask.as_ref().is_some_and(|mask| shape(&mask.shape))
            || self.keep.as_ref().is_some_and(|keep| shape(&keep.shape))
            || self.slopes.is_some()
            || self.lengths.is_some()
            || self.sinks.is_some()
    }

    pub(crate) fn options(&self) -> SoftmaxOptions<'_> {
        let mut options = SoftmaxOptions::default();
        options.scale = self.scale;
        options.temperature = self.temperature;
        options.soft_cap = self.soft_cap;
        options.soft_cap_after_mask = self.cap_after_mask;
        options.mask = self.mask.as_ref().map(|mask| &mask.values[..]);
        options.mask_shape = self.mask.as_ref().and_then(|mask| mask.shape);
        options.mask_slopes = self.slopes.as_deref();
        options.keep = self.keep.as_ref().map(|keep| &keep.values[..]);
        options.keep_shape = self.keep.as_ref().and_then(|keep| keep.shape);
        options.causal = self.causal;
        options.lengths = self.lengths.as_deref();
        options.sink = self.sink;
        options.sinks = self.sinks.as_deref();
        options.shape = self.has_shape().then_some(self.shape);
        options.first_row = self.first_row;
        options
    }

    /// The case for a call whose first row is this one.
    pub(crate) fn at_row(&self, row: usize) -> Self {
        Self { first_row: Some(row), ..self.clone() }
    }

    /// The case for scores whose entries lie along the axis that follows `axes` of batch, heads and
    /// queries.
    pub(crate) fn along(&self, axes: usize, cols: usize) -> Self {
        let mut along = self.clone();
        along.mask = self.mask.as_ref().map(|mask| mask.along(self.shape, axes, cols));
        along.keep = self.keep.as_ref().map(|keep| keep.along(self.shape, axes, cols));
        along
    }

    /// The logits of a row, by the operations that the documentation names, and in f64.
    fn logits(&self, isa: Isa, row: usize, x: &[f32]) -> Vec<(f32, f64)> {
        let ([_, heads, queries], cols) = (self.shape, x.len());
        let capped = |t: f32, is_excluded: bool| match self.soft_cap {
            Some(_) if is_excluded => t,
            Some(limit) => {
                let tanh = OPERATIONS.iter().find(|operation| operation.name == "tanh");
                let mut t = [t / limit];
                (tanh.expect("tanh").kernels[0].apply)(isa, &mut t);
                t[0] * limit
            }
            None => t,
        };
        let query = self.causal.map_or(0, |causal| {
            let usual = if self.has_shape() { row % queries } else { row };
            causal.queries.map_or(usual, |queries| row % queries)
        });
        let logit = |(j, &x): (usize, &f32)| {
            let mut t = x * self.scale / self.temperature;
            let mut exact = f64::from(x) * f64::from(self.scale) / f64::from(self.temperature);
            let mut is_excluded = x.is_infinite() && t == -INF;
            if !self.cap_after_mask {
                t = capped(t, is_excluded);
            }
            if let Some(mask) = &self.mask {
                let slope =
                    self.slopes.as_ref().map_or(1.0, |slopes| slopes[row / queries % heads]);
                let mask = mask.at(self.shape, row, j, cols) * slope;
                t = if mask == -INF && x.is_finite() { mask } else { t + mask };
                exact += f64::from(mask);
                is_excluded |= mask == -INF;
            }
            if self.cap_after_mask {
                t = capped(t, is_excluded);
            }
            (t, if self.soft_cap.is_some() { f64::from(t) } else { exact })
        };
        x.iter()
            .enumerate()
            .map(logit)
            .enumerate()
            .map(|(j, t)| {
                let kept =
                    self.keep.as_ref().is_none_or(|keep| keep.at(self.shape, row, j, x.len()));
                let seen = self.causal.is_none_or(|Causal { offset, window, .. }| {
                    let (i, j) = (query as isize, j as isize);
                    j <= i + offset && window.is_none_or(|window| j > i + offset - window as isize)
                });
                let batch = row / (heads * queries);
                let counts = self.lengths.as_ref().is_none_or(|lengths| j < lengths[batch]);
                if kept && seen && counts { t } else { (-INF, f64::NEG_INFINITY) }
            })
            .collect()
    }
    /// The rows, as f32 operations make their logits.
    pub(crate) fn rows(&self, isa: Isa, x: &[f32], cols: usize) -> Vec<Row> {
        let [_, heads, queries] = self.shape;
        let row = |(row, x): (usize, &[f32])| {
            let logits = self.logits(isa, row, x).into_iter().map(|(t, _)| t).collect();
            let sink = self.sinks.as_ref().map(|sinks| sinks[row / queries % heads]);
            Row { logits, sink: sink.or(self.sink) }
        };
        x.chunks_exact(cols).enumerate().map(row).collect()
    }

    /// As [`rows`](Self::rows), but where finite scores have logits beyond the range, they are
    /// relative to the largest, and a sink within the range is nothing beside them, or all.
    pub(crate) fn limits(&self, isa: Isa, x: &[f32], cols: usize) -> Vec<Row> {
        let mut rows = self.rows(isa, x, cols);
        for (i, (row, x)) in rows.iter_mut().zip(x.chunks_exact(cols)).enumerate() {
            let logits = self.logits(isa, i, x);
            let leaves = |&(t, exact): &(f32, f64)| {
                t.is_nan() != exact.is_nan() || (t.is_infinite() && exact.is_finite())
            };
            if !logits.iter().any(leaves) {
                continue;
            }
            let largest = logits.iter().map(|&(_, exact)| exact).fold(f64::NEG_INFINITY, f64::max);
            let offset = if (largest as f32).is_finite() { 0.0 } else { largest };
            row.logits = logits.iter().map(|&(_, exact)| (exact - offset) as f32).collect();
            if row.sink.is_some() && offset > 0.0 {
                row.sink = None;
            } else if row.sink.is_some() && offset < 0.0 {
                row.logits.fill(-INF);
            }
        }
        rows
    }
}
