//! f64 lanes on x86, where two registers hold the even lanes and the odd ones: widening f32 lanes in place leaves them so.

#[inline(always)]
pub(super) fn evens_and_odds<const N: usize>(x: &[f64]) -> [[f64; N]; 2] {
    let mut lanes = [[0.0; N]; 2];
    for (i, &x) in x.iter().enumerate() {
        lanes[i % 2][i / 2] = x;
    }
    lanes
}

#[inline(always)]
pub(super) fn interleave<const N: usize>(lanes: [[f64; N]; 2], x: &mut [f64]) {
    for (i, x) in x.iter_mut().enumerate() {
        *x = lanes[i % 2][i / 2];
    }
}
