//! Functions of rows with options: scale, soft cap, masks, causal rows, sinks, and rows without a limit of their own.
#![allow(clippy::cast_precision_loss)] // widths are small

mod common;
#[path = "rows/families.rs"]
mod families;
#[path = "rows/oracle.rs"]
#[allow(dead_code)]
mod oracle;

use activations::{
    Causal, EmptyRow, Infinity, Isa, LogSoftmax, LogSumExp, Options, RowActivation, Rows, Softmax,
    contract::{OPERATIONS, ROW_OPERATIONS, RowOperation, log_sum_exp_at},
};
use common::{isas, ulp::ulps};
use families::{FAMILIES, Numbers};
use oracle::exact;
use proptest::prelude::*;

const INF: f32 = f32::INFINITY;
const NAN: f32 = f32::NAN;

fn operations() -> impl Iterator<Item = (&'static RowOperation, Isa)> {
    isas().flat_map(|isa| ROW_OPERATIONS.iter().map(move |operation| (operation, isa)))
}

fn bits(x: &[f32]) -> Vec<u32> {
    x.iter().map(|x| if x.is_nan() { u32::MAX } else { x.to_bits() }).collect()
}

/// Options, with masks of their own.
#[derive(Clone, Debug)]
struct Case {
    scale: f32,
    soft_cap: Option<f32>,
    mask: Option<Vec<f32>>,
    keep: Option<Vec<bool>>,
    causal: Option<Causal>,
    sink: Option<f32>,
}

impl Case {
    /// For `count` rows of `cols`, some of the options.
    fn new(seed: u64, cols: usize, count: usize) -> Self {
        let mut numbers = Numbers::new(seed);
        let mut some = |share: f64| numbers.uniform() < share;
        let (scaled, capped, masked, kept, causal, has_sink) =
            (some(0.6), some(0.3), some(0.5), some(0.4), some(0.3), some(0.3));
        // A mask of one row, of half of them, or of all.
        let mut rows = || match (numbers.uniform() * 3.0) as usize {
            0 => 1,
            1 if count.is_multiple_of(2) => count / 2,
            _ => count,
        };
        let (mask_rows, keep_rows) = (rows(), rows());
        let mut normal = || numbers.normal() as f32;
        let scale = if scaled { normal() } else { 1.0 };
        let soft_cap = capped.then(|| normal() * 30.0);
        let mask = masked.then(|| (0..mask_rows * cols).map(|_| normal() * 3.0).collect::<Vec<_>>());
        let keep = kept.then(|| (0..keep_rows * cols).map(|_| normal() > -0.5).collect());
        let offset = (normal() * 5.0) as isize;
        let window = (normal() > 0.0).then(|| (normal().abs() * 10.0) as usize);
        let queries = (normal() > 0.0).then_some(3);
        let causal = causal.then_some(Causal { offset, window, queries });
        let sink = has_sink.then(|| normal() * 5.0);
        let mask = mask.map(|mask| mask.iter().map(|&x| if x > 4.0 { -INF } else { x }).collect());
        Self { scale, soft_cap, mask, keep, causal, sink }
    }

    fn options(&self) -> Options<'_> {
        let mut options = Options::default();
        options.scale = self.scale;
        options.soft_cap = self.soft_cap;
        options.mask = self.mask.as_deref();
        options.keep = self.keep.as_deref();
        options.causal = self.causal;
        options.sink = self.sink;
        options
    }

    /// The logits, by the operations that the documentation names.
    fn logits(&self, isa: Isa, x: &[f32], cols: usize) -> Vec<f32> {
        let tanh = OPERATIONS.iter().find(|operation| operation.name == "tanh").expect("tanh");
        let mut t: Vec<f32> = x.iter().map(|x| x * self.scale).collect();
        if let Some(limit) = self.soft_cap {
            t = t.iter().map(|t| t / limit).collect();
            (tanh.tiers[0].apply)(isa, &mut t);
            t = t.iter().map(|t| t * limit).collect();
        }
        for (i, t) in t.iter_mut().enumerate() {
            let (row, j) = (i / cols, (i % cols) as isize);
            if let Some(mask) = &self.mask {
                *t += mask[i % mask.len()];
            }
            let kept = self.keep.as_ref().is_none_or(|keep| keep[i % keep.len()]);
            let seen = self.causal.is_none_or(|Causal { offset, window, queries }| {
                let i = queries.map_or(row, |queries| row % queries) as isize;
                j <= i + offset && window.is_none_or(|window| j > i + offset - window as isize)
            });
            if !kept || !seen {
                *t = -INF;
            }
        }
        t
    }
}

/// `[rows, cols]` as `[cols, rows]`.
fn transposed<T: Copy>(x: &[T], cols: usize) -> Vec<T> {
    let rows = x.len() / cols;
    (0..x.len()).map(|i| x[i % rows * cols + i / rows]).collect()
}

fn plain(sink: Option<f32>) -> Options<'static> {
    let mut options = Options::default();
    options.sink = sink;
    options
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 500, ..ProptestConfig::default() })]

    #[test]
    fn options_give_the_bits_of_rows_of_logits(
        seed: u64,
        cols in 1_usize..150,
        count in 1_usize..40,
        gap in 0_usize..5,
        family in 0..FAMILIES,
    ) {
        let x = families::matrix(family, seed, cols, count);
        let case = Case::new(seed, cols, count);
        for (operation, isa) in operations() {
            check_forms(operation, isa, &case, &x, cols, gap);
        }
        for isa in isas() {
            check_log_sum_exp(isa, &case, &x, cols);
        }
    }

    #[test]
    fn results_are_within_the_bound(seed: u64, cols in 1_usize..100, count in 1_usize..20, family in 0..FAMILIES) {
        let x = families::matrix(family, seed, cols, count);
        let case = Case::new(seed, cols, count);
        check_accuracy(&case, &x, cols);
    }
}

#[test]
fn long_rows_have_the_same_bits_too() {
    for (cols, count) in [(1000, 4), (1023, 20), (4097, 3), (9000, 2)] {
        for seed in 0..12 {
            let x = families::matrix(seed as usize % FAMILIES, seed, cols, count);
            let case = Case::new(seed, cols, count);
            for (operation, isa) in operations() {
                check_forms(operation, isa, &case, &x, cols, 3);
            }
            for isa in isas() {
                check_log_sum_exp(isa, &case, &x, cols);
            }
        }
    }
}

fn check_forms(operation: &RowOperation, isa: Isa, case: &Case, x: &[f32], cols: usize, gap: usize) {
    let name = format!("{} {} at {isa}, {case:?}", operation.name, operation.tier);
    let rows = Rows { cols, stride: cols };
    let count = x.len() / cols;
    let mut expected = case.logits(isa, x, cols);
    (operation.rows)(isa, plain(case.sink), &mut expected, rows);

    let mut y = x.to_vec();
    (operation.rows)(isa, case.options(), &mut y, rows);
    assert_eq!(bits(&expected), bits(&y), "{name}");

    let stride = cols + gap;
    let mut y = vec![7.0; count * stride];
    (operation.rows_into)(isa, case.options(), x, rows, &mut y, Rows { cols, stride });
    for (expected, y) in expected.chunks_exact(cols).zip(y.chunks_exact(stride)) {
        assert_eq!(bits(expected), bits(&y[..cols]), "{name}: into rows with a stride");
        assert!(y[cols..].iter().all(|&y| y == 7.0), "{name}: what lies between rows is written");
    }

    // Along an axis a mask is one plane, or one row for all.
    let whole = |len: usize| len == cols || len == x.len();
    if !case.mask.as_ref().is_none_or(|mask| whole(mask.len()))
        || !case.keep.as_ref().is_none_or(|keep| whole(keep.len()))
    {
        return;
    }
    let mut across = case.clone();
    across.mask = case.mask.as_ref().map(|mask| transposed(mask, cols));
    across.keep = case.keep.as_ref().map(|keep| transposed(keep, cols));
    let mut y = transposed(x, cols);
    let mut into = vec![7.0; x.len()];
    (operation.axis_into)(isa, across.options(), &y, &mut into, [1, cols, count]);
    (operation.axis)(isa, across.options(), &mut y, [1, cols, count]);
    let expected = bits(&transposed(&expected, cols));
    assert_eq!(expected, bits(&y), "{name}: along an axis");
    assert_eq!(expected, bits(&into), "{name}: along an axis, into another slice");
}

fn check_log_sum_exp(isa: Isa, case: &Case, x: &[f32], cols: usize) {
    let rows = Rows { cols, stride: cols };
    let [mut expected, mut y] = [vec![7.0; x.len() / cols], vec![7.0; x.len() / cols]];
    log_sum_exp_at(isa, plain(case.sink), &case.logits(isa, x, cols), rows, &mut expected);
    log_sum_exp_at(isa, case.options(), x, rows, &mut y);
    assert_eq!(bits(&expected), bits(&y), "log_sum_exp at {isa}, {case:?}");
}

#[test]
fn the_log_sum_exp_of_logits_has_the_same_bits_along_an_axis() {
    // More than a tile holds, too.
    for (cols, count) in [(5, 20), (100, 17), (1500, 18)] {
        for seed in 0..20 {
            let x = families::matrix(seed as usize % FAMILIES, seed, cols, count);
            let mut case = Case::new(seed, cols, count);
            case.mask = case.mask.filter(|mask| mask.len() == cols);
            case.keep = case.keep.filter(|keep| keep.len() == cols);
            let [mut expected, mut y] = [vec![7.0; count], vec![7.0; count]];
            LogSumExp::with(case.options()).rows(&x, cols, &mut expected);
            LogSumExp::with(case.options()).axis(&transposed(&x, cols), [1, cols, count], &mut y);
            assert_eq!(bits(&expected), bits(&y), "{cols} entries, {case:?}");
        }
    }
}

/// Against the exact function of the logits, the sink among them.
fn check_accuracy(case: &Case, x: &[f32], cols: usize) {
    for isa in isas() {
        let logits = case.logits(isa, x, cols);
        let mut sums = vec![0.0; x.len() / cols];
        log_sum_exp_at(isa, case.options(), x, Rows { cols, stride: cols }, &mut sums);
        for operation in ROW_OPERATIONS {
            let mut y = x.to_vec();
            (operation.rows)(isa, case.options(), &mut y, Rows { cols, stride: cols });
            for ((t, y), &sum) in logits.chunks_exact(cols).zip(y.chunks_exact(cols)).zip(&sums) {
                let with_sink: Vec<f32> = t.iter().copied().chain(case.sink).collect();
                if with_sink.iter().all(|&t| t == -INF) {
                    assert!(sum == -INF && y.iter().all(|y| y.is_nan()), "{case:?}");
                    continue;
                }
                if with_sink.iter().any(|&t| t.is_nan() || t == INF) {
                    assert!(y.iter().all(|y| y.is_nan()), "{case:?}");
                    continue;
                }
                let exact = exact(&with_sink);
                let values = if operation.name == "softmax" { &exact.softmax } else { &exact.log_softmax };
                for ((&y, &value), &t) in y.iter().zip(values).zip(t) {
                    let name = format!("{} {} at {isa}", operation.name, operation.tier);
                    assert!(
                        ulps(y, value) <= operation.bound.at(isa),
                        "{name}: {y:e} for {value:e}, {case:?}"
                    );
                    assert!(t > -INF || y == if operation.name == "softmax" { 0.0 } else { -INF }, "{name}");
                }
                let near = (f64::from(sum) - exact.log_sum_exp).abs() <= 2_f64.powi(-48);
                assert!(near || ulps(sum, exact.log_sum_exp) <= 1.0, "log_sum_exp at {isa}, {case:?}");
            }
        }
    }
}

/// Softmax of `x`, a row, in each form; they must agree.
#[track_caller]
fn softmax(options: Options<'_>, x: &[f32]) -> Vec<f32> {
    let mut y = x.to_vec();
    Softmax::with(options).rows(&mut y, x.len());
    // The same vector as each of three columns.
    let columns: Vec<f32> = x.iter().flat_map(|&x| [x; 3]).collect();
    let mut along = vec![0.0; columns.len()];
    if options.causal.is_none() {
        Softmax::with(options).axis_into(&columns, &mut along, [1, x.len(), 3]);
        assert_eq!(bits(&y), bits(&along.iter().copied().step_by(3).collect::<Vec<_>>()), "along an axis");
    }
    y
}

/// That softmax gives `expected`, and log-softmax its logarithm.
#[track_caller]
fn assert_softmax(softmax_of: Softmax<'_>, x: &[f32], expected: &[f32]) {
    let y = softmax(softmax_of.options, x);
    assert_eq!(bits(&y), bits(expected), "softmax of {x:?}: {y:?}, {:?}", softmax_of.options);
    let mut log = x.to_vec();
    LogSoftmax::with(softmax_of.options).rows(&mut log, x.len());
    for (&log, &y) in log.iter().zip(expected) {
        let right = if y.is_nan() { log.is_nan() } else { (log.exp() - y).abs() < 1e-6 };
        assert!(right, "log-softmax of {x:?}: {log} for the logarithm of {y}");
    }
}

#[test]
fn rows_without_an_entry_that_counts_give_what_the_caller_chose() {
    const OUT: [bool; 1] = [false];
    for n in [1, 2, 5, 16, 33, 100, 1500] {
        let (empty, zeros, nans) = (vec![-INF; n], vec![0.0; n], vec![NAN; n]);
        let uniform = vec![1.0 / n as f32; n];
        let with_nan: Vec<f32> = (0..n).map(|i| if i == n / 2 { NAN } else { -INF }).collect();
        let hidden = vec![false; n];
        for (policy, expected) in
            [(EmptyRow::Nan, &nans), (EmptyRow::Zeros, &zeros), (EmptyRow::Uniform, &uniform)]
        {
            let softmax = Softmax::new().empty_rows(policy);
            assert_softmax(softmax, &empty, expected);
            assert_softmax(softmax.temperature(0.0), &empty, expected);
            assert_softmax(softmax.keep(&hidden), &with_nan, expected);
            assert_softmax(softmax.causal(Causal { offset: -5, ..Causal::default() }), &with_nan, expected);
            assert_softmax(softmax.mask(&empty), &zeros, expected);
            // A NaN that is read, and a sink that takes all.
            assert_softmax(softmax, &with_nan, &nans);
            assert_softmax(softmax.sink(-3.0), &empty, &zeros);
            assert_softmax(softmax.sink(-INF), &empty, expected);
            assert_softmax(softmax.sink(NAN), &empty, &nans);
        }
        let mut y = [0.0];
        LogSumExp::new().mask(&empty).rows(&zeros, n, &mut y);
        assert_eq!(y, [-INF]);
    }
    // One row for all stands for one entry here.
    let mut x = [1.0, 2.0];
    Softmax::new().keep(&OUT).empty_rows(EmptyRow::Zeros).rows(&mut x, 1);
    assert_eq!(x, [0.0; 2]);
}

#[test]
fn infinite_logits_give_what_the_caller_chose() {
    let shared = Softmax::new().infinity(Infinity::Shared);
    assert_softmax(Softmax::new(), &[1.0, INF, -INF], &[NAN; 3]);
    assert_softmax(shared, &[1.0, INF, -INF], &[0.0, 1.0, 0.0]);
    assert_softmax(shared, &[INF, INF, 3.0, 5.0], &[0.5, 0.5, 0.0, 0.0]);
    assert_softmax(shared, &[INF, NAN, 3.0], &[NAN; 3]);
    assert_softmax(shared.sink(INF), &[INF, 1.0], &[0.5, 0.0]);
    assert_softmax(shared.sink(INF), &[2.0, 1.0], &[0.0, 0.0]);
    assert_softmax(shared.sink(1e30), &[INF, 1.0], &[1.0, 0.0]);
    assert_softmax(shared.soft_cap(2.0), &[INF, INF], &[0.5, 0.5]);
    assert_softmax(shared.keep(&[true, false]), &[1.0, INF], &[1.0, 0.0]);
    for n in [20, 50, 300] {
        let x: Vec<f32> = (0..n).map(|i| if i % 5 == 0 { INF } else { i as f32 }).collect();
        let expected: Vec<f32> = (0..n).map(|i| if i % 5 == 0 { 5.0 / n as f32 } else { 0.0 }).collect();
        assert_softmax(shared, &x, &expected);
    }
}

#[test]
fn the_temperature_0_leaves_the_first_of_the_largest_entries() {
    let cold = Softmax::new().temperature(0.0);
    assert_eq!(cold, Softmax::new().temperature(-0.0));
    assert_softmax(cold, &[1.0, 3.0, 3.0, -INF], &[0.0, 1.0, 0.0, 0.0]);
    assert_softmax(cold, &[-2.0, -5.0], &[1.0, 0.0]);
    assert_softmax(cold.mask(&[0.0, -INF, -7.0]), &[1.0, 3.0, 2.0], &[0.0, 0.0, 1.0]);
    assert_softmax(cold.keep(&[true, false, true]), &[1.0, NAN, 2.0], &[0.0, 0.0, 1.0]);
    assert_softmax(cold.sink(10.0).soft_cap(1.0), &[1.0, 2.0], &[0.0, 1.0]);
    assert_softmax(cold, &[1.0, NAN], &[NAN; 2]);
    assert_softmax(cold, &[1.0, INF], &[NAN; 2]);
    assert_softmax(cold.infinity(Infinity::Shared), &[1.0, INF, INF], &[0.0, 1.0, 0.0]);
    // The first of the smallest.
    assert_softmax(Softmax::new().scale(-INF), &[1.0, -3.0, -3.0], &[0.0, 1.0, 0.0]);
    // The log-sum-exp has infinite results.
    for (scale, expected) in [(INF, INF), (-INF, -INF)] {
        let mut y = [0.0];
        LogSumExp::new().scale(scale).rows(&[1.0, 2.0], 2, &mut y);
        assert_eq!(y, [expected]);
    }
    for n in [17, 33, 1100] {
        let x: Vec<f32> = (0..n).map(|i| if i == n - 1 { 2.0 } else { 1.0 }).collect();
        let expected: Vec<f32> = (0..n).map(|i| if i == n - 1 { 1.0 } else { 0.0 }).collect();
        assert_softmax(cold, &x, &expected);
    }
}

#[test]
fn masked_entries_are_0_and_their_values_do_not_matter() {
    for n in [3, 18, 40, 1200] {
        let mut numbers = Numbers::new(n as u64);
        let keep: Vec<bool> = (0..n).map(|i| i == 1 || numbers.uniform() < 0.5).collect();
        let x: Vec<f32> = (0..n).map(|_| numbers.normal() as f32).collect();
        let other = |special: f32| -> Vec<f32> {
            x.iter().zip(&keep).map(|(&x, &keep)| if keep { x } else { special }).collect()
        };
        let softmax_of = Softmax::new().keep(&keep);
        let y = softmax(softmax_of.options, &x);
        assert!(y.iter().zip(&keep).all(|(&y, &keep)| keep || y.to_bits() == 0));
        for special in [NAN, INF, -INF, f32::MAX] {
            assert_eq!(bits(&y), bits(&softmax(softmax_of.options, &other(special))));
        }
    }
}

#[test]
fn softmax_gives_the_log_sum_exp_too() {
    for (cols, count) in [(1, 5), (3, 20), (20, 17), (64, 5), (1000, 4), (5000, 2)] {
        for family in 0..FAMILIES {
            let x = families::matrix(family, 9, cols, count);
            let rows = Rows { cols, stride: cols };
            let case = Case::new(family as u64, cols, count);
            let (mut y, mut sums) = (x.clone(), vec![7.0; count]);
            Softmax::with(case.options()).strided_with_log_sum_exps(&mut y, rows, &mut sums);
            let (mut expected, mut expected_sums) = (x.clone(), vec![7.0; count]);
            Softmax::with(case.options()).rows(&mut expected, cols);
            LogSumExp::with(case.options()).rows(&x, cols, &mut expected_sums);
            assert_eq!(bits(&y), bits(&expected));
            for (&sum, &expected) in sums.iter().zip(&expected_sums) {
                let near = (sum - expected).abs() <= 2.5e-7;
                // Both are off by less than an ULP.
                assert!(sum == expected || near || ulps(sum, f64::from(expected)) <= 2.0, "{sum} {expected}");
            }
        }
    }
    for (x, expected) in [([-INF; 2], -INF), ([INF, 1.0], INF), ([NAN, INF], NAN), ([NAN, -INF], NAN)] {
        for softmax in [
            Softmax::new(),
            Softmax::new().empty_rows(EmptyRow::Zeros),
            Softmax::new().empty_rows(EmptyRow::Uniform).infinity(Infinity::Shared),
        ] {
            let (mut y, mut sum) = (x, [7.0]);
            softmax.strided_with_log_sum_exps(&mut y, Rows { cols: 2, stride: 2 }, &mut sum);
            assert_eq!(bits(&sum), bits(&[expected]), "{x:?}, {softmax:?}");
        }
    }
}
