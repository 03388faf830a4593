//! How gradients vanish in a deep network, and how they do not.
//!
//! ```text
//! cargo run --release -p activations-plots --example vanishing_gradient
//! ```
//!
//! A network of 24 hidden layers of width 64 is to tell two spirals apart. For each activation and
//! initialisation the table has the norm of the gradient of each layer's weights before training,
//! and what some steps of gradient descent then come to. The norms are drawn to
//! `docs/plots/vanishing_gradient.svg`. Every run on a machine has the same numbers.
#![allow(clippy::cast_precision_loss)]

use activations::{Gradient, LeakyRelu, Relu, Sigmoid, Tanh};
use activations_plots::{
    folder,
    network::{
        DEPTH,
        Initialisation::{self, He, Xavier},
        Network, Samples, spirals,
    },
    scale::{Scale, number, power},
    style,
};
use anyhow::Result;
use comfy_table::{CellAlignment::Right, Table, presets::ASCII_MARKDOWN};
use plotters::{chart::SeriesLabelPosition, prelude::*};

const ACTIVATIONS: &[(&str, &dyn Gradient)] = &[
    ("sigmoid", &Sigmoid),
    ("tanh", &Tanh),
    ("relu", &Relu),
    ("leaky_relu", &LeakyRelu { slope: 0.01 }),
];
const INITIALISATIONS: [(&str, Initialisation); 2] = [("Xavier", Xavier), ("He", He)];
const SAMPLES: usize = 128;
const STEPS: usize = 300;
const RATE: f32 = 0.05;

/// What became of a network.
struct Run {
    activation: &'static str,
    initialisation: &'static str,
    /// Before training, of each layer.
    norms: Vec<f64>,
    loss: [f32; 2],
    accuracy: f32,
}

fn main() -> Result<()> {
    let samples = spirals(SAMPLES);
    let runs: Vec<_> = ACTIVATIONS
        .iter()
        .flat_map(|&(name, activation)| {
            INITIALISATIONS.map(|start| Run::new(name, activation, start, &samples))
        })
        .collect();
    println!("norms of gradients before training\n{}\n", norms(&runs));
    println!("{STEPS} steps of gradient descent\n{}", training(&runs));
    draw(&runs)
}

impl Run {
    fn new(
        activation: &'static str,
        function: &dyn Gradient,
        (initialisation, start): (&'static str, Initialisation),
        samples: &Samples,
    ) -> Self {
        let mut network = Network::new(function, start, &mut fastrand::Rng::with_seed(1));
        let norms = network.gradients(samples).norms();
        let before = network.loss(samples);
        for _ in 0..STEPS {
            network.descend(&network.gradients(samples), RATE);
        }
        let loss = [before, network.loss(samples)];
        Self { activation, initialisation, norms, loss, accuracy: network.accuracy(samples) }
    }

    fn name(&self) -> String {
        format!("{}, {}", self.activation, self.initialisation)
    }
}

/// A line for each layer, and a column for each run.
fn norms(runs: &[Run]) -> Table {
    let mut table = table(["layer".to_owned()].into_iter().chain(runs.iter().map(Run::name)));
    for layer in 0..DEPTH {
        let norms = runs.iter().map(|run| format!("{:.1e}", run.norms[layer]));
        table.add_row([(layer + 1).to_string()].into_iter().chain(norms));
    }
    table
}

fn training(runs: &[Run]) -> Table {
    let mut table = table(["", "loss before", "loss after", "accuracy"].map(str::to_owned));
    for run in runs {
        let [before, after] = run.loss.map(|loss| format!("{loss:.3}"));
        table.add_row([run.name(), before, after, format!("{:.0} %", 100.0 * run.accuracy)]);
    }
    table
}

fn table(header: impl IntoIterator<Item = String>) -> Table {
    let mut table = Table::new();
    table.load_style(ASCII_MARKDOWN).set_header(header);
    table.column_iter_mut().skip(1).for_each(|column| column.set_cell_alignment(Right));
    table
}

/// The logarithms of the norms, a colour for each activation.
fn draw(runs: &[Run]) -> Result<()> {
    // A gradient of nothing is drawn too.
    let logarithm = |norm: &f64| norm.max(f32::MIN_POSITIVE.into()).log10();
    let logarithms = || runs.iter().flat_map(|run| &run.norms).map(logarithm);
    let lowest = logarithms().fold(0.0, f64::min).floor();
    let highest = logarithms().fold(0.0, f64::max).ceil();
    let path = folder().join("vanishing_gradient.svg");
    style::picture(&path, 1000, |area| {
        let layers =
            (1..=DEPTH).filter(|layer| layer % 3 == 0 || *layer == 1).map(|layer| layer as f64);
        let x = Scale::with_marks(0.5..DEPTH as f64 + 0.5, layers.collect(), number);
        let marks = (lowest as i32..=highest as i32).filter(|exponent| exponent % 3 == 0);
        let y = Scale::with_marks(lowest..highest, marks.map(f64::from).collect(), |at| {
            power(10, at as i32)
        });
        let title = "gradient norms of layers 1 to 24 (solid: He, dashed: Xavier)";
        let mut chart = style::chart(area, title, 130, [x, y])?;
        for (i, run) in runs.iter().enumerate() {
            let activation = i / INITIALISATIONS.len();
            // The lines of the ReLUs meet: those below are thicker, so that both are seen.
            let width = [8, 8, 12, 4][activation.min(3)];
            let style = style::COLOURS[activation % style::COLOURS.len()].stroke_width(width);
            let norms = run.norms.iter().enumerate();
            let points: Vec<_> =
                norms.map(|(layer, norm)| (layer as f64 + 1.0, logarithm(norm))).collect();
            if run.initialisation == "He" {
                chart
                    .draw_series(LineSeries::new(points, style))?
                    .label(run.activation)
                    .legend(move |at| style::sample(at, style));
            } else {
                chart.draw_series(DashedLineSeries::new(points, 14, 12, style))?;
            }
        }
        style::legend(&mut chart, SeriesLabelPosition::LowerRight)
    })
}
