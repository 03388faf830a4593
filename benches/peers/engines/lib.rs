//! Softmax and log-softmax of rows for `engines.py`, which times them beside engines that only
//! Python reaches.

use activations::{Fast, LogSoftmax, RowActivation, Softmax};
use std::slice;

macro_rules! functions { ($($name:ident: $function:expr;)*) => {$(
    /// # Safety
    ///
    /// `src` and `dst` have `rows` times `cols` elements, and do not overlap.
    #[unsafe(no_mangle)]
    pub unsafe extern "C" fn $name(src: *const f32, dst: *mut f32, rows: usize, cols: usize) {
        // SAFETY: as the caller promises.
        let (src, dst) =
            unsafe { (slice::from_raw_parts(src, rows * cols), slice::from_raw_parts_mut(dst, rows * cols)) };
        $function.rows_into(src, dst, cols);
    }
)*}; }

functions! {
    softmax: Softmax::new();
    fast_softmax: Fast(Softmax::new());
    log_softmax: LogSoftmax::new();
    fast_log_softmax: Fast(LogSoftmax::new());
}
