//! The table of the functions of rows, and what is made of each of its lines.

use super::{
    activation::RowActivation,
    builder::Optional,
    entry::{axis, in_place, into},
    layout::Rows,
    log_softmax::LogSoftmax,
    options::Options,
    softmax::Softmax,
};
use crate::{contract::Bound, isa::Isa, tier::Fast};

#[allow(missing_docs, reason = "read by tests alone, through the hidden module `table`")]
/// A function of rows in one tier.
#[derive(Clone, Copy, Debug)]
pub struct RowOperation {
    pub name: &'static str,
    pub tier: &'static str,
    /// Where the exact result is a normal number.
    pub bound: Bound,
    pub rows: fn(Isa, Options<'_>, x: &mut [f32], Rows),
    pub rows_into: fn(Isa, Options<'_>, src: &[f32], Rows, dst: &mut [f32], Rows),
    /// The shape is `[outer, n, inner]`.
    pub axis: fn(Isa, Options<'_>, x: &mut [f32], [usize; 3]),
    pub axis_into: fn(Isa, Options<'_>, src: &[f32], dst: &mut [f32], [usize; 3]),
}

/// Each function and tier, with the kernel that does it.
macro_rules! row_operations { ($($name:literal $tier:literal $Op:ty: $Kernel:ty, $bound:expr;)*) => {
    $(impl RowActivation for $Op {
        fn rows(&self, x: &mut [f32], cols: usize) {
            self.strided(x, Rows { cols, stride: cols });
        }
        fn rows_into(&self, src: &[f32], dst: &mut [f32], cols: usize) {
            let rows = Rows { cols, stride: cols };
            self.strided_into(src, rows, dst, rows);
        }
        fn strided(&self, x: &mut [f32], rows: Rows) {
            in_place::<$Kernel>(Isa::active(), self.options(), x, rows, None);
        }
        fn strided_into(&self, src: &[f32], src_rows: Rows, dst: &mut [f32], dst_rows: Rows) {
            into::<$Kernel>(Isa::active(), self.options(), src, src_rows, dst, dst_rows);
        }
        fn axis(&self, x: &mut [f32], shape: [usize; 3]) {
            axis::<$Kernel>(Isa::active(), self.options(), None, x, shape);
        }
        fn axis_into(&self, src: &[f32], dst: &mut [f32], shape: [usize; 3]) {
            axis::<$Kernel>(Isa::active(), self.options(), Some(src), dst, shape);
        }
    })*

    /// Every function of rows and tier that gives as many results as there are entries.
    pub static ROW_OPERATIONS: &[RowOperation] = &[$(
        RowOperation {
            name: $name,
            tier: $tier,
            bound: $bound,
            rows: |isa, options, x, rows| in_place::<$Kernel>(isa, options, x, rows, None),
            rows_into: into::<$Kernel>,
            axis: |isa, options, x, shape| axis::<$Kernel>(isa, options, None, x, shape),
            axis_into: |isa, options, src, dst, shape| axis::<$Kernel>(isa, options, Some(src), dst, shape),
        },
    )*];
}; }

row_operations! {
    "softmax" "default" Softmax<'_>: Softmax<'_>, Bound { fused: 3.8, baseline: 4.0 };
    "softmax" "fast" Fast<Softmax<'_>>: Fast<Softmax<'_>>, Bound { fused: 12.0, baseline: 12.0 };
    "log_softmax" "default" LogSoftmax<'_>: LogSoftmax<'_>, Bound { fused: 2.0, baseline: 2.0 };
    "log_softmax" "fast" Fast<LogSoftmax<'_>>: LogSoftmax<'_>, Bound { fused: 2.0, baseline: 2.0 };
}
