//! Correctly rounded exp, sigmoid and tanh, in double-double: slow, plain, and sure of every
//! result.
//!
//! The error is below 2^-90 of the value, and a result is given only where no middle between two
//! f32 numbers is nearer than that: else it panics. None is: the nearest that any f32 comes to is
//! 2^-77 (`docs/exact.md`).

use std::ops::{Add, Div, Mul};

/// A function of one number.
pub type Function = fn(f32) -> f32;

/// The function of this name, where an f64 is not enough to round by.
pub fn nearest(name: &str) -> Option<Function> {
    match name {
        "exp" => Some(exp),
        "sigmoid" => Some(sigmoid),
        "tanh" => Some(tanh),
        _ => None,
    }
}

/// `exact` rounded, where it is the value at `x` of a function in f64 with an error of a few units
/// in its last place: `nearest` has the last word where that might not be enough.
pub fn round(x: f32, exact: f64, nearest: Option<Function>) -> f32 {
    const MIDDLE: i64 = 1 << 28;
    /// Less than half of the smallest f32.
    const NOTHING: f64 = 3e-46;
    let rounded = exact as f32;
    let dropped = (exact.to_bits() & 0x1fff_ffff) as i64;
    match nearest {
        Some(nearest) if (dropped - MIDDLE).abs() < 256 => nearest(x),
        Some(nearest) if rounded.abs() <= f32::MIN_POSITIVE && exact.abs() > NOTHING => nearest(x),
        _ => rounded,
    }
}

/// Returns e^x, correctly rounded.
pub fn exp(x: f32) -> f32 {
    limited(x, -104.0, 89.0, |x| Power::new(x).plus(0.0).rounded())
}

/// Returns 1 / (1 + e^-x), correctly rounded.
pub fn sigmoid(x: f32) -> f32 {
    limited(x, -104.0, 40.0, |x| (Wide(1.0, 0.0) / Power::new(-x).plus(1.0)).rounded())
}

/// Returns tanh(x), correctly rounded.
pub fn tanh(x: f32) -> f32 {
    limited(x, -20.0, 20.0, |x| {
        let n = Power::new(2.0 * x.abs()).plus(-1.0);
        (n / (n + Wide(2.0, 0.0))).rounded().copysign(x as f32)
    })
}

/// `function` of x within limits beyond which its result is the same; NaN where x is.
fn limited(x: f32, low: f32, high: f32, function: impl Fn(f64) -> f32) -> f32 {
    if x.is_nan() { x } else { function(x.clamp(low, high).into()) }
}

/// The sum of two numbers, of which the second is at most half a unit in the last place of the
/// first.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Wide(pub f64, pub f64);

/// e^x = 2^k (1 + p)
struct Power {
    scale: f64,
    p: Wide,
}

impl Power {
    fn new(x: f64) -> Self {
        /// ln 2 in three parts, of which the first two have 40 bits, so that k times them is exact.
        const LN_2: [f64; 3] = [0.6931471805592082, 7.371002565161996e-13, 5.8029889835956905e-25];
        const HALVINGS: i32 = 6;
        let k = (x * std::f64::consts::LOG2_E).round_ties_even();
        let r = Wide::sum(x - k * LN_2[0], -k * LN_2[1]) + Wide(-k * LN_2[2], 0.0);
        let part = 0.5_f64.powi(HALVINGS);
        let r = Wide(r.0 * part, r.1 * part);
        // 1 + r/2 (1 + r/3 (1 + …))
        let one = Wide(1.0, 0.0);
        let series = (2..=14).rev().fold(one, |sum, n| one + r * sum / Wide(n.into(), 0.0));
        let mut p = r * series;
        for _ in 0..HALVINGS {
            p = p * (p + Wide(2.0, 0.0));
        }
        Self { scale: 2_f64.powi(k as i32), p }
    }

    /// e^x + c
    fn plus(self, c: f64) -> Wide {
        Wide::sum(self.scale, c) + Wide(self.scale * self.p.0, self.scale * self.p.1)
    }
}

impl Wide {
    /// Returns a + b, without an error.
    pub fn sum(a: f64, b: f64) -> Self {
        let sum = a + b;
        let of_b = sum - a;
        Self(sum, (a - (sum - of_b)) + (b - of_b))
    }

    /// a b
    fn product(a: f64, b: f64) -> Self {
        let product = a * b;
        Self(product, a.mul_add(b, -product))
    }

    /// Returns the nearest f32, and panics where two are too nearly as near.
    pub fn rounded(self) -> f32 {
        let Self(high, low) = self;
        // To odd: of the two f64 numbers around it the one with an odd last bit, which keeps its
        // side of every middle.
        let is_odd = high.to_bits() & 1 == 1;
        let odd = match low {
            0.0 => high,
            _ if is_odd => high,
            _ if low > 0.0 => high.next_up(),
            _ => high.next_down(),
        };
        let nearest = odd as f32;
        for other in
            [nearest.next_up(), nearest.next_down()].into_iter().filter(|&other| other != nearest)
        {
            let middle = f64::midpoint(finite(nearest), finite(other));
            let distance = ((high - middle) + low).abs();
            assert!(distance > high.abs() * 1e-27, "{high:e} + {low:e} is too near to {middle:e}");
        }
        nearest
    }
}

/// Infinity as the number that would follow the largest.
fn finite(x: f32) -> f64 {
    if x == f32::INFINITY { 2_f64.powi(128) } else { x.into() }
}

impl Add for Wide {
    type Output = Self;
    fn add(self, b: Self) -> Self {
        let high = Self::sum(self.0, b.0);
        let low = Self::sum(self.1, b.1);
        let sum = Self::sum(high.0, high.1 + low.0);
        Self::sum(sum.0, sum.1 + low.1)
    }
}

impl Mul for Wide {
    type Output = Self;
    fn mul(self, b: Self) -> Self {
        let product = Self::product(self.0, b.0);
        Self::sum(product.0, product.1 + (self.0 * b.1 + self.1 * b.0))
    }
}

impl Div for Wide {
    type Output = Self;
    fn div(self, b: Self) -> Self {
        let first = self.0 / b.0;
        let rest = self + b * Self(-first, 0.0);
        let second = rest.0 / b.0;
        let rest = rest + b * Self(-second, 0.0);
        Self::sum(first, second) + Self(rest.0 / b.0, 0.0)
    }
}
