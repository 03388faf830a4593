use crate::{
    contract::{Bound, Bounds, Contract, Crossing},
    isa::Simd,
    map::{Backward, Compiled, Map},
    math::gate::{Gate, derivative, exact},
    tier::Fast,
    vector::F32s,
};

/// The swish, x / (1 + e^(-beta x)): x times the sigmoid of beta x.
///
/// | maximum error, all inputs, beta = 1 | ULP | at x | |
/// |---|---|---|---|
/// | default | 1.047 | −9.920674 | `avx512`, `avx2`, `neon` |
/// | [`Fast`] | 2.744 | −33.32614 | |
/// | both, without FMA | 1.130 | −5.198301 | `baseline` |
/// | gradient | 1.736 | −64.461975 | `avx512`, `avx2`, `neon` |
/// | gradient, without FMA | 1.133 | −6.574078 | `baseline` |
///
/// With another beta from 1e−18 to 1e18 in magnitude the default tier is within 1.1 ULP and
/// gradients are within 2: -beta log2(e) is a sum of two f32 numbers, and beta x is not rounded.
/// Where beta x is between -3 and -0.6, errors of gradients smaller than 1/8 are in ULP of 1/8.
/// Other betas, 0 among them, go through f64 lane by lane, slowly.
///
/// The table of special values is for a positive beta. A beta of 0 makes the function x / 2. With a
/// negative one the function of x is -1 times that of -x with -beta.
///
/// | x | swish(x) | swish'(x) |
/// |---|---|---|
/// | ±0 | ±0 | 0.5 |
/// | +∞ | +∞ | 1 |
/// | −∞ | −0 | −0 |
/// | NaN | NaN | NaN |
///
/// The gradient is `dy * s * (1 + t * (1 - s))` for t = beta x and s = sigmoid(t), as that of
/// [`Silu`](crate::Silu).
///
/// ```
/// use activations::{Activation, Swish};
///
/// let mut x = [0.0, 1.0, f32::NEG_INFINITY];
/// Swish { beta: 2.0 }.apply(&mut x);
/// assert_eq!(x, [0.0, 0.8807971, -0.0]);
/// ```
///
/// Definition: `Swish` of ONNX, whose attribute alpha is beta; Ramachandran, Zoph, Le, "Searching
/// for activation functions" (2017).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Swish {
    /// The factor of x in the sigmoid. An infinite or NaN beta follows the formula.
    pub beta: f32,
}

impl Default for Swish {
    /// A beta of 1.
    fn default() -> Self {
        Self { beta: 1.0 }
    }
}

impl Compiled<1> for Swish {
    type Kernel = Gate;

    #[inline(always)]
    fn kernel(self) -> Gate {
        Gate::new(self.beta)
    }
}

impl Compiled<1> for Fast<Swish> {
    type Kernel = Fast<Gate>;

    #[inline(always)]
    fn kernel(self) -> Fast<Gate> {
        Fast(Gate::new(self.0.beta))
    }
}

impl Compiled<2> for Backward<Swish> {
    type Kernel = Backward<Gate>;

    #[inline(always)]
    fn kernel(self) -> Backward<Gate> {
        Backward(Gate::new(self.0.beta))
    }
}

impl Map<1> for Gate {
    const HAS_FAR: bool = true;

    #[inline(always)]
    fn eval<S: Simd>(self, [x]: [F32s<S>; 1]) -> F32s<S> {
        self.usual(x)
    }
    #[inline(always)]
    fn is_usual<S: Simd>(self, [x]: [F32s<S>; 1]) -> bool {
        self.is_usual(x)
    }
    #[inline(always)]
    fn eval_far<S: Simd>(self, [x]: [F32s<S>; 1]) -> F32s<S> {
        self.far::<false, S>(x)
    }
}

impl Map<1> for Fast<Gate> {
    const HAS_FAR: bool = true;

    #[inline(always)]
    fn eval<S: Simd>(self, [x]: [F32s<S>; 1]) -> F32s<S> {
        self.0.fast_usual(x)
    }
    #[inline(always)]
    fn is_usual<S: Simd>(self, [x]: [F32s<S>; 1]) -> bool {
        self.0.is_usual(x)
    }
    #[inline(always)]
    fn eval_far<S: Simd>(self, [x]: [F32s<S>; 1]) -> F32s<S> {
        self.0.far::<true, S>(x)
    }
}

impl Map<2> for Backward<Gate> {
    const HAS_FAR: bool = true;

    #[inline(always)]
    fn eval<S: Simd>(self, [x, dy]: [F32s<S>; 2]) -> F32s<S> {
        self.0.usual_gradient(x, dy)
    }
    #[inline(always)]
    fn is_usual<S: Simd>(self, [x, _]: [F32s<S>; 2]) -> bool {
        self.0.is_usual(x)
    }
    #[inline(always)]
    fn eval_far<S: Simd>(self, [x, dy]: [F32s<S>; 2]) -> F32s<S> {
        self.0.any_gradient(x, dy)
    }
}

impl Contract for Swish {
    const NAME: &'static str = "swish";
    const FORMULA: &'static str = "x / (1 + e^(−beta x))";
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

    fn each_parameter(&mut self, visit: &mut dyn FnMut(&'static str, &mut f32)) {
        visit("beta", &mut self.beta);
    }
    fn exact(self, x: f64) -> f64 {
        exact(self.beta.into(), x)
    }
    fn derivative(self, x: f64) -> f64 {
        derivative(self.beta.into(), x)
    }
}
