//! Calls on some of the rows, or on some of the columns: the bits of the whole.

use crate::{
    case::{Case, along},
    operations,
};
use activations::{
    AnyActivation, At, Causal, Isa, LogSoftmax, LogSumExp, RowActivation, RowLayout, Softmax,
    SoftmaxOptions,
};
use activations_testing::{
    bits,
    families::{self, FAMILIES},
    isas,
};

const PARTS: [usize; 4] = [1, 2, 3, 7];

/// The first row of each part, and its rows.
fn split(count: usize, parts: usize) -> impl Iterator<Item = (usize, usize)> {
    let size = count.div_ceil(parts);
    (0..count).step_by(size).map(move |first| (first, size.min(count - first)))
}

#[test]
fn rows_in_parts_have_the_bits_of_the_whole() {
    for (seed, (cols, count)) in
        (0..60).zip([(8, 12), (1, 9), (5, 40), (33, 24), (64, 36), (300, 14)].into_iter().cycle())
    {
        let x = families::matrix(seed as usize % FAMILIES, seed, cols, count);
        let case = Case::new(seed, cols, count);
        for (operation, isa) in operations() {
            let layout = RowLayout::contiguous(cols);
            let mut whole = x.clone();
            (operation.rows)(isa, case.options(), &mut whole, layout);
            for parts in PARTS {
                let mut y = x.clone();
                for (first, rows) in split(count, parts) {
                    let part = case.at_row(first);
                    let rows = &mut y[first * cols..][..rows * cols];
                    (operation.rows)(isa, part.options(), rows, layout);
                }
                assert_eq!(bits(&whole), bits(&y), "{} in {parts} parts, {case:?}", operation.name);
            }
        }
        for isa in isas() {
            log_sum_exps_in_parts(isa, &case, &x, cols, count);
        }
    }
}

fn log_sum_exps_in_parts(isa: Isa, case: &Case, x: &[f32], cols: usize, count: usize) {
    let mut whole = vec![7.0; count];
    At::new(isa, LogSumExp::with(case.options()))
        .expect("a level of this machine")
        .rows_into(x, &mut whole, cols);
    for parts in PARTS {
        let mut y = vec![7.0; count];
        for (first, rows) in split(count, parts) {
            let part = case.at_row(first);
            At::new(isa, LogSumExp::with(part.options()))
                .expect("a level of this machine")
                .rows_into(&x[first * cols..][..rows * cols], &mut y[first..][..rows], cols);
        }
        assert_eq!(bits(&whole), bits(&y), "log_sum_exp in {parts} parts, {case:?}");
    }
}

#[test]
fn columns_in_parts_have_the_bits_of_the_whole() {
    for (seed, (n, count)) in
        (0..60).zip([(8, 12), (1, 9), (5, 40), (33, 24), (64, 80), (1100, 14)].into_iter().cycle())
    {
        let x = families::matrix(seed as usize % FAMILIES, seed, n, count);
        let case = Case::new(seed, n, count);
        for axes in 0..3 {
            let along_axis = case.along(axes, n);
            let outer: usize = case.shape[..axes].iter().product();
            let shape @ [_, _, inner] = [outer, n, count / outer];
            let x = along(&x, outer, n);
            let softmax = Softmax::with(along_axis.options());
            let mut whole = vec![7.0; x.len()];
            softmax.axis_into(&x, &mut whole, shape);
            for parts in PARTS {
                let mut y = vec![7.0; x.len()];
                for (first, width) in split(inner, parts) {
                    let mut part = vec![7.0; outer * n * width];
                    softmax.axis_columns_into(&x, &mut part, shape, first..first + width);
                    for (y, part) in y.chunks_mut(inner).zip(part.chunks(width)) {
                        y[first..][..width].copy_from_slice(part);
                    }
                }
                assert_eq!(bits(&whole), bits(&y), "{shape:?} in {parts} parts, {case:?}");
            }
            log_sum_exps_of_columns_in_parts(&along_axis, &x, shape);
            // The planes in parts.
            for parts in PARTS {
                let mut y = x.clone();
                for (first, planes) in split(outer, parts) {
                    let part = along_axis.at_row(first * inner);
                    let plane = n * inner;
                    Softmax::with(part.options())
                        .axis(&mut y[first * plane..][..planes * plane], [planes, n, inner]);
                }
                assert_eq!(bits(&whole), bits(&y), "{shape:?}: planes in {parts} parts, {case:?}");
            }
        }
    }
}

fn log_sum_exps_of_columns_in_parts(case: &Case, x: &[f32], shape @ [outer, _, inner]: [usize; 3]) {
    for isa in isas() {
        let operation = At::new(isa, LogSumExp::with(case.options())).expect("an available level");
        let mut whole = vec![7.0; outer * inner];
        operation.axis_into(x, &mut whole, shape);
        for parts in PARTS {
            let mut y = vec![7.0; whole.len()];
            for (first, width) in split(inner, parts) {
                let mut part = vec![7.0; outer * width];
                operation.axis_columns_into(x, &mut part, shape, first..first + width);
                for (y, part) in y.chunks_mut(inner).zip(part.chunks(width)) {
                    y[first..][..width].copy_from_slice(part);
                }
            }
            assert_eq!(bits(&whole), bits(&y), "{shape:?} at {isa} in {parts} parts, {case:?}");
        }
    }
}

#[test]
fn the_log_sum_exps_of_columns_without_entries_are_their_sinks() {
    let sinks = [1.0_f32, 2.0, 3.0];
    let operation = LogSumExp::with(SoftmaxOptions::new().shape([1, 3, 2]).sinks(&sinks));
    let mut whole = [0.0_f32; 6];
    operation.axis_into(&[], &mut whole, [3, 0, 2]);
    assert_eq!(whole, [1.0, 1.0, 2.0, 2.0, 3.0, 3.0]);
    let mut part = [0.0_f32; 3];
    operation.axis_columns_into(&[], &mut part, [3, 0, 2], 1..2);
    assert_eq!(part, sinks);
}

#[test]
fn causal_heads_in_parts_see_what_they_see_in_the_whole() {
    let causal = Causal::new().queries(4);
    let mut whole = [0.0_f32; 96];
    Softmax::new().causal(causal).rows(&mut whole, 8);
    let any = AnyActivation::try_from(Softmax::new().causal(causal)).expect("no masks");
    for size in [1, 2, 3, 6, 12] {
        let (mut y, mut by_name) = ([0.0_f32; 96], [0.0_f32; 96]);
        for first in (0..12).step_by(size) {
            let rows = first * 8..(first + size) * 8;
            Softmax::new().causal(causal).first_row(first).rows(&mut y[rows.clone()], 8);
            let mut part = any;
            part.set("first_row", first as isize).expect("an option");
            part.rows(&mut by_name[rows], 8);
        }
        assert_eq!(y, whole, "parts of {size} rows");
        assert_eq!(by_name, whole, "parts of {size} rows, at run time");
    }
    let mut refused = [0.0_f32; 48];
    let error = LogSoftmax::new().causal(causal).try_rows(&mut refused, 8).unwrap_err();
    assert!(error.to_string().contains("first_row"), "{error}");
}

#[test]
fn the_padding_of_a_batch_is_that_of_every_head_and_query() {
    let (batch, heads, queries, keys) = (2, 3, 4, 4);
    let padding: [f32; 8] = [0.0, 0.0, 0.0, f32::NEG_INFINITY, 0.0, 0.0, 0.0, 0.0];
    let mut scores = [0.0_f32; 2 * 3 * 4 * 4];
    let softmax = Softmax::new().mask(&padding);
    // As it is, it could also be repeated: nobody is to guess.
    let error = softmax.try_rows(&mut scores, keys).unwrap_err();
    assert_eq!(
        error.to_string(),
        "mask has 8 elements, for 24 rows of 4: one row, a row for each, or the sizes of mask_shape"
    );
    softmax.shape([batch, heads, queries]).mask_shape([batch, 1, 1]).rows(&mut scores, keys);
    for (row, y) in scores.chunks(keys).enumerate() {
        let expected = if row < 12 { [1.0 / 3.0, 1.0 / 3.0, 1.0 / 3.0, 0.0] } else { [0.25; 4] };
        assert_eq!(y, expected, "row {row}");
    }
}
