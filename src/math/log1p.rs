//! The logarithm of 1 + x in f64 lanes, which is taken once a row.

use crate::{isa::Simd, vector::F64s};

/// Returns log(1 + x) for 0 <= x < 2^60, with a relative error below 2^-44.
///
/// 1 + x = 2^k (1 + f), and log(1 + f) = 2 artanh(f / (2 + f)).
#[inline(always)]
pub(crate) fn ln_1p<S: Simd>(x: F64s<S>) -> F64s<S> {
    const ROOT_OF_HALF: u32 = core::f32::consts::FRAC_1_SQRT_2.to_bits();
    /// Coefficients of (artanh(s) / s - 1) / s^2 in powers of s^2, highest first.
    const COEFFICIENTS: [f64; 8] = [
        1.0 / 17.0,
        1.0 / 15.0,
        1.0 / 13.0,
        1.0 / 11.0,
        1.0 / 9.0,
        1.0 / 7.0,
        1.0 / 5.0,
        1.0 / 3.0,
    ];
    const MAGIC: f32 = 8_388_608.0;

    // The exponent of 1 + x, plus one if its mantissa is above the root of 2. `scale` is 2^-k.
    let exponent = ((x + 1.0).narrow().bits() + (1_f32.to_bits() - ROOT_OF_HALF)) & 0x7f80_0000;
    let k = ((exponent >> 23) + MAGIC.to_bits()).float() - (MAGIC + 127.0);
    let scale = ((exponent ^ 0x7f80_0000) - 0x0080_0000).float().widen();

    let f = x * scale + (scale - 1.0);
    let s = f / (f + 2.0);
    let s2 = s * s;
    let y = s * 2.0;
    k.widen() * core::f64::consts::LN_2 + (y * s2).mul_add(s2.poly(COEFFICIENTS), y)
}
