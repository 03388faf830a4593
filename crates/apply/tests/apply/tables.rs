//! The tables of speed and error on captured activations.

use crate::folder::{Folder, assert_success};
use activations::{
    Isa,
    table::{Bound, OPERATIONS, ROW_OPERATIONS},
};
use std::process::Stdio;

/// The cells of each line.
fn cells<'a>(lines: impl Iterator<Item = &'a str>) -> impl Iterator<Item = Vec<&'a str>> {
    lines.map(|line| line.split('|').map(str::trim).collect())
}

#[test]
fn the_table_has_a_line_for_each_function_and_every_tier_within_its_bound() {
    let Some(folder) = Folder::new() else { return };
    let output = folder.apply("");
    assert_success(&output);
    let table = String::from_utf8(output.stdout).unwrap();
    assert!(table.lines().count() <= 40, "{table}");
    let mut lines = table.lines();
    let isa = Isa::active();
    assert!(lines.next().unwrap().starts_with(&format!("level {isa}: ")), "{table}");
    let rows: Vec<_> = cells(lines).collect();
    let (header, rows) = (&rows[0], &rows[2..]);
    let column = |name: &str| header.iter().position(|cell| *cell == name).expect("a column");
    let mut names = Vec::new();
    let mut check = |name: &'static str, tier: &str, bound: Bound| {
        names.push(name);
        let row = rows.iter().find(|row| row[column("function")] == name).expect("a line");
        let worst: f64 = row[column(&format!("{tier} ULP"))].parse().unwrap();
        let time: f64 = row[column(&format!("{tier} ns"))].parse().unwrap();
        assert!(worst <= bound.at(isa) && time >= 0.0, "{row:?}");
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
    names.dedup();
    assert!(rows.iter().map(|row| row[column("function")]).eq(names), "{table}");
}

#[test]
fn the_whole_table_has_every_kernel_within_its_bound() {
    let Some(folder) = Folder::new() else { return };
    let output = folder.apply("--all");
    assert_success(&output);
    let table = String::from_utf8(output.stdout).unwrap();
    let mut rows = cells(table.lines().skip(2));
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
