use super::tanh::EXACT;
use crate::{
    contract::{Bound, Bounds, Contract},
    isa::Simd,
    map::{Backward, Map},
    math::exp_f64::power,
    vector::{F32s, F64s},
};

/// The xIELU: alpha_p · x² + beta · x where x > 0, else
/// alpha_n · (e^min(x, eps) − 1 − x) + beta · x.
///
/// | maximum error, all inputs, by default | ULP | at x | |
/// |---|---|---|---|
/// | every tier | correctly rounded | | `avx512`, `avx2`, `neon` |
/// | every tier, without FMA | 0.501 | −0.19119135 | `baseline` |
/// | gradient | correctly rounded but for 2 inputs | | `avx512`, `avx2`, `neon` |
/// | gradient, without FMA | correctly rounded | | `baseline` |
///
/// It is computed in f64 and rounded once, so that the digits remain where the function crosses 0.
///
/// | x, by default | xielu(x) | xielu'(x) |
/// |---|---|---|
/// | ±0 | −7.999996e−7 | 0.4999992 |
/// | +∞ | +∞ | +∞ |
/// | −∞ | +∞ | −0.3 |
/// | NaN | NaN | NaN |
///
/// The gradient is `dy (2 alpha_p x + beta)` where x > 0, else `dy (alpha_n (e^min(x, eps) − 1) +
/// beta)`: that of a function without eps, which only keeps an older computation of e^x − 1 from
/// cancelling.
///
/// ```
/// use activations::{Activation, XIelu};
///
/// let mut x = [-1.0, 0.5, 2.0_f32];
/// XIelu::default().apply(&mut x);
/// assert_eq!(x, [-0.20569645, 0.45, 4.2]);
/// ```
///
/// Definition: Huang, Schlag, "Deriving activation functions using integration" (2024); the model
/// Apertus. The four parameters are those of `ggml_xielu`, after the softplus that training has
/// them in.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct XIelu {
    /// The factor of the part for negative inputs.
    pub alpha_n: f32,
    /// The factor of the part for positive inputs.
    pub alpha_p: f32,
    /// The slope at 0.
    pub beta: f32,
    /// The largest argument of the exponential.
    pub eps: f32,
}

impl Default for XIelu {
    /// Both alphas 0.8, a beta of 0.5 and an eps of −1e-6, with which training begins.
    fn default() -> Self {
        Self { alpha_n: 0.8, alpha_p: 0.8, beta: 0.5, eps: -1e-6 }
    }
}

impl XIelu {
    fn beta(self) -> f64 {
        self.beta.into()
    }

    /// Returns e^min(x, eps) - 1.
    #[inline(always)]
    fn expm1<S: Simd>(self, x: F32s<S>) -> F64s<S> {
        let e = power::<2, _, _, _>(x.at_most(self.eps), [-105.0, 90.0], 1.0, &EXACT);
        // What is subtracted from the scale is exact near 0, so the difference keeps its digits.
        e.rest_plus(e.scale - 1.0)
    }
}

/// Returns infinity, or the largest number in the place of an infinite one that 0 is multiplied by.
fn most(factor: f64) -> f32 {
    if factor == 0.0 { f32::MAX } else { f32::INFINITY }
}

impl Map<1> for XIelu {
    const TWO_ON_AVX512: bool = true;

    #[inline(always)]
    fn eval<S: Simd>(self, [x]: [F32s<S>; 1]) -> F32s<S> {
        let (alpha_n, alpha_p) = (f64::from(self.alpha_n), f64::from(self.alpha_p));
        let line = self.beta() - alpha_n;
        let negative = x.at_least(-most(line)).widen().mul_add(line, self.expm1(x) * alpha_n);
        let slope = x.at_most(most(alpha_p)).widen().mul_add(alpha_p, x.same(self.beta).widen());
        let x_positive = x.at_most(most(alpha_p.abs() + self.beta().abs()));
        let positive = x_positive.widen() * slope;
        x.le(0.0).select(negative.narrow(), positive.narrow())
    }
}

impl Map<2> for Backward<XIelu> {
    const TWO_ON_AVX512: bool = true;

    #[inline(always)]
    fn eval<S: Simd>(self, [x, dy]: [F32s<S>; 2]) -> F32s<S> {
        let Self(operation) = self;
        let beta = x.same(operation.beta).widen();
        let negative = operation.expm1(x).mul_add(f64::from(operation.alpha_n), beta);
        // An infinite x times a dy of 0 is 0.
        let x_positive = x.at_most(dy.abs().le(0.0).select(f32::MAX, most(operation.alpha_p.into())));
        let positive = x_positive.widen().mul_add(2.0 * f64::from(operation.alpha_p), beta);
        let dy = dy.widen();
        x.le(0.0).select((dy * negative).narrow(), (dy * positive).narrow())
    }
}

impl Contract for XIelu {
    const NAME: &'static str = "xielu";
    const FORMULA: &'static str =
        "alpha_p · x² + beta · x where x > 0, else alpha_n · (e^min(x, eps) − 1 − x) + beta · x";
    const SHAPE: [f32; 2] = [-4.0, 2.0];
    const MONOTONE: bool = false;
    const BOUNDS: Bounds = Bounds {
        default: Bound { fused: 0.500, baseline: 0.501 },
        fast: Bound { fused: 0.500, baseline: 0.501 },
        backward: Bound { fused: 0.500, baseline: 0.500 },
    };
    const RANGE: [f32; 2] = [-0.205_751_24, f32::INFINITY];
    const SPECIALS: &'static [[f32; 2]] = &[
        [0.0, -7.999996e-7],
        [-0.0, -7.999996e-7],
        [f32::INFINITY, f32::INFINITY],
        [f32::NEG_INFINITY, f32::INFINITY],
        [f32::MAX, f32::INFINITY],
    ];
    const DERIVATIVE_SPECIALS: &'static [[f32; 2]] = &[
        [0.0, 0.4999992],
        [-0.0, 0.4999992],
        [f32::INFINITY, f32::INFINITY],
        [f32::NEG_INFINITY, -0.3],
    ];

    fn each_parameter(&mut self, visit: &mut dyn FnMut(&'static str, &mut f32)) {
        visit("alpha_n", &mut self.alpha_n);
        visit("alpha_p", &mut self.alpha_p);
        visit("beta", &mut self.beta);
        visit("eps", &mut self.eps);
    }
    fn exact(self, x: f64) -> f64 {
        let [alpha_n, alpha_p] = [self.alpha_n, self.alpha_p].map(f64::from);
        if x > 0.0 {
            (alpha_p * x + self.beta()) * x
        } else {
            alpha_n * libm::expm1(x.min(self.eps.into())) + (self.beta() - alpha_n) * x
        }
    }
    fn derivative(self, x: f64) -> f64 {
        let [alpha_n, alpha_p] = [self.alpha_n, self.alpha_p].map(f64::from);
        if x > 0.0 {
            2.0 * alpha_p * x + self.beta()
        } else {
            alpha_n * libm::expm1(x.min(self.eps.into())) + self.beta()
        }
    }
}
