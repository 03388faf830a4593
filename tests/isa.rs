//! The levels of instruction sets: their names, their order, and the variable that limits them.

use activations::{Isa, ParseIsaError};

const NAMES: [(Isa, &str); 4] = [
    (Isa::Avx512, "avx512"),
    (Isa::Avx2, "avx2"),
    (Isa::Neon, "neon"),
    (Isa::Baseline, "baseline"),
];

#[test]
fn a_level_is_read_as_it_is_written() {
    for (isa, name) in NAMES {
        assert_eq!(isa.to_string(), name);
        assert_eq!(name.parse(), Ok(isa));
    }
    for name in ["AVX2", " avx2", "avx2\n", "Avx2 "] {
        assert_eq!(name.parse(), Ok(Isa::Avx2), "case and blanks make no difference: {name:?}");
    }
    assert_eq!(format!("{:>10}|{:<8}|", Isa::Avx2, Isa::Neon), "      avx2|neon    |");
}

#[test]
fn other_names_are_errors_that_say_what_is_expected() {
    for name in ["", "avx", "sse2", "avx10", "scalar", "none", "avx 2"] {
        assert_eq!(name.parse::<Isa>(), Err(ParseIsaError), "{name:?}");
    }
    let message = ParseIsaError.to_string();
    for (_, name) in NAMES {
        assert!(message.contains(name), "{message}");
    }
}

#[test]
fn available_levels_descend_to_the_baseline() {
    let available: Vec<_> = Isa::available().collect();
    assert!(available.is_sorted_by(|a, b| a > b), "{available:?}");
    assert_eq!(available.last(), Some(&Isa::Baseline));
}

#[test]
fn the_active_level_is_available_and_stays() {
    let active = Isa::active();
    let limit = Isa::limit().map_or("an error".to_owned(), |limit| {
        limit.map_or("none".to_owned(), |limit| limit.to_string())
    });
    println!("active: {active}. limit: {limit}.");
    assert!(Isa::available().any(|isa| isa == active));
    assert_eq!(Isa::active(), active);
}

#[cfg(not(any(target_family = "wasm", miri)))]
mod limited {
    use super::NAMES;
    use activations::Isa;
    use activations_testing::child::rerun;
    use std::ffi::OsStr;

    const TEST: &str = "the_active_level_is_available_and_stays";

    /// The best level that this machine has at or below `limit`.
    fn best(limit: Option<Isa>) -> Isa {
        Isa::available().find(|&isa| limit.is_none_or(|limit| isa <= limit)).expect("the baseline")
    }

    #[track_caller]
    fn assert_active(limit: Option<&OsStr>, expected: Isa) {
        if let Some(printed) = rerun(TEST, limit) {
            assert!(
                printed.contains(&format!("active: {expected}.")),
                "limited to {limit:?}: {printed}"
            );
        }
    }

    #[test]
    fn calls_run_at_the_best_level_that_the_variable_allows() {
        assert_active(None, best(None));
        for (isa, name) in NAMES {
            assert_active(Some(name.as_ref()), best(Some(isa)));
        }
    }

    #[test]
    fn case_and_blanks_make_no_difference() {
        for value in ["BASELINE", "baseline ", " Baseline"] {
            assert_active(Some(value.as_ref()), Isa::Baseline);
        }
    }

    #[test]
    fn a_value_that_names_no_level_limits_nothing_and_is_an_error() {
        for value in ["", "sse2", "scalar", "none", "0"] {
            assert_active(Some(value.as_ref()), best(None));
            if let Some(printed) = rerun(TEST, Some(value.as_ref())) {
                assert!(printed.contains("limit: an error."), "{value}: {printed}");
            }
        }
        #[cfg(unix)]
        assert_active(Some(std::os::unix::ffi::OsStrExt::from_bytes(b"baseline\xff")), best(None));
    }
}
