//! Every operation, in every tier, on every instruction set that this machine runs, against its
//! exact values.
//!
//! A plain test run visits every 251st input from a random one on, and a fixed sample whose digest
//! must be the one in `tests/digests.txt`. All 2^32 inputs of everything, with a row for each
//! kernel:
//!
//! ```sh
//! cargo test --release --test exhaustive -- --ignored --nocapture
//! ```
//!
//! With `exact` at the end of that, only the exact tier: how many results are misrounded, and that
//! there is one digest for all levels.
//!
//! For emulators, `ACTIVATIONS_TEST_STRIDE` changes the 251. `ACTIVATIONS_TEST_DIGESTS=1` visits
//! all inputs without their exact values. Equal digests then prove that the results are those
//! proven elsewhere. With `ACTIVATIONS_RECORD=1`, as in `scripts/regenerate`, the lines of a new
//! operation are added to the files of digests and witnesses, and all inputs of new operations
//! alone are visited.

#[path = "exhaustive/progress.rs"]
mod progress;

use activations::{
    Isa, Tier,
    table::{self, OPERATIONS, Operation},
};
use activations_testing::{
    isas,
    nearest::nearest,
    record::{Record, arithmetic, is_recording},
    sweep::{BLOCK, Exact, Inputs, Kernel, Report, sweep},
};
use progress::Progress;
use std::time::{SystemTime, UNIX_EPOCH};

#[test]
fn sampled_inputs_keep_every_promise() {
    let stride = std::env::var("ACTIVATIONS_TEST_STRIDE")
        .map_or(251, |text| text.parse().expect("a stride"));
    let nanoseconds =
        SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.subsec_nanos());
    let first = nanoseconds % stride;
    println!("every {stride}th input from {first} on, at {}", levels());
    for operation in OPERATIONS {
        for row in rows(operation, &|_| true, Inputs { first, stride }, true, &|| ())
            .chain(gradient_rows(operation, Inputs { first, stride }, true, &|| ()))
        {
            row.check();
        }
    }
}

#[test]
fn a_fixed_sample_has_the_same_bits_on_every_machine() {
    println!("running at {}", levels());
    let sample = Inputs { first: 0, stride: 1021 };
    let rows = OPERATIONS.iter().flat_map(|op| {
        rows(op, &|_| true, sample, false, &|| ()).chain(gradient_rows(op, sample, false, &|| ()))
    });
    check_digests("sample", &rows.collect::<Vec<_>>());
}

#[test]
#[ignore = "visits all 2^32 inputs of everything: minutes"]
fn all_inputs_keep_every_promise() {
    check_all(|operation, exactly, tick| {
        rows(operation, &|kernel| kernel.tier != Tier::Exact, Inputs::ALL, exactly, tick)
            .chain(gradient_rows(operation, Inputs::ALL, exactly, tick))
            .collect()
    });
}

#[test]
#[ignore = "visits all 2^32 inputs of the exact tier: minutes"]
fn all_inputs_are_rounded_correctly_by_the_exact_tier() {
    check_all(|operation, exactly, tick| {
        rows(operation, &|kernel| kernel.tier == Tier::Exact, Inputs::ALL, exactly, tick).collect()
    });
}

/// Prints and checks the rows that `rows` gives for each operation.
fn check_all(rows: impl Fn(&Operation, bool, &(dyn Fn() + Sync)) -> Vec<Row>) {
    let digests_alone = std::env::var_os("ACTIVATIONS_TEST_DIGESTS").is_some();
    let progress = Progress::new();
    println!("all 2^32 inputs, at {}\n{}", levels(), Row::HEADER);
    let mut all = Vec::new();
    for operation in OPERATIONS.iter().filter(|operation| !is_recording() || is_new(operation)) {
        let rows = rows(operation, !digests_alone, &|| progress.tick());
        progress.suspend(|| rows.iter().for_each(|row| println!("{row}")));
        all.extend(rows);
    }
    for row in all.iter().filter(|_| !digests_alone) {
        row.check();
        let slack = row.bound - row.report.ulp;
        assert!(slack < 0.001, "{row}\nthe bound {} is not the maximum, rounded up", row.bound);
    }
    check_digests("all", &all);
    if !digests_alone {
        check_witnesses(&all);
    }
}

/// Whether the digest of all inputs is not recorded.
fn is_new(operation: &Operation) -> bool {
    let key = format!("all {} default {}", operation.name, arithmetic(Isa::active()));
    Record::digests().get(&key).is_none()
}

#[test]
fn bounds_are_within_the_contract() {
    for operation in OPERATIONS {
        for kernel in operation.kernels {
            let (fused, baseline) = match kernel.tier {
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
        assert!(operation.backward.bound.fused <= 2.0 && operation.backward.bound.baseline <= 2.0);
    }
}

fn levels() -> String {
    isas().map(|isa| isa.to_string()).collect::<Vec<_>>().join(", ")
}

/// One kernel of an operation and what a sweep saw of it.
struct Row {
    operation: &'static str,
    kernel: &'static str,
    isa: Isa,
    bound: f64,
    /// Whether the errors at x and -x are the same.
    is_symmetric: bool,
    report: Report,
}

type Rows = std::vec::IntoIter<Row>;

/// Sweeps the `wanted` tiers of an operation, `exactly` or for the digests alone.
fn rows(
    operation: &Operation,
    wanted: &dyn Fn(&table::Kernel) -> bool,
    inputs: Inputs,
    exactly: bool,
    tick: &(dyn Fn() + Sync),
) -> Rows {
    let mut names = Vec::new();
    let mut kernels = Vec::new();
    for kernel in operation.kernels.iter().filter(|kernel| wanted(kernel)) {
        for isa in isas() {
            names.push((kernel.tier.name(), isa, kernel.bound.at(isa)));
            kernels.push(Kernel {
                apply: Box::new(move |x, y| (kernel.apply_into)(isa, x, y)),
                range: operation.range,
                odd: operation.odd,
                monotone: operation.monotone,
            });
        }
    }
    let exact = Exact { value: operation.exact, nearest: nearest(operation.name) };
    let reports = sweep(inputs, exactly.then_some(exact), &kernels, tick);
    named(operation, operation.odd, names, reports)
}

/// Sweeps the gradient of an operation.
fn gradient_rows(
    operation: &Operation,
    inputs: Inputs,
    exactly: bool,
    tick: &(dyn Fn() + Sync),
) -> Rows {
    let backward = operation.backward;
    let ones = vec![1.0; BLOCK + 1];
    let kernels: Vec<_> = isas()
        .map(|isa| {
            let ones = &ones;
            Kernel {
                apply: Box::new(move |x, y| (backward.backward)(isa, x, &ones[..x.len()], y)),
                range: [f32::NEG_INFINITY, f32::INFINITY],
                odd: false,
                monotone: false,
            }
        })
        .collect();
    let names = isas().map(|isa| ("backward", isa, backward.bound.at(isa))).collect();
    let exact = Exact { value: backward.derivative, nearest: None };
    let is_even = [0.5, 1.0, 3.0].iter().all(|&x| (exact.value)(x) == (exact.value)(-x));
    named(operation, is_even, names, sweep(inputs, exactly.then_some(exact), &kernels, tick))
}

fn named(
    operation: &Operation,
    is_symmetric: bool,
    names: Vec<(&'static str, Isa, f64)>,
    reports: Vec<Report>,
) -> Rows {
    let row = |((kernel, isa, bound), report)| Row {
        operation: operation.name,
        kernel,
        isa,
        bound,
        is_symmetric,
        report,
    };
    names.into_iter().zip(reports).map(row).collect::<Vec<_>>().into_iter()
}

impl Row {
    const HEADER: &str = "operation   kernel    level     max ULP  at input          got             exact                   \
                          misrounded  steps back  digest";

    fn check(&self) {
        let report = &self.report;
        // Near half an ULP the count of misrounded results decides, not the error in f64.
        let is_exact = self.kernel == "exact";
        let bound = if is_exact { self.bound + 1e-6 } else { self.bound };
        assert!(report.ulp <= bound, "{self}\nabove the bound of {} ULP", self.bound);
        assert!(!is_exact || report.misrounded == 0, "{self}\nmisrounded");
        assert_eq!(report.out_of_range, 0, "{self}\nresults out of range");
        assert_eq!(report.not_odd, 0, "{self}\nresults that are not odd");
        if self.kernel == "default" || is_exact {
            assert_eq!(report.steps_back, 0, "{self}\nthis tier steps back");
        }
        // Where the gradient does not depend on x (ReLU), a NaN in x is not seen.
        if self.kernel != "backward" {
            assert_eq!(report.wrong_nans, 0, "{self}\nNaN lost or made");
        }
    }
}

impl std::fmt::Display for Row {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Report { ulp, witness, misrounded, steps_back, digest, .. } = self.report;
        let (name, kernel, isa) = (self.operation, self.kernel, self.isa);
        write!(
            f,
            "{name:<11} {kernel:<9} {isa:<9} {ulp:<8.4} {:#010x} {:<+15e}",
            witness.x.to_bits(),
            witness.got
        )?;
        write!(f, " {:<+23e} {misrounded:<11} {steps_back:<11} {digest:016x}", witness.exact)
    }
}

/// Compares with `tests/digests.txt`: which inputs, operation, kernel, arithmetic, digest.
fn check_digests(inputs: &str, rows: &[Row]) {
    let mut record = Record::digests();
    for row in rows {
        let is_exact = row.kernel == "exact";
        let arithmetic = if is_exact { "any" } else { arithmetic(row.isa) };
        let key = format!("{inputs} {} {} {arithmetic}", row.operation, row.kernel);
        let digest = format!("{:016x}", row.report.digest);
        if is_exact {
            println!("{key} {digest} (at {})", row.isa);
        }
        record.check(&key, &digest, &row.isa.to_string());
    }
    record.finish();
}

/// Compares with `tests/witnesses.txt`, where results are not correctly rounded.
fn check_witnesses(rows: &[Row]) {
    let mut record = Record::witnesses();
    for row in rows.iter().filter(|row| row.bound > 0.5) {
        let key = format!("{} {} {}", row.operation, row.kernel, arithmetic(row.isa));
        let Report { witness, steps_back, .. } = row.report;
        // Where x and -x have the same error, either may be found first.
        let symmetric = format!("±{}", witness.x.abs());
        let is_symmetric = match record.get(&key) {
            Some(recorded) => recorded.starts_with('±'),
            None => row.is_symmetric,
        };
        let x = if is_symmetric { symmetric } else { witness.x.to_string() };
        let steps = format!(" {steps_back}");
        let steps = if row.kernel == "backward" { "" } else { steps.as_str() };
        record.check(&key, &format!("{x}{steps}"), &row.isa.to_string());
    }
    record.finish();
}
