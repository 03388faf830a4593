use super::elu::EXPM1;
use crate::{
    contract::{Bound, Bounds, Contract},
    isa::Simd,
    map::{Backward, Map},
    math::factor::Factor,
    math::scaled_exp::{is_near, scaled_exp},
    vector::F32s,
};

/// The exponential linear unit with a factor: gamma · x where x > 0, else gamma · alpha · (e^x −
/// 1). With the default parameters it is `Selu` of ONNX.
///
/// | maximum error, all inputs, alpha = 1.6732632, gamma = 1.050701 | ULP | at x | |
/// |---|---|---|---|
/// | default and [`Fast`](crate::Fast) | 0.847 | −0.051467873 | `avx512`, `avx2`, `neon` |
/// | both, without FMA | 1.948 | −0.1530791 | `baseline` |
/// | gradient | 1.942 | −3.4225488 | `avx512`, `avx2`, `neon` |
/// | gradient, without FMA | 1.912 | −2.6463928 | `baseline` |
///
/// With other parameters errors are at most 1 ULP (1.5 where −1e−20 < x < 0), and 2.5 without FMA,
/// where 1e−30 <= |gamma · alpha| <= 1e30. With the default parameters the function is monotonic.
///
/// | x | scaled_elu(x), by default | scaled_elu'(x) |
/// |---|---|---|
/// | ±0 | ±0 | gamma · alpha |
/// | +∞ | +∞ | gamma |
/// | −∞ | −gamma · alpha | 0 |
/// | NaN | NaN | NaN |
///
/// The gradient is `gamma * dy` where x > 0, else `gamma * alpha * e^x * dy`.
///
/// The product gamma · alpha is one number to the kernel. Where f32 cannot hold it, every x below 0
/// gives its infinity with the sign of −gamma · alpha.
///
/// ```
/// use activations::{Activation, AnyActivation, ScaledElu};
///
/// let mut x = [-1e-10, -1.0, 2.0_f32];
/// let scaled_elu = ScaledElu { alpha: 1.5, gamma: 2.0 };
/// scaled_elu.apply(&mut x);
/// assert_eq!(x, [-3e-10, -1.8963617, 4.0]);
///
/// let selu: AnyActivation = "Selu(alpha = 1.5, gamma = 2)".parse()?;
/// assert_eq!(selu, scaled_elu.into());
/// # Ok::<(), activations::ParseActivationError>(())
/// ```
///
/// Definition: `Selu` of ONNX with its attributes. [`Selu`](crate::Selu) has the constants of the
/// definition, which are not rounded to f32.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ScaledElu {
    /// The limit towards −∞ is −gamma · alpha.
    pub alpha: f32,
    /// The factor of all results.
    pub gamma: f32,
}

impl Default for ScaledElu {
    /// The attributes that ONNX gives `Selu` by default.
    fn default() -> Self {
        Self { alpha: 1.673_263_2, gamma: 1.050_701 }
    }
}

impl ScaledElu {
    /// Returns gamma · alpha as a sum of two numbers.
    #[inline(always)]
    fn product(self) -> [f32; 2] {
        let product = f64::from(self.gamma) * f64::from(self.alpha);
        let high = product as f32;
        [high, (product - f64::from(high)) as f32]
    }
}

impl Map<1> for ScaledElu {
    #[inline(always)]
    fn eval<S: Simd>(self, [x]: [F32s<S>; 1]) -> F32s<S> {
        let product = self.product();
        if !product[0].is_finite() {
            return x.lt(0.0).select(-product[0], x * self.gamma);
        }
        // One of the two parts is 0. A 0 that is subtracted from -0 leaves -0.
        x.at_least(-0.0) * self.gamma - EXPM1.negated_times(x.at_most(0.0), product)
    }
}

impl ScaledElu {
    /// Returns gamma · alpha as a factor, and the relative residual of that product.
    #[inline(always)]
    fn factor(self) -> (Factor, f32) {
        let [product, low] = self.product();
        let is_exact = low == 0.0 || !low.is_finite();
        (Factor::new(product), if is_exact { 0.0 } else { low / product })
    }

    #[inline(always)]
    fn gradient<const FAR: bool, S: Simd>(self, [x, dy]: [F32s<S>; 2]) -> F32s<S> {
        let (factor, rest) = self.factor();
        let negative = scaled_exp::<FAR, true, S>(
            x.at_most(0.0),
            factor,
            #[inline(always)]
            |e| {
                // The limits keep an infinite dy from meeting an infinite number of the other sign.
                let part = if FAR {
                    let part = x.same(rest).signed_tiny_product(e).with_sign_of(dy);
                    part.signed_tiny_product(dy.abs().at_most(f32::MAX))
                } else {
                    dy.clamp(f32::MIN, f32::MAX) * (e * rest)
                };
                e.mul_add(dy, part)
            },
        );
        x.same(0.0).lt(x).select(dy * self.gamma, negative)
    }
}

impl Map<2> for Backward<ScaledElu> {
    const HAS_FAR: bool = true;

    #[inline(always)]
    fn eval<S: Simd>(self, inputs: [F32s<S>; 2]) -> F32s<S> {
        self.0.gradient::<false, S>(inputs)
    }
    #[inline(always)]
    fn is_usual<S: Simd>(self, [x, _]: [F32s<S>; 2]) -> bool {
        is_near(x.at_most(0.0), self.0.factor().0)
    }
    #[inline(always)]
    fn eval_far<S: Simd>(self, inputs: [F32s<S>; 2]) -> F32s<S> {
        self.0.gradient::<true, S>(inputs)
    }
}

impl Contract for ScaledElu {
    const NAME: &'static str = "scaled_elu";
    const FORMULA: &'static str = "gamma · x where x > 0, else gamma · alpha · (e^x − 1)";
    const TORCH: &'static str = "ops.aten.elu";
    const DOMAIN: [i16; 2] = [-20, 5];
    const SHAPE: [f32; 2] = [-4.0, 4.0];
    const BOUNDS: Bounds = Bounds {
        default: Bound { fused: 0.847, baseline: 1.948 },
        fast: Bound { fused: 0.847, baseline: 1.948 },
        backward: Bound { fused: 1.942, baseline: 1.912 },
    };
    const RANGE: [f32; 2] = [-1.758_099_3, f32::INFINITY];
    const SPECIALS: &'static [[f32; 2]] = &[
        [0.0, 0.0],
        [-0.0, -0.0],
        [f32::INFINITY, f32::INFINITY],
        [f32::NEG_INFINITY, -1.758_099_3],
        [f32::MAX, f32::INFINITY],
        [f32::MIN, -1.758_099_3],
        [1e-45, 1e-45],
        [-1e-45, -3e-45],
    ];
    const DERIVATIVE_SPECIALS: &'static [[f32; 2]] = &[
        [0.0, 1.758_099_3],
        [-0.0, 1.758_099_3],
        [f32::INFINITY, 1.050_701],
        [f32::NEG_INFINITY, 0.0],
        [f32::MAX, 1.050_701],
        [f32::MIN, 0.0],
    ];

    fn each_parameter(&mut self, visit: &mut dyn FnMut(&'static str, &mut f32)) {
        visit("alpha", &mut self.alpha);
        visit("gamma", &mut self.gamma);
    }
    fn exact(self, x: f64) -> f64 {
        let alpha = f64::from(self.alpha);
        f64::from(self.gamma) * if x > 0.0 { x } else { alpha * libm::expm1(x) }
    }
    fn derivative(self, x: f64) -> f64 {
        let alpha = f64::from(self.alpha);
        f64::from(self.gamma) * if x > 0.0 { 1.0 } else { alpha * libm::exp(x) }
    }
}
