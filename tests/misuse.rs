//! Slices of different lengths, and lengths that are no whole rows, panic at the caller's line,
//! before anything is written. Empty slices are fine.

mod common;
#[macro_use]
#[path = "common/each.rs"]
mod each;

use activations::{
    Activation, Exact, Fast, FromOutput, Gradient, LogSumExp, Options, RowActivation, Rows,
    Softmax, table::ROW_OPERATIONS,
};
use common::{calls, isas};

#[test]
fn empty_slices_are_fine() {
    for call in calls() {
        call.run(&[], &[], &mut []);
    }
    each_function!(function_takes_an_empty_slice);
    each_operation!(takes_empty_slices);
    each_operation_with_an_exact_tier!(takes_empty_slices_exactly);
    each_operation_from_output!(takes_empty_slices_from_output);
}

#[test]
fn no_rows_are_fine() {
    for operation in ROW_OPERATIONS {
        for isa in isas() {
            for cols in [0, 1, 100] {
                let rows = Rows { cols, stride: cols };
                (operation.rows)(isa, Options::default(), &mut [], rows);
                (operation.rows_into)(isa, Options::default(), &[], rows, &mut [], rows);
            }
            for shape in [[0, 3, 3], [3, 0, 3], [3, 3, 0]] {
                (operation.axis)(isa, Options::default(), &mut [], shape);
                (operation.axis_into)(isa, Options::default(), &[], &mut [], shape);
            }
        }
    }
    Softmax::new().mask(&[0.0]).axis(&mut [], [0, usize::MAX, 3]);
    LogSumExp::new().rows(&[], 3, &mut []);
    let mut of_nothing = [0.0; 6];
    LogSumExp::new().axis(&[], [2, 0, 3], &mut of_nothing);
    assert_eq!(of_nothing, [f32::NEG_INFINITY; 6]);
}

fn takes_empty_slices<Op: Gradient>(_: &str, op: Op)
where
    Fast<Op>: Gradient,
{
    op.apply_into(&[], &mut []);
    op.backward(&[], &[], &mut []);
    let fast = Fast(op);
    fast.apply(&mut []);
    fast.apply_into(&[], &mut []);
    fast.backward(&[], &[], &mut []);
}

fn takes_empty_slices_exactly<Op>(_: &str, op: Op)
where
    Exact<Op>: Gradient,
{
    let exact = Exact(op);
    exact.apply(&mut []);
    exact.apply_into(&[], &mut []);
    exact.backward(&[], &[], &mut []);
}

fn function_takes_an_empty_slice(_: &str, function: fn(&mut [f32])) {
    function(&mut []);
}

fn takes_empty_slices_from_output<Op: FromOutput + Copy>(_: &str, op: Op) {
    op.backward_from_output(&[], &[], &mut []);
}

#[cfg(panic = "unwind")]
mod refused {
    use activations::{
        Activation, Draws, Exact, Fast, FromOutput, Gradient, Kind, LogSoftmax, LogSumExp, PRelu,
        RRelu, RowActivation, RowGradient, Rows, Softmax,
    };
    use std::{
        cell::{Cell, RefCell},
        panic::{self, AssertUnwindSafe, Location, catch_unwind},
        sync::Once,
    };

    /// Of an input that has the wrong length, and of the destination.
    const LENGTHS: [(usize, usize); 6] = [(3, 5), (5, 3), (0, 7), (7, 0), (67, 68), (1000, 64)];
    const UNTOUCHED: f32 = 1234.5;

    thread_local! {
        static EXPECTED: Cell<bool> = const { Cell::new(false) };
        static PLACE: RefCell<Option<(String, u32)>> = const { RefCell::new(None) };
    }

    /// Returns the message of the panic of `call`, and its location.
    fn refusal(call: impl FnOnce()) -> (String, (String, u32)) {
        static HOOK: Once = Once::new();
        HOOK.call_once(|| {
            let others = panic::take_hook();
            panic::set_hook(Box::new(move |info| {
                if EXPECTED.get() {
                    PLACE.set(info.location().map(|place| (place.file().to_owned(), place.line())));
                } else {
                    others(info);
                }
            }));
        });
        EXPECTED.set(true);
        let result = catch_unwind(AssertUnwindSafe(call));
        EXPECTED.set(false);
        let message =
            result.expect_err("a panic").downcast::<String>().expect("a formatted message");
        (*message, PLACE.take().expect("a place"))
    }

    /// Asserts that `call` panics, on the line of this call, for an input of `len` elements and a
    /// destination of `dst_len`.
    #[track_caller]
    fn assert_refused((len, dst_len): (usize, usize), call: impl FnOnce(&mut [f32])) {
        let caller = Location::caller();
        let mut dst = vec![UNTOUCHED; dst_len];
        let (message, place) = refusal(|| call(&mut dst));
        assert_eq!(place, (caller.file().to_owned(), caller.line()), "{message}");
        let numbers =
            message.split(|c: char| !c.is_ascii_digit()).filter(|number| !number.is_empty());
        assert!(numbers.eq([len, dst_len].map(|len| len.to_string())), "{message}");
        assert!(dst.iter().all(|&x| x == UNTOUCHED), "{message}, but has written");
    }

    fn refuses_different_lengths<Op: Gradient + Copy>(_: &str, op: Op)
    where
        Fast<Op>: Gradient,
    {
        for lengths in LENGTHS {
            let (wrong, right) = (vec![0.5; lengths.0], vec![0.5; lengths.1]);
            assert_refused(lengths, |dst| op.apply_into(&wrong, dst));
            assert_refused(lengths, |dst| Fast(op).apply_into(&wrong, dst));
            assert_refused(lengths, |dx| op.backward(&wrong, &right, dx));
            assert_refused(lengths, |dx| op.backward(&right, &wrong, dx));
            assert_refused(lengths, |dx| Fast(op).backward(&wrong, &right, dx));
            assert_refused(lengths, |dx| Fast(op).backward(&right, &wrong, dx));
        }
    }

    fn refuses_different_lengths_exactly<Op: Copy>(_: &str, op: Op)
    where
        Exact<Op>: Gradient,
    {
        for lengths in LENGTHS {
            let (wrong, right) = (vec![0.5; lengths.0], vec![0.5; lengths.1]);
            assert_refused(lengths, |dst| Exact(op).apply_into(&wrong, dst));
            assert_refused(lengths, |dx| Exact(op).backward(&wrong, &right, dx));
            assert_refused(lengths, |dx| Exact(op).backward(&right, &wrong, dx));
        }
    }

    fn refuses_different_lengths_from_output<Op: FromOutput + Copy>(_: &str, op: Op)
    where
        Fast<Op>: FromOutput,
    {
        for lengths in LENGTHS {
            let (wrong, right) = (vec![0.5; lengths.0], vec![0.5; lengths.1]);
            assert_refused(lengths, |dx| op.backward_from_output(&wrong, &right, dx));
            assert_refused(lengths, |dx| op.backward_from_output(&right, &wrong, dx));
            assert_refused(lengths, |dx| Fast(op).backward_from_output(&wrong, &right, dx));
            assert_refused(lengths, |dx| Fast(op).backward_from_output(&right, &wrong, dx));
        }
    }

    fn refuses_what_are_no_rows<Op: RowActivation + Copy>(op: Op) {
        let rows = |cols, stride| Rows { cols, stride };
        let x = [0.5; 12];
        assert_says("x has 12 elements, no multiple of 5 columns", 12, |x| op.rows(x, 5));
        assert_says("x has 12 elements, but rows have 0 columns", 12, |x| op.rows(x, 0));
        assert_says("src has 12 elements, no multiple of 8 columns", 16, |dst| {
            op.rows_into(&x, dst, 8)
        });
        assert_says("src has 3 rows, dst has 4", 16, |dst| op.rows_into(&x, dst, 4));
        assert_says("the stride of x, 3, is less than its 4 columns", 12, |x| {
            op.strided(x, rows(4, 3))
        });
        let no_rows = "x has 12 elements, which are no rows of 4 columns with a stride of 7";
        assert_says(no_rows, 12, |x| op.strided(x, rows(4, 7)));
        let (four, three) = (rows(4, 4), rows(3, 3));
        assert_says("src has 4 columns, dst has 3", 9, |dst| op.strided_into(&x, four, dst, three));
        assert_says("x has 12 elements, its shape is [2, 2, 2]", 12, |x| op.axis(x, [2, 2, 2]));
        assert_says("dst has 8 elements, its shape is [3, 2, 2]", 8, |dst| {
            op.axis_into(&x, dst, [3, 2, 2])
        });
        assert_says("src has 12 elements, its shape is [2, 2, 2]", 8, |dst| {
            op.axis_into(&x, dst, [2, 2, 2])
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
            op.rows_backward(&x, &x, dx, 5)
        });
        assert_says("y has 8 elements, dx has 12", 12, |dx| op.rows_backward(&short, &x, dx, 4));
        assert_says("dy has 8 elements, dx has 12", 12, |dx| op.rows_backward(&x, &short, dx, 4));
        assert_says(&not_the_shape("y"), 12, |dx| op.axis_backward(&short, &x, dx, axes));
        assert_says(&not_the_shape("dy"), 12, |dx| op.axis_backward(&x, &short, dx, axes));
        assert_says(&not_the_shape("dx"), 8, |dx| op.axis_backward(&x, &x, dx, axes));
    }

    #[test]
    fn other_gradients_of_rows_panic_at_the_callers_line_and_nothing_is_written() {
        refuses_other_gradients(Softmax::new());
        refuses_other_gradients(Fast(Softmax::new()));
        refuses_other_gradients(LogSoftmax::new());
        refuses_other_gradients(Fast(LogSoftmax::new()));
        let (x, short, op) = ([0.5; 12], [0.5; 8], LogSumExp::new());
        assert_says("x has 8 elements, dx has 12", 12, |dx| {
            op.rows_backward(&short, &x[..3], dx, 4)
        });
        assert_says("dy has 8 elements, dx has 3 rows", 12, |dx| {
            op.rows_backward(&x, &short, dx, 4)
        });
    }

    #[test]
    fn other_masks_panic_at_the_callers_line_and_nothing_is_written() {
        let (mask, keep, x, wrong) = ([0.0; 8], [true; 5], [0.5; 12], [0.5; 2]);
        let no_mask = "mask has 8 elements, for 3 times [4, 1]";
        let no_keep = "keep has 5 elements, for 3 times [4, 1]";
        let op = Softmax::new().mask(&mask);
        assert_says(no_mask, 12, |x| op.rows(x, 4));
        assert_says(no_mask, 12, |dst| Fast(op).rows_into(&x, dst, 4));
        assert_says("mask has 8 elements, for 3 times [2, 2]", 12, |x| op.axis(x, [3, 2, 2]));
        let op = Softmax::new().mask(&[]);
        assert_says("mask has 0 elements, for 3 times [4, 1]", 12, |x| op.rows(x, 4));
        let four = Rows { cols: 4, stride: 4 };
        let none = "x has 0 rows, dst has 2 elements";
        assert_says(none, 2, |dst| op.strided_with_log_sum_exps(&mut [], four, dst));
        let op = LogSoftmax::new().keep(&keep);
        assert_says(no_keep, 12, |x| op.rows(x, 4));
        let op = LogSumExp::new().keep(&keep);
        assert_says(no_keep, 3, |dst| op.rows(&x, 4, dst));
        assert_says("keep has 5 elements, for 1 times [6, 2]", 2, |dst| {
            op.axis(&x, [1, 6, 2], dst)
        });
        assert_says("dy has 2 elements, dx has 3 rows", 12, |dx| {
            op.rows_backward(&x, &wrong, dx, 4)
        });
        assert_says(no_keep, 12, |dx| op.rows_backward(&x, &x[..3], dx, 4));
        let no_shape = "dy has 2 elements, its shape is [2, 1, 2]";
        assert_says(no_shape, 12, |dx| op.axis_backward(&x, &wrong, dx, [2, 3, 2]));
    }

    #[test]
    fn kinds_refuse_other_shapes_at_the_callers_line_and_nothing_is_written() {
        let (x, short, axes) = ([0.5; 12], [0.5; 8], [3, 2, 2]);
        let not_the_shape = |name| format!("{name} has 8 elements, its shape is [3, 2, 2]");
        for kind in Kind::all() {
            assert_says(&not_the_shape("x"), 8, |x| kind.axis(x, axes));
            assert_says(&not_the_shape("x"), 8, |x| Fast(kind).axis(x, axes));
            assert_says(&not_the_shape("src"), 12, |dst| kind.axis_into(&short, dst, axes));
            assert_says(&not_the_shape("dst"), 8, |dst| kind.axis_into(&x, dst, axes));
            if let Ok(exact) = kind.exact() {
                assert_says(&not_the_shape("x"), 8, |x| exact.axis(x, axes));
                assert_says(&not_the_shape("src"), 12, |dst| exact.axis_into(&short, dst, axes));
                assert_says(&not_the_shape("dst"), 8, |dst| exact.axis_into(&x, dst, axes));
            }
            assert_says(&not_the_shape("x"), 12, |dx| kind.axis_backward(&short, &x, &x, dx, axes));
            assert_says(&not_the_shape("y"), 12, |dx| kind.axis_backward(&x, &short, &x, dx, axes));
            assert_says(&not_the_shape("dy"), 12, |dx| {
                kind.axis_backward(&x, &x, &short, dx, axes)
            });
            assert_says(&not_the_shape("dx"), 8, |dx| kind.axis_backward(&x, &x, &x, dx, axes));
        }
    }

    /// Asserts that `call` panics like that, on the line of this call, for a destination of `len`
    /// elements.
    #[track_caller]
    fn assert_says(expected: &str, len: usize, call: impl FnOnce(&mut [f32])) {
        let caller = Location::caller();
        let mut dst = vec![UNTOUCHED; len];
        let (message, place) = refusal(|| call(&mut dst));
        assert_eq!(message, expected);
        assert_eq!(place, (caller.file().to_owned(), caller.line()), "{message}");
        assert!(dst.iter().all(|&x| x == UNTOUCHED), "{message}, but has written");
    }

    #[test]
    fn what_are_no_rows_panics_at_the_callers_line_and_nothing_is_written() {
        refuses_what_are_no_rows(Softmax::new());
        refuses_what_are_no_rows(Fast(Softmax::new()));
        refuses_what_are_no_rows(LogSoftmax::new());
        refuses_what_are_no_rows(Fast(LogSoftmax::new()));
        assert_says("x has 12 elements, no multiple of 5 columns", 12, |x| {
            activations::softmax(x, 5)
        });
        assert_says("x has 12 elements, no multiple of 5 columns", 12, |x| {
            activations::log_softmax(x, 5)
        });
        let (x, op) = ([0.5; 12], LogSumExp::new());
        assert_says("x has 12 elements, no multiple of 5 columns", 2, |dst| op.rows(&x, 5, dst));
        assert_says("x has 3 rows, dst has 4 elements", 4, |dst| op.rows(&x, 4, dst));
        let shape = [2, 3, 2];
        assert_says("dst has 3 elements, its shape is [2, 1, 2]", 3, |dst| op.axis(&x, shape, dst));
    }

    #[test]
    fn different_lengths_panic_at_the_callers_line_and_nothing_is_written() {
        each_operation!(refuses_different_lengths);
        each_operation_with_an_exact_tier!(refuses_different_lengths_exactly);
        each_operation_from_output!(refuses_different_lengths_from_output);
    }

    #[test]
    fn shapes_that_do_not_fit_slopes_panic_at_the_callers_line_and_nothing_is_written() {
        let (op, x, short, shape) =
            (PRelu { slopes: &[0.25; 3] }, [-0.5; 12], [-0.5; 8], [2, 3, 2]);
        let not_the_shape = |name| format!("{name} has 8 elements, its shape is [2, 3, 2]");
        assert_says(&not_the_shape("x"), 8, |x| op.apply(x, shape));
        assert_says(&not_the_shape("src"), 12, |dst| op.apply_into(&short, dst, shape));
        assert_says(&not_the_shape("dst"), 8, |dst| op.apply_into(&x, dst, shape));
        assert_says(&not_the_shape("x"), 12, |dx| op.backward(&short, &x, dx, shape));
        assert_says(&not_the_shape("dy"), 12, |dx| op.backward(&x, &short, dx, shape));
        assert_says(&not_the_shape("dx"), 8, |dx| op.backward(&x, &x, dx, shape));
        assert_says(&not_the_shape("x"), 3, |d_slopes| {
            op.slopes_backward(&short, &x, d_slopes, shape)
        });
        assert_says(&not_the_shape("dy"), 3, |d_slopes| {
            op.slopes_backward(&x, &short, d_slopes, shape)
        });
        let two = "slopes has 3 elements, d_slopes has 2";
        assert_says(two, 2, |d_slopes| op.slopes_backward(&x, &x, d_slopes, shape));
        let (four, shape) = ("slopes has 3 elements, the shape has 4 channels", [3, 4, 1]);
        assert_says(four, 12, |x| op.apply(x, shape));
        assert_says(four, 12, |dst| op.apply_into(&x, dst, shape));
        assert_says(four, 12, |dx| op.backward(&x, &x, dx, shape));
        assert_says(four, 4, |d_slopes| op.slopes_backward(&x, &x, d_slopes, shape));
        assert_says(four, 0, |x| op.apply(x, [0, 4, 1]));
        let too_large = format!("x has 12 elements, its shape is [{}, 3, 5]", usize::MAX);
        assert_says(&too_large, 12, |x| op.apply(x, [usize::MAX, 3, 5]));
    }

    #[test]
    fn slopes_of_other_lengths_panic_at_the_callers_line_and_nothing_is_written() {
        for lengths in LENGTHS {
            let (wrong, right, draws) =
                (vec![0.5; lengths.0], vec![0.5; lengths.1], Draws::default());
            assert_refused(lengths, |dx| RRelu::backward_from_slopes(&wrong, &right, dx));
            assert_refused(lengths, |dx| RRelu::backward_from_slopes(&right, &wrong, dx));
            let mut others = wrong.clone();
            assert_refused(lengths, |slopes| RRelu::default().train(&mut others, slopes, draws));
            assert_refused(lengths, |dst| {
                RRelu::default().train_into(&right, dst, &mut others, draws)
            });
            assert!(others == wrong);
            let mut slopes = right.clone();
            assert_refused(lengths, |dst| {
                RRelu::default().train_into(&wrong, dst, &mut slopes, draws)
            });
            assert!(slopes == right);
        }
    }
}
