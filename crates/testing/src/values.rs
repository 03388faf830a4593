//! Inputs that tests share, and comparisons of bits.

/// Whether the results are the same bits. Which quiet NaN it is does not count.
#[inline]
pub fn same(a: f32, b: f32) -> bool {
    a.to_bits() == b.to_bits() || is_quiet_nan(a) && is_quiet_nan(b)
}

/// Whether `x` is a NaN with its quiet bit set.
#[inline]
pub fn is_quiet_nan(x: f32) -> bool {
    x.is_nan() && x.to_bits() & 0x0040_0000 != 0
}

/// Quiet and signalling NaNs of both signs, with the payloads at the ends of their ranges and one
/// between.
pub fn nans() -> impl Iterator<Item = f32> {
    let positive = [0x7fc0_0000, 0x7fc1_2345, 0x7fff_ffff, 0x7f80_0001, 0x7fa0_0000, 0x7fbf_ffff];
    positive.into_iter().flat_map(|bits| [bits, bits | 0x8000_0000]).map(f32::from_bits)
}

/// The `i`th of 2^32 different inputs, of which any run is spread evenly over all bit patterns.
pub fn spread(i: u32) -> f32 {
    f32::from_bits(i.wrapping_mul(0x9e37_79b1))
}

/// The bits of each number, with one pattern for all NaNs: which NaN a result is, is not specified.
pub fn bits(x: &[f32]) -> Vec<u32> {
    x.iter().map(|x| if x.is_nan() { u32::MAX } else { x.to_bits() }).collect()
}
