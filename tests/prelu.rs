//! PReLU is leaky ReLU with the slope of each channel, for every shape. The gradient of the slopes
//! is a sum in a documented order.

use activations::{Activation, At, Gradient, LeakyRelu, PRelu};
use activations_testing::{at_levels, is_quiet_nan, nans, same, spread};

/// Shapes `[outer, channels, inner]` on both sides of every length at which the library changes its
/// method.
fn shapes() -> Vec<[usize; 3]> {
    let mut shapes = Vec::new();
    for inner in [1, 2, 3, 5, 8, 15, 16, 17, 31, 49, 100] {
        for channels in [1, 2, 3, 7, 16, 33, 63, 64, 65] {
            for outer in [1, 2, 17] {
                shapes.push([outer, channels, inner]);
            }
        }
    }
    // More channels than a block of slopes has, and exactly as many.
    shapes.extend([
        [3, 600, 1],
        [2, 512, 1],
        [3, 256, 2],
        [2, 700, 3],
        [3, 35, 15],
        [2, 300, 16],
        [400, 2, 2],
    ]);
    if cfg!(miri) { shapes.into_iter().step_by(11).collect() } else { shapes }
}

const SLOPES: [f32; 11] =
    [0.25, 0.0, -0.5, 3.0, -0.0, 1e-45, f32::MAX, f32::INFINITY, f32::NAN, 1.0, f32::NEG_INFINITY];

fn slopes(channels: usize) -> Vec<f32> {
    SLOPES.into_iter().cycle().take(channels).collect()
}

/// Ordinary numbers, zeros, infinities, and bit patterns from all over.
fn inputs(len: usize) -> Vec<f32> {
    let other = [0.0, -0.0, f32::INFINITY, f32::NEG_INFINITY, -1e-45, f32::MIN, -3.0];
    let input = |i: usize| match i % 3 {
        0 => other[i / 3 % other.len()],
        1 => spread(i as u32),
        _ => small(i),
    };
    (0..len).map(input).collect()
}

fn gradients(len: usize) -> Vec<f32> {
    let values = [1.0, -2.5, 0.0, 3e-39, -0.0, 1e20, f32::INFINITY, -1.25, f32::NAN, 0.3, -1e38];
    values.into_iter().cycle().take(len).collect()
}

/// From -4 to 4.
fn small(i: usize) -> f32 {
    f32::from((i * 7919 % 1013) as u16) / 126.625 - 4.0
}

fn assert_same(what: &str, shape: [usize; 3], got: &[f32], expected: &[f32]) {
    for (i, (&got, &expected)) in got.iter().zip(expected).enumerate() {
        assert!(
            same(got, expected),
            "{what} of {shape:?}: element {i} is {got:e}, not {expected:e}"
        );
    }
}

/// The forward call in both forms, and the gradient of the input.
fn results(prelu: At<PRelu>, x: &[f32], dy: &[f32], shape: [usize; 3]) -> [Vec<f32>; 3] {
    let mut over_dy = dy.to_vec();
    prelu.backward_in_place(x, &mut over_dy, shape);
    let (mut in_place, mut into, mut dx) = (x.to_vec(), vec![7.0; x.len()], vec![7.0; x.len()]);
    prelu.apply(&mut in_place, shape);
    prelu.apply_into(x, &mut into, shape);
    prelu.backward(x, dy, &mut dx, shape);
    assert_same("backward in place", shape, &over_dy, &dx);
    [in_place, into, dx]
}

#[test]
fn each_element_is_leaky_relu_with_the_slope_of_its_channel() {
    for shape @ [outer, channels, inner] in shapes() {
        let len = outer * channels * inner;
        let (slopes, x, dy) = (slopes(channels), inputs(len), gradients(len));
        let (mut y, mut dx) = (vec![0.0; len], vec![0.0; len]);
        for i in 0..len {
            let op = LeakyRelu { slope: slopes[i / inner % channels] };
            op.apply_into(&x[i..=i], &mut y[i..=i]);
            op.backward(&x[i..=i], &dy[i..=i], &mut dx[i..=i]);
        }
        for prelu in at_levels(PRelu { slopes: &slopes }) {
            let [in_place, into, backward] = results(prelu, &x, &dy, shape);
            assert_same("in place", shape, &in_place, &y);
            assert_same("out of place", shape, &into, &y);
            assert_same("backward", shape, &backward, &dx);
        }
    }
}

#[test]
fn equal_slopes_are_leaky_relu() {
    for slope in SLOPES {
        for shape @ [outer, channels, inner] in
            [[2, 9, 50], [3, 80, 1], [5, 7, 3], [1, 1, 1000], [4, 5, 1]]
        {
            let len = outer * channels * inner;
            let (mut x, dy) = (inputs(len), gradients(len));
            x.iter_mut().zip(nans()).for_each(|(x, nan)| *x = nan);
            let (mut y, mut dx) = (x.clone(), vec![0.0; len]);
            LeakyRelu { slope }.apply(&mut y);
            LeakyRelu { slope }.backward(&x, &dy, &mut dx);
            for prelu in at_levels(PRelu { slopes: &vec![slope; channels] }) {
                let [in_place, into, backward] = results(prelu, &x, &dy, shape);
                assert_same("in place", shape, &in_place, &y);
                assert_same("out of place", shape, &into, &y);
                assert_same("backward", shape, &backward, &dx);
            }
        }
    }
}

/// The sum of a channel as it is documented, of f64 numbers.
fn sum_as_documented(terms: impl Iterator<Item = (usize, f64)>) -> f32 {
    let mut lanes = [0.0; 16];
    for (i, term) in terms {
        lanes[i % 16] += term;
    }
    for half in [8, 4, 2, 1] {
        for lane in 0..half {
            lanes[lane] += lanes[lane + half];
        }
    }
    lanes[0] as f32
}

fn product(x: f32, dy: f32) -> f64 {
    if x > 0.0 { 0.0 } else { f64::from(x) * f64::from(dy) }
}

fn assert_sums_as_documented(x: &[f32], dy: &[f32], shape: [usize; 3]) {
    let [outer, channels, inner] = shape;
    let slopes = vec![0.25; channels];
    let expected: Vec<_> = (0..channels)
        .map(|channel| {
            let places = (0..outer).flat_map(|plane| {
                (0..inner)
                    .map(move |i| ((plane * channels + channel) * inner + i, plane * inner + i, i))
            });
            sum_as_documented(places.map(|(at, of_all, i)| {
                (if channels == 1 { of_all } else { i }, product(x[at], dy[at]))
            }))
        })
        .collect();
    for prelu in at_levels(PRelu { slopes: &slopes }) {
        let mut d_slopes = vec![7.0; channels];
        prelu.slopes_backward(x, dy, &mut d_slopes, shape);
        assert_same("the gradient of the slopes", shape, &d_slopes, &expected);
    }
}

/// In each channel there are pairs of opposite products of all sizes up to 2^81. Their sum consists
/// of rounding errors alone, and any other order has other errors.
fn cancelling([outer, channels, inner]: [usize; 3]) -> (Vec<f32>, Vec<f32>) {
    let hash = |i: usize| (i as u32).wrapping_mul(0x9e37_79b1);
    let mut order: Vec<_> = (0..outer * inner).collect();
    order.sort_by_key(|&i| hash(i));
    let mut dy = vec![0.0; outer * channels * inner];
    for channel in 0..channels {
        for (i, &place) in order.iter().enumerate() {
            let pair = i / 2 + channel;
            let size = f32::from_bits((127 + pair as u32 * 37 % 81) << 23 | hash(pair) >> 9);
            dy[(place / inner * channels + channel) * inner + place % inner] =
                if i % 2 == 0 { size } else { -size };
        }
    }
    (vec![-1.5; dy.len()], dy)
}

#[test]
fn the_gradient_of_the_slopes_is_the_sum_in_the_documented_order() {
    for shape in shapes() {
        let len = shape.iter().product();
        let numbers: Vec<_> = (0..len).map(small).collect();
        let others: Vec<_> = numbers.iter().map(|x| x * x * 0.37 - 1.1).collect();
        assert_sums_as_documented(&numbers, &others, shape);
        let (x, dy) = cancelling(shape);
        assert_sums_as_documented(&x, &dy, shape);
        assert_sums_as_documented(&inputs(len), &gradients(len), shape);
    }
}

#[test]
fn positive_elements_have_no_part_in_the_gradient_of_the_slopes_and_nan_is_kept() {
    for shape @ [_, channels, inner] in [[2, 3, 40], [5, 3, 1], [4, 2, 3]] {
        let len: usize = shape.iter().product();
        for prelu in at_levels(PRelu { slopes: &vec![0.25; channels] }) {
            let mut d_slopes = vec![7.0; channels];
            prelu.slopes_backward(&vec![1.5; len], &vec![f32::NAN; len], &mut d_slopes, shape);
            assert!(d_slopes.iter().all(|sum| sum.to_bits() == 0), "{shape:?}: {d_slopes:?}");
            for i in 0..len {
                let mut x = vec![-1.0; len];
                x[i] = f32::NAN;
                prelu.slopes_backward(&x, &vec![1.0; len], &mut d_slopes, shape);
                for (channel, &sum) in d_slopes.iter().enumerate() {
                    assert!(
                        is_quiet_nan(sum) == (channel == i / inner % channels),
                        "{shape:?}: {d_slopes:?}"
                    );
                }
            }
        }
    }
}

#[test]
fn a_channel_without_elements_has_the_gradient_0() {
    for shape in [[0, 2, 3], [3, 2, 0]] {
        let prelu = PRelu { slopes: &[0.25, 0.5] };
        let mut d_slopes = [7.0; 2];
        prelu.slopes_backward(&[], &[], &mut d_slopes, shape);
        assert_eq!(d_slopes, [0.0; 2]);
        prelu.apply(&mut [], shape);
        prelu.apply_into(&[], &mut [], shape);
        prelu.backward(&[], &[], &mut [], shape);
    }
    PRelu { slopes: &[] }.slopes_backward(&[], &[], &mut [], [4, 0, 3]);
}

#[test]
fn gradients_agree_with_central_differences() {
    const STEP: f64 = 1e-3;
    for shape @ [outer, channels, inner] in [[2, 3, 4], [3, 2, 20], [7, 5, 1]] {
        let len = outer * channels * inner;
        // No input is within a step of 0.
        let x: Vec<_> = (0..len).map(|i| small(i) + 0.01_f32.copysign(small(i))).collect();
        let dy: Vec<_> = (0..len).map(|i| small(3 * i + 1)).collect();
        let slopes: Vec<_> = (0..channels).map(|channel| 0.25 * small(channel + 5)).collect();
        let loss = |x: &[f64], slopes: &[f64]| -> f64 {
            let image =
                |i: usize| if x[i] > 0.0 { x[i] } else { slopes[i / inner % channels] * x[i] };
            (0..len).map(|i| image(i) * f64::from(dy[i])).sum()
        };
        let exact = |x: &[f32]| -> Vec<f64> { x.iter().map(|&x| f64::from(x)).collect() };
        let difference = |i: usize, of: &[f32], loss: &dyn Fn(&[f64]) -> f64| {
            let [mut low, mut high] = [exact(of), exact(of)];
            low[i] -= STEP;
            high[i] += STEP;
            (loss(&high) - loss(&low)) / (2.0 * STEP)
        };
        let (mut dx, mut d_slopes) = (vec![0.0; len], vec![0.0; channels]);
        PRelu { slopes: &slopes }.backward(&x, &dy, &mut dx, shape);
        PRelu { slopes: &slopes }.slopes_backward(&x, &dy, &mut d_slopes, shape);
        for (i, &dx) in dx.iter().enumerate() {
            let expected = difference(i, &x, &|x| loss(x, &exact(&slopes)));
            assert!((f64::from(dx) - expected).abs() < 1e-5, "{dx} is not {expected}");
        }
        for (channel, &d_slope) in d_slopes.iter().enumerate() {
            let expected = difference(channel, &slopes, &|slopes| loss(&exact(&x), slopes));
            assert!((f64::from(d_slope) - expected).abs() < 1e-4, "{d_slope} is not {expected}");
        }
    }
}
