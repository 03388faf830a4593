use crate::{
    activation::Activation,
    contract::{Bound, Bounds, Contract, FromOutput},
    isa::Simd,
    map::{Backward, Map},
    vector::F32s,
};

/// The rectified linear unit: x where x > 0, else 0.
///
/// Results are exact in every tier. The gradient is `dy` where x > 0, else 0. The gradient from the
/// output is the same.
///
/// | x | relu(x) | relu'(x) |
/// |---|---|---|
/// | +0 | +0 | 0 |
/// | −0 | −0 | 0 |
/// | +∞ | +∞ | 1 |
/// | −∞ | +0 | 0 |
/// | NaN | NaN | 1 |
///
/// This holds on every instruction set, although Arm's maximum instruction would turn −0 into +0.
///
/// ```
/// use activations::{Activation, Relu};
///
/// let mut x = [-1.0, 2.0, f32::NAN];
/// Relu.apply(&mut x);
/// assert_eq!(x[..2], [0.0, 2.0]);
/// assert!(x[2].is_nan());
/// ```
///
/// Definition: `Relu` of ONNX, `torch.relu`, including its special values.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Relu;

/// `x[i] = max(x[i], 0)`: [`Relu`] in place, exact.
///
/// ```
/// let mut x = [-1.0, 2.0];
/// activations::relu(&mut x);
/// assert_eq!(x, [0.0, 2.0]);
/// ```
pub fn relu(x: &mut [f32]) {
    Relu.apply(x);
}

impl Map<1> for Relu {
    const WRITES_UNINIT: bool = true;

    #[inline(always)]
    fn eval<S: Simd>(self, [x]: [F32s<S>; 1]) -> F32s<S> {
        // The maximum alone would pass a signalling NaN on.
        x.le(x).select(x.at_least(0.0), f32::NAN)
    }
}

impl Map<2> for Backward<Relu> {
    #[inline(always)]
    fn eval<S: Simd>(self, [x, dy]: [F32s<S>; 2]) -> F32s<S> {
        dy.zero_where(x.le(0.0))
    }
}

impl FromOutput for Relu {
    const OUTPUT_BOUND: Bound = Bound::EXACT;
    const OUTPUT_SPECIALS: &'static [[f32; 2]] = Self::DERIVATIVE_SPECIALS;

    fn derivative_from_output(self, y: f64) -> f64 {
        self.derivative(y)
    }
}

impl Contract for Relu {
    const NAME: &'static str = "relu";
    const FORMULA: &'static str = "max(x, 0)";
    const BOUNDS: Bounds =
        Bounds { default: Bound::EXACT, fast: Bound::EXACT, backward: Bound::EXACT };
    const RANGE: [f32; 2] = [0.0, f32::INFINITY];
    const SPECIALS: &'static [[f32; 2]] = &[
        [0.0, 0.0],
        [-0.0, -0.0],
        [f32::INFINITY, f32::INFINITY],
        [f32::NEG_INFINITY, 0.0],
        [1e-45, 1e-45],
        [-1e-45, 0.0],
    ];
    const DERIVATIVE_SPECIALS: &'static [[f32; 2]] =
        &[[0.0, 0.0], [-0.0, 0.0], [f32::INFINITY, 1.0], [f32::NEG_INFINITY, 0.0], [f32::NAN, 1.0]];

    fn exact(self, x: f64) -> f64 {
        x.max(0.0)
    }
    fn derivative(self, x: f64) -> f64 {
        if x <= 0.0 { 0.0 } else { 1.0 }
    }
}
