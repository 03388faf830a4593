use crate::{
    contract::{Bound, Bounds, Contract, Crossing},
    isa::Simd,
    map::{Backward, Map},
    math::{
        exp::{Powers, Reduced},
        gate::{Gate, POWERS, REST, far_power, far_power_in_halves, quotient},
        hex::hex,
    },
    tier::Fast,
    vector::F32s,
};

/// Mish, x · tanh(log(1 + e^x)): x times the hyperbolic tangent of its softplus.
///
/// | maximum error, all inputs | ULP | at x | |
/// |---|---|---|---|
/// | default | 1.621 | 0.62926894 | `avx512`, `avx2`, `neon` |
/// | [`Fast`] | 3.876 | −11.453917 | |
/// | both, without FMA | 1.114 | −82.10792 | `baseline` |
/// | gradient | 1.962 | −0.9837465 | `avx512`, `avx2`, `neon` |
/// | gradient, without FMA | 1.146 | −6.5675406 | `baseline` |
///
/// Between -3 and -0.6, where the derivative crosses 0, errors of gradients smaller than 1/8 are
/// in ULP of 1/8.
///
/// The function falls down to its minimum of -0.30884342 near -1.1924 and rises from there on.
/// Results below the smallest normal number are as accurate as the others, not flushed.
///
/// | x | mish(x) | mish'(x) |
/// |---|---|---|
/// | ±0 | ±0 | 0.6 |
/// | +∞ | +∞ | 1 |
/// | −∞ (and below −108.67) | −0 | −0 |
/// | NaN | NaN | NaN |
///
/// The gradient is `dy * (w + x * s * (1 - w * w))` for w = tanh(softplus(x)) and s = sigmoid(x),
/// in a form without cancellation but near the zero of the derivative. In its tail it is accurate
/// for every dy.
///
/// ```
/// use activations::{Activation, Mish};
///
/// let mut x = [0.0, -1.0, f32::NEG_INFINITY];
/// Mish.apply(&mut x);
/// assert_eq!(x, [0.0, -0.30340147, -0.0]);
/// ```
///
/// Definition: `Mish` of ONNX, `torch.nn.Mish`; Misra, "Mish: a self regularized non-monotonic
/// activation function" (2020).
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Mish;

/// The gate that mish is for x < -40, and the exponentials of both.
const GATE: Gate = Gate::new(1.0);

impl Map<1> for Mish {
    const HAS_FAR: bool = true;

    #[inline(always)]
    fn eval<S: Simd>(self, [x]: [F32s<S>; 1]) -> F32s<S> {
        if !S::FUSED {
            return unfused(x);
        }
        let Reduced { z, r } = GATE.reduce(x);
        let (scale, p) = (POWERS.at(z), r.poly(REST));
        quotient::<false, S>(x, scale, p, addend(scale, p, x.same(1.0)))
    }
    #[inline(always)]
    fn is_usual<S: Simd>(self, [x]: [F32s<S>; 1]) -> bool {
        GATE.is_usual(x)
    }
    #[inline(always)]
    fn eval_far<S: Simd>(self, [x]: [F32s<S>; 1]) -> F32s<S> {
        if !S::FUSED {
            return unfused(x);
        }
        let x = x.at_least(-125.0);
        let Reduced { z, r } = GATE.reduce(x.at_most(HIGHEST));
        let [scale, one] = far_power(z);
        let p = r.poly(REST);
        let y = quotient::<true, S>(x * one, scale, p, addend(scale, p, one) * one);
        x.same(HIGHEST).lt(x).select(x, y)
    }
}

/// Above it results are x.
const HIGHEST: f32 = 60.0;

/// Returns v = (1 + E) / (1 + 2 E) for E = S (1 + p), where S is smaller than the power by the
/// factor `one`: mish is x / (E + v).
#[inline(always)]
fn addend<S: Simd>(scale: F32s<S>, p: F32s<S>, one: F32s<S>) -> F32s<S> {
    let e = scale.mul_add(p, scale);
    1.0 - e / e.mul_add(2.0, one)
}

/// The magnitude from which on the square of e^-x may overflow.
const FAST_FAR: f32 = 40.0;
const ROOT: f32 = hex("0x1.6a09e6p0");

impl Map<1> for Fast<Mish> {
    const HAS_FAR: bool = true;

    #[inline(always)]
    fn eval<S: Simd>(self, [x]: [F32s<S>; 1]) -> F32s<S> {
        if !S::FUSED {
            return unfused(x);
        }
        let Reduced { z, r } = GATE.reduce(x);
        let s = ROOT_POWERS.at(z);
        let s = s.mul_add(r.poly(ROOT_REST), s);
        let n = s.mul_add(ROOT, 1.0);
        (x * n) / s.mul_add(s, n)
    }
    #[inline(always)]
    fn is_usual<S: Simd>(self, [x]: [F32s<S>; 1]) -> bool {
        x.all_below(FAST_FAR)
    }
    #[inline(always)]
    fn eval_far<S: Simd>(self, [x]: [F32s<S>; 1]) -> F32s<S> {
        if !S::FUSED {
            return unfused(x);
        }
        let x = x.at_least(-110.0);
        let Reduced { z, r } = GATE.reduce(x.at_most(HIGHEST));
        let (scale, half) = far_power_in_halves(&ROOT_POWERS, z);
        let s = scale.mul_add(r.poly(ROOT_REST), scale);
        let is_gate = x.le(-FAST_FAR);
        let n = s.mul_add(ROOT, 1.0);
        let d = is_gate.select(s, s.mul_add(s, n));
        let y = (x * half) * is_gate.select(ROOT, n) / d;
        y.signed_tiny_product(half)
    }
}

/// The powers times the root of 2: the same numbers, by half of the table later.
const ROOT_POWERS: Powers = Powers::new(
    [
        0x3fbf20f6, 0x3fd06d69, 0x3fe34aab, 0x3ff7dd03, 0x40072600, 0x40136163, 0x4020b830,
        0x402f440e,
    ],
    0,
);

/// As `REST`, less the relative error of `ROOT`, which cancels in the quotient where x is far below
/// 0.
const ROOT_REST: [f32; 4] = [REST[0], REST[1], REST[2], REST[3] - hex("0x0.cp-26")];

/// The kernel without FMA: x N / (N + 2 V), with N = 2 e + e^2 and V = 1 where x < 0, else
/// N = 1 + 2 e and V = e^2, for e = e^-|x|.
#[inline(always)]
fn unfused<S: Simd>(x: F32s<S>) -> F32s<S> {
    let x = x.at_least(-125.0);
    let e = GATE.unfused_exp::<false, S>(x.abs().at_most(125.0));
    let negative = x.lt(0.0).select(x.same(1.0), 0.0).widen();
    let positive = 1.0 - negative;
    let square = e * e;
    let n = e + e + (positive + negative * square);
    let d = n + (negative + positive * square) * 2.0;
    (x.widen() * (n / d)).narrow()
}

/// Coefficients of the derivative near 0, less those of a line and divided by x^2 + 2^-21, highest
/// power first. The small addend makes up for the rounding error of 3/5, the derivative at 0.
const NEAR: [f32; 9] = [
    hex("0x1.5ffcdap-11"),
    hex("0x1.91a91cp-10"),
    hex("-0x1.5c334p-9"),
    hex("-0x1.4783e6p-7"),
    hex("0x1.8acc18p-8"),
    hex("0x1.80062p-5"),
    hex("-0x1.ea6546p-10"),
    hex("-0x1.77bbcp-3"),
    hex("-0x1.8936f6p-5"),
];

impl Map<2> for Backward<Mish> {
    const HAS_FAR: bool = true;

    #[inline(always)]
    fn eval<S: Simd>(self, [x, dy]: [F32s<S>; 2]) -> F32s<S> {
        if S::FUSED { slope(x) * dy } else { unfused_gradient(x, dy) }
    }
    #[inline(always)]
    fn is_usual<S: Simd>(self, [x, _]: [F32s<S>; 2]) -> bool {
        GATE.is_usual(x)
    }
    #[inline(always)]
    fn eval_far<S: Simd>(self, [x, dy]: [F32s<S>; 2]) -> F32s<S> {
        if !S::FUSED {
            return unfused_gradient(x, dy);
        }
        GATE.far_gradient(
            x,
            dy,
            #[inline(always)]
            |x| slope(x),
        )
    }
}

/// Returns the derivative for usual x, with FMA, which is h or 1 - h for h = e k / d^2 and
/// e = e^-|x|: where x < 0,
/// d = 1 + e + e^2/2 and k = 1 + x + e (3/2 + x + e (1 + e/4)); elsewhere
/// d = 1 + 2 e + 2 e^2 and k = e (2 - 4 x + e (4 - 4 x + 4 e)).
#[inline(always)]
fn slope<S: Simd>(x: F32s<S>) -> F32s<S> {
    const SMALL: f32 = hex("0x1p-21");
    const SLOPE: f32 = hex("0x1.47ae14p-1");
    let negative = x.lt(0.0);
    let Reduced { z, r } = GATE.reduce(x.abs());
    let (scale, p) = (POWERS.at(z), r.poly(REST));
    let e = scale.mul_add(p, scale);
    let third = negative.select(x.same(0.25), 4.0);
    let second = negative.select(x.same(1.0), x.neg_mul_add(4.0, 4.0));
    let k = e.mul_add(third, second);
    let k = k.mul_add(e, negative.select(x + 1.5, x.neg_mul_add(4.0, 2.0)));
    let first = negative.select(x + 1.0, 0.0);
    let (inner, k) = (k, k.mul_add(e, first));
    let low = inner.mul_add(e, first - k);
    let u = e * e.mul_add(negative.select(x.same(0.5), 2.0), negative.select(x.same(1.0), 2.0));
    let more = u + 2.0;
    let q = u.neg_mul_add(more, p) / u.mul_add(more, 1.0);
    let v = scale * k;
    let h = v + v.mul_add(q, scale.mul_add(low, scale.mul_add(k, -0.0 - v)));
    let near = x.mul_add(x, SMALL).mul_add(x.poly(NEAR), x.mul_add(SLOPE, 0.6));
    (x + 0.125).abs().lt(0.825).select(near, negative.select(h, 1.0 - h))
}

#[inline(always)]
fn unfused_gradient<S: Simd>(x: F32s<S>, dy: F32s<S>) -> F32s<S> {
    let x = x.clamp(-210.0, 210.0);
    let e = GATE.unfused_exp::<true, S>(x.abs());
    let negative = x.lt(0.0).select(x.same(1.0), 0.0).widen();
    let positive = 1.0 - negative;
    let square = e * e;
    let cube = square * e;
    let x = x.widen() * 4.0 + 4.0;
    let d = 1.0 + negative + e * 2.0 + square * (1.0 + positive);
    let outer = x * (negative * e + positive * cube) + (positive * e + negative * cube) * 4.0;
    let n = outer + (x + 2.0) * square + (positive + negative * square * square);
    (n / (d * d) * dy.widen()).narrow()
}

impl Contract for Mish {
    const NAME: &'static str = "mish";
    const FORMULA: &'static str = "x · tanh(log(1 + e^x))";
    const COMPOSED: bool = true;
    const MONOTONE: bool = false;
    const DOMAIN: [i16; 2] = [-105, 30];
    const BOUNDS: Bounds = Bounds {
        default: Bound { fused: 1.621, baseline: 1.114 },
        fast: Bound { fused: 3.876, baseline: 1.114 },
        backward: Bound { fused: 1.962, baseline: 1.146 },
    };
    const RANGE: [f32; 2] = [-0.308_843_43, f32::INFINITY];
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
        [0.0, 0.6],
        [-0.0, 0.6],
        [f32::INFINITY, 1.0],
        [f32::NEG_INFINITY, -0.0],
        [f32::MAX, 1.0],
        [f32::MIN, -0.0],
    ];

    fn exact(self, x: f64) -> f64 {
        let e = libm::exp(-x.abs());
        match x {
            _ if x >= 0.0 => x * ((1.0 + 2.0 * e) / (1.0 + 2.0 * e * (1.0 + e))),
            _ if e == 0.0 => -0.0,
            _ => x * (e * (2.0 + e) / (2.0 + e * (2.0 + e))),
        }
    }
    fn derivative(self, x: f64) -> f64 {
        let e = libm::exp(-x.abs());
        if e == 0.0 {
            return if x < 0.0 { -0.0 } else { 1.0 };
        }
        if x < 0.0 {
            let d = 2.0 + e * (2.0 + e);
            e * (4.0 * (x + 1.0) + e * (4.0 * x + 6.0 + e * (4.0 + e))) / (d * d)
        } else {
            let d = 1.0 + 2.0 * e * (1.0 + e);
            (1.0 + e * (4.0 + e * (4.0 * x + 6.0 + 4.0 * e * (x + 1.0)))) / (d * d)
        }
    }
}
