//! [`PRelu`]: the leaky rectified linear unit with slopes that are trained.

mod apply;
mod broadcast;
mod layout;
mod parts;
mod sums;

use crate::{
    at::At,
    check::{same_length, shape},
    isa::on,
};
use apply::{Backward, Forward, Slopes};
pub use broadcast::BroadcastPRelu;
use layout::Steps;
use sums::sum;

/// The function as the tables of the documents show it.
pub(crate) const FORMULA: &str =
    "x where x > 0, else slope · x, with one slope, one a channel, or one an element";

/// The parametric rectified linear unit: x where x > 0, else slope · x, with one slope for each
/// channel.
///
/// The shape of a tensor is `[outer, channels, inner]`, whichever axis its channels are:
///
/// | slopes | shape |
/// |---|---|
/// | one a channel of `[batch, channels, height, width]` | `[batch, channels, height * width]` |
/// | one a channel, and channels last | `[elements / channels, channels, 1]` |
/// | one an element of a sample | `[batch, elements, 1]` |
/// | one for all | `[1, 1, elements]` |
///
/// Slopes of any other shape that broadcasts: [`broadcast`](Self::broadcast).
///
/// ```
/// use activations::PRelu;
///
/// let prelu = PRelu { slopes: &[0.25, 0.5] };
/// let (x, shape) = ([-1.0, 2.0, -3.0, -4.0], [1, 2, 2]);
/// let mut y = [0.0; 4];
/// prelu.apply_into(&x, &mut y, shape);
/// assert_eq!(y, [-0.25, 2.0, -1.5, -2.0]);
///
/// let (dy, mut dx, mut d_slopes) = ([1.0; 4], [0.0; 4], [0.0; 2]);
/// prelu.backward(&x, &dy, &mut dx, shape);
/// prelu.slopes_backward(&x, &dy, &mut d_slopes, shape);
/// assert_eq!(dx, [0.25, 1.0, 0.5, 0.5]);
/// assert_eq!(d_slopes, [-1.0, -7.0]);
/// ```
///
/// Results are correctly rounded. They are those of [`LeakyRelu`](crate::LeakyRelu) with the slope
/// of the channel, bit for bit, on every instruction set and for every shape.
///
/// | x | prelu(x) | prelu'(x) | its derivative by the slope |
/// |---|---|---|---|
/// | ±0 | slope · ±0 | slope | ±0 |
/// | +∞ | +∞ | 1 | 0 |
/// | −∞ | slope · −∞ | slope | −∞ |
/// | NaN | NaN | slope | NaN |
///
/// A slope of 0 is [`Relu`](crate::Relu), so that −∞ gives 0. A slope of NaN gives NaN where x is
/// not positive.
///
/// Definition: `PRelu` of ONNX, `torch.nn.PReLU`; He, Zhang, Ren, Sun, "Delving deep into
/// rectifiers: surpassing human-level performance on ImageNet classification" (2015).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PRelu<'a> {
    /// The factors of inputs that are not positive, one a channel.
    pub slopes: &'a [f32],
}

impl PRelu<'_> {
    /// Replaces every element by its image.
    ///
    /// # Panics
    ///
    /// If the length is not the product of the shape, or there is not one slope a channel; nothing
    /// is written then.
    #[track_caller]
    pub fn apply(&self, x: &mut [f32], shape: [usize; 3]) {
        At::active(*self).apply(x, shape);
    }

    /// Writes the image of every element of `src` to `dst`.
    ///
    /// # Panics
    ///
    /// If a length is not the product of the shape, or there is not one slope a channel; nothing is
    /// written then.
    #[track_caller]
    pub fn apply_into(&self, src: &[f32], dst: &mut [f32], shape: [usize; 3]) {
        At::active(*self).apply_into(src, dst, shape);
    }

    /// The gradient of the input: `dy` where x > 0, else the slope times `dy`.
    ///
    /// # Panics
    ///
    /// If a length is not the product of the shape, or there is not one slope a channel; nothing is
    /// written then.
    #[track_caller]
    pub fn backward(&self, x: &[f32], dy: &[f32], dx: &mut [f32], shape: [usize; 3]) {
        At::active(*self).backward(x, dy, dx, shape);
    }

    /// As [`backward`](Self::backward), with `dx` in the place of `dy`.
    ///
    /// # Panics
    ///
    /// As that does.
    #[track_caller]
    pub fn backward_in_place(&self, x: &[f32], dy: &mut [f32], shape: [usize; 3]) {
        At::active(*self).backward_in_place(x, dy, shape);
    }

    /// The gradient of the slopes: the sum of `dy` · min(x, 0) over each channel, 0 where it has no
    /// elements.
    ///
    /// Products are exact, and sums are made in f64 and rounded to f32 last. The error is at most
    /// half an ULP plus (outer · ⌈inner / 16⌉ + 4) · 2^-53 of the sum of the magnitudes.
    ///
    /// The order depends on the shape alone, and every instruction set gives the same bits. Element
    /// i of a channel's `inner` is added to sum i mod 16, one plane after the other. Then sums l
    /// and l + 8 are added, then l and l + 4, l + 2, l + 1. A single channel is summed as
    /// `[1, 1, elements]`.
    ///
    /// An element with x > 0 has no part in the sum, whatever its `dy`. A NaN in x makes the sum
    /// NaN.
    ///
    /// # Panics
    ///
    /// If a length is not the product of the shape, or there is not one slope and one element of
    /// `d_slopes` a channel; nothing is written then.
    #[track_caller]
    pub fn slopes_backward(&self, x: &[f32], dy: &[f32], d_slopes: &mut [f32], shape: [usize; 3]) {
        At::active(*self).slopes_backward(x, dy, d_slopes, shape);
    }

    fn over(&self, [_, _, inner]: [usize; 3]) -> Slopes<'_> {
        Slopes { slopes: self.slopes, inner }
    }

    #[track_caller]
    fn check(&self, tensors: &[(&'static str, usize)], axes: [usize; 3]) {
        for &(name, len) in tensors {
            shape(name, len, axes);
        }
        let (slopes, channels) = (self.slopes.len(), axes[1]);
        assert!(
            slopes == channels,
            "slopes has {slopes} elements, the shape has {channels} channels"
        );
    }
}

impl At<PRelu<'_>> {
    /// As [`PRelu::apply`], at this level.
    ///
    /// # Panics
    ///
    /// As that does.
    #[track_caller]
    pub fn apply(&self, x: &mut [f32], shape: [usize; 3]) {
        let op = self.operation;
        op.check(&[("x", x.len())], shape);
        if !x.is_empty() {
            on(self.isa(), Forward { slopes: op.over(shape), x: None, dst: x });
        }
    }

    /// As [`PRelu::apply_into`], at this level.
    ///
    /// # Panics
    ///
    /// As that does.
    #[track_caller]
    pub fn apply_into(&self, src: &[f32], dst: &mut [f32], shape: [usize; 3]) {
        let op = self.operation;
        op.check(&[("src", src.len()), ("dst", dst.len())], shape);
        if !dst.is_empty() {
            on(self.isa(), Forward { slopes: op.over(shape), x: Some(src), dst });
        }
    }

    /// As [`PRelu::backward`], at this level.
    ///
    /// # Panics
    ///
    /// As that does.
    #[track_caller]
    pub fn backward(&self, x: &[f32], dy: &[f32], dx: &mut [f32], shape: [usize; 3]) {
        let op = self.operation;
        op.check(&[("x", x.len()), ("dy", dy.len()), ("dx", dx.len())], shape);
        if !dx.is_empty() {
            on(self.isa(), Backward { slopes: op.over(shape), x, dy: Some(dy), dst: dx });
        }
    }

    /// As [`PRelu::backward_in_place`], at this level.
    ///
    /// # Panics
    ///
    /// As that does.
    #[track_caller]
    pub fn backward_in_place(&self, x: &[f32], dy: &mut [f32], shape: [usize; 3]) {
        let op = self.operation;
        op.check(&[("x", x.len()), ("dy", dy.len())], shape);
        if !dy.is_empty() {
            on(self.isa(), Backward { slopes: op.over(shape), x, dy: None, dst: dy });
        }
    }

    /// As [`PRelu::slopes_backward`], at this level.
    ///
    /// # Panics
    ///
    /// As that does.
    #[track_caller]
    pub fn slopes_backward(&self, x: &[f32], dy: &[f32], d_slopes: &mut [f32], shape: [usize; 3]) {
        let op = self.operation;
        op.check(&[("x", x.len()), ("dy", dy.len())], shape);
        same_length("slopes", op.slopes.len(), "d_slopes", d_slopes.len());
        if x.is_empty() {
            d_slopes.fill(0.0);
            return;
        }
        let shape = if d_slopes.len() == 1 { [1, 1, x.len()] } else { shape };
        sum(self.isa(), x, dy, d_slopes, shape, Steps::ONE);
    }
}
