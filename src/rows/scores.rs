//! The logits as results of their own.

use super::{entry::logits, options::SoftmaxOptions};
use crate::{at::At, check::or_panic, isa::Isa, shape_error::ShapeError};

impl SoftmaxOptions<'_> {
    /// Writes the logits that the options make of the rows of `src`, each of `cols` scores: those
    /// whose softmax [`Softmax`](crate::Softmax) with these options is. Attention gives them as a
    /// second result.
    ///
    /// ```
    /// use activations::{Causal, SoftmaxOptions};
    ///
    /// let options = SoftmaxOptions::new().scale(0.5).causal(Causal::new());
    /// let mut logits = [0.0; 4];
    /// options.logits_into(&[1.0, 2.0, 3.0, 4.0], &mut logits, 2);
    /// assert_eq!(logits, [0.5, f32::NEG_INFINITY, 1.5, 2.0]);
    /// ```
    ///
    /// # Panics
    ///
    /// If the lengths differ or are no multiple of `cols`, or a mask does not fit; nothing is
    /// written then.
    #[track_caller]
    pub fn logits_into(&self, src: &[f32], dst: &mut [f32], cols: usize) {
        or_panic(self.try_logits_into(src, dst, cols));
    }

    /// As [`logits_into`](Self::logits_into).
    ///
    /// # Errors
    ///
    /// Where that panics.
    pub fn try_logits_into(
        &self,
        src: &[f32],
        dst: &mut [f32],
        cols: usize,
    ) -> Result<(), ShapeError> {
        logits(Isa::active(), self, src, dst, cols)
    }
}

impl At<SoftmaxOptions<'_>> {
    /// As [`SoftmaxOptions::logits_into`], at this level.
    ///
    /// # Panics
    ///
    /// As that does.
    #[track_caller]
    pub fn logits_into(&self, src: &[f32], dst: &mut [f32], cols: usize) {
        or_panic(self.try_logits_into(src, dst, cols));
    }

    /// As [`SoftmaxOptions::try_logits_into`], at this level.
    ///
    /// # Errors
    ///
    /// As that does.
    pub fn try_logits_into(
        &self,
        src: &[f32],
        dst: &mut [f32],
        cols: usize,
    ) -> Result<(), ShapeError> {
        logits(self.isa(), &self.operation, src, dst, cols)
    }
}
