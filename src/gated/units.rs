//! The units by name.

use super::{
    GatedActivation,
    blocks::{self, Passes, Plain},
    kernels::multiply_by_limited,
    layout::GateLayout,
};
use crate::{
    at::At,
    isa::Isa,
    map::zero_beyond,
    ops::{
        Clip, Gelu, GeluTanh, QuickGelu, Relu, Sigmoid, Swish,
        table::levels::{ApplyAt, BackwardAt},
    },
    shape_error::ShapeError,
    tier::Fast,
};

/// The gated unit of any activation of one number, in any tier: act(gate) · up.
///
/// ```
/// use activations::{Gated, GatedActivation, Mish};
///
/// let mut gate = [0.0, 1.0_f32];
/// Gated(Mish).apply(&mut gate, &[1.0, 2.0]);
/// assert!(gate[0] == 0.0 && (gate[1] - 1.730197).abs() < 1e-6);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Gated<Op>(pub Op);

/// The gated linear unit, sigmoid(gate) · up.
///
/// ```
/// use activations::{GateLayout, GatedActivation, Glu};
///
/// let mut y = [0.0_f32; 1];
/// Glu.rows_into(&[3.0, 0.0], &mut y, 1, GateLayout::UpGate); // as PyTorch's glu
/// assert_eq!(y, [1.5]);
/// ```
///
/// Definition: `torch.nn.functional.glu`, with [`GateLayout::UpGate`]; Dauphin, Fan, Auli,
/// Grangier, "Language modeling with gated convolutional networks" (2017).
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Glu;

/// The gated unit of the swish, swish(gate) · up. With a beta of 1, its default, the activation is
/// SiLU: the feed-forward layer of LLaMA and its kin.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SwiGlu {
    /// The factor inside of the sigmoid.
    pub beta: f32,
}

impl Default for SwiGlu {
    /// A beta of 1.
    fn default() -> Self {
        Self { beta: 1.0 }
    }
}

/// The gated unit of GELU, gelu(gate) · up, in its erf form.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct GeGlu;

/// The gated unit of GELU in its tanh form, as Gemma has it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct GeGluTanh;

/// The gated unit of quick GELU, which is the swish with a beta of 1.702.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct QuickGeGlu;

/// The gated unit of the rectified linear unit, max(gate, 0) · up.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ReGlu;

/// The product of gate and up, without an activation.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Bilinear;

/// The clamped gated unit of gpt-oss: g · sigmoid(alpha · g) · (u + 1), where g = min(gate, limit)
/// and u = min(max(up, −limit), limit).
///
/// The sum with 1 and the product are rounded. No gradient passes a gate above the limit, or an up
/// beyond ±limit.
///
/// ```
/// use activations::{ClampedSwiGlu, GatedActivation};
///
/// let mut gate = [0.0, 100.0_f32];
/// ClampedSwiGlu::default().apply(&mut gate, &[1.0, -100.0]);
/// assert!(gate[0] == 0.0 && (gate[1] + 41.99972).abs() < 1e-4);
/// ```
///
/// Definition: the experts of OpenAI's gpt-oss (2025), `swiglu` with a limit of 7.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ClampedSwiGlu {
    /// The factor inside of the sigmoid.
    pub alpha: f32,
    /// The largest gate, and the largest magnitude of what it multiplies.
    pub limit: f32,
}

impl Default for ClampedSwiGlu {
    /// An alpha of 1.702 and a limit of 7.
    fn default() -> Self {
        Self { alpha: 1.702, limit: 7.0 }
    }
}

/// What leaves its argument as it is.
#[derive(Clone, Copy)]
struct Identity;

impl Passes for Identity {
    fn activate(&self, _: Isa, gate: Option<&[f32]>, dst: &mut [f32]) {
        if let Some(gate) = gate {
            dst.copy_from_slice(gate);
        }
    }
    fn differentiate(&self, _: Isa, _: &[f32], _: &mut [f32]) {}
}

/// The passes of a clamped unit whose swish is in the tier of `Op`.
struct Clamped<Op> {
    swish: Op,
    limit: f32,
}

impl<Op: ApplyAt + BackwardAt> Clamped<Op> {
    fn limit_gate(&self, isa: Isa, gate: Option<&[f32]>, dst: &mut [f32]) {
        Clip { min: f32::NEG_INFINITY, max: self.limit }.apply_at(isa, gate, dst);
    }
}

impl<Op: ApplyAt + BackwardAt> Passes for Clamped<Op> {
    fn activate(&self, isa: Isa, gate: Option<&[f32]>, dst: &mut [f32]) {
        self.limit_gate(isa, gate, dst);
        self.swish.apply_at(isa, None, dst);
    }
    fn multiply(&self, isa: Isa, up: &[f32], dst: &mut [f32]) {
        multiply_by_limited(isa, self.limit, up, dst);
    }
    fn differentiate(&self, isa: Isa, gate: &[f32], dx: &mut [f32]) {
        let mut limited = [0.0; blocks::BLOCK];
        let limited = &mut limited[..gate.len()];
        self.limit_gate(isa, Some(gate), limited);
        self.swish.backward_at(isa, limited, None, dx);
        zero_beyond(isa, [f32::NEG_INFINITY, self.limit], gate, dx);
    }
    fn differentiate_up(&self, isa: Isa, up: &[f32], dx: &mut [f32]) {
        zero_beyond(isa, [-self.limit, self.limit], up, dx);
    }
}

/// A unit and its level, for the methods of the trait.
macro_rules! gated { ($([$($generic:tt)*] $Unit:ty: |$unit:ident| $passes:expr;)*) => {$(
    gated!(@methods [$($generic)*] $Unit, |this| (Isa::active(), { let $unit = this; $passes }));
    gated!(@methods [$($generic)*] At<$Unit>, |this| {
        (this.isa(), { let $unit = &this.operation; $passes })
    });
)*};
(@methods [$($generic:tt)*] $Unit:ty, |$this:ident| $parts:expr) => {
    impl<$($generic)*> GatedActivation for $Unit {
        fn try_apply(&self, gate: &mut [f32], up: &[f32]) -> Result<(), ShapeError> {
            let $this = self;
            let (isa, passes) = $parts;
            blocks::apply(&passes, isa, gate, up)
        }
        fn try_apply_into(
            &self,
            gate: &[f32],
            up: &[f32],
            dst: &mut [f32],
        ) -> Result<(), ShapeError> {
            let $this = self;
            let (isa, passes) = $parts;
            blocks::apply_into(&passes, isa, gate, up, dst)
        }
        fn try_rows(
            &self,
            x: &mut [f32],
            cols: usize,
            layout: GateLayout,
        ) -> Result<(), ShapeError> {
            let $this = self;
            let (isa, passes) = $parts;
            blocks::rows(&passes, isa, x, cols, layout)
        }
        fn try_rows_into(
            &self,
            src: &[f32],
            dst: &mut [f32],
            cols: usize,
            layout: GateLayout,
        ) -> Result<(), ShapeError> {
            let $this = self;
            let (isa, passes) = $parts;
            blocks::rows_into(&passes, isa, src, dst, cols, layout)
        }
        fn try_backward(
            &self,
            gate: &[f32],
            up: &[f32],
            dy: &[f32],
            d_gate: &mut [f32],
            d_up: &mut [f32],
        ) -> Result<(), ShapeError> {
            let $this = self;
            let (isa, passes) = $parts;
            blocks::backward(&passes, isa, [gate, up, dy], d_gate, d_up)
        }
        fn try_rows_backward(
            &self,
            x: &[f32],
            dy: &[f32],
            dx: &mut [f32],
            cols: usize,
            layout: GateLayout,
        ) -> Result<(), ShapeError> {
            let $this = self;
            let (isa, passes) = $parts;
            blocks::rows_backward(&passes, isa, [x, dy], dx, cols, layout)
        }
    }
}; }

gated! {
    [Op: ApplyAt + BackwardAt] Gated<Op>: |unit| Plain(unit.0);
    [] Glu: |_unit| Plain(Sigmoid);
    [] Fast<Glu>: |_unit| Plain(Fast(Sigmoid));
    [] SwiGlu: |unit| Plain(Swish { beta: unit.beta });
    [] Fast<SwiGlu>: |unit| Plain(Fast(Swish { beta: unit.0.beta }));
    [] GeGlu: |_unit| Plain(Gelu);
    [] Fast<GeGlu>: |_unit| Plain(Fast(Gelu));
    [] GeGluTanh: |_unit| Plain(GeluTanh);
    [] Fast<GeGluTanh>: |_unit| Plain(Fast(GeluTanh));
    [] QuickGeGlu: |_unit| Plain(QuickGelu);
    [] Fast<QuickGeGlu>: |_unit| Plain(Fast(QuickGelu));
    [] ReGlu: |_unit| Plain(Relu);
    [] Fast<ReGlu>: |_unit| Plain(Relu);
    [] Bilinear: |_unit| Identity;
    [] Fast<Bilinear>: |_unit| Identity;
    [] ClampedSwiGlu: |unit| Clamped {
        swish: Swish { beta: unit.alpha },
        limit: unit.limit,
    };
    [] Fast<ClampedSwiGlu>: |unit| Clamped {
        swish: Fast(Swish { beta: unit.0.alpha }),
        limit: unit.0.limit,
    };
}
