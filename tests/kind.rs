//! Operations that are chosen at run time: their texts, and that they are the operations
//! themselves.

use activations::{
    Fast, Isa, Kind, LeakyRelu, LogSoftmax, Options, ParseKindError, RowGradient, Softmax,
    table::{OPERATIONS, ROW_OPERATIONS},
};
use activations_testing::{same, spread};

const SHAPE: [usize; 3] = [3, 5, 7];
const LEN: usize = 3 * 5 * 7;

fn inputs() -> Vec<f32> {
    (0..LEN as u32).map(|i| spread(i).clamp(-20.0, 20.0)).collect()
}

#[track_caller]
fn assert_same(kind: Kind, got: &[f32], expected: &[f32]) {
    assert!(got.iter().zip(expected).all(|(&a, &b)| same(a, b)), "{kind}");
}

#[test]
fn every_operation_of_the_tables_is_a_kind() {
    let mut names: Vec<_> = OPERATIONS.iter().map(|operation| operation.name).collect();
    names.extend(ROW_OPERATIONS.iter().map(|operation| operation.name));
    names.dedup();
    let kinds: Vec<_> = Kind::all().map(|kind| kind.name()).collect();
    assert_eq!(kinds, names);
}

#[test]
fn a_kind_has_the_bits_of_its_operation_in_both_tiers() {
    let x = inputs();
    let (mut y, mut expected) = ([0.0; LEN], [0.0; LEN]);
    for kind in Kind::all() {
        for tier in ["default", "fast"] {
            let on_elements = OPERATIONS.iter().find(|operation| operation.name == kind.name());
            let of_tier = on_elements.and_then(|op| op.tiers.iter().find(|of| of.name == tier));
            let on_rows =
                ROW_OPERATIONS.iter().find(|of| of.name == kind.name() && of.tier == tier);
            match (of_tier, on_rows) {
                (Some(op), None) => (op.apply_into)(Isa::active(), &x, &mut expected),
                (None, Some(op)) => {
                    (op.axis_into)(Isa::active(), Options::default(), &x, &mut expected, SHAPE);
                }
                _ => panic!("{kind} is in both tables or in none"),
            }
            let mut in_place = x.clone();
            if tier == "fast" {
                Fast(kind).axis(&mut in_place, SHAPE);
                Fast(kind).axis_into(&x, &mut y, SHAPE);
            } else {
                kind.axis(&mut in_place, SHAPE);
                kind.axis_into(&x, &mut y, SHAPE);
            }
            assert_same(kind, &y, &expected);
            assert_same(kind, &in_place, &expected);
        }
    }
}

#[test]
fn a_kind_has_the_exact_tier_of_its_operation_or_says_that_there_is_none() {
    let x = inputs();
    let (mut y, mut expected) = ([0.0; LEN], [0.0; LEN]);
    for kind in Kind::all() {
        let on_elements = OPERATIONS.iter().find(|operation| operation.name == kind.name());
        let tier = on_elements.and_then(|op| op.tiers.iter().find(|tier| tier.name == "exact"));
        let Some(tier) = tier else {
            let error = kind.exact().expect_err("has no such kernel");
            assert_eq!(error.to_string(), format!("{} has no exact tier", kind.name()));
            continue;
        };
        let exact = kind.exact().expect("has such a kernel");
        assert_eq!(exact.kind(), kind);
        let mut in_place = x.clone();
        exact.axis(&mut in_place, SHAPE);
        exact.axis_into(&x, &mut y, SHAPE);
        (tier.apply_into)(Isa::active(), &x, &mut expected);
        assert_same(kind, &y, &expected);
        assert_same(kind, &in_place, &expected);
    }
}

#[test]
fn a_kind_has_the_gradient_of_its_operation() {
    let x = inputs();
    let dy: Vec<_> = x.iter().map(|x| 0.5 - x).collect();
    let (mut y, mut dx, mut expected) = ([0.0; LEN], [0.0; LEN], [0.0; LEN]);
    for kind in Kind::all() {
        kind.axis_into(&x, &mut y, SHAPE);
        kind.axis_backward(&x, &y, &dy, &mut dx, SHAPE);
        match kind {
            Kind::Softmax => Softmax::new().axis_backward(&y, &dy, &mut expected, SHAPE),
            Kind::LogSoftmax => LogSoftmax::new().axis_backward(&y, &dy, &mut expected, SHAPE),
            _ => {
                let operation = OPERATIONS.iter().find(|operation| operation.name == kind.name());
                let backward = operation.expect("an operation on elements").backward.backward;
                backward(Isa::active(), &x, &dy, &mut expected);
            }
        }
        assert_same(kind, &dx, &expected);
    }
}

#[test]
fn texts_are_parsed_and_printed() {
    for kind in Kind::all() {
        assert_eq!(kind.to_string().parse(), Ok(kind));
        assert_eq!(kind.name().parse(), Ok(kind));
        assert_eq!(format!(" {} ( ) ", kind.name()).parse(), Ok(kind));
    }
    let leaky_relu = |slope| Ok(Kind::LeakyRelu(LeakyRelu { slope }));
    assert_eq!(Kind::LeakyRelu(LeakyRelu { slope: 0.01 }).to_string(), "leaky_relu(0.01)");
    assert_eq!(Kind::Softmax.to_string(), "softmax");
    for text in ["leaky_relu(-0.25)", "leaky_relu( slope=-25e-2 )", " leaky_relu (-.25)"] {
        assert_eq!(text.parse::<Kind>(), leaky_relu(-0.25), "{text}");
    }
    for slope in [0.0, 1e-45, f32::MAX, f32::INFINITY, 0.1, 1.0 / 3.0] {
        assert_eq!(Kind::LeakyRelu(LeakyRelu { slope }).to_string().parse(), leaky_relu(slope));
    }
}

#[test]
fn what_is_no_kind_says_what_was_expected() {
    for (text, expected) in [
        ("", "unknown operation: expected one of exp, sigmoid, "),
        ("Sigmoid", "unknown operation: expected one of exp, sigmoid, "),
        ("leaky_relu(0.1", "parameters stand between parentheses: "),
        ("leaky_relu 0.1", "unknown operation: "),
        ("leaky_relu(0.1))", "a parameter is no number"),
        ("leaky_relu(a)", "a parameter is no number"),
        ("leaky_relu(,)", "a parameter is no number"),
        ("leaky_relu(0.1, 2)", "no such parameter: expected leaky_relu(slope)"),
        ("leaky_relu(alpha = 0.1)", "no such parameter: expected leaky_relu(slope)"),
        ("softmax(1)", "no such parameter: expected softmax"),
    ] {
        let error: ParseKindError = text.parse::<Kind>().expect_err(text);
        assert!(error.to_string().starts_with(expected), "'{text}': {error}");
    }
}
