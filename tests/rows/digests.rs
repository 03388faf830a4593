//! The bits of fixed rows.

use super::{operations, rows};
use activations::{
    Causal, Isa, RowLayout, SoftmaxOptions,
    table::{ROW_REDUCTIONS, RowReduction},
};
use activations_testing::{
    capture::{SCORES, capture},
    families::{self, FAMILIES, Numbers},
    isas,
    record::{Digest, Record, arithmetic},
};

/// Every level with FMA, on every machine, and the baseline on every machine.
#[test]
fn fixed_rows_have_the_bits_of_the_recorded_digests() {
    let mut record = Record::digests();
    let mut check = |name: &str, tier: &str, isa: Isa, digest: Digest| {
        let key = format!("rows {name} {tier} {}", arithmetic(isa));
        record.check(&key, &format!("{:016x}", digest.value()), &isa.to_string());
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
    let mut numbers = Numbers::new(9);
    let dy: Vec<f32> = (0..5000).map(|_| numbers.normal() as f32).collect();
    for (operation, isa) in operations() {
        let (mut digest, mut of_gradient) = (Digest::default(), Digest::default());
        for (cols, x) in &matrices {
            let y = rows(operation, isa, x, *cols);
            digest.add(&y);
            let mut dx = vec![7.0; y.len()];
            let shape = [y.len() / cols, *cols, 1];
            let options = SoftmaxOptions::default();
            (operation.axis_backward)(isa, options, &y, &dy[..y.len()], &mut dx, shape);
            of_gradient.add(&dx);
        }
        check(operation.name, operation.tier.name(), isa, digest);
        check(&format!("{}_backward", operation.name), operation.tier.name(), isa, of_gradient);
    }
    for (RowReduction { name, rows_into, axis_backward, .. }, isa) in
        isas().flat_map(|isa| ROW_REDUCTIONS.iter().map(move |reduction| (reduction, isa)))
    {
        let (mut digest, mut of_gradient) = (Digest::default(), Digest::default());
        for (cols, x) in &matrices {
            let (layout, count) = (RowLayout::contiguous(*cols), x.len() / cols);
            let (mut y, mut dx) = (vec![7.0; count], vec![7.0; x.len()]);
            rows_into(isa, SoftmaxOptions::default(), x, &mut y, layout);
            digest.add(&y);
            let (options, shape) = (SoftmaxOptions::default(), [count, *cols, 1]);
            axis_backward(isa, options, x, &dy[..count], &mut dx, shape);
            of_gradient.add(&dx);
        }
        check(name, "default", isa, digest);
        check(&format!("{name}_backward"), "default", isa, of_gradient);
    }
    let (scores, keys) = capture(SCORES);
    let masks = Masks::new(keys);
    for (operation, isa) in operations() {
        let mut y = scores.clone();
        (operation.rows)(isa, masks.options(), &mut y, RowLayout { cols: keys, stride: keys });
        let mut digest = Digest::default();
        digest.add(&rows(operation, isa, &scores, keys));
        digest.add(&y);
        check(&format!("{}_of_scores", operation.name), operation.tier.name(), isa, digest);
    }
    record.finish();
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
