//! Errors: every peer over a sample of all inputs, or over all of them, against the crate's
//! reference in f64.

use crate::{
    function::Function,
    peers::{COPY, Peer},
};
use activations_testing::ulp::ulps;
use std::fmt;

/// Inputs that are evaluated together.
const BLOCK: usize = 1 << 13;

/// Which bit patterns are visited, each with its successor: 0, `stride`, 2 `stride`, ….
#[derive(Clone, Copy)]
pub struct Sample {
    stride: u32,
}

impl Sample {
    pub const fn every(stride: u32) -> Self {
        Self { stride }
    }

    /// A count of events among all inputs, from that in the sample.
    pub fn extrapolate(self, count: u64) -> String {
        match count * u64::from(self.stride) {
            count if self.stride == 1 => count.to_string(),
            0 => "none seen".to_owned(),
            count => format!("~{count:.1e}"),
        }
    }
}

impl fmt::Display for Sample {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.stride {
            1 => write!(f, "over all 2^32 inputs"),
            stride => write!(f, "over one in {stride} of all 2^32 inputs"),
        }
    }
}

/// What was seen of one peer.
#[derive(Clone, Default)]
pub struct Errors {
    /// Of results that should be normal numbers and are neither 0, infinite nor NaN.
    pub normal_ulp: f64,
    /// Where that is.
    pub at: f32,
    /// Of all results; NaN for a number counts as infinite.
    pub ulp: f64,
    /// Pairs of neighbouring inputs whose images are in the wrong order.
    pub steps_back: u64,
    /// The largest exact result that became 0.
    flushed: f64,
    /// The least input that gave infinity too early.
    infinite_from: Option<f32>,
    /// The least magnitude of a number that gave NaN.
    nan_from: Option<f32>,
    loses_nan: bool,
    /// The result farthest out of the function's range.
    beyond: Option<f32>,
}

/// The errors of each peer but the copy; `tick` is called after every block.
pub fn of(
    function: Function,
    peers: &[Peer],
    sample: Sample,
    tick: impl Fn(),
) -> Vec<Option<Errors>> {
    let operation = function.operation();
    let mut errors: Vec<_> =
        peers.iter().map(|peer| (peer.name != COPY).then(Errors::default)).collect();
    let (mut x, mut next, mut exact) = (Vec::new(), Vec::new(), Vec::new());
    let (mut y, mut next_y) = (vec![0.0; BLOCK], vec![0.0; BLOCK]);
    let mut bits = (0..=u32::MAX).step_by(sample.stride as usize);
    loop {
        x.clear();
        x.extend(bits.by_ref().take(BLOCK).map(f32::from_bits));
        if x.is_empty() {
            return errors;
        }
        next.clear();
        next.extend(x.iter().map(|x| f32::from_bits(x.to_bits().wrapping_add(1))));
        exact.clear();
        exact.extend(x.iter().map(|&x| (operation.exact)(f64::from(x))));
        let (y, next_y) = (&mut y[..x.len()], &mut next_y[..x.len()]);
        for (peer, errors) in peers.iter().zip(&mut errors) {
            let Some(errors) = errors else { continue };
            peer.apply(&x, y);
            peer.apply(&next, next_y);
            for ((&x, &y), &exact) in x.iter().zip(&*y).zip(&exact) {
                errors.add(operation.range, x, y, exact);
            }
            errors.steps_back += steps_back(&x, y, next_y);
        }
        tick();
    }
}

fn steps_back(x: &[f32], y: &[f32], next: &[f32]) -> u64 {
    let steps = x.iter().zip(y).zip(next);
    // Bit patterns of negative numbers descend.
    let back = steps
        .map(|((x, y), next)| u32::from(if x.is_sign_negative() { y < next } else { y > next }));
    back.sum::<u32>().into()
}

impl Errors {
    #[inline]
    fn add(&mut self, [low, high]: [f32; 2], x: f32, y: f32, exact: f64) {
        let ulp = ulps(y, exact);
        if ulp > self.normal_ulp || ulp.is_nan() || y < low || y > high {
            self.add_worse([low, high], x, y, exact, ulp);
        }
    }

    /// A result that may change something.
    #[cold]
    fn add_worse(&mut self, [low, high]: [f32; 2], x: f32, y: f32, exact: f64, ulp: f64) {
        if x.is_nan() {
            self.loses_nan |= !y.is_nan();
            return;
        }
        let outside = |y: f32| (low - y).max(y - high);
        if outside(y) > self.beyond.map_or(0.0, outside) {
            self.beyond = Some(y);
        }
        if y.is_nan() {
            self.nan_from = Some(self.nan_from.map_or(x.abs(), |least| least.min(x.abs())));
            self.ulp = f64::INFINITY;
            return;
        }
        self.ulp = self.ulp.max(ulp);
        if y == 0.0 && ulp > 1.0 {
            self.flushed = self.flushed.max(exact.abs());
        } else if y.is_infinite() && ulp > 1.0 {
            self.infinite_from = Some(self.infinite_from.map_or(x, |least| least.min(x)));
        } else if exact.abs() >= f64::from(f32::MIN_POSITIVE) && ulp > self.normal_ulp {
            (self.normal_ulp, self.at) = (ulp, x);
        }
    }

    /// What a user would want to know beside the numbers.
    pub fn notes(&self) -> Vec<String> {
        let flushed =
            (self.flushed > 0.0).then(|| format!("0 instead of up to {:.2e}", self.flushed));
        let infinite = self.infinite_from.map(|x| format!("∞ from x = {x}"));
        let nan = self.nan_from.map(|x| format!("NaN from |x| = {x:.3e}"));
        let loses = self.loses_nan.then(|| "loses NaN".to_owned());
        let beyond = self.beyond.map(|y| format!("out of range: {y:e}"));
        [flushed, infinite, nan, loses, beyond].into_iter().flatten().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn errors(f: impl Fn(f32) -> f32 + 'static) -> Errors {
        let peer = Peer::scalar("wrong", "", f);
        of(Function::Tanh, &[peer], Sample::every(10_007), || ()).remove(0).expect("not a copy")
    }

    #[allow(clippy::cast_possible_truncation)]
    fn tanh(x: f32) -> f32 {
        f64::from(x).tanh() as f32
    }

    #[test]
    fn a_rounded_result_has_no_error_beyond_its_rounding() {
        let errors = errors(tanh);
        assert!(errors.ulp <= 0.51 && errors.normal_ulp <= errors.ulp);
        assert_eq!((errors.steps_back, errors.notes().len()), (0, 0));
    }

    #[test]
    fn an_error_is_measured_where_it_is() {
        let errors = errors(|x| {
            if x == 0.0 || x.abs() > 0.9 { tanh(x) } else { tanh(x) * (1.0 + 3.0 * f32::EPSILON) }
        });
        assert!((3.0..=6.6).contains(&errors.normal_ulp) && errors.at.abs() <= 0.9);
    }

    #[test]
    fn what_is_not_an_error_of_rounding_is_noted() {
        assert_eq!(errors(|x| if x.is_nan() { 1.0 } else { tanh(x) }).notes(), ["loses NaN"]);
        assert!(errors(|x| if x > 1e30 { f32::NAN } else { tanh(x) }).ulp.is_infinite());
        let flushed = errors(|x| if x.abs() < 1e-38 { 0.0 } else { tanh(x) });
        assert_eq!(flushed.notes(), ["0 instead of up to 1.00e-38"]);
        assert_eq!(errors(|x| tanh(x) * 1.5).notes(), ["out of range: 1.5e0"]);
    }

    #[test]
    fn steps_back_are_counted() {
        let last_bit =
            |x: f32| if x.to_bits().is_multiple_of(2) { tanh(x) } else { tanh(x) * 0.99 };
        assert!(errors(last_bit).steps_back > 100_000);
    }
}
