//! Steps of recurrent cells, from the sums that matrix products give to the new state. A cell has
//! no kernel of its own: a block that fits into the first cache goes through those of sigmoid and
//! tanh, and through products.

mod functions;
mod gru;
mod gru_methods;
mod lstm;
mod lstm_gates;
mod lstm_gradient;
mod lstm_methods;
mod rnn;

pub use gru::{GruCell, GruOrder};
pub use lstm::{Coupling, LstmCell, LstmOrder};
pub use rnn::RnnCell;
