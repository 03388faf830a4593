//! The functions that are compared.

use activations::table::{OPERATIONS, Operation};
use std::fmt;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Function {
    Exp,
    Sigmoid,
    Tanh,
}

impl Function {
    pub const ALL: [Self; 3] = [Self::Exp, Self::Sigmoid, Self::Tanh];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Exp => "exp",
            Self::Sigmoid => "sigmoid",
            Self::Tanh => "tanh",
        }
    }

    /// Its line in the crate's table.
    pub fn operation(self) -> &'static Operation {
        OPERATIONS
            .iter()
            .find(|operation| operation.name == self.name())
            .expect("the crate has all three")
    }
}

impl fmt::Display for Function {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}
