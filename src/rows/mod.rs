//! Functions of rows: of vectors that lie in a matrix one after the other, or along another axis of
//! it.
//!
//! A call goes from `table.rs` (the public methods) through `entry.rs` (checks) to a loop of
//! `loops/`, which is generic over one of `softmax.rs`, `log_softmax.rs`, `log_sum_exp.rs` and does
//! the arithmetic of `numerics/`. SoftmaxOptions make logits of the entries first (`logits/`). The
//! arithmetic on an entry and the order of the sum are the same in every loop, and so are the bits.

mod activation;
mod attention;
mod builder;
mod entry;
mod gradient;
mod hardmax;
mod layout;
mod log_softmax;
mod log_sum_exp;
mod logits;
mod loops;
mod numerics;
mod online;
mod options;
mod placement;
mod scores;
mod softmax;
mod softmin;
mod table;

pub use activation::{RowActivation, RowGradient};
pub use attention::{Causal, alibi_slope};
pub use hardmax::Hardmax;
pub use layout::{AxisError, RowLayout, axis_shape};
pub use log_softmax::{LogSoftmax, log_softmax};
pub use log_sum_exp::LogSumExp;
pub use online::OnlineSoftmax;
pub use options::{EmptyRow, InfiniteLogits, SoftmaxOptions};
pub use softmax::{Softmax, softmax};
pub use softmin::Softmin;
pub use table::{ROW_OPERATIONS, ROW_REDUCTIONS, RowOperation, RowReduction};
