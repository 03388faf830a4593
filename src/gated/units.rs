//! The units by name.

use super::{
    blocks::{Passes, Plain},
    unit::Unit,
};
use crate::{
    isa::Isa,
    ops::{Gelu, GeluTanh, QuickGelu, Relu, Sigmoid, Swish},
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
/// Definition: `torch.nn.functional.glu`, with [`UpGate`](crate::GateLayout::UpGate); Dauphin, Fan,
/// Auli, Grangier, "Language modeling with gated convolutional networks" (2017).
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

impl Unit for Glu {
    const NAME: &'static str = "glu";
    const FORMULA: &'static str = "sigmoid(gate) · up";
    fn passes(self) -> impl Passes {
        Plain(Sigmoid)
    }
    fn fast_passes(self) -> impl Passes {
        Plain(Fast(Sigmoid))
    }
}

impl Unit for SwiGlu {
    const NAME: &'static str = "swiglu";
    const FORMULA: &'static str = "swish(gate) · up";
    fn each_parameter(&mut self, visit: &mut dyn FnMut(&'static str, &mut f32)) {
        visit("beta", &mut self.beta);
    }
    fn passes(self) -> impl Passes {
        Plain(Swish { beta: self.beta })
    }
    fn fast_passes(self) -> impl Passes {
        Plain(Fast(Swish { beta: self.beta }))
    }
}

impl Unit for GeGlu {
    const NAME: &'static str = "geglu";
    const FORMULA: &'static str = "gelu(gate) · up";
    fn passes(self) -> impl Passes {
        Plain(Gelu)
    }
    fn fast_passes(self) -> impl Passes {
        Plain(Fast(Gelu))
    }
}

impl Unit for GeGluTanh {
    const NAME: &'static str = "geglu_tanh";
    const FORMULA: &'static str = "gelu_tanh(gate) · up";
    fn passes(self) -> impl Passes {
        Plain(GeluTanh)
    }
    fn fast_passes(self) -> impl Passes {
        Plain(Fast(GeluTanh))
    }
}

impl Unit for QuickGeGlu {
    const NAME: &'static str = "quick_geglu";
    const FORMULA: &'static str = "quick_gelu(gate) · up";
    fn passes(self) -> impl Passes {
        Plain(QuickGelu)
    }
    fn fast_passes(self) -> impl Passes {
        Plain(Fast(QuickGelu))
    }
}

impl Unit for ReGlu {
    const NAME: &'static str = "reglu";
    const FORMULA: &'static str = "relu(gate) · up";
    fn passes(self) -> impl Passes {
        Plain(Relu)
    }
    fn fast_passes(self) -> impl Passes {
        Plain(Relu)
    }
}

impl Unit for Bilinear {
    const NAME: &'static str = "bilinear";
    const FORMULA: &'static str = "gate · up";
    fn passes(self) -> impl Passes {
        Identity
    }
    fn fast_passes(self) -> impl Passes {
        Identity
    }
}
