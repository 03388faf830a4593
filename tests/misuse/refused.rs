//! Slices of different lengths, and slopes that do not fit.

use activations::{
    Activation, AnyActivation, At, Celu, Elu, Exact, Fast, Gradient, GradientFromOutput, Isa,
    LeakyRelu, PRelu, RRelu, RandomStream, Sigmoid,
};
use activations_testing::{
    each_operation, each_operation_from_output, each_operation_with_an_exact_tier,
};
use std::{
    cell::{Cell, RefCell},
    mem::MaybeUninit,
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

/// The message of the panic that `call` ends in. It blames the call in the closure that begins on
/// the line of the caller, and nothing of the destination, of `len` elements, is written. A closure
/// that is too long for the line has its call on one of the next two.
#[track_caller]
fn refusal(len: usize, call: &mut dyn FnMut(&mut [f32])) -> String {
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
    let mut dst = vec![UNTOUCHED; len];
    EXPECTED.set(true);
    let result = catch_unwind(AssertUnwindSafe(|| call(&mut dst)));
    EXPECTED.set(false);
    let message = *result.expect_err("a panic").downcast::<String>().expect("a formatted message");
    let caller = Location::caller();
    let (file, line) = PLACE.take().expect("a place");
    let lines = caller.line()..=caller.line() + 2;
    let is_blamed = file == caller.file() && lines.contains(&line);
    assert!(is_blamed, "{message}: blames {file}:{line}");
    assert!(dst.iter().all(|&x| x == UNTOUCHED), "{message}, but has written");
    message
}

/// That `call` panics, in the closure of this call, for an input of `len` elements beside its
/// destination of `dst_len`.
#[track_caller]
pub(crate) fn assert_refused(lengths: (usize, usize), mut call: impl FnMut(&mut [f32])) {
    check_lengths(lengths, &mut call);
}

/// Compiled once: a copy for each of some hundred closures takes a minute.
#[track_caller]
fn check_lengths((len, dst_len): (usize, usize), call: &mut dyn FnMut(&mut [f32])) {
    let message = refusal(dst_len, call);
    let numbers = message.split(|c: char| !c.is_ascii_digit()).filter(|number| !number.is_empty());
    assert!(numbers.eq([len, dst_len].map(|len| len.to_string())), "{message}");
}

fn refuses_different_lengths<Op: Gradient + Copy>(_: &str, op: Op)
where
    Fast<Op>: Gradient,
{
    for lengths in LENGTHS {
        let (wrong, right) = (vec![0.5; lengths.0], vec![0.5; lengths.1]);
        assert_refused(lengths, |dst| op.apply_into(&wrong, dst));
        assert_refused(lengths, |dst| Fast(op).apply_into(&wrong, dst));
        let mut uninit = vec![MaybeUninit::uninit(); lengths.1];
        assert_refused(lengths, |_| op.apply_uninit(&wrong, &mut uninit));
        assert_refused(lengths, |dx| op.backward(&wrong, &right, dx));
        assert_refused(lengths, |dx| op.backward(&right, &wrong, dx));
        assert_refused(lengths, |dy| op.backward_in_place(&wrong, dy));
        assert_refused(lengths, |dy| Fast(op).backward_in_place(&wrong, dy));
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

fn refuses_different_lengths_from_output<Op: GradientFromOutput + Copy>(_: &str, op: Op)
where
    Fast<Op>: GradientFromOutput,
{
    for lengths in LENGTHS {
        let (wrong, right) = (vec![0.5; lengths.0], vec![0.5; lengths.1]);
        assert_refused(lengths, |dx| op.backward_from_output(&wrong, &right, dx));
        assert_refused(lengths, |dx| op.backward_from_output(&right, &wrong, dx));
        assert_refused(lengths, |dy| op.backward_from_output_in_place(&wrong, dy));
        assert_refused(lengths, |dy| Fast(op).backward_from_output_in_place(&wrong, dy));
        assert_refused(lengths, |dx| Fast(op).backward_from_output(&wrong, &right, dx));
        assert_refused(lengths, |dx| Fast(op).backward_from_output(&right, &wrong, dx));
    }
}

/// That `call` panics so, in the closure of this call, for a destination of `len` elements.
#[track_caller]
pub(crate) fn assert_says(expected: &str, len: usize, mut call: impl FnMut(&mut [f32])) {
    check_message(expected, len, &mut call);
}

#[track_caller]
fn check_message(expected: &str, len: usize, call: &mut dyn FnMut(&mut [f32])) {
    assert_eq!(refusal(len, call), expected);
}

#[test]
fn different_lengths_panic_at_the_callers_line_and_nothing_is_written() {
    each_operation!(refuses_different_lengths);
    each_operation_with_an_exact_tier!(refuses_different_lengths_exactly);
    each_operation_from_output!(refuses_different_lengths_from_output);
}

#[test]
fn slopes_that_do_not_broadcast_panic_at_the_callers_line_and_nothing_is_written() {
    let op = PRelu { slopes: &[0.25; 6] };
    let x = [-0.5; 8];
    for (of_slopes, message) in [
        (&[3, 2, 1][..], "slopes of the shape [3, 2, 1] do not broadcast to [3, 4, 2]"),
        (&[2, 3], "slopes of the shape [2, 3] do not broadcast to [3, 4, 2]"),
        (&[1, 3, 1, 2], "slopes of the shape [1, 3, 1, 2] do not broadcast to [3, 4, 2]"),
        (&[4, 2], "slopes has 6 elements, its shape is [4, 2]"),
    ] {
        assert_says(message, 24, |x| op.broadcast(&[3, 4, 2], of_slopes).apply(x));
    }
    let op = op.broadcast(&[3, 4, 2], &[3, 1, 2]);
    let all = [-0.5; 24];
    let wrong = |name| format!("{name} has 8 elements, its shape has 24");
    assert_says(&wrong("x"), 8, |x| op.apply(x));
    assert_says(&wrong("src"), 24, |dst| op.apply_into(&x, dst));
    assert_says(&wrong("dst"), 8, |dst| op.apply_into(&all, dst));
    assert_says(&wrong("dy"), 24, |dx| op.backward(&all, &x, dx));
    assert_says(&wrong("dy"), 8, |dy| op.backward_in_place(&all, dy));
    assert_says(&wrong("x"), 6, |d_slopes| op.slopes_backward(&x, &all, d_slopes));
    let two = "slopes has 6 elements, d_slopes has 2";
    assert_says(two, 2, |d_slopes| op.slopes_backward(&all, &all, d_slopes));
}

/// That the gradient from the output is refused with this message in every form, and that an
/// operation that is chosen at run time knows it.
fn assert_untold<Op: GradientFromOutput + Copy>(op: Op, expected: &str)
where
    AnyActivation: From<Op>,
    At<Op>: GradientFromOutput,
{
    let (x, any) = ([0.5; 4], AnyActivation::from(op));
    let at = At::new(Isa::Baseline, op).expect("the level of every machine");
    assert!(!any.has_gradient_from_output());
    assert_says(expected, 4, |dx| op.backward_from_output(&x, &x, dx));
    assert_says(expected, 4, |dy| op.backward_from_output_in_place(&x, dy));
    assert_says(expected, 4, |dx| at.backward_from_output(&x, &x, dx));
    assert_says(expected, 4, |dy| at.backward_from_output_in_place(&x, dy));
    assert_says(expected, 4, |dx| any.backward_from_output(&x, &x, dx));
    assert_says(expected, 4, |dy| any.backward_from_output_in_place(&x, dy));
}

#[test]
fn parameters_with_which_the_output_does_not_tell_the_gradient_are_refused() {
    for slope in [-0.5, -1e-45, f32::NEG_INFINITY] {
        let expected =
            "the output of leaky_relu does not tell its gradient: slope must not be negative";
        assert_untold(LeakyRelu { slope }, expected);
    }
    for alpha in [-1.0, f32::INFINITY, f32::NAN] {
        let expected =
            "the output of elu does not tell its gradient: alpha must be finite and not negative";
        assert_untold(Elu { alpha }, expected);
    }
    for alpha in [-1.0, 0.0, f32::INFINITY, f32::NAN] {
        let expected =
            "the output of celu does not tell its gradient: alpha must be finite and positive";
        assert_untold(Celu { alpha }, expected);
    }
    let expected = "the output of sigmoid does not tell its gradient";
    let any = AnyActivation::from(Sigmoid);
    assert_says(expected, 4, |dx| any.backward_from_output(&[0.5; 4], &[0.5; 4], dx));
}

#[test]
fn shapes_that_do_not_fit_slopes_panic_at_the_callers_line_and_nothing_is_written() {
    let (op, x, short, shape) = (PRelu { slopes: &[0.25; 3] }, [-0.5; 12], [-0.5; 8], [2, 3, 2]);
    let not_the_shape = |name| format!("{name} has 8 elements, its shape is [2, 3, 2]");
    assert_says(&not_the_shape("x"), 8, |x| op.apply(x, shape));
    assert_says(&not_the_shape("src"), 12, |dst| op.apply_into(&short, dst, shape));
    assert_says(&not_the_shape("dst"), 8, |dst| op.apply_into(&x, dst, shape));
    assert_says(&not_the_shape("x"), 12, |dx| op.backward(&short, &x, dx, shape));
    assert_says(&not_the_shape("dy"), 12, |dx| op.backward(&x, &short, dx, shape));
    assert_says(&not_the_shape("dx"), 8, |dx| op.backward(&x, &x, dx, shape));
    assert_says(&not_the_shape("dy"), 8, |dy| op.backward_in_place(&x, dy, shape));
    assert_says(&not_the_shape("x"), 3, |d_slopes| op.slopes_backward(&short, &x, d_slopes, shape));
    assert_says(&not_the_shape("dy"), 3, |d_slopes| {
        op.slopes_backward(&x, &short, d_slopes, shape);
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
            (vec![0.5; lengths.0], vec![0.5; lengths.1], RandomStream::default());
        assert_refused(lengths, |dx| RRelu::backward_from_slopes(&wrong, &right, dx));
        assert_refused(lengths, |dx| RRelu::backward_from_slopes(&right, &wrong, dx));
        assert_refused(lengths, |dy| RRelu::backward_from_slopes_in_place(&wrong, dy));
        let mut others = wrong.clone();
        assert_refused(lengths, |slopes| RRelu::default().train(&mut others, slopes, draws));
        assert_refused(lengths, |dst| RRelu::default().train_into(&right, dst, &mut others, draws));
        assert!(others == wrong);
        let mut slopes = right.clone();
        assert_refused(lengths, |dst| RRelu::default().train_into(&wrong, dst, &mut slopes, draws));
        assert!(slopes == right);
    }
}
