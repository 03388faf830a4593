//! Operations that are chosen at run time: their texts and parameters, and that they are the
//! operations themselves.

#[path = "any/texts.rs"]
mod texts;

use activations::{
    AnyActivation, At, Causal, EmptyRow, Isa, LeakyRelu, LogSumExp, Softmax, SoftmaxOptions, Tier,
    table::{OPERATIONS, ROW_OPERATIONS, ROW_REDUCTIONS},
};
use activations_testing::{isas, same, spread};
use std::collections::HashSet;

const SHAPE: [usize; 3] = [3, 5, 7];
const LEN: usize = 3 * 5 * 7;

fn inputs() -> Vec<f32> {
    (0..LEN as u32).map(|i| spread(i).clamp(-20.0, 20.0)).collect()
}

#[track_caller]
fn assert_same(any: AnyActivation, got: &[f32], expected: &[f32]) {
    assert!(got.iter().zip(expected).all(|(&a, &b)| same(a, b)), "{any}");
}

/// Every operation in every tier that it has.
fn all_tiers() -> impl Iterator<Item = AnyActivation> {
    AnyActivation::all()
        .flat_map(|any| Tier::ALL.into_iter().filter_map(move |tier| any.with_tier(tier).ok()))
}

#[test]
fn every_operation_of_the_tables_is_there_with_its_id() {
    let on_elements = OPERATIONS.iter().map(|operation| (operation.name, operation.id));
    let of_rows = ROW_OPERATIONS.iter().map(|operation| (operation.name, operation.id));
    let reductions = ROW_REDUCTIONS.iter().map(|operation| (operation.name, operation.id));
    let mut table: Vec<_> = on_elements.chain(of_rows).chain(reductions).collect();
    table.dedup();
    let all: Vec<_> = AnyActivation::all().map(|any| (any.name(), any.id())).collect();
    assert_eq!(all, table);
    let ids: HashSet<_> = all.iter().map(|(_, id)| id).collect();
    assert_eq!(ids.len(), all.len(), "an id is that of two operations");
    for any in AnyActivation::all() {
        assert_eq!(AnyActivation::from_id(any.id()), Some(any));
    }
    assert_eq!(AnyActivation::from_id(0), None);
}

/// Other languages and files hold these numbers.
#[test]
fn ids_stay() {
    for (id, name) in [
        (1, "exp"),
        (2, "sigmoid"),
        (3, "tanh"),
        (4, "relu"),
        (5, "leaky_relu"),
        (6, "rrelu"),
        (7, "relu6"),
        (8, "hard_tanh"),
        (9, "threshold"),
        (10, "elu"),
        (11, "selu"),
        (12, "celu"),
        (13, "clip"),
        (14, "scaled_elu"),
        (1001, "softmax"),
        (1002, "log_softmax"),
        (1003, "log_sum_exp"),
    ] {
        assert_eq!(AnyActivation::from_id(id).map(|any| any.name()), Some(name));
    }
}

#[test]
fn tiers_are_those_of_the_tables() {
    for any in AnyActivation::all() {
        for tier in Tier::ALL {
            let on_elements = OPERATIONS.iter().find(|operation| operation.name == any.name());
            let has_tier = match on_elements {
                Some(operation) => operation.kernels.iter().any(|kernel| kernel.tier == tier),
                None => tier != Tier::Exact,
            };
            match any.with_tier(tier) {
                Ok(of_tier) => assert!(has_tier && of_tier.tier() == tier, "{of_tier}"),
                Err(error) => {
                    assert!(!has_tier, "{any} has the tier {tier}");
                    assert_eq!(error.to_string(), format!("{} has no exact tier", any.name()));
                }
            }
        }
    }
}

#[test]
fn results_are_those_of_the_operation_at_every_level_in_every_tier_and_form() {
    let x = inputs();
    let (mut y, mut expected) = (vec![0.0; LEN], vec![0.0; LEN]);
    for (any, isa) in all_tiers().flat_map(|any| isas().map(move |isa| (any, isa))) {
        let at = At::new(isa, any).expect("a level of this machine");
        let elementwise = OPERATIONS.iter().find(|operation| operation.name == any.name());
        let of_rows = ROW_OPERATIONS
            .iter()
            .find(|operation| operation.name == any.name() && operation.tier == any.tier());
        assert_eq!(any.is_elementwise(), elementwise.is_some(), "{any}");
        match (elementwise, of_rows) {
            (Some(operation), None) => {
                let kernel = operation.kernels.iter().find(|kernel| kernel.tier == any.tier());
                (kernel.expect("a kernel of the tier").apply_into)(isa, &x, &mut expected);
                let mut in_place = x.clone();
                at.apply(&mut in_place);
                at.apply_into(&x, &mut y);
                assert_same(any, &in_place, &expected);
                assert_same(any, &y, &expected);
            }
            (None, Some(operation)) => {
                (operation.axis_into)(isa, SoftmaxOptions::new(), &x, &mut expected, SHAPE);
            }
            (None, None) => {
                let (y, expected) = (&mut y[..21], &mut expected[..21]);
                (ROW_REDUCTIONS[0].axis_into)(isa, SoftmaxOptions::new(), &x, expected, SHAPE);
                at.axis_into(&x, y, SHAPE);
                assert_same(any, y, expected);
                at.rows_into(&x, y, 5);
                At::new(isa, LogSumExp::new()).unwrap().rows_into(&x, expected, 5);
                assert_same(any, y, expected);
                continue;
            }
            _ => panic!("{any} is in both tables"),
        }
        let mut in_place = x.clone();
        at.axis(&mut in_place, SHAPE);
        at.axis_into(&x, &mut y, SHAPE);
        assert_same(any, &in_place, &expected);
        assert_same(any, &y, &expected);

        let (mut rows, mut columns) = (x.clone(), x.clone());
        at.rows(&mut rows, 7);
        at.axis(&mut columns, [15, 7, 1]);
        at.rows_into(&x, &mut y, 7);
        assert_same(any, &rows, &columns);
        assert_same(any, &y, &columns);
    }
}

#[test]
fn calls_without_a_level_are_those_at_the_active_one() {
    let x = inputs();
    let (mut y, mut expected) = (vec![0.0; LEN], vec![0.0; LEN]);
    for any in all_tiers() {
        let at = At::new(Isa::active(), any).expect("the active level");
        let len = if any.is_reduction() { 21 } else { LEN };
        any.axis_into(&x, &mut y[..len], SHAPE);
        at.axis_into(&x, &mut expected[..len], SHAPE);
        assert_same(any, &y, &expected);
    }
}

#[test]
fn gradients_are_those_of_the_operation_at_every_level() {
    let x = inputs();
    let dy: Vec<_> = x.iter().map(|x| 0.5 - x).collect();
    let [mut y, mut dx, mut expected] = [(); 3].map(|()| vec![0.0; LEN]);
    for (any, isa) in all_tiers().flat_map(|any| isas().map(move |isa| (any, isa))) {
        let at = At::new(isa, any).expect("a level of this machine");
        let options = SoftmaxOptions::new();
        if any.is_reduction() {
            at.axis_backward(&x, &[], &dy[..21], &mut dx, SHAPE);
            let backward = ROW_REDUCTIONS[0].axis_backward;
            backward(isa, options, &x, &dy[..21], &mut expected, SHAPE);
            assert_same(any, &dx, &expected);
            continue;
        }
        at.axis_into(&x, &mut y, SHAPE);
        at.axis_backward(&x, &y, &dy, &mut dx, SHAPE);
        if let Some(operation) = ROW_OPERATIONS.iter().find(|of| of.name == any.name()) {
            (operation.axis_backward)(isa, options, &y, &dy, &mut expected, SHAPE);
            assert_same(any, &dx, &expected);
            dx.copy_from_slice(&dy);
            at.axis_backward_in_place(&x, &y, &mut dx, SHAPE);
            assert_same(any, &dx, &expected);
            continue;
        }
        let operation = OPERATIONS.iter().find(|of| of.name == any.name()).expect("in a table");
        (operation.backward.backward)(isa, &x, &dy, &mut expected);
        assert_same(any, &dx, &expected);
        at.backward(&x, &dy, &mut dx);
        assert_same(any, &dx, &expected);
        dx.copy_from_slice(&dy);
        at.backward_in_place(&x, &mut dx);
        assert_same(any, &dx, &expected);
        dx.copy_from_slice(&dy);
        at.rows_backward_in_place(&x, &y, &mut dx, 7);
        assert_same(any, &dx, &expected);
        assert_eq!(any.has_gradient_from_output(), operation.backward_from_output.is_some());
        if let Some(backward) = operation.backward_from_output {
            (backward.backward)(isa, &y, &dy, &mut expected);
            at.backward_from_output(&y, &dy, &mut dx);
            assert_same(any, &dx, &expected);
            dx.copy_from_slice(&dy);
            at.backward_from_output_in_place(&y, &mut dx);
            assert_same(any, &dx, &expected);
        }
    }
}

#[test]
fn equal_operations_have_equal_bits_and_hashes() {
    let all: HashSet<_> = all_tiers().collect();
    assert_eq!(all.len(), all_tiers().count());
    let leaky_relu = |slope| AnyActivation::from(LeakyRelu { slope });
    assert_eq!(leaky_relu(f32::NAN), leaky_relu(f32::NAN));
    assert_ne!(leaky_relu(0.0), leaky_relu(-0.0));
    assert!(!HashSet::from([leaky_relu(0.0)]).contains(&leaky_relu(-0.0)));
    let softmax = |options| AnyActivation::try_from(Softmax::with(options)).expect("no masks");
    let none = SoftmaxOptions::new();
    let differing = [
        none,
        none.scale(2.0),
        none.soft_cap(2.0),
        none.sink(2.0),
        none.causal(Causal::new()),
        none.causal(Causal::new().offset(1)),
        none.causal(Causal::new().window(1)),
        none.causal(Causal::new().queries(1)),
        none.temperature(0.0),
        none.temperature(0.5),
        none.first_row(0),
        none.first_row(3),
        none.empty_rows(EmptyRow::Zeros),
        none.empty_rows(EmptyRow::Uniform),
        none.infinite_logits(activations::InfiniteLogits::Shared),
    ]
    .map(softmax);
    assert_eq!(HashSet::from(differing).len(), differing.len());
    for any in differing {
        assert_eq!(any.to_string().parse(), Ok(any));
    }
    let with_slices = [
        none.mask(&[0.0]),
        none.keep(&[true]),
        none.lengths(&[1]),
        none.sinks(&[1.0]),
        none.shape([1, 1, 1]),
        none.soft_cap_after_mask(),
    ];
    for options in with_slices {
        let error = AnyActivation::try_from(Softmax::with(options)).unwrap_err();
        assert_eq!(error.to_string(), "masks and what heads have are no parameters");
    }
}
