//! The options: how scores become logits, and the results of degenerate rows.

use super::attention::Causal;

/// Transforms the scores of a row before the softmax, and chooses the result of a row whose scores
/// are all masked.
///
/// The steps are f32 operations that round once each: t = scale · x, then t / temperature, then
/// soft cap · tanh(t / soft cap), then t + mask. Entries that `keep`, `causal` or `lengths` exclude
/// become −∞ whatever they were, NaN included. So a function with options gives the bits that it
/// gives without them for rows of such t. Only where scale or temperature take a finite score
/// beyond the largest f32, the logits of the row are made in f64: the limit is reached, not NaN.
///
/// # Masks
///
/// A mask says by its shape which rows it is for. Without [`shape`](Self::shape) it is one row for
/// all rows of the call, or has a row for each. With `shape([batch, heads, queries])` the rows of
/// the call are the queries of the heads of a batch, and
/// [`mask_shape`](Self::mask_shape) gives the mask's own sizes, each of which is 1 or the one in
/// `shape`. What fits neither way is refused. Along an axis a mask has the axes of the scores in
/// their order: `[n]`, one plane `[n, inner]`, or `[outer, n, inner]`; and where
/// `shape` is split so that `outer` is the product of its first sizes and `inner` of the others,
/// the sizes of the mask are split at the same place.
///
/// ```
/// use activations::{EmptyRow, RowActivation, Softmax};
///
/// let mut scores = [8.0, 8.0, f32::NAN, 1.0, 2.0, 3.0];
/// let keep = [true, true, false, false, false, false];
/// Softmax::new().scale(0.25).keep(&keep).empty_rows(EmptyRow::Zeros).rows(&mut scores, 3);
/// assert_eq!(scores, [0.5, 0.5, 0.0, 0.0, 0.0, 0.0]);
///
/// // The padding of two texts of up to three keys, for scores of four heads with one query each.
/// let mut scores = [0.0_f32; 2 * 4 * 3];
/// let padding = [true, true, false, true, true, true];
/// Softmax::new().shape([2, 4, 1]).keep(&padding).keep_shape([2, 1, 1]).rows(&mut scores, 3);
/// assert_eq!(scores[..12], [0.5, 0.5, 0.0].repeat(4));
/// assert_eq!(scores[12..], [1.0 / 3.0; 12]);
/// ```
///
/// # Parts
///
/// Where a call works on some of the rows, as when rows are split over threads, its
/// [`first_row`](Self::first_row) says where they begin; masks, sinks and causal rows are then
/// those of the whole, and so are the bits.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct SoftmaxOptions<'a> {
    /// The factor of every score.
    pub scale: f32,
    /// The divisor of every score. At 0 only the first of the largest scores gets a result other
    /// than 0; with a negative scale it is the first of the smallest.
    pub temperature: f32,
    /// The soft cap c of c · tanh(t / c), which leaves −∞ as it is. 0 and ∞ mean none.
    pub soft_cap: Option<f32>,
    /// Whether the soft cap comes after the mask.
    pub soft_cap_after_mask: bool,
    /// Added to the scores; −∞ excludes an entry.
    pub mask: Option<&'a [f32]>,
    /// The sizes of the mask in batch, heads and queries.
    pub mask_shape: Option<[usize; 3]>,
    /// The factors of the mask, one for each head.
    pub mask_slopes: Option<&'a [f32]>,
    /// Which entries are kept; the others are excluded.
    pub keep: Option<&'a [bool]>,
    /// The sizes of `keep` in batch, heads and queries.
    pub keep_shape: Option<[usize; 3]>,
    /// The causal mask, which excludes entries in the future.
    pub causal: Option<Causal>,
    /// The number of entries that count in the rows of each batch entry.
    pub lengths: Option<&'a [usize]>,
    /// Attention sink: an additional logit that enters the normaliser and has no output.
    pub sink: Option<f32>,
    /// The attention sinks of the heads.
    pub sinks: Option<&'a [f32]>,
    /// Batch, heads and queries, whose product is the number of rows.
    pub shape: Option<[usize; 3]>,
    /// The index of the call's first row among all rows; `None` if the call has them all.
    pub first_row: Option<usize>,
    /// The results of a row whose entries are all excluded.
    pub empty_rows: EmptyRow,
    /// The results of a row with logits of +∞.
    pub infinite_logits: InfiniteLogits,
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
///
/// A logit is +∞ where a score or a mask is: a finite score that a scale or a temperature takes
/// beyond the largest f32 is finite still.
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
        temperature: 1.0,
        soft_cap: None,
        soft_cap_after_mask: false,
        mask: None,
        mask_shape: None,
        mask_slopes: None,
        keep: None,
        keep_shape: None,
        causal: None,
        lengths: None,
        sink: None,
        sinks: None,
        shape: None,
        first_row: None,
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

    /// Divides every score by `temperature`, after the scale. At temperature 0, the limit, the
    /// first of the largest unmasked scores gets 1 and all others 0. Finite mask values, the sink
    /// and the soft cap are then ignored.
    #[must_use]
    pub const fn temperature(mut self, temperature: f32) -> Self {
        self.temperature = temperature;
        self
    }

    /// Keeps the logits within ±`limit`, after the scale and before the mask, by
    /// limit · tanh(t / limit).
    #[must_use]
    pub const fn soft_cap(mut self, limit: f32) -> Self {
        self.soft_cap = Some(limit);
        self
    }

    /// Makes the soft cap come after the mask, as in `Attention` of ONNX. What the mask excludes by
    /// −∞ stays excluded.
    #[must_use]
    pub const fn soft_cap_after_mask(mut self) -> Self {
        self.soft_cap_after_mask = true;
        self
    }

    /// Adds `mask` to the scores: one row for all rows, one row for each, or of the sizes that
    /// [`mask_shape`](Self::mask_shape) gives.
    #[must_use]
    pub const fn mask(mut self, mask: &'a [f32]) -> Self {
        self.mask = Some(mask);
        self
    }

    /// Gives the mask's sizes in batch, heads and queries: 1, or as in [`shape`](Self::shape). A
    /// mask of `[batch, 1, 1]` is a padding of the keys, one of `[1, heads, queries]` a bias of the
    /// positions.
    #[must_use]
    pub const fn mask_shape(mut self, shape: [usize; 3]) -> Self {
        self.mask_shape = Some(shape);
        self
    }

    /// Adds slope · mask instead of the mask, with a slope for each head of
    /// [`shape`](Self::shape). [`alibi_slope`](crate::alibi_slope) computes those of ALiBi.
    #[must_use]
    pub const fn mask_slopes(mut self, slopes: &'a [f32]) -> Self {
        self.mask_slopes = Some(slopes);
        self
    }

    /// Excludes the entries whose `keep` is false; their values do not matter. It fits the rows as
    /// [`mask`](Self::mask) does.
    #[must_use]
    pub const fn keep(mut self, keep: &'a [bool]) -> Self {
        self.keep = Some(keep);
        self
    }

    /// Gives the sizes of `keep` in batch, heads and queries, as
    /// [`mask_shape`](Self::mask_shape).
    #[must_use]
    pub const fn keep_shape(mut self, shape: [usize; 3]) -> Self {
        self.keep_shape = Some(shape);
        self
    }

    /// Excludes the entries that a row, as a query, does not see.
    #[must_use]
    pub const fn causal(mut self, causal: Causal) -> Self {
        self.causal = Some(causal);
        self
    }

    /// Excludes the entries from `lengths[b]` on in the rows of batch entry b of
    /// [`shape`](Self::shape): texts of different lengths in one batch.
    #[must_use]
    pub const fn lengths(mut self, lengths: &'a [usize]) -> Self {
        self.lengths = Some(lengths);
        self
    }

    /// Adds an attention sink to each row: e^`logit` enters the sum, last, and has no result. A
    /// sink of 0 is the quiet softmax.
    #[must_use]
    pub const fn sink(mut self, logit: f32) -> Self {
        self.sink = Some(logit);
        self
    }

    /// Adds an attention sink to each row: that of its head of [`shape`](Self::shape).
    #[must_use]
    pub const fn sinks(mut self, logits: &'a [f32]) -> Self {
        self.sinks = Some(logits);
        self
    }

    /// Says what the rows are: queries of heads of batch entries, for `[batch, heads, queries]`.
    /// Their product is the number of rows; with [`first_row`](Self::first_row) a call may have
    /// fewer.
    #[must_use]
    pub const fn shape(mut self, shape: [usize; 3]) -> Self {
        self.shape = Some(shape);
        self
    }

    /// Makes the call's first row the one of this index among all rows, which is how rows are split
    /// over threads. Masks are those of all rows.
    ///
    /// ```
    /// use activations::{Causal, RowActivation, Softmax};
    ///
    /// let softmax = Softmax::new().causal(Causal::new());
    /// let mut whole = [0.0_f32; 16];
    /// softmax.rows(&mut whole, 4);
    /// let mut parts = [0.0_f32; 16];
    /// for (part, rows) in parts.chunks_mut(2 * 4).enumerate() {
    ///     softmax.first_row(2 * part).rows(rows, 4);
    /// }
    /// assert_eq!(parts, whole);
    /// ```
    #[must_use]
    pub const fn first_row(mut self, row: usize) -> Self {
        self.first_row = Some(row);
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
}

impl Default for SoftmaxOptions<'_> {
    fn default() -> Self {
        Self::NONE
    }
}
