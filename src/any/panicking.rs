//! The calls at a given level that panic.

use super::AnyActivation;
use crate::{at::At, check::or_panic};
use core::mem::MaybeUninit;

macro_rules! panicking { ($(
    $name:ident $try_name:ident ($($argument:ident: $T:ty),*);
)*) => {
    /// The methods of [`AnyActivation`], at this level.
    impl At<AnyActivation> {$(
        #[doc = concat!("[`AnyActivation::", stringify!($name), "`]")]
        #[track_caller]
        pub fn $name(&self, $($argument: $T),*) {
            or_panic(self.$try_name($($argument),*));
        }
    )*}
}; }

panicking! {
    apply try_apply(x: &mut [f32]);
    apply_into try_apply_into(src: &[f32], dst: &mut [f32]);
    apply_uninit try_apply_uninit(src: &[f32], dst: &mut [MaybeUninit<f32>]);
    backward try_backward(x: &[f32], dy: &[f32], dx: &mut [f32]);
    backward_from_output try_backward_from_output(y: &[f32], dy: &[f32], dx: &mut [f32]);
    rows try_rows(x: &mut [f32], cols: usize);
    rows_into try_rows_into(src: &[f32], dst: &mut [f32], cols: usize);
    axis try_axis(x: &mut [f32], shape: [usize; 3]);
    axis_into try_axis_into(src: &[f32], dst: &mut [f32], shape: [usize; 3]);
    rows_backward try_rows_backward(x: &[f32], y: &[f32], dy: &[f32], dx: &mut [f32], cols: usize);
    axis_backward try_axis_backward(
        x: &[f32], y: &[f32], dy: &[f32], dx: &mut [f32], shape: [usize; 3]
    );
    backward_in_place try_backward_in_place(x: &[f32], dy: &mut [f32]);
    backward_from_output_in_place try_backward_from_output_in_place(y: &[f32], dy: &mut [f32]);
    rows_backward_in_place try_rows_backward_in_place(
        x: &[f32], y: &[f32], dy: &mut [f32], cols: usize
    );
    axis_backward_in_place try_axis_backward_in_place(
        x: &[f32], y: &[f32], dy: &mut [f32], shape: [usize; 3]
    );
}
