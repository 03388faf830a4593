//! Gated units, whose output has half of an axis.

use crate::{
    errors::assert_refused,
    folder::{Folder, assert_success, bytes, npy, npy_bytes},
    formats::fortran,
    inputs,
};
use activations::{
    AnyGated, ClampedSwiGlu, Fast, GateLayout, Gated, GatedActivation, Mish, SwiGlu, Tier,
    table::{GATED_UNITS, OPERATIONS},
};
use activations_testing::{capture::FEED_FORWARD, capture::capture};

/// The images of rows.
fn images(unit: &impl GatedActivation, x: &[f32], cols: usize, layout: GateLayout) -> Vec<f32> {
    let mut y = vec![0.0; x.len() / 2];
    unit.rows_into(x, &mut y, cols, layout);
    y
}

#[test]
fn a_captured_feed_forward_layer_gives_half_of_its_columns() {
    let Some(folder) = Folder::new() else { return };
    let (x, cols) = capture(FEED_FORWARD);
    folder.write("in.npy", FEED_FORWARD);
    assert_success(&folder.apply("swiglu in.npy out.npy"));
    let expected = images(&SwiGlu { beta: 1.0 }, &x, cols / 2, GateLayout::GateUp);
    folder.assert_holds("out.npy", "(32, 768)", &expected);
}

#[test]
fn every_unit_gives_what_the_library_gives_in_every_tier_and_layout() {
    let Some(folder) = Folder::new() else { return };
    let x = inputs(1000);
    folder.write("in.npy", &npy("(4, 25, 10)", &x));
    for unit in AnyGated::all().filter(|unit| unit.name() != "gated") {
        for tier in [Tier::Default, Tier::Fast] {
            for (option, layout) in [
                ("", GateLayout::GateUp),
                ("--layout gate_up", GateLayout::GateUp),
                ("--layout up_gate", GateLayout::UpGate),
                ("--layout pairs", GateLayout::Interleaved),
            ] {
                let name = unit.name();
                let arguments = format!("{name} in.npy out.npy --tier {tier} {option}");
                assert_success(&folder.apply(&arguments));
                let unit = unit.with_tier(tier).expect("a tier of every unit");
                folder.assert_holds("out.npy", "(4, 25, 5)", &images(&unit, &x, 5, layout));
            }
        }
    }
    for (function, expected) in [
        ("gated(fast(mish))", images(&Gated(Fast(Mish)), &x, 5, GateLayout::GateUp)),
        (
            "clamped_swiglu(1.5,limit=6)",
            images(&ClampedSwiGlu { alpha: 1.5, limit: 6.0 }, &x, 5, GateLayout::GateUp),
        ),
    ] {
        assert_success(&folder.apply(&format!("{function} in.npy out.npy")));
        folder.assert_holds("out.npy", "(4, 25, 5)", &expected);
    }
}

/// The elements of `[4, 6, 10]` whose index along an axis is one of these, as a unit needs them.
fn part(x: &[f32], axis: usize, indices: impl Fn(usize) -> bool) -> Vec<f32> {
    let index = |i: usize| [i / 60, i / 10 % 6, i % 10][axis];
    x.iter().enumerate().filter(|&(i, _)| indices(index(i))).map(|(_, &x)| x).collect()
}

#[test]
fn gates_lie_along_any_axis_in_either_order() {
    let Some(folder) = Folder::new() else { return };
    let x = inputs(240);
    folder.write("c.npy", &npy("(4, 6, 10)", &x));
    let in_fortran_order = bytes(&fortran(&x, [4, 6, 10]));
    folder.write("f.npy", &npy_bytes("'>f4'", "True", "(4, 6, 10)", &swapped(&in_fortran_order)));
    for (axis, sides) in [[2, 6, 10], [4, 3, 10], [4, 6, 5]].into_iter().enumerate() {
        let half = sides[axis];
        for layout in ["gate_up", "up_gate", "pairs"] {
            let is_gate = |i: usize| match layout {
                "gate_up" => i < half,
                "up_gate" => i >= half,
                _ => i.is_multiple_of(2),
            };
            let mut expected = part(&x, axis, is_gate);
            SwiGlu { beta: 1.0 }.apply(&mut expected, &part(&x, axis, |i| !is_gate(i)));
            let shape = format!("({}, {}, {})", sides[0], sides[1], sides[2]);
            for axis in [axis.to_string(), format!("-{}", 3 - axis)] {
                let options = format!("--axis {axis} --layout {layout}");
                assert_success(&folder.apply(&format!("swiglu c.npy out.npy {options}")));
                folder.assert_holds("out.npy", &shape, &expected);
                assert_success(&folder.apply(&format!("swiglu f.npy out.npy {options}")));
                let expected = fortran(&expected, sides);
                folder.assert_holds_in_fortran_order("out.npy", &shape, &expected);
            }
        }
    }
}

/// The other byte order.
fn swapped(bytes: &[u8]) -> Vec<u8> {
    bytes.as_chunks::<4>().0.iter().flat_map(|&[a, b, c, d]| [d, c, b, a]).collect()
}

/// Blocks do not end where rows would, unless they are made to.
#[test]
fn large_arrays_and_empty_ones_have_whole_rows() {
    let Some(folder) = Folder::new() else { return };
    let x = inputs(600_000);
    folder.write("in.npy", &npy("(100000, 6)", &x));
    for (option, layout) in [("", GateLayout::GateUp), ("--layout pairs", GateLayout::Interleaved)]
    {
        assert_success(&folder.apply(&format!("swiglu in.npy out.npy {option}")));
        let expected = images(&SwiGlu { beta: 1.0 }, &x, 3, layout);
        folder.assert_holds("out.npy", "(100000, 3)", &expected);
    }
    for (shape, halved) in [("(3, 0)", "(3, 0)"), ("(0, 6)", "(0, 3)")] {
        folder.write("in.npy", &npy(shape, &[]));
        assert_success(&folder.apply("swiglu in.npy out.npy"));
        folder.assert_holds("out.npy", halved, &[]);
    }
}

#[test]
fn what_no_unit_takes_is_refused() {
    let Some(folder) = Folder::new() else { return };
    folder.write("good.npy", &npy("(2, 6)", &inputs(12)));
    folder.write("odd.npy", &npy("(4, 3)", &inputs(12)));
    folder.write("scalar.npy", &npy("()", &[0.0]));
    folder.write("out.npy", b"precious");
    let operations: Vec<_> = OPERATIONS.iter().map(|operation| operation.name).collect();
    let operations = format!(
        "unknown operation: expected one of {}, softmax, log_softmax, log_sum_exp",
        operations.join(", ")
    );
    let units: Vec<_> = GATED_UNITS.iter().map(|unit| unit.name).collect();
    let units =
        format!("unknown gated unit: expected one of {}, or gated(operation)\n", units.join(", "));
    assert_refused(
        &folder,
        &[
            ("swoosh good.npy out.npy", &format!("'swoosh': {operations}; {units}")),
            ("gated(swoosh) good.npy out.npy", &format!("'gated(swoosh)': {operations}\n")),
            (
                "gated(softmax) good.npy out.npy",
                "'gated(softmax)': softmax is a function of rows, and gates nothing",
            ),
            (
                "swiglu(1,2) good.npy out.npy",
                "'swiglu(1,2)': no such parameter: expected swiglu(beta)",
            ),
            (
                "swiglu odd.npy out.npy",
                "swiglu(1) takes half of an axis as gates, and the length 3 is odd",
            ),
            (
                "glu odd.npy out.npy --axis -1",
                "glu takes half of an axis as gates, and the length 3",
            ),
            ("glu good.npy out.npy --axis 2", "axis 2 of a tensor that has 2 axes"),
            (
                "glu scalar.npy out.npy",
                "glu works along an axis, and an array of shape () has none",
            ),
            (
                "glu good.npy out.npy --layout up",
                "'up': unknown layout: expected gate_up, up_gate or pairs",
            ),
            ("tanh good.npy out.npy --layout pairs", "--layout is for gated units, not for tanh"),
            ("glu good.npy out.npy --tier exact", "glu has no exact tier"),
            (
                "gated(fast(mish)) good.npy out.npy --tier fast",
                "--tier fast beside gated(fast(mish))",
            ),
        ],
    );
}
