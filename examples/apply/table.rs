//! Speed and error of every operation on activations captured in real networks.

use crate::npy::Source;
use activations::{
    Isa, RowLayout, SoftmaxOptions,
    table::{OPERATIONS, Operation, ROW_OPERATIONS, RowOperation},
};
use activations_testing::{oracle::exact, ulp::ulps};
use anyhow::Result;
use comfy_table::{CellAlignment::Right, Table, presets::ASCII_MARKDOWN};
use indicatif::HumanCount;
use std::{hint::black_box, path::PathBuf, time::Instant};

const ROUNDS: usize = 301;
const COLUMNS: [&str; 8] = [
    "array",
    "function",
    "tier",
    "level",
    "elements",
    "ns per element",
    "of copy speed",
    "max ULP",
];
const FIRST_NUMBER: usize = 4;
/// The length of a row of attention scores.
const KEYS: usize = 128;

/// The table: a row for each function, tier and level.
pub(crate) fn measure() -> Result<Table> {
    let mut table = Table::new();
    table.load_style(ASCII_MARKDOWN).set_header(COLUMNS);
    table.column_iter_mut().skip(FIRST_NUMBER).for_each(|column| column.set_cell_alignment(Right));
    for operation in OPERATIONS {
        let capture = Capture::of(operation)?;
        for tier in operation.kernels {
            table.add_rows(Isa::available().map(|isa| {
                capture
                    .row([operation.name, kernel.tier], isa, |x, y| (kernel.apply_into)(isa, x, y))
            }));
        }
    }
    for operation in ROW_OPERATIONS {
        let capture = Capture::of_rows(operation)?;
        let rows = RowLayout { cols: KEYS, stride: KEYS };
        table.add_rows(Isa::available().map(|isa| {
            capture.row([operation.name, operation.tier], isa, |x, y| {
                (operation.rows_into)(isa, SoftmaxOptions::default(), x, y, rows, rows);
            })
        }));
    }
    Ok(table)
}

/// An array that a network handed to an operation, and the exact results.
struct Capture {
    name: &'static str,
    inputs: Vec<f32>,
    exact: Vec<f64>,
}

impl Capture {
    fn of(operation: &Operation) -> Result<Self> {
        let name = match operation.name {
            "exp" => "minilm_attention_scores",
            "sigmoid" => "silero_sigmoid_inputs",
            "tanh" => "silero_tanh_inputs",
            // What the activation between the layers of a feed-forward block gets, whichever it is.
            _ => "minilm_feed_forward",
        };
        let inputs = read(name)?;
        let exact = inputs.iter().map(|&x| (operation.exact)(f64::from(x))).collect();
        Ok(Self { name, inputs, exact })
    }

    fn of_rows(operation: &RowOperation) -> Result<Self> {
        let name = "minilm_attention_scores";
        let inputs = read(name)?;
        let exact = inputs.chunks_exact(KEYS).map(exact).flat_map(|row| match operation.name {
            "softmax" => row.softmax,
            _ => row.log_softmax,
        });
        let exact = exact.collect();
        Ok(Self { name, inputs, exact })
    }

    #[allow(clippy::cast_precision_loss, reason = "the arrays are small")]
    fn row(
        &self,
        [operation, tier]: [&str; 2],
        isa: Isa,
        kernel: impl Fn(&[f32], &mut [f32]),
    ) -> [String; COLUMNS.len()] {
        let mut outputs = vec![0.0; self.inputs.len()];
        let speed = Speed::of(&self.inputs, &mut outputs, kernel);
        [
            self.name.to_owned(),
            operation.to_owned(),
            tier.to_owned(),
            isa.to_string(),
            HumanCount(self.inputs.len() as u64).to_string(),
            format!("{:.3}", speed.nanoseconds / self.inputs.len() as f64),
            format!("{:.0} %", 100.0 * speed.copy_nanoseconds / speed.nanoseconds),
            format!("{:.3}", self.error(&outputs)),
        ]
    }

    /// The largest error of `outputs` in ULP; NaN if one of them is NaN.
    fn error(&self, outputs: &[f32]) -> f64 {
        let errors = outputs.iter().zip(&self.exact).map(|(&got, &exact)| ulps(got, exact));
        errors.fold(0.0, |worst, error| if error <= worst { worst } else { error })
    }
}

fn read(name: &str) -> Result<Vec<f32>> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data");
    Source::open(&folder.join(name).with_extension("npy"))?.read_all()
}

/// Medians of the time for an array.
struct Speed {
    nanoseconds: f64,
    copy_nanoseconds: f64,
}

impl Speed {
    /// Times `kernel` and a copy of the same bytes in turn, so that both meet the same clock and
    /// caches.
    fn of(src: &[f32], dst: &mut [f32], kernel: impl Fn(&[f32], &mut [f32])) -> Self {
        let (mut kernel_rounds, mut copy_rounds) = ([0.0; ROUNDS], [0.0; ROUNDS]);
        for (kernel_round, copy_round) in kernel_rounds.iter_mut().zip(&mut copy_rounds) {
            *copy_round = nanoseconds(|| black_box(&mut *dst).copy_from_slice(black_box(src)));
            *kernel_round = nanoseconds(|| kernel(black_box(src), black_box(&mut *dst)));
        }
        Self { nanoseconds: median(kernel_rounds), copy_nanoseconds: median(copy_rounds) }
    }
}

fn nanoseconds(work: impl FnOnce()) -> f64 {
    let start = Instant::now();
    work();
    start.elapsed().as_secs_f64() * 1e9
}

fn median(mut rounds: [f64; ROUNDS]) -> f64 {
    *rounds.select_nth_unstable_by(ROUNDS / 2, f64::total_cmp).1
}
