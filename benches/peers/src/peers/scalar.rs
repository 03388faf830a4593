//! One element at a time: the standard library, which calls the system's, and libm.

use super::Peer;
use crate::function::Function;

const COMPOSED: &str = "composed of its exp";

pub fn peers(function: Function) -> [Peer; 2] {
    match function {
        Function::Exp => [Peer::scalar("std", "", f32::exp), Peer::scalar("libm", "", libm::expf)],
        Function::Sigmoid => [
            Peer::scalar("std", COMPOSED, |x| 1.0 / (1.0 + (-x).exp())),
            Peer::scalar("libm", COMPOSED, |x| 1.0 / (1.0 + libm::expf(-x))),
        ],
        Function::Tanh => {
            [Peer::scalar("std", "", f32::tanh), Peer::scalar("libm", "", libm::tanhf)]
        }
    }
}
