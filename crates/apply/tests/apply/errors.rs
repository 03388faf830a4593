//! Arguments and files that are refused, and disks that are full.

use crate::{
    folder::{APPLY, Folder, assert_error, npy, npy_bytes, npy_of_version},
    inputs,
};
use activations::table::OPERATIONS;
use std::{fs, process::Command};

#[test]
fn every_file_that_is_refused_gives_one_line_and_leaves_the_output_alone() {
    let Some(folder) = Folder::new() else { return };
    let header = |descriptor, order, shape| npy_bytes(descriptor, order, shape, &[0; 48]);
    folder.write("good.npy", &header("'<f4'", "False", "(3, 4)"));
    folder.write("double.npy", &header("'<f8'", "False", "(3, 2)"));
    folder.write("integers.npy", &header("'|i1'", "False", "(3, 16)"));
    folder.write("record.npy", &header("[('x', '<f4')]", "False", "(3, 4)"));
    folder.write("future.npy", &npy_of_version(4, "{}", &[]));
    folder.write("short.npy", &header("'<f4'", "False", "(3, 5)"));
    folder.write("long.npy", &header("'<f4'", "False", "(3, 3)"));
    folder.write("huge.npy", &header("'<f4'", "False", "(4294967295, 4294967295, 3)"));
    folder.write("malformed.npy", &header("'<f4", "False", "(3, 4)"));
    folder.write("cut.npy", &header("'<f4'", "False", "(3, 4)")[..50]);
    folder.write("text.npy", b"1.0 2.0 3.0 4.0");
    folder.write("empty.npy", b"");
    folder.write("out.npy", b"precious");
    fs::create_dir(folder.path("folder.npy")).unwrap();

    assert_refused(
        &folder,
        &[
            ("sigmoid missing.npy out.npy", "missing.npy: "),
            ("sigmoid folder.npy out.npy", "folder.npy: "),
            (
                "sigmoid double.npy out.npy",
                "double.npy: holds elements of type '<f8', not f32 ('<f4' or '>f4')",
            ),
            ("sigmoid integers.npy out.npy", "integers.npy: holds elements of type '|i1', not f32"),
            (
                "sigmoid record.npy out.npy",
                "record.npy: holds elements of type [('x', '<f4')], not f32",
            ),
            (
                "sigmoid future.npy out.npy",
                "future.npy: a NumPy file of version 4.0, which is not known",
            ),
            ("sigmoid short.npy out.npy", "short.npy: truncated: 48 of 60 bytes of data"),
            ("sigmoid long.npy out.npy", "long.npy: 12 bytes follow the array"),
            ("sigmoid huge.npy out.npy", "huge.npy: its shape has more elements than any file"),
            (
                "sigmoid malformed.npy out.npy",
                "malformed.npy: not a NumPy file: its header is malformed",
            ),
            (
                "sigmoid cut.npy out.npy",
                "cut.npy: not a NumPy file: it ends before its header does",
            ),
            ("sigmoid text.npy out.npy", "text.npy: not a NumPy file"),
            (
                "sigmoid empty.npy out.npy",
                "empty.npy: not a NumPy file: it ends before its header does",
            ),
            ("sigmoid good.npy folder.npy", "folder.npy: exists and is not a regular file"),
            ("sigmoid good.npy nowhere/out.npy", "nowhere/out.npy: there is no such folder"),
        ],
    );
}

#[test]
fn every_argument_that_is_refused_gives_one_line_and_leaves_the_output_alone() {
    let Some(folder) = Folder::new() else { return };
    let header = |descriptor, order, shape| npy_bytes(descriptor, order, shape, &[0; 48]);
    folder.write("good.npy", &header("'<f4'", "False", "(3, 4)"));
    folder.write("fortran.npy", &header("'>f4'", "True", "(3, 4)"));
    folder.write("scalar.npy", &header("'<f4'", "False", "()")[..132]);
    folder.write("out.npy", b"precious");
    let mut functions: Vec<_> = OPERATIONS.iter().map(|operation| operation.name).collect();
    functions.extend(["softmax", "log_softmax"]);
    let functions = functions.join(", ");
    assert_refused(
        &folder,
        &[
            (
                "swoosh good.npy out.npy",
                &format!("'swoosh': unknown operation: expected one of {functions}"),
            ),
            (
                "sigmoid good.npy out.npy --tier slow",
                "'slow': unknown tier: expected default, fast or exact",
            ),
            (
                "tanh good.npy out.npy --axis 0",
                "--axis is for softmax, log_softmax and gated units, not for tanh",
            ),
            ("softmax good.npy out.npy --axis 2", "axis 2 of a tensor that has 2 axes"),
            ("softmax good.npy out.npy --axis -3", "axis -3 of a tensor that has 2 axes"),
            ("softmax fortran.npy out.npy --axis 2", "axis 2 of a tensor that has 2 axes"),
            ("softmax fortran.npy out.npy --axis -3", "axis -3 of a tensor that has 2 axes"),
            (
                "softmax scalar.npy out.npy",
                "softmax works along an axis, and an array of shape () has none",
            ),
            (
                "log_softmax scalar.npy out.npy --axis 0",
                "log_softmax works along an axis, and an array of shape () has none",
            ),
            ("softmax good.npy out.npy --tier exact", "softmax has no exact tier"),
            (
                "softmax good.npy out.npy --tier slow",
                "'slow': unknown tier: expected default, fast or exact",
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
        ],
    );
    let before = folder.names();
    for arguments in [
        "sigmoid good.npy",
        "sigmoid good.npy out.npy more.npy",
        "sigmoid good.npy out.npy --all",
        "softmax good.npy out.npy --axis last",
        "softmax good.npy out.npy --axis",
        "--layout pairs",
        "--tier fast",
        "--speed",
    ] {
        let output = folder.apply(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments}: {output:?}");
        assert_eq!(String::from_utf8_lossy(&output.stderr).lines().count(), 1, "{output:?}");
        assert!(output.stdout.is_empty(), "{output:?}");
        assert_eq!(folder.names(), before, "{arguments}");
    }
}

/// Runs `apply` on each of the arguments, and compares what it says.
#[track_caller]
pub(crate) fn assert_refused(folder: &Folder, cases: &[(&str, &str)]) {
    let before = folder.names();
    for &(arguments, expected) in cases {
        assert_error(&folder.apply(arguments), expected);
        assert_eq!(fs::read(folder.path("out.npy")).unwrap(), b"precious", "{arguments}");
        assert_eq!(folder.names(), before, "{arguments}");
    }
}

/// A limit on the size of files stands in for the disk: writing fails halfway in the same way.
#[cfg(unix)]
#[test]
fn a_full_disk_leaves_the_output_alone() {
    let Some(folder) = Folder::new() else { return };
    folder.write("in.npy", &npy("(600000,)", &inputs(600_000)));
    folder.write("out.npy", b"precious");
    let script = "trap '' XFSZ; ulimit -f 2000; exec \"$0\" sigmoid in.npy out.npy";
    let output =
        Command::new("sh").args(["-c", script]).arg(APPLY).current_dir(&folder.0).output().unwrap();
    assert_error(&output, "out.npy: ");
    assert_eq!(fs::read(folder.path("out.npy")).unwrap(), b"precious");
    assert_eq!(folder.names(), ["in.npy", "out.npy"]);
}
