//! Runs a test of this program again in a process of its own, because the level is chosen once for
//! each process.

use std::{
    env,
    ffi::OsStr,
    io::{self, Write},
    process::Command,
    sync::Once,
};

/// What the test prints where `ACTIVATIONS_MAX_ISA` is `limit`, or is not set. None under an
/// emulator that runs this program, but not what it starts.
#[track_caller]
pub fn rerun(test: &str, limit: Option<&OsStr>) -> Option<String> {
    const NO_PROGRAM_OF_THIS_MACHINE: i32 = 8;
    /// What a process that could not become the program ends with, where the emulator loses the
    /// error.
    const NOT_STARTED: i32 = 127;
    let program = env::current_exe().expect("the path of this program");
    let mut command = Command::new(program);
    command.args(["--exact", test, "--nocapture"]).env_remove("ACTIVATIONS_MAX_ISA");
    command.envs(limit.map(|limit| ("ACTIVATIONS_MAX_ISA", limit)));
    match command.output() {
        Ok(output) if output.status.code() == Some(NOT_STARTED) && output.stdout.is_empty() => {
            skip(test)
        }
        Ok(output) => {
            let printed = String::from_utf8_lossy(&output.stdout).into_owned();
            let passed = output.status.success() && printed.contains("1 passed");
            assert!(passed, "{test} limited to {limit:?}: {output:?}");
            Some(printed)
        }
        Err(error) if error.raw_os_error() == Some(NO_PROGRAM_OF_THIS_MACHINE) => skip(test),
        Err(error) => panic!("{test} does not start: {error}"),
    }
}

/// Says so, once, past the test harness, which hides what a passing test prints.
fn skip(test: &str) -> Option<String> {
    static SAID: Once = Once::new();
    SAID.call_once(|| {
        let _ = writeln!(
            io::stderr(),
            "SKIPPED: the emulator does not start {test} in a process of its own"
        );
    });
    None
}
