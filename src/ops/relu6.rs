use super::hard_tanh::HardTanh;
use crate::{
    contract::{Bound, Bounds, Contract, FromOutput},
    isa::Simd,
    map::{Backward, Map},
    vector::F32s,
};

/// The rectified linear unit that ends at 6: min(max(x, 0), 6).
///
/// Results are exact in every tier. The gradient is `dy` where 0 < x < 6, else 0. The gradient from
/// the output is the same.
///
/// | x | relu6(x) | relu6'(x) |
/// |---|---|---|
/// | ±0 | ±0 | 0 |
/// | 6 | 6 | 0 |
/// | +∞ | 6 | 0 |
/// | −∞ | +0 | 0 |
/// | NaN | NaN | 1 |
///
/// The function is [`HardTanh`] from 0 to 6.
///
/// ```
/// use activations::{Activation, Relu6};
///
/// let mut x = [-1.0, 2.0, 7.0_f32];
/// Relu6.apply(&mut x);
/// assert_eq!(x, [0.0, 2.0, 6.0]);
/// ```
///
/// Definition: `torch.nn.ReLU6`, including its gradient at 0 and 6; Krizhevsky, "Convolutional deep
/// belief networks on CIFAR-10" (2010).
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Relu6;

const LIMITS: HardTanh = HardTanh { min: 0.0, max: 6.0 };

impl Map<1> for Relu6 {
    const WRITES_UNINIT: bool = true;

    #[inline(always)]
    fn eval<S: Simd>(self, [x]: [F32s<S>; 1]) -> F32s<S> {
        LIMITS.eval([x])
    }
}

impl Map<2> for Backward<Relu6> {
    #[inline(always)]
    fn eval<S: Simd>(self, [x, dy]: [F32s<S>; 2]) -> F32s<S> {
        Backward(LIMITS).eval([x, dy])
    }
}

impl FromOutput for Relu6 {
    const OUTPUT_BOUND: Bound = Bound::EXACT;
    const OUTPUT_SPECIALS: &'static [[f32; 2]] = Self::DERIVATIVE_SPECIALS;

    fn derivative_from_output(self, y: f64) -> f64 {
        self.derivative(y)
    }
}

impl Contract for Relu6 {
    const NAME: &'static str = "relu6";
    const FORMULA: &'static str = "min(max(x, 0), 6)";
    const BOUNDS: Bounds =
        Bounds { default: Bound::EXACT, fast: Bound::EXACT, backward: Bound::EXACT };
    const RANGE: [f32; 2] = [0.0, 6.0];
    const SPECIALS: &'static [[f32; 2]] = &[
        [0.0, 0.0],
        [-0.0, -0.0],
        [f32::INFINITY, 6.0],
        [f32::NEG_INFINITY, 0.0],
        [6.0, 6.0],
        [1e-45, 1e-45],
        [-1e-45, 0.0],
    ];
    const DERIVATIVE_SPECIALS: &'static [[f32; 2]] = &[
        [0.0, 0.0],
        [-0.0, 0.0],
        [f32::INFINITY, 0.0],
        [f32::NEG_INFINITY, 0.0],
        [6.0, 0.0],
        [1e-45, 1.0],
        [f32::NAN, 1.0],
    ];

    fn exact(self, x: f64) -> f64 {
        LIMITS.exact(x)
    }
    fn derivative(self, x: f64) -> f64 {
        LIMITS.derivative(x)
    }
}
