//! A scale without another option is applied in each pass. The bits are those of rows that were
//! multiplied first, unless that takes finite entries beyond the range.
#![allow(clippy::cast_precision_loss)] // widths are small

use activations::{RowLayout, Softmax, SoftmaxOptions, table::ROW_OPERATIONS};
use activations_testing::{
    bits,
    families::{FAMILIES, matrix},
    isas,
};

const INF: f32 = f32::INFINITY;
/// Scales of attention and of temperatures, scales that make large, infinite or subnormal logits,
/// and scales of 0 and less.
const SCALES: [f32; 12] =
    [0.125, 0.1, 1.0 / 3.0, 2.5, 1e4, 3e30, 1e-6, 1e-38, f32::from_bits(1), f32::MAX, 0.0, -0.7];
const WIDTHS: [usize; 12] = [1, 3, 4, 7, 16, 31, 32, 40, 64, 257, 300, 1023];

fn scaled(scale: f32) -> SoftmaxOptions<'static> {
    let mut options = SoftmaxOptions::default();
    options.scale = scale;
    options
}

/// Rows of every family, and rows with an entry that is infinite or NaN.
fn inputs(cols: usize) -> Vec<Vec<f32>> {
    let rows = if cols < 32 { 70 } else { 5 };
    let mut inputs: Vec<_> =
        (0..FAMILIES).map(|family| matrix(family, (family * cols) as u64, cols, rows)).collect();
    for (i, special) in
        [INF, -INF, f32::NAN, f32::MAX, f32::MIN, f32::from_bits(1)].into_iter().enumerate()
    {
        let mut x = matrix(0, i as u64, cols, rows);
        x[cols / 2] = special;
        x[cols * 3..cols * 4].fill(special);
        inputs.push(x);
    }
    inputs
}

/// As `x`, but 0 in rows where a product leaves the range.
fn within_the_range(x: &[f32], scale: f32, cols: usize) -> Vec<f32> {
    let mut x = x.to_vec();
    for row in x.chunks_mut(cols) {
        if row.iter().any(|x| x.is_finite() && (x * scale).is_infinite()) {
            row.fill(0.0);
        }
    }
    x
}

#[test]
fn a_scale_alone_gives_the_bits_of_rows_that_were_multiplied_first() {
    for cols in WIDTHS {
        for x in inputs(cols) {
            for scale in SCALES {
                let x = within_the_range(&x, scale, cols);
                for isa in isas() {
                    for operation in ROW_OPERATIONS {
                        let name =
                            format!("{} {} at {isa}, {scale:e}", operation.name, operation.tier);
                        let rows = RowLayout { cols, stride: cols };
                        let mut expected: Vec<f32> = x.iter().map(|x| x * scale).collect();
                        (operation.rows)(isa, SoftmaxOptions::default(), &mut expected, rows);
                        let (mut y, mut into) = (x.clone(), vec![7.0; x.len()]);
                        (operation.rows)(isa, scaled(scale), &mut y, rows);
                        (operation.rows_into)(isa, scaled(scale), &x, &mut into, rows, rows);
                        assert_eq!(bits(&expected), bits(&y), "{name}, {cols} columns");
                        assert_eq!(bits(&expected), bits(&into), "{name}, {cols} columns, into");
                    }
                }
            }
        }
    }
}

#[test]
fn the_log_sum_exps_beside_a_softmax_are_those_of_rows_that_were_multiplied_first() {
    for cols in WIDTHS {
        for x in inputs(cols) {
            for scale in SCALES {
                let x = within_the_range(&x, scale, cols);
                let rows = RowLayout { cols, stride: cols };
                let count = x.len() / cols;
                let (mut expected, mut found) = (vec![7.0; count], vec![7.0; count]);
                let (mut t, mut y): (Vec<f32>, _) =
                    (x.iter().map(|x| x * scale).collect(), x.clone());
                Softmax::new().strided_with_log_sum_exps(&mut t, &mut expected, rows);
                Softmax::new().scale(scale).strided_with_log_sum_exps(&mut y, &mut found, rows);
                assert_eq!(bits(&t), bits(&y), "{scale:e}, {cols} columns");
                assert_eq!(bits(&expected), bits(&found), "{scale:e}, {cols} columns");
            }
        }
    }
}
