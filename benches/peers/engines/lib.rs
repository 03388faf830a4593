//! The crate as C functions for the Python program beside it, which times it beside engines that
//! only Python reaches.

use activations::{
    AnyActivation, Fast, GatedActivation, LogSoftmax, RowActivation, Softmax, SwiGlu,
};
use std::{
    ffi::{CStr, c_char},
    slice,
};

/// Applies the function that `text` names, such as `fast(gelu)`. Returns false, and writes nothing,
/// if the text is not that of a function of one number.
///
/// # Safety
///
/// `text` ends with a zero. `src` and `dst` have `len` elements, and do not overlap.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn activation(
    text: *const c_char,
    src: *const f32,
    dst: *mut f32,
    len: usize,
) -> bool {
    // SAFETY: as the caller promises.
    let (text, src, dst) = unsafe {
        (CStr::from_ptr(text), slice::from_raw_parts(src, len), slice::from_raw_parts_mut(dst, len))
    };
    let Some(activation) = text.to_str().ok().and_then(|text| text.parse::<AnyActivation>().ok())
    else {
        return false;
    };
    activation.try_apply_into(src, dst).is_ok()
}

macro_rules! gated { ($($name:ident: $unit:expr;)*) => {$(
    /// # Safety
    ///
    /// `gate`, `up` and `dst` have `len` elements, and `dst` overlaps neither of the others.
    #[unsafe(no_mangle)]
    pub unsafe extern "C" fn $name(
        gate: *const f32,
        up: *const f32,
        dst: *mut f32,
        len: usize,
    ) {
        // SAFETY: as the caller promises.
        let (gate, up, dst) = unsafe {
            (
                slice::from_raw_parts(gate, len),
                slice::from_raw_parts(up, len),
                slice::from_raw_parts_mut(dst, len),
            )
        };
        $unit.apply_into(gate, up, dst);
    }
)*}; }

gated! {
    swiglu: SwiGlu::default();
    fast_swiglu: Fast(SwiGlu::default());
}

macro_rules! rows { ($($name:ident: $function:expr;)*) => {$(
    /// # Safety
    ///
    /// `src` and `dst` have `rows` times `cols` elements, and do not overlap.
    #[unsafe(no_mangle)]
    pub unsafe extern "C" fn $name(src: *const f32, dst: *mut f32, rows: usize, cols: usize) {
        // SAFETY: as the caller promises.
        let (src, dst) = unsafe {
            (
                slice::from_raw_parts(src, rows * cols),
                slice::from_raw_parts_mut(dst, rows * cols),
            )
        };
        $function.rows_into(src, dst, cols);
    }
)*}; }

rows! {
    softmax: Softmax::new();
    fast_softmax: Fast(Softmax::new());
    log_softmax: LogSoftmax::new();
    fast_log_softmax: Fast(LogSoftmax::new());
}
