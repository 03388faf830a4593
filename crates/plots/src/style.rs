//! What the pictures have in common.

use crate::scale::Scale;
use anyhow::{Context, Result, anyhow};
use plotters::{
    chart::{ChartContext, SeriesLabelPosition},
    coord::Shift,
    prelude::*,
};
use std::path::Path;

/// Pictures are drawn at twice the size that they are seen at, because coordinates are whole
/// numbers.
const WIDTH: u32 = 1600;
/// The usual height of a picture.
pub const HEIGHT: u32 = 840;
const FONT: i32 = 38;
const TITLE_FONT: i32 = 44;

/// The colour of text.
pub const TEXT: RGBColor = RGBColor(40, 44, 52);
const GRID: RGBColor = RGBColor(222, 226, 230);
/// The colour of axes.
pub const AXIS: RGBColor = RGBColor(150, 156, 164);
/// The palette of Okabe and Ito, whose colours differ for colour-blind people too.
pub const COLOURS: [RGBColor; 6] = [
    RGBColor(0, 114, 178),
    RGBColor(213, 94, 0),
    RGBColor(0, 158, 115),
    RGBColor(204, 121, 167),
    RGBColor(230, 159, 0),
    RGBColor(86, 180, 233),
];

/// A part of a picture.
pub type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;
/// A chart of numbers.
pub type Chart<'a> = ChartContext<'a, SVGBackend<'a>, Cartesian2d<Scale, Scale>>;

/// Draws a picture on a white panel of its own, so that it can be read on any background.
pub fn picture(path: &Path, height: u32, draw: impl FnOnce(&Area) -> Result<()>) -> Result<()> {
    let area = SVGBackend::new(path, (WIDTH, height)).into_drawing_area();
    let drawn = area.fill(&WHITE).map_err(|error| anyhow!("{error}")).and_then(|()| {
        draw(&area)?;
        Ok(area.present()?)
    });
    drawn.with_context(|| path.display().to_string())
}

/// A chart with its axes, and so much room at the left for what stands there.
pub fn chart<'a>(area: &Area<'a>, title: &str, left: u32, [x, y]: [Scale; 2]) -> Result<Chart<'a>> {
    let mut chart = ChartBuilder::on(area)
        .margin(24)
        .margin_right(60)
        .caption(title, font(TITLE_FONT))
        .x_label_area_size(76)
        .y_label_area_size(left)
        .build_cartesian_2d(x, y)?;
    chart
        .configure_mesh()
        .light_line_style(TRANSPARENT)
        .bold_line_style(GRID.stroke_width(2))
        .axis_style(AXIS.stroke_width(2))
        .label_style(font(FONT))
        .y_labels(7)
        .set_all_tick_mark_size(14)
        .draw()?;
    Ok(chart)
}

/// The names of the series of a chart, on a side that they leave free.
pub fn legend(chart: &mut Chart, position: SeriesLabelPosition) -> Result<()> {
    chart
        .configure_series_labels()
        .position(position)
        .legend_area_size(70)
        .margin(20)
        .background_style(WHITE.mix(0.85))
        .border_style(TRANSPARENT)
        .label_font(font(FONT))
        .draw()?;
    Ok(())
}

/// The colour of what fills the area below a line of this one.
pub fn faint(colour: RGBColor) -> RGBColor {
    let RGBColor(red, green, blue) = colour;
    let [red, green, blue] = [red, green, blue].map(|part| part / 4 + 192);
    RGBColor(red, green, blue)
}

/// The line before the name of a series.
pub fn sample((x, y): (i32, i32), style: impl Into<ShapeStyle>) -> PathElement<(i32, i32)> {
    PathElement::new([(x, y), (x + 56, y)], style)
}

fn font(size: i32) -> TextStyle<'static> {
    ("sans-serif", size).into_font().color(&TEXT)
}
