use super::tanh::{Tanh, shortfall};
use crate::{
    contract::{Bound, Bounds, Contract},
    isa::Simd,
    map::{Backward, Map},
    math::logistic::{gradient_of_parts, is_near},
    vector::F32s,
};

/// The soft cap, cap · tanh(x / cap).
///
/// | maximum error, all inputs, cap = 30 | ULP | at x | |
/// |---|---|---|---|
/// | default and [`Fast`](crate::Fast) | 1.229 | ±30.058277 | `avx512`, `avx2`, `neon` |
/// | both, without FMA | 1.392 | ±30.398256 | `baseline` |
/// | gradient | 1.933 | ±2.6713827 | `avx512`, `avx2`, `neon` |
/// | gradient, without FMA | 1.429 | ±1065.0393 | `baseline` |
///
/// The bounds hold for every cap from 1e−30 to 1e30. The result is in [−cap, cap] and odd bit for
/// bit. It steps back by one ULP at 7202 inputs of all, just below the cap, where x / cap has been
/// rounded up. The product of the cap and a monotonic tanh does not, but has an error of 2.26 ULP.
///
/// | x | soft_cap(x) | soft_cap'(x) |
/// |---|---|---|
/// | ±0 | ±0 | 1 |
/// | ±∞ | ±cap | 0 |
/// | NaN | NaN | NaN |
///
/// A cap that is 0 or infinite is none: the function is x then.
///
/// ```
/// use activations::{Activation, SoftCap};
///
/// let mut x = [-1000.0, 0.0, 3.0_f32];
/// SoftCap { cap: 30.0 }.apply(&mut x);
/// assert_eq!(x[..2], [-30.0, 0.0]);
/// assert!((x[2] - 2.99004).abs() < 1e-6);
/// ```
///
/// [`SoftmaxOptions::soft_cap`](crate::SoftmaxOptions::soft_cap) caps the scores of attention in
/// the same call as their softmax.
///
/// Definition: Gemma Team, "Gemma 2: improving open language models at a practical size" (2024),
/// which caps final logits at 30 and scores at 50.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SoftCap {
    /// The limit of the result.
    pub cap: f32,
}

impl Default for SoftCap {
    /// A cap of 30.
    fn default() -> Self {
        Self { cap: 30.0 }
    }
}

impl SoftCap {
    fn is_none(self) -> bool {
        self.cap == 0.0 || self.cap.is_infinite()
    }
}

impl Map<1> for SoftCap {
    const SPILLS: bool = true;

    #[inline(always)]
    fn eval<S: Simd>(self, [x]: [F32s<S>; 1]) -> F32s<S> {
        if self.is_none() {
            return x.le(x).select(x, f32::NAN);
        }
        // cap tanh(u) = b - b v, with the b of tanh times cap: what tanh is made of needs no
        // product with cap, which would be rounded.
        let (a, cap) = (x.abs(), self.cap.abs());
        let b = a.at_most(cap);
        b.neg_mul_add(shortfall(self.over_cap(a.at_most(16.0 * cap))), b).with_sign_of(x)
    }
}

impl SoftCap {
    /// 1 / |cap|. That of a subnormal cap would be infinite.
    fn per_cap(self) -> f32 {
        (1.0 / self.cap.abs()).min(f32::MAX)
    }

    /// Returns a / cap, correctly rounded but for the last few bits of the remainder.
    #[inline(always)]
    fn over_cap<S: Simd>(self, a: F32s<S>) -> F32s<S> {
        let cap = self.cap.abs();
        if !S::FUSED {
            return a / cap;
        }
        let u = a * self.per_cap();
        u.neg_mul_add(cap, a).mul_add(self.per_cap(), u)
    }

    /// 2 |x| / cap as the sum of two numbers.
    #[inline(always)]
    fn parts<S: Simd>(self, x: F32s<S>) -> [F32s<S>; 2] {
        let (x, cap) = (x.abs() * 2.0, self.cap.abs());
        let a = x * self.per_cap();
        let rest = if S::FUSED {
            a.neg_mul_add(cap, x)
        } else {
            (x.widen() - a.widen() * f64::from(cap)).narrow()
        };
        // Where one of them is infinite, so is a.
        [a, (rest * self.per_cap()).zero_where(a.same(1e4).lt(a))]
    }

    #[inline(always)]
    fn gradient<const FAR: bool, S: Simd>(self, [x, dy]: [F32s<S>; 2]) -> F32s<S> {
        let [a, low] = self.parts(x);
        gradient_of_parts::<FAR, S>(a, Some(low), 4.0, dy)
    }
}

impl Map<2> for Backward<SoftCap> {
    const HAS_FAR: bool = true;

    #[inline(always)]
    fn eval<S: Simd>(self, inputs: [F32s<S>; 2]) -> F32s<S> {
        self.0.gradient::<false, S>(inputs)
    }
    #[inline(always)]
    fn is_usual<S: Simd>(self, [x, _]: [F32s<S>; 2]) -> bool {
        !self.0.is_none() && is_near(x.abs() * 2.0 * self.0.per_cap())
    }
    #[inline(always)]
    fn eval_far<S: Simd>(self, [x, dy]: [F32s<S>; 2]) -> F32s<S> {
        if self.0.is_none() {
            return x.le(x).select(dy, f32::NAN);
        }
        self.0.gradient::<true, S>([x, dy])
    }
}

impl Contract for SoftCap {
    const NAME: &'static str = "soft_cap";
    const FORMULA: &'static str = "cap · tanh(x / cap)";
    const COMPOSED: bool = true;
    const DOMAIN: [i16; 2] = [-300, 300];
    const SHAPE: [f32; 2] = [-100.0, 100.0];
    const INFINITE_PARAMETERS: bool = true;
    const BOUNDS: Bounds = Bounds {
        default: Bound { fused: 1.229, baseline: 1.392 },
        fast: Bound { fused: 1.229, baseline: 1.392 },
        backward: Bound { fused: 1.933, baseline: 1.429 },
    };
    const RANGE: [f32; 2] = [-30.0, 30.0];
    const MONOTONE: bool = false;
    const ODD: bool = true;
    const SPECIALS: &'static [[f32; 2]] = &[
        [0.0, 0.0],
        [-0.0, -0.0],
        [f32::INFINITY, 30.0],
        [f32::NEG_INFINITY, -30.0],
        [f32::MAX, 30.0],
        [1e-45, 1e-45],
        [f32::MIN_POSITIVE, f32::MIN_POSITIVE],
    ];
    const DERIVATIVE_SPECIALS: &'static [[f32; 2]] =
        &[[0.0, 1.0], [-0.0, 1.0], [f32::INFINITY, 0.0], [f32::NEG_INFINITY, 0.0]];

    fn each_parameter(&mut self, visit: &mut dyn FnMut(&'static str, &mut f32)) {
        visit("cap", &mut self.cap);
    }
    fn exact(self, x: f64) -> f64 {
        let cap = f64::from(self.cap);
        if self.is_none() { x } else { cap * libm::tanh(x / cap) }
    }
    fn derivative(self, x: f64) -> f64 {
        let cap = f64::from(self.cap);
        if self.is_none() { 1.0 } else { Tanh.derivative(x / cap) }
    }
}
