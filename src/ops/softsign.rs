use crate::{
    contract::{Bound, Bounds, Contract},
    isa::Simd,
    map::{Backward, Map},
    math::hex::hex,
    vector::F32s,
};

/// The softsign, x / (1 + |x|).
///
/// | maximum error, all inputs | ULP | at x | |
/// |---|---|---|---|
/// | every tier | 0.501 | ±0.013762771 | `avx512`, `avx2`, `neon` |
/// | every tier, without FMA | correctly rounded | | `baseline` |
/// | gradient | 1.205 | ±189921470 | `avx512`, `avx2`, `neon` |
/// | gradient, without FMA | correctly rounded | | `baseline` |
///
/// The result is in [−1, 1], odd bit for bit, and monotonic.
///
/// | x | softsign(x) | softsign'(x) |
/// |---|---|---|
/// | ±0 | ±0 | 1 |
/// | ±∞ | ±1 | 0 |
/// | NaN | NaN | NaN |
///
/// The gradient is `dy / (1 + |x|)²`. Its tail is as accurate for every `dy`, where the square is
/// beyond the range of f32, too.
///
/// ```
/// use activations::{Activation, Softsign};
///
/// let mut x = [-1.0, 0.0, 3.0_f32];
/// Softsign.apply(&mut x);
/// assert_eq!(x, [-0.5, 0.0, 0.75]);
/// ```
///
/// Definition: `Softsign` of ONNX, `torch.nn.Softsign`, but for ±∞, which give NaN there.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Softsign;

/// From here on 1 + |x| is |x|, to far more than f32 can tell.
const FAR: f32 = hex("0x1p60");
const PER_FAR: f32 = hex("0x1p-60");
const PER_FAR_SQUARED: f32 = hex("0x1p-120");

/// 1 + |x| = d + rest, and g = 1 / d.
struct Reciprocal<S: Simd> {
    d: F32s<S>,
    rest: F32s<S>,
    g: F32s<S>,
}

/// Returns the reciprocal of `one` + a, neither of which is negative.
#[inline(always)]
fn reciprocal<S: Simd>(a: F32s<S>, one: F32s<S>) -> Reciprocal<S> {
    let d = a + one;
    let rest = a.at_most(one) - (d - a.at_least(one));
    Reciprocal { d, rest, g: 1.0 / d }
}

impl Map<1> for Softsign {
    const WRITES_UNINIT: bool = true;

    #[inline(always)]
    fn eval<S: Simd>(self, [x]: [F32s<S>; 1]) -> F32s<S> {
        let x = x.clamp(-FAR, FAR);
        let a = x.abs();
        if !S::FUSED {
            return (x.widen() / (a.widen() + 1.0)).narrow();
        }
        let Reciprocal { d, rest, g } = reciprocal(a, x.same(1.0));
        let y = x * g;
        // With this sign of the error, -0 stays.
        let error = y.mul_add(rest, y.mul_add(d, -x));
        error.neg_mul_add(g, y)
    }
}

impl Map<2> for Backward<Softsign> {
    const HAS_FAR: bool = true;

    #[inline(always)]
    fn eval<S: Simd>(self, [x, dy]: [F32s<S>; 2]) -> F32s<S> {
        if !S::FUSED {
            return unfused(x, dy);
        }
        over_square(dy, reciprocal(x.abs(), x.same(1.0)))
    }
    #[inline(always)]
    fn is_usual<S: Simd>(self, [x, _]: [F32s<S>; 2]) -> bool {
        !S::FUSED || x.all_below(FAR)
    }
    #[inline(always)]
    fn eval_far<S: Simd>(self, [x, dy]: [F32s<S>; 2]) -> F32s<S> {
        if !S::FUSED {
            return unfused(x, dy);
        }
        let a = x.abs();
        let near = a.lt(FAR);
        // Both are scaled where the square would be too large.
        let one = near.select(1.0, PER_FAR);
        let dx = over_square(dy, reciprocal(a.at_most(f32::MAX) * one, one));
        let square = near.select(1.0, PER_FAR_SQUARED);
        dx.signed_tiny_product(square).zero_where(a.same(f32::MAX).lt(a))
    }
}

/// Returns dy / (d + rest)^2.
#[inline(always)]
fn over_square<S: Simd>(dy: F32s<S>, Reciprocal { d, rest, g }: Reciprocal<S>) -> F32s<S> {
    let error = g.neg_mul_add(rest, g.neg_mul_add(d, 1.0));
    (dy * g) * g.mul_add(error + error, g)
}

#[inline(always)]
fn unfused<S: Simd>(x: F32s<S>, dy: F32s<S>) -> F32s<S> {
    let d = x.abs().widen() + 1.0;
    (dy.widen() / (d * d)).narrow()
}

impl Contract for Softsign {
    const NAME: &'static str = "softsign";
    const FORMULA: &'static str = "x / (1 + |x|)";
    const BOUNDS: Bounds = Bounds {
        default: Bound { fused: 0.501, baseline: 0.500 },
        fast: Bound { fused: 0.501, baseline: 0.500 },
        backward: Bound { fused: 1.205, baseline: 0.500 },
    };
    const RANGE: [f32; 2] = [-1.0, 1.0];
    const ODD: bool = true;
    const SPECIALS: &'static [[f32; 2]] = &[
        [0.0, 0.0],
        [-0.0, -0.0],
        [f32::INFINITY, 1.0],
        [f32::NEG_INFINITY, -1.0],
        [f32::MAX, 1.0],
        [1.0, 0.5],
        [-1e-45, -1e-45],
    ];
    const DERIVATIVE_SPECIALS: &'static [[f32; 2]] =
        &[[0.0, 1.0], [-0.0, 1.0], [1.0, 0.25], [f32::INFINITY, 0.0], [f32::NEG_INFINITY, 0.0]];

    fn exact(self, x: f64) -> f64 {
        if x.is_infinite() { x.signum() } else { x / (1.0 + x.abs()) }
    }
    fn derivative(self, x: f64) -> f64 {
        1.0 / ((1.0 + x.abs()) * (1.0 + x.abs()))
    }
}
