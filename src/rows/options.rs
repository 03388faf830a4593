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
pub struct Options<'a> {
    /// The factor of every entry. For softmax and log-softmax an infinite one stands for the
    /// temperature 0.
    pub scale: f32,
    /// The limit c of c · tanh(t / c). 0 and ∞ mean none.
    pub soft_cap: Option<f32>,
    /// Added to the scores; −∞ excludes an entry.
    pub mask: Option<&'a [f32]>,
    /// Which entries are kept; the others are excluded.
    pub keep: Option<&'a [bool]>,
    /// The causal mask, which excludes entries in the future.
    pub causal: Option<Causal>,
    /// Attention sink: an additional logit that enters the normaliser and has no output.
    pub sink: Option<f32>,
    /// The results of a row in which no entry counts.
    pub empty: EmptyRow,
    /// The results of a row with logits of +∞.
    pub infinity: Infinity,
}

/// The entries j that query i of causal attention sees: j ≤ i + offset and, with a window, j > i +
/// offset − window.
///
/// ```
/// use activations::{Causal, RowActivation, Softmax};
///
/// let mut scores = [0.0; 4]; // two queries, two keys
/// Softmax::new().causal(Causal::default()).rows(&mut scores, 2);
/// assert_eq!(scores, [1.0, 0.0, 0.5, 0.5]);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Causal {
    /// The number of keys before the first query: keys − queries where both end together.
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
/// A NaN that is read makes the row NaN all the same.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum EmptyRow {
    /// NaN, as PyTorch and ONNX Runtime have it.
    #[default]
    Nan,
    /// 0 for each entry.
    Zeros,
    /// 1 / n for each of the n entries.
    Uniform,
}

/// What softmax makes of a row with logits of +∞. Log-softmax gives the logarithm.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Infinity {
    /// NaN, the whole row.
    #[default]
    Nan,
    /// 1 / c for each of the c logits of +∞, and 0 for the others.
    Shared,
}

impl Options<'_> {
    /// None of them: t = x.
    pub(crate) const NONE: Self = Self {
        scale: 1.0,
        soft_cap: None,
        mask: None,
        keep: None,
        causal: None,
        sink: None,
        empty: EmptyRow::Nan,
        infinity: Infinity::Nan,
    };

    /// Refuses masks that are not a row, or a number of planes `[n, inner]` that goes into `count`
    /// of them.
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

impl Default for Options<'_> {
    fn default() -> Self {
        Self::NONE
    }
}

impl Causal {
    /// The entries from the first to before the second of `n` that row `row` sees.
    pub(super) fn seen(&self, row: usize, n: usize) -> [usize; 2] {
        let i = self.queries.and_then(|queries| row.checked_rem(queries)).unwrap_or(row);
        let end = (i + 1).saturating_add_signed(self.offset);
        let first = self.window.map_or(0, |window| end.saturating_sub(window));
        [first.min(n), end.min(n)]
    }
}
