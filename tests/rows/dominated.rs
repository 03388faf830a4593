//! Rows that one entry dominates, and rows after them: loops over many rows may expect the next row
//! to be like those before.

use super::{operations, rows};
use activations::SoftmaxOptions;
use activations_testing::{bits, families};

/// Makes the row of ordinary entries one of the kinds that loops treat apart.
fn change(row: &mut [f32], kind: usize) {
    let n = row.len();
    match kind {
        0 => row[n / 3] = 200.0,
        1 => [row[0], row[n - 1]] = [200.0; 2],
        2 => row[n / 2] = 1e5,
        3 => [row[1], row[n - 1]] = [1e5; 2],
        4 => [row[0], row[n - 1]] = [200.0, f32::NAN],
        5 => row.fill(f32::NEG_INFINITY),
        6 => row[n - 1] = f32::INFINITY,
        7 => row.iter_mut().for_each(|x| *x += 1e5),
        _ => {}
    }
}

/// 64 rows that are dominated by one entry, then rows of all kinds, then rows with two maxima.
fn mixed(cols: usize) -> Vec<f32> {
    let mut x = families::matrix(0, cols as u64, cols, 64 + 128 + 64);
    for (i, row) in x.chunks_exact_mut(cols).enumerate() {
        let kind = match i {
            0..64 => 0,
            64..192 => i * i / 8 % 9,
            _ => 1 + i / 8 % 2 * 2,
        };
        change(row, kind);
    }
    x
}

#[test]
fn rows_after_dominated_ones_have_the_bits_that_they_have_alone() {
    for cols in [2, 7, 8, 16, 40, 100, 128, 300, 1500] {
        let x = mixed(cols);
        for (operation, isa) in operations() {
            let y = rows(operation, isa, &x, cols);
            for (i, (x, y)) in x.chunks_exact(cols).zip(y.chunks_exact(cols)).enumerate() {
                let name = format!("{} {} at {isa}", operation.name, operation.tier);
                let alone = rows(operation, isa, x, cols);
                assert_eq!(bits(&alone), bits(y), "{name}: row {i} of {cols} columns");
            }
        }
    }
}

#[test]
fn planes_after_dominated_ones_have_the_bits_of_rows() {
    for (cols, inner) in [(64, 2), (130, 4), (300, 8), (90, 16), (130, 32), (70, 64)] {
        let x = mixed(cols);
        let shape = [x.len() / cols / inner, cols, inner];
        let place = |i: usize| {
            let (row, j) = (i / cols, i % cols);
            (row / inner * cols + j) * inner + row % inner
        };
        let mut along = vec![0.0; x.len()];
        for (i, &x) in x.iter().enumerate() {
            along[place(i)] = x;
        }
        for (operation, isa) in operations() {
            let name = format!("{} {} at {isa}, {shape:?}", operation.name, operation.tier);
            let y = bits(&rows(operation, isa, &x, cols));
            let mut into = vec![7.0; x.len()];
            (operation.axis_into)(isa, SoftmaxOptions::default(), &along, &mut into, shape);
            let mut in_place = along.clone();
            (operation.axis)(isa, SoftmaxOptions::default(), &mut in_place, shape);
            let (into, in_place) = (bits(&into), bits(&in_place));
            for (i, &y) in y.iter().enumerate() {
                assert_eq!(y, into[place(i)], "{name}: into another slice, {i}");
                assert_eq!(y, in_place[place(i)], "{name}: in place, {i}");
            }
        }
    }
}
