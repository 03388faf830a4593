//! The results where the host has changed the floating-point environment. Code that runs before a
//! library may do that; this library never sets it.
//!
//! With subnormals flushed, a result is that of the flushed input, itself flushed, and all other
//! results are the same bit for bit. With another rounding direction results stay in range, and no
//! NaN is made. Errors grow to the limits below, because the reduction of arguments relies on
//! rounding to nearest.
//!
//! `ACTIVATIONS_TEST_STRIDE` changes how many inputs are visited, for emulators. To see the errors:
//!
//! ```sh
//! cargo test --release --test fp_env -- --nocapture
//! ```
#![cfg(all(any(target_arch = "x86_64", target_arch = "aarch64"), not(miri)))]

#[path = "fp_env/environment.rs"]
mod environment;

use activations::Tier;
use activations::table::{Backward, Bound, OPERATIONS, Operation};
use activations_testing::{
    Call, Form, calls, isas, same,
    sweep::{BLOCK, Exact, Inputs, Kernel, Report, Witness, sweep},
    ulp::ulps,
};
use environment::Environment;
use std::{collections::BTreeMap, hint::black_box};

/// The errors of the kernels that reduce their arguments, in every rounding direction. The largest
/// among every fifth of all inputs are 33.9 and 270.5.
const REDUCED: Bound = Bound { fused: 35.0, baseline: 272.0 };

/// The limit of a kernel's error in every rounding direction.
fn limit(bound: Bound) -> Bound {
    match bound {
        Bound { fused: 0.0, .. } => Bound::EXACT,
        Bound { fused: 0.5, .. } => Bound { fused: 1.0, baseline: 1.0 },
        _ => REDUCED,
    }
}

/// Operations that are e^x - 1 below 0. Near 0, errors of e^x are large relative to their results.
const DIFFERENCES: [&str; 4] = ["elu", "selu", "celu", "scaled_elu"];

/// Replaces results whose absolute error is within the allowance of e^x − 1 by the reference value,
/// which `exact` has for every input of the sweep.
fn forgive_differences(x: &[f32], y: &mut [f32], exact: &[f64], limit: f64) {
    let stride = stride();
    for (&x, y) in x.iter().zip(y).filter(|(x, _)| **x < 0.0) {
        let exact = exact[(x.to_bits() / stride) as usize];
        if (f64::from(*y) - exact).abs() <= limit * f64::from(f32::EPSILON) / 2.0 {
            *y = exact as f32;
        }
    }
}

/// A fifth of the inputs of a sampled sweep.
fn stride() -> u32 {
    5 * std::env::var("ACTIVATIONS_TEST_STRIDE").map_or(251, |text| text.parse().expect("a stride"))
}

/// The inputs of a sweep.
fn inputs() -> impl Iterator<Item = f32> {
    (0..=u32::MAX).step_by(stride() as usize).map(f32::from_bits)
}

/// The calls of every kernel in one form.
fn kernels() -> impl Iterator<Item = Call> {
    calls().filter(|call| !matches!(call.form, Form::InPlace(_)))
}

#[test]
fn where_subnormals_are_flushed_inputs_and_results_count_as_zeros_and_nothing_else_changes() {
    let zero_if = |condition: bool, x: f32| if condition { 0.0_f32.copysign(x) } else { x };
    // Arm decides before rounding which results are subnormal, so it may flush the smallest normal
    // number too.
    let flushed = |y: f32| zero_if(y.abs() <= f32::MIN_POSITIVE, y);
    let x: Vec<_> = inputs().collect();
    let dy = vec![1.0; x.len()];
    let mut y = vec![0.0; x.len()];
    for call in kernels() {
        let (untouched, of_zeros) = (call.images(&x), call.images(&[0.0, -0.0]));
        Environment::Flushing.run(|| call.run(&x, &dy, &mut y));
        for (i, &y) in y.iter().enumerate() {
            // With FMA, SELU also multiplies x by the rounding error of a constant, λ α, and mish
            // and the tanh shrinkage add what a quotient has lost. These may be subnormal.
            let last_bits = match call.operation.name {
                "selu" | "mish" if x[i].abs() < 1e-30 => 1.0,
                "tanh_shrink" if untouched[i].abs() < 1e-25 => 2.0,
                _ => 0.0,
            };
            let of_zero = of_zeros[usize::from(x[i].is_sign_negative())];
            let expected = if x[i].is_subnormal() { of_zero } else { untouched[i] };
            let right = same(y, untouched[i])
                || same(flushed(y), flushed(expected))
                || ulps(y, untouched[i].into()) <= last_bits;
            assert!(right, "{call}: {:e} gives {y:e}, not {:e} or 0", x[i], untouched[i]);
        }
    }
}

#[test]
fn in_every_rounding_direction_results_are_within_a_limit_and_in_range_and_no_nan_is_made() {
    println!(
        "operation   kernel    level     direction   max ULP  at input        got             exact"
    );
    for operation in OPERATIONS {
        let exact = Exact { value: operation.exact, crossing: None, nearest: None };
        // The least result of a function that falls and rises is no limit, and is rounded.
        let is_limited = operation.kernels[0].monotone || operation.odd;
        let range = if is_limited { operation.range } else { ALL };
        let forward = Kind { exact, range, nan: true };
        let tiers = operation.kernels.iter().filter(|kernel| kernel.tier != Tier::Exact);
        let tiers = tiers.map(|kernel| (kernel.tier.name(), Form::Into(kernel), kernel.bound));
        check_directions(operation, &forward, &tiers.collect::<Vec<_>>());

        let Backward { derivative: value, bound, crossing, specials, .. } = operation.backward;
        let exact = Exact { value, crossing, nearest: None };
        let nan = !specials.iter().any(|[x, _]| x.is_nan());
        let gradient = Kind { exact, range: ALL, nan };
        check_directions(
            operation,
            &gradient,
            &[("gradient", Form::Gradient(&operation.backward), bound)],
        );
    }
}

const ALL: [f32; 2] = [f32::NEG_INFINITY, f32::INFINITY];

/// Properties that the kernels of an operation share.
struct Kind {
    exact: Exact,
    range: [f32; 2],
    /// Whether a NaN gives a NaN.
    nan: bool,
}

fn check_directions(operation: &'static Operation, kind: &Kind, forms: &[(&str, Form, Bound)]) {
    let dy = vec![1.0; BLOCK + 1];
    let is_difference = DIFFERENCES.contains(&operation.name)
        && forms.iter().all(|(_, form, _)| matches!(form, Form::Into(_)));
    let values = inputs().filter(|_| is_difference).map(|x| (kind.exact.value)(x.into()));
    let values: Vec<f64> = values.collect();
    let mut names = Vec::new();
    let mut kernels = Vec::new();
    for isa in isas() {
        for &(name, form, bound) in forms {
            for direction in Environment::DIRECTIONS {
                let least = match operation.name {
                    // Twice an input overflows to the largest number in some directions.
                    "squared_relu" => 1.0,
                    // Its steps in f64 are rounded in the same direction.
                    "xielu" => 2.0,
                    _ => 0.0,
                };
                let limit = limit(bound).at(isa).max(least);
                names.push((name, isa, direction, limit));
                let (call, dy, values) = (Call { operation, isa, form }, &dy, &values);
                let run = move |x: &[f32], y: &mut [f32]| {
                    direction.run(|| call.run(x, &dy[..x.len()], y));
                    if is_difference {
                        forgive_differences(x, y, values, limit);
                    }
                };
                kernels.push(Kernel {
                    apply: Box::new(run),
                    range: kind.range,
                    odd: false,
                    monotone: false,
                });
            }
        }
    }
    let reports = sweep(Inputs { stride: stride(), ..Inputs::ALL }, kind.exact, &kernels, || ());
    for ((name, isa, direction, limit), report) in names.into_iter().zip(reports) {
        let Report { ulp, witness: Witness { x, got, exact }, .. } = report;
        let direction = format!("{direction:?}");
        let row = format!("{:<11} {name:<9} {isa:<9} {direction:<11} {ulp:<8.3}", operation.name);
        let row = format!("{row} {x:<+15e} {got:<+15e} {exact:+e}");
        println!("{row}");
        assert!(ulp <= limit, "{row}\nabove the limit of {limit} ULP");
        assert_eq!(report.out_of_range, 0, "{row}\nresults out of range");
        assert!(!kind.nan || report.wrong_nans == 0, "{row}\nNaN lost or made");
    }
}

/// Results are no longer correctly rounded. They are one of the two numbers around the exact value,
/// unless the f64 before is beyond one of them. With upward rounding, the cancellation in tanh near
/// 0 leaves an absolute error.
#[test]
fn in_every_rounding_direction_the_exact_tier_is_within_one_ulp_and_tanh_near_0_within_a_fixed_distance()
 {
    let x: Vec<_> = inputs().collect();
    let mut y = vec![0.0; x.len()];
    let mut values: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
    let is_exact =
        |call: &Call| matches!(call.form, Form::Into(kernel) if kernel.tier == Tier::Exact);
    for call in kernels().filter(is_exact) {
        let exact = values
            .entry(call.operation.name)
            .or_insert_with(|| inputs().map(|x| (call.operation.exact)(x.into())).collect());
        let distance = if call.operation.name == "tanh" { 2_f64.powi(-44) } else { 0.0 };
        for direction in Environment::DIRECTIONS {
            direction.run(|| call.run(&x, &[], &mut y));
            for ((&x, &y), &exact) in x.iter().zip(&y).zip(&*exact) {
                if x.is_nan() {
                    continue;
                }
                let right = ulps(y, exact) <= 1.001 || (f64::from(y) - exact).abs() <= distance;
                assert!(right, "{call}, {direction:?}: {x:e} gives {y:e}, not {exact:e}");
            }
        }
    }
}

#[test]
fn in_every_rounding_direction_zeros_and_infinities_give_what_they_give_but_for_the_last_bits() {
    for call in kernels() {
        let specials = match call.form {
            Form::Gradient(backward) | Form::GradientInPlace(backward) => backward.specials,
            Form::InPlace(_) | Form::Into(_) => call.operation.specials,
        };
        for &[x, expected] in specials.iter().filter(|[x, _]| *x == 0.0 || x.is_infinite()) {
            for direction in Environment::DIRECTIONS {
                let mut y = [0.0];
                direction.run(|| call.run(&[x], &[1.0], &mut y));
                let ulps = ulps(y[0], f64::from(expected));
                let limit = match call.operation.name {
                    // A product of three numbers, one of which has a low part.
                    "scaled_elu" => 4.0,
                    name if DIFFERENCES.contains(&name) => 2.0,
                    _ => 1.0,
                };
                assert!(
                    ulps <= limit,
                    "{call}, {direction:?}: {x:e} gives {:e}, not {expected:e}",
                    y[0]
                );
            }
        }
    }
}

/// Otherwise the tests above could not fail.
#[test]
fn the_environment_is_as_it_says_and_is_restored() {
    let probe = || {
        let [one, three, smallest, half] = black_box([1.0_f32, 3.0, f32::MIN_POSITIVE, 0.5]);
        let subnormal = black_box(f32::from_bits(1));
        [one / three, -one / three, smallest * half, subnormal * (one / smallest)].map(f32::to_bits)
    };
    let default = [0x3eaa_aaab, 0xbeaa_aaab, 0x0040_0000, 0x3400_0000];
    for (environment, expected) in [
        (Environment::Flushing, [0x3eaa_aaab, 0xbeaa_aaab, 0, 0]),
        (Environment::Upward, [0x3eaa_aaab, 0xbeaa_aaaa, 0x0040_0000, 0x3400_0000]),
        (Environment::Downward, [0x3eaa_aaaa, 0xbeaa_aaab, 0x0040_0000, 0x3400_0000]),
        (Environment::TowardZero, [0x3eaa_aaaa, 0xbeaa_aaaa, 0x0040_0000, 0x3400_0000]),
    ] {
        let mut seen = [0; 4];
        environment.run(|| seen = probe());
        assert_eq!(seen, expected, "{environment:?}");
        assert_eq!(probe(), default, "after {environment:?}");
    }
}
