//! The options as methods of each function of rows, which forward to [`SoftmaxOptions`].

use super::{
    attention::Causal,
    log_softmax::LogSoftmax,
    log_sum_exp::LogSumExp,
    options::{EmptyRow, InfiniteLogits, SoftmaxOptions},
    softmax::Softmax,
};
use crate::tier::Fast;

/// A function that has options.
pub(super) trait Optional {
    fn options(&self) -> &SoftmaxOptions<'_>;
}

impl<Op: Optional> Optional for Fast<Op> {
    fn options(&self) -> &SoftmaxOptions<'_> {
        self.0.options()
    }
}

macro_rules! forward { ($Op:ident: $($name:ident($($parameter:ident: $T:ty)?);)*) => {
    impl<'a> $Op<'a> {$(
        #[doc = concat!("[`SoftmaxOptions::", stringify!($name), "`]")]
        #[must_use]
        pub const fn $name(mut self $(, $parameter: $T)?) -> Self {
            self.options = self.options.$name($($parameter)?);
            self
        }
    )*}
}; }

/// What all of them have.
macro_rules! options { ($($Op:ident)*) => {$(
    impl<'a> $Op<'a> {
        /// Without options.
        #[must_use]
        pub const fn new() -> Self {
            Self::with(SoftmaxOptions::new())
        }

        /// With these options.
        #[must_use]
        pub const fn with(options: SoftmaxOptions<'a>) -> Self {
            Self { options }
        }
    }

    forward! { $Op:
        scale(scale: f32);
        temperature(temperature: f32);
        soft_cap(limit: f32);
        soft_cap_after_mask();
        mask(mask: &'a [f32]);
        mask_shape(shape: [usize; 3]);
        mask_slopes(slopes: &'a [f32]);
        keep(keep: &'a [bool]);
        keep_shape(shape: [usize; 3]);
        causal(causal: Causal);
        lengths(lengths: &'a [usize]);
        sink(logit: f32);
        sinks(logits: &'a [f32]);
        shape(shape: [usize; 3]);
        first_row(row: usize);
    }

    impl Optional for $Op<'_> {
        fn options(&self) -> &SoftmaxOptions<'_> {
            &self.options
        }
    }

    impl Default for $Op<'_> {
        fn default() -> Self {
            Self::new()
        }
    }
)*}; }

/// What those have whose rows may lack results of their own.
macro_rules! degenerate_rows { ($($Op:ident)*) => {$(
    forward! { $Op:
        empty_rows(empty_rows: EmptyRow);
        infinite_logits(infinite_logits: InfiniteLogits);
    }
)*}; }

options!(Softmax LogSoftmax LogSumExp);
degenerate_rows!(Softmax LogSoftmax);
