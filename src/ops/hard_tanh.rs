use crate::{
    contract::{Bound, Bounds, Contract, FromOutput},
    isa::Simd,
    map::{Backward, Map},
    vector::F32s,
};

/// x limited to an interval: min where x < min, max where x > max, else x.
///
/// Results are exact in every tier. The gradient is `dy` where min < x < max, else 0. The gradient
/// from the output is the same.
///
/// | x | hard_tanh(x) | hard_tanh'(x) |
/// |---|---|---|
/// | ±0, by default | ±0 | 1 |
/// | min, max | x | 0 |
/// | +∞ | max | 0 |
/// | −∞ | min | 0 |
/// | NaN | NaN | 1 |
///
/// If min > max, every number gives max. A limit that is NaN is ignored. A zero that equals a limit
/// keeps its sign.
///
/// ```
/// use activations::{Activation, HardTanh};
///
/// let mut x = [-3.0, 0.5, 2.0_f32];
/// HardTanh { min: -2.0, max: 1.0 }.apply(&mut x);
/// assert_eq!(x, [-2.0, 0.5, 1.0]);
/// ```
///
/// [`Clip`](crate::Clip) is the same function with a derivative of 1 at max.
///
/// Definition: `torch.nn.Hardtanh`, including its gradient at the limits; `Clip` of ONNX, `clip` of
/// NumPy; the gradient is also that of `eltwise_clip_v2` of oneDNN.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct HardTanh {
    /// The least result.
    pub min: f32,
    /// The largest result.
    pub max: f32,
}

impl Default for HardTanh {
    /// From −1 to 1.
    fn default() -> Self {
        Self { min: -1.0, max: 1.0 }
    }
}

impl Map<1> for HardTanh {
    const WRITES_UNINIT: bool = true;

    #[inline(always)]
    fn eval<S: Simd>(self, [x]: [F32s<S>; 1]) -> F32s<S> {
        // The limits alone would pass a signalling NaN on.
        x.le(x).select(x.clamp(self.min, self.max), f32::NAN)
    }
}

impl Map<2> for Backward<HardTanh> {
    #[inline(always)]
    fn eval<S: Simd>(self, [x, dy]: [F32s<S>; 2]) -> F32s<S> {
        dy.zero_where(x.le(self.0.min)).zero_where(x.same(self.0.max).le(x))
    }
}

impl FromOutput for HardTanh {
    const OUTPUT_BOUND: Bound = Bound::EXACT;
    const OUTPUT_SPECIALS: &'static [[f32; 2]] = Self::DERIVATIVE_SPECIALS;

    fn derivative_from_output(self, y: f64) -> f64 {
        self.derivative(y)
    }
}

impl Contract for HardTanh {
    const NAME: &'static str = "hard_tanh";
    const FORMULA: &'static str = "min(max(x, min), max)";
    const TORCH: &'static str = "hardtanh";
    const SHAPE: [f32; 2] = [-4.0, 4.0];
    const INFINITE_PARAMETERS: bool = true;
    const BOUNDS: Bounds =
        Bounds { default: Bound::EXACT, fast: Bound::EXACT, backward: Bound::EXACT };
    const RANGE: [f32; 2] = [-1.0, 1.0];
    const ODD: bool = true;
    const SPECIALS: &'static [[f32; 2]] = &[
        [0.0, 0.0],
        [-0.0, -0.0],
        [f32::INFINITY, 1.0],
        [f32::NEG_INFINITY, -1.0],
        [1.0, 1.0],
        [-1.0, -1.0],
        [1e-45, 1e-45],
    ];
    const DERIVATIVE_SPECIALS: &'static [[f32; 2]] = &[
        [0.0, 1.0],
        [-0.0, 1.0],
        [f32::INFINITY, 0.0],
        [f32::NEG_INFINITY, 0.0],
        [1.0, 0.0],
        [-1.0, 0.0],
        [f32::NAN, 1.0],
    ];

    fn each_parameter(&mut self, visit: &mut dyn FnMut(&'static str, &mut f32)) {
        visit("min", &mut self.min);
        visit("max", &mut self.max);
    }
    fn mistake(self) -> Option<&'static str> {
        (self.min > self.max).then_some("min must be at most max")
    }
    fn exact(self, x: f64) -> f64 {
        x.max(self.min.into()).min(self.max.into())
    }
    fn derivative(self, x: f64) -> f64 {
        if x <= self.min.into() || x >= self.max.into() { 0.0 } else { 1.0 }
    }
}
