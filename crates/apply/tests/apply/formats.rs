//! The ways in which a file may lay out the same array.

use crate::{
    folder::{Folder, assert_success, bytes, npy_bytes, npy_of_version},
    inputs, without_nan,
};
use activations::{
    Activation, Isa, RowActivation, Sigmoid, Softmax, SoftmaxOptions,
    table::{OPERATIONS, ROW_OPERATIONS},
};

#[test]
fn every_operation_keeps_the_elements_of_fortran_order_where_they_lie() {
    let Some(folder) = Folder::new() else { return };
    let inputs = inputs(1000);
    folder.write("in.npy", &npy_bytes("'<f4'", "True", "(8, 25, 5)", &bytes(&inputs)));
    for operation in OPERATIONS {
        assert_success(&folder.apply(&format!("{} in.npy out.npy", operation.name)));
        let mut expected = inputs.clone();
        (operation.kernels[0].apply)(Isa::active(), &mut expected);
        folder.assert_holds_in_fortran_order("out.npy", "(8, 25, 5)", &expected);
    }
}

#[test]
fn functions_of_rows_give_the_same_array_in_fortran_order() {
    let Some(folder) = Folder::new() else { return };
    let inputs = without_nan(1000);
    let in_fortran_order = bytes(&fortran(&inputs, [8, 25, 5]));
    folder.write("in.npy", &npy_bytes("'<f4'", "True", "(8, 25, 5)", &in_fortran_order));
    for operation in ROW_OPERATIONS {
        for (axis, shape) in [
            ("", [200, 5, 1]),
            ("--axis 2", [200, 5, 1]),
            ("--axis 1", [8, 25, 5]),
            ("--axis -2", [8, 25, 5]),
            ("--axis 0", [1, 8, 125]),
            ("--axis -3", [1, 8, 125]),
        ] {
            let (name, tier) = (operation.name, operation.tier);
            assert_success(&folder.apply(&format!("{name} in.npy out.npy --tier {tier} {axis}")));
            let mut expected = inputs.clone();
            (operation.axis)(Isa::active(), SoftmaxOptions::default(), &mut expected, shape);
            let expected = fortran(&expected, [8, 25, 5]);
            folder.assert_holds_in_fortran_order("out.npy", "(8, 25, 5)", &expected);
        }
    }
}

/// The first axis of a large array has blocks of whole rows, and the last needs one block.
#[test]
fn large_arrays_in_fortran_order_have_whole_rows_in_each_block() {
    let Some(folder) = Folder::new() else { return };
    let inputs = without_nan(600_000);
    folder.write("in.npy", &npy_bytes("'<f4'", "True", "(3, 200000)", &bytes(&inputs)));
    for (axis, shape) in [("0", [200_000, 3, 1]), ("1", [1, 200_000, 3])] {
        assert_success(&folder.apply(&format!("softmax in.npy out.npy --axis {axis}")));
        let mut expected = inputs.clone();
        Softmax::new().axis(&mut expected, shape);
        folder.assert_holds_in_fortran_order("out.npy", "(3, 200000)", &expected);
    }
}

#[test]
fn either_byte_order_and_that_of_the_machine_are_read_and_little_endian_is_written() {
    let Some(folder) = Folder::new() else { return };
    let inputs = inputs(1000);
    let mut expected = inputs.clone();
    Sigmoid.apply(&mut expected);
    let of = |bytes: fn(f32) -> [u8; 4]| inputs.iter().copied().flat_map(bytes).collect();
    let (little, big): (Vec<_>, Vec<_>) = (of(f32::to_le_bytes), of(f32::to_be_bytes));
    let native: Vec<_> = of(f32::to_ne_bytes);
    for (descriptor, data) in [
        ("'<f4'", &little),
        ("\"<f4\"", &little),
        ("'>f4'", &big),
        ("'=f4'", &native),
        ("'|f4'", &native),
        ("'f4'", &native),
    ] {
        folder.write("in.npy", &npy_bytes(descriptor, "False", "(8, 125)", data));
        assert_success(&folder.apply("sigmoid in.npy out.npy"));
        folder.assert_holds("out.npy", "(8, 125)", &expected);
        folder.write("in.npy", &npy_bytes(descriptor, "True", "(8, 125)", data));
        assert_success(&folder.apply("sigmoid in.npy out.npy"));
        folder.assert_holds_in_fortran_order("out.npy", "(8, 125)", &expected);
    }
}

#[test]
fn headers_of_every_version_may_be_written_as_python_reads_them() {
    let Some(folder) = Folder::new() else { return };
    let mut expected = inputs(3);
    let data = bytes(&expected);
    Sigmoid.apply(&mut expected);
    for header in [
        "{'descr': '<f4', 'fortran_order': False, 'shape': (3,), }\n",
        "{'shape':(3,),'fortran_order':False,'descr':'<f4'}",
        "  { \"fortran_order\" : False , 'shape' : ( 3 , ) ,\n \"descr\":\t\"<f4\" }   \n",
    ] {
        for version in [1, 2, 3] {
            folder.write("in.npy", &npy_of_version(version, header, &data));
            assert_success(&folder.apply("sigmoid in.npy out.npy"));
            folder.assert_holds("out.npy", "(3,)", &expected);
        }
    }
    // More than the two bytes of version 1.0 can say.
    let header = "{'descr': '<f4', 'fortran_order': False, 'shape': (3,), }";
    let long = header.to_owned() + &" ".repeat(70_000);
    folder.write("in.npy", &npy_of_version(2, &long, &data));
    assert_success(&folder.apply("sigmoid in.npy out.npy"));
    folder.assert_holds("out.npy", "(3,)", &expected);
}

#[test]
fn empty_arrays_stay_empty_whatever_their_other_sides() {
    let Some(folder) = Folder::new() else { return };
    let wide = "(0, 4294967295, 4294967295, 4294967295)";
    for (shape, rank) in [("(0,)", 1), ("(3, 0, 7)", 3), (wide, 4)] {
        folder.write("c.npy", &npy_bytes("'<f4'", "False", shape, &[]));
        folder.write("fortran.npy", &npy_bytes("'>f4'", "True", shape, &[]));
        let axes = (-rank..rank).map(|axis| format!("--axis {axis}"));
        for options in axes.chain([String::new()]) {
            let function = if options.is_empty() { "sigmoid" } else { "softmax" };
            assert_success(&folder.apply(&format!("{function} c.npy out.npy {options}")));
            folder.assert_holds("out.npy", shape, &[]);
            assert_success(&folder.apply(&format!("{function} fortran.npy out.npy {options}")));
            folder.assert_holds_in_fortran_order("out.npy", shape, &[]);
        }
    }
}

/// The elements of an array in C order, in Fortran order.
pub(crate) fn fortran(elements: &[f32], [l, m, n]: [usize; 3]) -> Vec<f32> {
    let mut reordered = vec![0.0; elements.len()];
    for (i, &element) in elements.iter().enumerate() {
        let (first, second, third) = (i / (m * n), i / n % m, i % n);
        reordered[first + l * (second + m * third)] = element;
    }
    reordered
}
