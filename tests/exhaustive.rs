//! Every operation, in every tier, on every instruction set that this machine runs, against its
//! exact values.
//!
//! A plain test run visits every 251st input from a random one on, and a fixed sample whose digest
//! must be the one in `tests/digests.txt`. All 2^32 inputs of everything, without exact values:
//! equal digests prove that the results are those that were proven before.
//!
//! ```sh
//! cargo test --release --test exhaustive -- --ignored digests
//! ```
//!
//! The proof, with a row for each kernel:
//!
//! ```sh
//! cargo test --release --test exhaustive -- --ignored --nocapture promise
//! ```
//!
//! `ACTIVATIONS_TEST_KERNELS` limits the proof to some kernels, and the digests to their
//! operations: `sigmoid fast`, `exact`, `exp default fused, exp default baseline` or `tanh avx2`,
//! for instance. For emulators, `ACTIVATIONS_TEST_STRIDE` changes the 251. With
//! `ACTIVATIONS_RECORD=1`, as in `scripts/regenerate`, the lines of a new operation are added to
//! the files of digests and witnesses, and all inputs of new operations alone are visited.

#[path = "exhaustive/progress.rs"]
mod progress;
#[path = "exhaustive/rows.rs"]
mod rows;

use activations::{
    Tier,
    table::{Bound, OPERATIONS},
};
use activations_testing::{
    isas,
    record::{Record, is_recording},
    sweep::{Inputs, Report},
};
use progress::Progress;
use rows::{Named, Row, digest_rows, kernels, sweeps, swept_rows, wanted};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

#[test]
fn sampled_inputs_keep_every_promise() {
    let stride = std::env::var("ACTIVATIONS_TEST_STRIDE")
        .map_or(251, |text| text.parse().expect("a stride"));
    let nanoseconds =
        SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.subsec_nanos());
    let first = nanoseconds % stride;
    println!("every {stride}th input from {first} on, at {}", levels());
    for operation in OPERATIONS {
        let rows = swept_rows(kernels(operation).collect(), Inputs { first, stride }, &|| ());
        rows.iter().for_each(Row::check);
    }
}

#[test]
fn a_fixed_sample_has_the_same_bits_on_every_machine() {
    println!("running at {}", levels());
    let sample = Inputs { first: 0, stride: 1021 };
    let rows = OPERATIONS.iter().flat_map(|op| digest_rows(op, sample, &|| ()));
    check_digests("sample", &rows.collect::<Vec<_>>());
}

/// `scripts/changed-kernels` takes a kernel whose promise or digest is recorded anew for one that
/// is to be proven, so no promise may change in the source alone.
#[test]
fn promises_are_the_recorded_ones() {
    let mut record = Record::digests();
    for named in OPERATIONS.iter().flat_map(kernels) {
        let key = format!("promise {}", named.key());
        record.check(&key, &named.promise(), &named.isa.to_string());
    }
    record.finish();
}

#[test]
#[ignore = "visits all 2^32 inputs of everything: minutes"]
fn all_inputs_have_the_recorded_digests() {
    println!("all 2^32 inputs, at {}", levels());
    let wanted = wanted();
    let operations = || {
        let is_wanted = |named: Named| wanted(&named) && (!is_recording() || is_new(&named));
        OPERATIONS.iter().filter(move |op| kernels(op).any(is_wanted))
    };
    let progress = Progress::new(operations().count());
    let mut all = Vec::new();
    for operation in operations() {
        let start = Instant::now();
        let rows = digest_rows(operation, Inputs::ALL, &|| progress.tick());
        let seconds = start.elapsed().as_secs_f64();
        progress
            .suspend(|| println!("{:<11} {} kernels: {seconds:.1} s", operation.name, rows.len()));
        all.extend(rows);
    }
    check_digests("all", &all);
}

#[test]
#[ignore = "computes exact values for all 2^32 inputs: an hour"]
fn all_inputs_keep_every_promise() {
    let wanted = wanted();
    let is_wanted = |named: &Named| wanted(named) && (!is_recording() || is_new(named));
    let kernels = OPERATIONS.iter().map(|op| kernels(op).filter(is_wanted).collect::<Vec<_>>());
    let kernels: Vec<_> = kernels.filter(|kernels| !kernels.is_empty()).collect();
    println!("all 2^32 inputs, at {}\n{}", levels(), Row::HEADER);
    let number = kernels.iter().map(|kernels| sweeps(kernels)).sum();
    let progress = Progress::new(number);
    let mut all = Vec::new();
    for kernels in kernels {
        let rows = swept_rows(kernels, Inputs::ALL, &|| progress.tick());
        progress.suspend(|| rows.iter().for_each(|row| println!("{row}")));
        all.extend(rows);
    }
    for row in &all {
        row.check();
        assert!(row.slack() < 0.001, "{row}\nthe bound is not the maximum, rounded up");
    }
    check_digests("all", &all);
    check_witnesses(&all);
}

/// Whether the digest of all inputs is not recorded.
fn is_new(named: &Named) -> bool {
    Record::digests().get(&format!("all {}", named.key())).is_none()
}

#[test]
fn bounds_are_within_the_contract() {
    for operation in OPERATIONS {
        for kernel in operation.kernels {
            let (fused, baseline) = match kernel.tier {
                Tier::Default if operation.composed => (2.0, 2.0),
                Tier::Default => (1.0, 2.0),
                Tier::Fast => (4.0, 4.0),
                Tier::Exact => (0.5, 0.5),
            };
            assert!(
                kernel.bound.fused <= fused && kernel.bound.baseline <= baseline,
                "{}",
                operation.name
            );
        }
        for backward in [&operation.backward].into_iter().chain(&operation.backward_from_output) {
            let Bound { fused, baseline } = backward.bound;
            assert!(fused <= 2.0 && baseline <= 2.0, "{} {}", operation.name, backward.kernel);
        }
    }
}

fn levels() -> String {
    isas().map(|isa| isa.to_string()).collect::<Vec<_>>().join(", ")
}

/// Compares with `tests/digests.txt`: which inputs, operation, kernel, arithmetic, digest.
fn check_digests(inputs: &str, rows: &[Row]) {
    let mut record = Record::digests();
    for Row { named, report } in rows {
        let (key, digest) = (named.key(), format!("{:016x}", report.digest));
        // That there is one digest of the exact tier for all levels.
        if named.kernel == "exact" {
            println!("{inputs} {key} {digest} (at {})", named.isa);
        }
        record.check(&format!("{inputs} {key}"), &digest, &named.isa.to_string());
    }
    record.finish();
}

/// Compares with `tests/witnesses.txt`, where results are not correctly rounded.
fn check_witnesses(rows: &[Row]) {
    let mut record = Record::witnesses();
    for Row { named, report } in rows.iter().filter(|row| row.named.bound > 0.5) {
        let (key, Report { witness, steps_back, .. }) = (named.key(), *report);
        // Where x and -x have the same error, either may be found first.
        let symmetric = format!("±{}", witness.x.abs());
        let is_symmetric = match record.get(&key) {
            Some(recorded) => recorded.starts_with('±'),
            None => named.is_symmetric(),
        };
        let x = if is_symmetric { symmetric } else { witness.x.to_string() };
        let steps = format!(" {steps_back}");
        let steps = if named.has_an_order() { steps.as_str() } else { "" };
        record.check(&key, &format!("{x}{steps}"), &named.isa.to_string());
    }
    record.finish();
}
