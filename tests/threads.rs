//! Threads that race for the first call of a process agree. Nothing else in this program calls the
//! library.
#![cfg(not(target_family = "wasm"))]

use activations::{Activation, Isa, Sigmoid};
use std::{sync::Barrier, thread};

const THREADS: usize = if cfg!(miri) { 4 } else { 64 };

/// The results of inputs on which the levels with FMA and the one without differ.
fn results() -> [u32; 257] {
    let mut next = -14.0;
    let mut x = std::array::from_fn(|_| {
        next += 0.11;
        next
    });
    Sigmoid.apply(&mut x);
    x.map(f32::to_bits)
}

#[test]
fn threads_that_race_for_the_first_call_agree() {
    let start = Barrier::new(THREADS);
    let race = || {
        start.wait();
        let level = Isa::active();
        (level, results())
    };
    let seen: Vec<_> = thread::scope(|scope| {
        let threads: Vec<_> = (0..THREADS).map(|_| scope.spawn(race)).collect();
        threads.into_iter().map(|thread| thread.join().expect("no panic")).collect()
    });
    let afterwards = (Isa::active(), results());
    for (i, seen) in seen.into_iter().enumerate() {
        assert_eq!(seen, afterwards, "thread {i}");
    }
}

/// A race may be lost in one run and won in another.
#[cfg(not(miri))]
#[test]
fn they_agree_in_every_process() {
    for _ in 0..20 {
        activations_testing::child::rerun("threads_that_race_for_the_first_call_agree", None);
        activations_testing::child::rerun(
            "threads_that_race_for_the_first_call_agree",
            Some("baseline".as_ref()),
        );
    }
}
