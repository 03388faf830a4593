use crate::{isa::Isa, rows::{self, Rows}};

/// Softmax.
pub fn softmax_proto(isa: Isa, x: &mut [f32], cols: usize, fast: bool) {
    let rows = Rows { src: None, dst: x, cols };
    if fast { rows::softmax::<true>(isa, rows) } else { rows::softmax::<false>(isa, rows) }
}
/// Softmax.
pub fn softmax_proto_into(isa: Isa, src: &[f32], x: &mut [f32], cols: usize, fast: bool) {
    let rows = Rows { src: Some(src), dst: x, cols };
    if fast { rows::softmax::<true>(isa, rows) } else { rows::softmax::<false>(isa, rows) }
}
