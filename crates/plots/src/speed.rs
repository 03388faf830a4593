//! Time per element of every kernel, from the estimates that the benchmarks leave.

use activations::{
    Isa, Tier,
    table::{OPERATIONS, ROW_OPERATIONS},
};
use activations_plots::{
    scale::Scale,
    style::{COLOURS, TEXT, chart, legend, picture, sample},
};
use anyhow::{Context, Result};
use plotters::{chart::SeriesLabelPosition, prelude::*};
use serde_json::Value;
use std::{
    env, fs,
    path::{Path, PathBuf},
};

const ELEMENTS: f64 = 4096.0;
/// 256 rows of 1000 entries.
const ROW_ELEMENTS: f64 = 256_000.0;
const KERNELS: [&str; 3] = ["default", "fast", "gradient"];
/// From one bar of an operation to the next, where operations are 1 apart.
const BAR: f64 = 0.27;
const THICKNESS: f64 = 0.25;

/// Nanoseconds per element of each kernel of an operation, where it has that kernel.
struct Entry {
    name: String,
    times: [Option<f64>; KERNELS.len()],
}

pub(crate) fn draw(folder: &Path) -> Result<()> {
    let isa = Isa::active();
    let entries = entries(isa)?;
    let copy = estimate("4096", "copy")? / ELEMENTS;
    let longest = entries.iter().flat_map(|entry| entry.times).flatten().fold(copy, f64::max);
    let count = entries.len() as f64;
    picture(&folder.join("speed.svg"), 260 + 130 * entries.len() as u32, |area| {
        let title = format!("nanoseconds per element: 4096 of them, or 256 rows of 1000; {isa}");
        let names: Vec<_> = entries.iter().rev().map(|entry| entry.name.clone()).collect();
        let marks = (0..entries.len()).map(|i| i as f64 + 0.5).collect();
        // On the right there is room for the legend.
        let scales = [
            Scale::new(0.0..longest * 1.35),
            Scale::with_marks(0.0..count, marks, move |at| names[at as usize].clone()),
        ];
        let mut chart = chart(area, &title, 370, scales)?;
        for (kernel, (name, colour)) in KERNELS.into_iter().zip(COLOURS).enumerate() {
            let bars = entries.iter().enumerate().filter_map(|(i, entry)| {
                let time = entry.times[kernel]?;
                let top = count - i as f64 - 0.1 - BAR * kernel as f64;
                Some(Rectangle::new([(0.0, top), (time, top - THICKNESS)], colour.filled()))
            });
            chart
                .draw_series(bars)?
                .label(name)
                .legend(move |at| sample(at, colour.stroke_width(24)));
        }
        let line = TEXT.stroke_width(4);
        chart
            .draw_series(DashedLineSeries::new([(copy, 0.0), (copy, count)], 16, 12, line))?
            .label("copy")
            .legend(move |at| sample(at, line));
        legend(&mut chart, SeriesLabelPosition::MiddleRight)
    })
}

fn entries(isa: Isa) -> Result<Vec<Entry>> {
    let mut entries = Vec::new();
    for operation in OPERATIONS {
        let time = |form: &str| -> Result<_> {
            let nanoseconds = estimate("4096", &format!("{} {form}", operation.name))?;
            Ok(Some(nanoseconds / ELEMENTS))
        };
        let times = [
            time(&format!("default {isa} into"))?,
            time(&format!("fast {isa} into"))?,
            time(&format!("backward {isa}"))?,
        ];
        entries.push(Entry { name: operation.name.to_owned(), times });
    }
    for operation in ROW_OPERATIONS.iter().filter(|operation| operation.tier == Tier::Default) {
        let time = |tier: &str| -> Result<_> {
            let nanoseconds = estimate("256x1000", &format!("{} {tier} {isa}", operation.name))?;
            Ok(Some(nanoseconds / ROW_ELEMENTS))
        };
        entries.push(Entry {
            name: format!("{}, rows", operation.name),
            times: [time("default")?, time("fast")?, None],
        });
    }
    Ok(entries)
}

/// The median of a benchmark, in nanoseconds.
fn estimate(group: &str, name: &str) -> Result<f64> {
    let path = results().join(group).join(name).join("new/estimates.json");
    let text = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
    let estimates: Value =
        serde_json::from_str(&text).with_context(|| path.display().to_string())?;
    estimates["median"]["point_estimate"]
        .as_f64()
        .with_context(|| format!("{}: no median", path.display()))
}

/// Where the benchmarks leave their results.
fn results() -> PathBuf {
    if let Some(folder) = env::var_os("CRITERION_HOME") {
        return folder.into();
    }
    let target = env::var_os("CARGO_TARGET_DIR").map(PathBuf::from);
    target.unwrap_or_else(|| activations_plots::root().join("target")).join("criterion")
}
