//! Gated units are the activation and a product, in every layout, bit for bit.

#[path = "gated/any.rs"]
mod any;

use activations::{
    Activation, AnyActivation, At, Bilinear, ClampedSwiGlu, Fast, GateLayout, Gated,
    GatedActivation, Glu, Gradient, SquaredRelu, SwiGlu, Swish, ThresholdedRelu, Tier,
    table::GATED_UNITS,
};
use activations_testing::{at_levels, same, spread, ulp::ulps};

/// About the length of a block, and about that of a register.
const LENGTHS: [usize; 9] = [0, 1, 7, 16, 33, 1023, 1024, 1025, 2500];
const LAYOUTS: [GateLayout; 3] = [GateLayout::GateUp, GateLayout::UpGate, GateLayout::Interleaved];

fn numbers(seed: u32, len: usize) -> Vec<f32> {
    let number = |i| spread(seed.wrapping_add(i as u32).wrapping_mul(0x9e37_79b1));
    // Half of them from all over, half of them of usual size.
    (0..len).map(|i| if i % 2 == 0 { number(i) } else { number(i).clamp(-30.0, 30.0) }).collect()
}

#[track_caller]
fn assert_same(what: &str, got: &[f32], expected: &[f32]) {
    assert_eq!(got.len(), expected.len(), "{what}");
    for (i, (&got, &expected)) in got.iter().zip(expected).enumerate() {
        let both_nan = got.is_nan() && expected.is_nan();
        assert!(same(got, expected) || both_nan, "{what}: {got:e} at {i}, not {expected:e}");
    }
}

fn products(a: &[f32], b: &[f32]) -> Vec<f32> {
    a.iter().zip(b).map(|(a, b)| a * b).collect()
}

/// A row of both, and where its two parts are.
fn joined(layout: GateLayout, cols: usize, gate: &[f32], up: &[f32]) -> Vec<f32> {
    let rows = gate.chunks(cols).zip(up.chunks(cols));
    rows.flat_map(|(gate, up)| match layout {
        GateLayout::GateUp => [gate, up].concat(),
        GateLayout::UpGate => [up, gate].concat(),
        _ => gate.iter().zip(up).flat_map(|(&gate, &up)| [gate, up]).collect(),
    })
    .collect()
}

/// Asserts that the unit is these functions of gate and up, in every form.
fn assert_is<Unit: GatedActivation>(
    what: &str,
    unit: &Unit,
    forward: impl Fn(&[f32], &[f32]) -> Vec<f32>,
    gradients: impl Fn(&[f32], &[f32], &[f32]) -> [Vec<f32>; 2],
) {
    for len in LENGTHS {
        let [gate, up, dy] = [1, 2, 3].map(|seed| numbers(seed, len));
        let expected = forward(&gate, &up);
        let [d_gate, d_up] = gradients(&gate, &up, &dy);

        let mut y = vec![7.0; len];
        unit.apply_into(&gate, &up, &mut y);
        assert_same(what, &y, &expected);
        y.copy_from_slice(&gate);
        unit.apply(&mut y, &up);
        assert_same(what, &y, &expected);
        let [mut of_gate, mut of_up] = [vec![7.0; len], vec![7.0; len]];
        unit.backward(&gate, &up, &dy, &mut of_gate, &mut of_up);
        assert_same(what, &of_gate, &d_gate);
        assert_same(what, &of_up, &d_up);

        for layout in LAYOUTS {
            for cols in [1, 3, 5, len.max(1)].into_iter().filter(|&cols| len.is_multiple_of(cols)) {
                let what = format!("{what}, {layout:?}, rows of {cols}");
                let x = joined(layout, cols, &gate, &up);
                unit.rows_into(&x, &mut y, cols, layout);
                assert_same(&what, &y, &expected);
                let mut dx = vec![7.0; 2 * len];
                unit.rows_backward(&x, &dy, &mut dx, cols, layout);
                assert_same(&what, &dx, &joined(layout, cols, &d_gate, &d_up));
                let mut over = x.clone();
                unit.rows(&mut over, cols, layout);
                let rows = over.chunks(2 * cols).zip(x.chunks(2 * cols));
                for ((row, of_x), expected) in rows.zip(expected.chunks(cols)) {
                    assert_same(&what, &row[..cols], expected);
                    if layout != GateLayout::Interleaved {
                        assert_same(&what, &row[cols..], &of_x[cols..]);
                    }
                }
            }
        }
    }
}

/// The unit at every level, and what its activation and a product make there.
fn assert_is_product<Unit>(unit: Unit, activation: impl Into<AnyActivation>)
where
    Unit: Copy + std::fmt::Debug,
    At<Unit>: GatedActivation,
{
    let activation = activation.into();
    for unit in at_levels(unit) {
        let activation = At::new(unit.isa(), activation).expect("the level of the unit");
        let image = |gate: &[f32]| {
            let mut y = vec![7.0; gate.len()];
            activation.apply_into(gate, &mut y);
            y
        };
        assert_is(
            &format!("{unit:?}"),
            &unit,
            |gate, up| products(&image(gate), up),
            |gate, up, dy| {
                let mut d_gate = products(dy, up);
                activation.backward_in_place(gate, &mut d_gate);
                [d_gate, products(&image(gate), dy)]
            },
        );
    }
}

/// A unit of the table in a tier, whose line names the activation.
fn assert_is_its_formula<Unit>(id: u16, unit: Unit, tier: Tier)
where
    Unit: Copy + std::fmt::Debug,
    At<Unit>: GatedActivation,
{
    let line = GATED_UNITS.iter().find(|line| line.id == id).expect("a line of the table");
    if let Some(name) = line.formula.strip_suffix("(gate) · up") {
        let activation: AnyActivation = name.parse().expect("the name of an activation");
        assert_is_product(unit, activation.with_tier(tier).expect("a tier of the activation"));
    } else {
        let has_a_test = ["bilinear", "clamped_swiglu"].contains(&line.name);
        assert!(has_a_test, "{} is no activation and a product, and has no test", line.name);
    }
}

macro_rules! assert_all_are_their_formula { ($($id:literal $Unit:ident;)*) => {$(
    assert_is_its_formula($id, activations::$Unit::default(), Tier::Default);
    assert_is_its_formula($id, Fast(activations::$Unit::default()), Tier::Fast);
)*}; }

#[test]
fn a_unit_is_its_activation_and_a_product_in_every_layout() {
    activations::each_gated_unit!(assert_all_are_their_formula);
}

#[test]
fn a_unit_takes_its_parameters_and_gates_by_any_activation() {
    for beta in [1.702, 0.5] {
        assert_is_product(SwiGlu { beta }, Swish { beta });
        assert_is_product(Fast(SwiGlu { beta }), Fast(Swish { beta }));
    }
    assert_is_product(Gated(SquaredRelu), SquaredRelu);
    let threshold = ThresholdedRelu { alpha: 0.5 };
    assert_is_product(Gated(Fast(threshold)), threshold);
}

#[test]
fn the_bilinear_unit_is_a_product() {
    for unit in at_levels(Bilinear) {
        let gradients =
            |gate: &[f32], up: &[f32], dy: &[f32]| [products(dy, up), products(gate, dy)];
        assert_is("bilinear", &unit, products, gradients);
    }
}

/// A gate or an up beyond its limit is that limit, and has no gradient.
#[test]
fn the_clamped_unit_is_its_definition() {
    let ClampedSwiGlu { alpha, limit } = ClampedSwiGlu::default();
    let swish = Swish { beta: alpha };
    for unit in at_levels(ClampedSwiGlu::default()) {
        let swish = At::new(unit.isa(), swish).expect("the level of the unit");
        let clamped = |gate: &[f32]| -> Vec<f32> {
            gate.iter().map(|&x| if x > limit { limit } else { x }).collect()
        };
        let image = |gate: &[f32]| {
            let mut y = clamped(gate);
            swish.apply(&mut y);
            y
        };
        let factors = |up: &[f32]| -> Vec<f32> {
            up.iter()
                .map(|up| if up.is_nan() { *up } else { up.clamp(-limit, limit) + 1.0 })
                .collect()
        };
        assert_is(
            "clamped",
            &unit,
            |gate, up| products(&image(gate), &factors(up)),
            |gate, up, dy| {
                let mut d_gate = products(dy, &factors(up));
                swish.backward_in_place(&clamped(gate), &mut d_gate);
                for (dx, &x) in d_gate.iter_mut().zip(gate) {
                    *dx = if x > limit { 0.0 } else { *dx };
                }
                let mut d_up = products(&image(gate), dy);
                for (dx, x) in d_up.iter_mut().zip(up) {
                    *dx = if x.abs() > limit { 0.0 } else { *dx };
                }
                [d_gate, d_up]
            },
        );
    }
}

#[test]
fn the_clamped_unit_is_near_its_formula_in_f64() {
    let unit = ClampedSwiGlu::default();
    let (alpha, limit) = (f64::from(unit.alpha), f64::from(unit.limit));
    let gate: Vec<_> = (-400_i16..400).map(|i| f32::from(i) * 0.025).collect();
    let up: Vec<_> = gate.iter().rev().map(|x| x * 1.1 + 0.003).collect();
    for unit in at_levels(unit) {
        let mut y = gate.clone();
        unit.apply(&mut y, &up);
        for ((&gate, &up), y) in gate.iter().zip(&up).zip(y) {
            let g = f64::from(gate).min(limit);
            // The sum with 1 is rounded, which is all that is left of it near -1.
            let factor = f64::from(up.clamp(-7.0, 7.0) + 1.0);
            let exact = g / (1.0 + libm::exp(-alpha * g)) * factor;
            assert!(ulps(y, exact) <= 2.5, "{gate} and {up} give {y:e}, not {exact:e}");
        }
    }
}

#[test]
fn lengths_that_do_not_fit_are_refused_before_anything_is_written() {
    let (x, mut y) = ([1.0_f32; 12], [7.0_f32; 5]);
    let layout = GateLayout::GateUp;
    let text = |result: Result<(), activations::ShapeError>| result.unwrap_err().to_string();
    let error = text(Glu.try_apply_into(&x[..4], &x[..5], &mut y));
    assert_eq!(error, "gate has 4 elements, dst has 5");
    assert_eq!(text(Glu.try_apply(&mut y, &x[..4])), "gate has 5 elements, up has 4");
    let error = text(Glu.try_rows_into(&x, &mut y, 5, layout));
    assert_eq!(error, "src has 12 elements, no multiple of 10 columns");
    let error = text(Glu.try_rows_into(&x, &mut y, 3, layout));
    assert_eq!(error, "src has 12 elements, which is not twice the 5 of dst");
    assert_eq!(text(Glu.try_rows(&mut y, 0, layout)), "x has 5 elements, but rows have 0 columns");
    let mut dx = [7.0_f32; 12];
    let error = text(Glu.try_rows_backward(&x, &y, &mut dx, 3, layout));
    assert_eq!(error, "x has 12 elements, which is not twice the 5 of dy");
    let [mut d_gate, mut d_up] = [[7.0_f32; 4]; 2];
    let error = text(Glu.try_backward(&x[..4], &x[..4], &x[..3], &mut d_gate, &mut d_up));
    assert_eq!(error, "gate has 4 elements, dy has 3");
    assert!([&y[..], &dx, &d_gate, &d_up].concat().iter().all(|&untouched| untouched == 7.0));
    Glu.rows(&mut [], 0, layout);
}

#[test]
#[should_panic = "gate has 2 elements, up has 1"]
fn the_other_form_panics() {
    Glu.apply(&mut [1.0, 2.0], &[1.0_f32]);
}
