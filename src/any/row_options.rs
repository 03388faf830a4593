//! The functions of rows, and their options that are no slices.

use crate::rows::{Causal, EmptyRow, InfiniteLogits, SoftmaxOptions};

/// The functions of rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RowFunction {
    Softmax,
    LogSoftmax,
    LogSumExp,
}

impl RowFunction {
    pub(super) const ALL: [Self; 3] = [Self::Softmax, Self::LogSoftmax, Self::LogSumExp];

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Softmax => "softmax",
            Self::LogSoftmax => "log_softmax",
            Self::LogSumExp => "log_sum_exp",
        }
    }

    pub(super) const fn id(self) -> u16 {
        match self {
            Self::Softmax => 1001,
            Self::LogSoftmax => 1002,
            Self::LogSumExp => 1003,
        }
    }
}

/// [`SoftmaxOptions`] without its slices and what belongs to them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct RowOptions {
    pub(super) scale: f32,
    pub(super) temperature: f32,
    pub(super) soft_cap: Option<f32>,
    pub(super) causal: Option<Causal>,
    pub(super) first_row: Option<usize>,
    pub(super) sink: Option<f32>,
    pub(super) empty_rows: EmptyRow,
    pub(super) infinite_logits: InfiniteLogits,
}

impl RowOptions {
    pub(super) const NONE: Self = Self {
        scale: 1.0,
        temperature: 1.0,
        soft_cap: None,
        causal: None,
        first_row: None,
        sink: None,
        empty_rows: EmptyRow::Nan,
        infinite_logits: InfiniteLogits::Nan,
    };

    /// Returns `None` if there are others.
    pub(super) fn of(options: &SoftmaxOptions<'_>) -> Option<Self> {
        let SoftmaxOptions { scale, temperature, soft_cap, causal, first_row, sink, .. } = *options;
        let SoftmaxOptions { empty_rows, infinite_logits, .. } = *options;
        let of = Self {
            scale,
            temperature,
            soft_cap,
            causal,
            first_row,
            sink,
            empty_rows,
            infinite_logits,
        };
        // A parameter that is NaN equals nothing.
        let mut others = *options;
        (others.scale, others.temperature, others.soft_cap, others.sink) = (1.0, 1.0, None, None);
        let plain = Self { scale: 1.0, temperature: 1.0, soft_cap: None, sink: None, ..of };
        (others == plain.options()).then_some(of)
    }

    pub(super) const fn options(&self) -> SoftmaxOptions<'static> {
        let mut options = SoftmaxOptions::new();
        options.scale = self.scale;
        options.temperature = self.temperature;
        options.soft_cap = self.soft_cap;
        options.causal = self.causal;
        options.first_row = self.first_row;
        options.sink = self.sink;
        options.empty_rows = self.empty_rows;
        options.infinite_logits = self.infinite_logits;
        options
    }
}
