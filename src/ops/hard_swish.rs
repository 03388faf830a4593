use crate::{
    contract::{Bound, Bounds, Contract},
    isa::Simd,
    map::{Backward, Map},
    math::hex::hex,
    vector::F32s,
};

/// The hard swish: 0 up to −3, x from 3 on, and x (x + 3) / 6 between them.
///
/// | maximum error, all inputs | ULP | at x | |
/// |---|---|---|---|
/// | every tier | 0.501 | 0.00000046169558 | `avx512`, `avx2`, `neon` |
/// | every tier, without FMA | correctly rounded | | `baseline` |
/// | gradient | 1.334 | 0.50000036 | `avx512`, `avx2`, `neon` |
/// | gradient, without FMA | 1.334 | 0.50000036 | `baseline` |
///
/// | x | hard_swish(x) | hard_swish'(x) |
/// |---|---|---|
/// | ±0 | ±0 | 0.5 |
/// | +∞ (and from 3) | x | 1 |
/// | −∞ (and up to −3) | −0 | 0 |
/// | NaN | NaN | NaN |
///
/// The gradient is `dy (2 x + 3) / 6` between −3 and 3.
///
/// ```
/// use activations::{Activation, HardSwish};
///
/// let mut x = [-4.0, 1.0, 5.0_f32];
/// HardSwish.apply(&mut x);
/// assert_eq!(x, [0.0, 0.6666667, 5.0]);
/// ```
///
/// Definition: `HardSwish` of ONNX, `torch.nn.Hardswish`, but for −∞, which gives NaN there; Howard
/// et al., "Searching for MobileNetV3" (2019).
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct HardSwish;

/// 1/6 as the sum of two numbers, a little more than 1/6 together. So what is left of 3/6 - 1/2 is
/// not negative, and -0 keeps its sign.
const SIXTH: f32 = hex("0x1.555556p-3");
const SIXTH_REST: f32 = hex("-0x1.555554p-28");

impl Map<1> for HardSwish {
    const WRITES_UNINIT: bool = true;

    #[inline(always)]
    fn eval<S: Simd>(self, [x]: [F32s<S>; 1]) -> F32s<S> {
        let x = x.at_least(-3.0);
        let b = x.at_most(3.0);
        if !S::FUSED {
            return (x.widen() * ((b.widen() + 3.0) / 6.0)).narrow();
        }
        // b + 3 = t + rest, and a sixth of it is h + low.
        let t = b + 3.0;
        let rest = b - (t - 3.0);
        let h = t * SIXTH;
        let low = rest.mul_add(SIXTH, t.mul_add(SIXTH_REST, t.mul_add(SIXTH, -h)));
        x.mul_add(h, b * low)
    }
}

impl Map<2> for Backward<HardSwish> {
    #[inline(always)]
    fn eval<S: Simd>(self, [x, dy]: [F32s<S>; 2]) -> F32s<S> {
        let b = x.clamp(-3.0, 3.0);
        // The sum is exact where it is near 0.
        let slope = ((b + b) + 3.0) * SIXTH;
        let dx = x.same(3.0).le(x).select(dy, dy * slope);
        dx.zero_where(x.le(-3.0))
    }
}

impl Contract for HardSwish {
    const NAME: &'static str = "hard_swish";
    const FORMULA: &'static str = "x · min(max(x + 3, 0), 6) / 6";
    const TORCH: &'static str = "hardswish";
    const DOMAIN: [i16; 2] = [-4, 4];
    const SHAPE: [f32; 2] = [-4.0, 4.0];
    const BOUNDS: Bounds = Bounds {
        default: Bound { fused: 0.501, baseline: 0.500 },
        fast: Bound { fused: 0.501, baseline: 0.500 },
        backward: Bound { fused: 1.334, baseline: 1.334 },
    };
    const RANGE: [f32; 2] = [-0.375, f32::INFINITY];
    const MONOTONE: bool = false;
    const SPECIALS: &'static [[f32; 2]] = &[
        [0.0, 0.0],
        [-0.0, -0.0],
        [f32::INFINITY, f32::INFINITY],
        [f32::NEG_INFINITY, -0.0],
        [f32::MAX, f32::MAX],
        [f32::MIN, -0.0],
        [-3.0, -0.0],
        [3.0, 3.0],
        [-1.5, -0.375],
    ];
    const DERIVATIVE_SPECIALS: &'static [[f32; 2]] = &[
        [0.0, 0.5],
        [-0.0, 0.5],
        [-1.5, 0.0],
        [-3.0, 0.0],
        [3.0, 1.0],
        [f32::INFINITY, 1.0],
        [f32::NEG_INFINITY, 0.0],
    ];

    fn exact(self, x: f64) -> f64 {
        if x <= -3.0 { -0.0 } else { x * ((x.min(3.0) + 3.0) / 6.0) }
    }
    fn derivative(self, x: f64) -> f64 {
        if x <= -3.0 {
            0.0
        } else if x >= 3.0 {
            1.0
        } else {
            (2.0 * x + 3.0) / 6.0
        }
    }
}
