use crate::{
    contract::{Bound, Bounds, Contract},
    isa::Simd,
    map::{Backward, Map},
    vector::F32s,
};

/// The squared rectified linear unit, max(x, 0)².
///
/// Results are correctly rounded in every tier. The gradient is `2 x dy` where x > 0, else 0, and
/// rounded once.
///
/// | x | squared_relu(x) | squared_relu'(x) |
/// |---|---|---|
/// | ±0 | +0 | 0 |
/// | +∞ (and from 1.8446744e19) | +∞ | +∞ (from 1.7014118e38) |
/// | −∞ | +0 | 0 |
/// | NaN | NaN | NaN |
///
/// ```
/// use activations::{Activation, SquaredRelu};
///
/// let mut x = [-3.0, 0.5, 2.0_f32];
/// SquaredRelu.apply(&mut x);
/// assert_eq!(x, [0.0, 0.25, 4.0]);
/// ```
///
/// Definition: So, Mańke, Liu, Dai, Shazeer, Le, "Primer: searching for efficient transformers for
/// language modeling" (2021).
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct SquaredRelu;

impl Map<1> for SquaredRelu {
    const WRITES_UNINIT: bool = true;

    #[inline(always)]
    fn eval<S: Simd>(self, [x]: [F32s<S>; 1]) -> F32s<S> {
        let x = x.at_least(0.0);
        x.tiny_product(x)
    }
}

impl Map<2> for Backward<SquaredRelu> {
    #[inline(always)]
    fn eval<S: Simd>(self, [x, dy]: [F32s<S>; 2]) -> F32s<S> {
        // An infinite x times a dy of 0 is 0.
        let most = dy.abs().le(0.0).select(f32::MAX, f32::INFINITY);
        let x = x.at_most(most);
        // The factor that is doubled does not overflow unless the product does.
        let small = x.lt(1.0);
        let product = small.select(x + x, x) * small.select(dy, dy + dy);
        product.zero_where(x.le(0.0))
    }
}

impl Contract for SquaredRelu {
    const NAME: &'static str = "squared_relu";
    const FORMULA: &'static str = "max(x, 0)²";
    const ALIASES: &'static [&'static str] = &["relu2"];
    const SHAPE: [f32; 2] = [-2.0, 2.0];
    const BOUNDS: Bounds =
        Bounds { default: Bound::ROUNDED, fast: Bound::ROUNDED, backward: Bound::EXACT };
    const RANGE: [f32; 2] = [0.0, f32::INFINITY];
    const SPECIALS: &'static [[f32; 2]] = &[
        [0.0, 0.0],
        [-0.0, 0.0],
        [f32::INFINITY, f32::INFINITY],
        [f32::NEG_INFINITY, 0.0],
        [f32::MAX, f32::INFINITY],
        [1e-20, 1e-40],
    ];
    const DERIVATIVE_SPECIALS: &'static [[f32; 2]] =
        &[[0.0, 0.0], [-0.0, 0.0], [f32::INFINITY, f32::INFINITY], [f32::NEG_INFINITY, 0.0]];

    fn exact(self, x: f64) -> f64 {
        x.max(0.0) * x.max(0.0)
    }
    fn derivative(self, x: f64) -> f64 {
        if x > 0.0 { 2.0 * x } else { 0.0 }
    }
}
