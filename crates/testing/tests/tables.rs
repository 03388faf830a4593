//! The documents have the tables that the source has.
#![cfg(not(any(target_family = "wasm", miri)))]

use activations::table::OPERATIONS;
use activations_testing::{
    root,
    tables::{FILES, functions, updated},
};
use std::fs;

#[test]
fn the_tables_of_the_documents_are_those_of_the_source() {
    for file in FILES {
        let text = fs::read_to_string(root().join(file)).expect("a file of text");
        let updated = updated(&text).unwrap_or_else(|missing| panic!("{file}: {missing}"));
        for (i, (line, expected)) in text.lines().zip(updated.lines()).enumerate() {
            let place = format!("{file}:{}", i + 1);
            assert_eq!(line, expected, "{place}: `cargo run -p activations-testing --bin tables`");
        }
        assert_eq!(text, updated, "{file}");
    }
}

#[test]
fn every_table_is_in_a_document() {
    for (file, table) in [
        ("README.md", "accuracy"),
        ("README.md", "accuracy of rows"),
        ("src/lib.rs", "functions"),
        ("docs/guide.md", "gated units"),
    ] {
        let text = fs::read_to_string(root().join(file)).expect("a file of text");
        assert!(text.contains(&format!("<!-- table: {table} -->\n")), "{file} has no {table}");
    }
}

#[test]
fn a_changed_table_and_a_missing_end_are_found() {
    let text = "before\n//! <!-- table: functions -->\n//! stale\n//! <!-- end -->\nafter\n";
    let updated = updated(text).expect("a table");
    assert!(updated.starts_with("before\n//! <!-- table: functions -->\n//! | operation |"));
    assert!(updated.ends_with("|\n//! <!-- end -->\nafter\n") && !updated.contains("stale"));
    for text in ["<!-- table: functions -->\n", "<!-- table: other -->\n<!-- end -->\n"] {
        assert!(activations_testing::tables::updated(text).is_err(), "{text}");
    }
}

/// The section itself is demanded with its formula.
#[test]
fn the_guide_shows_the_picture_of_every_function_and_its_name_in_pytorch() {
    let guide = fs::read_to_string(root().join("docs/guide.md")).expect("a file of text");
    let section = |name: &str| {
        let start = guide.find(&format!("\n### {name}\n"));
        let start = start.unwrap_or_else(|| panic!("docs/guide.md has no section of {name}"));
        let end = guide[start + 5..].find("\n##").map_or(guide.len(), |len| start + 5 + len);
        &guide[start..end]
    };
    // PReLU is leaky ReLU in a picture.
    for name in functions().map(|function| function.name).filter(|&name| name != "prelu") {
        let picture = format!("docs/plots/{name}.svg");
        assert!(section(name).contains(&picture), "docs/guide.md: no {picture}");
        assert!(root().join(&picture).exists(), "no {picture}: cargo run -p activations-plots");
    }
    // What PyTorch has no function of the same arguments for is defined there.
    let script = root().join("scripts/torch_reference.py");
    let script = fs::read_to_string(script).expect("a file of text");
    for operation in OPERATIONS {
        let (name, torch) = (operation.name, operation.torch);
        let is_defined = script.contains(&format!("    \"{torch}\": lambda"));
        let is_named = section(name).contains(&format!(".{torch}("))
            || is_defined && section(name).contains("| PyTorch | ");
        assert!(is_named, "docs/guide.md: the section of {name} has no call of PyTorch's {torch}");
        let has_errors = operation.kernels[0].bound.fused > 0.5;
        let picture = format!("docs/plots/{name}_error.svg");
        assert!(!has_errors || section(name).contains(&picture), "docs/guide.md: no {picture}");
    }
}
