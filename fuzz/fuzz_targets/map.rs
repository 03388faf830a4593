//! Any kernel on any numbers keeps what is promised of it.
//!
//! ```sh
//! cargo +nightly fuzz run map -- -max_total_time=60
//! ```
#![no_main]

use activations::{Tier, table::Crossing};
use activations_testing::{
    Call, Form, calls, is_quiet_nan,
    nearest::{nearest, round},
    same,
    ulp::{per_ulp, ulps},
};
use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;

#[derive(Arbitrary, Debug)]
struct Case<'a> {
    /// Operation, tier, level and form.
    call: u16,
    /// At least so many elements.
    len: u16,
    /// Of the slice within a cache line, in elements.
    offset: u8,
    decoding: Decoding,
    /// Between the words of one round and the next.
    step: u32,
    /// Words of four bytes, taken round and round.
    words: &'a [u8],
}

/// What a word stands for.
#[derive(Arbitrary, Clone, Copy, Debug)]
enum Decoding {
    /// The bits of an f32, most of them huge or tiny.
    Bits,
    /// A fixed-point number in [-128, 128), where most functions have not reached their limits.
    Fixed,
}

static CALLS: LazyLock<Vec<Call>> = LazyLock::new(|| calls().collect());

fuzz_target!(|case: Case| {
    let call = CALLS[usize::from(case.call) % CALLS.len()];
    let x = case.inputs();
    check_numbers(&call, &x);
    check_places(&call, &x, usize::from(case.offset % 16));
});

impl Case<'_> {
    fn inputs(&self) -> Vec<f32> {
        /// Some steps of the widest level, and any rest.
        const LONGEST: u16 = 600;
        let (mut x, mut add) = (Vec::new(), 0);
        let words = self.words.as_chunks().0;
        while !words.is_empty() && x.len() < (self.len % LONGEST).into() {
            x.extend(
                words.iter().map(|&word| self.decode(u32::from_le_bytes(word).wrapping_add(add))),
            );
            add = add.wrapping_add(self.step);
        }
        x
    }

    fn decode(&self, word: u32) -> f32 {
        match self.decoding {
            Decoding::Bits => f32::from_bits(word),
            #[allow(clippy::cast_precision_loss, reason = "the nearest number will do")]
            Decoding::Fixed => word.cast_signed() as f32 / 16_777_216.0,
        }
    }
}

/// Bound, range, NaN, oddness, and that only the fast tier may step back.
fn check_numbers(call: &Call, x: &[f32]) {
    let operation = call.operation;
    let y = call.images(x);
    let kernel = match call.form {
        Form::InPlace(kernel) | Form::Into(kernel) => kernel,
        Form::Gradient(backward) | Form::GradientInPlace(backward) => {
            let bound = backward.bound.at(call.isa);
            for (&x, &dx) in x.iter().zip(&y).filter(|(x, _)| !x.is_nan()) {
                let exact = (backward.derivative)(x.into());
                let measure = Crossing::measure(backward.crossing, x.into(), exact);
                let error = ulps(dx, exact) / per_ulp(exact) * per_ulp(measure);
                assert!(error <= bound, "{call}: {x:e} gives {dx:e}, not {exact:e}");
            }
            return;
        }
    };
    let negated = call.images(&x.iter().map(|x| -x).collect::<Vec<_>>());
    let next = call.images(&x.iter().map(|x| x.next_up()).collect::<Vec<_>>());
    let bound = kernel.bound.at(call.isa);
    let monotone = kernel.monotone;
    for (i, (&x, &y)) in x.iter().zip(&y).enumerate() {
        if x.is_nan() {
            assert!(is_quiet_nan(y), "{call}: NaN gives {y:e} ({:#010x})", y.to_bits());
            continue;
        }
        let exact = (operation.exact)(x.into());
        let [low, high] = operation.range;
        if kernel.tier == Tier::Exact {
            let rounded = round(x, exact, nearest(operation.name));
            // The exact value has no sign where it is 0: adding 0 takes it from both.
            assert!(same(y + 0.0, rounded + 0.0), "{call}: {x:e} gives {y:e}, not {rounded:e}");
        } else {
            assert!(ulps(y, exact) <= bound, "{call}: {x:e} gives {y:e}, not {exact:e}");
        }
        assert!((low..=high).contains(&y), "{call}: {x:e} gives {y:e}, out of range");
        assert!(!operation.odd || same(-y, negated[i]), "{call} is not odd at {x:e}");
        assert!(!monotone || y <= next[i], "{call} steps back after {x:e}, {y:e}");
    }
}

/// An element gives what it gives alone, out of place what it gives in place, and nothing around is
/// written.
fn check_places(call: &Call, x: &[f32], offset: usize) {
    /// Longer than any step, and a number that no kernel gives.
    const MARGIN: usize = 64;
    let canary = f32::from_bits(0x7fa5_5a5a);

    let dy: Vec<_> = x.iter().rev().copied().collect();
    let start = MARGIN + offset;
    let mut buffer = vec![canary; start + x.len() + MARGIN];
    call.run(x, &dy, &mut buffer[start..][..x.len()]);

    let (before, rest) = buffer.split_at(start);
    let (y, after) = rest.split_at(x.len());
    let untouched = |number: &f32| number.to_bits() == canary.to_bits();
    assert!(before.iter().chain(after).all(untouched), "{call} wrote outside the slice");
    for (i, (&x, &y)) in x.iter().zip(y).enumerate() {
        let alone = call.alone(x, dy[i]);
        assert!(
            same(y, alone),
            "{call}: {x:e} gives {y:e} as element {i} of {}, {alone:e} alone",
            dy.len()
        );
    }
}
