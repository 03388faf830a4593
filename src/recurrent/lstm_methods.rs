//! The steps of an LSTM in each tier, at each level.

use super::{functions::BLOCK, lstm::LstmCell, lstm_gates::Gates};
use crate::{
    at::At,
    check::or_panic,
    isa::Isa,
    map::multiply,
    shape_error::ShapeError,
    tier::{Exact, Fast, Tier},
};

fn run(
    of: &LstmCell<'_>,
    (isa, tier): (Isa, Tier),
    gates: &[f32],
    cell: &mut [f32],
    hidden: &mut [f32],
    hidden_size: usize,
) -> Result<(), ShapeError> {
    let states = [("cell", cell.len()), ("hidden", hidden.len())];
    of.check(hidden_size, &[("gates", gates.len())], &states)?;
    let functions = of.functions(isa, tier);
    let mut values = Gates::new();
    let size = hidden_size.max(1);
    let states = cell.chunks_exact_mut(size).zip(hidden.chunks_exact_mut(size));
    for (row, (cell, hidden)) in gates.chunks_exact(4 * size).zip(states) {
        let blocks = cell.chunks_mut(BLOCK).zip(hidden.chunks_mut(BLOCK));
        for (index, (cell, hidden)) in blocks.enumerate() {
            let (start, len) = (index * BLOCK, cell.len());
            let sums = of.gates(row, hidden_size, start, len);
            let weights = of.weights(hidden_size, start, len);
            values.compute(of, functions, sums, weights, cell);
            cell.copy_from_slice(&values.cell[..len]);
            hidden.copy_from_slice(&values.output[..len]);
            multiply(isa, &values.squashed[..len], hidden);
        }
    }
    Ok(())
}

/// The methods of a cell in one tier, at one level.
macro_rules! steps { ($($Cell:ty: |$this:ident| $isa:expr, $tier:ident, $cell:expr;)*) => {$(
    impl $Cell {
        /// Replaces the memory `cell` by c', and writes h' to `hidden`. Each is
        /// `[batch, hidden_size]`, and `gates` is `[batch, 4 · hidden_size]`.
        ///
        /// # Panics
        ///
        /// If the lengths do not fit; nothing is written then.
        #[track_caller]
        pub fn step(
            &self,
            gates: &[f32],
            cell: &mut [f32],
            hidden: &mut [f32],
            hidden_size: usize,
        ) {
            or_panic(self.try_step(gates, cell, hidden, hidden_size));
        }

        /// As [`step`](Self::step).
        ///
        /// # Errors
        ///
        /// Where that panics.
        pub fn try_step(
            &self,
            gates: &[f32],
            cell: &mut [f32],
            hidden: &mut [f32],
            hidden_size: usize,
        ) -> Result<(), ShapeError> {
            let $this = self;
            run($cell, ($isa, Tier::$tier), gates, cell, hidden, hidden_size)
        }
    }
)*}; }

steps! {
    LstmCell<'_>: |this| Isa::active(), Default, this;
    Fast<LstmCell<'_>>: |this| Isa::active(), Fast, &this.0;
    Exact<LstmCell<'_>>: |this| Isa::active(), Exact, &this.0;
    At<LstmCell<'_>>: |this| this.isa(), Default, &this.operation;
    At<Fast<LstmCell<'_>>>: |this| this.isa(), Fast, &this.operation.0;
    At<Exact<LstmCell<'_>>>: |this| this.isa(), Exact, &this.operation.0;
}
