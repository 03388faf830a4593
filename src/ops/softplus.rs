use crate::{
    contract::{Accepted, Bound, Bounds, Contract},
    isa::Simd,
    map::{Backward, Map},
    math::hex::hex,
    math::sigmoid_product::SigmoidProduct,
    math::softplus::Core,
    tier::Fast,
    vector::F32s,
};

/// A smooth ReLU: log(1 + e^(beta · x)) / beta.
///
/// | maximum error, all inputs, beta = 1 | ULP | at x | |
/// |---|---|---|---|
/// | default | 1.329 | −1.2713387 | `avx512`, `avx2`, `neon` |
/// | [`Fast`] | 2.429 | −3.4511461 | |
/// | default, without FMA | 1.108 | −1.2608572 | `baseline` |
/// | [`Fast`], without FMA | 1.108 | −1.2608572 | |
/// | gradient | 1.783 | −0.29247758 | `avx512`, `avx2`, `neon` |
/// | gradient, without FMA | 1.927 | −15.595854 | `baseline` |
///
/// The function of beta x is not rounded before it is divided, so other betas cost little: at most
/// 2.1 ULP, 3 in the fast tier, and 2.2 for gradients. No result overflows. Where beta is a power
/// of two from 2^-17 to 2^17, the errors are those of the table and every tier is monotonic. Betas
/// outside of that range go through f64 lane by lane, slowly.
///
/// | x | softplus(x) | softplus'(x) |
/// |---|---|---|
/// | ±0 | log(2) / beta | 0.5 |
/// | +∞ | +∞ | 1 |
/// | −∞ (and below −103.97 / beta) | +0 | 0 |
/// | NaN | NaN | NaN |
///
/// The gradient is `dy / (1 + e^(-beta * x))`, which is as accurate in the tail: e^(beta x) may be
/// far below the range of f32 where its product with dy is not.
///
/// ```
/// use activations::{Activation, Softplus};
///
/// let mut x = [0.0, -100.0, 100.0_f32];
/// Softplus { beta: 1.0 }.apply(&mut x);
/// assert_eq!(x, [0.6931472, 3.8e-44, 100.0]);
/// ```
///
/// Definition: `Softplus` of ONNX (beta = 1), `torch.nn.Softplus`; Dugas, Bengio, Bélisle, Nadeau,
/// Garcia, "Incorporating second-order functional knowledge for better option pricing" (2000).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Softplus {
    /// How sharp the bend at 0 is. It must be positive and finite: with another beta every result
    /// is NaN.
    pub beta: f32,
}

impl Default for Softplus {
    /// A beta of 1.
    fn default() -> Self {
        Self { beta: 1.0 }
    }
}

/// What PyTorch has beside beta. From beta x = 15 on, log(1 + e^(-beta x)) / beta is less than half
/// an ULP of x.
const THRESHOLD: Accepted = Accepted {
    name: "threshold",
    least: 15.0,
    mistake: "a threshold below 15 would change results",
};

impl Softplus {
    /// Returns the softplus of PyTorch, whose results are x where beta x is above a threshold.
    ///
    /// That is what they are anyway from beta x = 15 on, bit for bit. So the threshold, which is 20
    /// in PyTorch, is compared with that and forgotten. The text of an
    /// [`AnyActivation`](crate::AnyActivation) may have it too: `softplus(0.5, threshold = 20)`.
    ///
    /// ```
    /// use activations::Softplus;
    ///
    /// assert_eq!(Softplus::with_threshold(0.5, 20.0), Softplus { beta: 0.5 });
    /// ```
    ///
    /// # Panics
    ///
    /// If the threshold is below 15 or NaN: it would change results.
    #[must_use]
    #[track_caller]
    pub const fn with_threshold(beta: f32, threshold: f32) -> Self {
        assert!(threshold >= THRESHOLD.least, "{}", THRESHOLD.mistake);
        Self { beta }
    }

    /// Whether the vector kernels serve: powers of beta are coefficients.
    const fn is_usual(self) -> bool {
        const LEAST: f32 = hex("0x1p-17");
        const MOST: f32 = hex("0x1p17");
        self.beta >= LEAST && self.beta <= MOST
    }

    #[inline(always)]
    fn each<S: Simd>(self, x: F32s<S>) -> F32s<S> {
        x.each_lane(
            #[inline(always)]
            |x| self.exact(x.into()) as f32,
        )
    }
}

impl Map<1> for Softplus {
    const SPILLS: bool = true;
    const HAS_FAR: bool = true;

    #[inline(always)]
    fn eval<S: Simd>(self, [x]: [F32s<S>; 1]) -> F32s<S> {
        if S::FUSED {
            return Core::new(self.beta).eval::<false, false, S>(x);
        }
        let Self { beta } = self;
        if self.is_usual() { Core::new(beta).eval_unfused::<false, S>(x) } else { self.each(x) }
    }
    #[inline(always)]
    fn is_usual<S: Simd>(self, [x]: [F32s<S>; 1]) -> bool {
        !S::FUSED || self.is_usual() && Core::new(self.beta).is_usual(x)
    }
    #[inline(always)]
    fn eval_far<S: Simd>(self, [x]: [F32s<S>; 1]) -> F32s<S> {
        if self.is_usual() {
            Core::new(self.beta).eval::<true, false, S>(x)
        } else {
            self.each(x)
        }
    }
}

impl Map<1> for Fast<Softplus> {
    const SPILLS: bool = true;
    const HAS_FAR: bool = true;

    #[inline(always)]
    fn eval<S: Simd>(self, [x]: [F32s<S>; 1]) -> F32s<S> {
        let Self(op) = self;
        if S::FUSED {
            return Core::fast(op.beta).eval_fast::<false, false, S>(x);
        }
        if op.is_usual() { Core::new(op.beta).eval_unfused::<false, S>(x) } else { op.each(x) }
    }
    #[inline(always)]
    fn is_usual<S: Simd>(self, [x]: [F32s<S>; 1]) -> bool {
        !S::FUSED || self.0.is_usual() && Core::fast(self.0.beta).is_usual(x)
    }
    #[inline(always)]
    fn eval_far<S: Simd>(self, [x]: [F32s<S>; 1]) -> F32s<S> {
        let Self(op) = self;
        if op.is_usual() {
            Core::fast(op.beta).eval_fast::<true, false, S>(x)
        } else {
            op.each(x)
        }
    }
}

impl Map<2> for Backward<Softplus> {
    const HAS_FAR: bool = true;

    #[inline(always)]
    fn eval<S: Simd>(self, [x, dy]: [F32s<S>; 2]) -> F32s<S> {
        SigmoidProduct::new(self.0.beta).eval::<false, S>(x, dy)
    }
    #[inline(always)]
    fn is_usual<S: Simd>(self, [x, _]: [F32s<S>; 2]) -> bool {
        self.0.is_usual() && SigmoidProduct::new(self.0.beta).is_near(x)
    }
    #[inline(always)]
    fn eval_far<S: Simd>(self, [x, dy]: [F32s<S>; 2]) -> F32s<S> {
        let Self(op) = self;
        if op.is_usual() {
            return SigmoidProduct::new(op.beta).eval::<true, S>(x, dy);
        }
        x.each_pair_of_lanes(
            dy,
            #[inline(always)]
            |x, dy| {
                // Times NaN or infinity, no derivative is 0: so it is in the other kernels.
                let derivative = op.derivative(x.into());
                let positive = if derivative == 0.0 { f64::MIN_POSITIVE } else { derivative };
                (f64::from(dy) * positive) as f32
            },
        )
    }
}

impl Contract for Softplus {
    const NAME: &'static str = "softplus";
    const FORMULA: &'static str = "log(1 + e^(beta · x)) / beta";
    const DOMAIN: [i16; 2] = [-105, 20];
    const COMPOSED: bool = true;
    const BOUNDS: Bounds = Bounds {
        default: Bound { fused: 1.329, baseline: 1.108 },
        fast: Bound { fused: 2.429, baseline: 1.108 },
        backward: Bound { fused: 1.783, baseline: 1.927 },
    };
    const RANGE: [f32; 2] = [0.0, f32::INFINITY];
    const SPECIALS: &'static [[f32; 2]] = &[
        [0.0, core::f32::consts::LN_2],
        [-0.0, core::f32::consts::LN_2],
        [f32::INFINITY, f32::INFINITY],
        [f32::NEG_INFINITY, 0.0],
        [f32::MAX, f32::MAX],
        [f32::MIN, 0.0],
        [f32::MIN_POSITIVE, core::f32::consts::LN_2],
    ];
    const DERIVATIVE_SPECIALS: &'static [[f32; 2]] = &[
        [0.0, 0.5],
        [-0.0, 0.5],
        [f32::INFINITY, 1.0],
        [f32::NEG_INFINITY, 0.0],
        [f32::MAX, 1.0],
        [f32::MIN, 0.0],
    ];
    const ACCEPTED: Option<Accepted> = Some(THRESHOLD);

    fn each_parameter(&mut self, visit: &mut dyn FnMut(&'static str, &mut f32)) {
        visit("beta", &mut self.beta);
    }
    fn mistake(self) -> Option<&'static str> {
        (self.beta <= 0.0).then_some("beta must be positive")
    }
    fn exact(self, x: f64) -> f64 {
        let beta = f64::from(self.beta);
        if !(beta > 0.0 && beta.is_finite()) {
            return f64::NAN;
        }
        let log = libm::log1p(libm::exp(-(beta * x).abs())) / beta;
        if x > 0.0 { x + log } else { log }
    }
    fn derivative(self, x: f64) -> f64 {
        let beta = f64::from(self.beta);
        if !(beta > 0.0 && beta.is_finite()) {
            return f64::NAN;
        }
        let e = libm::exp(-(beta * x).abs());
        if x < 0.0 { e / (1.0 + e) } else { 1.0 / (1.0 + e) }
    }
}
