//! e^x in f64 lanes, the core of the correctly rounded functions.
//!
//! They round once, by the conversion at the end. An f64 is precise enough for that. Only a handful
//! of all inputs have results so near to the midpoint of two f32 numbers that an error of 2^-52 may
//! move them across. The coefficients were chosen so that it does not (`docs/exact.md`). So **the
//! order of the operations is part of the constants**: after a change of either, all 2^32 inputs
//! must be visited.
//!
//! With FMA: x log2 e = k + i/8 + r, |r| <= 1/16, and 2^r - 1 = r Q(r). Without FMA: x = (k + i/8)
//! ln 2 + r, and e^r - 1 = r + r^2 Q(r). The exponents of f64 hold every 2^k that occurs, also
//! where results overflow or are subnormal.
//!
//! Constants: `scripts/exact.py`.

use crate::{
    isa::{Simd, Table64},
    math::hex::hex_f64,
    vector::{F32s, F64s},
};

/// 1.5 * 2^49: adding it leaves multiples of 1/8.
const MAGIC: f64 = hex_f64("0x1.8p49");
/// log2 e. Its rounding error is a tenth of a unit in the last place, so one constant is enough.
const LOG2_E: f64 = hex_f64("0x1.71547652b82fep0");
/// ln 2 = `LN_2` + `LN_2_REST`; the first has 39 bits, so that multiples of it are exact.
const LN_2: f64 = hex_f64("0x1.62e42fefa4p-1");
const LN_2_REST: f64 = hex_f64("-0x1.8432a1b0e2634p-43");

/// 2^(i/8)
const POWERS: [u64; 8] = [
    0x3ff0000000000000,
    0x3ff172b83c7d517b,
    0x3ff306fe0a31b715,
    0x3ff4bfdad5362a27,
    0x3ff6a09e667f3bcd,
    0x3ff8ace5422aa0db,
    0x3ffae89f995ad3ad,
    0x3ffd5818dcfba487,
];
/// Shifted by 49, z adds k to the exponent, and i to the mantissa. The table subtracts the latter
/// in advance.
const TABLE: Table64 = {
    let mut entries = POWERS;
    let mut i = 0;
    while i < 8 {
        entries[i] -= (i as u64) << 49;
        i += 1;
    }
    Table64::new(entries)
};

/// Coefficients of Q, highest power first.
pub(crate) struct Coefficients<const N: usize, const M: usize> {
    pub(crate) fused: [f64; N],
    pub(crate) unfused: [f64; M],
}

/// e^x = `scale` + a b.
#[derive(Clone, Copy)]
pub(crate) struct Power<S: Simd> {
    pub(crate) scale: F64s<S>,
    a: F64s<S>,
    b: F64s<S>,
}

/// The reduced argument, and the polynomial with its early coefficients.
#[derive(Clone, Copy)]
struct Reduced<S: Simd> {
    z: F64s<S>,
    r: F64s<S>,
    p: F64s<S>,
}

/// Returns e^(m x) for m = 1, -1 or 2. Blocks with an x beyond ±300 are limited to `low` and `high`
/// first. The first `EARLY` coefficients of `q` are in use before the test.
#[inline(always)]
pub(crate) fn power<const EARLY: usize, S: Simd, const N: usize, const M: usize>(
    x: F32s<S>,
    [low, high]: [f32; 2],
    m: f64,
    q: &Coefficients<N, M>,
) -> Power<S> {
    let limited = if low == f32::NEG_INFINITY { x } else { x.at_least(low) }.at_most(high);
    if !S::FUSED {
        let x = limited.widen() * m;
        let z = x * LOG2_E + MAGIC;
        let n = z - MAGIC;
        let r = (x - n * LN_2) - n * LN_2_REST;
        let scale = z.shifted_entry(&TABLE);
        return Power { scale, a: scale, b: r + r * r * r.poly(q.unfused) };
    }
    // The compiler orders the operations of a block one register after another, and the processor
    // sees few of such long chains at a time. So the test, which costs no more than the limits in
    // every lane, stands where it divides the chain.
    let mut reduced = reduce::<EARLY, _, _, _>(x, m, q);
    if !x.all_below(300.0) {
        reduced = reduce::<EARLY, _, _, _>(limited, m, q);
    }
    let Reduced { z, r, p } = reduced;
    let scale = z.shifted_entry(&TABLE);
    Power { scale, a: scale * r, b: r.poly_from(p, &q.fused[EARLY..]) }
}

#[inline(always)]
fn reduce<const EARLY: usize, S: Simd, const N: usize, const M: usize>(
    x: F32s<S>,
    m: f64,
    q: &Coefficients<N, M>,
) -> Reduced<S> {
    let x = x.widen();
    let z = x.mul_add(m * LOG2_E, MAGIC);
    let r = x.mul_add(m * LOG2_E, MAGIC - z);
    Reduced { z, r, p: r.poly_from(r.same(q.fused[0]), &q.fused[1..EARLY]) }
}

impl<S: Simd> Power<S> {
    /// Returns `c + (e^x − scale)`, as one multiply-add.
    #[inline(always)]
    pub(crate) fn rest_plus(self, c: F64s<S>) -> F64s<S> {
        self.a.mul_add(self.b, c)
    }
}
