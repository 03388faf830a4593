//! What holds for all inputs, on slices drawn at random.

use activations::{
    Exact, Exp, Fast, Gradient, GradientFromOutput, Isa, Relu, Tier,
    table::{Backward, Crossing, Kernel},
};
use activations_testing::{
    Call, Form, calls, each_function, each_operation, each_operation_from_output,
    each_operation_with_an_exact_tier, forward, gradients, is_quiet_nan, same,
    ulp::{per_ulp, ulps},
};
use proptest::{collection::vec, prelude::*, sample::Index};

/// Ordinary numbers, numbers near which results overflow or vanish, and arbitrary bit patterns.
///
/// The strategies are boxed, so that all tests share their code.
fn number() -> BoxedStrategy<f32> {
    let anything = any::<u32>().prop_map(f32::from_bits);
    prop_oneof![4 => -20.0_f32..20.0, 2 => -110.0_f32..110.0, 2 => anything].boxed()
}

/// Several steps of each level.
fn numbers() -> BoxedStrategy<Vec<f32>> {
    vec(number(), 0..200).boxed()
}

/// Inputs, and as many gradients of outputs.
fn inputs() -> BoxedStrategy<(Vec<f32>, Vec<f32>)> {
    vec((number(), number()), 0..200).prop_map(|pairs| pairs.into_iter().unzip()).boxed()
}

/// Neighbouring numbers, from any number on. A violation of monotonicity is most likely there.
fn neighbours() -> BoxedStrategy<Vec<f32>> {
    let following =
        |first: f32| (0..200).map(|i| f32::from_bits(first.to_bits().wrapping_add(i))).collect();
    number().prop_map(following).boxed()
}

/// Operations that multiply by dy before their last rounding.
const OTHER_ORDER: &str = "scaled_elu silu swish quick_gelu mish erf gelu gelu_tanh softplus \
    log_sigmoid softsign tanh_shrink xielu";

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn results_are_in_range_and_nan_only_where_the_input_is(x in numbers()) {
        for (call, _) in forward() {
            let [low, high] = call.operation.range;
            for (&x, y) in x.iter().zip(call.images(&x)) {
                let right = if x.is_nan() { is_quiet_nan(y) } else { (low..=high).contains(&y) };
                prop_assert!(right, "{call}: {x:e} gives {y:e}");
            }
        }
    }

    #[test]
    fn results_are_within_the_bound(x in numbers()) {
        for call in calls() {
            let (exact, bound, crossing) = match call.form {
                Form::InPlace(tier) | Form::Into(tier) => (call.operation.exact, tier.bound, None),
                Form::Gradient(of) | Form::GradientInPlace(of) => (of.derivative, of.bound, of.crossing),
            };
            for (&x, y) in x.iter().zip(call.images(&x)).filter(|(x, _)| !x.is_nan()) {
                let exact = exact(f64::from(x));
                let measure = Crossing::measure(crossing, x.into(), exact);
                let ulps = ulps(y, exact) / per_ulp(exact) * per_ulp(measure);
                prop_assert!(ulps <= bound.at(call.isa), "{call}: {x:e} gives {y:e}, off by {ulps} ULP");
            }
        }
    }

    #[test]
    fn the_default_tier_never_steps_back(mut x in prop_oneof![numbers(), neighbours()]) {
        x.retain(|x| !x.is_nan());
        x.sort_by(f32::total_cmp);
        for (call, kernel) in forward().filter(|(_, kernel)| kernel.monotone) {
            let y = call.images(&x);
            prop_assert!(kernel.tier != Tier::Default || y.is_sorted(), "{call}: {x:?} gives {y:?}");
        }
    }

    #[test]
    fn odd_functions_are_odd_bit_for_bit(x in numbers()) {
        let negated: Vec<_> = x.iter().map(|x| -x).collect();
        for (call, _) in forward().filter(|(call, _)| call.operation.odd) {
            let (y, of_negated) = (call.images(&x), call.images(&negated));
            prop_assert!(y.iter().zip(&of_negated).all(|(&y, &z)| same(-y, z)), "{call}: {x:?}");
        }
    }

    #[test]
    fn a_slice_gives_what_its_parts_give((x, dy) in inputs(), at in any::<Index>()) {
        let at = at.index(x.len() + 1);
        for call in calls() {
            let (mut whole, mut parts) = (vec![0.0; x.len()], vec![0.0; x.len()]);
            call.run(&x, &dy, &mut whole);
            call.run(&x[..at], &dy[..at], &mut parts[..at]);
            call.run(&x[at..], &dy[at..], &mut parts[at..]);
            prop_assert!(whole.iter().zip(&parts).all(|(&a, &b)| same(a, b)), "{call}: {x:?} split at {at}");
        }
    }

    #[test]
    fn in_place_gives_what_out_of_place_gives(x in numbers()) {
        for (call, tier) in forward() {
            let mut in_place = x.clone();
            (tier.apply)(call.isa, &mut in_place);
            let into = call.images(&x);
            prop_assert!(in_place.iter().zip(&into).all(|(&a, &b)| same(a, b)), "{call}: {x:?}");
        }
    }

    /// As a product of the derivative, or as near to the exact product. `tests/gradients.rs` looks
    /// at derivatives beyond the range of f32, and at products below it.
    #[test]
    fn a_gradient_is_dy_times_the_derivative((x, dy) in inputs()) {
        for (call, _) in gradients() {
            let derivative = call.images(&x);
            let mut dx = vec![0.0; x.len()];
            call.run(&x, &dy, &mut dx);
            for i in 0..x.len() {
                let (dx, product) = (dx[i], dy[i] * derivative[i]);
                let is_tail = !derivative[i].is_normal() || product.abs() < f32::MIN_POSITIVE;
                let backward = call.operation.backward;
                let exact = (backward.derivative)(x[i].into());
                let measure = Crossing::measure(backward.crossing, x[i].into(), exact);
                let [exact, measure] = [exact, measure].map(|of| of * f64::from(dy[i]));
                let error = ulps(dx, exact) / per_ulp(exact) * per_ulp(measure);
                let is_near = dx == product || OTHER_ORDER.split(' ').any(|of| of == call.operation.name) && error <= 2.5;
                let right =
                    same(dx, product) || dx.is_nan() && product.is_nan() || is_tail || is_near;
                prop_assert!(right, "{call}: {:e} with dy = {:e} gives {dx:e}", x[i], dy[i]);
            }
        }
    }

    #[test]
    fn public_calls_give_what_the_table_gives((x, dy) in inputs()) {
        each_operation!(assert_gives_what_the_table_gives, &x, &dy);
        each_operation_with_an_exact_tier!(assert_is_exact_tier, &x, &dy);
        each_function!(assert_is_default_tier, &x);
    }

    /// Bit for bit, or as far as the rounded output tells: the input need not be kept.
    #[test]
    fn the_output_gives_the_gradient_that_the_input_gives((x, dy) in inputs()) {
        each_operation_from_output!(assert_gives_the_same_gradient, &x, &dy);
    }

    #[test]
    fn gradients_from_the_output_are_their_definitions((y, dy) in inputs()) {
        let mut dx = vec![0.0; y.len()];
        Exp.backward_from_output(&y, &dy, &mut dx);
        for ((&y, &dy), &dx) in y.iter().zip(&dy).zip(&dx) {
            prop_assert!(same(dx, y * dy), "exp: {dy:e} at an output of {y:e} gives {dx:e}");
        }
        Relu.backward_from_output(&y, &dy, &mut dx);
        for ((&y, &dy), &dx) in y.iter().zip(&dy).zip(&dx) {
            prop_assert!(same(dx, if y <= 0.0 { 0.0 } else { dy }), "relu: {dy:e} at an output of {y:e} gives {dx:e}");
        }
    }
}

/// As an engine keeps operations of different kinds in its graph.
#[test]
fn an_operation_can_be_a_trait_object() {
    let operation: Box<dyn Gradient + Send + Sync> = Box::new(Relu);
    let (mut y, mut dx) = ([0.0; 2], [0.0; 2]);
    operation.apply_into(&[-1.0, 2.0], &mut y);
    operation.backward(&[-1.0, 2.0], &[3.0, 4.0], &mut dx);
    assert_eq!((y, dx), ([0.0, 2.0], [0.0, 4.0]));
}

/// A forward kernel at the level that public calls run at.
fn active(name: &str, tier: Tier) -> Call {
    let wanted = |(call, found): &(Call, &Kernel)| {
        call.operation.name == name && call.isa == Isa::active() && found.tier == tier
    };
    forward().find(wanted).expect("in the table").0
}

#[track_caller]
fn assert_same(what: &str, got: &[f32], expected: &[f32]) {
    assert!(
        got.iter().zip(expected).all(|(&a, &b)| same(a, b)),
        "{what}: {got:?} is not {expected:?}"
    );
}

fn assert_gives_what_the_table_gives<Op: Gradient + Copy>(name: &str, op: Op, x: &[f32], dy: &[f32])
where
    Fast<Op>: Gradient,
{
    assert_is_tier(name, Tier::Default, &op, x, dy);
    assert_is_tier(name, Tier::Fast, &Fast(op), x, dy);
}

fn assert_is_exact_tier<Op: Gradient + Copy>(name: &str, op: Op, x: &[f32], dy: &[f32])
where
    Exact<Op>: Gradient,
{
    assert_is_tier(name, Tier::Exact, &Exact(op), x, dy);
}

fn assert_is_tier(name: &str, tier: Tier, op: &dyn Gradient, x: &[f32], dy: &[f32]) {
    let (mut y, mut out, mut expected) = (x.to_vec(), vec![0.0; x.len()], vec![0.0; x.len()]);
    active(name, tier).run(x, dy, &mut expected);
    op.apply(&mut y);
    assert_same(name, &y, &expected);
    op.apply_into(x, &mut out);
    assert_same(name, &out, &expected);

    let gradient = |(call, of): &(Call, &Backward)| {
        of.kernel == "backward" && call.operation.name == name && call.isa == Isa::active()
    };
    gradients().find(gradient).expect("in the table").0.run(x, dy, &mut expected);
    op.backward(x, dy, &mut out);
    assert_same(name, &out, &expected);
    out.copy_from_slice(dy);
    op.backward_in_place(x, &mut out);
    assert_same(name, &out, &expected);
}

fn assert_is_default_tier(name: &str, function: fn(&mut [f32]), x: &[f32]) {
    let mut y = x.to_vec();
    function(&mut y);
    assert_same(name, &y, &active(name, Tier::Default).images(x));
}

fn assert_gives_the_same_gradient<Op>(name: &str, op: Op, x: &[f32], dy: &[f32])
where
    Op: GradientFromOutput + Copy,
    Fast<Op>: GradientFromOutput,
{
    assert_tells_its_gradient(name, &op, &Fast(op), x, dy);
}

fn assert_tells_its_gradient(
    name: &str,
    op: &dyn GradientFromOutput,
    fast: &dyn GradientFromOutput,
    x: &[f32],
    dy: &[f32],
) {
    let (mut y, mut from_output, mut from_input) =
        (x.to_vec(), vec![0.0; x.len()], vec![0.0; x.len()]);
    op.apply(&mut y);
    op.backward(x, dy, &mut from_input);
    op.backward_from_output(&y, dy, &mut from_output);
    // Where e^x is no normal number, the input knows more digits of it than the output.
    let is_tail = |i: usize| !y[i].is_normal() || (y[i] * dy[i]).abs() < f32::MIN_POSITIVE;
    for i in (0..x.len()).filter(|&i| name == "exp" && is_tail(i)) {
        from_input[i] = from_output[i];
    }
    for i in (0..x.len()).filter(|_| ["elu", "selu", "celu"].contains(&name)) {
        let error = (from_output[i] - from_input[i]).abs();
        assert!(
            error.is_nan() || error <= dy[i].abs() * 4e-7 + 1e-44,
            "{name}: {:e} at {:e}: {:e}",
            dy[i],
            x[i],
            from_output[i]
        );
        from_input[i] = from_output[i];
    }
    assert_same(name, &from_output, &from_input);
    fast.backward_from_output(&y, dy, &mut from_output);
    assert_same(name, &from_output, &from_input);
    from_output.copy_from_slice(dy);
    op.backward_from_output_in_place(&y, &mut from_output);
    assert_same(name, &from_output, &from_input);
}

/// Finite differences in f64, at each point that is not beside a corner.
#[test]
fn gradients_agree_with_central_differences() {
    let points: Vec<f32> = (-4000_i16..4000).map(|i| f32::from(i) * 0.0049 + 0.0013).collect();
    for (call, _) in gradients().filter(|(_, backward)| backward.kernel == "backward") {
        let (exact, derivative) = (call.operation.exact, call.operation.backward.derivative);
        let mut compared = 0;
        for (&point, gradient) in points.iter().zip(call.images(&points)) {
            let (x, h) = (f64::from(point), 1e-5);
            let (left, right) = (derivative(x - h), derivative(x + h));
            if (right - left).abs() > 1e-3 * left.abs().max(1e-3) {
                continue;
            }
            let difference = (exact(x + h) - exact(x - h)) / (2.0 * h);
            let error = (f64::from(gradient) - difference).abs();
            assert!(
                error < 1e-6 * difference.abs().max(1e-3),
                "{call} at {x}: {gradient}, not {difference}"
            );
            compared += 1;
        }
        assert!(compared > 7900, "{call}: compared at {compared} points only");
    }
}
