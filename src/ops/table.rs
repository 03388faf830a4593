//! The table of the operations on elements, and what is made of each of its lines.

use super::{
    celu::Celu, elu::Elu, exp::Exp, hard_tanh::HardTanh, leaky_relu::LeakyRelu, relu::Relu,
    relu6::Relu6, rrelu::RRelu, selu::Selu, sigmoid::Sigmoid, tanh::Tanh, threshold::Threshold,
};
use crate::{
    activation::{Activation, FromOutput, Gradient},
    check::same_length,
    contract::{self, Bound, Contract, Operation, Tier},
    isa::Isa,
    map::{Backward, BackwardFromOutput, binary, unary},
    tier::{Exact, Fast},
};

/// What the table calls.
///
/// Methods, not closures in the table: those of a type are compiled in one unit with its other
/// methods, which have the same kernels. In another unit there would be copies of them.
trait At {
    fn at(self, isa: Isa, src: Option<&[f32]>, dst: &mut [f32]);
}

/// As [`At`], for the gradient.
trait BackwardAt {
    fn backward_at(self, isa: Isa, x: &[f32], dy: &[f32], dx: &mut [f32]);
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
        }
        impl At for $Op {
            #[inline(never)]
            fn at(self, isa: Isa, src: Option<&[f32]>, dst: &mut [f32]) {
                unary(isa, self, src, dst);
            }
        }
    };
}

/// Another tier: a kernel of its own, or the default one.
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
        }
    };
}

macro_rules! other_kernel {
    ($Tier:ident, $Op:ty, own) => {
        $Tier(<$Op>::default())
    };
    ($Tier:ident, $Op:ty, default) => {
        <$Op>::default()
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

macro_rules! tier {
    ($name:literal, $bound:expr, $kernel:expr) => {
        Tier {
            name: $name,
            bound: $bound,
            apply: |isa, x| $kernel.at(isa, None, x),
            apply_into: |isa, src, dst| $kernel.at(isa, Some(src), dst),
        }
    };
}

macro_rules! operations { ($($Op:ident: fast tier $fast:ident $(, exact tier $exact:ident)?;)*) => {
    $(
        activation!($Op);
        other_tier!(Fast, $Op, $fast);
        $(other_tier!(Exact, $Op, $exact);)?

        impl Gradient for $Op {
            fn backward(&self, x: &[f32], dy: &[f32], dx: &mut [f32]) {
                same_length("x", x.len(), "dx", dx.len());
                same_length("dy", dy.len(), "dx", dx.len());
                binary(Isa::active(), Backward(*self), x, dy, dx);
            }
        }
        impl BackwardAt for $Op {
            #[inline(never)]
            fn backward_at(self, isa: Isa, x: &[f32], dy: &[f32], dx: &mut [f32]) {
                binary(isa, Backward(self), x, dy, dx);
            }
        }
    )*

    /// Every operation, for what goes through all of them.
    pub static OPERATIONS: &[Operation] = &[$(
        Operation {
            name: <$Op>::NAME,
            tiers: &[
                tier!("default", <$Op>::BOUNDS.default, <$Op>::default()),
                tier!("fast", <$Op>::BOUNDS.fast, other_kernel!(Fast, $Op, $fast)),
                $(tier!("exact", exact_bound!($Op, $exact), other_kernel!(Exact, $Op, $exact)),)?
            ],
            backward: contract::Backward {
                bound: <$Op>::BOUNDS.backward,
                specials: <$Op>::DERIVATIVE_SPECIALS,
                derivative: |x| <$Op>::default().derivative(x),
                backward: |isa, x, dy, dx| <$Op>::default().backward_at(isa, x, dy, dx),
            },
            range: <$Op>::RANGE,
            odd: <$Op>::ODD,
            monotone: <$Op>::MONOTONE,
            specials: <$Op>::SPECIALS,
            exact: |x| <$Op>::default().exact(x),
        },
    )*];
}; }

/// The table: gives every operation on elements to a macro. A tier has a kernel of its `own` or is
/// the `default` one; what is not always correctly rounded by either has no exact tier.
macro_rules! each_operation {
    ($macro:ident) => {
        $macro! {
            Exp: fast tier own, exact tier own;
            Sigmoid: fast tier own, exact tier own;
            Tanh: fast tier default, exact tier own;
            Relu: fast tier default, exact tier default;
            LeakyRelu: fast tier default, exact tier default;
            RRelu: fast tier default, exact tier default;
            Relu6: fast tier default, exact tier default;
            HardTanh: fast tier default, exact tier default;
            Threshold: fast tier default, exact tier default;
            Elu: fast tier default;
            Selu: fast tier default;
            Celu: fast tier default;
        }
    };
}
pub(crate) use each_operation;

each_operation!(operations);

macro_rules! from_output { ($($Op:ty),*) => {$(
    impl FromOutput for $Op {
        fn gradient_from_output(&self, y: &[f32], dy: &[f32], dx: &mut [f32]) {
            same_length("y", y.len(), "dx", dx.len());
            same_length("dy", dy.len(), "dx", dx.len());
            binary(Isa::active(), BackwardFromOutput(*self), y, dy, dx);
        }
    }
)*}; }

from_output!(Exp, Relu, Relu6, HardTanh);
