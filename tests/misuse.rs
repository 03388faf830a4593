//! Slices of different lengths are refused at the caller's line, before anything is written. Empty ones are fine.

mod common;
#[macro_use]
#[path = "common/each.rs"]
mod each;

use activations::{Activation, Fast, FromOutput, Gradient};
use common::calls;

#[test]
fn empty_slices_are_fine() {
    for call in calls() {
        call.run(&[], &[], &mut []);
    }
    each_function!(function_takes_an_empty_slice);
    each_operation!(takes_empty_slices);
    each_operation_from_output!(takes_empty_slices_from_output);
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

fn function_takes_an_empty_slice(_: &str, function: fn(&mut [f32])) {
    function(&mut []);
}

fn takes_empty_slices_from_output<Op: FromOutput + Copy>(_: &str, op: Op) {
    op.backward_from_output(&[], &[], &mut []);
}

#[cfg(panic = "unwind")]
mod refused {
    use activations::{Activation, Fast, FromOutput, Gradient};
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

    /// The message of the panic that `call` ends in, and the place that it blames.
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
        let message = result.expect_err("a panic").downcast::<String>().expect("a formatted message");
        (*message, PLACE.take().expect("a place"))
    }

    /// That `call` panics, on the line of this call, for an input of `len` elements beside its destination of `dst_len`.
    #[track_caller]
    fn assert_refused((len, dst_len): (usize, usize), call: impl FnOnce(&mut [f32])) {
        let caller = Location::caller();
        let mut dst = vec![UNTOUCHED; dst_len];
        let (message, place) = refusal(|| call(&mut dst));
        assert_eq!(place, (caller.file().to_owned(), caller.line()), "{message}");
        let numbers = message.split(|c: char| !c.is_ascii_digit()).filter(|number| !number.is_empty());
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

    #[test]
    fn different_lengths_panic_at_the_callers_line_and_nothing_is_written() {
        each_operation!(refuses_different_lengths);
        each_operation_from_output!(refuses_different_lengths_from_output);
    }
}
