//! The calls of an operation that is chosen at run time: one `match` leads to the kernels of the
//! operation itself, and to its bits.

use super::{AnyActivation, Kind, row_options::RowFunction};
use crate::{
    contract::FromOutput,
    each_operation,
    isa::Isa,
    ops::table::levels::{ApplyAt, BackwardAt, BackwardFromOutputAt},
    shape_error::{Mismatch, ShapeError},
    tier::{Exact, Fast, Tier},
};
use core::mem::MaybeUninit;

macro_rules! exact {
    (none, $operation:expr, $method:ident($isa:expr, $src:expr, $dst:expr)) => {
        unreachable!("an exact tier that there is not has been refused")
    };
    ($kernel:ident, $operation:expr, $method:ident($isa:expr, $src:expr, $dst:expr)) => {
        Exact($operation).$method($isa, $src, $dst)
    };
}

/// A tier without a kernel of its own leads to the default one here, not by way of the wrapper.
macro_rules! fast {
    (own, $operation:expr) => {
        Fast($operation)
    };
    (default, $operation:expr) => {
        $operation
    };
}

macro_rules! from_output {
    (no, $operation:expr, $isa:expr, $y:expr, $dy:expr, $dx:expr) => {{
        let name = AnyActivation::from($operation).name();
        return Err(Mismatch::NoOutputGradient { name, mistake: None }.into());
    }};
    ($kernel:ident, $operation:expr, $isa:expr, $y:expr, $dy:expr, $dx:expr) => {{
        $operation.check_from_output()?;
        $operation.backward_from_output_at($isa, $y, $dy, $dx);
    }};
}

macro_rules! has_from_output {
    (no, $operation:expr) => {
        false
    };
    ($kernel:ident, $operation:expr) => {
        $operation.mistake_from_output().is_none()
    };
}

/// The three tiers of one operation.
macro_rules! in_tier {
    (
        $tier:expr, fast $fast:ident, exact $exact:ident;
        $operation:expr, $method:ident($isa:expr, $src:expr, $dst:expr)
    ) => {
        match $tier {
            Tier::Default => $operation.$method($isa, $src, $dst),
            Tier::Fast => fast!($fast, $operation).$method($isa, $src, $dst),
            Tier::Exact => exact!($exact, $operation, $method($isa, $src, $dst)),
        }
    };
}

macro_rules! calls { ($(
    $id:literal $file:ident $Op:ident:
        fast $fast:ident, exact $exact:ident, from_output $from_output:ident;
)*) => {
    impl AnyActivation {
        pub(super) fn apply_at(
            self,
            isa: Isa,
            src: Option<&[f32]>,
            dst: &mut [f32],
        ) -> Result<(), ShapeError> {
            match self.kind {
                $(Kind::$Op(operation) => in_tier!(
                    self.tier, fast $fast, exact $exact;
                    operation, apply_at(isa, src, dst)
                ),)*
                Kind::OfRows(..) => return Err(Mismatch::OfRows { name: self.name() }.into()),
            }
            Ok(())
        }

        pub(super) fn apply_uninit_at(
            self,
            isa: Isa,
            src: &[f32],
            dst: &mut [MaybeUninit<f32>],
        ) -> Result<(), ShapeError> {
            match self.kind {
                $(Kind::$Op(operation) => in_tier!(
                    self.tier, fast $fast, exact $exact;
                    operation, apply_uninit_at(isa, src, dst)
                ),)*
                Kind::OfRows(..) => return Err(Mismatch::OfRows { name: self.name() }.into()),
            }
            Ok(())
        }

        pub(super) fn backward_at(
            self,
            isa: Isa,
            x: &[f32],
            dy: Option<&[f32]>,
            dx: &mut [f32],
        ) -> Result<(), ShapeError> {
            match self.kind {
                $(Kind::$Op(operation) => operation.backward_at(isa, x, dy, dx),)*
                Kind::OfRows(..) => return Err(Mismatch::OfRows { name: self.name() }.into()),
            }
            Ok(())
        }

        pub(super) fn backward_from_output_at(
            self,
            isa: Isa,
            y: &[f32],
            dy: Option<&[f32]>,
            dx: &mut [f32],
        ) -> Result<(), ShapeError> {
            match self.kind {
                $(Kind::$Op(operation) => from_output!($from_output, operation, isa, y, dy, dx),)*
                Kind::OfRows(..) => return Err(Mismatch::OfRows { name: self.name() }.into()),
            }
            Ok(())
        }

        /// Returns whether the gradient follows from the output alone, so that the input need not
        /// be kept. It may depend on the parameters, such as the sign of a slope.
        #[must_use]
        pub fn has_gradient_from_output(&self) -> bool {
            match self.kind {
                $(Kind::$Op(_operation) => has_from_output!($from_output, _operation),)*
                Kind::OfRows(function, _) => !matches!(function, RowFunction::LogSumExp),
            }
        }
    }
}; }

each_operation!(calls);
