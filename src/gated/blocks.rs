//! The passes of a unit over blocks of gates and what they multiply.

use super::layout::GateLayout;
use crate::{
    check::{equal_lengths, whole_rows},
    isa::Isa,
    map::multiply,
    ops::table::levels::{ApplyAt, BackwardAt},
    shape_error::{Mismatch, ShapeError},
};

/// What a unit does to the elements of a block. All slices of a call have one length.
pub(crate) trait Passes {
    /// `dst[i] = act(gate[i])`, from what is in `dst` if there is no `gate`.
    fn activate(&self, isa: Isa, gate: Option<&[f32]>, dst: &mut [f32]);
    /// `dst[i] *= up[i]`
    fn multiply(&self, isa: Isa, up: &[f32], dst: &mut [f32]) {
        multiply(isa, up, dst);
    }
    /// `dx[i] *= act'(gate[i])`
    fn differentiate(&self, isa: Isa, gate: &[f32], dx: &mut [f32]);
    /// `dx[i]` times the derivative of what `up` is multiplied as.
    fn differentiate_up(&self, _: Isa, _up: &[f32], _dx: &mut [f32]) {}
}

/// A unit that is an activation and a product.
pub(crate) struct Plain<Op>(pub(crate) Op);

impl<Op: ApplyAt + BackwardAt> Passes for Plain<Op> {
    fn activate(&self, isa: Isa, gate: Option<&[f32]>, dst: &mut [f32]) {
        self.0.apply_at(isa, gate, dst);
    }
    fn differentiate(&self, isa: Isa, gate: &[f32], dx: &mut [f32]) {
        self.0.backward_at(isa, gate, None, dx);
    }
}

/// The elements of a block: three of them fit into the first cache.
pub(crate) const BLOCK: usize = 1024;

pub(crate) fn apply(
    passes: &dyn Passes,
    isa: Isa,
    gate: &mut [f32],
    up: &[f32],
) -> Result<(), ShapeError> {
    equal_lengths("gate", gate.len(), "up", up.len())?;
    for (gate, up) in gate.chunks_mut(BLOCK).zip(up.chunks(BLOCK)) {
        passes.activate(isa, None, gate);
        passes.multiply(isa, up, gate);
    }
    Ok(())
}

pub(crate) fn apply_into(
    passes: &dyn Passes,
    isa: Isa,
    gate: &[f32],
    up: &[f32],
    dst: &mut [f32],
) -> Result<(), ShapeError> {
    equal_lengths("gate", gate.len(), "dst", dst.len())?;
    equal_lengths("up", up.len(), "dst", dst.len())?;
    into(passes, isa, gate, up, dst);
    Ok(())
}

fn into(passes: &dyn Passes, isa: Isa, gate: &[f32], up: &[f32], dst: &mut [f32]) {
    let inputs = gate.chunks(BLOCK).zip(up.chunks(BLOCK));
    for ((gate, up), dst) in inputs.zip(dst.chunks_mut(BLOCK)) {
        passes.activate(isa, Some(gate), dst);
        passes.multiply(isa, up, dst);
    }
}

pub(crate) fn backward(
    passes: &dyn Passes,
    isa: Isa,
    [gate, up, dy]: [&[f32]; 3],
    d_gate: &mut [f32],
    d_up: &mut [f32],
) -> Result<(), ShapeError> {
    for (name, len) in [("up", up.len()), ("dy", dy.len()), ("d_gate", d_gate.len())] {
        equal_lengths("gate", gate.len(), name, len)?;
    }
    equal_lengths("gate", gate.len(), "d_up", d_up.len())?;
    gradients(passes, isa, [gate, up, dy], d_gate, d_up);
    Ok(())
}

fn gradients(
    passes: &dyn Passes,
    isa: Isa,
    [gate, up, dy]: [&[f32]; 3],
    d_gate: &mut [f32],
    d_up: &mut [f32],
) {
    let inputs = gate.chunks(BLOCK).zip(up.chunks(BLOCK)).zip(dy.chunks(BLOCK));
    let outputs = d_gate.chunks_mut(BLOCK).zip(d_up.chunks_mut(BLOCK));
    for (((gate, up), dy), (d_gate, d_up)) in inputs.zip(outputs) {
        passes.activate(isa, Some(gate), d_up);
        multiply(isa, dy, d_up);
        passes.differentiate_up(isa, up, d_up);
        d_gate.copy_from_slice(dy);
        passes.multiply(isa, up, d_gate);
        passes.differentiate(isa, gate, d_gate);
    }
}

/// Returns the length of a row of both halves.
fn both(name: &'static str, len: usize, cols: usize) -> Result<usize, ShapeError> {
    // No row is longer than a slice can be.
    let width = cols.saturating_mul(2);
    whole_rows(name, len, width)?;
    Ok(width.max(1))
}

pub(crate) fn rows(
    passes: &dyn Passes,
    isa: Isa,
    x: &mut [f32],
    cols: usize,
    layout: GateLayout,
) -> Result<(), ShapeError> {
    let rows = x.chunks_exact_mut(both("x", x.len(), cols)?);
    match layout {
        GateLayout::GateUp => rows.for_each(|row| {
            let (gate, up) = row.split_at_mut(cols);
            for (gate, up) in gate.chunks_mut(BLOCK).zip(up.chunks(BLOCK)) {
                passes.activate(isa, None, gate);
                passes.multiply(isa, up, gate);
            }
        }),
        GateLayout::UpGate => {
            let mut copy = [0.0; BLOCK];
            rows.for_each(|row| {
                let (up, gate) = row.split_at_mut(cols);
                for (up, gate) in up.chunks_mut(BLOCK).zip(gate.chunks(BLOCK)) {
                    let copy = &mut copy[..up.len()];
                    copy.copy_from_slice(up);
                    into(passes, isa, gate, copy, up);
                }
            });
        }
        GateLayout::Interleaved => {
            let mut halves = [[0.0; BLOCK]; 2];
            // The results of a block lie before the pairs of the next one.
            rows.for_each(|row| {
                for start in (0..cols).step_by(BLOCK) {
                    let len = (cols - start).min(BLOCK);
                    let [gate, up] = halves.each_mut().map(|half| &mut half[..len]);
                    split(&row[2 * start..][..2 * len], gate, up);
                    into(passes, isa, gate, up, &mut row[start..][..len]);
                }
            });
        }
    }
    Ok(())
}

pub(crate) fn rows_into(
    passes: &dyn Passes,
    isa: Isa,
    src: &[f32],
    dst: &mut [f32],
    cols: usize,
    layout: GateLayout,
) -> Result<(), ShapeError> {
    let width = both("src", src.len(), cols)?;
    half_length("src", src.len(), "dst", dst.len())?;
    let rows = src.chunks_exact(width).zip(dst.chunks_exact_mut(cols.max(1)));
    match layout {
        GateLayout::GateUp => {
            rows.for_each(|(row, dst)| into(passes, isa, &row[..cols], &row[cols..], dst));
        }
        GateLayout::UpGate => {
            rows.for_each(|(row, dst)| into(passes, isa, &row[cols..], &row[..cols], dst));
        }
        GateLayout::Interleaved => {
            let mut halves = [[0.0; BLOCK]; 2];
            rows.for_each(|(row, dst)| {
                for (pairs, dst) in row.chunks(2 * BLOCK).zip(dst.chunks_mut(BLOCK)) {
                    let [gate, up] = halves.each_mut().map(|half| &mut half[..dst.len()]);
                    split(pairs, gate, up);
                    into(passes, isa, gate, up, dst);
                }
            });
        }
    }
    Ok(())
}

pub(crate) fn rows_backward(
    passes: &dyn Passes,
    isa: Isa,
    [x, dy]: [&[f32]; 2],
    dx: &mut [f32],
    cols: usize,
    layout: GateLayout,
) -> Result<(), ShapeError> {
    let width = both("x", x.len(), cols)?;
    equal_lengths("x", x.len(), "dx", dx.len())?;
    half_length("x", x.len(), "dy", dy.len())?;
    let rows = x.chunks_exact(width).zip(dy.chunks_exact(cols.max(1)));
    let rows = rows.zip(dx.chunks_exact_mut(width));
    match layout {
        GateLayout::GateUp => rows.for_each(|((x, dy), dx)| {
            let (d_gate, d_up) = dx.split_at_mut(cols);
            gradients(passes, isa, [&x[..cols], &x[cols..], dy], d_gate, d_up);
        }),
        GateLayout::UpGate => rows.for_each(|((x, dy), dx)| {
            let (d_up, d_gate) = dx.split_at_mut(cols);
            gradients(passes, isa, [&x[cols..], &x[..cols], dy], d_gate, d_up);
        }),
        GateLayout::Interleaved => {
            let mut halves = [[0.0; BLOCK]; 4];
            rows.for_each(|((x, dy), dx)| {
                let pairs = x.chunks(2 * BLOCK).zip(dx.chunks_mut(2 * BLOCK));
                for ((x, dx), dy) in pairs.zip(dy.chunks(BLOCK)) {
                    let [gate, up, d_gate, d_up] =
                        halves.each_mut().map(|half| &mut half[..dy.len()]);
                    split(x, gate, up);
                    gradients(passes, isa, [gate, up, dy], d_gate, d_up);
                    for ((dx, d_gate), d_up) in
                        dx.as_chunks_mut().0.iter_mut().zip(d_gate).zip(d_up)
                    {
                        *dx = [*d_gate, *d_up];
                    }
                }
            });
        }
    }
    Ok(())
}

/// Writes the pairs to two slices.
fn split(pairs: &[f32], gate: &mut [f32], up: &mut [f32]) {
    for ((pair, gate), up) in pairs.as_chunks::<2>().0.iter().zip(gate).zip(up) {
        [*gate, *up] = *pair;
    }
}

fn half_length(
    name: &'static str,
    len: usize,
    half: &'static str,
    half_len: usize,
) -> Result<(), ShapeError> {
    if half_len.checked_mul(2) == Some(len) {
        return Ok(());
    }
    Err(Mismatch::Half { name, len, half, half_len }.into())
}
