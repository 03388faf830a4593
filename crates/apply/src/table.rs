//! Speed and error of every operation on activations captured in real networks.

use crate::source::Source;
use activations::{
    Isa, RowLayout, SoftmaxOptions, Tier,
    table::{OPERATIONS, Operation, ROW_OPERATIONS, RowOperation},
};
use activations_testing::{oracle::exact, ulp::ulps};
use anyhow::Result;
use comfy_table::{CellAlignment::Right, Table, presets::ASCII_MARKDOWN};
use std::{hint::black_box, path::Path, time::Instant};

const ROUNDS: usize = 301;
/// The length of a row of attention scores.
const KEYS: usize = 128;

/// A line for each function at the active level, with its tiers side by side.
pub(crate) fn summary() -> Result<String> {
    let isa = Isa::active();
    let of_tiers = |what: &str| Tier::ALL.map(|tier| format!("{tier} {what}"));
    let header = [["function", "array"].map(str::to_owned).to_vec(), of_tiers("ns").to_vec()];
    let header = [header.concat(), vec!["copy ns".to_owned()], of_tiers("ULP").to_vec()].concat();
    let mut table = table(header, 2);
    for function in functions()? {
        let (mut times, mut errors, mut copies) = (Vec::new(), Vec::new(), Vec::new());
        for tier in Tier::ALL {
            let kernel = function.kernels.iter().find(|kernel| kernel.tier == tier);
            let measured = kernel.map(|kernel| function.capture.measure(kernel, isa));
            let cell = |number: fn(&Measured) -> f64| {
                measured.as_ref().map_or(String::new(), |of| format!("{:.3}", number(of)))
            };
            times.push(cell(|of| of.nanoseconds));
            errors.push(cell(|of| of.ulp));
            copies.extend(measured.map(|of| of.copy_nanoseconds));
        }
        let copy = copies.iter().fold(f64::INFINITY, |least, &time| time.min(least));
        let names = [function.name.to_owned(), function.capture.name.to_owned()];
        let cells = [names.to_vec(), times, vec![format!("{copy:.3}")], errors];
        table.add_row(cells.concat());
    }
    Ok(format!(
        "level {isa}: nanoseconds per element of each tier and of a copy, largest errors in ULP\n\
         {table}"
    ))
}

/// A line for each function, tier and level.
pub(crate) fn all() -> Result<Table> {
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
    let mut table = table(COLUMNS.map(str::to_owned).to_vec(), 4);
    for Function { name, capture, kernels } in functions()? {
        for kernel in kernels {
            table.add_rows(Isa::available().map(|isa| {
                let Measured { nanoseconds, copy_nanoseconds, ulp } = capture.measure(&kernel, isa);
                [
                    capture.name.to_owned(),
                    name.to_owned(),
                    kernel.tier.to_string(),
                    isa.to_string(),
                    capture.inputs.len().to_string(),
                    format!("{nanoseconds:.3}"),
                    format!("{:.0} %", 100.0 * copy_nanoseconds / nanoseconds),
                    format!("{ulp:.3}"),
                ]
            }));
        }
    }
    Ok(table)
}

/// An empty table whose columns hold numbers from `first_number` on.
fn table(header: Vec<String>, first_number: usize) -> Table {
    let mut table = Table::new();
    table.load_style(ASCII_MARKDOWN).set_header(header);
    table.column_iter_mut().skip(first_number).for_each(|column| column.set_cell_alignment(Right));
    table
}

/// A function with its kernels, and the array that they are tried on.
struct Function {
    name: &'static str,
    capture: Capture,
    kernels: Vec<Kernel>,
}

type Apply = Box<dyn Fn(Isa, &[f32], &mut [f32])>;

/// One tier of a function.
struct Kernel {
    tier: Tier,
    apply: Apply,
}

fn functions() -> Result<Vec<Function>> {
    let mut functions = Vec::new();
    for operation in OPERATIONS {
        let kernels = operation.kernels.iter().map(|kernel| Kernel {
            tier: kernel.tier,
            apply: Box::new(|isa, x, y| (kernel.apply_into)(isa, x, y)),
        });
        let (kernels, capture) = (kernels.collect(), Capture::of(operation)?);
        functions.push(Function { name: operation.name, capture, kernels });
    }
    let rows = RowLayout { cols: KEYS, stride: KEYS };
    for tiers in ROW_OPERATIONS.chunk_by(|a, b| a.name == b.name) {
        let kernels = tiers.iter().map(|operation| Kernel {
            tier: operation.tier,
            apply: Box::new(move |isa, x, y| {
                (operation.rows_into)(isa, SoftmaxOptions::default(), x, y, rows, rows);
            }),
        });
        let (kernels, capture) = (kernels.collect(), Capture::of_rows(&tiers[0])?);
        functions.push(Function { name: tiers[0].name, capture, kernels });
    }
    Ok(functions)
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
    fn measure(&self, kernel: &Kernel, isa: Isa) -> Measured {
        let (mut outputs, elements) = (vec![0.0; self.inputs.len()], self.inputs.len() as f64);
        let speed = Speed::of(&self.inputs, &mut outputs, |x, y| (kernel.apply)(isa, x, y));
        Measured {
            nanoseconds: speed.nanoseconds / elements,
            copy_nanoseconds: speed.copy_nanoseconds / elements,
            ulp: self.error(&outputs),
        }
    }

    /// The largest error of `outputs` in ULP; NaN if one of them is NaN.
    fn error(&self, outputs: &[f32]) -> f64 {
        let errors = outputs.iter().zip(&self.exact).map(|(&got, &exact)| ulps(got, exact));
        errors.fold(0.0, |worst, error| if error <= worst { worst } else { error })
    }
}

/// What was found of a kernel: times per element, and the largest error.
struct Measured {
    nanoseconds: f64,
    copy_nanoseconds: f64,
    ulp: f64,
}

fn read(name: &str) -> Result<Vec<f32>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/data");
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
