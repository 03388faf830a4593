//! Every operation and its gradient beside PyTorch's, on the same inputs.
//!
//! ```sh
//! scripts/compare-torch    # installs PyTorch where it is missing, and prints the table
//! ```
//!
//! Numbers must be within the bound of the contract of PyTorch's results in float64. NaN,
//! infinities, and zeros with their signs must be where PyTorch has them in float32.
//! `torch/differences.rs` must list every other result, and every listed difference must occur.
//! `ACTIVATIONS_PYTHON` names the interpreter, if it is not `python3`.
#![cfg(not(any(target_family = "wasm", miri)))]
#![allow(clippy::cast_precision_loss)] // widths are small

#[path = "torch/allowed.rs"]
mod allowed;
#[path = "torch/case.rs"]
mod case;
#[path = "torch/differences.rs"]
mod differences;
#[path = "torch/jobs.rs"]
mod jobs;
#[path = "torch/report.rs"]
mod report;

use activations::Isa;
use allowed::{Exact, allowed};
use case::Case;
use differences::Version;
use jobs::{Job, Part, jobs};
use report::Report;
use std::{
    array::from_fn,
    env,
    ffi::OsString,
    fs,
    io::{self, Write},
    path::Path,
    process::Command,
};

#[test]
fn results_are_those_of_pytorch_but_for_listed_differences() {
    let Some(python) = python() else { return };
    let folder = tempfile::tempdir().unwrap();
    let jobs = jobs();
    write(&jobs, folder.path());
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts/torch_reference.py");
    let mut command = Command::new(python);
    command.arg("-B").arg(script).arg(folder.path());
    // The list is that of PyTorch's kernels for AVX2, and for no instruction set; those for AVX-512
    // add in another order.
    if Isa::available().any(|isa| isa == Isa::Avx512) {
        command.env("ATEN_CPU_CAPABILITY", "avx2");
    }
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));

    let version = String::from_utf8_lossy(&output.stdout);
    let mut report = Report::beside(parse(version.trim()));
    for (number, job) in jobs.iter().enumerate() {
        compare(job, &Reference { folder: folder.path(), number }, &mut report);
    }
    println!("{} beside PyTorch {}\n{report}", Isa::active(), version.trim());
    report.check();
}

/// Of a text like 2.15.0+cpu.
fn parse(version: &str) -> Version {
    let mut numbers = version.split('.').map(|number| number.parse().expect("a version"));
    from_fn(|_| numbers.next().expect("major and minor"))
}

/// An interpreter that has what the script imports.
fn python() -> Option<OsString> {
    let python = env::var_os("ACTIVATIONS_PYTHON").unwrap_or("python3".into());
    match Command::new(&python).args(["-c", "import numpy, torch"]).output() {
        Ok(output) if output.status.success() => Some(python),
        _ => {
            // Past the test harness, which hides what a passing test prints.
            let _ = writeln!(
                io::stderr(),
                "SKIPPED: nothing was compared with PyTorch: {} has no NumPy or no PyTorch",
                python.display()
            );
            None
        }
    }
}

fn write(jobs: &[Job], folder: &Path) {
    let mut lines = Vec::new();
    for (number, job) in jobs.iter().enumerate() {
        let Job { shape, x, dy, slopes, .. } = job;
        let axes = if shape[2] == 1 { &shape[..2] } else { &shape[..] };
        let shape: Vec<_> = axes.iter().map(ToString::to_string).collect();
        lines.push(format!("{} {}", shape.join("x"), job.torch()));
        for (kind, elements) in [("x", x), ("dy", dy), ("slopes", slopes)] {
            if !elements.is_empty() {
                let bytes: Vec<_> =
                    elements.iter().flat_map(|element| element.to_le_bytes()).collect();
                fs::write(folder.join(format!("{number}.{kind}")), bytes).unwrap();
            }
        }
    }
    fs::write(folder.join("jobs"), lines.join("\n")).unwrap();
}

/// The results of PyTorch for a job.
struct Reference<'a> {
    folder: &'a Path,
    number: usize,
}

impl Reference<'_> {
    fn read(&self, part: Part, element: &str) -> Vec<u8> {
        let kind = match part {
            Part::Forward | Part::Fast => "y",
            Part::Gradient => "d_x",
            Part::Slopes => "d_slopes",
        };
        fs::read(self.folder.join(format!("{}.{kind}.{element}", self.number))).unwrap_or_default()
    }

    fn single(&self, part: Part) -> Vec<f32> {
        self.read(part, "f32")
            .as_chunks()
            .0
            .iter()
            .map(|&bytes| f32::from_le_bytes(bytes))
            .collect()
    }

    fn double(&self, part: Part) -> Vec<f64> {
        self.read(part, "f64")
            .as_chunks()
            .0
            .iter()
            .map(|&bytes| f64::from_le_bytes(bytes))
            .collect()
    }
}

fn compare(job: &Job, reference: &Reference<'_>, report: &mut Report) {
    let [y, dx, d_slopes] =
        [Part::Forward, Part::Gradient, Part::Slopes].map(|part| reference.double(part));
    let exact = Exact { y, dx, d_slopes };
    for (part, ours) in job.results() {
        let (torch, allowed) = (reference.single(part), allowed(job, part, &exact));
        let exact = exact.of(part);
        assert_eq!([ours.len(), ours.len()], [torch.len(), exact.len()], "{} {part:?}", job.text);
        let case = |i| Case {
            job,
            part,
            i,
            ours: ours[i],
            torch: torch[i],
            exact: exact[i],
            allowed: allowed[i],
        };
        report.add(job, part, (0..ours.len()).map(case));
    }
}
