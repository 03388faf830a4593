//! Gated recurrent units.

use super::{SHAPES, assert_near, numbers, sigmoid, slope};
use activations::{At, Exact, Fast, GruCell, GruOrder, Isa};
use activations_testing::at_levels;

/// h' of one element of a GRU, from the sums of z, r and n.
fn gru(clip: f64, input: [f64; 3], recurrent: [f64; 3], h: f64) -> f64 {
    let limit = |x: f64| x.clamp(-clip, clip);
    let [z, r] = [0, 1].map(|gate| sigmoid(limit(input[gate] + recurrent[gate])));
    let n = libm::tanh(limit(input[2] + r * recurrent[2]));
    (1.0 - z) * n + z * h
}

const ORDERS: [(GruOrder, [usize; 3]); 2] =
    [(GruOrder::Zrn, [0, 1, 2]), (GruOrder::Rzn, [1, 0, 2])];

/// The sums of z, r and n of an element.
fn sums(of: &[f32], places: [usize; 3], at: usize, size: usize) -> [f64; 3] {
    places.map(|place| of[(at / size * 3 + place) * size + at % size].into())
}

#[test]
fn a_step_of_a_gru_is_its_definition_in_every_tier() {
    for ([batch, size], (order, places)) in SHAPES.into_iter().flat_map(|s| ORDERS.map(|o| (s, o)))
    {
        let len = batch * size;
        let [input, recurrent] = [1, 2].map(|seed| numbers(seed, 3 * len, 2.0));
        let hidden = numbers(3, len, 1.0);
        for clip in [f32::INFINITY, 0.8] {
            let element = |at: usize| {
                let [a, s] = [&input, &recurrent].map(|of| sums(of, places, at, size));
                gru(clip.into(), a, s, hidden[at].into())
            };
            let exact: Vec<_> = (0..len).map(element).collect();
            let cell = GruCell::new(order).clip(clip);
            for isa in Isa::available() {
                let what = format!("{cell:?} at {isa}, {batch} rows of {size}");
                let mut h = hidden.clone();
                At::new(isa, cell).unwrap().step(&input, &recurrent, &mut h, size);
                assert_near(&what, &h, &exact);
                h.copy_from_slice(&hidden);
                At::new(isa, Fast(cell)).unwrap().step(&input, &recurrent, &mut h, size);
                assert_near(&what, &h, &exact);
                h.copy_from_slice(&hidden);
                At::new(isa, Exact(cell)).unwrap().step(&input, &recurrent, &mut h, size);
                assert_near(&what, &h, &exact);
            }
        }
    }
}

/// With sums of the new state from r h, which here are r h itself times 1/2.
#[test]
fn a_reset_before_the_product_with_the_state_is_two_calls() {
    for ([batch, size], (order, places)) in SHAPES.into_iter().flat_map(|s| ORDERS.map(|o| (s, o)))
    {
        let len = batch * size;
        let (input, recurrent) = (numbers(1, 3 * len, 2.0), numbers(2, 2 * len, 2.0));
        let hidden = numbers(3, len, 1.0);
        for cell in at_levels(GruCell::new(order)) {
            let mut reset = vec![7.0; len];
            cell.reset(&input, &recurrent, &hidden, &mut reset, size);
            let of_recurrent = |gate: usize, at: usize| -> f64 {
                recurrent[(at / size * 2 + places[gate]) * size + at % size].into()
            };
            let a = |at: usize| sums(&input, places, at, size);
            let r = |at: usize| sigmoid(a(at)[1] + of_recurrent(1, at));
            let exact: Vec<_> = (0..len).map(|at| r(at) * f64::from(hidden[at])).collect();
            assert_near("r h", &reset, &exact);

            let candidate: Vec<_> = reset.iter().map(|x| x * 0.5).collect();
            let mut h = hidden.clone();
            cell.update(&input, &recurrent, &candidate, &mut h, size);
            let element = |at: usize| {
                let z = sigmoid(a(at)[0] + of_recurrent(0, at));
                let n = libm::tanh(a(at)[2] + f64::from(candidate[at]));
                (1.0 - z) * n + z * f64::from(hidden[at])
            };
            assert_near("h'", &h, &(0..len).map(element).collect::<Vec<_>>());
        }
    }
}

#[test]
fn the_gradients_of_a_gru_are_the_derivatives_of_its_definition() {
    for ([batch, size], (order, places)) in SHAPES.into_iter().flat_map(|s| ORDERS.map(|o| (s, o)))
    {
        let len = batch * size;
        let [input, recurrent] = [1, 2].map(|seed| numbers(seed, 3 * len, 2.0));
        let [hidden, dy] = [3, 4].map(|seed| numbers(seed, len, 1.0));
        let (mut of_input, mut of_recurrent) = (vec![0.0; 3 * len], vec![0.0; 3 * len]);
        let mut of_hidden = vec![0.0; len];
        for at in 0..len {
            let [a, s] = [&input, &recurrent].map(|of| sums(of, places, at, size));
            let (h, dy) = (f64::from(hidden[at]), f64::from(dy[at]));
            of_hidden[at] = dy * sigmoid(a[0] + s[0]);
            for (gate, place) in places.into_iter().enumerate() {
                let moved = |mut sums: [f64; 3], x: f64| {
                    sums[gate] = x;
                    sums
                };
                let index = (at / size * 3 + place) * size + at % size;
                let new = |a, s| dy * gru(f64::INFINITY, a, s, h);
                of_input[index] = slope(|x| new(moved(a, x), s), a[gate]);
                of_recurrent[index] = slope(|x| new(a, moved(s, x)), s[gate]);
            }
        }
        for cell in at_levels(GruCell::new(order)) {
            let mut d_hidden = dy.clone();
            let [mut d_input, mut d_recurrent] = [vec![7.0; 3 * len], vec![7.0; 3 * len]];
            let results = (&mut d_hidden, &mut d_input, &mut d_recurrent);
            cell.backward(&input, &recurrent, &hidden, results.0, results.1, results.2, size);
            assert_near("d input", &d_input, &of_input);
            assert_near("d recurrent", &d_recurrent, &of_recurrent);
            assert_near("d hidden", &d_hidden, &of_hidden);
        }
    }
}
