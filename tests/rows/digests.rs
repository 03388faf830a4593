//! The bits of fixed rows.

use super::{bits, log_sum_exps, operations, rows};
use crate::{
    common::isas,
    families::{self, FAMILIES},
};
use activations::Isa;
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
        check(operation.name, operation.tier, isa, digest.0);
    }
    for isa in isas() {
        let mut digest = Digest::new();
        for (cols, x) in &matrices {
            digest.add(&log_sum_exps(isa, x, *cols));
        }
        check("log_sum_exp", "default", isa, digest.0);
    }
    assert!(wrong.is_empty(), "not what tests/digests.txt says:\n{wrong}");
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
