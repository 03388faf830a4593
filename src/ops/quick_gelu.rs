use crate::{
    contract::{Bound, Bounds, Contract, Crossing},
    map::{Backward, Compiled},
    math::hex::hex,
    math::gate::{Gate, derivative, exact},
    tier::Fast,
};

/// The quick GELU, x / (1 + e^(-1.702 x)): the [`Swish`](crate::Swish) that is near
/// the Gaussian error linear unit, with 1.702 rounded to f32.
///
/// | maximum error, all inputs | ULP | at x | |
/// |---|---|---|---|
/// | default | 1.021 | −24.715439 | `avx512`, `avx2`, `neon` |
/// | [`Fast`] | 2.720 | −4.103634 | |
/// | both, without FMA | 1.174 | −10.77215 | `baseline` |
/// | gradient | 1.933 | −10.20663 | `avx512`, `avx2`, `neon` |
/// | gradient, without FMA | 1.162 | −13.21127 | `baseline` |
///
/// Between -1.763 and -0.353, where the derivative crosses 0, errors of gradients smaller than 1/8
/// are in ULP of 1/8.
///
/// The function falls down to its minimum of -0.16361018 at -0.75115424 and rises from there on.
/// Results below the smallest normal number are as accurate as the others, not flushed.
///
/// | x | quick_gelu(x) | quick_gelu'(x) |
/// |---|---|---|
/// | ±0 | ±0 | 0.5 |
/// | +∞ | +∞ | 1 |
/// | −∞ (and below −63.6) | −0 | −0 |
/// | NaN | NaN | NaN |
///
/// The gradient is that of the swish.
///
/// ```
/// use activations::{Activation, QuickGelu};
///
/// let mut x = [0.0, 1.0, f32::NEG_INFINITY];
/// QuickGelu.apply(&mut x);
/// assert_eq!(x, [0.0, 0.84579575, -0.0]);
/// ```
///
/// Definition: `quick_gelu` of the models of CLIP; Hendrycks, Gimpel, "Gaussian error linear units
/// (GELUs)" (2016), section 2.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct QuickGelu;

/// 1.702, rounded to f32.
const BETA: f32 = hex("0x1.b3b646p0");
const GATE: Gate = Gate::new(BETA);

impl Compiled<1> for QuickGelu {
    type Kernel = Gate;

    #[inline(always)]
    fn kernel(self) -> Gate {
        GATE
    }
}

impl Compiled<1> for Fast<QuickGelu> {
    type Kernel = Fast<Gate>;

    #[inline(always)]
    fn kernel(self) -> Fast<Gate> {
        Fast(GATE)
    }
}

impl Compiled<2> for Backward<QuickGelu> {
    type Kernel = Backward<Gate>;

    #[inline(always)]
    fn kernel(self) -> Backward<Gate> {
        Backward(GATE)
    }
}

impl Contract for QuickGelu {
    const NAME: &'static str = "quick_gelu";
    const FORMULA: &'static str = "x / (1 + e^(−1.702 x))";
    const COMPOSED: bool = true;
    const MONOTONE: bool = false;
    const DOMAIN: [i16; 2] = [-105, 30];
    const BOUNDS: Bounds = Bounds {
        default: Bound { fused: 1.021, baseline: 1.174 },
        fast: Bound { fused: 2.720, baseline: 1.174 },
        backward: Bound { fused: 1.933, baseline: 1.162 },
    };
    const RANGE: [f32; 2] = [-0.163_610_2, f32::INFINITY];
    const CROSSING: Option<Crossing> = Some(Crossing { from: -1.763, to: -0.353, unit: 0.125 });
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
        exact(BETA.into(), x)
    }
    fn derivative(self, x: f64) -> f64 {
        derivative(BETA.into(), x)
    }
}
