//! What the rows of attention have: causal masks, and slopes of positions.

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
    /// the query that [`SoftmaxOptions::shape`](crate::SoftmaxOptions::shape) makes of the row, or
    /// else the index of the row.
    pub queries: Option<usize>,
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

    /// Query i is row i modulo `queries`, as in a batch of heads. A call whose rows are no multiple
    /// of that is refused, unless [`first_row`](crate::SoftmaxOptions::first_row) says which part
    /// it is.
    #[must_use]
    pub const fn queries(mut self, queries: usize) -> Self {
        self.queries = Some(queries);
        self
    }

    /// Returns the range of the `n` entries that query `i` sees: the first, and the one after the
    /// last.
    pub(super) fn seen(&self, i: usize, n: usize) -> [usize; 2] {
        let end = i.saturating_add(1).saturating_add_signed(self.offset);
        let first = self.window.map_or(0, |window| end.saturating_sub(window));
        [first.min(n), end.min(n)]
    }
}

/// The slope of ALiBi of head `head` of `heads`, for
/// [`mask_slopes`](crate::SoftmaxOptions::mask_slopes): 2^(−B (h + 1) / P) for h < P, else 2^(−B
/// (2 (h − P) + 1) / (2 P)), where P is the largest power of two up to the number of heads, and B
/// is `max_bias`, 8 in most models. It is 0 where there are no heads.
///
/// ```
/// use activations::{RowActivation, Softmax, alibi_slope};
///
/// let slopes: [f32; 2] = core::array::from_fn(|head| alibi_slope(head, 2, 8.0));
/// assert_eq!(slopes, [0.0625, 0.00390625]);
/// // Two heads with one query each, two keys: the earlier key is one position away.
/// let mut scores = [0.0_f32; 4];
/// let softmax = Softmax::new().shape([1, 2, 1]).mask(&[-1.0, 0.0]).mask_slopes(&slopes);
/// softmax.rows(&mut scores, 2);
/// assert!(scores[0] < scores[2] && scores[2] < 0.5);
/// ```
///
/// Definition: Press, Smith, Lewis, "Train short, test long: attention with linear biases enables
/// input length extrapolation" (2022).
#[must_use]
pub fn alibi_slope(head: usize, heads: usize, max_bias: f32) -> f32 {
    let Some(log) = heads.checked_ilog2() else { return 0.0 };
    let p = 1 << log;
    // 2 P times the share of the bias.
    let parts = if head < p { 2 * (head + 1) } else { 2 * (head - p) + 1 };
    #[expect(clippy::cast_precision_loss, reason = "as many heads as f64 counts")]
    let share = parts as f64 / (2 * p) as f64;
    libm::exp2(-f64::from(max_bias) * share) as f32
}
