//! Gated units, act(gate) · up: the trait, the units, and the passes over blocks that they are made
//! of. A unit has no kernel of its own: a block that fits into the first cache goes through the
//! kernel of its activation and through a product.

pub(crate) mod blocks;
mod clamped;
mod kernels;
mod layout;
mod methods;
mod table;
mod unit;
mod units;

use crate::check::or_panic;
use crate::shape_error::ShapeError;
pub use clamped::ClampedSwiGlu;
pub use layout::GateLayout;
pub(crate) use methods::methods;
pub use table::{GATED_UNITS, GatedUnit};
pub(crate) use unit::Unit;
pub use units::{Bilinear, Gated, GeGlu, GeGluTanh, Glu, QuickGeGlu, ReGlu, SwiGlu};

/// A gated unit: `y[i] = act(gate[i]) * up[i]`, elementwise.
///
/// The product is rounded once, so the error is that of the activation in its tier and at most 1/2
/// ULP, and no intermediate result depends on how a slice is split. A product of 0 and an infinite
/// number is NaN.
///
/// ```
/// use activations::{Fast, GateLayout, GatedActivation, SwiGlu};
///
/// let swiglu = SwiGlu { beta: 1.0 };
/// let (gate, up) = ([0.0, 1.0_f32], [5.0, 2.0_f32]);
/// let mut y = [0.0_f32; 2];
/// swiglu.apply_into(&gate, &up, &mut y); // from two slices
/// assert!(y[0] == 0.0 && (y[1] - 1.4621172).abs() < 1e-6);
///
/// let row = [0.0, 1.0, 5.0, 2.0_f32]; // gate and up in one row
/// Fast(swiglu).rows_into(&row, &mut y, 2, GateLayout::GateUp);
/// assert!((y[1] - 1.4621172).abs() < 1e-6);
/// ```
///
/// Definition: Shazeer, "GLU variants improve transformer" (2020).
pub trait GatedActivation<T = f32> {
    /// Replaces `gate` by the results.
    ///
    /// # Panics
    ///
    /// If the lengths differ; nothing is written then.
    #[track_caller]
    fn apply(&self, gate: &mut [T], up: &[T]) {
        or_panic(self.try_apply(gate, up));
    }

    /// Writes the results to `dst`.
    ///
    /// # Panics
    ///
    /// If the lengths differ; nothing is written then.
    #[track_caller]
    fn apply_into(&self, gate: &[T], up: &[T], dst: &mut [T]) {
        or_panic(self.try_apply_into(gate, up, dst));
    }

    /// Replaces the first half of each row of 2 · `cols` elements by its results. The second half
    /// of a row of pairs is not specified then; otherwise it stays as it is.
    ///
    /// # Panics
    ///
    /// If the length is no multiple of 2 · `cols`; nothing is written then.
    #[track_caller]
    fn rows(&self, x: &mut [T], cols: usize, layout: GateLayout) {
        or_panic(self.try_rows(x, cols, layout));
    }

    /// Writes the results of each row of 2 · `cols` elements of `src` to a row of `cols` elements
    /// of `dst`.
    ///
    /// # Panics
    ///
    /// If the length of `src` is no multiple of 2 · `cols`, or not twice that of `dst`; nothing is
    /// written then.
    #[track_caller]
    fn rows_into(&self, src: &[T], dst: &mut [T], cols: usize, layout: GateLayout) {
        or_panic(self.try_rows_into(src, dst, cols, layout));
    }

    /// The gradients of both inputs, from the inputs of the forward call: `d_gate = dy * up *
    /// act'(gate)` and `d_up = dy * act(gate)`. Each is rounded once more than the gradient or the
    /// result of the activation.
    ///
    /// ```
    /// use activations::{GatedActivation, ReGlu};
    ///
    /// let [mut d_gate, mut d_up] = [[0.0_f32; 2]; 2];
    /// ReGlu.backward(&[-1.0, 2.0], &[5.0, 3.0], &[1.0, 1.0], &mut d_gate, &mut d_up);
    /// assert_eq!((d_gate, d_up), ([0.0, 3.0], [0.0, 2.0]));
    /// ```
    ///
    /// # Panics
    ///
    /// If the lengths differ; nothing is written then.
    #[track_caller]
    fn backward(&self, gate: &[T], up: &[T], dy: &[T], d_gate: &mut [T], d_up: &mut [T]) {
        or_panic(self.try_backward(gate, up, dy, d_gate, d_up));
    }

    /// As [`backward`](Self::backward), of rows of 2 · `cols` elements; `dx` has the layout of `x`.
    ///
    /// # Panics
    ///
    /// If the length of `x` is no multiple of 2 · `cols`, not that of `dx`, or not twice that of
    /// `dy`; nothing is written then.
    #[track_caller]
    fn rows_backward(&self, x: &[T], dy: &[T], dx: &mut [T], cols: usize, layout: GateLayout) {
        or_panic(self.try_rows_backward(x, dy, dx, cols, layout));
    }

    /// As [`apply`](Self::apply).
    ///
    /// # Errors
    ///
    /// Where that panics.
    fn try_apply(&self, gate: &mut [T], up: &[T]) -> Result<(), ShapeError>;

    /// As [`apply_into`](Self::apply_into).
    ///
    /// # Errors
    ///
    /// Where that panics.
    fn try_apply_into(&self, gate: &[T], up: &[T], dst: &mut [T]) -> Result<(), ShapeError>;

    /// As [`rows`](Self::rows).
    ///
    /// # Errors
    ///
    /// Where that panics.
    fn try_rows(&self, x: &mut [T], cols: usize, layout: GateLayout) -> Result<(), ShapeError>;

    /// As [`rows_into`](Self::rows_into).
    ///
    /// # Errors
    ///
    /// Where that panics.
    fn try_rows_into(
        &self,
        src: &[T],
        dst: &mut [T],
        cols: usize,
        layout: GateLayout,
    ) -> Result<(), ShapeError>;

    /// As [`backward`](Self::backward).
    ///
    /// # Errors
    ///
    /// Where that panics.
    fn try_backward(
        &self,
        gate: &[T],
        up: &[T],
        dy: &[T],
        d_gate: &mut [T],
        d_up: &mut [T],
    ) -> Result<(), ShapeError>;

    /// As [`rows_backward`](Self::rows_backward).
    ///
    /// # Errors
    ///
    /// Where that panics.
    fn try_rows_backward(
        &self,
        x: &[T],
        dy: &[T],
        dx: &mut [T],
        cols: usize,
        layout: GateLayout,
    ) -> Result<(), ShapeError>;
}
