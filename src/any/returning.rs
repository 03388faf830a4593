//! The calls of an operation that is chosen at run time which return errors.

use super::AnyActivation;
use crate::{at::At, shape_error::ShapeError};
use core::mem::MaybeUninit;

macro_rules! returning { ($(
    $try_name:ident $name:ident ($($argument:ident: $T:ty),*);
)*) => {
    impl AnyActivation {$(
        #[doc = concat!("As [`", stringify!($name), "`](Self::", stringify!($name), ").")]
        ///
        /// # Errors
        ///
        /// Where that panics.
        pub fn $try_name(&self, $($argument: $T),*) -> Result<(), ShapeError> {
            At::active(*self).$try_name($($argument),*)
        }
    )*}
}; }

returning! {
    try_apply apply(x: &mut [f32]);
    try_apply_into apply_into(src: &[f32], dst: &mut [f32]);
    try_apply_uninit apply_uninit(src: &[f32], dst: &mut [MaybeUninit<f32>]);
    try_backward backward(x: &[f32], dy: &[f32], dx: &mut [f32]);
    try_backward_from_output backward_from_output(y: &[f32], dy: &[f32], dx: &mut [f32]);
    try_backward_in_place backward_in_place(x: &[f32], dy: &mut [f32]);
    try_backward_from_output_in_place backward_from_output_in_place(y: &[f32], dy: &mut [f32]);
    try_rows rows(x: &mut [f32], cols: usize);
    try_rows_into rows_into(src: &[f32], dst: &mut [f32], cols: usize);
    try_axis axis(x: &mut [f32], shape: [usize; 3]);
    try_axis_into axis_into(src: &[f32], dst: &mut [f32], shape: [usize; 3]);
    try_rows_backward rows_backward(
        x: &[f32], y: &[f32], dy: &[f32], dx: &mut [f32], cols: usize
    );
    try_axis_backward axis_backward(
        x: &[f32], y: &[f32], dy: &[f32], dx: &mut [f32], shape: [usize; 3]
    );
    try_rows_backward_in_place rows_backward_in_place(
        x: &[f32], y: &[f32], dy: &mut [f32], cols: usize
    );
    try_axis_backward_in_place axis_backward_in_place(
        x: &[f32], y: &[f32], dy: &mut [f32], shape: [usize; 3]
    );
}
