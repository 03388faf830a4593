use crate::{
    activation::Activation,
    contract::{Bound, Bounds, Contract, FromOutput},
    isa::Simd,
    map::{Backward, BackwardFromOutput, Map},
    math::exp::{C0, C2, C3, LN_2, MAGIC, Powers, Reduced, reduce, unfused},
    math::exp_f64::{Coefficients, power},
    math::hex::hex_f64,
    math::logistic::bell,
    tier::{Exact, Fast},
    vector::{F32s, F64s, U32s},
};

pub(super) use crate::math::factor::Factor;

/// The exponential function, e^x.
///
/// | maximum error, all inputs | ULP | at x | |
/// |---|---|---|---|
/// | default | 0.904 | −87.391426 | `avx512`, `avx2`, `neon` |
/// | [`Fast`] | 1.081 | −5.9469433 | |
/// | both, without FMA | 0.977 | −5.8606462 | `baseline` |
/// | [`Exact`] | correctly rounded | | |
///
/// The function is monotonic in every tier. Results below the smallest normal
/// number are as accurate as the others, not flushed.
///
/// | x | e^x |
/// |---|---|
/// | ±0 | 1 |
/// | +∞, or above 88.722839 | +∞ |
/// | −∞, or below −103.97208 | +0 |
/// | NaN | NaN |
///
/// The gradient is `dy * e^x`. [`backward`](crate::Gradient::backward) has the error of the
/// function, and [`backward_from_output`](crate::GradientFromOutput::backward_from_output) rounds
/// once.
///
/// ```
/// use activations::{Activation, Exp};
///
/// let mut x = [0.0, 1.0, -104.0_f32];
/// Exp.apply(&mut x);
/// assert_eq!(x, [1.0, 2.7182817, 0.0]);
/// ```
///
/// Definition: IEEE 754-2019, clause 9.2; `Exp` of ONNX, `exp` of NumPy and PyTorch.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Exp;

/// `x[i] = e^x[i]`: [`Exp`] in place, in the default tier, at most 0.904 ULP off.
///
/// ```
/// let mut x = [0.0, f32::NEG_INFINITY];
/// activations::exp(&mut x);
/// assert_eq!(x, [1.0, 0.0]);
/// ```
pub fn exp(x: &mut [f32]) {
    Exp.apply(x);
}

/// T_i = 2^(i/8), rounded to f32. Constants: `scripts/exponential.py`.
const POWERS: Powers = Powers::new(
    [
        0x3f800000, 0x3f8b95c2, 0x3f9837f0, 0x3fa5fed7, 0x3fb504f3, 0x3fc5672a, 0x3fd744fd,
        0x3feac0c7,
    ],
    0,
);
/// The relative rounding errors of T_i, plus `C0`.
const CORRECTIONS: [u32; 8] = [
    0xb2a09067, 0xb303c9b8, 0x32637f36, 0xb35562dc, 0xb0d8db90, 0xb267385c, 0xb30f8094, 0xb2d53496,
];

impl Map<1> for Exp {
    #[inline(always)]
    fn eval<S: Simd>(self, [x]: [F32s<S>; 1]) -> F32s<S> {
        if S::FUSED { fused::<true, S>(x) } else { plain(x) }
    }
}

/// The kernel of the default tier without the corrections of the table.
impl Map<1> for Fast<Exp> {
    #[inline(always)]
    fn eval<S: Simd>(self, [x]: [F32s<S>; 1]) -> F32s<S> {
        if S::FUSED { fused::<false, S>(x) } else { plain(x) }
    }
}

#[inline(always)]
fn fused<const CORRECTED: bool, S: Simd>(x: F32s<S>) -> F32s<S> {
    if x.all_below(86.5) {
        let reduced = reduce(x);
        let scale = POWERS.at(reduced.z);
        return scale.mul_add(polynomial::<CORRECTED, S>(reduced), scale);
    }
    // The same bits, by two factors. The second one rounds once where the result overflows or is
    // subnormal.
    let reduced = reduce(x.clamp(-105.0, 90.0));
    let half = (reduced.z << 19) & 0xff80_0000;
    let scale = (POWERS.bits_at(reduced.z) - half).float();
    scale.mul_add(polynomial::<CORRECTED, S>(reduced), scale) * (half + 1_f32.to_bits()).float()
}

/// Returns e^r - 1. The last sum has r itself, so a rounding error cannot exceed a step of r, and
/// the result is monotonic.
#[inline(always)]
fn polynomial<const CORRECTED: bool, S: Simd>(Reduced { z, r }: Reduced<S>) -> F32s<S> {
    let constant = if CORRECTED { z.entry_of(&CORRECTIONS).float() } else { r.same(C0) };
    r.mul_add(C3, C2).mul_add(r * r, r + constant)
}

#[inline(always)]
fn plain<S: Simd>(x: F32s<S>) -> F32s<S> {
    let reduced = unfused::reduce(x.clamp(-105.0, 90.0));
    unfused::scale(reduced.p + 1.0, reduced.k)
}

/// Returns `times(factor e^x)`, where `times` multiplies its argument by other numbers.
///
/// Powers of two beyond 2^100 or below 2^-100 are left out of the argument and applied to the
/// product last. So only the product overflows or is subnormal, and it has the error of [`Exp`] and
/// the roundings of the factors.
#[inline(always)]
pub(super) fn scaled_exp<S: Simd>(
    x: F32s<S>,
    factor: Factor,
    times: impl Fn(F32s<S>) -> F32s<S>,
) -> F32s<S> {
    if factor.is_near() && x.all_below(48.0) {
        let e = if S::FUSED {
            let reduced = reduce(x);
            let scale = POWERS.at(reduced.z);
            scale.mul_add(polynomial::<true, S>(reduced), scale)
        } else {
            let reduced = unfused::reduce(x);
            (reduced.p + 1.0) * unfused::power(1.0, reduced.k)
        };
        return times(e * factor.value);
    }
    // The same bits there.
    let Factor { mantissa, exponent, .. } = factor;
    let exponent = f32::from(exponent);
    // Beyond these limits the product is 0 or infinite, whatever the other numbers are.
    let x = x.clamp((-280.0 - exponent) * LN_2, (300.0 - exponent) * LN_2);
    if S::FUSED {
        let reduced = reduce(x);
        let z = reduced.z.float() + exponent;
        let rest = power_beyond(z, MAGIC);
        let scale = (POWERS.bits_at(z.bits()) - (rest << 23)).float();
        let e = scale.mul_add(polynomial::<true, S>(reduced), scale);
        unfused::scale(times(e * mantissa), rest)
    } else {
        let reduced = unfused::reduce(x);
        let z = reduced.k.float() + exponent;
        let rest = power_beyond(z, unfused::MAGIC);
        let e = (reduced.p + 1.0) * unfused::power(1.0, z.bits() - rest);
        unfused::scale(times(e * mantissa), rest)
    }
}

/// Returns, in the low bits, an integer by which `z - magic` exceeds 100 in magnitude; 0 if it does
/// not.
#[inline(always)]
fn power_beyond<S: Simd>(z: F32s<S>, magic: f32) -> U32s<S> {
    const MOST: f32 = 100.0;
    (z - z.clamp(magic - MOST, magic + MOST) + unfused::MAGIC).bits()
}

/// Returns `dy numerator e^a / (1 + e^a)^2` for a >= 0: the gradient of sigmoid, and for a = 2|x|
/// and the numerator 4 that of tanh.
#[inline(always)]
pub(super) fn logistic_gradient<S: Simd>(a: F32s<S>, numerator: f32, dy: F32s<S>) -> F32s<S> {
    /// From here on it is e^-a: 1 + e^a is e^a.
    const TAIL: f32 = 64.0;
    if a.all_below(TAIL) {
        return bell(a, numerator) * dy;
    }
    let tail = scaled_exp(
        -a,
        Factor::new(numerator),
        #[inline(always)]
        |e| e * dy,
    );
    a.lt(TAIL).select(bell(a.at_most(TAIL), numerator) * dy, tail)
}

/// These coefficients were chosen among good ones such that no result is misrounded. Those of least
/// error fail at −14.56709 and −0.0073525836; without FMA, at 0.03763514. Constants:
/// `scripts/exact.py`.
const EXACT: Coefficients<6, 5> = Coefficients {
    fused: [
        hex_f64("0x1.42926d7cdb8a6p-13"),
        hex_f64("0x1.5d8e9fe0027c9p-10"),
        hex_f64("0x1.3b2ab747dcfcbp-7"),
        hex_f64("0x1.c6b08d59cec9dp-5"),
        hex_f64("0x1.ebfbdff83186cp-3"),
        hex_f64("0x1.62e42fefa3b42p-1"),
    ],
    unfused: [
        hex_f64("0x1.6afbfb66bc303p-10"),
        hex_f64("0x1.111581f78d28cp-7"),
        hex_f64("0x1.555559923e709p-5"),
        hex_f64("0x1.55555548dd3fep-3"),
        hex_f64("0x1.fffffffff3fb6p-2"),
    ],
};

impl Map<1> for Exact<Exp> {
    const SPILLS: bool = true;

    #[inline(always)]
    fn eval<S: Simd>(self, [x]: [F32s<S>; 1]) -> F32s<S> {
        exact(x).narrow()
    }
    #[inline(always)]
    fn write<S: Simd>(self, [x]: [F32s<S>; 1], y: &mut [f32]) {
        exact(x).store_narrow(y);
    }
}

#[inline(always)]
fn exact<S: Simd>(x: F32s<S>) -> F64s<S> {
    let e = power::<1, _, _, _>(x, [-105.0, 90.0], 1.0, &EXACT);
    e.rest_plus(e.scale)
}

impl Map<2> for Backward<Exp> {
    #[inline(always)]
    fn eval<S: Simd>(self, [x, dy]: [F32s<S>; 2]) -> F32s<S> {
        scaled_exp(
            x,
            Factor::new(1.0),
            #[inline(always)]
            |e| e * dy,
        )
    }
}

impl Map<2> for BackwardFromOutput<Exp> {
    #[inline(always)]
    fn eval<S: Simd>(self, [y, dy]: [F32s<S>; 2]) -> F32s<S> {
        y * dy
    }
}

impl FromOutput for Exp {
    const OUTPUT_BOUND: Bound = Bound::EXACT;
    const OUTPUT_SPECIALS: &'static [[f32; 2]] =
        &[[0.0; 2], [-0.0; 2], [f32::INFINITY; 2], [f32::NEG_INFINITY; 2]];
    fn derivative_from_output(self, y: f64) -> f64 {
        y
    }
}

impl Contract for Exp {
    const NAME: &'static str = "exp";
    const FORMULA: &'static str = "e^x";
    const DOMAIN: [i16; 2] = [-105, 90];
    const SHAPE: [f32; 2] = [-4.0, 2.0];
    const BOUNDS: Bounds = Bounds {
        default: Bound { fused: 0.904, baseline: 0.977 },
        fast: Bound { fused: 1.081, baseline: 0.977 },
        backward: Bound { fused: 0.904, baseline: 0.977 },
    };
    const RANGE: [f32; 2] = [0.0, f32::INFINITY];
    const SPECIALS: &'static [[f32; 2]] = &[
        [0.0, 1.0],
        [-0.0, 1.0],
        [f32::INFINITY, f32::INFINITY],
        [f32::NEG_INFINITY, 0.0],
        [f32::MAX, f32::INFINITY],
        [f32::MIN, 0.0],
    ];
    const DERIVATIVE_SPECIALS: &'static [[f32; 2]] = Self::SPECIALS;

    fn exact(self, x: f64) -> f64 {
        libm::exp(x)
    }
    fn derivative(self, x: f64) -> f64 {
        libm::exp(x)
    }
}
