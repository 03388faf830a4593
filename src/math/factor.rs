//! Constant factors of e^x.

use super::hex::hex;

/// A constant factor, also as `mantissa * 2^exponent` with a mantissa from 1 to 2.
#[derive(Clone, Copy)]
pub(crate) struct Factor {
    pub(crate) value: f32,
    pub(crate) mantissa: f32,
    pub(crate) exponent: i16,
}

impl Factor {
    /// Splits a finite number. 0, an infinite number and NaN stay what they are.
    #[inline(always)]
    pub(crate) const fn new(value: f32) -> Self {
        const BIAS: i32 = 127;
        const TO_NORMAL: f32 = hex("0x1p24");
        if value == 0.0 || !value.is_finite() {
            return Self { value, mantissa: value, exponent: 0 };
        }
        let (normal, lowered) =
            if value.abs() < f32::MIN_POSITIVE { (value * TO_NORMAL, 24) } else { (value, 0) };
        let exponent = (normal.to_bits() >> 23 & 0xff) as i32 - BIAS;
        let mantissa = f32::from_bits(normal.to_bits().wrapping_add_signed(-exponent << 23));
        Self { value, mantissa, exponent: (exponent - lowered) as i16 }
    }

    /// Whether the product with a number from 2^-70 to 2^70 is far from the ends of f32.
    #[inline(always)]
    pub(crate) const fn is_near(self) -> bool {
        self.exponent.abs() <= 30
    }
}
