//! The bits of fixed rows.

use super::{log_sum_exps, operations, rows};
use activations::{Causal, Isa, RowLayout, SoftmaxOptions};
use activations_testing::{
    bits,
    capture::{SCORES, capture},
    families::{self, FAMILIES},
    isas,
};
use std::fmt::Write;

/// Every level with FMA, on every machine, and the baseline on every machine.
#[test]
fn fixed_rows_have_the_bits_of_the_recorded_digests() {
    let recorded = include_str!("../digests.txt");
    let mut wrong = String::new();
    let mut check = |name: &str, tier: &str, isa: Isa, digest: u64| {
        let arithmetic = if isa == Isa::Baseline { "baseline" } else { "fused" };
        let line = format!("rows {name} {tier} {arithmetic} {digest:016x}");
        if !recorded.lines().any(|recorded| recorded == line) {
            writeln!(wrong, "{line} (at {isa})").expect("a line");
        }
    };
    let shapes = [
        (1, 40),
        (2, 70),
        (3, 70),
        (4, 40),
        (7, 70),
        (8, 33),
        (16, 20),
        (20, 17),
        (31, 66),
        (32, 18),
        (33, 5),
        (50, 3),
        (64, 20),
        (128, 5),
        (1000, 2),
        (5000, 1),
    ];
    let matrices: Vec<_> = shapes
        .iter()
        .flat_map(|&(cols, count)| {
            (0..FAMILIES).map(move |family| (cols, families::matrix(family, 1, cols, count)))
        })
        .collect();
    for (operation, isa) in operations() {
        let mut digest = Digest::new();
        for (cols, x) in &matrices {
            digest.add(&rows(operation, isa, x, *cols));
        }
        check(operation.name, operation.tier.name(), isa, digest.0);
    }
    for isa in isas() {
        let mut digest = Digest::new();
        for (cols, x) in &matrices {
            digest.add(&log_sum_exps(isa, x, *cols));
        }
        check("log_sum_exp", "default", isa, digest.0);
    }
    let (scores, keys) = capture(SCORES);
    let masks = Masks::new(keys);
    for (operation, isa) in operations() {
        let mut y = scores.clone();
        (operation.rows)(isa, masks.options(), &mut y, RowLayout { cols: keys, stride: keys });
        let mut digest = Digest::new();
        digest.add(&rows(operation, isa, &scores, keys));
        digest.add(&y);
        check(&format!("{}_of_scores", operation.name), operation.tier.name(), isa, digest.0);
    }
    assert!(wrong.is_empty(), "not what tests/digests.txt says:\n{wrong}");
}

/// Options of each kind, except those that choose the results of degenerate rows.
struct Masks {
    mask: Vec<f32>,
    keep: Vec<bool>,
}

impl Masks {
    fn new(cols: usize) -> Self {
        let mask = (0..cols).map(|j| -0.0625 * j as f32).collect();
        Self { mask, keep: (0..cols).map(|j| j % 7 != 3).collect() }
    }

    fn options(&self) -> SoftmaxOptions<'_> {
        let mut options = SoftmaxOptions::default();
        options.scale = 1.7;
        options.soft_cap = Some(30.0);
        options.mask = Some(&self.mask);
        options.keep = Some(&self.keep);
        options.causal = Some(Causal::new().queries(128).window(50));
        options.sink = Some(-1.5);
        options
    }
}

/// FNV-1a, over whole numbers.
struct Digest(u64);

impl Digest {
    fn new() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }

    fn add(&mut self, y: &[f32]) {
        for bits in bits(y) {
            self.0 = (self.0 ^ u64::from(bits)).wrapping_mul(0x0100_0000_01b3);
        }
    }
}
