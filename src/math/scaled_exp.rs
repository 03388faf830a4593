//! e^x and its products, in two forms with the same bits: one for usual x, and one for all x.

use super::{
    exp::{C0, C2, C3, LN_2, MAGIC, Powers, Reduced, reduce, unfused},
    factor::Factor,
};
use crate::{
    isa::Simd,
    vector::{F32s, U32s},
};

/// T_i = 2^(i/8), rounded to f32. Constants: `scripts/exponential.py`.
const POWERS: Powers = Powers::new(
    [
        0x3f800000, 0x3f8b95c2, 0x3f9837f0, 0x3fa5fed7, 0x3fb504f3, 0x3fc5672a, 0x3fd744fd,
        0x3feac0c7,
    ],
    0,
);
/// T_i, times 2^254: only differences of the bits are powers.
const BIASED_POWERS: Powers = POWERS.times_power(254);
/// The relative rounding errors of T_i, plus `C0`.
const CORRECTIONS: [u32; 8] = [
    0xb2a09067, 0xb303c9b8, 0x32637f36, 0xb35562dc, 0xb0d8db90, 0xb267385c, 0xb30f8094, 0xb2d53496,
];

/// Returns e^x, with the error of [`Exp`](crate::Exp), or of its fast tier if it is not
/// `CORRECTED`. Unless it is `FAR`, x must be below 87 in magnitude.
#[inline(always)]
pub(crate) fn exp<const FAR: bool, const CORRECTED: bool, S: Simd>(x: F32s<S>) -> F32s<S> {
    let x = if FAR { x.clamp(-105.0, 90.0) } else { x };
    if !S::FUSED {
        let reduced = unfused::reduce(x);
        let e = reduced.p + 1.0;
        return if FAR { unfused::scale(e, reduced.k) } else { e * unfused::power(1.0, reduced.k) };
    }
    let reduced = reduce(x);
    if !FAR {
        let scale = POWERS.at(reduced.z);
        return scale.mul_add(polynomial::<CORRECTED, S>(reduced), scale);
    }
    // Two factors. The second one rounds once where the result overflows or is subnormal.
    let half = (reduced.z << 19) & 0xff80_0000;
    let scale = (POWERS.bits_at(reduced.z) - half).float();
    let e = scale.mul_add(polynomial::<CORRECTED, S>(reduced), scale);
    e.tiny_product((half + 1_f32.to_bits()).float())
}

/// Returns e^r - 1. The last sum has r itself, so a rounding error cannot exceed a step of r, and
/// the result is monotonic.
#[inline(always)]
fn polynomial<const CORRECTED: bool, S: Simd>(Reduced { z, r }: Reduced<S>) -> F32s<S> {
    let constant = if CORRECTED { z.entry_of(&CORRECTIONS).float() } else { r.same(C0) };
    r.mul_add(C3, C2).mul_add(r.tiny_product(r), r + constant)
}

/// Whether x is usual for [`scaled_exp`].
#[inline(always)]
pub(crate) fn is_near<S: Simd>(x: F32s<S>, factor: Factor) -> bool {
    // e^48 is less than 2^70. A limit of 0 instead of a condition keeps a branch out of loops.
    x.all_below(if factor.is_near() { 48.0 } else { 0.0 })
}

/// Returns `times(factor e^x)`, where `times` multiplies its argument by other numbers.
///
/// In the form for all x, powers of two beyond 2^100 or below 2^-100 are left out of the argument
/// and applied to the product last. So only the product overflows or is subnormal, and it has the
/// error of [`Exp`](crate::Exp) and the roundings of the factors. Unless factor and x may be
/// `LARGE`, factor e^x must be below 2^100.
#[inline(always)]
pub(crate) fn scaled_exp<const FAR: bool, const LARGE: bool, S: Simd>(
    x: F32s<S>,
    factor: Factor,
    times: impl Fn(F32s<S>) -> F32s<S>,
) -> F32s<S> {
    if !FAR {
        return times(exp::<false, true, S>(x) * factor.value);
    }
    let Factor { mantissa, exponent, .. } = factor;
    let added = f32::from(exponent);
    // Beyond these limits the product is 0 or infinite, whatever the other numbers are.
    let x = x.at_least((-300.0 - added) * LN_2);
    let x = if LARGE { x.at_most((300.0 - added) * LN_2) } else { x };
    if !S::FUSED {
        let reduced = unfused::reduce(x);
        let z = reduced.k.float() + added;
        let magic = unfused::MAGIC;
        let rest = (z - z.clamp(magic - MOST, magic + MOST) + magic).bits();
        let e = (reduced.p + 1.0) * unfused::power(1.0, z.bits() - rest);
        return unfused::scale(times(e * mantissa), rest);
    }
    let reduced = reduce(x);
    let beyond = Beyond::of::<LARGE>(reduced.z.float(), MAGIC - added);
    let bits = beyond.taken_from(BIASED_POWERS.bits_at(reduced.z));
    let scale = (bits + (u32::from(exponent.cast_unsigned()) << 23)).float();
    let e = scale.mul_add(polynomial::<true, S>(reduced), scale);
    beyond.applied_to(times(e * mantissa))
}

/// The largest magnitude of an exponent that is applied at once.
pub(super) const MOST: f32 = 100.0;

/// 2^k for the part k of an exponent beyond [`MOST`] in magnitude, with FMA.
pub(crate) struct Beyond<S: Simd> {
    power: U32s<S>,
    half: U32s<S>,
}

impl<S: Simd> Beyond<S> {
    /// Returns the part of the exponent z - `magic`. Unless it may be `LARGE`, it is below 100.
    #[inline(always)]
    pub(crate) fn of<const LARGE: bool>(z: F32s<S>, magic: f32) -> Self {
        /// Twice the bias of exponents.
        const BIASES: f32 = 254.0;
        let kept = z.at_least(magic - MOST);
        let kept = if LARGE { kept.at_most(magic + MOST) } else { kept };
        // With the biases added, the halves of the exponent that is left out are bits of powers.
        let k = (z - kept + (unfused::MAGIC + BIASES)).bits();
        Self { power: k << 23, half: (k << 22) & 0xff80_0000 }
    }
    /// Returns a power without this part, given its bits times 2^254.
    #[inline(always)]
    pub(crate) fn taken_from(&self, bits: U32s<S>) -> U32s<S> {
        bits - self.power
    }
    /// Returns the product with 2^k, rounded once.
    #[inline(always)]
    pub(crate) fn applied_to(&self, product: F32s<S>) -> F32s<S> {
        product
            .signed_tiny_product(self.half.float())
            .signed_tiny_product((self.power - self.half).float())
    }
}
