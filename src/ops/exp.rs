use crate::{
    activation::Activation,
    contract::{Bound, Bounds, Contract, FromOutput},
    isa::Simd,
    map::{Backward, BackwardFromOutput, Map},
    math::exp_f64::{Coefficients, power},
    math::factor::Factor,
    math::hex::hex_f64,
    math::scaled_exp::{self, is_near, scaled_exp},
    tier::{Exact, Fast},
    vector::{F32s, F64s},
};

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

/// Below it scales are normal numbers.
const USUAL: f32 = 86.5;

impl Map<1> for Exp {
    const HAS_FAR: bool = true;

    #[inline(always)]
    fn eval<S: Simd>(self, [x]: [F32s<S>; 1]) -> F32s<S> {
        scaled_exp::exp::<false, true, S>(x)
    }
    #[inline(always)]
    fn is_usual<S: Simd>(self, [x]: [F32s<S>; 1]) -> bool {
        x.all_below(USUAL)
    }
    #[inline(always)]
    fn eval_far<S: Simd>(self, [x]: [F32s<S>; 1]) -> F32s<S> {
        scaled_exp::exp::<true, true, S>(x)
    }
}

/// The kernel of the default tier without the corrections of the table.
impl Map<1> for Fast<Exp> {
    const HAS_FAR: bool = true;

    #[inline(always)]
    fn eval<S: Simd>(self, [x]: [F32s<S>; 1]) -> F32s<S> {
        scaled_exp::exp::<false, false, S>(x)
    }
    #[inline(always)]
    fn is_usual<S: Simd>(self, [x]: [F32s<S>; 1]) -> bool {
        x.all_below(USUAL)
    }
    #[inline(always)]
    fn eval_far<S: Simd>(self, [x]: [F32s<S>; 1]) -> F32s<S> {
        scaled_exp::exp::<true, false, S>(x)
    }
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
    const HAS_FAR: bool = true;

    #[inline(always)]
    fn eval<S: Simd>(self, inputs: [F32s<S>; 2]) -> F32s<S> {
        gradient::<false, S>(inputs)
    }
    #[inline(always)]
    fn is_usual<S: Simd>(self, [x, _]: [F32s<S>; 2]) -> bool {
        is_near(x, ONE)
    }
    #[inline(always)]
    fn eval_far<S: Simd>(self, inputs: [F32s<S>; 2]) -> F32s<S> {
        gradient::<true, S>(inputs)
    }
}

const ONE: Factor = Factor::new(1.0);

#[inline(always)]
fn gradient<const FAR: bool, S: Simd>([x, dy]: [F32s<S>; 2]) -> F32s<S> {
    scaled_exp::<FAR, true, S>(
        x,
        ONE,
        #[inline(always)]
        |e| e * dy,
    )
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
