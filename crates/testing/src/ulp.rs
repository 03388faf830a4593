//! The unit that every bound is stated in.

/// The reciprocal of the distance between f32 numbers around `exact`: 2^149 where it is subnormal.
pub fn per_ulp(exact: f64) -> f64 {
    const BIAS: u64 = 1023;
    let exponent = (exact.to_bits() >> 52 & 0x7ff).clamp(BIAS - 126, BIAS + 127);
    f64::from_bits((2 * BIAS + 23 - exponent) << 52)
}

/// The error of `got` in units in the last place of `exact`. Infinity counts as 2^128, which
/// is what rounds to it.
pub fn ulps(got: f32, exact: f64) -> f64 {
    (finite(f64::from(got)) - finite(exact)).abs() * per_ulp(exact)
}

/// Returns `x`, with 2^128 in the place of infinity.
pub fn finite(x: f64) -> f64 {
    const BEYOND: f64 = 340_282_366_920_938_463_463_374_607_431_768_211_456.0;
    x.clamp(-BEYOND, BEYOND)
}

#[cfg(test)]
mod tests {
    use super::ulps;

    #[test]
    fn an_ulp_is_the_distance_between_neighbours() {
        let tiny = 2_f64.powi(-149);
        for (got, exact, expected) in [
            (1.0, 1.0, 0.0),
            (1.0, 1.0 + 2_f64.powi(-24), 0.5),
            (-1.0_f32.next_up(), -1.0, 1.0),
            (0.0, tiny, 1.0),
            (f32::MIN_POSITIVE, f64::from(f32::MIN_POSITIVE) - 1.5 * tiny, 1.5),
            (f32::INFINITY, 1e300, 0.0),
            (f32::INFINITY, f64::INFINITY, 0.0),
            (f32::MAX, f64::INFINITY, 1.0),
        ] {
            assert!((ulps(got, exact) - expected).abs() < 1e-9, "{got:e} for {exact:e}");
        }
        assert!(ulps(f32::NAN, 1.0).is_nan());
    }
}
