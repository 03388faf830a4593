//! The recorded facts of `tests`: digests of results, and the inputs of the largest errors.

use activations::Isa;
use std::collections::BTreeMap;

/// FNV-1a, over whole numbers.
#[derive(Clone, Copy)]
pub struct Digest(u64);

impl Default for Digest {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Digest {
    /// Adds the bits of each number, with one pattern for all NaNs.
    pub fn add(&mut self, y: &[f32]) {
        for bits in crate::bits(y) {
            self.0 = (self.0 ^ u64::from(bits)).wrapping_mul(0x0100_0000_01b3);
        }
    }

    /// Returns the digest of all that was added.
    pub fn value(self) -> u64 {
        self.0
    }
}

/// The arithmetic of a level, as the recorded lines name it.
pub fn arithmetic(isa: Isa) -> &'static str {
    if isa == Isa::Baseline { "baseline" } else { "fused" }
}

/// A file of lines that each have a key and a value.
pub struct Record {
    /// Within the folder of tests.
    file: &'static str,
    recorded: BTreeMap<String, String>,
    wrong: Vec<String>,
    missing: BTreeMap<String, String>,
}

impl Record {
    /// Returns `tests/digests.txt`.
    pub fn digests() -> Self {
        Self::new("digests.txt", include_str!("../../../tests/digests.txt"), |line| {
            line.rsplit_once(' ')
        })
    }

    /// Returns `tests/witnesses.txt`. The key of a line is a function, a kernel and an arithmetic.
    pub fn witnesses() -> Self {
        Self::new("witnesses.txt", include_str!("../../../tests/witnesses.txt"), |line| {
            let end = line.match_indices(' ').nth(2)?.0;
            Some((&line[..end], &line[end + 1..]))
        })
    }

    fn new(
        file: &'static str,
        text: &'static str,
        split: fn(&'static str) -> Option<(&'static str, &'static str)>,
    ) -> Self {
        let lines = text.lines().filter(|line| !line.starts_with('#')).filter_map(split);
        let recorded = lines.map(|(key, value)| (key.to_owned(), value.to_owned())).collect();
        Self { file, recorded, wrong: Vec::new(), missing: BTreeMap::new() }
    }

    /// Returns the recorded value.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.recorded.get(key).map(String::as_str)
    }

    /// Compares a value with the recorded one. `place` tells where it was found.
    pub fn check(&mut self, key: &str, value: &str, place: &str) {
        let known = self.recorded.get(key).or_else(|| self.missing.get(key));
        match known {
            Some(known) if known == value => {}
            None if is_recording() => {
                self.missing.insert(key.to_owned(), value.to_owned());
            }
            _ => self.wrong.push(format!("{key} {value} ({place})")),
        }
    }

    /// Asserts that all values were the recorded ones. If `ACTIVATIONS_RECORD` is set, the lines
    /// that were missing are added to the file; no recorded line is ever replaced.
    pub fn finish(self) {
        let Self { file, wrong, missing, .. } = self;
        let hint = "scripts/regenerate adds the lines of a new function";
        let wrong = wrong.join("\n");
        assert!(wrong.is_empty(), "not what tests/{file} says ({hint}):\n{wrong}");
        #[cfg(not(any(target_family = "wasm", miri)))]
        if !missing.is_empty() {
            use std::io::Write;
            let lines: Vec<_> =
                missing.iter().map(|(key, value)| format!("{key} {value}\n")).collect();
            let path = crate::root().join("tests").join(file);
            let mut file = std::fs::OpenOptions::new().append(true).open(path).expect("a file");
            file.write_all(lines.concat().as_bytes()).expect("lines that can be written");
        }
        drop(missing);
    }
}

/// Whether missing lines are to be added to the files.
pub fn is_recording() -> bool {
    std::env::var_os("ACTIVATIONS_RECORD").is_some()
}
