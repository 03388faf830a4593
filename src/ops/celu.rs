use super::elu::{EXPM1, Elu};
use crate::{
    contract::{Bound, Bounds, Contract, FromOutput},
    isa::Simd,
    map::{Backward, BackwardFromOutput, Map},
    math::factor::Factor,
    math::hex::hex,
    math::product::product_less,
    math::scaled_exp::scaled_exp,
    vector::F32s,
};

/// The continuously differentiable exponential linear unit: x where x > 0, else alpha · (e^(x /
/// alpha) − 1).
///
/// | maximum error, all inputs, alpha = 1 | ULP | at x | |
/// |---|---|---|---|
/// | default and [`Fast`](crate::Fast) | 0.859 | −0.05376536 | `avx512`, `avx2`, `neon` |
/// | both, without FMA | 0.913 | −0.38052222 | `baseline` |
/// | gradient | 0.904 | −87.391426 | `avx512`, `avx2`, `neon` |
/// | gradient, without FMA | 0.977 | −5.8606462 | `baseline` |
///
/// Another alpha adds a rounding: at most 2 ULP for 1e−30 <= alpha <= 1e30. With alpha = 1 the
/// function is monotonic.
///
/// The table of special values is for a positive alpha. With a negative one the exponential grows
/// where x < 0. Negative and subnormal alphas, and those that are not finite, go through f64 lane
/// by lane, slowly.
///
/// | x | celu(x) | celu'(x) |
/// |---|---|---|
/// | ±0 | ±0 | 1 |
/// | +∞ | +∞ | 1 |
/// | −∞ | −alpha | 0 |
/// | NaN | NaN | NaN |
///
/// The gradient is `dy` where x > 0, else `e^(x / alpha) * dy`. The gradient from the output is
/// `dy` where y > 0, else `(y + alpha) / alpha * dy`, whose sum is correctly rounded. It is that of
/// the y that is given: near −alpha a y has few digits of the exponential left, and −alpha itself
/// has the gradient 0. Alpha must be finite and positive for it.
///
/// ```
/// use activations::{Activation, Celu};
///
/// let mut x = [-1e-10, -1.0, 2.0_f32];
/// Celu { alpha: 0.5 }.apply(&mut x);
/// assert_eq!(x, [-1e-10, -0.43233237, 2.0]);
/// ```
///
/// Definition: `Celu` of ONNX, `torch.nn.CELU`; Barron, "Continuously differentiable exponential
/// linear units" (2017).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Celu {
    /// The limit towards −∞ is −alpha. An alpha of 0 makes the function
    /// [`Relu`](crate::Relu), and an infinite one leaves x as it is: the limits of the formula.
    pub alpha: f32,
}

impl Default for Celu {
    /// An alpha of 1.
    fn default() -> Self {
        Self { alpha: 1.0 }
    }
}

impl Celu {
    /// Whether the vector kernel serves. Other values of alpha are for completeness: they go
    /// through f64, lane by lane.
    fn is_usual(self) -> bool {
        self.alpha.is_normal() && self.alpha > 0.0
    }

    /// u = x / alpha, or `lowest` if that is more, and what rounding it has made of x: u alpha - x.
    #[inline(always)]
    fn quotient<S: Simd>(self, x: F32s<S>, lowest: f32) -> [F32s<S>; 2] {
        /// More than the relative rounding error of u <= 300.
        const LIMIT: f32 = hex("0x1p-15");
        let u = (x / self.alpha).at_least(lowest);
        // Where x / alpha is below the lowest, the difference is no rounding error, and may be
        // infinite or NaN.
        [u, x.same(self.alpha * LIMIT).at_most(self.error(x, u))]
    }

    /// Returns u alpha - x, where that is small.
    #[inline(always)]
    fn error<S: Simd>(self, x: F32s<S>, u: F32s<S>) -> F32s<S> {
        if S::FUSED { u.mul_add(self.alpha, -x) } else { product_less(u, self.alpha, x) }
    }
}

impl Map<1> for Celu {
    #[inline(always)]
    fn eval<S: Simd>(self, [x]: [F32s<S>; 1]) -> F32s<S> {
        if !self.is_usual() {
            return x.each_lane(
                #[inline(always)]
                |x| self.exact(x.into()) as f32,
            );
        }
        let [u, error] = self.quotient(x.at_most(0.0), -18.0);
        let negative = EXPM1.negated(u);
        // The error enters times e^u. A 0 that is subtracted from -0 leaves -0.
        let positive = (1.0 - negative).neg_mul_add(error, x.at_least(-0.0));
        if S::FUSED {
            return negative.neg_mul_add(self.alpha, positive);
        }
        let product = negative * self.alpha;
        (positive - product_less(negative, self.alpha, product)) - product
    }
}

impl Celu {
    #[inline(always)]
    fn gradient<const FAR: bool, S: Simd>(self, [x, dy]: [F32s<S>; 2]) -> F32s<S> {
        if FAR && !self.is_usual() {
            return x.each_pair_of_lanes(
                dy,
                #[inline(always)]
                |x, dy| match self.derivative(x.into()) {
                    0.0 => 0.0,
                    derivative => (f64::from(dy) * derivative) as f32,
                },
            );
        }
        let negative = x.at_most(0.0);
        let [u, error] = if FAR {
            self.quotient(negative, -280.0)
        } else {
            let u = negative / self.alpha;
            [u, self.error(negative, u)]
        };
        let negative = scaled_exp::<FAR, false, S>(
            u,
            Factor::new(1.0),
            #[inline(always)]
            |e| e.neg_mul_add(error * (1.0 / self.alpha), e) * dy,
        );
        x.same(0.0).lt(x).select(dy, negative)
    }
}

impl Map<2> for Backward<Celu> {
    const HAS_FAR: bool = true;

    #[inline(always)]
    fn eval<S: Simd>(self, inputs: [F32s<S>; 2]) -> F32s<S> {
        self.0.gradient::<false, S>(inputs)
    }
    #[inline(always)]
    fn is_usual<S: Simd>(self, [x, _]: [F32s<S>; 2]) -> bool {
        // No x is usual where the magnitude has to be below 0.
        x.at_most(0.0).all_below(if self.0.is_usual() { 48.0 * self.0.alpha } else { 0.0 })
    }
    #[inline(always)]
    fn eval_far<S: Simd>(self, inputs: [F32s<S>; 2]) -> F32s<S> {
        self.0.gradient::<true, S>(inputs)
    }
}

impl Map<2> for BackwardFromOutput<Celu> {
    #[inline(always)]
    fn eval<S: Simd>(self, [y, dy]: [F32s<S>; 2]) -> F32s<S> {
        let Celu { alpha } = self.0;
        dy * y.same(0.0).lt(y).select(1.0, (y + alpha) / alpha)
    }
}

impl FromOutput for Celu {
    const OUTPUT_BOUND: Bound = Elu::OUTPUT_BOUND;
    const OUTPUT_SPECIALS: &'static [[f32; 2]] = Elu::OUTPUT_SPECIALS;

    fn derivative_from_output(self, y: f64) -> f64 {
        let alpha = f64::from(self.alpha);
        if y > 0.0 { 1.0 } else { (y + alpha) / alpha }
    }
    fn mistake_from_output(self) -> Option<&'static str> {
        let is_told = self.alpha > 0.0 && self.alpha.is_finite();
        (!is_told).then_some("alpha must be finite and positive")
    }
}

impl Contract for Celu {
    const NAME: &'static str = "celu";
    const FORMULA: &'static str = "x where x > 0, else alpha · (e^(x / alpha) − 1)";
    const DOMAIN: [i16; 2] = [-20, 5];
    const SHAPE: [f32; 2] = [-4.0, 4.0];
    // With alpha = 1 the function is ELU.
    const BOUNDS: Bounds = Elu::BOUNDS;
    const RANGE: [f32; 2] = Elu::RANGE;
    const SPECIALS: &'static [[f32; 2]] = Elu::SPECIALS;
    const DERIVATIVE_SPECIALS: &'static [[f32; 2]] = Elu::DERIVATIVE_SPECIALS;

    fn each_parameter(&mut self, visit: &mut dyn FnMut(&'static str, &mut f32)) {
        visit("alpha", &mut self.alpha);
    }
    fn exact(self, x: f64) -> f64 {
        let alpha = f64::from(self.alpha);
        match x {
            _ if x > 0.0 => x,
            _ if x.is_nan() => x,
            _ if alpha == 0.0 => 0.0_f64.copysign(if x == 0.0 { x } else { 0.0 }),
            _ if x == 0.0 || alpha.is_infinite() => x,
            _ => alpha * libm::expm1(x / alpha),
        }
    }
    fn derivative(self, x: f64) -> f64 {
        match x {
            _ if x > 0.0 => 1.0,
            _ if x.is_nan() => x,
            _ if self.alpha == 0.0 => 0.0,
            _ => libm::exp(x / f64::from(self.alpha)),
        }
    }
}
