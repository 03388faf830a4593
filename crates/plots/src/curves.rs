//! An operation and its derivative.

use crate::line;
use activations::{Isa, table::Operation};
use anyhow::Result;
use plotters::chart::SeriesLabelPosition::UpperLeft;
use std::path::Path;

pub(crate) fn draw(folder: &Path, isa: Isa, operation: &Operation) -> Result<()> {
    let name = operation.name;
    let [low, high] = operation.shape;
    let x = line::samples(low..=high);
    let (mut y, mut derivative) = (vec![0.0; x.len()], vec![0.0; x.len()]);
    (operation.kernels[0].apply_into)(isa, &x, &mut y);
    (operation.backward.backward)(isa, &x, &vec![1.0; x.len()], &mut derivative);
    let curves = if y == derivative {
        vec![(format!("{name} and its derivative"), y)]
    } else {
        vec![(name.to_owned(), y), ("its derivative".to_owned(), derivative)]
    };
    line::draw(&folder.join(name).with_extension("svg"), name, &x, &curves, UpperLeft)
}
