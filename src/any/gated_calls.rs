//! The calls of a gated unit that is chosen at run time: one `match` leads to the passes of the
//! unit itself, or to those of an operation that is chosen at run time.

use super::{
    AnyActivation,
    gated::{AnyGated, GatedKind},
};
use crate::{
    at::At,
    each_gated_unit,
    gated::{Unit, blocks::Passes, methods},
    isa::Isa,
    tier::Tier,
};

/// The passes of the gated unit of a function of one number.
struct Of(AnyActivation);

const ELEMENTWISE: &str = "functions of rows have been refused";

impl Passes for Of {
    fn activate(&self, isa: Isa, gate: Option<&[f32]>, dst: &mut [f32]) {
        self.0.apply_at(isa, gate, dst).expect(ELEMENTWISE);
    }
    fn differentiate(&self, isa: Isa, gate: &[f32], dx: &mut [f32]) {
        self.0.backward_at(isa, gate, None, dx).expect(ELEMENTWISE);
    }
}

macro_rules! passes { ($($id:literal $Unit:ident;)*) => {
    impl AnyGated {
        /// Hands the passes of the unit in its tier to `run`.
        fn with_passes(&self, run: &mut dyn FnMut(&dyn Passes)) {
            match (self.kind, self.tier()) {
                $(
                    (GatedKind::$Unit(unit), Tier::Fast) => run(&unit.fast_passes()),
                    (GatedKind::$Unit(unit), _) => run(&unit.passes()),
                )*
                (GatedKind::Of(activation), _) => run(&Of(activation)),
            }
        }
    }
}; }

each_gated_unit!(passes);

impl Passes for AnyGated {
    fn activate(&self, isa: Isa, gate: Option<&[f32]>, dst: &mut [f32]) {
        self.with_passes(&mut |passes| passes.activate(isa, gate, dst));
    }
    fn multiply(&self, isa: Isa, up: &[f32], dst: &mut [f32]) {
        self.with_passes(&mut |passes| passes.multiply(isa, up, dst));
    }
    fn differentiate(&self, isa: Isa, gate: &[f32], dx: &mut [f32]) {
        self.with_passes(&mut |passes| passes.differentiate(isa, gate, dx));
    }
    fn differentiate_up(&self, isa: Isa, up: &[f32], dx: &mut [f32]) {
        self.with_passes(&mut |passes| passes.differentiate_up(isa, up, dx));
    }
}

methods!([] AnyGated, |this| (Isa::active(), *this));
methods!([] At<AnyGated>, |this| (this.isa(), this.operation));
