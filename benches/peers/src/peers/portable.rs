//! Crates of vector types, which use the instruction set that the program is compiled for.

use super::Peer;
use crate::function::Function;
use wide::f32x8;

const LANES: usize = 8;

pub fn peers(function: Function) -> Vec<Peer> {
    vec![
        wide(function),
        #[cfg(feature = "nightly")]
        sleef(function),
    ]
}

fn wide(function: Function) -> Peer {
    const NAME: &str = "wide";
    match function {
        Function::Exp => each(NAME, "", |x| f32x8::new(x).exp().to_array()),
        Function::Sigmoid => each(NAME, COMPOSED, |x| {
            (f32x8::ONE / (f32x8::ONE + (-f32x8::new(x)).exp())).to_array()
        }),
        Function::Tanh => each(NAME, "", |x| f32x8::new(x).tanh().to_array()),
    }
}

#[cfg(feature = "nightly")]
fn sleef(function: Function) -> Peer {
    use sleef::f32x::{exp_u10, tanh_u10};
    use std::simd::f32x8;
    const NAME: &str = "sleef crate u10";
    match function {
        Function::Exp => each(NAME, "", |x| exp_u10(f32x8::from_array(x)).to_array()),
        Function::Sigmoid => each(NAME, COMPOSED, |x| {
            let one = f32x8::splat(1.0);
            (one / (one + exp_u10(-f32x8::from_array(x)))).to_array()
        }),
        Function::Tanh => each(NAME, "", |x| tanh_u10(f32x8::from_array(x)).to_array()),
    }
}

const LEVEL: &str = if cfg!(target_feature = "avx512f") {
    "AVX-512"
} else if cfg!(target_feature = "avx2") {
    "AVX2"
} else if cfg!(target_arch = "x86_64") {
    "SSE2"
} else {
    "the target's least"
};
const COMPOSED: &str = ", composed of its exp";

/// Applies `f` to groups of eight elements, the last of which may be padded.
fn each(name: &str, note: &str, f: impl Fn([f32; LANES]) -> [f32; LANES] + 'static) -> Peer {
    Peer::new(name, &format!("built for {LEVEL}{note}"), move |src, dst| {
        let (groups, rest) = src.as_chunks();
        let (group_images, rest_images) = dst.as_chunks_mut();
        for (x, y) in groups.iter().zip(group_images) {
            *y = f(*x);
        }
        if !rest.is_empty() {
            let mut padded = [0.0; LANES];
            padded[..rest.len()].copy_from_slice(rest);
            rest_images.copy_from_slice(&f(padded)[..rest.len()]);
        }
    })
}
