//! A second element type for type inference alone: `--cfg activations_f64_literals` compiles it.
//!
//! The traits are implemented for f32 only, so `Sigmoid.apply(&mut [0.0])` compiles today. Beside a
//! second implementation it would mean f64 or be ambiguous. Here is one that inference must
//! consider and that no type can use: each call whose literals do not say that they are f32 is an
//! error at its place.
//!
//! The implementations for f64 will replace this file.

use crate::{
    activation::{Activation, Gradient, GradientFromOutput},
    at::At,
    each_operation,
    ops::table::levels::{ApplyAt, BackwardAt, BackwardFromOutputAt},
    rows::{LogSoftmax, RowActivation, RowGradient, RowLayout, Softmax},
    shape_error::ShapeError,
    tier::Fast,
};
use core::ops::Range;

/// Not f32, which the other implementations are for.
pub trait Second {}
impl Second for f64 {}

/// Not f64. While the type of a literal is open it may be either, so inference cannot exclude
/// `T: Second + First`; it falls back to f64, which is refused with this message.
#[diagnostic::on_unimplemented(
    message = "the type of a literal is left to inference",
    note = "f64 will be a second element type: `[0.0, 1.0_f32]`"
)]
pub trait First {}
impl First for f32 {}

macro_rules! elements { ($([$($generics:tt)*] $Op:ty),* $(,)?) => {$(
    impl<T: Second + First, $($generics)*> Activation<T> for $Op {
        fn apply(&self, _: &mut [T]) {}
        fn apply_into(&self, _: &[T], _: &mut [T]) {}
    }
)*}; }

macro_rules! gradient { ([$($generics:tt)*] $Op:ty) => {
    impl<T: Second + First, $($generics)*> Gradient<T> for $Op {
        fn backward(&self, _: &[T], _: &[T], _: &mut [T]) {}
    }
}; }

macro_rules! gradient_from_output {
    ([$($generics:tt)*] $Op:ty, no) => {};
    ([$($generics:tt)*] $Op:ty, $kernel:ident) => {
        impl<T: Second + First, $($generics)*> GradientFromOutput<T> for $Op {
            fn backward_from_output(&self, _: &[T], _: &[T], _: &mut [T]) {}
        }
    };
}

macro_rules! operations { ($(
    $id:literal $file:ident $Op:ident:
        fast $fast:ident, exact $exact:ident, from_output $from_output:ident;
)*) => {$(
    gradient!([] crate::ops::$Op);
    gradient_from_output!([] crate::ops::$Op, $from_output);
)*}; }

// Every tier. The gradients of tiers are generic over the element already.
elements!([Op: ApplyAt] Op, [Op: ApplyAt] At<Op>);
each_operation!(operations);
gradient!([Op: ApplyAt + BackwardAt] At<Op>);
gradient_from_output!([Op: ApplyAt + BackwardAt + BackwardFromOutputAt] At<Op>, own);

macro_rules! rows { ($($Op:ty),* $(,)?) => {$(
    impl<T: Second + First> RowActivation<T> for $Op {
        fn try_strided(&self, _: &mut [T], _: RowLayout) -> Result<(), ShapeError> {
            Ok(())
        }
        fn try_strided_into(
            &self,
            _: &[T],
            _: &mut [T],
            _: RowLayout,
            _: RowLayout,
        ) -> Result<(), ShapeError> {
            Ok(())
        }
        fn try_axis(&self, _: &mut [T], _: [usize; 3]) -> Result<(), ShapeError> {
            Ok(())
        }
        fn try_axis_into(&self, _: &[T], _: &mut [T], _: [usize; 3]) -> Result<(), ShapeError> {
            Ok(())
        }
        fn try_axis_columns_into(
            &self,
            _: &[T],
            _: &mut [T],
            _: [usize; 3],
            _: Range<usize>,
        ) -> Result<(), ShapeError> {
            Ok(())
        }
    }
    impl<T: Second + First> RowGradient<T> for $Op {
        fn try_rows_backward(
            &self,
            _: &[T],
            _: &[T],
            _: &mut [T],
            _: usize,
        ) -> Result<(), ShapeError> {
            Ok(())
        }
        fn try_axis_backward(
            &self,
            _: &[T],
            _: &[T],
            _: &mut [T],
            _: [usize; 3],
        ) -> Result<(), ShapeError> {
            Ok(())
        }
        fn try_rows_backward_in_place(
            &self,
            _: &[T],
            _: &mut [T],
            _: usize,
        ) -> Result<(), ShapeError> {
            Ok(())
        }
        fn try_axis_backward_in_place(
            &self,
            _: &[T],
            _: &mut [T],
            _: [usize; 3],
        ) -> Result<(), ShapeError> {
            Ok(())
        }
    }
)*}; }

rows!(
    Softmax<'_>,
    LogSoftmax<'_>,
    Fast<Softmax<'_>>,
    Fast<LogSoftmax<'_>>,
    At<Softmax<'_>>,
    At<LogSoftmax<'_>>,
    At<Fast<Softmax<'_>>>,
    At<Fast<LogSoftmax<'_>>>,
);
