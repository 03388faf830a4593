//! RReLU in training: the slope of an element depends on the seed and its index alone.
#![allow(clippy::cast_precision_loss)] // counts are small

use activations::{LeakyRelu, PRelu, RRelu, RandomStream};
use activations_testing::{at_levels, is_quiet_nan, nans, same, spread};

const LEN: usize = if cfg!(miri) { 100 } else { 1000 };

/// The slopes of elements that are all negative: the same at every level.
fn drawn(op: RRelu, stream: RandomStream, len: usize) -> Vec<f32> {
    let [mut active, mut x, mut slopes] = [vec![7.0; len], vec![-1.0; len], vec![7.0; len]];
    op.train(&mut x, &mut active, stream);
    for op in at_levels(op) {
        x.fill(-1.0);
        op.train(&mut x, &mut slopes, stream);
        let of_slope = |(&y, &slope): (&f32, &f32)| y == -slope || y.is_nan() && slope.is_nan();
        assert!(x.iter().zip(&slopes).all(of_slope), "{op:?}");
        assert!(active.iter().zip(&slopes).all(|(&a, &b)| same(a, b)), "{op:?}");
    }
    slopes
}

/// A second implementation of the generator, from its definition: 23 bits of a word as a number
/// below 1.
fn uniform(seed: u64, index: u64) -> f32 {
    const ROTATIONS: [[u32; 4]; 2] = [[13, 15, 26, 6], [17, 29, 16, 24]];
    let [low, high] = [seed as u32, (seed >> 32) as u32];
    let keys = [low, high, 0x1bd1_1bda ^ low ^ high];
    let counter = index / 32 * 16 + index % 16;
    let mut words = [counter as u32, (counter >> 32) as u32];
    for turn in 0..=5 {
        words[0] = words[0].wrapping_add(keys[turn % 3]);
        words[1] = words[1].wrapping_add(keys[(turn + 1) % 3]).wrapping_add(turn as u32);
        for count in ROTATIONS[turn % 2].into_iter().filter(|_| turn < 5) {
            words[0] = words[0].wrapping_add(words[1]);
            words[1] = words[1].rotate_left(count) ^ words[0];
        }
    }
    (words[index as usize / 16 % 2] >> 9) as f32 / 8_388_608.0
}

#[test]
fn an_element_draws_a_function_of_the_seed_and_its_index() {
    let op = RRelu::default();
    for seed in [0, 1, 42, 1 << 32, u64::MAX, 0x0123_4567_89ab_cdef] {
        for first in [0, 1, 15, 16, 31, 32, 33, 1 << 20, (1 << 37) - 40, u64::MAX - 70] {
            for (i, slope) in
                drawn(op, RandomStream { seed, offset: first }, LEN).into_iter().enumerate()
            {
                let u = uniform(seed, first.wrapping_add(i as u64));
                let expected = op.lower + (op.upper - op.lower) * u;
                assert_eq!(slope, expected, "element {i} from {first} on, with the seed {seed}");
            }
        }
    }
}

#[test]
fn any_division_of_the_work_draws_the_same() {
    let (op, x) = (RRelu::default(), (0..LEN as u32).map(spread).collect::<Vec<_>>());
    let whole = |seed| {
        let (mut y, mut slopes) = (x.clone(), vec![7.0; LEN]);
        op.train(&mut y, &mut slopes, RandomStream { seed, offset: 99 });
        (y, slopes)
    };
    for op in at_levels(op) {
        for part in [1, 2, 3, 7, 16, 31, 32, 33, 64, 100, LEN] {
            let (mut y, mut slopes) = (vec![7.0; LEN], vec![7.0; LEN]);
            for at in (0..LEN).step_by(part) {
                let end = LEN.min(at + part);
                let draws = RandomStream { seed: 5, offset: 99 + at as u64 };
                op.train_into(&x[at..end], &mut y[at..end], &mut slopes[at..end], draws);
            }
            let (whole_y, whole_slopes) = whole(5);
            assert!(y.iter().zip(&whole_y).all(|(&a, &b)| same(a, b)), "parts of {part}");
            assert!(slopes == whole_slopes, "parts of {part}");
        }
    }
    assert!(whole(5).1 != whole(6).1, "another seed");
}

#[test]
fn slopes_are_uniform_between_the_bounds() {
    const COUNT: usize = if cfg!(miri) { 1000 } else { 1 << 20 };
    let RRelu { lower, upper } = RRelu::default();
    let slopes = drawn(RRelu { lower, upper }, RandomStream { seed: 3, offset: 0 }, COUNT);
    assert!(slopes.iter().all(|slope| (lower..=upper).contains(slope)));
    let units: Vec<_> =
        slopes.iter().map(|&slope| f64::from(slope - lower) / f64::from(upper - lower)).collect();
    let count = COUNT as f64;
    let mean = units.iter().sum::<f64>() / count;
    // Each limit is four standard deviations.
    assert!((mean - 0.5).abs() < 4.0 * (1.0 / 12.0 / count).sqrt(), "the mean is {mean}");
    let mut bins = [0.0; 16];
    for unit in &units {
        bins[((unit * 16.0) as usize).min(15)] += 1.0;
    }
    let share = count / 16.0;
    let chi_squared: f64 = bins.iter().map(|bin| (bin - share) * (bin - share) / share).sum();
    assert!(chi_squared < 15.0 + 4.0 * 30.0_f64.sqrt(), "{bins:?}");
    for lag in [1, 16, 32] {
        let products = units.iter().zip(&units[lag..]).map(|(a, b)| (a - 0.5) * (b - 0.5));
        let correlation = products.sum::<f64>() / count * 12.0;
        assert!(correlation.abs() < 4.0 / count.sqrt(), "{correlation} at a distance of {lag}");
    }
}

#[test]
fn no_slope_is_out_of_bounds() {
    let bounds = [
        [0.125, 1.0 / 3.0],
        [-1.0, 1.0],
        [1.0, 1.0_f32.next_up()],
        [16_777_215.0, 16_777_217.0],
        [-1e-45, 1e-45],
        [0.0, f32::MAX],
        [-3.0, 1e9],
        [0.1, 0.7],
    ];
    for [lower, upper] in bounds {
        for [a, b] in [[lower, upper], [upper, lower]] {
            let slopes =
                drawn(RRelu { lower: a, upper: b }, RandomStream { seed: 11, offset: 0 }, 10 * LEN);
            assert!(slopes.iter().all(|slope| (lower..=upper).contains(slope)), "{a} to {b}");
        }
        let same_bounds = drawn(RRelu { lower, upper: lower }, RandomStream::default(), LEN);
        assert!(same_bounds.iter().all(|&slope| slope == lower));
    }
    for bounds in [[f32::NAN, 1.0], [0.0, f32::NAN], [f32::NEG_INFINITY, 0.0], [f32::MIN, f32::MAX]]
    {
        let op = RRelu { lower: bounds[0], upper: bounds[1] };
        let slopes = drawn(op, RandomStream { seed: 0, offset: 5 }, LEN);
        assert!(slopes.iter().all(|slope| !slope.is_finite()), "{bounds:?}");
        let (mut x, mut slopes) = (vec![2.0; LEN], vec![7.0; LEN]);
        op.train(&mut x, &mut slopes, RandomStream::default());
        assert!(x == [2.0; LEN] && slopes == [1.0; LEN], "{bounds:?}");
    }
}

/// Inputs of every kind.
fn inputs() -> Vec<f32> {
    let specials = [0.0, -0.0, f32::INFINITY, f32::NEG_INFINITY, 1e-45, -1e-45, f32::MAX, f32::MIN];
    (0..LEN as u32).map(spread).chain(specials).chain(nans()).collect()
}

#[test]
fn a_result_is_that_of_its_slope_which_is_1_where_x_is_positive() {
    let x = inputs();
    for op in
        [RRelu::default(), RRelu { lower: 0.0, upper: 0.0 }, RRelu { lower: -0.5, upper: 2.0 }]
    {
        let draws = RandomStream { seed: 1, offset: 7 };
        let all = drawn(op, draws, x.len());
        let mut expected = vec![7.0; x.len()];
        PRelu { slopes: &all }.apply_into(&x, &mut expected, [1, x.len(), 1]);
        for op in at_levels(op) {
            let (mut in_place, mut into) = (x.clone(), vec![7.0; x.len()]);
            let [mut slopes, mut again] = [vec![7.0; x.len()], vec![7.0; x.len()]];
            op.train(&mut in_place, &mut slopes, draws);
            op.train_into(&x, &mut into, &mut again, draws);
            for i in 0..x.len() {
                assert_eq!(slopes[i], if x[i] > 0.0 { 1.0 } else { all[i] }, "{:e}", x[i]);
                assert_eq!(slopes[i].to_bits(), again[i].to_bits());
                assert!(same(in_place[i], expected[i]) && same(into[i], expected[i]), "{:e}", x[i]);
                assert_eq!(x[i].is_nan(), is_quiet_nan(into[i]), "{:e}", x[i]);
            }
        }
    }
}

#[test]
fn the_gradient_is_dy_times_the_slope_and_0_where_that_is_0() {
    let slopes = [0.25, 1.0, 0.0, -0.0, -2.0, f32::NAN];
    for dy in [1.0, -3.0, f32::INFINITY, f32::NAN, 0.0] {
        for op in at_levels(RRelu::default()) {
            let mut dx = [7.0; 6];
            op.backward_from_slopes(&slopes, &[dy; 6], &mut dx);
            let mut in_place = [dy; 6];
            op.backward_from_slopes_in_place(&slopes, &mut in_place);
            assert!(dx.iter().zip(in_place).all(|(&a, b)| same(a, b)), "{in_place:?}");
            for (slope, dx) in slopes.into_iter().zip(dx) {
                let expected = if slope == 0.0 { 0.0 } else { dy * slope };
                assert!(same(dx, expected), "{dy} with {slope} gives {dx}");
            }
        }
    }
    // Where no bound is 0 it is the gradient of leaky ReLU with that slope.
    let (x, dy) = (inputs(), 1.5);
    let (mut y, mut slopes, mut dx) = (x.clone(), vec![7.0; x.len()], vec![7.0; x.len()]);
    RRelu::default().train(&mut y, &mut slopes, RandomStream::default());
    RRelu::backward_from_slopes(&slopes, &vec![dy; x.len()], &mut dx);
    for i in 0..x.len() {
        let mut expected = [7.0];
        let leaky_relu = LeakyRelu { slope: slopes[i] };
        activations::Gradient::backward(&leaky_relu, &x[i..=i], &[dy], &mut expected);
        assert!(same(dx[i], expected[0]), "{:e}", x[i]);
    }
}

#[test]
fn nothing_is_drawn_for_no_elements() {
    RRelu::default().train(&mut [], &mut [], RandomStream { seed: 1, offset: u64::MAX });
    RRelu::default().train_into(&[], &mut [], &mut [], RandomStream::default());
    RRelu::backward_from_slopes(&[], &[], &mut []);
}
