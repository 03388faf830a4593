//! The calls at a given level, which those without a level lead to.

use super::{AnyActivation, Kind, RowFunction};
use crate::{
    at::At,
    check::{same_length, shape as check},
    rows::{LogSoftmax, LogSumExp, RowActivation, RowGradient, RowLayout, Softmax},
    tier::{Fast, Tier},
};

/// Calls `$method` of the function of rows in its tier.
macro_rules! of_rows {
    ($at:ident, $function:ident, $options:ident, $method:ident($($argument:expr),*)) => {
        match ($function, $at.operation.tier) {
            (RowFunction::Softmax, Tier::Fast) => {
                $at.with(Fast(Softmax::with($options))).$method($($argument),*)
            }
            (RowFunction::Softmax, _) => $at.with(Softmax::with($options)).$method($($argument),*),
            // Its fast tier is the default one.
            (RowFunction::LogSoftmax, _) => {
                $at.with(LogSoftmax::with($options)).$method($($argument),*)
            }
            (RowFunction::LogSumExp, _) => $at.operation.refuse_in_place(),
        }
    };
}

/// The methods of [`AnyActivation`], at this level.
impl At<AnyActivation> {
    /// [`AnyActivation::apply`]
    #[track_caller]
    pub fn apply(&self, x: &mut [f32]) {
        self.operation.apply_at(self.isa(), None, x);
    }

    /// [`AnyActivation::apply_into`]
    #[track_caller]
    pub fn apply_into(&self, src: &[f32], dst: &mut [f32]) {
        same_length("src", src.len(), "dst", dst.len());
        self.operation.apply_at(self.isa(), Some(src), dst);
    }

    /// [`AnyActivation::backward`]
    #[track_caller]
    pub fn backward(&self, x: &[f32], dy: &[f32], dx: &mut [f32]) {
        same_length("x", x.len(), "dx", dx.len());
        same_length("dy", dy.len(), "dx", dx.len());
        self.operation.backward_at(self.isa(), x, Some(dy), dx);
    }

    /// [`AnyActivation::backward_in_place`]
    #[track_caller]
    pub fn backward_in_place(&self, x: &[f32], dy: &mut [f32]) {
        same_length("x", x.len(), "dy", dy.len());
        self.operation.backward_at(self.isa(), x, None, dy);
    }

    /// [`AnyActivation::backward_from_output`]
    #[track_caller]
    pub fn backward_from_output(&self, y: &[f32], dy: &[f32], dx: &mut [f32]) {
        same_length("y", y.len(), "dx", dx.len());
        same_length("dy", dy.len(), "dx", dx.len());
        self.operation.backward_from_output_at(self.isa(), y, Some(dy), dx);
    }

    /// [`AnyActivation::backward_from_output_in_place`]
    #[track_caller]
    pub fn backward_from_output_in_place(&self, y: &[f32], dy: &mut [f32]) {
        same_length("y", y.len(), "dy", dy.len());
        self.operation.backward_from_output_at(self.isa(), y, None, dy);
    }

    /// [`AnyActivation::rows`]
    #[track_caller]
    pub fn rows(&self, x: &mut [f32], cols: usize) {
        let Kind::OfRows(function, options) = self.operation.kind else {
            RowLayout::contiguous(cols).count("x", x.len());
            return self.apply(x);
        };
        of_rows!(self, function, options, rows(x, cols));
    }

    /// [`AnyActivation::rows_into`]
    #[track_caller]
    pub fn rows_into(&self, src: &[f32], dst: &mut [f32], cols: usize) {
        match self.operation.kind {
            Kind::OfRows(RowFunction::LogSumExp, options) => {
                self.with(LogSumExp::with(options)).rows_into(src, dst, cols);
            }
            Kind::OfRows(function, options) => {
                of_rows!(self, function, options, rows_into(src, dst, cols));
            }
            _ => {
                RowLayout::contiguous(cols).count("src", src.len());
                self.apply_into(src, dst);
            }
        }
    }

    /// [`AnyActivation::axis`]
    #[track_caller]
    pub fn axis(&self, x: &mut [f32], shape: [usize; 3]) {
        let Kind::OfRows(function, options) = self.operation.kind else {
            check("x", x.len(), shape);
            return self.apply(x);
        };
        of_rows!(self, function, options, axis(x, shape));
    }

    /// [`AnyActivation::axis_into`]
    #[track_caller]
    pub fn axis_into(&self, src: &[f32], dst: &mut [f32], shape: [usize; 3]) {
        match self.operation.kind {
            Kind::OfRows(RowFunction::LogSumExp, options) => {
                self.with(LogSumExp::with(options)).axis_into(src, dst, shape);
            }
            Kind::OfRows(function, options) => {
                of_rows!(self, function, options, axis_into(src, dst, shape));
            }
            _ => {
                check("src", src.len(), shape);
                self.apply_into(src, dst);
            }
        }
    }

    /// [`AnyActivation::axis_backward`]
    #[track_caller]
    pub fn axis_backward(
        &self,
        x: &[f32],
        y: &[f32],
        dy: &[f32],
        dx: &mut [f32],
        shape: [usize; 3],
    ) {
        match self.operation.kind {
            Kind::OfRows(RowFunction::LogSumExp, options) => {
                self.with(LogSumExp::with(options)).axis_backward(x, dy, dx, shape);
            }
            Kind::OfRows(function, options) => {
                of_rows!(self, function, options, axis_backward(y, dy, dx, shape));
            }
            _ => {
                check("dx", dx.len(), shape);
                self.backward(x, dy, dx);
            }
        }
    }

    /// [`AnyActivation::rows_backward`]
    #[track_caller]
    pub fn rows_backward(&self, x: &[f32], y: &[f32], dy: &[f32], dx: &mut [f32], cols: usize) {
        let rows = RowLayout::contiguous(cols).count("dx", dx.len());
        self.axis_backward(x, y, dy, dx, [rows, cols, 1]);
    }

    /// [`AnyActivation::axis_backward_in_place`]
    #[track_caller]
    pub fn axis_backward_in_place(&self, x: &[f32], y: &[f32], dy: &mut [f32], shape: [usize; 3]) {
        match self.operation.kind {
            Kind::OfRows(RowFunction::LogSumExp, _) => self.operation.refuse_gradient_in_place(),
            Kind::OfRows(function, options) => {
                of_rows!(self, function, options, axis_backward_in_place(y, dy, shape));
            }
            _ => {
                check("dy", dy.len(), shape);
                self.backward_in_place(x, dy);
            }
        }
    }

    /// [`AnyActivation::rows_backward_in_place`]
    #[track_caller]
    pub fn rows_backward_in_place(&self, x: &[f32], y: &[f32], dy: &mut [f32], cols: usize) {
        let rows = RowLayout::contiguous(cols).count("dy", dy.len());
        self.axis_backward_in_place(x, y, dy, [rows, cols, 1]);
    }
}
