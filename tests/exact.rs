//! The exact tier on the hardest inputs, those nearest to a midpoint of two results, and on the
//! edges.
//!
//! Most changes of a kernel change one of these results first: a bit of a coefficient, another
//! order of operations, a contracted or a split multiply-add. `tests/exhaustive.rs` visits all
//! inputs.

use activations_testing::{
    Call, Form, calls,
    nearest::{Wide, nearest},
    same,
};

/// A line of `tests/exact.txt`, which `scripts/exact.py` makes with 400 bits.
#[derive(Clone, Copy)]
struct Case {
    function: &'static str,
    x: f32,
    y: f32,
}

fn cases() -> impl Iterator<Item = Case> {
    let lines = include_str!("exact.txt").lines().filter(|line| !line.starts_with('#'));
    lines.flat_map(|line| {
        let mut words = line.split(' ');
        let function = words.next().expect("a function");
        let mut bits = || f32::from_bits(u32::from_str_radix(words.next().unwrap(), 16).unwrap());
        let (x, y) = (bits(), bits());
        let negated = (function == "tanh").then_some(Case { function, x: -x, y: -y });
        [Case { function, x, y }].into_iter().chain(negated)
    })
}

/// Every call of the exact tier.
fn exact_calls() -> impl Iterator<Item = Call> {
    calls().filter(
        |call| matches!(call.form, Form::InPlace(kernel) | Form::Into(kernel) if kernel.tier == activations::Tier::Exact),
    )
}

#[test]
fn the_hardest_inputs_are_rounded_correctly_at_every_level() {
    for call in exact_calls() {
        let cases: Vec<_> = cases().filter(|case| case.function == call.operation.name).collect();
        let x: Vec<_> = cases.iter().map(|case| case.x).collect();
        let images = call.images(&x);
        let mut wrong = 0;
        for (&Case { x, y, .. }, got) in cases.iter().zip(images) {
            for got in [got, call.alone(x, 1.0)] {
                if !same(got, y) {
                    println!("{call}: {x:e} ({:08x}) gives {got:e}, not {y:e}", x.to_bits());
                    wrong += 1;
                }
            }
        }
        assert_eq!(wrong, 0, "{call}");
    }
}

/// Blocks that have such inputs take another way through the kernel.
#[test]
fn results_of_large_inputs_are_the_limits_at_every_level() {
    let large = [200.0, 299.0, 300.0, 301.0, 800.0, 1e5, 1e20, f32::MAX, f32::INFINITY];
    for call in exact_calls() {
        let [low, high] = match call.operation.name {
            "exp" => [0.0, f32::INFINITY],
            "sigmoid" => [0.0, 1.0],
            "tanh" => [-1.0_f32, 1.0],
            _ => continue,
        };
        for x in large {
            for (x, y) in [(x, high), (-x, low)] {
                let got = call.alone(x, 1.0);
                assert!(same(got, y), "{call}: {x:e} gives {got:e}, not {y:e}");
            }
        }
    }
}

#[test]
fn there_are_some_hundreds_of_inputs_for_each_function_with_a_kernel_of_its_own() {
    for function in ["exp", "sigmoid", "tanh"] {
        assert!(cases().filter(|case| case.function == function).count() > 250, "{function}");
    }
}

#[test]
fn the_measure_agrees_with_400_bits_on_the_hardest_inputs() {
    for Case { function, x, y } in cases() {
        let got = nearest(function).expect("has a measure")(x);
        assert!(same(got, y), "{function}({x:e}) is {y:e}, not {got:e}");
    }
}

#[test]
fn the_measure_rounds_to_the_nearest_and_refuses_to_guess() {
    let (one, tiny) = (1.0, 1e-20);
    let middle = one + 2_f64.powi(-24);
    assert_eq!(Wide(middle, tiny).rounded(), 1.0_f32.next_up());
    assert_eq!(Wide(middle, -tiny).rounded(), 1.0);
    let smallest = 2_f64.powi(-150);
    assert_eq!(Wide(smallest, smallest * tiny).rounded(), f32::from_bits(1));
    assert_eq!(Wide(smallest, -smallest * tiny).rounded(), 0.0);
    assert_eq!(Wide(2_f64.powi(128), 0.0).rounded(), f32::INFINITY);
    #[cfg(panic = "unwind")]
    for low in [0.0, 1e-30, -1e-30] {
        assert!(std::panic::catch_unwind(|| Wide(middle, low).rounded()).is_err(), "{low:e}");
    }
}
