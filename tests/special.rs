//! Special values bit for bit, and NaNs of every kind: in every lane of every step, and in every
//! tail.

use activations::{Activation, At, Fast, Gradient, LeakyRelu, table::OPERATIONS};
use activations_testing::{Call, Form, at_levels, calls, nans, same, spread};

/// Lengths with a remainder, whole registers and steps of four registers, at the narrow levels and
/// at the widest. Each input is in every lane of every step.
fn lengths() -> impl Iterator<Item = usize> {
    (1..=36).chain([64 + 16 + 3])
}

/// Inputs and what the call must give for them.
fn promised(call: &Call) -> Vec<[f32; 2]> {
    let specials = match call.form {
        Form::Gradient(backward) | Form::GradientInPlace(backward) => backward.specials,
        Form::InPlace(_) | Form::Into(_) => call.operation.specials,
    };
    // A gradient may be a number where x is NaN: relu's is.
    let of_nan = specials.iter().find(|[x, _]| x.is_nan()).map_or(f32::NAN, |[_, y]| *y);
    specials.iter().copied().chain(nans().map(|x| [x, of_nan])).collect()
}

/// Calls with `x` as each element in turn of slices of each length.
#[track_caller]
fn assert_gives(call: &Call, x: f32, expected: f32) {
    for len in lengths() {
        let mut input = vec![0.75; len];
        for i in 0..len {
            input[i] = x;
            let got = call.images(&input)[i];
            input[i] = 0.75;
            assert!(
                same(got, expected),
                "{call}: {:#010x} gives {got:e} as element {i} of {len}, not {expected:e}",
                x.to_bits()
            );
        }
    }
}

#[test]
fn special_values_and_nans_give_what_is_promised_in_every_lane_and_tail() {
    for call in calls() {
        for [x, expected] in promised(&call) {
            assert_gives(&call, x, expected);
        }
    }
}

#[test]
fn every_operation_promises_values_at_both_zeros_and_both_infinities() {
    for operation in OPERATIONS {
        let gradients = [&operation.backward].into_iter().chain(&operation.backward_from_output);
        let gradients = gradients.map(|backward| backward.specials);
        for specials in [operation.specials].into_iter().chain(gradients) {
            for x in [0.0, -0.0, f32::INFINITY, f32::NEG_INFINITY] {
                let promised = specials.iter().any(|special| special[0].to_bits() == x.to_bits());
                assert!(promised, "{} at {x:?}", operation.name);
            }
        }
    }
}

#[test]
fn relu_keeps_the_sign_of_zero_and_every_nan() {
    let forward = |call: &Call| {
        call.operation.name == "relu" && matches!(call.form, Form::InPlace(_) | Form::Into(_))
    };
    for call in calls().filter(forward) {
        assert_gives(&call, -0.0, -0.0);
        nans().for_each(|nan| assert_gives(&call, nan, f32::NAN));
    }
}

/// The definition, in which a slope of 0 means relu.
fn leaky_relu(x: f32, slope: f32) -> f32 {
    match x {
        _ if x.is_nan() => f32::NAN,
        _ if x > 0.0 => x,
        _ if slope == 0.0 && x < 0.0 => 0.0,
        _ if slope == 0.0 => x,
        _ => slope * x,
    }
}

fn leaky_relu_gradient(x: f32, dy: f32, slope: f32) -> f32 {
    match x {
        _ if x > 0.0 => dy,
        _ if slope == 0.0 && x <= 0.0 => 0.0,
        _ if slope == 0.0 => dy,
        _ => slope * dy,
    }
}

#[test]
fn leaky_relu_is_its_definition_for_every_slope() {
    let specials = [0.0, -0.0, f32::INFINITY, f32::NEG_INFINITY, 1e-45, -1e-45, f32::MAX, f32::MIN];
    let x: Vec<_> = (0..10_000).map(spread).chain(specials).chain(nans()).collect();
    let dy = [1.0, -2.5, 0.0, -0.0, 1e20, f32::NEG_INFINITY, f32::NAN, 3e-39, 0.3];
    let dy: Vec<_> = dy.into_iter().cycle().take(x.len()).collect();
    let mut out = vec![0.0; x.len()];
    for slope in [0.0, -0.0, 0.01, 0.25, 1.0, -0.5, 3.0, 1e-45, f32::MAX, f32::INFINITY, f32::NAN] {
        for operation in at_levels(LeakyRelu { slope }) {
            operation.apply_into(&x, &mut out);
            for (&x, &got) in x.iter().zip(&out) {
                assert!(same(got, leaky_relu(x, slope)), "slope {slope:e}: {x:e} gives {got:e}");
            }
            let mut fast = x.clone();
            At::new(operation.isa(), Fast(LeakyRelu { slope }))
                .expect("the same level")
                .apply(&mut fast);
            assert!(
                fast.iter().zip(&out).all(|(&a, &b)| same(a, b)),
                "slope {slope:e}: the tiers differ"
            );

            operation.backward(&x, &dy, &mut out);
            for ((&x, &dy), &got) in x.iter().zip(&dy).zip(&out) {
                let expected = leaky_relu_gradient(x, dy, slope);
                assert!(same(got, expected), "slope {slope:e}: {dy:e} at {x:e} gives {got:e}");
            }
        }
    }
}
