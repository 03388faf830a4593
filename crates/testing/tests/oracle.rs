//! The measure itself: the exact values that every bound is taken against, and the counting of
//! ULPs.
//!
//! The exact values are checked against the correctly rounded functions of CORE-MATH, with which
//! they share nothing.
#![cfg(all(any(target_arch = "x86_64", target_arch = "aarch64"), not(target_family = "wasm")))]

#[path = "oracle/erf.rs"]
mod erf;

use activations::table::OPERATIONS;
use activations_testing::{nearest, same, spread, ulp::ulps};

#[test]
fn a_right_answer_moved_by_k_ulps_reads_k() {
    let in_each_binade = (0..=254).map(|exponent| f32::from_bits(exponent << 23 | 0x40_0000));
    let subnormals = [1, 2, 100, 0x40_0000].map(f32::from_bits);
    for right in in_each_binade.chain(subnormals).flat_map(|x| [x, -x]) {
        for k in 0..=100_u32 {
            let moved = f32::from_bits(right.to_bits() + k);
            assert_eq!(ulps(moved, f64::from(right)), f64::from(k), "{right:e} moved by {k}");
        }
        let quarter = f64::from(f32::from_bits(right.to_bits() + 1)) - f64::from(right);
        assert_eq!(ulps(right, f64::from(right) + quarter / 4.0), 0.25, "{right:e}");
    }
}

#[test]
fn overflow_counts_right_where_the_exact_value_rounds_to_infinity() {
    assert_eq!(ulps(f32::INFINITY, 1e300), 0.0);
    assert_eq!(ulps(f32::NEG_INFINITY, f64::NEG_INFINITY), 0.0);
    assert!(ulps(f32::INFINITY, f64::from(f32::MAX)) >= 1.0);
    assert!(ulps(f32::MAX, f64::INFINITY) >= 1.0);
    assert!(ulps(f32::NAN, 0.0).is_nan());
}

type Function = fn(f64) -> f64;

/// The function and the derivative of the table under this name, in f64.
fn exact(name: &str) -> (Function, Function) {
    let operation =
        OPERATIONS.iter().find(|operation| operation.name == name).expect("in the table");
    (operation.exact, operation.backward.derivative)
}

fn every(stride: usize) -> impl Iterator<Item = f32> {
    (0..=u32::MAX).step_by(stride).map(f32::from_bits).filter(|x| !x.is_nan())
}

#[test]
fn rounded_exact_values_are_those_of_core_math() {
    let (exp, _) = exact("exp");
    let (tanh, _) = exact("tanh");
    for x in every(251) {
        assert_eq!(exp(f64::from(x)) as f32, core_math::expf(x), "exp({x:e})");
        assert_eq!(tanh(f64::from(x)) as f32, core_math::tanhf(x), "tanh({x:e})");
    }
}

/// Within a few roundings of f64, which is 2^-27 of an ULP of f32; subnormal f64 results do not
/// matter.
fn assert_near(name: &str, x: f64, got: f64, right: f64) {
    let near = (got - right).abs() <= right.abs() * 1e-15 || got == right || right.abs() < 1e-300;
    assert!(near, "{name}({x:e}) is {right:e}, not {got:e}");
}

#[test]
fn exact_values_agree_with_other_formulas_in_f64() {
    let (exp, exp_derivative) = exact("exp");
    let (sigmoid, sigmoid_derivative) = exact("sigmoid");
    let (tanh, tanh_derivative) = exact("tanh");
    let (elu, elu_derivative) = exact("elu");
    let (selu, selu_derivative) = exact("selu");
    let (celu, celu_derivative) = exact("celu");
    let (scaled_elu, scaled_elu_derivative) = exact("scaled_elu");
    for x in every(4093).map(f64::from).filter(|x| x.abs() < 500.0) {
        assert_near("exp", x, exp(x), core_math::exp(x));
        assert_near("exp'", x, exp_derivative(x), core_math::exp(x));
        assert_near("tanh", x, tanh(x), core_math::tanh(x));
        assert_near("tanh'", x, tanh_derivative(x), core_math::cosh(x).powi(-2));
        // 1/2 + tanh(x/2)/2, times e^x where that would cancel.
        let positive = 0.5 + 0.5 * core_math::tanh(0.5 * x.abs());
        let right = if x < 0.0 { core_math::exp(x) * positive } else { positive };
        assert_near("sigmoid", x, sigmoid(x), right);
        assert_near("sigmoid'", x, sigmoid_derivative(x), 0.25 * core_math::cosh(0.5 * x).powi(-2));
        let (right, slope) =
            if x > 0.0 { (x, 1.0) } else { (core_math::expm1(x), core_math::exp(x)) };
        assert_near("elu", x, elu(x), right);
        assert_near("elu'", x, elu_derivative(x), slope);
        assert_near("celu", x, celu(x), right);
        assert_near("celu'", x, celu_derivative(x), slope);
        let scale = 1.0507009873554805 * if x > 0.0 { 1.0 } else { 1.6732632423543772 };
        assert_near("selu", x, selu(x), right * scale);
        assert_near("selu'", x, selu_derivative(x), slope * scale);
        // The attributes in decimal digits, as ONNX has them.
        let alpha = if x > 0.0 { 1.0 } else { 1.673_263_192_176_818_8 };
        let scale = 1.050_701_022_148_132_3 * alpha;
        assert_near("scaled_elu", x, scaled_elu(x), right * scale);
        assert_near("scaled_elu'", x, scaled_elu_derivative(x), slope * scale);
    }
}

#[test]
fn exact_values_of_erf_and_gelu_agree_with_other_formulas_in_f64() {
    erf::exact_values_agree();
}

/// The other operations are comparisons and a multiplication, which need no second formula.
#[test]
fn every_operation_with_an_error_has_another_formula_here() {
    let inexact = OPERATIONS.iter().filter(|operation| operation.kernels[0].bound.fused > 0.5);
    let mut names: Vec<_> = inexact.map(|operation| operation.name).collect();
    names.sort_unstable();
    let with_another =
        ["celu", "elu", "erf", "exp", "gelu", "gelu_tanh", "scaled_elu", "selu", "sigmoid", "tanh"];
    assert_eq!(names, with_another);
}

/// The inputs of `tests/exact.txt`, on which rounding is hardest.
fn hardest() -> impl Iterator<Item = f32> {
    let lines = include_str!("../../../tests/exact.txt").lines();
    let cases = lines.filter(|line| !line.starts_with('#'));
    let inputs = cases.map(|case| case.split(' ').nth(1).expect("an input"));
    inputs.map(|bits| f32::from_bits(u32::from_str_radix(bits, 16).expect("bits of a number")))
}

#[test]
fn correctly_rounded_values_are_those_of_core_math() {
    let inputs = (0..40_000).map(spread).chain(hardest().flat_map(|x| [x, -x]));
    for x in inputs.flat_map(|x| [x, x.clamp(-128.0, 128.0) * 0.75]) {
        assert!(same(nearest::exp(x), core_math::expf(x)) || x.is_nan(), "exp({x:e})");
        assert!(same(nearest::tanh(x), core_math::tanhf(x)) || x.is_nan(), "tanh({x:e})");
    }
}
