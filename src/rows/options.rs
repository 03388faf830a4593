//! The options: how scores become logits, and the results of degenerate rows.

/// Transforms the scores of a row before the softmax, and chooses the result of a row whose scores
/// are all masked.
///
/// There are three steps, each an f32 operation that rounds once: t = scale · x, then soft cap ·
/// tanh(t / soft cap), then t + mask. Entries that `keep` or `causal` exclude become −∞ whatever
/// they were, NaN included. So a function with options gives the bits that it gives without them
/// for rows of such t.
///
/// The masks are blocks of whole rows, and are repeated: row i of the call meets row i mod k of a
/// mask of k rows. Along an axis the shape of a mask is `[k, n, inner]`, or `[n]`.
///
/// ```
/// use activations::{EmptyRow, RowActivation, Softmax};
///
/// let mut scores = [8.0, 8.0, f32::NAN, 1.0, 2.0, 3.0];
/// let keep = [true, true, false, false, false, false];
/// Softmax::new().scale(0.25).keep(&keep).empty_rows(EmptyRow::Zeros).rows(&mut scores, 3);
/// assert_eq!(scores, [0.5, 0.5, 0.0, 0.0, 0.0, 0.0]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct SoftmaxOptions<'a> {
    /// The factor of every score.
    pub scale: f32,
    /// Whether only the first of the largest scores gets a result other than 0, the limit of
    /// temperature 0. With a negative scale it is the first of the smallest.
    /// [`LogSumExp`](crate::LogSumExp) ignores this option.
    pub argmax: bool,
    /// The soft cap c of c · tanh(t / c), which leaves −∞ as it is. 0 and ∞ mean none.
    pub soft_cap: Option<f32>,
    /// Added to the scores; −∞ excludes an entry.
    pub mask: Option<&'a [f32]>,
    /// Which entries are kept; the others are excluded.
    pub keep: Option<&'a [bool]>,
    /// The causal mask, which excludes entries in the future.
    pub causal: Option<Causal>,
    /// Attention sink: an additional logit that enters the normaliser and has no output.
    pub sink: Option<f32>,
    /// The results of a row whose entries are all excluded.
    pub empty_rows: EmptyRow,
    /// The results of a row with logits of +∞.
    pub infinite_logits: InfiniteLogits,
}

/// The entries j that query i of causal attention sees: j ≤ i + offset and, with a window, j > i +
/// offset − window.
///
/// ```
/// use activations::{Causal, RowActivation, Softmax};
///
/// let mut scores = [0.0_f32; 4]; // two queries, two keys
/// Softmax::new().causal(Causal::new()).rows(&mut scores, 2);
/// assert_eq!(scores, [1.0, 0.0, 0.5, 0.5]);
///
/// let mut scores = [0.0_f32; 6]; // two queries, three keys: both end together
/// Softmax::new().causal(Causal::new().offset(1).window(2)).rows(&mut scores, 3);
/// assert_eq!(scores, [0.5, 0.5, 0.0, 0.0, 0.5, 0.5]);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Causal {
    /// The number of keys before the first query. It is keys − queries if both end together.
    pub offset: isize,
    /// The largest number of entries that a query sees.
    pub window: Option<usize>,
    /// The number of rows after which i starts at 0 again, as in a batch of heads. If `None`, i is
    /// the index of the row.
    pub queries: Option<usize>,
}

/// The softmax of a row whose entries are all −∞ or masked, without a sink. Log-softmax gives the
/// logarithm.
///
/// A NaN that is not masked still makes the row NaN.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum EmptyRow {
    /// NaN, as PyTorch and ONNX Runtime have it.
    #[default]
    Nan,
    /// 0 for each entry.
    Zeros,
    /// 1 / n for each of the n entries.
    Uniform,
}

/// The softmax of a row with logits of +∞. Log-softmax gives the logarithm.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum InfiniteLogits {
    /// NaN, for the whole row.
    #[default]
    Nan,
    /// 1 / c for each of the c logits of +∞, and 0 for the others.
    Shared,
}

impl<'a> SoftmaxOptions<'a> {
    /// No options: t = x.
    pub(crate) const NONE: Self = Self {
        scale: 1.0,
        argmax: false,
        soft_cap: None,
        mask: None,
        keep: None,
        causal: None,
        sink: None,
        empty_rows: EmptyRow::Nan,
        infinite_logits: InfiniteLogits::Nan,
    };

    /// No options: each logit is its entry.
    #[must_use]
    pub const fn new() -> Self {
        Self::NONE
    }

    /// Multiplies every entry by `scale` first.
    #[must_use]
    pub const fn scale(mut self, scale: f32) -> Self {
        self.scale = scale;
        self
    }

    /// Divides every score by `temperature`: the scale is its reciprocal. At temperature 0 the
    /// first of the largest unmasked scores gets 1 and all others 0. Finite mask values, the sink
    /// and the soft cap are then ignored.
    #[must_use]
    pub const fn temperature(mut self, temperature: f32) -> Self {
        let scale = 1.0 / temperature;
        self.argmax = scale.is_infinite();
        self.scale = match scale {
            _ if temperature == 0.0 => 1.0,
            f32::INFINITY => 1.0,
            f32::NEG_INFINITY => -1.0,
            scale => scale,
        };
        self
    }

    /// Keeps the logits within ±`limit`, after the scale and before the mask, by
    /// limit · tanh(t / limit).
    #[must_use]
    pub const fn soft_cap(mut self, limit: f32) -> Self {
        self.soft_cap = Some(limit);
        self
    }

    /// Adds `mask` to the scores: one row for all rows, one for each, or a number of rows that
    /// divides theirs and is repeated.
    #[must_use]
    pub const fn mask(mut self, mask: &'a [f32]) -> Self {
        self.mask = Some(mask);
        self
    }

    /// Excludes the entries whose `keep` is false; their values do not matter. Its length follows
    /// the rule of [`mask`](Self::mask).
    #[must_use]
    pub const fn keep(mut self, keep: &'a [bool]) -> Self {
        self.keep = Some(keep);
        self
    }

    /// Excludes the entries that a row, as a query, does not see.
    #[must_use]
    pub const fn causal(mut self, causal: Causal) -> Self {
        self.causal = Some(causal);
        self
    }

    /// Adds an attention sink to each row: e^`logit` enters the sum, last, and has no result. A
    /// sink of 0 is the quiet softmax.
    #[must_use]
    pub const fn sink(mut self, logit: f32) -> Self {
        self.sink = Some(logit);
        self
    }

    /// Chooses the results of a row in which no entry counts.
    #[must_use]
    pub const fn empty_rows(mut self, empty_rows: EmptyRow) -> Self {
        self.empty_rows = empty_rows;
        self
    }

    /// Chooses the results of a row that has logits of +∞.
    #[must_use]
    pub const fn infinite_logits(mut self, infinite_logits: InfiniteLogits) -> Self {
        self.infinite_logits = infinite_logits;
        self
    }

    /// Panics unless each mask is a row, or a number of planes `[n, inner]` that divides `count`.
    #[track_caller]
    pub(super) fn check(&self, count: usize, n: usize, inner: usize) {
        if let Some(mask) = self.mask {
            check_mask("mask", mask.len(), [count, n, inner]);
        }
        if let Some(keep) = self.keep {
            check_mask("keep", keep.len(), [count, n, inner]);
        }
    }
}

#[track_caller]
fn check_mask(name: &str, len: usize, [count, n, inner]: [usize; 3]) {
    let plane = n.saturating_mul(inner);
    let repeated =
        plane > 0 && len > 0 && len.is_multiple_of(plane) && count.is_multiple_of(len / plane);
    assert!(
        count * plane == 0 || len == n || repeated,
        "{name} has {len} elements, for {count} times [{n}, {inner}]"
    );
}

impl Default for SoftmaxOptions<'_> {
    fn default() -> Self {
        Self::NONE
    }
}

impl Causal {
    /// Query i sees the entries j ≤ i, and i is the number of its row.
    #[must_use]
    pub const fn new() -> Self {
        Self { offset: 0, window: None, queries: None }
    }

    /// Query i sees the entries j ≤ i + `offset`: keys − queries where both end together.
    #[must_use]
    pub const fn offset(mut self, offset: isize) -> Self {
        self.offset = offset;
        self
    }

    /// A query sees at most the last `window` of its entries.
    #[must_use]
    pub const fn window(mut self, window: usize) -> Self {
        self.window = Some(window);
        self
    }

    /// Query i is row i modulo `queries`, as in a batch of heads.
    #[must_use]
    pub const fn queries(mut self, queries: usize) -> Self {
        self.queries = Some(queries);
        self
    }

    /// Returns the range of the `n` entries that row `row` sees: the first, and the one after the
    /// last.
    pub(super) fn seen(&self, row: usize, n: usize) -> [usize; 2] {
        let i = self.queries.and_then(|queries| row.checked_rem(queries)).unwrap_or(row);
        let end = (i + 1).saturating_add_signed(self.offset);
        let first = self.window.map_or(0, |window| end.saturating_sub(window));
        [first.min(n), end.min(n)]
    }
}
