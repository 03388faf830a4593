//! Steps of recurrent cells against their definitions in f64 and against a captured network, and
//! their gradients against derivatives of the definitions.

#[path = "recurrent/captured.rs"]
mod captured;
#[path = "recurrent/gru.rs"]
mod gru;

use activations::{
    At, Coupling, Exact, Fast, GruCell, GruOrder, Isa, LstmCell, LstmOrder, RnnCell, Tanh,
};
use activations_testing::at_levels;

/// Batches and hidden sizes: about a register and a block.
const SHAPES: [[usize; 2]; 6] = [[1, 1], [3, 5], [2, 16], [1, 256], [2, 257], [1, 600]];

fn numbers(seed: u32, len: usize, size: f32) -> Vec<f32> {
    let mut state = seed.wrapping_mul(0x9e37_79b1) | 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        f32::from((state >> 16) as u16) / 32_768.0 - 1.0
    };
    (0..len).map(|_| next() * size).collect()
}

fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + libm::exp(-x))
}

#[track_caller]
fn assert_near(what: &str, got: &[f32], exact: &[f64]) {
    assert_eq!(got.len(), exact.len(), "{what}");
    for (i, (&got, &exact)) in got.iter().zip(exact).enumerate() {
        // Sums of products that are rounded each.
        let near = (f64::from(got) - exact).abs() <= 1.5e-6 * (1.0 + exact.abs());
        // A derivative at a limit is not looked at.
        let near = near || exact.is_nan();
        assert!(near, "{what}: {got:e} at {i}, not {exact:e}");
    }
}

/// The options of an LSTM, for both sides.
#[derive(Clone, Copy, Debug)]
struct Options<'a> {
    order: LstmOrder,
    clip: f32,
    coupling: Option<Coupling>,
    peepholes: Option<&'a [f32]>,
}

impl<'a> Options<'a> {
    fn cell(self) -> LstmCell<'a> {
        let mut cell = LstmCell::new(self.order).clip(self.clip);
        if let Some(coupling) = self.coupling {
            cell = cell.coupled(coupling);
        }
        match self.peepholes {
            Some(weights) => cell.peepholes(weights),
            None => cell,
        }
    }

    /// The places of i, o, f and c, by the definition of the order.
    fn places(self) -> [usize; 4] {
        match self.order {
            LstmOrder::Iofc => [0, 1, 2, 3],
            LstmOrder::Ifco => [0, 3, 1, 2],
            _ => [0, 3, 2, 1],
        }
    }

    /// Whether an argument is so near to the limit that a difference quotient sees both sides.
    fn is_at_limit(self, [i, o, f, c]: [f64; 4], [p_i, p_o, p_f]: [f64; 3], memory: f64) -> bool {
        let [new, _] = self.step([i, o, f, c], [p_i, p_o, p_f], memory);
        let arguments = [i + p_i * memory, f + p_f * memory, o + p_o * new, c, new];
        arguments.iter().any(|x| (x.abs() - f64::from(self.clip)).abs() < 1e-4)
    }

    /// c' and h' of one element, from the sums of i, o, f and c, the weights and the memory.
    fn step(self, [i, o, f, c]: [f64; 4], [p_i, p_o, p_f]: [f64; 3], memory: f64) -> [f64; 2] {
        let clip = f64::from(self.clip);
        let limit = |x: f64| x.clamp(-clip, clip);
        let mut input = sigmoid(limit(i + p_i * memory));
        let mut forget = sigmoid(limit(f + p_f * memory));
        match self.coupling {
            Some(Coupling::ForgetFromInput) => forget = 1.0 - input,
            Some(_) => input = 1.0 - forget,
            None => {}
        }
        let new = forget * memory + input * libm::tanh(limit(c));
        let output = sigmoid(limit(o + p_o * new));
        [new, output * libm::tanh(limit(new))]
    }
}

fn all_options(weights: &[f32]) -> Vec<Options<'_>> {
    let plain =
        Options { order: LstmOrder::Iofc, clip: f32::INFINITY, coupling: None, peepholes: None };
    let mut all = vec![
        plain,
        Options { order: LstmOrder::Ifco, ..plain },
        Options { order: LstmOrder::Icfo, ..plain },
        Options { clip: 0.75, ..plain },
    ];
    for coupling in [Coupling::ForgetFromInput, Coupling::InputFromForget] {
        all.push(Options { coupling: Some(coupling), peepholes: Some(weights), ..plain });
    }
    all.push(Options { order: LstmOrder::Ifco, clip: 0.9, peepholes: Some(weights), ..plain });
    all
}

/// The sums, the weights and the memory of each element.
fn elements<'a>(
    options: Options<'a>,
    gates: &'a [f32],
    cell: &'a [f32],
    size: usize,
) -> impl Iterator<Item = ([f64; 4], [f64; 3], f64)> + 'a {
    (0..cell.len()).map(move |at| {
        let (row, column) = (at / size, at % size);
        let sums = options.places().map(|place| gates[(row * 4 + place) * size + column].into());
        let weight =
            |gate: usize| options.peepholes.map_or(0.0, |w| w[gate * size + column].into());
        (sums, [0, 1, 2].map(weight), cell[at].into())
    })
}

#[test]
fn a_step_of_an_lstm_is_its_definition_in_every_tier() {
    for [batch, size] in SHAPES {
        let (gates, cell) = (numbers(1, 4 * batch * size, 3.0), numbers(2, batch * size, 1.5));
        let weights = numbers(3, 3 * size, 0.5);
        for options in all_options(&weights) {
            let exact: Vec<_> = elements(options, &gates, &cell, size)
                .map(|(sums, weights, memory)| options.step(sums, weights, memory))
                .collect();
            let [new, hidden] = [0, 1].map(|i| exact.iter().map(|of| of[i]).collect::<Vec<_>>());
            for isa in Isa::available() {
                let what = format!("{options:?} at {isa}, {batch} rows of {size}");
                let (mut c, mut h) = (cell.clone(), vec![7.0; cell.len()]);
                let lstm = options.cell();
                At::new(isa, lstm).unwrap().step(&gates, &mut c, &mut h, size);
                assert_near(&what, &c, &new);
                assert_near(&what, &h, &hidden);
                c.copy_from_slice(&cell);
                At::new(isa, Fast(lstm)).unwrap().step(&gates, &mut c, &mut h, size);
                assert_near(&what, &c, &new);
                assert_near(&what, &h, &hidden);
                c.copy_from_slice(&cell);
                At::new(isa, Exact(lstm)).unwrap().step(&gates, &mut c, &mut h, size);
                assert_near(&what, &c, &new);
                assert_near(&what, &h, &hidden);
            }
        }
    }
}

/// The derivative of a function of f64, by differences of both sides.
fn slope(function: impl Fn(f64) -> f64, x: f64) -> f64 {
    let h = 1e-5;
    (function(x + h) - function(x - h)) / (2.0 * h)
}

#[test]
fn the_gradients_of_an_lstm_are_the_derivatives_of_its_definition() {
    for [batch, size] in SHAPES {
        let len = batch * size;
        let (gates, cell) = (numbers(1, 4 * len, 3.0), numbers(2, len, 1.5));
        let (d_hidden, d_new) = (numbers(4, len, 1.0), numbers(5, len, 1.0));
        let weights = numbers(3, 3 * size, 0.5);
        for options in all_options(&weights) {
            let loss = |at: usize, sums, weights, memory| {
                let [new, hidden] = options.step(sums, weights, memory);
                hidden * f64::from(d_hidden[at]) + new * f64::from(d_new[at])
            };
            let (mut of_gates, mut of_cell) = (vec![0.0; 4 * len], vec![0.0; len]);
            let places = options.places();
            for (at, (sums, weights, memory)) in elements(options, &gates, &cell, size).enumerate()
            {
                for (gate, place) in places.into_iter().enumerate() {
                    let moved = |x| {
                        let mut sums = sums;
                        sums[gate] = x;
                        loss(at, sums, weights, memory)
                    };
                    of_gates[(at / size * 4 + place) * size + at % size] = slope(moved, sums[gate]);
                }
                of_cell[at] = slope(|memory| loss(at, sums, weights, memory), memory);
                if options.is_at_limit(sums, weights, memory) {
                    of_cell[at] = f64::NAN;
                    for place in 0..4 {
                        of_gates[(at / size * 4 + place) * size + at % size] = f64::NAN;
                    }
                }
            }
            for lstm in at_levels(options.cell()) {
                let (mut d_cell, mut d_gates) = (d_new.clone(), vec![7.0; 4 * len]);
                lstm.backward(&gates, &cell, &d_hidden, &mut d_cell, &mut d_gates, size);
                let what = format!("{options:?} at {}", lstm.isa());
                assert_near(&what, &d_gates, &of_gates);
                assert_near(&what, &d_cell, &of_cell);
            }
        }
    }
}

#[test]
fn a_step_of_a_plain_network_is_its_definition() {
    for len in [0, 1, 255, 256, 300] {
        let [a, b, dy] = [1, 2, 3].map(|seed| numbers(seed, len, 2.0));
        for cell in at_levels(RnnCell::new(Tanh).clip(1.5)) {
            let sum = |i: usize| f64::from(a[i] + b[i]);
            let mut h = vec![7.0; len];
            cell.step(&a, &b, &mut h);
            let exact: Vec<_> = (0..len).map(|i| libm::tanh(sum(i).clamp(-1.5, 1.5))).collect();
            assert_near("h'", &h, &exact);
            let mut d = dy.clone();
            cell.backward(&a, &b, &mut d);
            let derivative = |i: usize| {
                let passed = if sum(i).abs() > 1.5 { 0.0 } else { libm::cosh(sum(i)).powi(-2) };
                passed * f64::from(dy[i])
            };
            assert_near("d", &d, &(0..len).map(derivative).collect::<Vec<_>>());
        }
    }
}

#[test]
fn the_exact_tier_has_the_same_bits_on_every_machine() {
    let (gates, cell) = (numbers(1, 4 * 300, 3.0), numbers(2, 300, 1.5));
    let mut results = Vec::new();
    for isa in Isa::available() {
        let (mut c, mut h) = (cell.clone(), vec![0.0; 300]);
        let lstm = At::new(isa, Exact(LstmCell::new(LstmOrder::Iofc))).unwrap();
        lstm.step(&gates, &mut c, &mut h, 300);
        results.push([c, h].concat().iter().map(|x| x.to_bits()).collect::<Vec<_>>());
    }
    assert!(results.windows(2).all(|pair| pair[0] == pair[1]));
}

#[test]
fn lengths_that_do_not_fit_are_refused_before_anything_is_written() {
    let lstm = LstmCell::new(LstmOrder::Iofc);
    let (mut cell, mut hidden) = ([7.0_f32; 6], [7.0_f32; 6]);
    let mut text = |gates: usize, hidden_size: usize| {
        let gates = vec![0.0; gates];
        lstm.try_step(&gates, &mut cell, &mut hidden, hidden_size).unwrap_err().to_string()
    };
    assert_eq!(text(23, 3), "gates has 23 elements, which is not 4 times the 6 of cell");
    assert_eq!(text(24, 4), "cell has 6 elements, no multiple of 4 columns");
    assert_eq!(text(24, 0), "cell has 6 elements, but rows have 0 columns");
    let error = lstm.peepholes(&[0.0; 5]).try_step(&[0.0; 24], &mut cell, &mut hidden, 3);
    let expected = "peepholes has 5 elements, which is not 3 times the 3 of hidden_size";
    assert_eq!(error.unwrap_err().to_string(), expected);
    let error = lstm.try_step(&[0.0; 24], &mut cell, &mut hidden[..5], 3).unwrap_err();
    assert_eq!(error.to_string(), "cell has 6 elements, hidden has 5");

    let gru = GruCell::new(GruOrder::Zrn);
    let error = gru.try_step(&[0.0; 18], &[0.0; 17], &mut hidden, 3).unwrap_err();
    assert_eq!(
        error.to_string(),
        "recurrent has 17 elements, which is not 3 times the 6 of hidden"
    );
    let error = RnnCell::default().try_step(&[0.0; 6], &[0.0; 5], &mut hidden).unwrap_err();
    assert_eq!(error.to_string(), "recurrent has 5 elements, hidden has 6");
    assert!(cell.iter().chain(&hidden).all(|&untouched| untouched == 7.0));
    lstm.step(&[], &mut [], &mut [], 0);
}
