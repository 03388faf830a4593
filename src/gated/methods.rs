//! The methods of a unit, which run its passes over blocks.

/// Implements [`GatedActivation`](crate::GatedActivation), from the level and the passes.
macro_rules! methods { ([$($generic:tt)*] $Unit:ty, |$this:ident| $parts:expr) => {
    impl<$($generic)*> $crate::GatedActivation for $Unit {
        fn try_apply(&self, gate: &mut [f32], up: &[f32]) -> Result<(), $crate::ShapeError> {
            let $this = self;
            let (isa, passes) = $parts;
            $crate::gated::blocks::apply(&passes, isa, gate, up)
        }
        fn try_apply_into(
            &self,
            gate: &[f32],
            up: &[f32],
            dst: &mut [f32],
        ) -> Result<(), $crate::ShapeError> {
            let $this = self;
            let (isa, passes) = $parts;
            $crate::gated::blocks::apply_into(&passes, isa, gate, up, dst)
        }
        fn try_rows(
            &self,
            x: &mut [f32],
            cols: usize,
            layout: $crate::GateLayout,
        ) -> Result<(), $crate::ShapeError> {
            let $this = self;
            let (isa, passes) = $parts;
            $crate::gated::blocks::rows(&passes, isa, x, cols, layout)
        }
        fn try_rows_into(
            &self,
            src: &[f32],
            dst: &mut [f32],
            cols: usize,
            layout: $crate::GateLayout,
        ) -> Result<(), $crate::ShapeError> {
            let $this = self;
            let (isa, passes) = $parts;
            $crate::gated::blocks::rows_into(&passes, isa, src, dst, cols, layout)
        }
        fn try_backward(
            &self,
            gate: &[f32],
            up: &[f32],
            dy: &[f32],
            d_gate: &mut [f32],
            d_up: &mut [f32],
        ) -> Result<(), $crate::ShapeError> {
            let $this = self;
            let (isa, passes) = $parts;
            $crate::gated::blocks::backward(&passes, isa, [gate, up, dy], d_gate, d_up)
        }
        fn try_rows_backward(
            &self,
            x: &[f32],
            dy: &[f32],
            dx: &mut [f32],
            cols: usize,
            layout: $crate::GateLayout,
        ) -> Result<(), $crate::ShapeError> {
            let $this = self;
            let (isa, passes) = $parts;
            $crate::gated::blocks::rows_backward(&passes, isa, [x, dy], dx, cols, layout)
        }
    }
}; }

pub(crate) use methods;
