//! A deep fully connected network with two classes, from the kernels of this crate and matrix
//! products.

use activations::{Gradient, LogSoftmax, RowActivation, Softmax};
use fastrand::Rng;
use ndarray::{Array1, Array2, Axis};
use std::mem;

/// Hidden layers.
pub const DEPTH: usize = 24;
/// Elements of a hidden layer.
pub const WIDTH: usize = 64;
const CLASSES: usize = 2;

/// How far from 0 the weights of a layer lie at first.
#[derive(Clone, Copy)]
pub enum Initialisation {
    /// Variance 2 / (inputs + outputs): keeps the size of signals where the activation is nearly x.
    Xavier,
    /// Variance 2 / inputs: makes up for the half of them that a ReLU sets to 0.
    He,
}

impl Initialisation {
    /// Weights are uniform from -limit to limit.
    fn limit(self, inputs: usize, outputs: usize) -> f32 {
        let variance = match self {
            Self::Xavier => 2.0 / (inputs + outputs) as f32,
            Self::He => 2.0 / inputs as f32,
        };
        (3.0 * variance).sqrt()
    }
}

/// One point a row, and its class.
pub struct Samples {
    points: Array2<f32>,
    classes: Vec<usize>,
}

/// Two spirals, each half of the points, that wind around each other.
pub fn spirals(count: usize) -> Samples {
    const TURNS: f32 = 0.75;
    let classes: Vec<_> = (0..count).map(|i| i % CLASSES).collect();
    let points = Array2::from_shape_fn((count, 2), |(i, axis)| {
        let radius = (i + 1) as f32 / count as f32;
        let angle = std::f32::consts::TAU * (TURNS * radius + classes[i] as f32 / CLASSES as f32);
        2.0 * radius * if axis == 0 { angle.cos() } else { angle.sin() }
    });
    Samples { points, classes }
}

struct Layer {
    weights: Array2<f32>,
    biases: Array1<f32>,
}

/// A network with one activation function.
pub struct Network<'a> {
    activation: &'a dyn Gradient,
    /// The last one has no activation.
    layers: Vec<Layer>,
}

/// What a forward pass leaves for the way back: what goes into each layer, and the sums that it
/// makes of it.
struct Pass {
    inputs: Vec<Array2<f32>>,
    sums: Vec<Array2<f32>>,
}

/// The gradients of the loss.
pub struct Gradients(Vec<Layer>);

impl<'a> Network<'a> {
    /// Returns a network with random weights, and biases of 0.
    pub fn new(
        activation: &'a dyn Gradient,
        initialisation: Initialisation,
        random: &mut Rng,
    ) -> Self {
        let widths: Vec<_> = [2].into_iter().chain([WIDTH; DEPTH]).chain([CLASSES]).collect();
        let layer = |sides: &[usize]| {
            let limit = initialisation.limit(sides[0], sides[1]);
            let weights = Array2::from_shape_simple_fn((sides[0], sides[1]), || {
                limit * (2.0 * random.f32() - 1.0)
            });
            Layer { weights, biases: Array1::zeros(sides[1]) }
        };
        Self { activation, layers: widths.windows(2).map(layer).collect() }
    }

    /// The mean over the samples of −log(the probability of the right class).
    pub fn loss(&self, samples: &Samples) -> f32 {
        let mut logits = self.forward(samples).sums.pop().expect("a layer");
        LogSoftmax::new().rows(elements(&mut logits), CLASSES);
        let right = samples.classes.iter().enumerate().map(|(i, &class)| logits[[i, class]]);
        -right.sum::<f32>() / samples.classes.len() as f32
    }

    /// The part of the samples whose class is the likelier one.
    pub fn accuracy(&self, samples: &Samples) -> f32 {
        let logits = self.forward(samples).sums.pop().expect("a layer");
        let rows = logits.rows().into_iter().zip(&samples.classes);
        let right = rows.filter(|(row, class)| row[**class] > row[1 - **class]).count();
        right as f32 / samples.classes.len() as f32
    }

    /// The gradients of the loss over all samples.
    pub fn gradients(&self, samples: &Samples) -> Gradients {
        let Pass { inputs, mut sums } = self.forward(samples);
        // Of softmax and loss together: the probabilities, less 1 for the right class.
        let mut dz = sums.pop().expect("a layer");
        Softmax::new().rows(elements(&mut dz), CLASSES);
        for (mut row, &class) in dz.rows_mut().into_iter().zip(&samples.classes) {
            row[class] -= 1.0;
        }
        dz /= samples.classes.len() as f32;

        let mut gradients = Vec::new();
        for (layer, input) in self.layers.iter().zip(&inputs).rev() {
            gradients.push(Layer { weights: input.t().dot(&dz), biases: dz.sum_axis(Axis(0)) });
            if let Some(mut z) = sums.pop() {
                let mut dy = dz.dot(&layer.weights.t());
                let mut dx = Array2::zeros(z.raw_dim());
                self.activation.backward(elements(&mut z), elements(&mut dy), elements(&mut dx));
                dz = dx;
            }
        }
        gradients.reverse();
        Gradients(gradients)
    }

    /// A step of gradient descent.
    pub fn descend(&mut self, Gradients(gradients): &Gradients, rate: f32) {
        for (layer, gradient) in self.layers.iter_mut().zip(gradients) {
            layer.weights.scaled_add(-rate, &gradient.weights);
            layer.biases.scaled_add(-rate, &gradient.biases);
        }
    }

    fn forward(&self, samples: &Samples) -> Pass {
        let (mut inputs, mut sums) = (Vec::new(), Vec::new());
        let mut input = samples.points.clone();
        for layer in &self.layers {
            let mut z = input.dot(&layer.weights) + &layer.biases;
            let mut y = Array2::zeros(z.raw_dim());
            self.activation.apply_into(elements(&mut z), elements(&mut y));
            inputs.push(mem::replace(&mut input, y));
            sums.push(z);
        }
        Pass { inputs, sums }
    }
}

impl Gradients {
    /// The Euclidean norm of the gradient of each hidden layer's weights.
    pub fn norms(&self) -> Vec<f64> {
        self.0[..DEPTH].iter().map(|layer| sum_of_squares(&layer.weights).sqrt()).collect()
    }

    /// The sum of the squares of all of them.
    pub fn squared_norm(&self) -> f64 {
        self.0
            .iter()
            .map(|layer| sum_of_squares(&layer.weights) + sum_of_squares(&layer.biases))
            .sum()
    }
}

fn sum_of_squares<'a>(elements: impl IntoIterator<Item = &'a f32>) -> f64 {
    elements.into_iter().map(|&element| f64::from(element).powi(2)).sum()
}

fn elements(matrix: &mut Array2<f32>) -> &mut [f32] {
    matrix.as_slice_mut().expect("rows one after the other")
}
