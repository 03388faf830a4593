//! The table of the functions of one number, and what is made of each of its lines.

pub(crate) mod levels;

use crate::{
    activation::{Activation, Gradient, GradientFromOutput},
    check::{or_panic, same_length},
    contract::{self, Bound, Contract, FromOutput, Kernel, Operation},
    isa::Isa,
    map::{
        Backward, BackwardFromOutput, Compiled, Map, binary, through_blocks, unary, unary_uninit,
    },
    shape_error::{Mismatch, ShapeError},
    tier::{Exact, Fast, Tier},
};
use core::mem::MaybeUninit;
use levels::{ApplyAt, BackwardAt, BackwardFromOutputAt};

/// The table: gives every operation to a macro.
///
/// A line has the number that stands for the operation in other languages, its file, its type, the
/// kernel of each tier, and that of the gradient from the output: its `own`, the `same` as from the
/// input, or `no`, where the output does not tell the gradient. A tier has a kernel of
/// its `own` or the `default` one. An operation that neither rounds correctly has no exact tier.
/// What stands after the name of the macro is handed to it before the lines.
#[doc(hidden)]
#[macro_export]
macro_rules! each_operation {
    ($macro:ident $(, $before:tt)?) => {
        $macro! { $($before)?
            1 exp Exp: fast own, exact own, from_output own;
            2 sigmoid Sigmoid: fast own, exact own, from_output no;
            3 tanh Tanh: fast own, exact own, from_output no;
            4 relu Relu: fast default, exact default, from_output same;
            5 leaky_relu LeakyRelu: fast default, exact default, from_output same;
            6 rrelu RRelu: fast default, exact default, from_output no;
            7 relu6 Relu6: fast default, exact default, from_output same;
            8 hard_tanh HardTanh: fast default, exact default, from_output same;
            9 threshold Threshold: fast default, exact default, from_output no;
            10 elu Elu: fast default, exact none, from_output own;
            11 selu Selu: fast default, exact none, from_output own;
            12 celu Celu: fast default, exact none, from_output own;
            13 clip Clip: fast default, exact default, from_output no;
            14 scaled_elu ScaledElu: fast default, exact none, from_output no;
            15 silu Silu: fast own, exact none, from_output no;
            16 swish Swish: fast own, exact none, from_output no;
            17 quick_gelu QuickGelu: fast own, exact none, from_output no;
            18 mish Mish: fast own, exact none, from_output no;
            21 erf Erf: fast own, exact none, from_output no;
            22 gelu Gelu: fast own, exact none, from_output no;
            23 gelu_tanh GeluTanh: fast own, exact none, from_output no;
            19 softplus Softplus: fast own, exact none, from_output no;
            20 log_sigmoid LogSigmoid: fast own, exact none, from_output no;
            24 hard_sigmoid HardSigmoid: fast default, exact none, from_output own;
            25 hard_swish HardSwish: fast default, exact none, from_output no;
            26 softsign Softsign: fast default, exact none, from_output no;
            27 tanh_shrink TanhShrink: fast default, exact none, from_output no;
            28 soft_shrink SoftShrink: fast default, exact default, from_output own;
            29 hard_shrink HardShrink: fast default, exact default, from_output own;
            30 shrink Shrink: fast default, exact default, from_output no;
            31 soft_cap SoftCap: fast default, exact none, from_output no;
            32 squared_relu SquaredRelu: fast default, exact default, from_output no;
            33 thresholded_relu ThresholdedRelu: fast default, exact default, from_output no;
            34 xielu XIelu: fast default, exact none, from_output no;
        }
    };
}

/// Compiles the kernels of a forward operation here, at this crate's optimisation level.
macro_rules! activation {
    ($Op:ty) => {
        impl Activation for $Op {
            fn apply(&self, x: &mut [f32]) {
                unary(Isa::active(), *self, None, x);
            }
            fn apply_into(&self, src: &[f32], dst: &mut [f32]) {
                same_length("src", src.len(), "dst", dst.len());
                unary(Isa::active(), *self, Some(src), dst);
            }
            fn apply_uninit(&self, src: &[f32], dst: &mut [MaybeUninit<f32>]) {
                same_length("src", src.len(), "dst", dst.len());
                self.apply_uninit_at(Isa::active(), src, dst);
            }
        }
        impl ApplyAt for $Op {
            #[inline(never)]
            fn apply_at(self, isa: Isa, src: Option<&[f32]>, dst: &mut [f32]) {
                unary(isa, self, src, dst);
            }
            #[inline(never)]
            fn apply_uninit_at(self, isa: Isa, src: &[f32], dst: &mut [MaybeUninit<f32>]) {
                if const { <<Self as Compiled<1>>::Kernel as Map<1>>::WRITES_UNINIT } {
                    unary_uninit(isa, self, src, dst);
                } else {
                    through_blocks(src, dst, &|src, dst| self.apply_at(isa, Some(src), dst));
                }
            }
        }
    };
}

/// Another tier: a kernel of its own, the default one, or none.
macro_rules! other_tier {
    ($Tier:ident, $Op:ty, own) => {
        activation!($Tier<$Op>);
    };
    ($Tier:ident, $Op:ty, default) => {
        impl Activation for $Tier<$Op> {
            fn apply(&self, x: &mut [f32]) {
                self.0.apply(x);
            }
            fn apply_into(&self, src: &[f32], dst: &mut [f32]) {
                self.0.apply_into(src, dst);
            }
            fn apply_uninit(&self, src: &[f32], dst: &mut [MaybeUninit<f32>]) {
                self.0.apply_uninit(src, dst);
            }
        }
        impl ApplyAt for $Tier<$Op> {
            fn apply_at(self, isa: Isa, src: Option<&[f32]>, dst: &mut [f32]) {
                self.0.apply_at(isa, src, dst);
            }
            fn apply_uninit_at(self, isa: Isa, src: &[f32], dst: &mut [MaybeUninit<f32>]) {
                self.0.apply_uninit_at(isa, src, dst);
            }
        }
    };
    ($Tier:ident, $Op:ty, none) => {};
}

macro_rules! gradient_from_output {
    ($Op:ty, no) => {};
    ($Op:ty, $kernel:ident) => {
        impl GradientFromOutput for $Op {
            fn backward_from_output(&self, y: &[f32], dy: &[f32], dx: &mut [f32]) {
                or_panic(self.check_from_output());
                same_length("y", y.len(), "dx", dx.len());
                same_length("dy", dy.len(), "dx", dx.len());
                binary(Isa::active(), from_output!($kernel, *self), y, Some(dy), dx);
            }
            fn backward_from_output_in_place(&self, y: &[f32], dy: &mut [f32]) {
                or_panic(self.check_from_output());
                same_length("y", y.len(), "dy", dy.len());
                binary(Isa::active(), from_output!($kernel, *self), y, None, dy);
            }
        }
        impl BackwardFromOutputAt for $Op {
            fn check_from_output(&self) -> Result<(), ShapeError> {
                match self.mistake_from_output() {
                    None => Ok(()),
                    mistake => Err(Mismatch::NoOutputGradient { name: Self::NAME, mistake }.into()),
                }
            }
            #[inline(never)]
            fn backward_from_output_at(
                self,
                isa: Isa,
                y: &[f32],
                dy: Option<&[f32]>,
                dx: &mut [f32],
            ) {
                binary(isa, from_output!($kernel, self), y, dy, dx);
            }
        }
    };
}

macro_rules! from_output {
    (own, $operation:expr) => {
        BackwardFromOutput($operation)
    };
    (same, $operation:expr) => {
        Backward($operation)
    };
}

macro_rules! backward_from_output {
    ($Op:ty, no) => {
        None
    };
    ($Op:ty, $kernel:ident) => {
        Some(contract::Backward {
            kernel: "from_output",
            bound: <$Op>::OUTPUT_BOUND,
            specials: <$Op>::OUTPUT_SPECIALS,
            derivative: |y| <$Op>::default().derivative_from_output(y),
            crossing: None,
            backward: |isa, y, dy, dx| {
                <$Op>::default().backward_from_output_at(isa, y, Some(dy), dx);
            },
            in_place: |isa, y, dy| <$Op>::default().backward_from_output_at(isa, y, None, dy),
        })
    };
}

macro_rules! kernel {
    ($tier:ident, $bound:expr, $monotone:expr, $kernel:expr) => {
        Kernel {
            tier: Tier::$tier,
            bound: $bound,
            monotone: $monotone,
            apply: |isa, x| $kernel.apply_at(isa, None, x),
            apply_into: |isa, src, dst| $kernel.apply_at(isa, Some(src), dst),
            apply_uninit: |isa, src, dst| $kernel.apply_uninit_at(isa, src, dst),
        }
    };
}

macro_rules! kernels {
    ($Op:ty, exact none) => {
        &[
            kernel!(Default, <$Op>::BOUNDS.default, <$Op>::MONOTONE, <$Op>::default()),
            kernel!(Fast, <$Op>::BOUNDS.fast, <$Op>::FAST_MONOTONE, Fast(<$Op>::default())),
        ]
    };
    ($Op:ty, exact $exact:ident) => {
        &[
            kernel!(Default, <$Op>::BOUNDS.default, <$Op>::MONOTONE, <$Op>::default()),
            kernel!(Fast, <$Op>::BOUNDS.fast, <$Op>::FAST_MONOTONE, Fast(<$Op>::default())),
            kernel!(Exact, exact_bound!($Op, $exact), <$Op>::MONOTONE, Exact(<$Op>::default())),
        ]
    };
}

macro_rules! exact_bound {
    ($Op:ty, own) => {
        Bound::ROUNDED
    };
    ($Op:ty, default) => {
        <$Op>::BOUNDS.default
    };
}

macro_rules! operations { ($(
    $id:literal $file:ident $Op:ident:
        fast $fast:ident, exact $exact:ident, from_output $from_output:ident;
)*) => {
    $(
        use super::$file::$Op;

        activation!($Op);
        other_tier!(Fast, $Op, $fast);
        other_tier!(Exact, $Op, $exact);
        gradient_from_output!($Op, $from_output);

        impl Gradient for $Op {
            fn backward(&self, x: &[f32], dy: &[f32], dx: &mut [f32]) {
                same_length("x", x.len(), "dx", dx.len());
                same_length("dy", dy.len(), "dx", dx.len());
                binary(Isa::active(), Backward(*self), x, Some(dy), dx);
            }
            fn backward_in_place(&self, x: &[f32], dy: &mut [f32]) {
                same_length("x", x.len(), "dy", dy.len());
                binary(Isa::active(), Backward(*self), x, None, dy);
            }
        }
        impl BackwardAt for $Op {
            #[inline(never)]
            fn backward_at(self, isa: Isa, x: &[f32], dy: Option<&[f32]>, dx: &mut [f32]) {
                binary(isa, Backward(self), x, dy, dx);
            }
        }
    )*

    /// Every operation, for what goes through all of them.
    pub static OPERATIONS: &[Operation] = &[$(
        Operation {
            name: <$Op>::NAME,
            id: $id,
            type_name: stringify!($Op),
            formula: <$Op>::FORMULA,
            torch: <$Op>::TORCH,
            domain: <$Op>::DOMAIN,
            shape: <$Op>::SHAPE,
            kernels: kernels!($Op, exact $exact),
            backward: contract::Backward {
                kernel: "backward",
                bound: <$Op>::BOUNDS.backward,
                specials: <$Op>::DERIVATIVE_SPECIALS,
                derivative: |x| <$Op>::default().derivative(x),
                crossing: <$Op>::CROSSING,
                backward: |isa, x, dy, dx| <$Op>::default().backward_at(isa, x, Some(dy), dx),
                in_place: |isa, x, dy| <$Op>::default().backward_at(isa, x, None, dy),
            },
            backward_from_output: backward_from_output!($Op, $from_output),
            composed: <$Op>::COMPOSED,
            range: <$Op>::RANGE,
            odd: <$Op>::ODD,
            specials: <$Op>::SPECIALS,
            exact: |x| <$Op>::default().exact(x),
        },
    )*];
}; }

each_operation!(operations);
