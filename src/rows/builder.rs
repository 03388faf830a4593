//! The options as methods of each function of rows.

use super::{
    log_softmax::LogSoftmax,
    log_sum_exp::LogSumExp,
    options::{Causal, EmptyRow, Infinity, Options},
    softmax::Softmax,
};
use crate::tier::Fast;

/// A function that has options.
pub(super) trait Optional {
    fn options(&self) -> Options<'_>;
}

impl<Op: Optional> Optional for Fast<Op> {
    fn options(&self) -> Options<'_> {
        self.0.options()
    }
}

/// The same options for each of the functions.
macro_rules! options { ($($Op:ident)*) => {$(
    impl<'a> $Op<'a> {
        /// Without options.
        #[must_use]
        pub const fn new() -> Self {
            Self { options: Options::NONE }
        }

        /// With these options.
        #[must_use]
        pub const fn with(options: Options<'a>) -> Self {
            Self { options }
        }

        /// Multiplies every entry by `scale` first.
        #[must_use]
        pub const fn scale(mut self, scale: f32) -> Self {
            self.options.scale = scale;
            self
        }

        /// Keeps the logits within ±`limit`, after the scale and before the mask, by limit · tanh(t
        /// / limit).
        #[must_use]
        pub const fn soft_cap(mut self, limit: f32) -> Self {
            self.options.soft_cap = Some(limit);
            self
        }

        /// Adds `mask`: one row for all, one for each, or any number between that goes into theirs.
        #[must_use]
        pub const fn mask(mut self, mask: &'a [f32]) -> Self {
            self.options.mask = Some(mask);
            self
        }

        /// Excludes the entries whose `keep` is false; their values do not matter. Its length is as
        /// that of [`mask`](Self::mask).
        #[must_use]
        pub const fn keep(mut self, keep: &'a [bool]) -> Self {
            self.options.keep = Some(keep);
            self
        }

        /// Excludes the entries that a row, as a query, does not see.
        #[must_use]
        pub const fn causal(mut self, causal: Causal) -> Self {
            self.options.causal = Some(causal);
            self
        }

        /// Adds a logit to each row that gives no result: e^`logit` goes into the sum, last. A sink
        /// of 0 is the quiet softmax.
        #[must_use]
        pub const fn sink(mut self, logit: f32) -> Self {
            self.options.sink = Some(logit);
            self
        }
    }

    impl Optional for $Op<'_> {
        fn options(&self) -> Options<'_> {
            self.options
        }
    }

    impl Default for $Op<'_> {
        fn default() -> Self {
            Self::new()
        }
    }
)*}; }

/// What rows without a limit of their own give.
macro_rules! limits { ($($Op:ident)*) => {$(
    impl $Op<'_> {
        /// Divides every entry by `temperature`, by the scale of its reciprocal. The temperature 0
        /// leaves the first of the largest entries that no mask excludes alone: neither the rest of
        /// the mask nor a sink or a soft cap counts then.
        #[must_use]
        pub const fn temperature(self, temperature: f32) -> Self {
            self.scale(if temperature == 0.0 { f32::INFINITY } else { 1.0 / temperature })
        }

        /// What a row gives in which no entry counts.
        #[must_use]
        pub const fn empty_rows(mut self, empty: EmptyRow) -> Self {
            self.options.empty = empty;
            self
        }

        /// What a row gives that has logits of +∞.
        #[must_use]
        pub const fn infinity(mut self, infinity: Infinity) -> Self {
            self.options.infinity = infinity;
            self
        }
    }
)*}; }

options!(Softmax LogSoftmax LogSumExp);
limits!(Softmax LogSoftmax);
