//! The time of an element of softmax and log-softmax by the number of columns, as a curve.
//!
//! ```text
//! cargo run --release -p activations-plots --example widths -- [PICTURE.svg [BEFORE.tsv]]
//! ```
//!
//! Draws `docs/plots/widths.svg`, unless told otherwise, and prints a line for each width: columns,
//! softmax, log-softmax. 1 is the time of an element of `Exp`, measured in turn with them, so that
//! lines printed by an earlier version can be drawn beside the present ones. Many rows of N(0, 4²),
//! out of place, at the active level.
#![allow(clippy::cast_precision_loss)]

use activations::{Activation, Exp, Isa, LogSoftmax, RowActivation, Softmax};
use activations_plots::{
    folder,
    scale::Scale,
    style::{COLOURS, HEIGHT, chart, legend, picture, sample},
};
use activations_testing::normal;
use anyhow::{Context, Result};
use plotters::{chart::SeriesLabelPosition, prelude::*};
use std::{
    env, fs,
    hint::black_box,
    path::{Path, PathBuf},
    time::Instant,
};

/// About as many elements are in each call. They and their results lie in the first cache.
const ELEMENTS: usize = 3072;
const WIDEST: usize = 130;
const ROUNDS: usize = 31;
/// Calls in each round.
const CALLS: usize = 12;
const NAMES: [&str; 2] = ["softmax", "log-softmax"];
/// Powers of two between which the vertical axis lies.
const HEIGHTS: [i32; 2] = [0, 5];

/// The number of columns, and the times of both functions.
type Width = (f64, [f64; 2]);

fn main() -> Result<()> {
    let mut arguments = env::args_os().skip(1).map(PathBuf::from);
    let path = arguments.next().unwrap_or_else(|| folder().join("widths.svg"));
    let before = arguments.next().map(|path| read(&path)).transpose()?;
    // One column is no softmax.
    let now: Vec<_> = (2..=WIDEST).map(measure).collect();
    for (columns, [softmax, log_softmax]) in &now {
        println!("{columns}\t{softmax:.3}\t{log_softmax:.3}");
    }
    draw(&path, before.as_deref(), &now)
}

fn measure(cols: usize) -> Width {
    let src = &normal(ELEMENTS / cols * cols)[..];
    let dst = &mut vec![0.0; src.len()][..];
    let mut times = [const { Vec::new() }; 2];
    for _ in 0..ROUNDS {
        let exp = time(|| Exp.apply_into(black_box(src), black_box(dst)));
        let softmax = time(|| Softmax::new().rows_into(black_box(src), black_box(dst), cols));
        let log = time(|| LogSoftmax::new().rows_into(black_box(src), black_box(dst), cols));
        times[0].push(softmax / exp);
        times[1].push(log / exp);
    }
    let median = |mut times: Vec<f64>| {
        times.sort_by(f64::total_cmp);
        times[ROUNDS / 2]
    };
    (cols as f64, times.map(median))
}

fn time(mut call: impl FnMut()) -> f64 {
    let start = Instant::now();
    (0..CALLS).for_each(|_| call());
    start.elapsed().as_secs_f64()
}

/// Reads what this program has printed.
fn read(path: &Path) -> Result<Vec<Width>> {
    let text = fs::read_to_string(path).with_context(|| path.display().to_string())?;
    let width = |line: &str| {
        let numbers: Vec<_> = line.split('\t').map(str::parse).collect::<Result<_, _>>().ok()?;
        if let [columns, softmax, log_softmax] = numbers[..] {
            Some((columns, [softmax, log_softmax]))
        } else {
            None
        }
    };
    let line = |line| width(line).with_context(|| format!("{}: {line:?}", path.display()));
    text.lines().map(line).collect()
}

fn draw(path: &Path, before: Option<&[Width]>, now: &[Width]) -> Result<()> {
    let [bottom, top] = HEIGHTS.map(f64::from);
    picture(path, HEIGHT, |area| {
        let title = format!("time of an element by columns; 1 is exp ({})", Isa::active());
        let columns = (0..=WIDEST).step_by(16).map(|columns| columns as f64).collect();
        let heights = (HEIGHTS[0]..=HEIGHTS[1]).map(f64::from).collect();
        let scales = [
            Scale::with_marks(0.0..WIDEST as f64, columns, |columns| columns.to_string()),
            Scale::with_marks(bottom..top, heights, |height| height.exp2().to_string()),
        ];
        let mut chart = chart(area, &title, 110, scales)?;
        for (suffix, widths, stroke) in [(" before", before, 2), ("", Some(now), 6)] {
            for (i, (name, colour)) in NAMES.into_iter().zip(COLOURS).enumerate() {
                let Some(widths) = widths else { continue };
                let style = colour.stroke_width(stroke);
                let height = |time: f64| time.log2().clamp(bottom, top);
                let points = widths.iter().map(|&(columns, times)| (columns, height(times[i])));
                chart
                    .draw_series([PathElement::new(points.collect::<Vec<_>>(), style)])?
                    .label(format!("{name}{suffix}"))
                    .legend(move |at| sample(at, style));
            }
        }
        legend(&mut chart, SeriesLabelPosition::UpperRight)
    })
}
