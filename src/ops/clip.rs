use super::hard_tanh::HardTanh;
use crate::{
    contract::{Bounds, Contract},
    isa::Simd,
    map::{Backward, Map},
    vector::F32s,
};

/// x limited to an interval, with the gradient of an interval that has its upper end: [`HardTanh`]
/// with another derivative at max.
///
/// Results are exact in every tier. The gradient is `dy` where min < x <= max, else 0. It does not
/// follow from the output, which is max for every x above.
///
/// | x | clip(x) | clip'(x) |
/// |---|---|---|
/// | ±0, by default | ±0 | 1 |
/// | min | min | 0 |
/// | max | max | 1 |
/// | +∞ | max | 0 |
/// | −∞ | min | 0 |
/// | NaN | NaN | 1 |
///
/// If min > max, every number gives max. A limit that is NaN is ignored. A zero that equals a limit
/// keeps its sign. Where max is +∞, x = +∞ has the derivative 1.
///
/// ```
/// use activations::{Clip, Gradient, HardTanh};
///
/// let (x, dy) = ([0.0, 3.0, 6.0, 7.0_f32], [1.0; 4]);
/// let (mut closed, mut open) = ([7.0; 4], [7.0; 4]);
/// Clip { min: 0.0, max: 6.0 }.backward(&x, &dy, &mut closed);
/// HardTanh { min: 0.0, max: 6.0 }.backward(&x, &dy, &mut open);
/// assert_eq!((closed, open), ([0.0, 1.0, 1.0, 0.0], [0.0, 1.0, 0.0, 0.0]));
/// ```
///
/// Definition: `Clip` of ONNX, `clip` of NumPy; the gradient is that of `eltwise_clip` of oneDNN.
/// Its `eltwise_clip_v2` and `torch.nn.Hardtanh` have that of [`HardTanh`]. `torch.clamp` has a
/// derivative of 1 at both limits.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Clip {
    /// The least result.
    pub min: f32,
    /// The largest result.
    pub max: f32,
}

impl Default for Clip {
    /// From −1 to 1.
    fn default() -> Self {
        Self { min: -1.0, max: 1.0 }
    }
}

impl Clip {
    #[inline(always)]
    fn hard_tanh(self) -> HardTanh {
        HardTanh { min: self.min, max: self.max }
    }
}

impl Map<1> for Clip {
    const WRITES_UNINIT: bool = true;

    #[inline(always)]
    fn eval<S: Simd>(self, x: [F32s<S>; 1]) -> F32s<S> {
        self.hard_tanh().eval(x)
    }
}

impl Map<2> for Backward<Clip> {
    #[inline(always)]
    fn eval<S: Simd>(self, [x, dy]: [F32s<S>; 2]) -> F32s<S> {
        dy.zero_where(x.le(self.0.min)).zero_where(x.same(self.0.max).lt(x))
    }
}

impl Contract for Clip {
    const NAME: &'static str = "clip";
    const FORMULA: &'static str = "min(max(x, min), max), with a derivative of 1 at max";
    const TORCH: &'static str = "clamp";
    const SHAPE: [f32; 2] = HardTanh::SHAPE;
    const INFINITE_PARAMETERS: bool = true;
    const BOUNDS: Bounds = HardTanh::BOUNDS;
    const RANGE: [f32; 2] = HardTanh::RANGE;
    const ODD: bool = true;
    const SPECIALS: &'static [[f32; 2]] = HardTanh::SPECIALS;
    const DERIVATIVE_SPECIALS: &'static [[f32; 2]] = &[
        [0.0, 1.0],
        [-0.0, 1.0],
        [f32::INFINITY, 0.0],
        [f32::NEG_INFINITY, 0.0],
        [1.0, 1.0],
        [-1.0, 0.0],
        [f32::NAN, 1.0],
    ];

    fn each_parameter(&mut self, visit: &mut dyn FnMut(&'static str, &mut f32)) {
        visit("min", &mut self.min);
        visit("max", &mut self.max);
    }
    fn mistake(self) -> Option<&'static str> {
        self.hard_tanh().mistake()
    }
    fn exact(self, x: f64) -> f64 {
        self.hard_tanh().exact(x)
    }
    fn derivative(self, x: f64) -> f64 {
        if x <= self.min.into() || x > self.max.into() { 0.0 } else { 1.0 }
    }
}
