use super::functions::Functions;
use crate::{
    check::{equal_lengths, whole_rows},
    isa::Isa,
    shape_error::{Mismatch, ShapeError},
    tier::Tier,
};

/// The order of the four gates of an [`LstmCell`]: i the input gate, o the output gate, f the
/// forget gate, c the candidate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum LstmOrder {
    /// i, o, f, c: ONNX.
    Iofc,
    /// i, f, c, o: PyTorch, Keras, cuDNN. PyTorch calls the candidate g.
    Ifco,
    /// i, c, f, o: `BlockLSTM` of TensorFlow.
    Icfo,
}

impl LstmOrder {
    /// The places of i, o, f and c.
    const fn places(self) -> [usize; 4] {
        match self {
            Self::Iofc => [0, 1, 2, 3],
            Self::Ifco => [0, 3, 1, 2],
            Self::Icfo => [0, 3, 2, 1],
        }
    }
}

/// Which of two gates a coupled [`LstmCell`] computes; the other is 1 less it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Coupling {
    /// f = 1 − i, as ONNX Runtime reads `input_forget`.
    ForgetFromInput,
    /// i = 1 − f, as TensorFlow Lite has it.
    InputFromForget,
}

/// A step of a long short-term memory.
///
/// From the sums a = W x + R h + b of the gates, and the cell's memory c:
///
/// ```text
/// i = sigmoid(a_i)    f = sigmoid(a_f)    o = sigmoid(a_o)
/// c' = f c + i tanh(a_c)
/// h' = o tanh(c')
/// ```
///
/// Each function has the error of its tier, and each product and sum is rounded. All of it is one
/// pass over the memory.
///
/// ```
/// use activations::{LstmCell, LstmOrder};
///
/// let gates = [0.0, 2.0, 0.5, -1.0_f32]; // i, f, c, o of a cell with one element
/// let (mut cell, mut hidden) = ([1.0], [0.0]);
/// LstmCell::new(LstmOrder::Ifco).step(&gates, &mut cell, &mut hidden, 1);
/// assert!((cell[0] - 1.1118556).abs() < 1e-6 && (hidden[0] - 0.21642183).abs() < 1e-6);
/// ```
///
/// In the tiers, `Fast(cell)` and `Exact(cell)`, the functions are those of that tier.
///
/// Definition: `LSTM` of ONNX, `torch.nn.LSTMCell`; Hochreiter, Schmidhuber, "Long short-term
/// memory" (1997).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LstmCell<'a> {
    order: LstmOrder,
    pub(super) clip: f32,
    pub(super) coupling: Option<Coupling>,
    pub(super) peepholes: Option<&'a [f32]>,
}

impl<'a> LstmCell<'a> {
    /// A cell whose gates come in this order, without options.
    #[must_use]
    pub const fn new(order: LstmOrder) -> Self {
        Self { order, clip: f32::INFINITY, coupling: None, peepholes: None }
    }

    /// Limits the arguments of all functions, tanh(c') too, to ±`clip`: the attribute `clip` as the
    /// text of ONNX defines it. ONNX Runtime does not limit the argument of tanh(c'). c' itself is
    /// not limited.
    #[must_use]
    pub const fn clip(mut self, clip: f32) -> Self {
        self.clip = clip;
        self
    }

    /// Makes one gate from another. The sums of the gate that is not computed are not read.
    #[must_use]
    pub const fn coupled(mut self, coupling: Coupling) -> Self {
        self.coupling = Some(coupling);
        self
    }

    /// Adds the memory to the sums: p_i c to a_i, p_f c to a_f, and p_o c' to a_o. The weights are
    /// `[p_i | p_o | p_f]`, one row of each, as ONNX has them whatever the order of the gates.
    #[must_use]
    pub const fn peepholes(mut self, weights: &'a [f32]) -> Self {
        self.peepholes = Some(weights);
        self
    }

    /// Checks the gates and the states of a batch.
    pub(super) fn check(
        &self,
        hidden_size: usize,
        gates: &[(&'static str, usize)],
        states: &[(&'static str, usize)],
    ) -> Result<(), ShapeError> {
        let (state, len) = states[0];
        whole_rows(state, len, hidden_size)?;
        for &(name, other_len) in states {
            equal_lengths(state, len, name, other_len)?;
        }
        for &(name, gates) in gates {
            if len.checked_mul(4) != Some(gates) {
                return Err(Mismatch::Gates { name, len: gates, count: 4, state, of: len }.into());
            }
        }
        match self.peepholes {
            Some(weights) if hidden_size.checked_mul(3) != Some(weights.len()) => {
                let (name, len) = ("peepholes", weights.len());
                Err(Mismatch::Gates { name, len, count: 3, state: "hidden_size", of: hidden_size }
                    .into())
            }
            _ => Ok(()),
        }
    }

    pub(super) const fn functions(&self, isa: Isa, tier: Tier) -> Functions {
        Functions { isa, tier, clip: self.clip }
    }

    /// The weights of i, o and f for the columns of a block.
    pub(super) fn weights(&self, hidden_size: usize, start: usize, len: usize) -> [&[f32]; 3] {
        let of = |gate: usize| match self.peepholes {
            Some(weights) => &weights[gate * hidden_size + start..][..len],
            None => &[],
        };
        [of(0), of(1), of(2)]
    }

    /// The sums of i, o, f and c for the columns of a block, in this order.
    pub(super) fn gates<'b>(
        &self,
        row: &'b [f32],
        hidden_size: usize,
        start: usize,
        len: usize,
    ) -> [&'b [f32]; 4] {
        self.order.places().map(|place| &row[place * hidden_size + start..][..len])
    }

    /// Where the gradients of i, o, f and c begin in a row.
    pub(super) fn starts(&self, hidden_size: usize) -> [usize; 4] {
        self.order.places().map(|place| place * hidden_size)
    }
}
