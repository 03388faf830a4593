//! The core that sigmoid and tanh share: tanh x = 2 sigmoid(2x) - 1.

use super::{
    exp::{C0, C2, C3, Powers, reduce, unfused},
    factor::Factor,
    hex::hex,
    scaled_exp::scaled_exp,
};
use crate::{isa::Simd, vector::F32s};

/// Returns s / (1 - tanh(x)/x) for s = x^2 <= 1. It is nearly linear, since its singularity nearest
/// to 0 is at -20.2.
#[inline(always)]
pub(crate) fn ratio<S: Simd>(s: F32s<S>) -> F32s<S> {
    const COEFFICIENTS: [f32; 4] =
        [hex("0x1.dad2a2p-13"), hex("-0x1.750566p-8"), hex("0x1.3332bap0"), hex("0x1.800006p1")];
    s.poly(COEFFICIENTS)
}

/// Returns `numerator / (e^a + 2 + e^-a)` for 0 <= a <= 106: the logistic density times
/// `numerator`. No term cancels, and both tails are accurate. To a is added `low`, which is tiny.
#[inline(always)]
fn bell<S: Simd>(a: F32s<S>, low: Option<F32s<S>>, numerator: f32) -> F32s<S> {
    // Like K of the sigmoid. Here 3 K must stay below 4, and a K near the root of 2 rounds best.
    const HALVINGS: i32 = 26;
    const K: f32 = hex("0x1.53f728p-26");
    const POWERS: Powers = Powers::new(
        [
            0x3fa9fb94, 0x3fb95e13, 0x3fca2509, 0x3fdc70b9, 0x3ff06452, 0x40031319, 0x400ef018,
            0x401bdff6,
        ],
        -HALVINGS,
    );
    if S::FUSED {
        let reduced = reduce(a);
        let r = if let Some(low) = low { reduced.r + low } else { reduced.r };
        let p = r.mul_add(C3, C2).mul_add(r.tiny_product(r), r + C0);
        let scale = POWERS.at(reduced.z);
        let rest = (K * K) / scale.mul_add(p, scale) + 2.0 * K;
        let d = scale.at_least(rest) + scale.mul_add(p, scale.at_most(rest));
        (numerator * K) / d
    } else {
        let reduced = unfused::reduce(a);
        let scale = unfused::power(K, reduced.k);
        if let Some(low) = low {
            // In f64, because the sum with `low` would be rounded once more.
            let e = (reduced.p.widen() + 1.0)
                * (low.widen() + 1.0)
                * unfused::power(1.0, reduced.k).widen();
            return (f64::from(numerator) / (e + 2.0 + 1.0 / e)).narrow();
        }
        let small = scale * reduced.p;
        let rest = (K * K) / (scale + small) + 2.0 * K;
        (numerator * K) / (scale.at_least(rest) + (scale.at_most(rest) + small))
    }
}

/// From here on the gradient of sigmoid is e^-a: 1 + e^a is e^a.
const TAIL: f32 = 64.0;

/// Whether a is usual for [`gradient`].
#[inline(always)]
pub(crate) fn is_near<S: Simd>(a: F32s<S>) -> bool {
    a.all_below(TAIL)
}

/// Returns `dy numerator e^a / (1 + e^a)^2` for a >= 0: the gradient of sigmoid, and for a = 2|x|
/// and the numerator 4 that of tanh. The form that is `FAR` serves for all a.
#[inline(always)]
pub(crate) fn gradient<const FAR: bool, S: Simd>(
    a: F32s<S>,
    numerator: f32,
    dy: F32s<S>,
) -> F32s<S> {
    gradient_of_parts::<FAR, S>(a, None, numerator, dy)
}

/// As [`gradient`], of a + `low`, where `low` is tiny.
#[inline(always)]
pub(crate) fn gradient_of_parts<const FAR: bool, S: Simd>(
    a: F32s<S>,
    low: Option<F32s<S>>,
    numerator: f32,
    dy: F32s<S>,
) -> F32s<S> {
    if !FAR {
        return bell(a, low, numerator) * dy;
    }
    let tail = scaled_exp::<true, false, S>(
        -a,
        Factor::new(numerator),
        #[inline(always)]
        |e| if let Some(low) = low { e.neg_mul_add(low, e) * dy } else { e * dy },
    );
    if a.all_from(TAIL) {
        return tail;
    }
    a.lt(TAIL).select(bell(a.at_most(TAIL), low, numerator) * dy, tail)
}
