//! Rules of the source that the compiler does not check.
#![cfg(not(any(target_family = "wasm", miri)))]

use activations::table::{OPERATIONS, OTHER_OPERATIONS, Operation, ROW_REDUCTIONS};
use activations_source::{floors, inlining, items};
use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

/// A file of Rust.
struct Source {
    /// Within its folder, `src` for the library.
    path: PathBuf,
    text: String,
}

impl Source {
    /// The operation that the file defines.
    fn operation(&self) -> Option<&str> {
        let file = self.path.strip_prefix("ops").ok()?;
        let stem = file.file_stem()?.to_str()?;
        (file.components().count() == 1 && !["mod", "table"].contains(&stem)).then_some(stem)
    }
}

fn sources() -> Vec<Source> {
    let sources = sources_in("src");
    assert!(sources.len() > 10, "these are not all files of the library");
    sources
}

/// The Rust files in a folder of the repository, outside of what is built.
fn sources_in(folder: &str) -> Vec<Source> {
    fn collect(folder: &Path, root: &Path, sources: &mut Vec<Source>) {
        for entry in fs::read_dir(folder).expect("a folder of sources") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                if !path.ends_with("target") {
                    collect(&path, root, sources);
                }
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).expect("a file of text");
                sources.push(Source {
                    path: path.strip_prefix(root).expect("in the root").to_owned(),
                    text,
                });
            }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut sources = Vec::new();
    collect(&root, &root, &mut sources);
    assert!(!sources.is_empty(), "no file in {folder}");
    sources
}

/// A function that is not inlined into a kernel is compiled for the target's instruction set, not
/// for the kernel's: that is correct, many times slower, and silent.
#[test]
fn every_function_over_an_instruction_set_is_always_inlined() {
    for Source { path, text } in sources() {
        let all = path.starts_with("isa") && !path.ends_with("mod.rs");
        let missing = inlining::missing(&text, all);
        assert!(
            missing.is_empty(),
            "{}: no #[inline(always)] on {}",
            path.display(),
            missing.join(", ")
        );
    }
}

#[test]
fn imports_go_down_in_no_circle_and_to_the_file_that_defines_the_name() {
    let sources = sources();
    let files = sources.iter().map(|Source { path, text }| (path.as_path(), text.as_str()));
    let complaints = floors::complaints(files);
    assert!(complaints.is_empty(), "\n{}", complaints.join("\n"));
}

#[test]
fn unsafe_stands_only_where_it_is_forbidden() {
    for Source { path, text } in sources() {
        for line in text.lines().filter(|line| line.contains("unsafe")) {
            assert!(
                path.ends_with("lib.rs") && line == "#![forbid(unsafe_code)]",
                "{}: {line}",
                path.display()
            );
        }
    }
}

#[test]
fn only_instruction_sets_name_the_crates_behind_them() {
    for Source { path, text } in sources() {
        let named = items::mentions(&text, &["pulp", "wide"]);
        assert!(!named || path.starts_with("isa"), "{}", path.display());
    }
}

#[test]
fn every_file_of_operations_is_in_the_table() {
    let sources = sources();
    let files: BTreeSet<_> = sources.iter().filter_map(Source::operation).collect();
    let table: BTreeSet<_> = OPERATIONS.iter().map(|operation| operation.name).collect();
    assert_eq!(files, table);
}

/// What has methods of its own at a level is not reached through the traits of the other tables.
#[test]
fn every_type_with_methods_at_a_level_has_a_table_line() {
    let others = OTHER_OPERATIONS.iter().map(|operation| operation.type_name);
    let reductions = ROW_REDUCTIONS.iter().map(|reduction| reduction.type_name);
    let in_tables: BTreeSet<_> = others.chain(reductions).collect();
    for source in sources().iter().filter(|source| !source.path.starts_with("any")) {
        for name in items::types_with_methods_at_a_level(&source.text) {
            let is_in_tables = name == "Op" || in_tables.contains(name.as_str());
            assert!(is_in_tables, "src/{}: {name} is in no table", source.path.display());
        }
    }
}

#[test]
fn tests_of_the_library_stand_in_modules_that_units_compiles() {
    let units = include_str!("units.rs");
    for Source { path, text } in sources() {
        let folder = path.iter().next().expect("a name").display();
        let is_compiled = units.contains(&format!("\"../src/{folder}/mod.rs\""));
        assert!(is_compiled || !text.contains("#[test]"), "{}", path.display());
    }
}

#[test]
fn no_file_is_longer_than_300_lines() {
    for folder in ["src", "benches", "crates", "examples", "fuzz", "tests"] {
        for Source { path, text } in sources_in(folder) {
            let lines = text.lines().count();
            assert!(lines <= 300, "{folder}/{} has {lines} lines", path.display());
        }
    }
}

/// Tables may be wider: their rows cannot be broken.
#[test]
fn no_comment_is_wider_than_100_columns() {
    for folder in ["src", "benches", "crates", "examples", "fuzz", "tests"] {
        for Source { path, text } in sources_in(folder) {
            for (i, line) in text.lines().enumerate() {
                let text = line.trim_start();
                let is_row = text.trim_start_matches(['/', '!']).starts_with(" |");
                let (place, columns) = (i + 1, line.chars().count());
                let fits = !text.starts_with("//") || is_row || columns <= 100;
                assert!(fits, "{folder}/{}:{place}: {columns} columns", path.display());
            }
        }
    }
}

#[test]
fn every_operation_documents_its_bounds_nan_definition_and_an_example() {
    let each = include_str!("../crates/testing/src/each.rs");
    for source in sources() {
        let Some(name) = source.operation() else { continue };
        let operation =
            OPERATIONS.iter().find(|operation| operation.name == name).expect("in the table");
        let mut documented = 0;
        for item in items::public(&source.text) {
            let text = item.documentation;
            if item.is_function {
                assert!(text.contains("```"), "the function {name} has no example");
                let call = format!("activations::{name} ");
                assert!(each.contains(&call), "each_function! does not call {name}");
                let bound = operation.kernels[0].bound.fused;
                assert!(states(&text, bound), "the function {name} has no bound");
            } else {
                check_struct(operation, &text);
                documented += 1;
            }
        }
        assert_eq!(documented, 1, "{name} is one public struct");
    }
}

fn check_struct(operation: &Operation, text: &str) {
    let name = operation.name;
    for part in ["\n | NaN |", "\n Definition: ", "\n ```\n"] {
        assert!(text.contains(part), "the documentation of {name} lacks {part:?}");
    }
    let gradients = [&operation.backward].into_iter().chain(&operation.backward_from_output);
    let bounds = operation.kernels.iter().map(|tier| tier.bound);
    let bounds = bounds.chain(gradients.map(|backward| backward.bound));
    for ulps in bounds.flat_map(|bound| [bound.fused, bound.baseline]) {
        assert!(
            states(text, ulps),
            "the documentation of {name} does not state the bound of {ulps} ULP"
        );
    }
}

/// Whether a bound is in the text, as a number or in words.
fn states(text: &str, ulps: f64) -> bool {
    let text = text.to_lowercase();
    match ulps {
        0.0 => text.contains("exact") || text.contains("correctly rounded"),
        0.5 => text.contains("correctly rounded"),
        _ => text.contains(&format!("{ulps:.3}")),
    }
}
