//! Rows with some of the options, and their logits.

use activations::{Causal, Isa, SoftmaxOptions, table::OPERATIONS};
use activations_testing::families::Numbers;

const INF: f32 = f32::INFINITY;

/// Options, with masks of their own.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    scale: f32,
    soft_cap: Option<f32>,
    pub(crate) mask: Option<Vec<f32>>,
    pub(crate) keep: Option<Vec<bool>>,
    causal: Option<Causal>,
    pub(crate) sink: Option<f32>,
}

impl Case {
    /// For `count` rows of `cols`, some of the options.
    pub(crate) fn new(seed: u64, cols: usize, count: usize) -> Self {
        let mut numbers = Numbers::new(seed);
        let mut some = |share: f64| numbers.uniform() < share;
        let (scaled, capped, masked, kept, causal, has_sink) =
            (some(0.6), some(0.3), some(0.5), some(0.4), some(0.3), some(0.3));
        // A mask of one row, of half of them, or of all.
        let mut rows = || match (numbers.uniform() * 3.0) as usize {
            0 => 1,
            1 if count.is_multiple_of(2) => count / 2,
            _ => count,
        };
        let (mask_rows, keep_rows) = (rows(), rows());
        let mut normal = || numbers.normal() as f32;
        let scale = if scaled { normal() } else { 1.0 };
        let soft_cap = capped.then(|| normal() * 30.0);
        let mask =
            masked.then(|| (0..mask_rows * cols).map(|_| normal() * 3.0).collect::<Vec<_>>());
        let keep = kept.then(|| (0..keep_rows * cols).map(|_| normal() > -0.5).collect());
        let offset = (normal() * 5.0) as isize;
        let window = (normal() > 0.0).then(|| (normal().abs() * 10.0) as usize);
        let queries = (normal() > 0.0).then_some(3);
        let causal = causal.then(|| {
            let mut causal = Causal::new().offset(offset);
            (causal.window, causal.queries) = (window, queries);
            causal
        });
        let sink = has_sink.then(|| normal() * 5.0);
        let mask = mask.map(|mask| mask.iter().map(|&x| if x > 4.0 { -INF } else { x }).collect());
        Self { scale, soft_cap, mask, keep, causal, sink }
    }

    pub(crate) fn options(&self) -> SoftmaxOptions<'_> {
        let mut options = SoftmaxOptions::default();
        options.scale = self.scale;
        options.soft_cap = self.soft_cap;
        options.mask = self.mask.as_deref();
        options.keep = self.keep.as_deref();
        options.causal = self.causal;
        options.sink = self.sink;
        options
    }

    /// The logits, by the operations that the documentation names.
    pub(crate) fn logits(&self, isa: Isa, x: &[f32], cols: usize) -> Vec<f32> {
        let tanh = OPERATIONS.iter().find(|operation| operation.name == "tanh").expect("tanh");
        let mut t: Vec<f32> = x.iter().map(|x| x * self.scale).collect();
        if let Some(limit) = self.soft_cap {
            t = t.iter().map(|t| t / limit).collect();
            (tanh.kernels[0].apply)(isa, &mut t);
            // An excluded entry stays excluded.
            let capped =
                |(&t, x): (&f32, &f32)| if x * self.scale == -INF { -INF } else { t * limit };
            t = t.iter().zip(x).map(capped).collect();
        }
        for (i, t) in t.iter_mut().enumerate() {
            let (row, j) = (i / cols, (i % cols) as isize);
            if let Some(mask) = &self.mask {
                *t += mask[i % mask.len()];
            }
            let kept = self.keep.as_ref().is_none_or(|keep| keep[i % keep.len()]);
            let seen = self.causal.is_none_or(|Causal { offset, window, queries, .. }| {
                let i = queries.map_or(row, |queries| row % queries) as isize;
                j <= i + offset && window.is_none_or(|window| j > i + offset - window as isize)
            });
            if !kept || !seen {
                *t = -INF;
            }
        }
        t
    }
}
