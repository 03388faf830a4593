//! rten-vecmath, which chooses the instruction set at run time.

use super::{Peer, RTEN};
use crate::{ffi, function::Function};
use rten_simd::SimdUnaryOp;
use rten_vecmath::{Exp, Sigmoid, Tanh};

pub fn peer(function: Function) -> Peer {
    match function {
        Function::Exp => map(Exp {}),
        Function::Sigmoid => map(Sigmoid {}),
        Function::Tanh => map(Tanh {}),
    }
}

fn map(op: impl SimdUnaryOp<f32> + 'static) -> Peer {
    Peer::new(RTEN, "", move |src, dst| ffi::map(&op, src, dst))
}
