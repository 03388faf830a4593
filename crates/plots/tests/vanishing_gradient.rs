//! What the example `vanishing_gradient` shows, held to be so.
#![allow(clippy::cast_precision_loss)]

use activations::{Gradient, LeakyRelu, Relu, Sigmoid, Tanh};
use activations_plots::network::{
    Initialisation::{self, He, Xavier},
    Network, spirals,
};

/// The norm of the first layer's gradient, over that of the last hidden layer's.
fn ratio(activation: &dyn Gradient, initialisation: Initialisation) -> f64 {
    let network = Network::new(activation, initialisation, &mut fastrand::Rng::with_seed(1));
    let norms = network.gradients(&spirals(32)).norms();
    norms[0] / norms[norms.len() - 1]
}

#[test]
fn gradients_of_sigmoids_vanish() {
    assert!((1e-20..1e-12).contains(&ratio(&Sigmoid, Xavier)));
    assert!((1e-20..1e-9).contains(&ratio(&Sigmoid, He)));
}

#[test]
fn gradients_pass_through_tanh_and_relu_with_the_right_initialisation() {
    let passing: [(&dyn Gradient, _); 3] =
        [(&Tanh, Xavier), (&Relu, He), (&LeakyRelu { slope: 0.01 }, He)];
    for (activation, initialisation) in passing {
        assert!((0.01..100.0).contains(&ratio(activation, initialisation)));
    }
}

/// The way back agrees with what a small change of a weight does to the loss.
#[test]
fn gradients_are_slopes_of_the_loss() {
    let samples = spirals(32);
    for activation in [&Sigmoid as &dyn Gradient, &Tanh] {
        let mut network = Network::new(activation, Xavier, &mut fastrand::Rng::with_seed(1));
        let before = network.loss(&samples);
        let gradients = network.gradients(&samples);
        let rate = 1e-3;
        network.descend(&gradients, rate);
        let expected = f64::from(rate) * gradients.squared_norm();
        let decrease = f64::from(before - network.loss(&samples));
        assert!((decrease / expected - 1.0).abs() < 0.05, "{decrease} is not {expected}");
    }
}
