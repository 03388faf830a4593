//! How much longer each kernel takes for inputs that are not N(0, 4²): a table of ratios.
//!
//! ```sh
//! cargo bench -p activations-benches --bench inputs                   # all that is above 1.25
//! cargo bench -p activations-benches --bench inputs -- sigmoid avx2   # those whose line has both
//! ```
//!
//! Times are of 4096 elements, medians of interleaved rounds in one process; 1 is the time for
//! N(0, 4²).
#![allow(clippy::cast_precision_loss, missing_docs)]

use activations::{
    RowLayout, SoftmaxOptions,
    table::{OPERATIONS, ROW_OPERATIONS, ROW_REDUCTIONS},
};
use activations_testing::{isas, normal};
use std::{env, hint::black_box, time::Instant};

const LEN: usize = 4096;
const COLS: usize = 256;
/// In elements, between inputs and results.
const APART: usize = 256;

/// A call of one kernel: of an input, and of a destination.
type Call = Box<dyn Fn(&[f32], &mut [f32])>;

/// What the inputs are, and the inputs.
type Inputs = Vec<(&'static str, Vec<f32>)>;

fn elements() -> Inputs {
    let usual = normal(LEN);
    let each = |f: fn(f32) -> f32| usual.iter().map(|&x| f(x)).collect::<Vec<_>>();
    let rarely = |special: f32| {
        let some = |(i, &x): (usize, &f32)| if i % 64 == 7 { special } else { x };
        usual.iter().enumerate().map(some).collect::<Vec<_>>()
    };
    vec![
        ("usual", usual.clone()),
        ("above 20", each(|x| 20.0 + x.abs() * 15.0)),
        ("below -20", each(|x| -20.0 - x.abs() * 15.0)),
        ("-87 to -104", each(|x| -95.0 + x)),
        ("below -104", each(|x| -110.0 - x.abs())),
        ("subnormal", each(|x| x * 1e-40)),
        ("tiny", each(|x| x * 1e-30)),
        ("zeros", each(|x| x * 0.0)),
        ("infinite", each(|x| x * f32::INFINITY)),
        ("-inf", each(|_| f32::NEG_INFINITY)),
        ("NaN", each(|_| f32::NAN)),
        ("1 of 64 subnormal", rarely(1e-40)),
        ("1 of 64 at -100", rarely(-100.0)),
        ("1 of 64 NaN", rarely(f32::NAN)),
    ]
}

fn rows() -> Inputs {
    let usual = normal(LEN);
    let each = |f: fn(usize, f32) -> f32| {
        usual.iter().enumerate().map(|(i, &x)| f(i, x)).collect::<Vec<_>>()
    };
    vec![
        ("usual", usual.clone()),
        ("confident", each(|i, x| if i % COLS == i / COLS { 30.0 } else { x })),
        ("very confident", each(|i, x| if i % COLS == i / COLS { 200.0 } else { x })),
        ("with 1e5", each(|i, x| if i % COLS == i / COLS { 1e5 } else { x })),
        ("mostly -inf", each(|i, x| if i % 5 == 0 { x } else { f32::NEG_INFINITY })),
        ("all -inf", each(|_, _| f32::NEG_INFINITY)),
        ("equal", each(|_, _| 1.0)),
        ("subnormal", each(|_, x| x * 1e-40)),
        ("far from 0", each(|_, x| 1e5 + x)),
        ("100 apart", each(|i, x| if i % 2 == 0 { x } else { x - 100.0 })),
        ("NaN", each(|_, _| f32::NAN)),
        ("infinite", each(|i, x| if i % COLS == 3 { f32::INFINITY } else { x })),
    ]
}

fn elementwise() -> Vec<(String, Call)> {
    let mut calls: Vec<(String, Call)> = Vec::new();
    for isa in isas() {
        for operation in OPERATIONS {
            for kernel in operation.kernels {
                let name = format!("{} {} {isa}", operation.name, kernel.tier);
                calls.push((name, Box::new(move |x, y| (kernel.apply_into)(isa, x, y))));
            }
            let backward = operation.backward.backward;
            let name = format!("{} gradient {isa}", operation.name);
            let dy = normal(LEN);
            calls.push((name, Box::new(move |x, dx| backward(isa, x, &dy, dx))));
        }
    }
    calls
}

fn of_rows() -> Vec<(String, Call)> {
    let mut calls: Vec<(String, Call)> = Vec::new();
    let (layout, options) = (RowLayout { cols: COLS, stride: COLS }, SoftmaxOptions::new());
    for isa in isas() {
        for operation in ROW_OPERATIONS {
            let name = format!("{} {} {isa}", operation.name, operation.tier);
            let call: Call =
                Box::new(move |x, y| (operation.rows_into)(isa, options, x, y, layout, layout));
            calls.push((name.clone(), call));
            for neighbours in [4, LEN / COLS] {
                let shape = [LEN / COLS / neighbours, COLS, neighbours];
                calls.push((
                    format!("{name} axis of {neighbours}"),
                    Box::new(move |x, y| {
                        // The same rows as columns: their order does not matter here.
                        (operation.axis_into)(isa, options, x, y, shape);
                    }),
                ));
            }
        }
        for reduction in ROW_REDUCTIONS {
            let name = format!("{} {isa}", reduction.name);
            let call: Call = Box::new(move |x, y| {
                (reduction.rows_into)(isa, options, x, &mut y[..LEN / COLS], layout);
            });
            calls.push((name, call));
        }
    }
    calls
}

fn median(times: &mut [f64]) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

fn main() {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let is_test = arguments.iter().any(|argument| argument == "--test");
    let filters: Vec<_> = arguments.iter().filter(|argument| !argument.starts_with("--")).collect();
    let rounds = if is_test { 1 } else { 15 };
    let mut slowest = (0.0, String::new());
    for (calls, inputs) in [(elementwise(), elements()), (of_rows(), rows())] {
        for (name, call) in calls {
            if !filters.iter().all(|filter| name.contains(filter.as_str())) {
                continue;
            }
            // All inputs pass through the same memory: how it lies beside that of the results moves
            // the time of the cheapest kernels by a factor of two.
            let mut memory = vec![0.0; LEN + APART + LEN];
            let (input, y) = memory.split_at_mut(LEN + APART);
            let input = &mut input[..LEN];
            let mut times = vec![Vec::new(); inputs.len()];
            for _ in 0..rounds {
                for ((_, x), times) in inputs.iter().zip(&mut times) {
                    input.copy_from_slice(x);
                    let start = Instant::now();
                    for _ in 0..8 {
                        call(black_box(input), black_box(y));
                    }
                    times.push(start.elapsed().as_secs_f64());
                }
            }
            let usual = median(&mut times[0]);
            for ((what, _), times) in inputs.iter().zip(&mut times).skip(1) {
                let ratio = median(times) / usual;
                if ratio > 1.25 || !filters.is_empty() {
                    println!("{ratio:5.2}  {name}: {what}");
                }
                if ratio > slowest.0 {
                    slowest = (ratio, format!("{name}: {what}"));
                }
            }
        }
    }
    println!("the slowest: {:.2} times as long, {}", slowest.0, slowest.1);
}
