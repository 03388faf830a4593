use super::functions::{BLOCK, Functions, add};
use crate::{
    at::At,
    check::{equal_lengths, or_panic},
    isa::Isa,
    map::zero_beyond,
    ops::{
        Tanh,
        table::levels::{ApplyAt, BackwardAt},
    },
    shape_error::ShapeError,
    tier::Tier,
};

/// A step of a plain recurrent network: h' = act(a + b), where a = W x and b = R h are the sums
/// that matrix products give.
///
/// The sum is rounded, and then the activation has the error of its tier.
///
/// ```
/// use activations::RnnCell;
///
/// let mut hidden = [0.0_f32; 2];
/// RnnCell::default().step(&[0.25, 1.0], &[0.25, -1.0], &mut hidden);
/// assert_eq!(hidden, [0.46211717, 0.0]);
/// ```
///
/// Definition: `RNN` of ONNX, `torch.nn.RNNCell`; Elman, "Finding structure in time" (1990).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RnnCell<Op = Tanh> {
    activation: Op,
    clip: f32,
}

impl Default for RnnCell {
    /// With tanh.
    fn default() -> Self {
        Self::new(Tanh)
    }
}

impl<Op> RnnCell<Op> {
    /// A cell with this activation, in its tier.
    #[must_use]
    pub const fn new(activation: Op) -> Self {
        Self { activation, clip: f32::INFINITY }
    }

    /// Limits the sum to ±`clip` before the activation, as ONNX has it.
    #[must_use]
    pub const fn clip(mut self, clip: f32) -> Self {
        self.clip = clip;
        self
    }
}

impl<Op: ApplyAt + BackwardAt> RnnCell<Op> {
    fn run(self, isa: Isa, a: &[f32], b: &[f32], hidden: &mut [f32]) -> Result<(), ShapeError> {
        equal_lengths("input", a.len(), "hidden", hidden.len())?;
        equal_lengths("recurrent", b.len(), "hidden", hidden.len())?;
        let functions = Functions { isa, tier: Tier::Default, clip: self.clip };
        let blocks = a.chunks(BLOCK).zip(b.chunks(BLOCK)).zip(hidden.chunks_mut(BLOCK));
        for ((a, b), hidden) in blocks {
            hidden.copy_from_slice(a);
            add(b, hidden);
            functions.limit(hidden);
            self.activation.apply_at(isa, None, hidden);
        }
        Ok(())
    }

    fn run_backward(
        self,
        isa: Isa,
        a: &[f32],
        b: &[f32],
        d_hidden: &mut [f32],
    ) -> Result<(), ShapeError> {
        equal_lengths("input", a.len(), "d_hidden", d_hidden.len())?;
        equal_lengths("recurrent", b.len(), "d_hidden", d_hidden.len())?;
        let functions = Functions { isa, tier: Tier::Default, clip: self.clip };
        let mut x = [0.0; BLOCK];
        let blocks = a.chunks(BLOCK).zip(b.chunks(BLOCK)).zip(d_hidden.chunks_mut(BLOCK));
        for ((a, b), dx) in blocks {
            let x = &mut x[..a.len()];
            x.copy_from_slice(a);
            add(b, x);
            if self.clip < f32::INFINITY {
                zero_beyond(isa, [-self.clip, self.clip], x, dx);
            }
            functions.limit(x);
            self.activation.backward_at(isa, x, None, dx);
        }
        Ok(())
    }
}

macro_rules! steps { ($($Cell:ty: |$this:ident| $isa:expr, $cell:expr;)*) => {$(
    impl<Op: ApplyAt + BackwardAt> $Cell {
        /// Writes h' to `hidden`, from the sums `input` and `recurrent`. All have one length.
        ///
        /// # Panics
        ///
        /// If the lengths differ; nothing is written then.
        #[track_caller]
        pub fn step(&self, input: &[f32], recurrent: &[f32], hidden: &mut [f32]) {
            or_panic(self.try_step(input, recurrent, hidden));
        }

        /// As [`step`](Self::step).
        ///
        /// # Errors
        ///
        /// Where that panics.
        pub fn try_step(
            &self,
            input: &[f32],
            recurrent: &[f32],
            hidden: &mut [f32],
        ) -> Result<(), ShapeError> {
            let $this = self;
            $cell.run($isa, input, recurrent, hidden)
        }

        /// The gradient of a step, from the sums that it had: `d_hidden` is the gradient of h', and
        /// becomes that of each of the two sums.
        ///
        /// # Panics
        ///
        /// If the lengths differ; nothing is written then.
        #[track_caller]
        pub fn backward(&self, input: &[f32], recurrent: &[f32], d_hidden: &mut [f32]) {
            or_panic(self.try_backward(input, recurrent, d_hidden));
        }

        /// As [`backward`](Self::backward).
        ///
        /// # Errors
        ///
        /// Where that panics.
        pub fn try_backward(
            &self,
            input: &[f32],
            recurrent: &[f32],
            d_hidden: &mut [f32],
        ) -> Result<(), ShapeError> {
            let $this = self;
            $cell.run_backward($isa, input, recurrent, d_hidden)
        }
    }
)*}; }

steps! {
    RnnCell<Op>: |this| Isa::active(), this;
    At<RnnCell<Op>>: |this| this.isa(), this.operation;
}
