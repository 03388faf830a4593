use super::{function::Function, terms::Reference};
use crate::{
    activation::Fast,
    isa::Simd,
    rows::RowActivation,
    vector::{F32s, F64s},
};

/// The softmax of a row, e^x_i / (e^x_1 + … + e^x_n).
///
/// | maximum error found | ULP | |
/// |---|---|---|
/// | default | 2.64 | at most 3.3 by the spread of the terms, 3.8 within a factor of 2 of the smallest normal number |
/// | default, without FMA | 2.95 | bound: 4 |
/// | [`Fast`] | 5.98 | bound: 12 |
///
/// for any width to 2^20 and any finite entries; results below the smallest normal number included. No
/// maximum is subtracted, so no rounding error of a difference is exponentiated, and the sum is made in f64.
///
/// | row | softmax |
/// |---|---|
/// | one finite entry, the others −∞ | 1, and exactly 0 |
/// | an entry is NaN or +∞, or all are −∞ | NaN, the whole row |
///
/// The result of a row has the same bits on every level with FMA, alone or among others, in place or not, with any
/// stride, along any axis; entries of −∞ that are appended to it change no bit of the others.
/// The terms are added in a fixed order: term j belongs to lane j mod 16 of 16, each of which adds its terms one after
/// the other; then lane l and lane l + 8 are added, then l and l + 4, l + 2, l + 1.
/// In the fast tier a lane first adds 8 of its terms in f32.
///
/// ```
/// use activations::{RowActivation, Softmax};
///
/// let mut x = [0.0, 0.0, f32::NEG_INFINITY, 1.0, 1.0, 1.0]; // two rows of three
/// Softmax.rows(&mut x, 3);
/// assert_eq!(x[..3], [0.5, 0.5, 0.0]);
/// assert_eq!(x[3], 1.0 / 3.0);
/// ```
///
/// Definition: `Softmax` of ONNX, `torch.softmax`. Milakov, Gimelshein, "Online normalizer calculation for softmax" (2018)
/// describes the usual two-pass form.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Softmax;

/// Replaces each row of `cols` elements by its softmax: [`Softmax`] in place.
///
/// ```
/// let mut x = [1.0, 1.0, 5.0, 5.0];
/// activations::softmax(&mut x, 2);
/// assert_eq!(x, [0.5; 4]);
/// ```
///
/// # Panics
///
/// If the length is no multiple of `cols`; nothing is written then.
#[track_caller]
pub fn softmax(x: &mut [f32], cols: usize) {
    Softmax.rows(x, cols);
}

impl Function for Softmax {
    const KEEPS_TERMS: bool = true;

    /// 1 / s as the sum of two numbers. One alone would add a rounding for which the bound has no room.
    #[inline(always)]
    fn summary<S: Simd>(_: &Reference<S>, sum: F64s<S>, _: F32s<S>) -> [F32s<S>; 2] {
        let f = 1.0 / sum;
        let high = f.narrow();
        [high, (f - high.widen()).narrow()]
    }

    #[inline(always)]
    fn result<S: Simd>(e: F32s<S>, [high, low]: [F32s<S>; 2]) -> F32s<S> {
        e.mul_add(high, e * low)
    }
}

impl Function for Fast<Softmax> {
    const KEEPS_TERMS: bool = true;
    const RUN: usize = 8;

    #[inline(always)]
    fn summary<S: Simd>(_: &Reference<S>, sum: F64s<S>, _: F32s<S>) -> [F32s<S>; 2] {
        let f = (1.0 / sum).narrow();
        [f, f]
    }

    #[inline(always)]
    fn result<S: Simd>(e: F32s<S>, [f, _]: [F32s<S>; 2]) -> F32s<S> {
        e * f
    }
}
