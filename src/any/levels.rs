//! The calls at a given level, which those without a level lead to.

use super::{AnyActivation, Kind, row_options::RowFunction};
use crate::{
    at::At,
    check::{equal_lengths, product},
    rows::{LogSoftmax, LogSumExp, RowActivation, RowGradient, RowLayout, Softmax},
    shape_error::{Mismatch, ShapeError},
    tier::{Fast, Tier},
};
use core::mem::MaybeUninit;

/// Calls `$method` of the function of rows in its tier.
macro_rules! of_rows {
    ($at:ident, $function:ident, $options:ident, $method:ident($($argument:expr),*)) => {
        match ($function, $at.operation.tier) {
            (RowFunction::Softmax, Tier::Fast) => {
                $at.with(Fast(Softmax::with($options.options()))).$method($($argument),*)
            }
            (RowFunction::Softmax, _) => {
                $at.with(Softmax::with($options.options())).$method($($argument),*)
            }
            // Its fast tier is the default one.
            (RowFunction::LogSoftmax, _) => {
                $at.with(LogSoftmax::with($options.options())).$method($($argument),*)
            }
            (RowFunction::LogSumExp, _) => Err(Mismatch::Reduces.into()),
        }
    };
}

/// The calls that return errors.
impl At<AnyActivation> {
    /// [`AnyActivation::try_apply`]
    ///
    /// # Errors
    ///
    /// Where the call without `try_` panics.
    pub fn try_apply(&self, x: &mut [f32]) -> Result<(), ShapeError> {
        self.operation.apply_at(self.isa(), None, x)
    }

    /// [`AnyActivation::try_apply_into`]
    ///
    /// # Errors
    ///
    /// Where the call without `try_` panics.
    pub fn try_apply_into(&self, src: &[f32], dst: &mut [f32]) -> Result<(), ShapeError> {
        equal_lengths("src", src.len(), "dst", dst.len())?;
        self.operation.apply_at(self.isa(), Some(src), dst)
    }

    /// [`AnyActivation::try_apply_uninit`]
    ///
    /// # Errors
    ///
    /// Where the call without `try_` panics.
    pub fn try_apply_uninit(
        &self,
        src: &[f32],
        dst: &mut [MaybeUninit<f32>],
    ) -> Result<(), ShapeError> {
        equal_lengths("src", src.len(), "dst", dst.len())?;
        self.operation.apply_uninit_at(self.isa(), src, dst)
    }

    /// [`AnyActivation::try_backward`]
    ///
    /// # Errors
    ///
    /// Where the call without `try_` panics.
    pub fn try_backward(&self, x: &[f32], dy: &[f32], dx: &mut [f32]) -> Result<(), ShapeError> {
        equal_lengths("x", x.len(), "dx", dx.len())?;
        equal_lengths("dy", dy.len(), "dx", dx.len())?;
        self.operation.backward_at(self.isa(), x, Some(dy), dx)
    }

    /// [`AnyActivation::try_backward_from_output`]
    ///
    /// # Errors
    ///
    /// Where the call without `try_` panics.
    pub fn try_backward_from_output(
        &self,
        y: &[f32],
        dy: &[f32],
        dx: &mut [f32],
    ) -> Result<(), ShapeError> {
        equal_lengths("y", y.len(), "dx", dx.len())?;
        equal_lengths("dy", dy.len(), "dx", dx.len())?;
        self.operation.backward_from_output_at(self.isa(), y, Some(dy), dx)
    }

    /// [`AnyActivation::try_rows`]
    ///
    /// # Errors
    ///
    /// Where the call without `try_` panics.
    pub fn try_rows(&self, x: &mut [f32], cols: usize) -> Result<(), ShapeError> {
        let Kind::OfRows(function, options) = self.operation.kind else {
            RowLayout::contiguous(cols).count("x", x.len())?;
            return self.try_apply(x);
        };
        of_rows!(self, function, options, try_rows(x, cols))
    }

    /// [`AnyActivation::try_rows_into`]
    ///
    /// # Errors
    ///
    /// Where the call without `try_` panics.
    pub fn try_rows_into(
        &self,
        src: &[f32],
        dst: &mut [f32],
        cols: usize,
    ) -> Result<(), ShapeError> {
        match self.operation.kind {
            Kind::OfRows(RowFunction::LogSumExp, options) => {
                self.with(LogSumExp::with(options.options())).try_rows_into(src, dst, cols)
            }
            Kind::OfRows(function, options) => {
                of_rows!(self, function, options, try_rows_into(src, dst, cols))
            }
            _ => {
                RowLayout::contiguous(cols).count("src", src.len())?;
                self.try_apply_into(src, dst)
            }
        }
    }

    /// [`AnyActivation::try_axis`]
    ///
    /// # Errors
    ///
    /// Where the call without `try_` panics.
    pub fn try_axis(&self, x: &mut [f32], shape: [usize; 3]) -> Result<(), ShapeError> {
        let Kind::OfRows(function, options) = self.operation.kind else {
            product("x", x.len(), shape)?;
            return self.try_apply(x);
        };
        of_rows!(self, function, options, try_axis(x, shape))
    }

    /// [`AnyActivation::try_axis_into`]
    ///
    /// # Errors
    ///
    /// Where the call without `try_` panics.
    pub fn try_axis_into(
        &self,
        src: &[f32],
        dst: &mut [f32],
        shape: [usize; 3],
    ) -> Result<(), ShapeError> {
        match self.operation.kind {
            Kind::OfRows(RowFunction::LogSumExp, options) => {
                self.with(LogSumExp::with(options.options())).try_axis_into(src, dst, shape)
            }
            Kind::OfRows(function, options) => {
                of_rows!(self, function, options, try_axis_into(src, dst, shape))
            }
            _ => {
                product("src", src.len(), shape)?;
                self.try_apply_into(src, dst)
            }
        }
    }

    /// [`AnyActivation::try_axis_backward`]
    ///
    /// # Errors
    ///
    /// Where the call without `try_` panics.
    pub fn try_axis_backward(
        &self,
        x: &[f32],
        y: &[f32],
        dy: &[f32],
        dx: &mut [f32],
        shape: [usize; 3],
    ) -> Result<(), ShapeError> {
        match self.operation.kind {
            Kind::OfRows(RowFunction::LogSumExp, options) => {
                self.with(LogSumExp::with(options.options())).try_axis_backward(x, dy, dx, shape)
            }
            Kind::OfRows(function, options) => {
                of_rows!(self, function, options, try_axis_backward(y, dy, dx, shape))
            }
            _ => {
                product("dx", dx.len(), shape)?;
                self.try_backward(x, dy, dx)
            }
        }
    }

    /// [`AnyActivation::try_rows_backward`]
    ///
    /// # Errors
    ///
    /// Where the call without `try_` panics.
    pub fn try_rows_backward(
        &self,
        x: &[f32],
        y: &[f32],
        dy: &[f32],
        dx: &mut [f32],
        cols: usize,
    ) -> Result<(), ShapeError> {
        let rows = RowLayout::contiguous(cols).count("dx", dx.len())?;
        self.try_axis_backward(x, y, dy, dx, [rows, cols, 1])
    }
    /// [`AnyActivation::try_backward_in_place`]
    ///
    /// # Errors
    ///
    /// Where the call without `try_` panics.
    pub fn try_backward_in_place(&self, x: &[f32], dy: &mut [f32]) -> Result<(), ShapeError> {
        equal_lengths("x", x.len(), "dy", dy.len())?;
        self.operation.backward_at(self.isa(), x, None, dy)
    }

    /// [`AnyActivation::try_backward_from_output_in_place`]
    ///
    /// # Errors
    ///
    /// Where the call without `try_` panics.
    pub fn try_backward_from_output_in_place(
        &self,
        y: &[f32],
        dy: &mut [f32],
    ) -> Result<(), ShapeError> {
        equal_lengths("y", y.len(), "dy", dy.len())?;
        self.operation.backward_from_output_at(self.isa(), y, None, dy)
    }

    /// [`AnyActivation::try_axis_backward_in_place`]
    ///
    /// # Errors
    ///
    /// Where the call without `try_` panics.
    pub fn try_axis_backward_in_place(
        &self,
        x: &[f32],
        y: &[f32],
        dy: &mut [f32],
        shape: [usize; 3],
    ) -> Result<(), ShapeError> {
        match self.operation.kind {
            Kind::OfRows(RowFunction::LogSumExp, _) => {
                Err(Mismatch::GradientShape { name: self.operation.name() }.into())
            }
            Kind::OfRows(function, options) => {
                of_rows!(self, function, options, try_axis_backward_in_place(y, dy, shape))
            }
            _ => {
                product("dy", dy.len(), shape)?;
                self.try_backward_in_place(x, dy)
            }
        }
    }

    /// [`AnyActivation::try_rows_backward_in_place`]
    ///
    /// # Errors
    ///
    /// Where the call without `try_` panics.
    pub fn try_rows_backward_in_place(
        &self,
        x: &[f32],
        y: &[f32],
        dy: &mut [f32],
        cols: usize,
    ) -> Result<(), ShapeError> {
        let rows = RowLayout::contiguous(cols).count("dy", dy.len())?;
        self.try_axis_backward_in_place(x, y, dy, [rows, cols, 1])
    }
}
