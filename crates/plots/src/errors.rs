//! The error of each tier: from −∞ to ∞, and where it is more than a rounding of something simple.

use activations::{
    Isa, Tier,
    table::{Bound, Kernel, Operation},
};
use activations_plots::{
    scale::{Scale, number, power},
    style::{Area, COLOURS, Chart, chart, faint, legend, picture, sample},
};
use activations_testing::ulp::ulps;
use anyhow::{Result, ensure};
use plotters::{chart::SeriesLabelPosition, prelude::*};
use std::{ops::Range, path::Path};

const HEIGHT: u32 = 1240;
/// One for each pixel of the picture as it is seen.
const COLUMNS: usize = 700;
/// How many inputs are tried for a column, evenly spread over its bit patterns: of all inputs one
/// in 94.
const SAMPLES: i64 = 1 << 16;
/// The bit patterns from one power of two to the next.
const BINADE: f64 = (1 << 23) as f64;

/// Nothing is drawn of an operation that is correctly rounded.
pub(crate) fn draw(folder: &Path, isa: Isa, operation: &Operation) -> Result<()> {
    let largest = operation.kernels.iter().map(|kernel| kernel.bound.at(isa)).fold(0.0, f64::max);
    if largest <= Bound::ROUNDED.fused {
        return Ok(());
    }
    let name = operation.name;
    picture(&folder.join(format!("{name}_error.svg")), HEIGHT, |area| {
        let (above, below) = area.split_vertically(HEIGHT / 2);
        let [patterns, numbers] = [Axis::of_bit_patterns(), Axis::of_numbers(operation.domain)];
        // Above the largest error there is room for the legend.
        let mut chart =
            patterns.draw(&above, &format!("{name}: error in ULP, from −∞ to ∞"), 1.6 * largest)?;
        patterns.draw_errors(&mut chart, operation, isa)?;
        legend(&mut chart, SeriesLabelPosition::UpperMiddle)?;
        let mut chart = numbers.draw(&below, &numbers.title(), 1.15 * largest)?;
        numbers.draw_errors(&mut chart, operation, isa)
    })
}

/// A way to lay out the inputs.
struct Axis {
    range: Range<f64>,
    marks: Vec<f64>,
    label: fn(f64) -> String,
    /// The rank of the input at a place.
    rank: fn(f64) -> i64,
}

impl Axis {
    /// Every bit pattern has the same width, and so has every power of two.
    fn of_bit_patterns() -> Self {
        const ONE: i32 = 127;
        const INFINITY: i32 = 255;
        Self {
            range: -f64::from(INFINITY)..f64::from(INFINITY),
            marks: [-255, -191, -127, -63, 0, 63, 127, 191, 255].map(f64::from).to_vec(),
            label: |place| {
                let magnitude = match place.abs() as i32 {
                    0 => return "0".to_owned(),
                    ONE => "1".to_owned(),
                    INFINITY => "∞".to_owned(),
                    exponent => power(2, exponent - ONE),
                };
                if place < 0.0 { format!("−{magnitude}") } else { magnitude }
            },
            rank: |place| (place * BINADE) as i64,
        }
    }

    /// The numbers whose images are nothing simple, and some beside them.
    fn of_numbers([low, high]: [i16; 2]) -> Self {
        let divides = |step: &i16| low % step == 0 && high % step == 0;
        let is_coarse = |step: &i16| (high - low) / step <= 13;
        let steps = [1, 2, 5, 10, 15, 20, 50, 100];
        let step = steps.into_iter().find(|step| divides(step) && is_coarse(step));
        let step = step.unwrap_or(high - low);
        Self {
            range: low.into()..high.into(),
            marks: (low..=high).step_by(step.unsigned_abs().into()).map(f64::from).collect(),
            label: number,
            rank: |place| rank(place as f32),
        }
    }

    /// The largest error that each tier has in each column.
    fn errors(&self, operation: &Operation, isa: Isa) -> Vec<Vec<f64>> {
        let mut errors = vec![Vec::new(); tiers(operation).count()];
        let edge = |column: usize| (self.rank)(self.place(column));
        for column in 0..COLUMNS {
            let (first, end) = (edge(column), edge(column + 1));
            let count = (end - first).min(SAMPLES);
            let x: Vec<_> =
                (0..=count).map(|i| unrank(first + (end - first) * i / count.max(1))).collect();
            let exact: Vec<_> = x.iter().map(|&x| (operation.exact)(x.into())).collect();
            let mut y = vec![0.0; x.len()];
            for (kernel, errors) in tiers(operation).zip(&mut errors) {
                (kernel.apply_into)(isa, &x, &mut y);
                let found = y.iter().zip(&exact).map(|(&y, &exact)| ulps(y, exact));
                // A NaN stays.
                errors.push(
                    found.fold(0.0, |worst, error| if error <= worst { worst } else { error }),
                );
            }
        }
        errors
    }

    fn place(&self, column: usize) -> f64 {
        self.range.start + (self.range.end - self.range.start) * column as f64 / COLUMNS as f64
    }

    fn title(&self) -> String {
        let Range { start, end } = self.range;
        format!("the same from {} to {}, on a linear scale", number(start), number(end))
    }

    fn draw<'a>(&self, area: &Area<'a>, title: &str, top: f64) -> Result<Chart<'a>> {
        let x = Scale::with_marks(self.range.clone(), self.marks.clone(), self.label);
        chart(area, title, 130, [x, Scale::new(0.0..top)])
    }

    fn draw_errors(&self, chart: &mut Chart, operation: &Operation, isa: Isa) -> Result<()> {
        let errors = self.errors(operation, isa);
        let one_kernel = errors.iter().all(|columns| *columns == errors[0]);
        let count = if one_kernel { 1 } else { errors.len() };
        let tiers: Vec<_> = tiers(operation).take(count).enumerate().collect();
        // The default tier has the smaller errors: it is drawn over the others.
        for (i, kernel) in tiers.into_iter().rev() {
            let name = if one_kernel { "every tier" } else { kernel.tier.name() };
            let (bound, colour) = (kernel.bound.at(isa), COLOURS[i]);
            let kept = errors[i].iter().all(|&error| error <= bound);
            ensure!(kept, "{} {name} is more than {bound} ULP off", operation.name);
            let style = colour.stroke_width(3);
            let outline =
                errors[i].iter().enumerate().map(|(column, &error)| (self.place(column), error));
            chart
                .draw_series(AreaSeries::new(outline, 0.0, faint(colour)).border_style(style))?
                .label(format!("{name}, at most {bound:.3}"))
                .legend(move |at| sample(at, colour.stroke_width(6)));
            let ends = [(self.range.start, bound), (self.range.end, bound)];
            chart.draw_series(DashedLineSeries::new(ends, 16, 12, style))?;
        }
        Ok(())
    }
}

/// Not the exact one, whose error is half an ULP everywhere.
fn tiers(operation: &Operation) -> impl Iterator<Item = &'static Kernel> {
    operation.kernels.iter().filter(|kernel| kernel.tier != Tier::Exact)
}

/// Numbers in order, counted from zero.
fn rank(x: f32) -> i64 {
    let magnitude = i64::from(x.abs().to_bits());
    if x < 0.0 { -magnitude } else { magnitude }
}

fn unrank(rank: i64) -> f32 {
    f32::from_bits(rank.unsigned_abs() as u32).copysign(rank as f32)
}
