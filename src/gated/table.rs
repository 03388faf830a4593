//! The table of gated units, and what is made of each of its lines.

use super::{
    blocks::Plain,
    clamped::ClampedSwiGlu,
    methods::methods,
    unit::Unit,
    units::{Bilinear, Gated, GeGlu, GeGluTanh, Glu, QuickGeGlu, ReGlu, SwiGlu},
};
use crate::{
    at::At,
    isa::Isa,
    ops::table::levels::{ApplyAt, BackwardAt},
    tier::Fast,
};

/// The table: gives every gated unit to a macro. A line has the number that stands for the unit in
/// other languages, and its type.
#[doc(hidden)]
#[macro_export]
macro_rules! each_gated_unit {
    ($macro:ident) => {
        $macro! {
            2001 Glu;
            2002 SwiGlu;
            2003 GeGlu;
            2004 GeGluTanh;
            2005 QuickGeGlu;
            2006 ReGlu;
            2007 Bilinear;
            2008 ClampedSwiGlu;
        }
    };
}

/// One line of the table, with the parameters of `Default`.
#[derive(Clone, Copy, Debug)]
pub struct GatedUnit {
    /// The name in texts.
    pub name: &'static str,
    /// The number that stands for the unit in other languages. It never changes.
    pub id: u16,
    /// The name of its type.
    pub type_name: &'static str,
    /// An activation and a product is `NAME(gate) · up`.
    pub formula: &'static str,
}

macro_rules! units { ($($id:literal $Unit:ident;)*) => {
    $(
        methods!([] $Unit, |this| (Isa::active(), this.passes()));
        methods!([] At<$Unit>, |this| (this.isa(), this.operation.passes()));
        methods!([] Fast<$Unit>, |this| (Isa::active(), this.0.fast_passes()));
        methods!([] At<Fast<$Unit>>, |this| (this.isa(), this.operation.0.fast_passes()));
    )*

    /// Every unit, for what goes through all of them.
    pub static GATED_UNITS: &[GatedUnit] = &[$(
        GatedUnit {
            name: <$Unit as Unit>::NAME,
            id: $id,
            type_name: stringify!($Unit),
            formula: <$Unit as Unit>::FORMULA,
        },
    )*];
}; }

each_gated_unit!(units);
methods!([Op: ApplyAt + BackwardAt] Gated<Op>, |this| (Isa::active(), Plain(this.0)));
methods!([Op: ApplyAt + BackwardAt] At<Gated<Op>>, |this| (this.isa(), Plain(this.operation.0)));
