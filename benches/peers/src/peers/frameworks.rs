//! The kernels of inference frameworks.

use super::{Peer, Prepared};
use crate::function::Function;
use anyhow::Result;
use candle_core::{Device, Tensor};
use std::hint::black_box;
use tract_linalg::routines::Func;

pub fn peers(function: Function) -> Result<[Peer; 2]> {
    Ok([tract(function)?, candle(function)])
}

fn tract(function: Function) -> Result<Peer> {
    let func = match function {
        Function::Exp => Func::Exp,
        Function::Sigmoid => Func::Sigmoid,
        Function::Tanh => Func::Tanh,
    };
    let kernel = func.ew_f32()?;
    let note = format!("{}, in place after a copy", kernel.name());
    Ok(Peer::new("tract-linalg", &note, move |src, dst| {
        dst.copy_from_slice(src);
        kernel.run(dst).expect("the kernel takes any slice");
    }))
}

/// Through tensors: the input is made beforehand, a result in each call.
fn candle(function: Function) -> Peer {
    let op = match function {
        Function::Exp => Tensor::exp,
        Function::Sigmoid => candle_nn::ops::sigmoid,
        Function::Tanh => Tensor::tanh,
    };
    let tensor = |x: &[f32]| Tensor::from_slice(x, x.len(), &Device::Cpu).expect("the shape fits");
    let image = move |x: &Tensor| op(x).expect("an elementwise function of any tensor");
    let apply = move |src: &[f32], dst: &mut [f32]| {
        dst.copy_from_slice(&image(&tensor(src)).to_vec1().expect("a vector of f32"));
    };
    let prepare = move |src: &[f32], len| -> Prepared {
        let tensors: Vec<_> = src.chunks_exact(len).map(tensor).collect();
        Box::new(move || {
            for x in &tensors {
                black_box(image(black_box(x)));
            }
        })
    };
    Peer {
        prepare: Some(Box::new(prepare)),
        ..Peer::new("candle", "on a tensor of its own; allocates its result", apply)
    }
}
