//! A function that takes more than numbers writes its results and nothing else, and a unit that
//! depends on itself alone gives what it gives alone, whatever the numbers.
//!
//! ```sh
//! cargo +nightly fuzz run others -- -max_total_time=60
//! ```
#![no_main]

use activations_testing::{
    other::{Other, others},
    same,
};
use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;

#[derive(Arbitrary, Debug)]
struct Case<'a> {
    other: u8,
    offset: u8,
    /// Words of four bytes, the bits of a number each.
    words: &'a [u8],
}

static OTHERS: LazyLock<Vec<Other>> = LazyLock::new(|| others().collect());

fuzz_target!(|case: Case| {
    /// Longer than any step, and a number that no kernel gives.
    const MARGIN: usize = 64;
    let canary = f32::from_bits(0x7fa5_5a5a);

    let other = OTHERS[usize::from(case.other) % OTHERS.len()];
    let numbers = case.words.as_chunks().0.iter().map(|&word| f32::from_le_bytes(word));
    let mut src: Vec<f32> = numbers.collect();
    let whole = other.call.unit * other.call.inputs;
    src.truncate(src.len() / whole * whole);

    let start = MARGIN + usize::from(case.offset % 16);
    let results = other.results(&src);
    let mut buffer = vec![canary; start + results + MARGIN];
    (other.call.run)(other.isa, &src, &mut buffer[start..][..results]);
    let (before, rest) = buffer.split_at(start);
    let (dst, after) = rest.split_at(results);
    let untouched = |number: &f32| number.to_bits() == canary.to_bits();
    assert!(before.iter().chain(after).all(untouched), "{other} wrote outside the slice");
    if other.call.is_local {
        let unit = other.call.unit;
        for i in 0..results / unit {
            let range = i * unit..(i + 1) * unit;
            let alone = other.images(&other.part(&src, &range));
            let right = alone.iter().zip(&dst[range]).all(|(&a, &b)| same(a, b));
            assert!(right, "{other}: unit {i} of {src:?}");
        }
    }
});
