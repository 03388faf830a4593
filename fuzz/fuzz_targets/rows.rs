//! Any function of rows on any matrix keeps what is promised of it.
//!
//! ```sh
//! cargo +nightly fuzz run rows -- -max_total_time=60
//! ```
#![no_main]

use activations::{
    Causal, EmptyRow, InfiniteLogits, Isa, RowLayout, SoftmaxOptions,
    table::{ROW_OPERATIONS, ROW_REDUCTIONS, RowOperation},
};
use activations_testing::{isas, oracle::exact, same, ulp::ulps};
use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;

#[derive(Arbitrary, Debug)]
struct Case<'a> {
    operation: u8,
    isa: u8,
    cols: u8,
    /// Of -inf, after each row.
    padding: u8,
    /// What is added to all entries.
    offset: i16,
    decoding: Decoding,
    choices: Choices,
    /// Words of two bytes, an entry each.
    words: &'a [u8],
}

/// Options whose logits are simple to state.
#[derive(Arbitrary, Clone, Copy, Debug)]
struct Choices {
    scale: Option<f32>,
    added: Option<f32>,
    /// Bits: which of 16 columns are kept, and so on from there.
    kept: Option<u16>,
    /// The offset of causal rows, and a window.
    causal: Option<(i8, Option<u8>)>,
    sink: Option<f32>,
    empty: u8,
    shared: bool,
}

/// What a word stands for.
#[derive(Arbitrary, Clone, Copy, Debug)]
enum Decoding {
    /// The upper bits of an f32: everything from subnormal numbers to NaN.
    Bits,
    /// A fixed-point number in [-128, 128).
    Fixed,
}

fuzz_target!(|case: Case| {
    let isas: Vec<Isa> = isas().collect();
    let isa = isas[usize::from(case.isa) % isas.len()];
    let cols = usize::from(case.cols) + 1;
    let mut x: Vec<f32> = case
        .words
        .as_chunks()
        .0
        .iter()
        .map(|&word| case.decode(u16::from_le_bytes(word)))
        .collect();
    x.truncate(x.len() / cols * cols);
    let operation = &ROW_OPERATIONS[usize::from(case.operation) % ROW_OPERATIONS.len()];
    check_options(operation, isa, &case, &x, cols);
    let y = rows(operation, isa, &x, cols);
    check_forms(operation, isa, &x, &y, cols, usize::from(case.padding % 40));
    let mut sums = vec![0.0; x.len() / cols];
    let [log_sum_exp] = ROW_REDUCTIONS else { panic!("another reduction") };
    let layout = RowLayout::contiguous(cols);
    (log_sum_exp.rows_into)(isa, SoftmaxOptions::default(), &x, &mut sums, layout);
    check_gradients(operation, isa, &x, &y, cols);
    for ((x, y), sum) in x.chunks_exact(cols).zip(y.chunks_exact(cols)).zip(sums) {
        check_row(operation, isa, x, y, sum);
    }
});

impl Case<'_> {
    fn decode(&self, word: u16) -> f32 {
        match self.decoding {
            Decoding::Bits => f32::from_bits(u32::from(word) << 16),
            Decoding::Fixed => f32::from(word.cast_signed()) / 256.0 + f32::from(self.offset),
        }
    }
}

fn rows(operation: &RowOperation, isa: Isa, x: &[f32], cols: usize) -> Vec<f32> {
    let mut y = x.to_vec();
    (operation.rows)(isa, SoftmaxOptions::default(), &mut y, RowLayout { cols, stride: cols });
    y
}

/// A row has the gradient that it has alone.
fn check_gradients(operation: &RowOperation, isa: Isa, x: &[f32], y: &[f32], cols: usize) {
    let (options, dy) = (SoftmaxOptions::default(), x);
    let count = x.len() / cols;
    let (mut dx, mut alone) = (vec![0.0; x.len()], vec![0.0; cols]);
    (operation.axis_backward)(isa, options, y, dy, &mut dx, [count, cols, 1]);
    for (row, dx) in dx.chunks_exact(cols).enumerate() {
        let row = row * cols..(row + 1) * cols;
        let (y, dy) = (&y[row.clone()], &dy[row]);
        (operation.axis_backward)(isa, options, y, dy, &mut alone, [1, cols, 1]);
        let right = dx.iter().zip(&alone).all(|(&a, &b)| same(a, b));
        assert!(right, "{operation:?} at {isa}: {y:?}, {dy:?} give {dx:?}, alone {alone:?}");
    }
    for reduction in ROW_REDUCTIONS {
        (reduction.axis_backward)(isa, options, x, &dy[..count], &mut dx, [count, cols, 1]);
        for (row, dx) in dx.chunks_exact(cols).enumerate() {
            let (x, dy) = (&x[row * cols..][..cols], &dy[row..=row]);
            (reduction.axis_backward)(isa, options, x, dy, &mut alone, [1, cols, 1]);
            let right = dx.iter().zip(&alone).all(|(&a, &b)| same(a, b));
            assert!(right, "{reduction:?} at {isa}: {x:?}, {dy:?} give {dx:?}, alone {alone:?}");
        }
    }
}

fn check_row(operation: &RowOperation, isa: Isa, x: &[f32], y: &[f32], sum: f32) {
    let maximum = x.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    if x.iter().any(|x| x.is_nan()) {
        assert!(
            y.iter().all(|y| y.is_nan()) && sum.is_nan(),
            "{operation:?} at {isa}: {x:?} gives {y:?}, {sum}"
        );
        return;
    }
    if maximum.is_infinite() {
        assert!(y.iter().all(|y| y.is_nan()), "{operation:?} at {isa}: {x:?} gives {y:?}");
        assert!(same(sum, maximum), "{isa}: {x:?} sums to {sum}");
        return;
    }
    let exact = exact(x);
    let values = if operation.name == "softmax" { &exact.softmax } else { &exact.log_softmax };
    for (&y, &value) in y.iter().zip(values) {
        let right = ulps(y, value) <= operation.bound.at(isa);
        assert!(right, "{operation:?} at {isa}: {x:?} gives {y:e} for {value:e}");
    }
    let value = exact.log_sum_exp;
    let right = (f64::from(sum) - value).abs() <= 2_f64.powi(-48) || ulps(sum, value) <= 1.0;
    assert!(right, "{isa}: {x:?} sums to {sum:e}, not {value:e}");
}

fn check_forms(
    operation: &RowOperation,
    isa: Isa,
    x: &[f32],
    y: &[f32],
    cols: usize,
    padding: usize,
) {
    let count = x.len() / cols;
    let mut columns: Vec<f32> = (0..x.len()).map(|i| x[i % count * cols + i / count]).collect();
    (operation.axis)(isa, SoftmaxOptions::default(), &mut columns, [1, cols, count]);
    for (i, &y) in y.iter().enumerate() {
        let other = columns[i % cols * count + i / cols];
        assert!(same(y, other), "{operation:?} at {isa}: {y:e}, along an axis {other:e}");
    }
    let fill = std::iter::repeat_n(f32::NEG_INFINITY, padding);
    let padded: Vec<f32> =
        x.chunks_exact(cols).flat_map(|row| row.iter().copied().chain(fill.clone())).collect();
    let padded = rows(operation, isa, &padded, cols + padding);
    for (y, padded) in y.chunks_exact(cols).zip(padded.chunks_exact(cols + padding)) {
        assert!(
            y.iter().zip(padded).all(|(&y, &padded)| same(y, padded)),
            "{operation:?} at {isa}: {y:?}, {padded:?}"
        );
    }
}

/// That options give what their logits give without them. Rows of finite scores whose products
/// leave the range, which have limits instead, are rows of zeros here.
#[allow(clippy::cast_precision_loss, clippy::cast_possible_wrap)]
fn check_options(operation: &RowOperation, isa: Isa, case: &Case, x: &[f32], cols: usize) {
    let Choices { scale, added, kept, causal, sink, empty, shared } = case.choices;
    let scale = scale.filter(|scale| !scale.is_infinite()).unwrap_or(1.0);
    let mask: Option<Vec<f32>> = added.map(|added| (0..cols).map(|j| added * j as f32).collect());
    let keep: Option<Vec<bool>> =
        kept.map(|kept| (0..cols).map(|j| kept >> (j % 16) & 1 != 0).collect());
    let causal = causal.map(|(offset, window)| {
        let mut causal = Causal::new().offset(offset.into());
        causal.window = window.map(usize::from);
        causal
    });
    let mut options = SoftmaxOptions::default();
    options.sink = sink;
    options.empty_rows =
        [EmptyRow::Nan, EmptyRow::Zeros, EmptyRow::Uniform][usize::from(empty % 3)];
    options.infinite_logits = if shared { InfiniteLogits::Shared } else { InfiniteLogits::Nan };
    let of_logits = options;
    options.scale = scale;
    options.mask = mask.as_deref();
    options.keep = keep.as_deref();
    options.causal = causal;

    let mut x = x.to_vec();
    for row in x.chunks_mut(cols) {
        if row.iter().any(|x| x.is_finite() && (2.0 * x * scale).is_infinite()) {
            row.fill(0.0);
        }
    }
    let logits: Vec<f32> = x
        .iter()
        .enumerate()
        .map(|(i, &x)| {
            let (row, j) = (i / cols, i % cols);
            let t = mask.as_ref().map_or(x * scale, |mask| x * scale + mask[j]);
            let kept = keep.as_ref().is_none_or(|keep| keep[j]);
            let seen = causal.is_none_or(|Causal { offset, window, .. }| {
                let last = row as isize + offset;
                j as isize <= last
                    && window.is_none_or(|window| j as isize > last - window as isize)
            });
            if kept && seen { t } else { f32::NEG_INFINITY }
        })
        .collect();
    let layout = RowLayout { cols, stride: cols };
    let (mut y, mut expected) = (x.clone(), logits);
    (operation.rows)(isa, options, &mut y, layout);
    (operation.rows)(isa, of_logits, &mut expected, layout);
    let right = y.iter().zip(&expected).all(|(&y, &expected)| same(y, expected));
    assert!(right, "{operation:?} at {isa}, {options:?}: {x:?} gives {y:?}, not {expected:?}");
}
