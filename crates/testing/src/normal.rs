//! Inputs of benchmarks and examples.

/// Returns reproducible samples of N(0, 4²): sums of twelve uniform numbers.
pub fn normal(len: usize) -> Vec<f32> {
    let mut state = 1_u64;
    let mut uniform = || {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 40) as f32 / 16_777_216.0
    };
    (0..len).map(|_| 4.0 * ((0..12).map(|_| uniform()).sum::<f32>() - 6.0)).collect()
}
