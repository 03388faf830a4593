use crate::{
    contract::{Bound, Bounds, Contract},
    isa::Simd,
    map::{Backward, Map},
    math::gauss::Curve,
    tier::Fast,
    vector::{F32s, U32s},
};

/// The error function, 2/√π ∫₀ˣ e^(−t²) dt.
///
/// | maximum error, all inputs | ULP | at x | |
/// |---|---|---|---|
/// | default | 0.929 | ±0.2839904 | `avx512`, `avx2`, `neon` |
/// | [`Fast`] | 2.454 | ±0.0017309136 | |
/// | both, without FMA | 0.954 | ±0.28723407 | `baseline` |
/// | gradient | 0.803 | ±9.3573265 | `avx512`, `avx2`, `neon` |
/// | gradient, without FMA | 1.075 | ±5.094844 | `baseline` |
///
/// The result is in [−1, 1] and odd bit for bit. It is monotonic in the default tier. With FMA
/// `Fast(Erf)` decreases by 1 ULP at 66 270 of the inputs of each sign, all with |x| < 0.27.
/// Results for subnormal x are as accurate as the others.
///
/// | x | erf(x) | erf'(x) |
/// |---|---|---|
/// | ±0 | ±0 | 1.1283792 |
/// | ±∞ (and beyond ±3.9193) | ±1 | 0 |
/// | NaN | NaN | NaN |
///
/// The gradient is `2/√π e^−x² dy`, with x² as a sum of two numbers.
///
/// ```
/// use activations::{Activation, Erf};
///
/// let mut x = [-0.0, 0.5, 5.0_f32];
/// Erf.apply(&mut x);
/// assert_eq!(x, [-0.0, 0.5204999, 1.0]);
/// ```
///
/// Definition: `Erf` of ONNX, `torch.erf`, `scipy.special.erf`; NIST Digital Library of
/// Mathematical Functions, 7.2.1.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Erf;

// Around one of eight centres, erf |x| = c + t (G1 + t (G2 + … + t G6)), t = |x| - centre. The
// centres lie near the multiples of `STEP`, where erf is nearly an f32: so c = G0 needs no
// correction. The first one is 0. Constants: `scripts/erf.py`.

/// The distance of the centres.
const STEP: f32 = 0.5234375;
const CENTRES: [u32; 8] = [
    0x00000000, 0x3f05ac90, 0x3f861150, 0x3fc8b3b0, 0x4005fe80, 0x40274050, 0x40494120, 0x406a2240,
];
const G0: [u32; 8] = [
    0x00000000, 0x3f0a2db8, 0x3f5c88ae, 0x3f79314e, 0x3f7f36f6, 0x3f7ff1a2, 0x3f7fff6e, 0x3f7ffffc,
];
/// Of 2/√π the first entry lacks 1, which is a term of its own in the default tier.
const G1: [u32; 8] = [
    0x3e0375d4, 0x3f5bedcd, 0x3ec0e098, 0x3dc5b70a, 0x3c66c5ba, 0x3a9ff763, 0x38703e6e, 0x35e968ed,
];
const G2: [u32; 8] = [
    0xb5139d68, 0xbee5ad8b, 0xbeca0539, 0xbe1b01e9, 0xbcf19452, 0xbb5103ae, 0xb93cdcb8, 0xb68a5503,
];
const G3: [u32; 8] = [
    0xbec08f2b, 0xbe055c55, 0x3e197d20, 0x3e011a6b, 0x3d1566c7, 0x3ba8a859, 0x39bb68ab, 0x3778e883,
];
const G4: [u32; 8] = [
    0xba298801, 0x3e3be59b, 0x3d593d9d, 0xbd460dea, 0xbce84616, 0xbbb9b635, 0xba03aa86, 0xb8e3cfb0,
];
const G5: [u32; 8] = [
    0x3df1df8a, 0x3acbf7da, 0xbd865fe9, 0xbc058b0a, 0x3c4d4b8f, 0x3b92053f, 0x3a11a929, 0x3813e350,
];
const G6: [u32; 8] = [
    0xbc9ed9e4, 0xbd44a250, 0x3c0b14f9, 0x3c877684, 0xba97a7ad, 0xbb153880, 0xb9e687ef, 0x3a433818,
];
/// The share of t in c: all of it in the first interval.
const LINEAR: [u32; 8] = [0x3f800000, 0, 0, 0, 0, 0, 0, 0];
/// `G1` with `LINEAR` in it, for the fast tier.
const WHOLE_G1: [u32; 8] = {
    let mut table = G1;
    table[0] = 0x3f906ebb;
    table
};

/// Returns the number of the interval in the low bits, t, and G1 + t (G2 + …).
#[inline(always)]
fn parts<S: Simd>(x: F32s<S>, g1: &[u32; 8]) -> (U32s<S>, F32s<S>, F32s<S>) {
    /// From 3.9193 on the result is 1.
    const END: f32 = 3.925;
    let a = x.abs().at_most(END);
    // From 8 to 16 the integer part is in the upper bits, in every rounding direction.
    let i = a.mul_add(1.0 / STEP, 8.5).bits() >> 20;
    let t = a - i.entry_of(&CENTRES).float();
    let mut q = i.entry_of(&G6).float();
    for table in [&G5, &G4, &G3, &G2, g1] {
        q = q.mul_add(t, i.entry_of(table).float());
    }
    (i, t, q)
}

impl Map<1> for Erf {
    #[inline(always)]
    fn eval<S: Simd>(self, [x]: [F32s<S>; 1]) -> F32s<S> {
        let (i, t, q) = parts(x, &G1);
        let c = t.mul_add(i.entry_of(&LINEAR).float(), i.entry_of(&G0).float());
        // Rounding of q weighs an eighth of t in the first interval, and t itself is exact.
        let y = if S::FUSED {
            q.mul_add(t, c)
        } else {
            (q.widen() * t.widen() + c.widen()).narrow()
        };
        y.with_sign_of(x)
    }
}

impl Map<1> for Fast<Erf> {
    #[inline(always)]
    fn eval<S: Simd>(self, [x]: [F32s<S>; 1]) -> F32s<S> {
        if !S::FUSED {
            return Erf.eval([x]);
        }
        let (i, t, q) = parts(x, &WHOLE_G1);
        q.mul_add(t, i.entry_of(&G0).float()).with_sign_of(x)
    }
}

impl Map<2> for Backward<Erf> {
    const HAS_FAR: bool = true;

    #[inline(always)]
    fn eval<S: Simd>(self, [x, dy]: [F32s<S>; 2]) -> F32s<S> {
        gradient::<false, S>(x, dy)
    }
    #[inline(always)]
    fn is_usual<S: Simd>(self, [x, _]: [F32s<S>; 2]) -> bool {
        x.all_below(Curve::Erf.limit())
    }
    #[inline(always)]
    fn eval_far<S: Simd>(self, [x, dy]: [F32s<S>; 2]) -> F32s<S> {
        gradient::<true, S>(x, dy)
    }
}

#[inline(always)]
fn gradient<const FAR: bool, S: Simd>(x: F32s<S>, dy: F32s<S>) -> F32s<S> {
    Curve::Erf.times::<FAR, S>(
        x,
        #[inline(always)]
        |scale, p| scale.mul_add(p, scale) * dy,
    )
}

impl Contract for Erf {
    const NAME: &'static str = "erf";
    const FORMULA: &'static str = "2/√π ∫₀ˣ e^(−t²) dt";
    const DOMAIN: [i16; 2] = [-5, 5];
    const SHAPE: [f32; 2] = [-3.0, 3.0];
    const BOUNDS: Bounds = Bounds {
        default: Bound { fused: 0.929, baseline: 0.954 },
        fast: Bound { fused: 2.454, baseline: 0.954 },
        backward: Bound { fused: 0.803, baseline: 1.075 },
    };
    const RANGE: [f32; 2] = [-1.0, 1.0];
    const ODD: bool = true;
    const FAST_MONOTONE: bool = false;
    const SPECIALS: &'static [[f32; 2]] = &[
        [0.0, 0.0],
        [-0.0, -0.0],
        [f32::INFINITY, 1.0],
        [f32::NEG_INFINITY, -1.0],
        [f32::MAX, 1.0],
        [f32::MIN, -1.0],
        [-1e-45, -1e-45],
    ];
    const DERIVATIVE_SPECIALS: &'static [[f32; 2]] = &[
        [0.0, core::f32::consts::FRAC_2_SQRT_PI],
        [-0.0, core::f32::consts::FRAC_2_SQRT_PI],
        [f32::INFINITY, 0.0],
        [f32::NEG_INFINITY, 0.0],
    ];

    fn exact(self, x: f64) -> f64 {
        libm::erf(x)
    }
    fn derivative(self, x: f64) -> f64 {
        core::f64::consts::FRAC_2_SQRT_PI * libm::exp(-x * x)
    }
}
