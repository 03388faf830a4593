//! The largest errors in many rows.

use super::{errors, log_sum_exps, operations, rows};
use activations::Isa;
use activations_testing::{
    families::{self, FAMILIES},
    isas,
    oracle::{Exact, exact},
    ulp::ulps,
};

/// The largest error found, and the row it was found in.
#[derive(Clone, Default)]
struct Worst(f64, String);

impl Worst {
    fn see(&mut self, error: f64, row: impl FnOnce() -> String) {
        if error > self.0 {
            *self = Self(error, row());
        }
    }
}

#[test]
#[ignore = "takes a minute"]
fn the_largest_errors_of_many_rows() {
    let widths = (1..=40).chain([
        47,
        50,
        63,
        64,
        65,
        100,
        128,
        200,
        256,
        500,
        1000,
        2000,
        4096,
        5000,
        20_000,
        1 << 20,
    ]);
    let all: Vec<_> = operations().collect();
    let mut worst = vec![[Worst::default(), Worst::default()]; all.len()];
    let mut worst_sums = vec![Worst::default(); isas().count()];
    for cols in widths {
        for (family, seed) in
            (0..FAMILIES).flat_map(|family| (0..40).map(move |seed| (family, seed)))
        {
            if seed as usize > 400_000 / cols {
                continue;
            }
            let count = (2000 / cols).clamp(1, 64);
            let x = families::matrix(family, seed, cols, count);
            let exact: Vec<Exact> = x.chunks_exact(cols).map(exact).collect();
            let row = || format!("{cols} columns, family {family}, seed {seed}");
            for ((operation, isa), worst) in all.iter().zip(&mut worst) {
                let y = rows(operation, *isa, &x, cols);
                for (exact, y) in exact.iter().zip(y.chunks_exact(cols)) {
                    let [normal, subnormal] = errors(operation, exact, y);
                    worst[0].see(normal, row);
                    worst[1].see(subnormal, row);
                }
            }
            for (isa, worst) in isas().zip(&mut worst_sums) {
                for (exact, y) in exact.iter().zip(log_sum_exps(isa, &x, cols)) {
                    if exact.log_sum_exp.abs() > 1e-7 {
                        worst.see(ulps(y, exact.log_sum_exp), row);
                    }
                }
            }
        }
    }
    println!("function     tier     level     max ULP  in a row of");
    let line = |name: &str, tier: &str, isa: Isa, Worst(error, row): &Worst, note: &str| {
        println!("{name:<12} {tier:<8} {isa:<9} {error:<8.3} {row}{note}");
    };
    for ((operation, isa), [normal, subnormal]) in all.iter().zip(&worst) {
        line(operation.name, operation.tier.name(), *isa, normal, "");
        line(operation.name, operation.tier.name(), *isa, subnormal, " (subnormal results)");
        assert!(normal.0 <= operation.bound.at(*isa));
    }
    for (isa, worst) in isas().zip(&worst_sums) {
        line("log_sum_exp", "default", isa, worst, "");
        assert!(worst.0 <= 1.0);
    }
}
