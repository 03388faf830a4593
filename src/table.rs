//! Every operation with its promises and kernels, for tests, benches and examples. No part of the
//! API.
//!
//! [`OTHER_OPERATIONS`] is the table of the functions that take more than numbers: slopes, a stream
//! of random numbers, a state. Each of its lines fixes these, so that what goes through all lines
//! needs to know inputs and results only.

mod calls;
mod cells;

pub use crate::{
    contract::{Backward, Bound, Bounds, Crossing, Kernel, Operation},
    each_gated_unit, each_operation,
    gated::{GATED_UNITS, GatedUnit},
    ops::table::OPERATIONS,
    rows::{ROW_OPERATIONS, ROW_REDUCTIONS, RowOperation, RowReduction},
};
use crate::{isa::Isa, ops::prelu};
pub use calls::*;
use calls::{BROADCAST, CHANNELS, COLS, SLOPES, UNIT, WIDTH};
pub use cells::*;

/// A function of more than numbers.
#[derive(Clone, Copy, Debug)]
pub struct OtherOperation {
    pub name: &'static str,
    /// The name of its type.
    pub type_name: &'static str,
    /// What it is in the table of functions, unless it is a part of one that is there.
    pub formula: Option<&'static str>,
    /// Whether results are correctly rounded but for sums.
    pub rounded: bool,
    pub calls: &'static [OtherCall],
}

/// What can be computed of an [`OtherOperation`].
#[derive(Clone, Copy, Debug)]
pub struct OtherCall {
    pub name: &'static str,
    /// How many slices of n numbers `src` is, such as x and dy.
    pub inputs: usize,
    /// n is a multiple of it.
    pub unit: usize,
    /// The length of `dst` for n.
    pub results: fn(usize) -> usize,
    /// Whether there are n results, of which those of a unit depend on that unit alone.
    pub is_local: bool,
    pub run: fn(Isa, src: &[f32], dst: &mut [f32]),
}

/// The functions of more than numbers.
pub static OTHER_OPERATIONS: &[OtherOperation] = &[
    OtherOperation {
        name: "prelu",
        type_name: "PRelu",
        formula: Some(prelu::FORMULA),
        rounded: true,
        calls: &[
            OtherCall { unit: CHANNELS, ..OtherCall::local("apply", 1, prelu_apply) },
            OtherCall { unit: CHANNELS, ..OtherCall::local("backward", 2, prelu_backward) },
            OtherCall {
                name: "slopes_backward",
                inputs: 2,
                unit: CHANNELS,
                results: |_| SLOPES.len(),
                is_local: false,
                run: prelu_slopes_backward,
            },
        ],
    },
    OtherOperation {
        name: "broadcast_prelu",
        type_name: "BroadcastPRelu",
        formula: None,
        rounded: true,
        calls: &[
            OtherCall { unit: UNIT, ..OtherCall::local("apply", 1, broadcast_prelu_apply) },
            OtherCall { unit: UNIT, ..OtherCall::local("backward", 2, broadcast_prelu_backward) },
            OtherCall {
                name: "slopes_backward",
                inputs: 2,
                unit: UNIT,
                results: |_| BROADCAST.len(),
                is_local: false,
                run: broadcast_prelu_slopes_backward,
            },
        ],
    },
    OtherOperation {
        name: "rrelu",
        type_name: "RRelu",
        formula: None,
        rounded: true,
        calls: &[
            OtherCall {
                name: "train",
                inputs: 1,
                unit: 1,
                results: |n| 2 * n,
                is_local: false,
                run: rrelu_train,
            },
            OtherCall::local("backward_from_slopes", 2, rrelu_backward_from_slopes),
        ],
    },
    OtherOperation {
        name: "softmax",
        type_name: "Softmax",
        formula: None,
        rounded: false,
        calls: &[OtherCall {
            name: "with_log_sum_exps",
            inputs: 1,
            unit: COLS,
            results: |n| n + n / COLS,
            is_local: false,
            run: softmax_with_log_sum_exps,
        }],
    },
    OtherOperation {
        name: "softmax_options",
        type_name: "SoftmaxOptions",
        formula: None,
        rounded: false,
        calls: &[OtherCall {
            unit: COLS,
            ..OtherCall::local("logits_into", 1, softmax_options_logits_into)
        }],
    },
    OtherOperation {
        name: "online_softmax",
        type_name: "OnlineSoftmax",
        formula: None,
        rounded: false,
        calls: &[
            OtherCall {
                name: "update",
                inputs: 1,
                unit: 1,
                results: |n| n + WIDTH + 1,
                is_local: false,
                run: online_softmax_update,
            },
            OtherCall {
                name: "merge",
                inputs: 2,
                unit: 1,
                results: |n| 2 * n + WIDTH + 1,
                is_local: false,
                run: online_softmax_merge,
            },
        ],
    },
    OtherOperation {
        name: "swiglu",
        type_name: "SwiGlu",
        formula: None,
        rounded: false,
        calls: &[
            OtherCall::local("apply", 2, swiglu_apply),
            OtherCall::several("backward", 3, |n| 2 * n, swiglu_backward),
        ],
    },
    OtherOperation {
        name: "clamped_swiglu",
        type_name: "ClampedSwiGlu",
        formula: None,
        rounded: false,
        calls: &[
            OtherCall::local("apply", 2, clamped_swiglu_apply),
            OtherCall::several("backward", 3, |n| 2 * n, clamped_swiglu_backward),
        ],
    },
    OtherOperation {
        name: "lstm_cell",
        type_name: "LstmCell",
        formula: None,
        rounded: false,
        calls: &[
            OtherCall::several("step", 5, |n| 2 * n, lstm_cell_step),
            OtherCall::several("backward", 7, |n| 5 * n, lstm_cell_backward),
        ],
    },
    OtherOperation {
        name: "gru_cell",
        type_name: "GruCell",
        formula: None,
        rounded: false,
        calls: &[
            OtherCall::local("step", 7, gru_cell_step),
            OtherCall::several("backward", 8, |n| 7 * n, gru_cell_backward),
        ],
    },
    OtherOperation {
        name: "rnn_cell",
        type_name: "RnnCell",
        formula: None,
        rounded: false,
        calls: &[
            OtherCall::local("step", 2, rnn_cell_step),
            OtherCall::local("backward", 3, rnn_cell_backward),
        ],
    },
];

impl OtherCall {
    const fn several(
        name: &'static str,
        inputs: usize,
        results: fn(usize) -> usize,
        run: fn(Isa, src: &[f32], dst: &mut [f32]),
    ) -> Self {
        Self { name, inputs, unit: 1, results, is_local: false, run }
    }

    const fn local(
        name: &'static str,
        inputs: usize,
        run: fn(Isa, src: &[f32], dst: &mut [f32]),
    ) -> Self {
        Self { name, inputs, unit: 1, results: |n| n, is_local: true, run }
    }
}
