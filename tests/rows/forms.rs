//! The forms that a row can have: alone or among others, strided, along an axis, with entries of
//! -inf appended.

use super::{log_sum_exps, operations, rows};
use activations::{Isa, RowLayout, SoftmaxOptions, table::RowOperation};
use activations_testing::{
    bits,
    families::{self, FAMILIES},
    isas,
};

/// Asserts that each other form gives `y`, the results of all rows at once.
#[track_caller]
pub(crate) fn check_forms(
    operation: &RowOperation,
    isa: Isa,
    x: &[f32],
    cols: usize,
    gap: usize,
    y: &[f32],
) {
    let count = x.len() / cols;
    let name = format!("{} {} at {isa}, {count} rows of {cols}", operation.name, operation.tier);
    let y = bits(y);

    let mut into = vec![7.0; x.len()];
    let dense = RowLayout { cols, stride: cols };
    (operation.rows_into)(isa, SoftmaxOptions::default(), x, &mut into, dense, dense);
    assert_eq!(y, bits(&into), "{name}: into another slice");

    let last = count / 2;
    let alone = rows(operation, isa, &x[last * cols..][..cols], cols);
    assert_eq!(y[last * cols..][..cols], bits(&alone), "{name}: one row alone");

    let stride = cols + gap;
    let mut strided = vec![7.0; count * stride];
    for (to, x) in strided.chunks_exact_mut(stride).zip(x.chunks_exact(cols)) {
        to[..cols].copy_from_slice(x);
    }
    (operation.rows)(isa, SoftmaxOptions::default(), &mut strided, RowLayout { cols, stride });
    for (y, strided) in y.chunks_exact(cols).zip(strided.chunks_exact(stride)) {
        assert_eq!(y, bits(&strided[..cols]), "{name}: with a stride of {stride}");
        assert!(
            strided[cols..].iter().all(|&x| x == 7.0),
            "{name}: what lies between rows is written"
        );
    }

    let mut columns = vec![0.0; x.len()];
    for (i, &x) in x.iter().enumerate() {
        columns[i % cols * count + i / cols] = x;
    }
    let mut from_columns = vec![7.0; x.len()];
    (operation.axis_into)(
        isa,
        SoftmaxOptions::default(),
        &columns,
        &mut from_columns,
        [1, cols, count],
    );
    (operation.axis)(isa, SoftmaxOptions::default(), &mut columns, [1, cols, count]);
    assert_eq!(bits(&columns), bits(&from_columns), "{name}: along an axis, into another slice");
    for (i, y) in y.iter().enumerate() {
        assert_eq!(
            *y,
            bits(&columns[i % cols * count + i / cols..][..1])[0],
            "{name}: along an axis"
        );
    }

    let padded: Vec<f32> = x
        .chunks_exact(cols)
        .flat_map(|row| row.iter().copied().chain([f32::NEG_INFINITY; 37]))
        .collect();
    let padded = rows(operation, isa, &padded, cols + 37);
    for (y, padded) in y.chunks_exact(cols).zip(padded.chunks_exact(cols + 37)) {
        assert_eq!(y, bits(&padded[..cols]), "{name}: with entries of -inf appended");
    }
}

#[test]
fn very_many_entries_of_minus_infinity_change_no_bit() {
    for (cols, family) in [(2, 0), (5, 1), (20, 0), (300, 1), (1000, 2)] {
        let x = families::matrix(family, 7, cols, 1);
        for (operation, isa) in operations() {
            let expected = rows(operation, isa, &x, cols);
            for more in [1, 1000, 300_001] {
                let padded: Vec<f32> =
                    x.iter().copied().chain(vec![f32::NEG_INFINITY; more]).collect();
                let y = rows(operation, isa, &padded, cols + more);
                let name = format!("{} {} at {isa}", operation.name, operation.tier);
                assert_eq!(expected, y[..cols], "{name}: {more} entries of -inf after {cols}");
            }
        }
    }
}

/// Some widths have code of their own, for blocks of up to 64 rows.
#[test]
fn each_of_many_rows_has_the_bits_that_it_has_alone() {
    let count = 64 + 16 + 3;
    for cols in 2..=130 {
        let family = cols % FAMILIES;
        let mut x = families::matrix(family, 13, cols, count);
        // Offsets, and a row without any finite number.
        x[3 * cols..4 * cols].iter_mut().for_each(|x| *x += if family == 1 { 1e6 } else { 0.0 });
        x[5 * cols] = if family == 2 { f32::NAN } else { 1.0 };
        x[70 * cols..71 * cols].fill(if family == 3 { f32::NEG_INFINITY } else { 0.0 });
        for (operation, isa) in operations() {
            let name = format!("{} {} at {isa}, {cols} columns", operation.name, operation.tier);
            let y = rows(operation, isa, &x, cols);
            for (i, (x, y)) in x.chunks_exact(cols).zip(y.chunks_exact(cols)).enumerate() {
                let alone = rows(operation, isa, x, cols);
                assert_eq!(bits(&alone), bits(y), "{name}: row {i} alone");
            }
            check_forms(operation, isa, &x, cols, cols % 3, &y);
        }
    }
}

#[test]
fn neighbours_of_every_family_have_the_bits_of_rows() {
    for (family, cols) in (0..FAMILIES).flat_map(|family| [(family, 3), (family, 20)]) {
        let x = families::matrix(family, 11, cols, 64 + 16 + 3);
        for (operation, isa) in operations() {
            check_forms(operation, isa, &x, cols, 2, &rows(operation, isa, &x, cols));
        }
    }
}

/// In planes of every kind: what one of them has in its entries must not concern the next.
#[test]
fn rows_with_few_neighbours_have_the_bits_of_rows_alone() {
    for inner in 2..=65 {
        let cols = [300, 417, 1201, 64][inner % 4];
        let families = [0, inner % FAMILIES, (inner + 5) % FAMILIES, 1];
        let x: Vec<f32> = families
            .iter()
            .flat_map(|&family| families::matrix(family, inner as u64, cols, inner))
            .collect();
        let shape = [families.len(), cols, inner];
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

#[test]
fn log_sum_exp_has_the_same_bits_in_every_form() {
    for (cols, count) in
        [(1, 20), (2, 64), (3, 70), (8, 33), (32, 16), (33, 5), (200, 20), (1500, 17)]
    {
        for family in 0..FAMILIES {
            let x = families::matrix(family, 5, cols, count);
            let columns: Vec<f32> = (0..x.len()).map(|i| x[i % count * cols + i / count]).collect();
            for isa in isas() {
                let y = log_sum_exps(isa, &x, cols);
                for (x, &y) in x.chunks_exact(cols).zip(&y) {
                    assert_eq!(
                        bits(&log_sum_exps(isa, x, cols)),
                        bits(&[y]),
                        "{cols} columns at {isa}, alone"
                    );
                }
                if isa == Isa::active() {
                    let mut along = vec![0.0; count];
                    activations::LogSumExp::new().axis_into(&columns, &mut along, [1, cols, count]);
                    assert_eq!(bits(&y), bits(&along), "{cols} columns at {isa}, along an axis");
                }
            }
        }
    }
}
