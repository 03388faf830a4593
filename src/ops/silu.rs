use crate::{
    contract::{Bound, Bounds, Contract, Crossing},
    map::{Backward, Compiled},
    math::gate::{Gate, derivative, exact},
    tier::Fast,
};

/// The sigmoid linear unit, x / (1 + e^-x): x times its [`Sigmoid`](crate::Sigmoid).
///
/// | maximum error, all inputs | ULP | at x | |
/// |---|---|---|---|
/// | default | 1.047 | −9.920674 | `avx512`, `avx2`, `neon` |
/// | [`Fast`] | 2.744 | −33.32614 | |
/// | both, without FMA | 1.130 | −5.198301 | `baseline` |
/// | gradient | 1.736 | −64.461975 | `avx512`, `avx2`, `neon` |
/// | gradient, without FMA | 1.133 | −6.574078 | `baseline` |
///
/// Between -3 and -0.6, where the derivative crosses 0, errors of gradients smaller than 1/8 are
/// in ULP of 1/8.
///
/// The function falls down to its minimum of -0.27846456 at -1.2784645 and rises from there on.
/// Results below the smallest normal number are as accurate as the others, not flushed. No finite x
/// gives an infinite result.
///
/// | x | silu(x) | silu'(x) |
/// |---|---|---|
/// | ±0 | ±0 | 0.5 |
/// | +∞ | +∞ | 1 |
/// | −∞ (and below −108.67) | −0 | −0 |
/// | NaN | NaN | NaN |
///
/// The gradient is `dy * s * (1 + x * (1 - s))` for s = sigmoid(x), in a form without cancellation
/// but near the zero of the derivative, at -1.2784645. In its tail it is accurate for every dy.
///
/// ```
/// use activations::{Activation, Silu};
///
/// let mut x = [0.0, 1.0, -100.0, f32::NEG_INFINITY];
/// Silu.apply(&mut x);
/// assert_eq!(x, [0.0, 0.7310586, -3.72e-42, -0.0]);
/// ```
///
/// Definition: `torch.nn.SiLU`; `Swish` of ONNX with alpha = 1; Elfwing, Uchibe, Doya,
/// "Sigmoid-weighted linear units for neural network function approximation in reinforcement
/// learning" (2018).
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Silu;

const GATE: Gate = Gate::new(1.0);

impl Compiled<1> for Silu {
    type Kernel = Gate;

    #[inline(always)]
    fn kernel(self) -> Gate {
        GATE
    }
}

impl Compiled<1> for Fast<Silu> {
    type Kernel = Fast<Gate>;

    #[inline(always)]
    fn kernel(self) -> Fast<Gate> {
        Fast(GATE)
    }
}

impl Compiled<2> for Backward<Silu> {
    type Kernel = Backward<Gate>;

    #[inline(always)]
    fn kernel(self) -> Backward<Gate> {
        Backward(GATE)
    }
}

impl Contract for Silu {
    const NAME: &'static str = "silu";
    const FORMULA: &'static str = "x / (1 + e^−x)";
    const COMPOSED: bool = true;
    const MONOTONE: bool = false;
    const DOMAIN: [i16; 2] = [-105, 30];
    const BOUNDS: Bounds = Bounds {
        default: Bound { fused: 1.047, baseline: 1.130 },
        fast: Bound { fused: 2.744, baseline: 1.130 },
        backward: Bound { fused: 1.736, baseline: 1.133 },
    };
    const RANGE: [f32; 2] = [-0.278_464_56, f32::INFINITY];
    const CROSSING: Option<Crossing> = Some(Crossing { from: -3.0, to: -0.6, unit: 0.125 });
    const SPECIALS: &'static [[f32; 2]] = &[
        [0.0, 0.0],
        [-0.0, -0.0],
        [f32::INFINITY, f32::INFINITY],
        [f32::NEG_INFINITY, -0.0],
        [f32::MAX, f32::MAX],
        [f32::MIN, -0.0],
    ];
    const DERIVATIVE_SPECIALS: &'static [[f32; 2]] = &[
        [0.0, 0.5],
        [-0.0, 0.5],
        [f32::INFINITY, 1.0],
        [f32::NEG_INFINITY, -0.0],
        [f32::MAX, 1.0],
        [f32::MIN, -0.0],
    ];

    fn exact(self, x: f64) -> f64 {
        exact(1.0, x)
    }
    fn derivative(self, x: f64) -> f64 {
        derivative(1.0, x)
    }
}
