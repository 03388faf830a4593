//! Curves of sampled functions in one chart.

use activations_plots::{
    scale::Scale,
    style::{AXIS, COLOURS, HEIGHT, chart, legend, picture, sample},
};
use anyhow::Result;
use plotters::{chart::SeriesLabelPosition, prelude::*};
use std::{ops::RangeInclusive, path::Path};

const SAMPLES: usize = 600;
/// As parts of the height. A curve steps by less between two samples, unless it jumps.
const JUMP: f64 = 0.03;
const MARGIN: f64 = 0.06;

/// The middles of equal parts of a range: no sample lies where a function of the family may jump.
pub(crate) fn samples(range: RangeInclusive<f32>) -> Vec<f32> {
    let width = range.end() - range.start();
    (0..SAMPLES).map(|i| range.start() + width * (i as f32 + 0.5) / SAMPLES as f32).collect()
}

/// A curve through the points (x, y) of each name, and the names where there is room for them.
pub(crate) fn draw(
    path: &Path,
    title: &str,
    x: &[f32],
    curves: &[(String, Vec<f32>)],
    names: SeriesLabelPosition,
) -> Result<()> {
    let values = || curves.iter().flat_map(|(_, y)| y).map(|&y| f64::from(y));
    let (low, high) = (values().fold(0.0, f64::min), values().fold(0.0, f64::max));
    let height = high - low;
    let (left, right) = (f64::from(x[0]).round(), f64::from(x[x.len() - 1]).round());
    let (bottom, top) = (low - MARGIN * height, high + MARGIN * height);
    picture(path, HEIGHT, |area| {
        let scales = [Scale::new(left..right), Scale::new(bottom..top)];
        let mut chart = chart(area, title, 130, scales)?;
        let axes = [[(left, 0.0), (right, 0.0)], [(0.0, bottom), (0.0, top)]];
        chart.draw_series(axes.map(|axis| PathElement::new(axis, AXIS.stroke_width(2))))?;
        for ((name, y), colour) in curves.iter().zip(COLOURS) {
            let style = colour.stroke_width(6);
            let points: Vec<_> =
                x.iter().zip(y).map(|(&x, &y)| (f64::from(x), f64::from(y))).collect();
            let pieces = points.chunk_by(|(_, y), (_, next)| (y - next).abs() < JUMP * height);
            chart
                .draw_series(pieces.map(|piece| PathElement::new(piece, style)))?
                .label(name)
                .legend(move |at| sample(at, style));
        }
        legend(&mut chart, names)
    })
}
