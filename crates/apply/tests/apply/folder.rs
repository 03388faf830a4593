//! The folder that a test runs `apply` in, and comparisons with what is found there afterwards.

use std::{
    fs,
    io::{self, Write},
    path::PathBuf,
    process::{Command, Output},
};
use tempfile::TempDir;

/// The program that is tested.
pub(crate) const APPLY: &str = env!("CARGO_BIN_EXE_apply");

/// A folder of its own for a test, where `apply` runs.
pub(crate) struct Folder(pub(crate) TempDir);

impl Folder {
    /// None under an emulator that runs this test, but not what it starts.
    pub(crate) fn new() -> Option<Self> {
        const NO_PROGRAM_OF_THIS_MACHINE: i32 = 8;
        /// What a process that could not become the program ends with, where the emulator loses the
        /// error.
        const NOT_STARTED: i32 = 127;
        let not_started = || {
            skip("the emulator does not start apply");
            None
        };
        match Command::new(APPLY).arg("--help").output() {
            Ok(output) if output.status.code() == Some(NOT_STARTED) => not_started(),
            Ok(_) => Some(Self(tempfile::tempdir().unwrap())),
            Err(error) if error.raw_os_error() == Some(NO_PROGRAM_OF_THIS_MACHINE) => not_started(),
            Err(error) => panic!("{APPLY}: {error}"),
        }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, bytes: &[u8]) {
        fs::write(self.path(name), bytes).unwrap();
    }

    pub(crate) fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(&self.0).unwrap().map(|entry| entry.unwrap().file_name());
        let mut names: Vec<_> = entries.map(|name| name.into_string().unwrap()).collect();
        names.sort();
        names
    }

    pub(crate) fn command(&self, arguments: &str) -> Command {
        let mut command = Command::new(APPLY);
        command.args(arguments.split_whitespace()).current_dir(&self.0);
        command
    }

    pub(crate) fn apply(&self, arguments: &str) -> Output {
        self.command(arguments).output().unwrap()
    }

    #[track_caller]
    pub(crate) fn assert_holds(&self, name: &str, shape: &str, elements: &[f32]) {
        assert_array(&fs::read(self.path(name)).unwrap(), "False", shape, elements);
    }

    #[track_caller]
    pub(crate) fn assert_holds_in_fortran_order(&self, name: &str, shape: &str, elements: &[f32]) {
        assert_array(&fs::read(self.path(name)).unwrap(), "True", shape, elements);
    }
}

/// Compares bits, NaNs included. The header may be padded and punctuated as its writer likes.
#[track_caller]
pub(crate) fn assert_array(found: &[u8], fortran_order: &str, shape: &str, elements: &[f32]) {
    let (header, data) = found.split_at(found.len() - size_of_val(elements));
    let header = String::from_utf8_lossy(header);
    let expected = format!("{{'descr': '<f4', 'fortran_order': {fortran_order}, 'shape': {shape}");
    assert!(header.contains(&expected), "{header} is not {expected}");
    assert!(data == bytes(elements), "{shape} has other elements");
}

/// Says so past the test harness, which hides what a passing test prints.
pub(crate) fn skip(reason: &str) {
    let _ = writeln!(io::stderr(), "SKIPPED: {reason}");
}

/// The elements as an `.npy` file has them.
pub(crate) fn bytes(elements: &[f32]) -> Vec<u8> {
    elements.iter().flat_map(|element| element.to_le_bytes()).collect()
}

#[track_caller]
pub(crate) fn assert_success(output: &Output) {
    assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
}

#[track_caller]
pub(crate) fn assert_error(output: &Output, expected: &str) {
    let message = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{message}");
    assert!(
        message.starts_with(&format!("apply: error: {expected}")),
        "{message} is not {expected}"
    );
    assert_eq!(message.lines().count(), 1, "{message}");
    assert!(output.stdout.is_empty());
}

pub(crate) fn npy(shape: &str, elements: &[f32]) -> Vec<u8> {
    npy_bytes("'<f4'", "False", shape, &bytes(elements))
}

pub(crate) fn npy_bytes(
    descriptor: &str,
    fortran_order: &str,
    shape: &str,
    data: &[u8],
) -> Vec<u8> {
    let header =
        format!("{{'descr': {descriptor}, 'fortran_order': {fortran_order}, 'shape': {shape}, }}");
    npy_of_version(1, &format!("{header:117}\n"), data)
}

/// A file with a header of these characters. From version 2 on its length has four bytes.
pub(crate) fn npy_of_version(version: u8, header: &str, data: &[u8]) -> Vec<u8> {
    let len = u32::try_from(header.len()).unwrap().to_le_bytes();
    let len = if version == 1 { &len[..2] } else { &len[..] };
    [b"\x93NUMPY", &[version, 0][..], len, header.as_bytes(), data].concat()
}
