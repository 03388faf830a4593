//! Standard input and output in the place of files.

use crate::{
    folder::{APPLY, Folder, assert_array, assert_error, npy, npy_bytes},
    inputs, without_nan,
};
use activations::{Activation, RowActivation, Sigmoid, Softmax, Tanh};
use std::{
    fs::{self, File},
    io::Write,
    path::Path,
    process::{Command, Output, Stdio},
    thread,
    time::Duration,
};

/// Runs `apply` on what comes through a pipe in pieces.
fn pipe<'a>(
    folder: &Folder,
    arguments: &str,
    pieces: impl IntoIterator<Item = &'a [u8]> + Send,
) -> Output {
    let mut child = folder
        .command(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    thread::scope(|scope| {
        scope.spawn(move || {
            for piece in pieces {
                // An input that is refused is not read to its end.
                if stdin.write_all(piece).is_err() {
                    break;
                }
            }
        });
        child.wait_with_output().unwrap()
    })
}

#[track_caller]
fn assert_silent_success(output: &Output) {
    assert!(output.status.success() && output.stderr.is_empty(), "{:?}", output.stderr);
}

#[test]
fn standard_input_and_output_take_the_place_of_files() {
    let Some(folder) = Folder::new() else { return };
    let inputs = inputs(600_001);
    let (array, mut expected) = (npy("(600001,)", &inputs), inputs);
    Sigmoid.apply(&mut expected);
    folder.write("in.npy", &array);
    let output = pipe(&folder, "sigmoid - -", [&*array]);
    assert_silent_success(&output);
    assert_array(&output.stdout, "False", "(600001,)", &expected);
    let output = folder.apply("sigmoid in.npy -");
    assert_silent_success(&output);
    assert_array(&output.stdout, "False", "(600001,)", &expected);
    let output = pipe(&folder, "sigmoid - out.npy", [&*array]);
    assert!(output.stdout.is_empty(), "an output file leaves nothing for standard output");
    assert_silent_success(&output);
    folder.assert_holds("out.npy", "(600001,)", &expected);
    assert_eq!(folder.names(), ["in.npy", "out.npy"]);
}

#[test]
fn a_pipe_may_come_in_pieces_and_be_of_any_layout() {
    let Some(folder) = Folder::new() else { return };
    let inputs = without_nan(60);
    let big: Vec<_> = inputs.iter().flat_map(|element| element.to_be_bytes()).collect();
    let array = npy_bytes("'>f4'", "True", "(3, 20)", &big);
    for (arguments, shape) in
        [("softmax - - --axis 0", [20, 3, 1]), ("--axis=-1 softmax - -", [1, 20, 3])]
    {
        let mut expected = inputs.clone();
        Softmax::new().axis(&mut expected, shape);
        let pieces = array.chunks(37).inspect(|_| thread::sleep(Duration::from_millis(1)));
        let output = pipe(&folder, arguments, pieces);
        assert_silent_success(&output);
        assert_array(&output.stdout, "True", "(3, 20)", &expected);
    }
    let output = pipe(&folder, "sigmoid - -", [&*npy("()", &[0.0])]);
    assert_silent_success(&output);
    assert_array(&output.stdout, "False", "()", &[0.5]);
    let output = pipe(&folder, "softmax - -", [&*npy("(0, 3)", &[])]);
    assert_silent_success(&output);
    assert_array(&output.stdout, "False", "(0, 3)", &[]);
}

/// More than is kept in memory goes through a temporary file, of which nothing is left.
#[cfg(unix)]
#[test]
fn a_pipe_may_carry_more_than_is_kept_in_memory() {
    let Some(folder) = Folder::new() else { return };
    let mut elements = inputs(5_000_000);
    folder.write("in.npy", &npy("(5000000,)", &elements));
    let apply = |temporary| {
        let stdin = File::open(folder.path("in.npy")).unwrap();
        folder.command("tanh - out.npy").stdin(stdin).env("TMPDIR", temporary).output().unwrap()
    };
    let temporary = folder.path("temporary");
    assert_error(&apply(&temporary), "standard input: ");
    assert_eq!(folder.names(), ["in.npy"]);
    fs::create_dir(&temporary).unwrap();
    assert_silent_success(&apply(&temporary));
    Tanh.apply(&mut elements);
    folder.assert_holds("out.npy", "(5000000,)", &elements);
    assert_eq!(fs::read_dir(&temporary).unwrap().count(), 0);
}

#[test]
fn one_apply_reads_what_another_writes() {
    let Some(folder) = Folder::new() else { return };
    let mut elements = inputs(300_000);
    folder.write("in.npy", &npy("(300000,)", &elements));
    let mut first =
        folder.command("sigmoid in.npy -").stdout(Stdio::piped()).spawn().expect("apply starts");
    let second = folder.command("tanh - -").stdin(first.stdout.take().unwrap()).output().unwrap();
    assert!(first.wait().unwrap().success());
    assert_silent_success(&second);
    Sigmoid.apply(&mut elements);
    Tanh.apply(&mut elements);
    assert_array(&second.stdout, "False", "(300000,)", &elements);
}

#[test]
fn a_file_called_by_a_hyphen_has_a_path() {
    let Some(folder) = Folder::new() else { return };
    folder.write("-", &npy("(1,)", &[0.0]));
    assert_silent_success(&folder.apply("sigmoid ./- ./-"));
    folder.assert_holds("-", "(1,)", &[0.5]);
}

#[test]
fn a_pipe_that_is_refused_gives_one_line_and_no_output() {
    let Some(folder) = Folder::new() else { return };
    folder.write("out.npy", b"precious");
    let header = |descriptor, shape| npy_bytes(descriptor, "False", shape, &[]);
    let good = npy_bytes("'<f4'", "False", "(3, 4)", &[0; 48]);
    let long = [&*good, &[0; 5]].concat();
    let endless = [&*header("'<f4'", "(4294967295,)"), &[0; 40]].concat();
    for (function, array, expected) in [
        ("sigmoid", &b""[..], "standard input: not a NumPy file: it ends before its header does"),
        ("sigmoid", &good[..50], "standard input: not a NumPy file: it ends before its header"),
        ("sigmoid", b"1.0 2.0 3.0", "standard input: not a NumPy file"),
        ("sigmoid", &good[..good.len() - 1], "standard input: truncated: 47 of 48 bytes of data"),
        ("softmax", &good[..128], "standard input: truncated: 0 of 48 bytes of data"),
        ("sigmoid", &endless, "standard input: truncated: 40 of 17179869180 bytes of data"),
        ("sigmoid", &long, "standard input: more bytes follow the array"),
        (
            "sigmoid",
            &header("'<f4'", "(4294967295, 4294967295, 3)"),
            "standard input: its shape has more elements than any file",
        ),
        (
            "sigmoid",
            &header("'<c8'", "(0,)"),
            "standard input: holds elements of type '<c8', not f32",
        ),
        ("softmax", &npy("()", &[0.0]), "softmax works along an axis"),
        (
            "sigmoid --axis 0",
            &good,
            "--axis is for softmax, log_softmax and gated units, not for sigmoid",
        ),
    ] {
        for output in ["-", "out.npy"] {
            assert_error(&pipe(&folder, &format!("{function} - {output}"), [array]), expected);
            assert_eq!(fs::read(folder.path("out.npy")).unwrap(), b"precious", "{expected}");
            assert_eq!(folder.names(), ["out.npy"], "{expected}");
        }
    }
    // A file that is refused does not begin a pipe either.
    folder.write("long.npy", &long);
    assert_error(&folder.apply("sigmoid long.npy -"), "long.npy: 5 bytes follow the array");
}

#[test]
fn a_reader_that_leaves_early_or_has_no_room_is_an_error() {
    let Some(folder) = Folder::new() else { return };
    // Every length of output is noticed: what fits a buffer too.
    for len in [0, 1, 100_000] {
        let array = npy(&format!("({len},)"), &inputs(len));
        folder.write("in.npy", &array);
        let mut child = folder
            .command("sigmoid - -")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // Nobody reads any more when the array arrives.
        drop(child.stdout.take());
        child.stdin.take().unwrap().write_all(&array).unwrap();
        assert_error(&child.wait_with_output().unwrap(), "standard output: ");
        if Path::new("/dev/full").exists() {
            let full = File::options().write(true).open("/dev/full").unwrap();
            let output = folder.command("sigmoid in.npy -").stdout(full).output().unwrap();
            assert_error(&output, "standard output: ");
        }
    }
}

/// The header finds room, and the last elements do not. They are few enough to wait in a buffer,
/// and none of their bytes is a line feed.
#[cfg(unix)]
#[test]
fn the_last_elements_are_not_lost_in_a_buffer() {
    let Some(folder) = Folder::new() else { return };
    folder.write("in.npy", &npy("(240,)", &[0.0; 240]));
    let script = "trap '' XFSZ; ulimit -f 1; exec \"$0\" sigmoid in.npy - > out.npy";
    let output =
        Command::new("sh").args(["-c", script]).arg(APPLY).current_dir(&folder.0).output().unwrap();
    assert_error(&output, "standard output: ");
}

#[test]
fn help_tells_of_pipes_and_layouts() {
    let Some(_) = Folder::new() else { return };
    let help = Command::new(APPLY).arg("--help").output().unwrap().stdout;
    let help = String::from_utf8(help).unwrap();
    for word in ["standard input", "standard output", "Fortran order", "little-endian"] {
        assert!(help.contains(word), "{help}");
    }
}
