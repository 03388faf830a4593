//! Functions of rows, of the row [x, 0, 1].

use crate::line;
use activations::{
    Isa, RowLayout, SoftmaxOptions,
    table::{RowOperation, RowReduction},
};
use anyhow::Result;
use plotters::chart::SeriesLabelPosition::{LowerMiddle, UpperLeft};
use std::{array::from_fn, path::Path};

/// The entries after x.
const OTHERS: [f32; 2] = [0.0, 1.0];
const COLUMNS: usize = 3;
const ROWS: RowLayout = RowLayout { cols: COLUMNS, stride: COLUMNS };

pub(crate) fn draw(folder: &Path, isa: Isa, operation: &RowOperation) -> Result<()> {
    let (x, mut rows) = rows();
    (operation.rows)(isa, SoftmaxOptions::default(), &mut rows, ROWS);
    let curves: [_; COLUMNS] = from_fn(|i| {
        let entry = if i == 0 { "x".to_owned() } else { OTHERS[i - 1].to_string() };
        (format!("of the entry {entry}"), rows.iter().skip(i).step_by(COLUMNS).copied().collect())
    });
    let name = operation.name;
    let title = format!("{name} of the row [x, 0, 1]");
    let names = if name == "log_softmax" { LowerMiddle } else { UpperLeft };
    line::draw(&folder.join(name).with_extension("svg"), &title, &x, &curves, names)
}

pub(crate) fn draw_reduction(folder: &Path, isa: Isa, reduction: &RowReduction) -> Result<()> {
    let (x, rows) = rows();
    let mut y = vec![0.0; x.len()];
    (reduction.rows_into)(isa, SoftmaxOptions::default(), &rows, &mut y, ROWS);
    let maxima = rows.chunks_exact(COLUMNS).map(|row| row.iter().copied().fold(f32::MIN, f32::max));
    let name = reduction.name;
    let curves = [(name.to_owned(), y), ("the maximum".to_owned(), maxima.collect())];
    let title = format!("{name} of the row [x, 0, 1]");
    line::draw(&folder.join(name).with_extension("svg"), &title, &x, &curves, UpperLeft)
}

/// Samples of x, and a row for each.
fn rows() -> (Vec<f32>, Vec<f32>) {
    let x = line::samples(-6.0..=6.0);
    let rows = x.iter().flat_map(|&x| [x, OTHERS[0], OTHERS[1]]).collect();
    (x, rows)
}
