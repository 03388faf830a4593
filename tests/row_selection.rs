//! Softmin and hardmax, in every form.

use activations::{
    At, Fast, Hardmax, Isa, RowActivation, RowGradient, RowLayout, Softmax, Softmin,
};
use activations_testing::{at_levels, same, spread};

fn numbers(len: usize) -> Vec<f32> {
    (0..len as u32).map(|i| spread(i.wrapping_mul(0x85eb_ca6b)).clamp(-40.0, 40.0)).collect()
}

#[track_caller]
fn assert_same(got: &[f32], expected: &[f32]) {
    for (i, (&got, &expected)) in got.iter().zip(expected).enumerate() {
        assert!(same(got, expected), "{got:e} at {i}, not {expected:e}");
    }
}

/// Negating is exact, so the bits are the same.
#[test]
fn softmin_is_the_softmax_of_negated_entries() {
    fn check<A: RowActivation + RowGradient, B: RowActivation + RowGradient>(
        softmin: &A,
        softmax: &B,
    ) {
        for cols in [1, 2, 5, 16, 33, 100, 300] {
            let x = numbers(6 * cols);
            let negated: Vec<_> = x.iter().map(|x| -x).collect();
            let (mut y, mut expected) = (x.clone(), negated.clone());
            softmin.rows(&mut y, cols);
            softmax.rows(&mut expected, cols);
            assert_same(&y, &expected);
            softmin.axis_into(&x, &mut y, [2, cols, 3]);
            softmax.axis_into(&negated, &mut expected, [2, cols, 3]);
            assert_same(&y, &expected);
            let (mut dx, mut of_negated) = (vec![7.0; x.len()], vec![7.0; x.len()]);
            softmin.axis_backward(&y, &x, &mut dx, [2, cols, 3]);
            softmax.axis_backward(&y, &x, &mut of_negated, [2, cols, 3]);
            for (dx, of_negated) in dx.iter().zip(of_negated) {
                let right = same(*dx, -of_negated) || dx.is_nan() && of_negated.is_nan();
                assert!(right || *dx == 0.0 && of_negated == 0.0, "{dx:e}, not {:e}", -of_negated);
            }
        }
    }
    check(&Softmin, &Softmax::new());
    check(&Fast(Softmin), &Fast(Softmax::new()));
    for softmin in at_levels(Softmin) {
        let softmax = At::new(softmin.isa(), Softmax::new()).expect("the same level");
        check(&softmin, &softmax);
    }
    for isa in Isa::available() {
        let [softmin, softmax] = [true, false].map(|_| isa);
        check(
            &At::new(softmin, Fast(Softmin)).expect("a level of this machine"),
            &At::new(softmax, Fast(Softmax::new())).expect("a level of this machine"),
        );
    }
}

/// Rows with ties, NaN and infinities, and what is the first of their largest entries.
fn rows() -> Vec<(Vec<f32>, usize)> {
    let (nan, infinity) = (f32::NAN, f32::INFINITY);
    let long = |special: &[(usize, f32)], len: usize| {
        let mut row: Vec<_> = numbers(len);
        for &(i, x) in special {
            row[i] = x;
        }
        row
    };
    let mut rows = vec![
        (vec![1.0, 3.0, 3.0, 2.0], 1),
        (vec![-infinity, -infinity], 0),
        (vec![-infinity, -1e38], 1),
        (vec![-0.0, 0.0], 0),
        (vec![5.0], 0),
        (vec![infinity, nan, nan], 1),
        (vec![nan, infinity], 0),
    ];
    for len in [16, 17, 31, 32, 100, 1000] {
        for at in [0, 1, 15, len - 1] {
            rows.push((long(&[(at, 1e30)], len), at));
            rows.push((long(&[(at, -f32::NAN), (len - 1, infinity)], len), at));
            rows.push((long(&[(at, 50.0), (len - 1, 50.0)], len), at));
        }
    }
    // The NaN has the last place, where infinity was.
    rows.retain(|(row, at)| row.iter().position(|x| x.is_nan()).is_none_or(|nan| nan == *at));
    rows
}

#[test]
fn hardmax_has_its_1_at_the_first_of_the_largest_entries() {
    for (row, at) in rows() {
        let n = row.len();
        let expected: Vec<_> = (0..n).map(|i| if i == at { 1.0 } else { 0.0 }).collect();
        let mut y = row.clone();
        Hardmax.rows(&mut y, n);
        assert_eq!(y, expected, "{row:?}");
        Hardmax.rows_into(&row, &mut y, n);
        assert_eq!(y, expected, "{row:?}");

        let mut padded = [&row[..], &[7.0, 7.0], &row[..]].concat();
        Hardmax.strided(&mut padded, RowLayout { cols: n, stride: n + 2 });
        assert_eq!(padded, [&expected[..], &[7.0, 7.0], &expected[..]].concat());

        for inner in [1, 3, 64, 130] {
            let columns = |row: &[f32]| -> Vec<f32> {
                let one = row.iter().flat_map(|&x| std::iter::repeat_n(x, inner));
                one.clone().chain(one).collect()
            };
            let (x, expected) = (columns(&row), columns(&expected));
            let shape = [2, n, inner];
            let mut y = x.clone();
            Hardmax.axis(&mut y, shape);
            assert_eq!(y, expected, "{row:?} beside {inner}");
            y.fill(7.0);
            Hardmax.axis_into(&x, &mut y, shape);
            assert_eq!(y, expected, "{row:?} beside {inner}");
            let mut first = vec![7.0; 2 * n];
            Hardmax.axis_columns_into(&x, &mut first, shape, inner - 1..inner);
            let of_first: Vec<_> = expected.chunks(inner).map(|line| line[inner - 1]).collect();
            assert_eq!(first, of_first);
        }
    }
}

#[test]
fn the_gradient_of_hardmax_is_0() {
    let mut dx = [7.0_f32; 4];
    Hardmax.rows_backward(&[0.0, 1.0, 1.0, 0.0], &[1.0; 4], &mut dx, 2);
    assert_eq!(dx, [0.0; 4]);
    Hardmax.axis_backward_in_place(&[0.0, 1.0], &mut dx[..2], [1, 2, 1]);
}

#[test]
fn shapes_that_do_not_fit_are_refused_before_anything_is_written() {
    let mut y = [7.0_f32; 5];
    let error = Hardmax.try_rows(&mut y, 2).unwrap_err();
    assert_eq!(error.to_string(), "x has 5 elements, no multiple of 2 columns");
    let error = Hardmax.try_axis_into(&[0.0; 6], &mut y, [1, 2, 3]).unwrap_err();
    assert_eq!(error.to_string(), "dst has 5 elements, its shape is [1, 2, 3]");
    let error = Hardmax.try_axis_columns_into(&[0.0; 6], &mut y, [1, 2, 3], 1..4).unwrap_err();
    assert_eq!(error.to_string(), "the columns end at 4, the inner axis has 3");
    assert_eq!(y, [7.0; 5]);
    Hardmax.rows(&mut [], 3);
    Hardmax.axis(&mut [], [0, 2, 3]);
}
