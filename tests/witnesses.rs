//! The recorded inputs of the largest errors, which the README shows, have the errors that the
//! bounds state.

use activations::table::{Backward, Crossing, OPERATIONS};
use activations_testing::{
    Form, calls,
    record::{Record, arithmetic},
    ulp::{per_ulp, ulps},
};

#[test]
fn every_bound_is_reached_at_its_witness() {
    let record = Record::witnesses();
    let mut missed = Vec::new();
    for call in calls() {
        let operation = call.operation;
        let (kernel, bound, exact, crossing) = match call.form {
            Form::Into(kernel) => (kernel.tier.name(), kernel.bound, operation.exact, None),
            Form::Gradient(&Backward { kernel, bound, derivative, crossing, .. }) => {
                (kernel, bound, derivative, crossing)
            }
            Form::InPlace(_) | Form::GradientInPlace(_) => continue,
        };
        let bound = bound.at(call.isa);
        if bound <= 0.5 {
            continue;
        }
        let key = format!("{} {kernel} {}", operation.name, arithmetic(call.isa));
        let witness = record.get(&key).unwrap_or_else(|| {
            panic!("tests/witnesses.txt has no line of {key}: scripts/regenerate finds it")
        });
        let text = witness.split(' ').next().expect("a number");
        let x: f32 = text.trim_start_matches('±').parse().expect("a number");
        for x in if text.starts_with('±') { [x, -x] } else { [x; 2] } {
            let value = exact(x.into());
            let measure = Crossing::measure(crossing, x.into(), value);
            let error = ulps(call.images(&[x])[0], value) / per_ulp(value) * per_ulp(measure);
            let is_reached = error <= bound && bound - error < 0.001;
            if !is_reached {
                missed.push(format!("{call}: {error} ULP at {x}, bound {bound}"));
            }
        }
    }
    assert!(missed.is_empty(), "{}", missed.join("\n"));
}

#[test]
fn no_witness_is_of_a_function_that_is_gone() {
    let names: Vec<_> = OPERATIONS.iter().map(|operation| operation.name).collect();
    let of_rows = ["softmax", "log_softmax", "log_sum_exp"];
    for line in include_str!("witnesses.txt").lines().filter(|line| !line.starts_with('#')) {
        let name = line.split(' ').next().expect("a name");
        assert!(names.contains(&name) || of_rows.contains(&name), "{line}");
    }
}
