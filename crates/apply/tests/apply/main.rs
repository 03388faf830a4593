//! The command `apply`, run as a user runs it.
#![cfg(not(any(target_family = "wasm", miri)))]

mod errors;
mod folder;
mod formats;
mod gated;
mod pipes;
mod tables;

use activations::{
    Activation, Exp, Fast, Isa, LeakyRelu, Sigmoid, SoftmaxOptions, Tanh,
    table::{OPERATIONS, ROW_OPERATIONS, RowOperation},
};
use activations_testing::spread;
use folder::{Folder, assert_success, bytes, npy, skip};
use std::{fs, process::Command};

#[test]
fn every_kernel_gives_what_the_library_gives() {
    let Some(folder) = Folder::new() else { return };
    let inputs = inputs(1000);
    folder.write("in.npy", &npy("(8, 125)", &inputs));
    for operation in OPERATIONS {
        for kernel in operation.kernels {
            assert_success(
                &folder.apply(&format!("{} in.npy out.npy --tier {}", operation.name, kernel.tier)),
            );
            let mut expected = inputs.clone();
            (kernel.apply)(Isa::active(), &mut expected);
            folder.assert_holds("out.npy", "(8, 125)", &expected);
        }
    }
}

#[test]
fn functions_of_rows_take_any_axis() {
    let Some(folder) = Folder::new() else { return };
    // Which NaN a row gives is not specified.
    let inputs = without_nan(1000);
    folder.write("in.npy", &npy("(8, 25, 5)", &inputs));
    for operation in ROW_OPERATIONS {
        for (axis, shape) in [
            ("", [200, 5, 1]),
            ("--axis 2", [200, 5, 1]),
            ("--axis 1", [8, 25, 5]),
            ("--axis -2", [8, 25, 5]),
            ("--axis 0", [1, 8, 125]),
        ] {
            let RowOperation { name, tier, .. } = operation;
            assert_success(&folder.apply(&format!("{name} in.npy out.npy --tier {tier} {axis}")));
            let mut expected = inputs.clone();
            (operation.axis)(Isa::active(), SoftmaxOptions::default(), &mut expected, shape);
            folder.assert_holds("out.npy", "(8, 25, 5)", &expected);
        }
    }
    // Several blocks, which do not end where rows do; and nothing.
    let mut expected = without_nan(600_000);
    folder.write("in.npy", &npy("(200000, 3)", &expected));
    assert_success(&folder.apply("softmax in.npy out.npy"));
    activations::softmax(&mut expected, 3);
    folder.assert_holds("out.npy", "(200000, 3)", &expected);
    folder.write("in.npy", &npy("(3, 0, 7)", &[]));
    assert_success(&folder.apply("softmax in.npy out.npy --axis 0"));
    folder.assert_holds("out.npy", "(3, 0, 7)", &[]);
}

#[test]
fn every_shape_is_kept() {
    let Some(folder) = Folder::new() else { return };
    // The last one is read in several blocks, and none of them but the last is full.
    for (shape, len) in
        [("()", 1), ("(0,)", 0), ("(3, 0, 7)", 0), ("(3, 5, 7)", 105), ("(600001,)", 600_001)]
    {
        let mut elements = inputs(len);
        folder.write("in.npy", &npy(shape, &elements));
        assert_success(&folder.apply("sigmoid in.npy out.npy"));
        Sigmoid.apply(&mut elements);
        folder.assert_holds("out.npy", shape, &elements);
    }
}

#[test]
fn leaky_relu_takes_its_slope() {
    let Some(folder) = Folder::new() else { return };
    let mut elements = inputs(100);
    folder.write("in.npy", &npy("(100,)", &elements));
    assert_success(&folder.apply("leaky_relu(-0.25) in.npy out.npy"));
    for tier in ["fast", "exact"] {
        assert_success(
            &folder.apply(&format!("leaky_relu(slope=-0.25) in.npy {tier}.npy --tier {tier}")),
        );
    }
    let mut fast = elements.clone();
    Fast(LeakyRelu { slope: -0.25 }).apply(&mut fast);
    LeakyRelu { slope: -0.25 }.apply(&mut elements);
    folder.assert_holds("out.npy", "(100,)", &elements);
    folder.assert_holds("fast.npy", "(100,)", &fast);
    folder.assert_holds("exact.npy", "(100,)", &elements);
}

#[test]
fn the_output_may_be_the_input() {
    let Some(folder) = Folder::new() else { return };
    let mut elements = inputs(300_000);
    folder.write("x.npy", &npy("(300000,)", &elements));
    assert_success(&folder.apply("tanh x.npy x.npy"));
    Tanh.apply(&mut elements);
    folder.assert_holds("x.npy", "(300000,)", &elements);
    assert_eq!(folder.names(), ["x.npy"]);
}

#[cfg(unix)]
#[test]
fn an_output_keeps_its_permissions_and_a_link_its_target() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let Some(folder) = Folder::new() else { return };
    folder.write("in.npy", &npy("(1,)", &[0.0]));
    folder.write("target.npy", b"old");
    fs::set_permissions(folder.path("target.npy"), PermissionsExt::from_mode(0o640)).unwrap();
    symlink("target.npy", folder.path("link.npy")).unwrap();
    assert_success(&folder.apply("sigmoid in.npy link.npy"));
    folder.assert_holds("target.npy", "(1,)", &[0.5]);
    assert_eq!(
        fs::metadata(folder.path("target.npy")).unwrap().permissions().mode() & 0o777,
        0o640
    );
    assert!(fs::symlink_metadata(folder.path("link.npy")).unwrap().is_symlink());
}

#[test]
fn numpy_reads_the_output_of_what_it_wrote() {
    let Some(folder) = Folder::new() else { return };
    let python =
        |script: &str| Command::new("python3").args(["-c", script]).current_dir(&folder.0).output();
    if !python("import numpy").is_ok_and(|output| output.status.success()) {
        return skip("python3 with NumPy is not installed");
    }
    for (shape, len, layout) in [
        ("()", 1, "'<f4', 'C'"),
        ("(0,)", 0, "'<f4', 'C'"),
        ("(105,)", 105, "'>f4', 'C'"),
        ("(3, 5, 7)", 105, "'<f4', 'C'"),
        ("(3, 5, 7)", 105, "'<f4', 'F'"),
        ("(3, 5, 7)", 105, "'>f4', 'F'"),
    ] {
        let mut elements = inputs(len);
        folder.write("elements", &bytes(&elements));
        let script = format!(
            "import numpy; x = numpy.fromfile('elements', '<f4').reshape({shape}); \
             numpy.save('in.npy', x.astype({layout}))"
        );
        assert_success(&python(&script).unwrap());
        assert_success(&folder.apply("exp in.npy out.npy"));
        Exp.apply(&mut elements);
        let script = "import numpy; x = numpy.load('out.npy'); \
                      print(x.dtype.str, x.flags.fnc, x.shape, *x.tobytes())";
        let read = String::from_utf8(python(script).unwrap().stdout).unwrap();
        let order = if layout.contains('F') { "True" } else { "False" };
        let expected = bytes(&elements)
            .iter()
            .fold(format!("<f4 {order} {shape}"), |text, byte| format!("{text} {byte}"));
        assert_eq!(read.trim_end(), expected);
    }
}

fn inputs(len: u32) -> Vec<f32> {
    (0..len).map(spread).collect()
}

fn without_nan(len: u32) -> Vec<f32> {
    inputs(len).into_iter().map(|x| if x.is_finite() { x } else { 0.5 }).collect()
}
