//! The example `apply`, run as a user runs it. Plain `cargo test` builds it first; `cargo test
//! --test apply` does not.
#![cfg(not(any(target_family = "wasm", miri)))]

#[path = "apply/folder.rs"]
mod folder;

use activations::{
    Activation, Exp, Fast, Isa, LeakyRelu, Sigmoid, SoftmaxOptions, Tanh,
    table::{Bound, OPERATIONS, ROW_OPERATIONS, RowOperation},
};
use activations_testing::ulp;
use folder::{Folder, binary, bytes, skip};
use std::{
    fs,
    io::Write,
    process::{Command, Output, Stdio},
};

#[test]
fn the_table_has_every_kernel_within_its_bound() {
    let Some(folder) = Folder::new() else { return };
    let output = folder.apply("");
    assert_success(&output);
    let table = String::from_utf8(output.stdout).unwrap();
    let mut rows =
        table.lines().skip(2).map(|line| line.split('|').map(str::trim).collect::<Vec<_>>());
    let mut check = |name: &str, tier: &str, bound: Bound| {
        for isa in Isa::available() {
            let row = rows.next().expect("a row for each kernel");
            assert_eq!(row[2..5], [name, tier, &isa.to_string()]);
            let worst: f64 = row[8].parse().unwrap();
            assert!(worst <= bound.at(isa), "{row:?}");
        }
    };
    for operation in OPERATIONS {
        operation
            .kernels
            .iter()
            .for_each(|kernel| check(operation.name, kernel.tier.name(), kernel.bound));
    }
    for operation in ROW_OPERATIONS {
        check(operation.name, operation.tier.name(), operation.bound);
    }
    assert_eq!(rows.next(), None);
}

#[test]
fn a_reader_that_leaves_early_is_no_error() {
    let Some(folder) = Folder::new() else { return };
    let mut child = folder
        .command("")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("apply starts");
    drop(child.stdout.take());
    assert_success(&child.wait_with_output().unwrap());
}

#[test]
fn every_kernel_gives_what_the_library_gives() {
    let Some(folder) = Folder::new() else { return };
    let inputs = assorted(1000);
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
        let mut elements = assorted(len);
        folder.write("in.npy", &npy(shape, &elements));
        assert_success(&folder.apply("sigmoid in.npy out.npy"));
        Sigmoid.apply(&mut elements);
        folder.assert_holds("out.npy", shape, &elements);
    }
}

#[test]
fn leaky_relu_takes_its_slope() {
    let Some(folder) = Folder::new() else { return };
    let mut elements = assorted(100);
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
    let mut elements = assorted(300_000);
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
fn every_error_is_one_line_and_leaves_the_output_alone() {
    let Some(folder) = Folder::new() else { return };
    let header = |descriptor, order, shape| npy_bytes(descriptor, order, shape, &[0; 48]);
    folder.write("good.npy", &header("'<f4'", "False", "(3, 4)"));
    folder.write("double.npy", &header("'<f8'", "False", "(3, 2)"));
    folder.write("big-endian.npy", &header("'>f4'", "False", "(3, 4)"));
    folder.write("fortran.npy", &header("'<f4'", "True", "(3, 4)"));
    folder.write("short.npy", &header("'<f4'", "False", "(3, 5)"));
    folder.write("long.npy", &header("'<f4'", "False", "(3, 3)"));
    folder.write("huge.npy", &header("'<f4'", "False", "(4294967295, 4294967295, 3)"));
    folder.write("malformed.npy", &header("'<f4", "False", "(3, 4)"));
    folder.write("cut.npy", &header("'<f4'", "False", "(3, 4)")[..50]);
    folder.write("text.npy", b"1.0 2.0 3.0 4.0");
    folder.write("empty.npy", b"");
    folder.write("out.npy", b"precious");
    fs::create_dir(folder.path("folder.npy")).unwrap();
    let before = folder.names();

    let mut functions: Vec<_> = OPERATIONS.iter().map(|operation| operation.name).collect();
    functions.extend(["softmax", "log_softmax"]);
    let functions = functions.join(", ");
    for (arguments, expected) in [
        ("sigmoid missing.npy out.npy", "missing.npy: "),
        ("sigmoid folder.npy out.npy", "folder.npy: "),
        (
            "sigmoid double.npy out.npy",
            "double.npy: holds elements of type '<f8', not '<f4' (little-endian f32)",
        ),
        (
            "sigmoid big-endian.npy out.npy",
            "big-endian.npy: holds elements of type '>f4', not '<f4'",
        ),
        ("sigmoid fortran.npy out.npy", "fortran.npy: in Fortran order, not in C order"),
        ("sigmoid short.npy out.npy", "short.npy: truncated: 48 of 60 bytes of data"),
        ("sigmoid long.npy out.npy", "long.npy: 12 bytes follow the array"),
        ("sigmoid huge.npy out.npy", "huge.npy: its shape has more elements than any file"),
        (
            "sigmoid malformed.npy out.npy",
            "malformed.npy: not a NumPy file: its header is malformed",
        ),
        ("sigmoid cut.npy out.npy", "cut.npy: not a NumPy file: it ends before its header does"),
        ("sigmoid text.npy out.npy", "text.npy: not a NumPy file"),
        (
            "sigmoid empty.npy out.npy",
            "empty.npy: not a NumPy file: it ends before its header does",
        ),
        ("sigmoid good.npy folder.npy", "folder.npy: exists and is not a regular file"),
        ("sigmoid good.npy nowhere/out.npy", "nowhere/out.npy: there is no such folder"),
        (
            "swish good.npy out.npy",
            &format!("'swish': unknown operation: expected one of {functions}"),
        ),
        (
            "sigmoid good.npy out.npy --tier slow",
            "unknown tier 'slow': expected default, fast or exact",
        ),
        ("tanh good.npy out.npy --axis 0", "--axis is for softmax and log_softmax, not for tanh"),
        ("softmax good.npy out.npy --axis 2", "axis 2 of an array that has 2 axes"),
        ("softmax good.npy out.npy --axis -3", "axis -3 of an array that has 2 axes"),
        ("softmax good.npy out.npy --tier exact", "softmax has no exact tier"),
        (
            "softmax good.npy out.npy --tier slow",
            "unknown tier 'slow': expected default, fast or exact",
        ),
        ("tanh(2) good.npy out.npy", "'tanh(2)': no such parameter: expected tanh"),
        (
            "leaky_relu(1,2) good.npy out.npy",
            "'leaky_relu(1,2)': no such parameter: expected leaky_relu(slope)",
        ),
        ("leaky_relu(x) good.npy out.npy", "'leaky_relu(x)': a parameter is no number"),
        (
            "leaky_relu(1 good.npy out.npy",
            "'leaky_relu(1': parameters stand between parentheses: leaky_relu(0.01)",
        ),
    ] {
        assert_error(&folder.apply(arguments), expected);
        assert_eq!(fs::read(folder.path("out.npy")).unwrap(), b"precious", "{arguments}");
        assert_eq!(folder.names(), before, "{arguments}");
    }
    assert_eq!(folder.apply("sigmoid good.npy").status.code(), Some(2), "an argument is missing");
}

/// A limit on the size of files stands in for the disk: writing fails halfway in the same way.
#[cfg(unix)]
#[test]
fn a_full_disk_leaves_the_output_alone() {
    let Some(folder) = Folder::new() else { return };
    folder.write("in.npy", &npy("(600000,)", &assorted(600_000)));
    folder.write("out.npy", b"precious");
    let script = "trap '' XFSZ; ulimit -f 2000; exec \"$0\" sigmoid in.npy out.npy";
    let output = Command::new("sh")
        .args(["-c", script])
        .arg(binary())
        .current_dir(&folder.0)
        .output()
        .unwrap();
    assert_error(&output, "out.npy: ");
    assert_eq!(fs::read(folder.path("out.npy")).unwrap(), b"precious");
    assert_eq!(folder.names(), ["in.npy", "out.npy"]);
}

#[test]
fn numpy_reads_the_output() {
    let Some(folder) = Folder::new() else { return };
    let python =
        |script: &str| Command::new("python3").args(["-c", script]).current_dir(&folder.0).output();
    if !python("import numpy").is_ok_and(|output| output.status.success()) {
        return skip("python3 with NumPy is not installed");
    }
    for (shape, len) in [("()", 1), ("(0,)", 0), ("(105,)", 105), ("(3, 5, 7)", 105)] {
        let mut elements = assorted(len);
        folder.write("in.npy", &npy(shape, &elements));
        assert_success(&folder.apply("exp in.npy out.npy"));
        Exp.apply(&mut elements);
        let script =
            "import numpy; x = numpy.load('out.npy'); print(x.dtype.str, x.shape, *x.tobytes())";
        let read = String::from_utf8(python(script).unwrap().stdout).unwrap();
        let expected = bytes(&elements)
            .iter()
            .fold(format!("<f4 {shape}"), |text, byte| format!("{text} {byte}"));
        assert_eq!(read.trim_end(), expected);
    }
}

#[test]
fn an_ulp_is_the_distance_between_neighbours() {
    let tiny = 2_f64.powi(-149);
    for (got, exact, expected) in [
        (1.0, 1.0, 0.0),
        (1.0, 1.0 + 2_f64.powi(-24), 0.5),
        (-1.0_f32.next_up(), -1.0, 1.0),
        (0.0, tiny, 1.0),
        (f32::MIN_POSITIVE, f64::from(f32::MIN_POSITIVE) - 1.5 * tiny, 1.5),
        (f32::INFINITY, 1e300, 0.0),
        (f32::INFINITY, f64::INFINITY, 0.0),
        (f32::MAX, f64::INFINITY, 1.0),
    ] {
        assert!((ulp::ulps(got, exact) - expected).abs() < 1e-9, "{got:e} for {exact:e}");
    }
    assert!(ulp::ulps(f32::NAN, 1.0).is_nan());
}

#[track_caller]
fn assert_success(output: &Output) {
    assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
}

#[track_caller]
fn assert_error(output: &Output, expected: &str) {
    let message = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{message}");
    assert!(
        message.starts_with(&format!("apply: error: {expected}")),
        "{message} is not {expected}"
    );
    assert_eq!(message.lines().count(), 1, "{message}");
    assert!(output.stdout.is_empty());
}

/// Bit patterns from all over, infinities and NaNs among them.
fn assorted(len: u32) -> Vec<f32> {
    (0..len).map(|i| f32::from_bits(i.wrapping_mul(0x9e37_79b1))).collect()
}

fn without_nan(len: u32) -> Vec<f32> {
    assorted(len).into_iter().map(|x| if x.is_finite() { x } else { 0.5 }).collect()
}

fn npy(shape: &str, elements: &[f32]) -> Vec<u8> {
    npy_bytes("'<f4'", "False", shape, &bytes(elements))
}

fn npy_bytes(descriptor: &str, fortran_order: &str, shape: &str, data: &[u8]) -> Vec<u8> {
    let header =
        format!("{{'descr': {descriptor}, 'fortran_order': {fortran_order}, 'shape': {shape}, }}");
    let mut file = b"\x93NUMPY\x01\0v\0".to_vec();
    writeln!(file, "{header:117}").unwrap();
    file.extend(data);
    file
}
