//! The table of the functions of rows, and what is made of each of its lines.

use super::{
    activation::{RowActivation, RowGradient},
    builder::Optional,
    entry::{axis, axis_columns, in_place, into, reduce, reduce_axis},
    gradient::{axis_backward, rows_backward},
    layout::RowLayout,
    log_softmax::LogSoftmax,
    log_sum_exp::LogSumExp,
    options::SoftmaxOptions,
    softmax::Softmax,
    softmin::{NEGATED, Softmin},
};
use crate::{
    at::At,
    check::or_panic,
    contract::Bound,
    isa::Isa,
    shape_error::ShapeError,
    tier::{Fast, Tier},
};
use core::ops::Range;

#[allow(missing_docs, reason = "read by tests alone, through the hidden module `table`")]
/// A function of rows in one tier.
#[derive(Clone, Copy, Debug)]
pub struct RowOperation {
    pub name: &'static str,
    /// The number that stands for the function in other languages. It never changes.
    pub id: u16,
    /// The name of its type.
    pub type_name: &'static str,
    pub formula: &'static str,
    pub torch: &'static str,
    pub tier: Tier,
    /// Where the exact result is a normal number.
    pub bound: Bound,
    pub rows: fn(Isa, SoftmaxOptions<'_>, x: &mut [f32], RowLayout),
    pub rows_into:
        fn(Isa, SoftmaxOptions<'_>, src: &[f32], dst: &mut [f32], src: RowLayout, dst: RowLayout),
    /// The shape is `[outer, n, inner]`.
    pub axis: fn(Isa, SoftmaxOptions<'_>, x: &mut [f32], [usize; 3]),
    pub axis_into: fn(Isa, SoftmaxOptions<'_>, src: &[f32], dst: &mut [f32], [usize; 3]),
    /// From the output.
    pub axis_backward: AxisBackward,
}

#[allow(missing_docs, reason = "read by tests alone, through the hidden module `table`")]
/// A function of rows that gives one result a row.
#[derive(Clone, Copy, Debug)]
pub struct RowReduction {
    pub name: &'static str,
    pub id: u16,
    pub type_name: &'static str,
    pub formula: &'static str,
    pub torch: &'static str,
    pub bound: Bound,
    pub rows_into: fn(Isa, SoftmaxOptions<'_>, src: &[f32], dst: &mut [f32], RowLayout),
    pub axis_into: fn(Isa, SoftmaxOptions<'_>, src: &[f32], dst: &mut [f32], [usize; 3]),
    /// From the input; `dy` has one element a row.
    pub axis_backward: AxisBackward,
}

/// A gradient along an axis: of the output or the input, and dy, to dx.
pub(super) type AxisBackward = fn(Isa, SoftmaxOptions<'_>, &[f32], &[f32], &mut [f32], [usize; 3]);

/// The traits of one operation.
macro_rules! row_traits {
    ($Op:ty, |$this:ident| $isa:expr, $options:expr; $Kernel:ty, gradient of $Gradient:ty) => {
        impl RowActivation for $Op {
            fn try_strided(&self, x: &mut [f32], layout: RowLayout) -> Result<(), ShapeError> {
                let $this = self;
                in_place::<$Kernel>($isa, $options, x, layout, None)
            }
            fn try_strided_into(
                &self,
                src: &[f32],
                dst: &mut [f32],
                of_src: RowLayout,
                of_dst: RowLayout,
            ) -> Result<(), ShapeError> {
                let $this = self;
                into::<$Kernel>($isa, $options, src, dst, of_src, of_dst)
            }
            fn try_axis(&self, x: &mut [f32], shape: [usize; 3]) -> Result<(), ShapeError> {
                let $this = self;
                axis::<$Kernel>($isa, $options, None, x, shape)
            }
            fn try_axis_into(
                &self,
                src: &[f32],
                dst: &mut [f32],
                shape: [usize; 3],
            ) -> Result<(), ShapeError> {
                let $this = self;
                axis::<$Kernel>($isa, $options, Some(src), dst, shape)
            }
            fn try_axis_columns_into(
                &self,
                src: &[f32],
                dst: &mut [f32],
                shape: [usize; 3],
                columns: Range<usize>,
            ) -> Result<(), ShapeError> {
                let $this = self;
                axis_columns::<$Kernel>($isa, $options, src, dst, shape, columns)
            }
        }

        impl RowGradient for $Op {
            fn try_rows_backward(
                &self,
                y: &[f32],
                dy: &[f32],
                dx: &mut [f32],
                cols: usize,
            ) -> Result<(), ShapeError> {
                let $this = self;
                rows_backward::<$Gradient>($isa, $options, y, Some(dy), dx, cols)
            }
            fn try_axis_backward(
                &self,
                y: &[f32],
                dy: &[f32],
                dx: &mut [f32],
                shape: [usize; 3],
            ) -> Result<(), ShapeError> {
                let $this = self;
                axis_backward::<$Gradient>($isa, $options, y, Some(dy), dx, shape)
            }
            fn try_rows_backward_in_place(
                &self,
                y: &[f32],
                dy: &mut [f32],
                cols: usize,
            ) -> Result<(), ShapeError> {
                let $this = self;
                rows_backward::<$Gradient>($isa, $options, y, None, dy, cols)
            }
            fn try_axis_backward_in_place(
                &self,
                y: &[f32],
                dy: &mut [f32],
                shape: [usize; 3],
            ) -> Result<(), ShapeError> {
                let $this = self;
                axis_backward::<$Gradient>($isa, $options, y, None, dy, shape)
            }
        }
    };
}

/// At a level, and at the active one.
macro_rules! row_activation {
    ($Op:ty: $Kernel:ty, gradient of $Gradient:ty) => {
        row_traits!($Op, |this| Isa::active(), this.options(); $Kernel, gradient of $Gradient);
        row_traits!(
            At<$Op>, |this| this.isa(), this.operation.options(); $Kernel, gradient of $Gradient
        );
    };
}

row_traits!(Softmin, |_this| Isa::active(), &NEGATED; Softmax<'_>, gradient of Softmax<'_>);
row_traits!(At<Softmin>, |this| this.isa(), &NEGATED; Softmax<'_>, gradient of Softmax<'_>);
row_traits!(
    Fast<Softmin>, |_this| Isa::active(), &NEGATED; Fast<Softmax<'_>>, gradient of Softmax<'_>
);
row_traits!(
    At<Fast<Softmin>>, |this| this.isa(), &NEGATED; Fast<Softmax<'_>>, gradient of Softmax<'_>
);

/// Each function and tier, with its kernel, its gradient and its bound on the levels with and
/// without FMA.
macro_rules! row_operations { ($(
    $id:literal $file:ident $tier:ident $Op:ty:
        $Kernel:ty, gradient of $Gradient:ident, $fused:literal or $baseline:literal ULP;
)*) => {
    $(row_activation!($Op: $Kernel, gradient of $Gradient<'_>);)*

    /// Every function of rows and tier that gives as many results as there are entries.
    pub static ROW_OPERATIONS: &[RowOperation] = &[$(
        RowOperation {
            name: stringify!($file),
            id: $id,
            type_name: stringify!($Gradient),
            formula: super::$file::FORMULA,
            torch: super::$file::TORCH,
            tier: Tier::$tier,
            bound: Bound { fused: $fused, baseline: $baseline },
            rows: |isa, options, x, layout| {
                or_panic(in_place::<$Kernel>(isa, &options, x, layout, None));
            },
            rows_into: |isa, options, src, dst, of_src, of_dst| {
                or_panic(into::<$Kernel>(isa, &options, src, dst, of_src, of_dst));
            },
            axis: |isa, options, x, shape| {
                or_panic(axis::<$Kernel>(isa, &options, None, x, shape));
            },
            axis_into: |isa, options, src, dst, shape| {
                or_panic(axis::<$Kernel>(isa, &options, Some(src), dst, shape));
            },
            axis_backward: |isa, options, y, dy, dx, shape| {
                or_panic(axis_backward::<$Gradient<'_>>(isa, &options, y, Some(dy), dx, shape));
            },
        },
    )*];
}; }

row_operations! {
    1001 softmax Default Softmax<'_>: Softmax<'_>, gradient of Softmax, 3.8 or 4.0 ULP;
    1001 softmax Fast Fast<Softmax<'_>>:
        Fast<Softmax<'_>>, gradient of Softmax, 12.0 or 12.0 ULP;
    1002 log_softmax Default LogSoftmax<'_>:
        LogSoftmax<'_>, gradient of LogSoftmax, 2.0 or 2.0 ULP;
    1002 log_softmax Fast Fast<LogSoftmax<'_>>:
        LogSoftmax<'_>, gradient of LogSoftmax, 2.0 or 2.0 ULP;
}

/// Every function of rows that gives one result a row.
pub static ROW_REDUCTIONS: &[RowReduction] = &[RowReduction {
    name: "log_sum_exp",
    id: 1003,
    type_name: "LogSumExp",
    formula: super::log_sum_exp::FORMULA,
    torch: super::log_sum_exp::TORCH,
    bound: Bound { fused: 1.0, baseline: 1.0 },
    rows_into: |isa, options, src, dst, layout| {
        or_panic(reduce::<LogSumExp<'_>>(isa, &options, src, dst, layout));
    },
    axis_into: |isa, options, src, dst, shape| {
        or_panic(reduce_axis::<LogSumExp<'_>>(isa, &options, src, dst, shape, 0..shape[2]));
    },
    axis_backward: |isa, options, x, dy, dx, shape| {
        or_panic(super::log_sum_exp::axis_backward(isa, &options, x, dy, dx, shape));
    },
}];
