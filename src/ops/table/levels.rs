//! The kernels of an operation at any level, and the wrappers that choose the level or the tier.

use crate::{
    activation::{Activation, Gradient, GradientFromOutput},
    at::At,
    check::{or_panic, same_length},
    isa::Isa,
    shape_error::ShapeError,
    tier::{Exact, Fast},
};
use core::mem::MaybeUninit;

/// The kernel of an operation in one tier, at any level.
///
/// A method, not a closure in the table: the methods of a type are compiled in one unit and share
/// their kernels. In another unit there would be copies.
pub trait ApplyAt: Copy {
    /// Reads what is in `dst` if there is no `src`.
    fn apply_at(self, isa: Isa, src: Option<&[f32]>, dst: &mut [f32]);
    /// As `apply_at`, for a destination that nothing has been written to.
    fn apply_uninit_at(self, isa: Isa, src: &[f32], dst: &mut [MaybeUninit<f32>]);
}

/// The gradient of an operation, at any level.
pub trait BackwardAt: Copy {
    /// Reads what is in `dx` if there is no `dy`.
    fn backward_at(self, isa: Isa, x: &[f32], dy: Option<&[f32]>, dx: &mut [f32]);
}

/// The gradient of an operation from its output, at any level.
pub trait BackwardFromOutputAt: Copy {
    /// Returns an error if the parameters are such that the output does not tell the gradient.
    fn check_from_output(&self) -> Result<(), ShapeError>;
    /// Reads what is in `dx` if there is no `dy`.
    fn backward_from_output_at(self, isa: Isa, y: &[f32], dy: Option<&[f32]>, dx: &mut [f32]);
}

macro_rules! wrapped { ($($Wrapper:ident),*) => {$(
    impl<Op: BackwardAt> BackwardAt for $Wrapper<Op> {
        fn backward_at(self, isa: Isa, x: &[f32], dy: Option<&[f32]>, dx: &mut [f32]) {
            self.0.backward_at(isa, x, dy, dx);
        }
    }
    impl<Op: BackwardFromOutputAt> BackwardFromOutputAt for $Wrapper<Op> {
        fn check_from_output(&self) -> Result<(), ShapeError> {
            self.0.check_from_output()
        }
        fn backward_from_output_at(
            self,
            isa: Isa,
            y: &[f32],
            dy: Option<&[f32]>,
            dx: &mut [f32],
        ) {
            self.0.backward_from_output_at(isa, y, dy, dx);
        }
    }
)*}; }

wrapped!(Fast, Exact);

impl<Op: ApplyAt> Activation for At<Op> {
    fn apply(&self, x: &mut [f32]) {
        self.operation.apply_at(self.isa(), None, x);
    }
    fn apply_into(&self, src: &[f32], dst: &mut [f32]) {
        same_length("src", src.len(), "dst", dst.len());
        self.operation.apply_at(self.isa(), Some(src), dst);
    }
    fn apply_uninit(&self, src: &[f32], dst: &mut [MaybeUninit<f32>]) {
        same_length("src", src.len(), "dst", dst.len());
        self.operation.apply_uninit_at(self.isa(), src, dst);
    }
}

impl<Op: ApplyAt + BackwardAt> Gradient for At<Op> {
    fn backward(&self, x: &[f32], dy: &[f32], dx: &mut [f32]) {
        same_length("x", x.len(), "dx", dx.len());
        same_length("dy", dy.len(), "dx", dx.len());
        self.operation.backward_at(self.isa(), x, Some(dy), dx);
    }
    fn backward_in_place(&self, x: &[f32], dy: &mut [f32]) {
        same_length("x", x.len(), "dy", dy.len());
        self.operation.backward_at(self.isa(), x, None, dy);
    }
}

impl<Op: ApplyAt + BackwardAt + BackwardFromOutputAt> GradientFromOutput for At<Op> {
    fn backward_from_output(&self, y: &[f32], dy: &[f32], dx: &mut [f32]) {
        or_panic(self.operation.check_from_output());
        same_length("y", y.len(), "dx", dx.len());
        same_length("dy", dy.len(), "dx", dx.len());
        self.operation.backward_from_output_at(self.isa(), y, Some(dy), dx);
    }
    fn backward_from_output_in_place(&self, y: &[f32], dy: &mut [f32]) {
        or_panic(self.operation.check_from_output());
        same_length("y", y.len(), "dy", dy.len());
        self.operation.backward_from_output_at(self.isa(), y, None, dy);
    }
}
