//! What may be done to the entries of a row before they become exponents.

/// How logits follow from the entries of a row, and what rows without any give.
///
/// In this order, each step an f32 operation that rounds once: t = scale · x, then soft cap ·
/// tanh(t / soft cap), then t + mask. Entries that `keep` or `causal` exclude are −∞ whatever they
/// were, NaN included. So a function with options gives the bits that it gives without them for
/// rows of such t.
///
/// The masks are read in blocks of whole rows, and repeated: row i of the call meets row i mod k of
/// a mask of k rows. Along an axis a mask is `[k, n, inner]`, or only `n` long.
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
    /// What is added to each entry; −∞ excludes it.
    pub mask: Option<&'a [f32]>,
    /// Which entries count.
    pub keep: Option<&'a [bool]>,
    /// Which entries are in the past.
    pub causal: Option<Causal>,
    /// A logit more, which takes its share and gives no result.
    pub sink: Option<f32>,
    /// The results of a row in which no entry counts.
    pub empty: EmptyRow,
    /// The results of a row with logits of +∞.
    pub infinity: Infinity,
}

/// The entries that a query of causal attention sees: j ≤ i + offset, and in a window j > i +
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
    /// How many entries are seen at most.
    pub window: Option<usize>,
    /// After so many rows i starts at 0 again, as in a batch of heads; else i is the row's number.
    pub queries: Option<usize>,
}

/// What softmax makes of a row in which no entry counts: all −∞, all masked, and no sink.
/// Log-softmax gives the logarithm.
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
    /// The c logits of +∞ have 1 / c each, and the others 0.
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
