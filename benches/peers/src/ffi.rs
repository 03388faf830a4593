//! What is unsafe here: calls of the C and C++ shims, the view of a slice that rten-vecmath wants,
//! and the state of the process.
#![allow(unsafe_code)]

use crate::function::Function;
use activations::Isa;
use rten_simd::{SimdOp, SimdUnaryOp};
use std::mem::MaybeUninit;

/// Reads `len` elements from `src` and writes as many to `dst`.
type Raw = unsafe extern "C" fn(src: *const f32, dst: *mut f32, len: usize);

/// A function of a C or C++ library, which this machine can run.
#[derive(Clone, Copy)]
pub struct Shim {
    pub name: &'static str,
    pub function: Function,
    pub note: &'static str,
    isa: Isa,
    raw: Raw,
}

macro_rules! shims { ($(#[cfg($cfg:meta)] $isa:ident $name:literal { $($function:ident $raw:ident $note:literal)* })*) => {
    $($(#[cfg($cfg)] unsafe extern "C" { fn $raw(src: *const f32, dst: *mut f32, len: usize); })*)*

    const SHIMS: &[Shim] = &[
        $($(#[cfg($cfg)] Shim { name: $name, function: Function::$function, note: $note, isa: Isa::$isa, raw: $raw },)*)*
    ];
}; }

shims! {
    #[cfg(sleef)] Avx512 "SLEEF u10 avx512" {
        Exp sleef_exp_u10_avx512 ""
        Sigmoid sleef_sigmoid_u10_avx512 "composed of its exp"
        Tanh sleef_tanh_u10_avx512 ""
    }
    #[cfg(sleef)] Avx512 "SLEEF u35 avx512" { Tanh sleef_tanh_u35_avx512 "" }
    #[cfg(sleef)] Avx2 "SLEEF u10 avx2" {
        Exp sleef_exp_u10_avx2 ""
        Sigmoid sleef_sigmoid_u10_avx2 "composed of its exp"
        Tanh sleef_tanh_u10_avx2 ""
    }
    #[cfg(sleef)] Avx2 "SLEEF u35 avx2" { Tanh sleef_tanh_u35_avx2 "" }
    #[cfg(libmvec)] Avx512 "libmvec avx512" {
        Exp libmvec_exp_avx512 ""
        Sigmoid libmvec_sigmoid_avx512 "composed of its exp"
        Tanh libmvec_tanh_avx512 ""
    }
    #[cfg(libmvec)] Avx2 "libmvec avx2" {
        Exp libmvec_exp_avx2 ""
        Sigmoid libmvec_sigmoid_avx2 "composed of its exp"
        Tanh libmvec_tanh_avx2 ""
    }
    #[cfg(eigen)] Baseline "Eigen" {
        Exp eigen_exp "-O3 -march=native"
        Sigmoid eigen_sigmoid "-O3 -march=native"
        Tanh eigen_tanh "-O3 -march=native"
    }
    #[cfg(any(xnnpack, xnnpack_unary))] Baseline "XNNPACK" { Sigmoid xnnpack_sigmoid "" }
    #[cfg(xnnpack_unary)] Baseline "XNNPACK" { Exp xnnpack_exp "" Tanh xnnpack_tanh "" }
}

impl Shim {
    /// The shims of a function that this machine can run.
    pub fn of(function: Function) -> impl Iterator<Item = Self> {
        let runs = |isa| Isa::available().any(|available| available == isa);
        SHIMS.iter().copied().filter(move |shim| shim.function == function && runs(shim.isa))
    }

    pub fn call(self, src: &[f32], dst: &mut [f32]) {
        assert_eq!(src.len(), dst.len());
        // SAFETY: a shim reads and writes no more than the equal lengths of the two slices, which
        // do not overlap, and `of`, the only source of shims, has left out those with instructions
        // that this machine lacks.
        unsafe { (self.raw)(src.as_ptr(), dst.as_mut_ptr(), src.len()) }
    }
}

/// `dst[i] = op(src[i])` by rten-vecmath, which takes memory that need not be initialised.
pub fn map(op: &impl SimdUnaryOp<f32>, src: &[f32], dst: &mut [f32]) {
    // SAFETY: both element types have the same layout, and `map` writes nothing but f32 numbers.
    let dst = unsafe { &mut *(std::ptr::from_mut(dst) as *mut [MaybeUninit<f32>]) };
    op.map(src, dst);
}

/// Eigen's vectorised pieces in the usual three passes.
#[cfg(eigen)]
pub fn eigen_softmax(src: &[f32], dst: &mut [f32], cols: usize) {
    unsafe extern "C" {
        fn eigen_softmax(src: *const f32, dst: *mut f32, rows: usize, cols: usize);
    }
    assert_eq!(src.len(), dst.len());
    // SAFETY: the shim reads and writes rows times cols elements, no more than the equal lengths of
    // the two slices.
    unsafe { eigen_softmax(src.as_ptr(), dst.as_mut_ptr(), src.len() / cols, cols) }
}

/// A row by rten-vecmath.
pub fn rten_row(log: bool, src: &[f32], dst: &mut [f32]) {
    // SAFETY: both element types have the same layout, and nothing but f32 numbers is written.
    let dst = unsafe { &mut *(std::ptr::from_mut(dst) as *mut [MaybeUninit<f32>]) };
    if log {
        rten_vecmath::LogSoftmax::new(src, dst).dispatch();
    } else {
        rten_vecmath::Softmax::new(src, dst).dispatch();
    }
}

/// Has candle work in the calling thread alone. For the beginning of `main`.
pub fn limit_candle_to_one_thread() {
    // SAFETY: no other thread has been started that might read the environment.
    unsafe { std::env::set_var("CANDLE_NUM_THREADS", "1") }
}

/// Clears the upper halves of the vector registers. tract's sigmoid and tanh leave them set, and
/// then each change between SSE and AVX instructions costs the next peer hundreds of cycles.
pub fn clear_upper_halves() {
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("avx") {
        #[target_feature(enable = "avx")]
        fn clear() {
            std::arch::x86_64::_mm256_zeroupper();
        }
        // SAFETY: the machine has AVX.
        unsafe { clear() }
    }
}
