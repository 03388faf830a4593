//! Slices of different lengths, and lengths that are no whole rows, panic at the caller's line,
//! before anything is written. Empty slices are fine.

#[cfg(panic = "unwind")]
#[path = "misuse/refused.rs"]
mod refused;
#[cfg(panic = "unwind")]
#[path = "misuse/rows.rs"]
mod rows;

use activations::{
    Activation, Exact, Fast, Gradient, GradientFromOutput, LogSumExp, RowActivation, RowLayout,
    Softmax, SoftmaxOptions, table::ROW_OPERATIONS,
};
use activations_testing::{
    calls, each_function, each_operation, each_operation_from_output,
    each_operation_with_an_exact_tier, isas,
};

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
                let rows = RowLayout { cols, stride: cols };
                (operation.rows)(isa, SoftmaxOptions::default(), &mut [], rows);
                (operation.rows_into)(isa, SoftmaxOptions::default(), &[], &mut [], rows, rows);
            }
            for shape in [[0, 3, 3], [3, 0, 3], [3, 3, 0]] {
                (operation.axis)(isa, SoftmaxOptions::default(), &mut [], shape);
                (operation.axis_into)(isa, SoftmaxOptions::default(), &[], &mut [], shape);
            }
        }
    }
    for shape in [[1 << 40, 1 << 40, 0], [0, 1 << 40, 1 << 40], [1 << 40, 0, 1 << 40]] {
        Softmax::new().axis(&mut [0.0_f32; 0], shape);
    }
    Softmax::new().mask(&[0.0]).axis(&mut [0.0_f32; 0], [0, usize::MAX, 3]);
    LogSumExp::new().rows_into(&[], &mut [], 3);
    let mut of_nothing = [0.0; 6];
    LogSumExp::new().axis_into(&[], &mut of_nothing, [2, 0, 3]);
    assert_eq!(of_nothing, [f32::NEG_INFINITY; 6]);
    let by_head = LogSumExp::new().shape([1, 2, 3]).sinks(&[1.0, 2.0]);
    by_head.axis_into(&[], &mut of_nothing, [2, 0, 3]);
    assert_eq!(of_nothing, [1.0, 1.0, 1.0, 2.0, 2.0, 2.0]);
}

fn takes_empty_slices<Op: Gradient>(_: &str, op: Op)
where
    Fast<Op>: Gradient,
{
    op.apply_into(&[], &mut []);
    op.backward(&[], &[], &mut []);
    op.backward_in_place(&[], &mut []);
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

fn takes_empty_slices_from_output<Op: GradientFromOutput + Copy>(_: &str, op: Op) {
    op.backward_from_output(&[], &[], &mut []);
    op.backward_from_output_in_place(&[], &mut []);
}
