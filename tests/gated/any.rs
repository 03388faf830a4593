//! Gated units that are chosen at run time: that they are the units themselves, their texts and
//! parameters.

use crate::assert_is;
use activations::{
    AnyActivation, AnyGated, At, ClampedSwiGlu, Fast, Gated, GatedActivation, GeGluTanh, Glu, Isa,
    LogSumExp, Mish, Parameter, Sigmoid, Softmax, SwiGlu, Tier,
    table::{GATED_UNITS, OPERATIONS},
};
use activations_testing::{at_levels, isas};
use std::collections::HashSet;

/// Every unit in every tier that it has.
fn all_tiers() -> impl Iterator<Item = AnyGated> {
    AnyGated::all()
        .flat_map(|any| Tier::ALL.into_iter().filter_map(move |tier| any.with_tier(tier).ok()))
}

/// Asserts that a unit that is chosen at run time has the bits of one that is not.
fn assert_same_unit<Unit: GatedActivation>(any: AnyGated, isa: Isa, unit: &Unit) {
    let at = At::new(isa, any).expect("a level of this machine");
    let forward = |gate: &[f32], up: &[f32]| {
        let mut y = vec![7.0; gate.len()];
        unit.apply_into(gate, up, &mut y);
        y
    };
    let gradients = |gate: &[f32], up: &[f32], dy: &[f32]| {
        let [mut d_gate, mut d_up] = [vec![7.0; gate.len()], vec![7.0; gate.len()]];
        unit.backward(gate, up, dy, &mut d_gate, &mut d_up);
        [d_gate, d_up]
    };
    assert_is(&format!("{any} at {isa}"), &at, forward, gradients);
    if isa == Isa::active() {
        assert_is(&format!("{any}"), &any, forward, gradients);
    }
}

fn assert_is_reached<Unit>(id: u16, unit: Unit, tier: Tier)
where
    Unit: Copy,
    AnyGated: From<Unit>,
    At<Unit>: GatedActivation,
{
    let any = AnyGated::from_id(id).expect("a line of the table").with_tier(tier).expect("a tier");
    assert_eq!(any, unit.into());
    assert_eq!((any.id(), any.tier()), (id, tier));
    for unit in at_levels(unit) {
        assert_same_unit(any, unit.isa(), &unit);
    }
}

macro_rules! assert_all_are_reached { ($($id:literal $Unit:ident;)*) => {$(
    assert_is_reached($id, activations::$Unit::default(), Tier::Default);
    assert_is_reached($id, Fast(activations::$Unit::default()), Tier::Fast);
)*}; }

#[test]
fn every_unit_of_the_table_is_reached_with_its_bits_in_every_form() {
    activations::each_gated_unit!(assert_all_are_reached);
    let unit = ClampedSwiGlu { alpha: 1.5, limit: 3.0 };
    for at in at_levels(unit) {
        assert_same_unit(unit.into(), at.isa(), &at);
    }
}

/// One operation of each tier: the tests of `AnyActivation` have the others.
#[test]
fn the_unit_of_an_operation_has_its_bits_in_every_form() {
    for isa in isas() {
        assert_same_unit(Gated(Mish).into(), isa, &At::new(isa, Gated(Mish)).unwrap());
        let fast = Gated(Fast(Mish));
        assert_same_unit(fast.into(), isa, &At::new(isa, fast).unwrap());
        let exact = Gated(activations::Exact(Sigmoid));
        assert_same_unit(exact.into(), isa, &At::new(isa, exact).unwrap());
    }
}

#[test]
fn every_operation_on_elements_gates() {
    let (gate, up) = ([0.5_f32, -1.5], [3.0, -2.0]);
    for operation in OPERATIONS {
        for kernel in operation.kernels {
            let any: AnyActivation = operation.name.parse().expect("a name");
            let any = any.with_tier(kernel.tier).expect("a tier");
            let unit = AnyGated::try_from(Gated(any)).expect("a function of one number");
            assert_eq!((unit.id(), unit.tier()), (10_000 + operation.id, kernel.tier));
            let mut y = gate;
            unit.apply(&mut y, &up);
            let mut expected = gate;
            any.apply(&mut expected);
            assert_eq!(y, [expected[0] * up[0], expected[1] * up[1]], "{unit}");
        }
    }
    for name in ["softmax", "log_softmax", "log_sum_exp"] {
        let of_rows: AnyActivation = name.parse().expect("a name");
        let error = AnyGated::try_from(Gated(of_rows)).unwrap_err().to_string();
        assert_eq!(error, format!("{name} is a function of rows, and gates nothing"));
    }
}

/// Other languages and files hold these numbers.
#[test]
fn ids_stay() {
    for (id, text) in [
        (2001, "glu"),
        (2002, "swiglu(1)"),
        (2003, "geglu"),
        (2004, "geglu_tanh"),
        (2005, "quick_geglu"),
        (2006, "reglu"),
        (2007, "bilinear"),
        (2008, "clamped_swiglu(1.702, 7)"),
        (10_001, "gated(exp)"),
        (10_018, "gated(mish)"),
    ] {
        assert_eq!(AnyGated::from_id(id).map(|any| any.to_string()).as_deref(), Some(text));
    }
    assert_eq!(AnyGated::from_id(11_001), None, "softmax gates nothing");
    let ids: HashSet<_> = AnyGated::all().map(|any| any.id()).collect();
    assert_eq!(ids.len(), GATED_UNITS.len() + OPERATIONS.len(), "an id is that of two units");
}

#[test]
fn texts_are_parsed_and_printed() {
    for any in all_tiers() {
        assert_eq!(any.to_string().parse(), Ok(any));
    }
    for line in GATED_UNITS {
        for text in [line.name.to_owned(), format!(" {} ( ) ", line.type_name)] {
            assert_eq!(text.parse(), Ok(AnyGated::from_id(line.id).unwrap()), "{text}");
        }
    }
    let fast = |any: AnyGated| any.with_tier(Tier::Fast).expect("every unit has it");
    let clamped = ClampedSwiGlu { alpha: 1.5, limit: 6.0 };
    for (text, any) in [
        ("SwiGLU", SwiGlu { beta: 1.0 }.into()),
        ("swiglu(beta = 0.5)", SwiGlu { beta: 0.5 }.into()),
        ("clamped_swiglu(alpha = 1.5, limit = 6)", clamped.into()),
        ("clamped-swiglu(1.5, limit = 6)", clamped.into()),
        ("fast(geglu_tanh)", Fast(GeGluTanh).into()),
        ("fast( clamped_swiglu(1.5, 6) )", Fast(clamped).into()),
        ("gated(mish)", Gated(Mish).into()),
        ("Gated( fast(mish) )", fast(Gated(Mish).into())),
        ("fast(gated(mish))", fast(Gated(Mish).into())),
    ] {
        assert_eq!(text.parse(), Ok(any), "{text}");
    }
    assert_eq!(AnyGated::from(Fast(Glu)).to_string(), "fast(glu)");
    assert_eq!(fast(Gated(Mish).into()).to_string(), "gated(fast(mish))");
    assert_eq!(format!("{:*^9}", AnyGated::from(Glu)), "***glu***");
}

#[test]
fn what_is_no_unit_says_what_was_expected() {
    for (text, expected) in [
        ("", "unknown gated unit: expected one of glu, swiglu, "),
        ("sigmoid", "unknown gated unit: expected one of glu, swiglu, "),
        ("glu(1)", "no such parameter: expected glu"),
        ("swiglu(1, 2)", "no such parameter: expected swiglu(beta)"),
        ("clamped_swiglu(beta = 1)", "no such parameter: expected clamped_swiglu(alpha, limit)"),
        ("clamped_swiglu(1, -7)", "limit must be at least 0"),
        ("swiglu(nan)", "beta must be a number"),
        ("swiglu(inf)", "beta must be finite"),
        ("swiglu(beta = 1, beta = 1)", "beta is given twice"),
        ("swiglu(1", "parameters stand between parentheses: "),
        ("exact(glu)", "glu has no exact tier"),
        ("exact(gated(mish))", "mish has no exact tier"),
        ("fast(gated(fast(mish)))", "a tier is given twice"),
        ("fast(fast(glu))", "unknown gated unit: "),
        ("gated", "unknown operation: expected one of exp, "),
        ("gated(glu)", "unknown operation: expected one of exp, "),
        ("gated(elu(1, 2))", "no such parameter: expected elu(alpha)"),
        ("gated(softmax)", "softmax is a function of rows, and gates nothing"),
    ] {
        let error = text.parse::<AnyGated>().expect_err(text);
        assert!(error.to_string().starts_with(expected), "'{text}': {error}");
        assert_eq!(error.is_unknown_name(), expected.starts_with("unknown "), "'{text}'");
    }
}

#[test]
fn parameters_are_listed_got_and_set_within_their_domain() {
    let mut any = AnyGated::from(ClampedSwiGlu::default());
    let listed = [("alpha", Parameter::Number(1.702)), ("limit", Parameter::Number(7.0))];
    assert!(any.parameters().eq(listed));
    let before = any;
    for (name, value, expected) in [
        ("limit", -1.0, "limit must be at least 0"),
        ("alpha", f32::NAN, "alpha must be a number"),
        ("beta", 1.0, "no such parameter: expected clamped_swiglu(alpha, limit)"),
    ] {
        assert_eq!(any.set(name, value).unwrap_err().to_string(), expected);
        assert_eq!(any, before, "an error changes nothing");
    }
    any.set("limit", 6.0).expect("a limit");
    assert_eq!(any, ClampedSwiGlu { limit: 6.0, ..ClampedSwiGlu::default() }.into());
    assert_eq!(any.get("limit"), Some(Parameter::Number(6.0)));
    assert_eq!(any.get("beta"), None);

    let mut gated: AnyGated = "gated(leaky_relu(0.5))".parse().expect("a unit");
    gated.set("slope", 0.25).expect("a parameter of the operation");
    assert_eq!(gated.to_string(), "gated(leaky_relu(0.25))");
    let error = gated.set("alpha", 1.0).unwrap_err().to_string();
    assert_eq!(error, "no such parameter: expected gated(leaky_relu(slope))");
}

#[test]
fn equal_units_have_equal_bits_and_hashes() {
    let all: HashSet<_> = all_tiers().collect();
    assert_eq!(all.len(), all_tiers().count());
    let swiglu = |beta| AnyGated::from(SwiGlu { beta });
    assert_eq!(swiglu(f32::NAN), swiglu(f32::NAN));
    assert_ne!(swiglu(0.0), swiglu(-0.0));
    assert!(!HashSet::from([swiglu(0.0)]).contains(&swiglu(-0.0)));
    assert_ne!(AnyGated::from(Gated(Sigmoid)), Glu.into(), "of equal bits, and not of one name");
    // Functions of rows cannot get in by conversion either.
    let softmax = AnyActivation::try_from(Softmax::new()).expect("no masks");
    assert!(AnyGated::try_from(Gated(softmax)).is_err());
    let reduction = AnyActivation::try_from(LogSumExp::new()).expect("no masks");
    assert!(AnyGated::try_from(Gated(reduction)).is_err());
}
