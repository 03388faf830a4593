//! `PRelu` with slopes of any shape that broadcasts, beside a loop over single elements.

use activations::{Activation, At, BroadcastPRelu, Gradient, LeakyRelu, PRelu};
use activations_testing::{at_levels, same};

/// Shapes of up to six dimensions, each with every shape of slopes that broadcasts to it.
fn shapes() -> Vec<(Vec<usize>, Vec<usize>)> {
    let tensors: [&[usize]; 12] = [
        &[],
        &[1],
        &[19],
        &[3, 64, 8],
        &[2, 1, 5],
        &[5, 17],
        &[2, 3, 4, 5],
        &[3, 2, 1, 2, 33],
        &[2, 3, 2, 3, 2],
        &[2, 2, 3, 2, 3, 2],
        &[2, 0, 3],
        &[7, 600],
    ];
    let mut all = Vec::new();
    for tensor in tensors {
        for mask in 0..1_u32 << tensor.len() {
            let size = |i: usize| if mask >> i & 1 == 1 { tensor[i] } else { 1 };
            let of_slopes: Vec<_> = (0..tensor.len()).map(size).collect();
            // Leading dimensions of 1 may be missing.
            let first = of_slopes.iter().position(|&size| size != 1).unwrap_or(tensor.len());
            all.push((tensor.to_vec(), of_slopes[first..].to_vec()));
            all.push((tensor.to_vec(), of_slopes));
        }
    }
    all
}

/// The slope of each element of the tensor.
fn slopes_of_elements(shape: &[usize], of_slopes: &[usize]) -> Vec<usize> {
    let missing = shape.len() - of_slopes.len();
    let slope = |mut element: usize| {
        let (mut slope, mut stride) = (0, 1);
        for (i, &size) in shape.iter().enumerate().rev() {
            let index = element % size;
            element /= size;
            if i >= missing && of_slopes[i - missing] != 1 {
                slope += index * stride;
                stride *= size;
            }
        }
        slope
    };
    (0..shape.iter().product()).map(slope).collect()
}

fn small(i: usize) -> f32 {
    f32::from(u16::try_from(i * 7919 % 1013).expect("a remainder")) / 126.625 - 4.0
}

/// Pairs of opposite numbers of many sizes: sums consist of rounding errors, which tell the order.
fn cancelling(i: usize) -> f32 {
    let size = f32::from_bits((100 + u32::try_from(i / 2 % 53).expect("small")) << 23 | 0x35_4321);
    if i.is_multiple_of(2) { size } else { -size }
}

/// Sums over the last dimensions without slopes go to sixteen lanes.
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

fn inner(shape: &[usize], of_slopes: &[usize]) -> usize {
    let of_slopes = of_slopes.iter().rev().chain(std::iter::repeat(&1));
    let lacks = shape.iter().rev().zip(of_slopes).take_while(|(size, of)| **of == 1 || **size == 1);
    lacks.map(|(size, _)| size).product()
}

fn assert_same(what: &str, op: &At<BroadcastPRelu>, got: &[f32], expected: &[f32]) {
    for (i, (&got, &expected)) in got.iter().zip(expected).enumerate() {
        assert!(same(got, expected), "{what}: element {i} is {got:e}, not {expected:e}: {op:?}");
    }
}

#[test]
fn each_element_is_leaky_relu_with_its_slope() {
    for (shape, of_slopes) in shapes() {
        let places = slopes_of_elements(&shape, &of_slopes);
        let slopes: Vec<_> = (0..of_slopes.iter().product()).map(|i| small(3 * i + 1)).collect();
        let (x, dy): (Vec<_>, Vec<_>) =
            (0..places.len()).map(|i| (small(i), small(5 * i + 2))).unzip();
        let (mut y, mut dx) = (vec![7.0; x.len()], vec![7.0; x.len()]);
        for (i, &place) in places.iter().enumerate() {
            let op = LeakyRelu { slope: slopes[place] };
            op.apply_into(&x[i..=i], &mut y[i..=i]);
            op.backward(&x[i..=i], &dy[i..=i], &mut dx[i..=i]);
        }
        for op in at_levels(PRelu { slopes: &slopes }.broadcast(&shape, &of_slopes)) {
            let (mut into, mut in_place) = (vec![7.0; x.len()], x.clone());
            op.apply_into(&x, &mut into);
            op.apply(&mut in_place);
            assert_same("out of place", &op, &into, &y);
            assert_same("in place", &op, &in_place, &y);
            let (mut gradient, mut over_dy) = (vec![7.0; x.len()], dy.clone());
            op.backward(&x, &dy, &mut gradient);
            op.backward_in_place(&x, &mut over_dy);
            assert_same("backward", &op, &gradient, &dx);
            assert_same("backward in place", &op, &over_dy, &dx);
        }
    }
}

#[test]
fn the_gradient_of_the_slopes_is_the_sum_in_the_documented_order() {
    for (shape, of_slopes) in shapes() {
        let places = slopes_of_elements(&shape, &of_slopes);
        let slopes = vec![0.5; of_slopes.iter().product()];
        let (x, dy): (Vec<_>, Vec<_>) =
            (0..places.len()).map(|i| (small(i), cancelling(i * 13))).unzip();
        let inner = inner(&shape, &of_slopes);
        let expected: Vec<_> = (0..slopes.len())
            .map(|slope| {
                let mine = (0..x.len()).filter(|&i| places[i] == slope);
                sum_as_documented(mine.map(|i| {
                    let term = if x[i] > 0.0 { 0.0 } else { f64::from(x[i]) * f64::from(dy[i]) };
                    (i % inner, term)
                }))
            })
            .collect();
        for op in at_levels(PRelu { slopes: &slopes }.broadcast(&shape, &of_slopes)) {
            let mut d_slopes = vec![7.0; slopes.len()];
            op.slopes_backward(&x, &dy, &mut d_slopes);
            assert_same("slopes_backward", &op, &d_slopes, &expected);
        }
    }
}

#[test]
fn slopes_along_an_axis_are_those_of_prelu() {
    let slopes: Vec<_> = (0..6).map(small).collect();
    let x: Vec<_> = (0..4 * 6 * 35).map(small).collect();
    let (mut y, mut expected) = (x.clone(), x.clone());
    PRelu { slopes: &slopes }.broadcast(&[4, 6, 5, 7], &[6, 1, 1]).apply(&mut y);
    PRelu { slopes: &slopes }.apply(&mut expected, [4, 6, 35]);
    assert_eq!(y, expected);
}

#[test]
fn up_to_ten_dimensions_may_alternate() {
    let shape = [2; 10];
    for of_slopes in [[2, 1, 2, 1, 2, 1, 2, 1, 2, 1], [1, 2, 1, 2, 1, 2, 1, 2, 1, 2]] {
        let places = slopes_of_elements(&shape, &of_slopes);
        let slopes: Vec<_> = (0..32).map(small).collect();
        let mut x = vec![-1.0; 1024];
        PRelu { slopes: &slopes }.broadcast(&shape, &of_slopes).apply(&mut x);
        for (i, &place) in places.iter().enumerate() {
            assert_eq!(x[i], -slopes[place]);
        }
    }
}
