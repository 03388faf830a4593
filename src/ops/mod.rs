//! The operations, one file each, and the table of them.

mod celu;
mod elu;
mod exp;
mod hard_tanh;
mod leaky_relu;
mod prelu;
mod relu;
mod relu6;
mod rrelu;
mod selu;
mod sigmoid;
mod table;
mod tanh;
mod threshold;

pub use celu::Celu;
pub use elu::Elu;
pub use exp::{Exp, exp};
pub use hard_tanh::HardTanh;
pub use leaky_relu::LeakyRelu;
pub use prelu::PRelu;
pub use relu::{Relu, relu};
pub use relu6::Relu6;
pub use rrelu::RRelu;
pub use selu::Selu;
pub use sigmoid::{Sigmoid, sigmoid};
pub use table::OPERATIONS;
pub(crate) use table::each_operation;
pub use tanh::{Tanh, tanh};
pub use threshold::Threshold;
