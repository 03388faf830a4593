use super::tanh::half_exp_plus_half;
use crate::{
    contract::{Bound, Bounds, Contract},
    isa::Simd,
    map::{Backward, Map},
    math::hex::hex,
    vector::{F32s, F64s},
};

/// The hyperbolic tangent shrinkage, x − tanh(x).
///
/// | maximum error, all inputs | ULP | at x | |
/// |---|---|---|---|
/// | every tier | 1.628 | ±1.0180496 | `avx512`, `avx2`, `neon` |
/// | every tier, without FMA | 1.941 | ±0.9996139 | `baseline` |
/// | gradient | 0.936 | ±1.0181849 | `avx512`, `avx2`, `neon` |
/// | gradient, without FMA | 1.035 | ±0.99708503 | `baseline` |
///
/// The result is odd bit for bit and monotonic. It keeps its digits near 0, where it is x³ / 3 and
/// a subtraction of tanh would lose them.
///
/// | x | tanh_shrink(x) | tanh_shrink'(x) |
/// |---|---|---|
/// | ±0 | ±0 | 0 |
/// | ±∞ | ±∞ | 1 |
/// | NaN | NaN | NaN |
///
/// The gradient is `dy tanh(x)²`.
///
/// ```
/// use activations::{Activation, TanhShrink};
///
/// let mut x = [-2.0, 0.0, 0.001_f32];
/// TanhShrink.apply(&mut x);
/// assert!((x[0] + 1.0359724).abs() < 1e-6);
/// assert!((x[2] / 3.333332e-10 - 1.0).abs() < 1e-6); // not 0
/// ```
///
/// Definition: `torch.nn.Tanhshrink`.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct TanhShrink;

/// b - tanh(b) for b = min(|x|, 1), as the sum of two numbers; beyond 1 it is 1 - tanh |x|.
///
/// It is b s / max(D(s), (e^2|x| + 1) / 2), with s = b^2 and the selection of `tanh.rs`. Here D has
/// a degree more, and the parts that s, D, the product and the quotient lose are added.
#[inline(always)]
fn rest<S: Simd>(a: F32s<S>) -> [F32s<S>; 2] {
    let b = a.at_most(1.0);
    let s = b * b;
    let low = b.mul_add(b, -s);
    let q = s.poly(RATIO);
    let near = s.mul_add(q, 3.0);
    let far = half_exp_plus_half(a.at_most(9.5));
    let d = far.at_least(near);
    let d_low = low.mul_add(q, s.mul_add(q, 3.0 - near)).zero_where(a.same(1.0).le(a));
    let n = b * s;
    let n_low = b.mul_add(low, b.mul_add(s, -n));
    let g = 1.0 / d;
    let z = n * g;
    let error = z.neg_mul_add(d, n) + z.neg_mul_add(d_low, n_low);
    [z, error * g]
}

/// The same without FMA, where the products are exact in f64.
#[inline(always)]
fn unfused_rest<S: Simd>(a: F32s<S>) -> F64s<S> {
    let b = a.at_most(1.0);
    let s = b * b;
    let d = half_exp_plus_half(a.at_most(9.5)).at_least(s * s.poly(RATIO) + 3.0);
    let b = b.widen();
    b * b * b / d.widen()
}

/// Coefficients of (s / (1 - tanh(b)/b) - 3) / s for s = b^2 <= 1, highest power first.
const RATIO: [f32; 4] =
    [hex("-0x1.66b336p-17"), hex("0x1.08d38cp-12"), hex("-0x1.7674c2p-8"), hex("0x1.333332p0")];

impl Map<1> for TanhShrink {
    #[inline(always)]
    fn eval<S: Simd>(self, [x]: [F32s<S>; 1]) -> F32s<S> {
        let a = x.abs();
        let beyond = a - a.at_most(1.0);
        let y = if S::FUSED {
            let [z, low] = rest(a);
            beyond + (z + low)
        } else {
            (beyond.widen() + unfused_rest(a)).narrow()
        };
        y.with_sign_of(x)
    }
}

impl Map<2> for Backward<TanhShrink> {
    #[inline(always)]
    fn eval<S: Simd>(self, [x, dy]: [F32s<S>; 2]) -> F32s<S> {
        let a = x.abs();
        let b = a.at_most(1.0);
        if !S::FUSED {
            let t = b.widen() - unfused_rest(a);
            return (dy.widen() * t * t).narrow();
        }
        // tanh |x| = t + low, and the product with t first: it is not subnormal if the result is
        // not.
        let [z, z_low] = rest(a);
        let t = b - z;
        let low = ((b - t) - z) - z_low;
        let product = dy * t;
        product.mul_add(t, product * (low + low))
    }
}

impl Contract for TanhShrink {
    const NAME: &'static str = "tanh_shrink";
    const FORMULA: &'static str = "x − tanh(x)";
    const TORCH: &'static str = "tanhshrink";
    const COMPOSED: bool = true;
    const SHAPE: [f32; 2] = [-4.0, 4.0];
    const BOUNDS: Bounds = Bounds {
        default: Bound { fused: 1.628, baseline: 1.941 },
        fast: Bound { fused: 1.628, baseline: 1.941 },
        backward: Bound { fused: 0.936, baseline: 1.035 },
    };
    const RANGE: [f32; 2] = [f32::NEG_INFINITY, f32::INFINITY];
    const ODD: bool = true;
    const SPECIALS: &'static [[f32; 2]] = &[
        [0.0, 0.0],
        [-0.0, -0.0],
        [f32::INFINITY, f32::INFINITY],
        [f32::NEG_INFINITY, f32::NEG_INFINITY],
        [f32::MAX, f32::MAX],
        [1e-45, 0.0],
    ];
    const DERIVATIVE_SPECIALS: &'static [[f32; 2]] =
        &[[0.0, 0.0], [-0.0, 0.0], [f32::INFINITY, 1.0], [f32::NEG_INFINITY, 1.0]];

    fn exact(self, x: f64) -> f64 {
        let s = x * x;
        if s < 0.05 {
            // x^3/3 - 2 x^5/15 + …
            let series = [
                3.592128036572481e-3,
                -8.863235529902197e-3,
                2.1869488536155203e-2,
                -5.396825396825397e-2,
                0.13333333333333333,
                -0.3333333333333333,
            ];
            x * s * -series.into_iter().fold(-1.4558343870513183e-3, |p, c| p * s + c)
        } else {
            x - libm::tanh(x)
        }
    }
    fn derivative(self, x: f64) -> f64 {
        libm::tanh(x) * libm::tanh(x)
    }
}
