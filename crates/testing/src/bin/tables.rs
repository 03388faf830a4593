//! Writes the tables of the README, of the crate's documentation and of the guide from the tables
//! of the source.
//!
//! ```sh
//! cargo run -p activations-testing --bin tables
//! cargo run -p activations-testing --bin tables -- --calls    # for scripts/build-cost
//! ```

#[cfg(not(target_family = "wasm"))]
fn main() {
    use activations_testing::{root, tables};

    if std::env::args().any(|argument| argument == "--calls") {
        tables::calls().for_each(|[name, call]| println!("{name}\t{call}"));
        return;
    }
    for path in tables::FILES {
        let path = root().join(path);
        let text = std::fs::read_to_string(&path).expect("a file of text");
        match tables::updated(&text) {
            Ok(updated) if updated == text => {}
            Ok(updated) => {
                std::fs::write(&path, updated).expect("a file that can be written");
                println!("{}", path.display());
            }
            Err(missing) => {
                eprintln!("{}: {missing}", path.display());
                std::process::exit(1);
            }
        }
    }
}

#[cfg(target_family = "wasm")]
fn main() {}
