//! What are no rows, and masks and gradients that do not fit rows.

use crate::refused::{assert_refused, assert_says};
use activations::{
    AnyActivation, Causal, Fast, LogSoftmax, LogSumExp, RowActivation, RowGradient, RowLayout,
    ShapeError, Sigmoid, Softmax, Tier,
};
use std::mem::MaybeUninit;

fn refuses_what_are_no_rows<Op: RowActivation + Copy>(op: Op) {
    let rows = |cols, stride| RowLayout { cols, stride };
    let x = [0.5; 12];
    assert_says("x has 12 elements, no multiple of 5 columns", 12, |x| op.rows(x, 5));
    assert_says("x has 12 elements, but rows have 0 columns", 12, |x| op.rows(x, 0));
    assert_says("src has 12 elements, no multiple of 8 columns", 16, |dst| {
        op.rows_into(&x, dst, 8);
    });
    assert_says("src has 3 rows, dst has 4", 16, |dst| op.rows_into(&x, dst, 4));
    assert_says("the stride of x, 3, is less than its 4 columns", 12, |x| {
        op.strided(x, rows(4, 3));
    });
    let no_rows = "x has 12 elements, which are no rows of 4 columns with a stride of 7";
    assert_says(no_rows, 12, |x| op.strided(x, rows(4, 7)));
    let (four, three) = (rows(4, 4), rows(3, 3));
    assert_says("src has 4 columns, dst has 3", 9, |dst| op.strided_into(&x, dst, four, three));
    assert_says("x has 12 elements, its shape is [2, 2, 2]", 12, |x| op.axis(x, [2, 2, 2]));
    assert_says("dst has 8 elements, its shape is [3, 2, 2]", 8, |dst| {
        op.axis_into(&x, dst, [3, 2, 2]);
    });
    assert_says("src has 12 elements, its shape is [2, 2, 2]", 8, |dst| {
        op.axis_into(&x, dst, [2, 2, 2]);
    });
    let huge = [usize::MAX, 3, 5];
    let too_large = format!("x has 12 elements, its shape is [{}, 3, 5]", usize::MAX);
    assert_says(&too_large, 12, |x| op.axis(x, huge));
}

fn refuses_other_gradients<Op: RowGradient + Copy>(op: Op) {
    let (x, short) = ([0.5; 12], [0.5; 8]);
    let axes = [3, 2, 2];
    let not_the_shape = |name| format!("{name} has 8 elements, its shape is [3, 2, 2]");
    assert_says("dx has 12 elements, no multiple of 5 columns", 12, |dx| {
        op.rows_backward(&x, &x, dx, 5);
    });
    assert_says("y has 8 elements, dx has 12", 12, |dx| op.rows_backward(&short, &x, dx, 4));
    assert_says("dy has 8 elements, dx has 12", 12, |dx| op.rows_backward(&x, &short, dx, 4));
    assert_says(&not_the_shape("y"), 12, |dx| op.axis_backward(&short, &x, dx, axes));
    assert_says(&not_the_shape("dy"), 12, |dx| op.axis_backward(&x, &short, dx, axes));
    assert_says(&not_the_shape("dx"), 8, |dx| op.axis_backward(&x, &x, dx, axes));
    assert_says("dy has 12 elements, no multiple of 5 columns", 12, |dy| {
        op.rows_backward_in_place(&x, dy, 5);
    });
    assert_says("y has 8 elements, dy has 12", 12, |dy| op.rows_backward_in_place(&short, dy, 4));
    assert_says(&not_the_shape("y"), 12, |dy| op.axis_backward_in_place(&short, dy, axes));
    assert_says(&not_the_shape("dy"), 8, |dy| op.axis_backward_in_place(&x, dy, axes));
}

#[test]
fn other_gradients_of_rows_panic_at_the_callers_line_and_nothing_is_written() {
    refuses_other_gradients(Softmax::new());
    refuses_other_gradients(Fast(Softmax::new()));
    refuses_other_gradients(LogSoftmax::new());
    refuses_other_gradients(Fast(LogSoftmax::new()));
    let (x, short, op) = ([0.5; 12], [0.5; 8], LogSumExp::new());
    assert_says("x has 8 elements, dx has 12", 12, |dx| op.rows_backward(&short, &x[..3], dx, 4));
    assert_says("dy has 8 elements, dx has 3 rows", 12, |dx| op.rows_backward(&x, &short, dx, 4));
}

#[test]
fn other_masks_panic_at_the_callers_line_and_nothing_is_written() {
    let (mask, keep, x, wrong) = ([0.0; 8], [true; 5], [0.5; 12], [0.5; 2]);
    let no_mask = "mask has 8 elements, for 3 rows of 4: one row, a row for each, or the sizes of \
                   mask_shape";
    let no_keep = "keep has 5 elements, for 3 rows of 4: one row, a row for each, or the sizes of \
                   keep_shape";
    let op = Softmax::new().mask(&mask);
    assert_says(no_mask, 12, |x| op.rows(x, 4));
    assert_says(no_mask, 12, |dst| Fast(op).rows_into(&x, dst, 4));
    assert_says(&no_mask.replace("3 rows of 4", "6 rows of 2"), 12, |x| op.axis(x, [3, 2, 2]));
    let op = Softmax::new().mask(&[]);
    assert_says(&no_mask.replace("has 8", "has 0"), 12, |x| op.rows(x, 4));
    let four = RowLayout { cols: 4, stride: 4 };
    let none = "x has 0 rows, dst has 2 elements";
    assert_says(none, 2, |dst| op.strided_with_log_sum_exps(&mut [], dst, four));
    let op = LogSoftmax::new().keep(&keep);
    assert_says(no_keep, 12, |x| op.rows(x, 4));
    let op = LogSumExp::new().keep(&keep);
    assert_says(no_keep, 3, |dst| op.rows_into(&x, dst, 4));
    assert_says(&no_keep.replace("3 rows of 4", "2 rows of 6"), 2, |dst| {
        op.axis_into(&x, dst, [1, 6, 2]);
    });
    assert_says("dy has 2 elements, dx has 3 rows", 12, |dx| op.rows_backward(&x, &wrong, dx, 4));
    assert_says(no_keep, 12, |dx| op.rows_backward(&x, &x[..3], dx, 4));
    let no_shape = "dy has 2 elements, its shape is [2, 1, 2]";
    assert_says(no_shape, 12, |dx| op.axis_backward(&x, &wrong, dx, [2, 3, 2]));
}

/// What is given without what it belongs to, and what cannot be placed, for 6 rows of 2.
#[test]
fn other_options_panic_at_the_callers_line_and_nothing_is_written() {
    let new = Softmax::new;
    let (mask, keep, six, two) = ([0.5; 4], [true; 4], [0.5; 6], [0.5; 2]);
    let shaped = new().shape([1, 2, 3]);
    let refused = [
        ("there are 6 rows, the shape is [1, 2, 2]", new().shape([1, 2, 2])),
        ("mask_shape is given without mask", shaped.mask_shape([1, 2, 1])),
        ("keep_shape is given without keep", shaped.keep_shape([1, 2, 1])),
        ("mask_shape is given without shape", new().mask(&mask).mask_shape([1, 2, 1])),
        ("keep_shape is given without shape", new().keep(&keep).keep_shape([1, 2, 1])),
        (
            "mask_shape is [2, 1, 1], whose sizes are not 1 or those of [1, 2, 3]",
            shaped.mask(&mask).mask_shape([2, 1, 1]),
        ),
        (
            "keep has 4 elements, keep_shape is [1, 1, 3], and a row has 2",
            shaped.keep(&keep).keep_shape([1, 1, 3]),
        ),
        ("mask_slopes is given without mask", shaped.mask_slopes(&two)),
        ("mask_slopes is given without shape", new().mask(&two).mask_slopes(&two)),
        ("mask_slopes has 6 elements, for 2 heads", shaped.mask(&two).mask_slopes(&six)),
        ("sinks is given without shape", new().sinks(&two)),
        ("sinks has 6 elements, for 2 heads", shaped.sinks(&six)),
        ("sink and sinks are both given", shaped.sinks(&two).sink(1.0)),
        ("lengths is given without shape", new().lengths(&[2])),
        ("lengths has 2 elements, for 1 batch entries", shaped.lengths(&[2, 2])),
        ("lengths[0] is 3, a row has 2 elements", shaped.lengths(&[3])),
        (
            "6 rows are no multiple of 4 queries: a part of the rows needs first_row",
            new().causal(Causal::new().queries(4)),
        ),
        ("6 rows from row 1 on are beyond all 6 rows", shaped.first_row(1)),
    ];
    for (message, op) in refused {
        assert_says(message, 12, |x| op.rows(x, 2));
        assert_says(message, 12, |dst| Fast(op).rows_into(&[0.5; 12], dst, 2));
        assert_says(message, 6, |dst| {
            LogSumExp::with(op.options).rows_into(&[0.5; 12], dst, 2);
        });
        assert_says(message, 12, |dst| op.options.logits_into(&[0.5; 12], dst, 2));
    }
    let beyond = format!("6 rows from row {} on are beyond all {} rows", usize::MAX, usize::MAX);
    assert_says(&beyond, 12, |x| new().first_row(usize::MAX).rows(x, 2));
    let large = new().shape([1, usize::MAX, 2]).first_row(0).lengths(&[1]);
    let mut first_alone = [0.5_f32; 12];
    large.rows(&mut first_alone, 2);
    assert_eq!(first_alone[..4], [1.0, 0.0, 1.0, 0.0]);
    let along = shaped.mask(&mask).mask_shape([1, 2, 1]);
    let no_split = "the inner axis, 2, is not the product of the last sizes of [1, 2, 3]";
    assert_says(no_split, 12, |x| along.axis(x, [3, 2, 2]));
    let no_plane = "the first row, 3, is no multiple of the inner axis, 2";
    assert_says(no_plane, 12, |x| new().first_row(3).axis(x, [3, 2, 2]));
    let x = [0.5; 12];
    let no_columns = "the columns end at 3, the inner axis has 2";
    for start in [1, 3, 5] {
        let columns = std::ops::Range { start, end: 3 };
        let message = if start == 5 { no_columns.replace('3', "5") } else { no_columns.into() };
        let sum = LogSumExp::new();
        assert_says(&message, 3, |dst| sum.axis_columns_into(&x, dst, [3, 2, 2], columns.clone()));
        assert_says(&message, 6, |dst| {
            new().axis_columns_into(&x, dst, [3, 2, 2], columns.clone());
        });
    }
    assert_says("dst has 6 elements, its shape is [3, 1, 1]", 6, |dst| {
        LogSumExp::new().axis_columns_into(&x, dst, [3, 2, 2], 0..1);
    });
    assert_says("dst has 12 elements, its shape is [3, 2, 1]", 12, |dst| {
        new().axis_columns_into(&x, dst, [3, 2, 2], 0..1);
    });
}

#[test]
fn any_activation_refuses_other_shapes_at_the_callers_line_and_nothing_is_written() {
    let (x, short, axes) = ([0.5; 12], [0.5; 8], [3, 2, 2]);
    let not_the_shape = |name| format!("{name} has 8 elements, its shape is [3, 2, 2]");
    for tier in Tier::ALL {
        for any in AnyActivation::all().filter_map(|any| any.with_tier(tier).ok()) {
            assert_says(&not_the_shape("src"), 12, |dst| any.axis_into(&short, dst, axes));
            assert_says(&not_the_shape("dx"), 8, |dx| any.axis_backward(&x, &x, &x, dx, axes));
            if any.is_reduction() {
                let in_place = "log_sum_exp gives one result a row: call rows_into or axis_into";
                assert_says(in_place, 12, |x| any.rows(x, 4));
                assert_says(in_place, 12, |x| any.axis(x, axes));
                let gradient = "the gradient of log_sum_exp has another shape than dy";
                assert_says(gradient, 12, |dy| any.rows_backward_in_place(&x, &x, dy, 4));
                assert_says(gradient, 12, |dy| any.axis_backward_in_place(&x, &x, dy, axes));
            } else {
                assert_says(&not_the_shape("x"), 8, |x| any.axis(x, axes));
                assert_says("x has 12 elements, no multiple of 5 columns", 12, |x| any.rows(x, 5));
            }
            if any.is_elementwise() {
                assert_refused((8, 12), |dst| any.apply_into(&short, dst));
                assert_refused((8, 12), |dx| any.backward(&short, &x, dx));
                assert_refused((8, 12), |dx| any.backward(&x, &short, dx));
                assert_refused((8, 12), |dy| any.backward_in_place(&short, dy));
                assert_refused((8, 12), |dx| any.axis_backward(&x, &x, &short, dx, axes));
            } else {
                let of_rows = format!("{} is a function of rows: call rows or axis", any.name());
                assert_says(&of_rows, 12, |x| any.apply(x));
                assert_says(&of_rows, 12, |dst| any.apply_into(&x, dst));
                assert_says(&of_rows, 12, |dx| any.backward(&x, &x, dx));
                assert_says(&of_rows, 12, |dy| any.backward_in_place(&x, dy));
            }
        }
    }
}

#[test]
fn what_are_no_rows_panics_at_the_callers_line_and_nothing_is_written() {
    refuses_what_are_no_rows(Softmax::new());
    refuses_what_are_no_rows(Fast(Softmax::new()));
    refuses_what_are_no_rows(LogSoftmax::new());
    refuses_what_are_no_rows(Fast(LogSoftmax::new()));
    assert_says("x has 12 elements, no multiple of 5 columns", 12, |x| activations::softmax(x, 5));
    assert_says("x has 12 elements, no multiple of 5 columns", 12, |x| {
        activations::log_softmax(x, 5);
    });
    let (x, op) = ([0.5; 12], LogSumExp::new());
    assert_says("src has 12 elements, no multiple of 5 columns", 2, |dst| op.rows_into(&x, dst, 5));
    assert_says("src has 3 rows, dst has 4 elements", 4, |dst| op.rows_into(&x, dst, 4));
    let shape = [2, 3, 2];
    assert_says("dst has 3 elements, its shape is [2, 1, 2]", 3, |dst| {
        op.axis_into(&x, dst, shape);
    });
}

/// The calls that panic have the messages of these: the tests above look at those.
#[test]
fn calls_that_return_errors_write_nothing() {
    let (x, short) = ([0.5_f32; 12], [0.5; 8]);
    let mut dst = [7.0_f32; 12];
    let check = |result: Result<(), ShapeError>, expected: &str| {
        assert_eq!(result.unwrap_err().to_string(), expected);
    };
    let (four, seven) = (RowLayout::contiguous(4), RowLayout { cols: 4, stride: 7 });
    let no_rows = "x has 12 elements, no multiple of 5 columns";
    let not_the_shape = "src has 8 elements, its shape is [3, 2, 2]";
    let op = Softmax::new();
    check(op.try_rows(&mut dst, 5), no_rows);
    check(op.try_rows_into(&short, &mut dst, 4), "src has 2 rows, dst has 3");
    let no_stride = "x has 12 elements, which are no rows of 4 columns with a stride of 7";
    check(op.try_strided(&mut dst, seven), no_stride);
    check(op.try_axis_into(&short, &mut dst, [3, 2, 2]), not_the_shape);
    check(op.try_axis_columns_into(&short, &mut dst, [3, 2, 2], 0..1), not_the_shape);
    check(op.try_rows_backward(&short, &x, &mut dst, 4), "y has 8 elements, dx has 12");
    check(op.try_rows_backward_in_place(&short, &mut dst, 4), "y has 8 elements, dy has 12");
    let of_lengths = op.try_strided_with_log_sum_exps(&mut dst, &mut [0.0; 2], four);
    check(of_lengths, "x has 3 rows, dst has 2 elements");
    let sum = LogSumExp::new();
    check(sum.try_rows_into(&x, &mut dst, 4), "src has 3 rows, dst has 12 elements");
    check(sum.try_axis_into(&short, &mut dst, [3, 2, 2]), not_the_shape);
    check(sum.try_axis_columns_into(&short, &mut dst, [3, 2, 2], 0..1), not_the_shape);
    check(sum.try_rows_backward(&x, &short, &mut dst, 4), "dy has 8 elements, dx has 3 rows");
    let any: AnyActivation = Softmax::new().try_into().expect("no masks");
    check(any.try_apply(&mut dst), "softmax is a function of rows: call rows or axis");
    check(any.try_rows(&mut dst, 5), no_rows);
    let any = AnyActivation::from(Sigmoid);
    check(any.try_apply_into(&short, &mut dst), "src has 8 elements, dst has 12");
    let mut uninit = [MaybeUninit::uninit(); 12];
    check(any.try_apply_uninit(&short, &mut uninit), "src has 8 elements, dst has 12");
    check(any.try_rows(&mut dst, 5), no_rows);
    check(
        any.try_backward_from_output(&x, &x, &mut dst),
        "the output of sigmoid does not tell its gradient",
    );
    assert_eq!(dst, [7.0; 12]);
}
