//! Where this crate and PyTorch give other results, each with its reason.

use crate::case::Case;
use std::ops::Range;

/// Major and minor.
pub(crate) type Version = [u32; 2];

pub(crate) struct Difference {
    pub(crate) operations: &'static [&'static str],
    pub(crate) occurs: Occurs,
    pub(crate) holds: fn(&Case<'_>) -> bool,
    pub(crate) reason: &'static str,
}

pub(crate) struct Occurs {
    /// Whether PyTorch in float64 gives what this crate gives.
    pub(crate) in_float32_only: bool,
    pub(crate) versions: Range<Version>,
}

const FLOAT32: Occurs = Occurs { in_float32_only: true, versions: [0, 0]..[u32::MAX, 0] };
const BOTH: Occurs = Occurs { in_float32_only: false, ..FLOAT32 };
/// When NaN was not kept.
const BEFORE_2: Occurs = Occurs { in_float32_only: false, versions: [0, 0]..[2, 0] };
/// When elu was computed without expm1.
const BEFORE_2_8: Occurs = Occurs { in_float32_only: false, versions: [0, 0]..[2, 8] };

macro_rules! differences { ($($occurs:ident [$($operation:literal),+]: |$case:ident| $holds:expr, $reason:literal;)*) => {
    pub(crate) const DIFFERENCES: &[Difference] = &[$(Difference {
        operations: &[$($operation),+],
        occurs: $occurs,
        holds: |$case| $holds,
        reason: $reason,
    },)*];
}; }

// The reasons say what PyTorch does.
differences! {
    FLOAT32 ["sigmoid"]: |c| c.is_forward() && c.x() < -88.0, "0 where e^-x overflows, of 1 / (1 + e^-x)";
    FLOAT32 ["sigmoid"]: |c| c.is_gradient() && c.x() < -88.0, "0 where y is, of y (1 - y)";
    BOTH ["sigmoid"]: |c| c.is_gradient() && c.x() > 16.0 && c.is_close(), "0 where y rounds to 1, of y (1 - y)";
    BOTH ["tanh"]: |c| c.is_gradient() && c.x().abs() > 8.5 && c.is_close(), "0 where y rounds to 1 or -1, of 1 - y²";
    BOTH ["relu6", "hard_tanh"]: |c| c.x().is_nan() && c.is_dy(), "0 at NaN in vectors; dy, as here, in single numbers";
    BOTH ["clip"]: |c| c.x().is_nan() && c.is_dy(), "0 at NaN";
    BOTH ["clip"]: |c| c.is_gradient() && c.ours == 0.0 && c.job.parameters()[0] == c.x(), "dy at the lower limit too";
    BOTH ["leaky_relu", "prelu"]: |c| c.has_slope_0() && c.is_relu(), "a product with a slope of 0; here that is relu";
    BEFORE_2_8 ["elu", "selu", "celu", "scaled_elu"]: |c| c.x().abs() < 1e-7 && c.is_forward() && c.is_close(), "e^x - 1, 0 for small x";
    FLOAT32 ["elu", "selu", "celu", "scaled_elu"]: |c| c.is_gradient() && c.dy().abs() > 1e38, "dy times constants, which overflows, times e^x";
    FLOAT32 ["elu", "selu", "scaled_elu"]: |c| c.is_gradient() && c.x() < -102.0, "e^x, of which a first rounding leaves few digits, times alpha";
    BOTH ["exp", "sigmoid", "elu", "selu", "celu", "scaled_elu"]: |c| c.is_gradient() && c.is_infinite_beside_0(), "NaN, of an infinite dy and 0, or of 0 and an infinite e^x; here e^x is neither";
    FLOAT32 ["exp"]: |c| c.is_gradient() && c.x().abs() > 87.0, "dy times e^x, which is infinite or subnormal";
    FLOAT32 ["celu"]: |c| c.x().abs() < 1e-44 || c.dy().abs() < 1e-44, "x / alpha or dy / alpha, rounded to 0, times alpha";
    FLOAT32 ["celu"]: |c| c.is_gradient() && (c.exact.abs() < 1e-37 || c.x() < -87.0), "dy times a rounded e^(x / alpha), which is subnormal";
    BOTH ["softmax"]: |c| c.is_gradient() && c.is_beside_absent(), "0 times dy; here what has no part in its row has +0";
    FLOAT32 ["softmax"]: |c| c.exact.abs() < 1e-45, "an error of float32 sums, beside half of the smallest number";
    FLOAT32 ["softmax"]: |c| c.is_gradient() && c.torch == 0.0 && c.is_cancelled(), "0 where dy is nearly the weighted sum";
    BOTH ["log_softmax"]: |c| c.is_forward() && c.ours.abs() < 1e-6 && c.is_close(), "the logarithm of a sum near 1";
    BOTH ["log_softmax"]: |c| c.is_gradient() && c.spread().is_infinite(), "the dy of -∞ counts; here that has no part in its row";
    BOTH ["log_sum_exp"]: |c| c.is_gradient() && c.largest().abs() > 1e9, "e^(x - y), where y has lost the logarithm of the sum";
    BOTH ["silu", "swish", "quick_gelu", "mish", "gelu", "gelu_tanh", "hard_swish", "softsign", "xielu"]: |c| c.is_forward() && c.x().is_infinite() && c.torch.is_nan(), "NaN, of an infinite number and 0 or another infinite one; here that is the limit";
    BOTH ["silu", "swish", "quick_gelu", "mish", "erf", "gelu", "gelu_tanh", "softplus", "log_sigmoid", "soft_cap", "softsign", "xielu", "squared_relu"]: |c| c.is_gradient() && c.x().is_infinite() && c.torch.is_nan(), "NaN, of an infinite number and 0 or another infinite one; here that is the limit";
    BOTH ["silu", "swish", "quick_gelu", "mish", "erf", "gelu", "gelu_tanh", "softplus", "log_sigmoid", "soft_cap", "softsign", "xielu"]: |c| c.is_gradient() && c.dy().is_infinite() && c.torch.is_nan(), "NaN, of an infinite dy and 0, or of two infinite parts";
    BOTH ["gelu", "gelu_tanh"]: |c| c.x() < 0.0 && c.is_close_beside_x(if c.is_forward() { 1 } else { 4 }), "1 + erf and 1 + tanh, which cancel";
    BOTH ["soft_cap"]: |c| c.is_gradient() && c.is_close(), "0 where y rounds to the cap, of 1 - y²";
    BOTH ["softsign"]: |c| c.is_gradient() && c.is_close(), "1 / d - abs(x) / d², which cancels, for d = 1 + abs(x)";
    BOTH ["tanh_shrink"]: |c| c.is_forward() && c.is_close_beside_x(1), "x - tanh(x), which cancels";
    BOTH ["tanh_shrink"]: |c| c.is_gradient() && c.is_close(), "1 - (1 - tanh(x)²), which cancels";
    BOTH ["xielu"]: |c| c.is_gradient() && c.x() <= 0.0 && c.x() > -2e-6, "the derivative of min(x, eps) above eps, which is 0";
    BEFORE_2 ["soft_shrink"]: |c| c.x().is_nan() && c.is_forward(), "0 at NaN";
    FLOAT32 ["silu", "swish", "quick_gelu", "mish", "gelu", "gelu_tanh", "softplus", "log_sigmoid", "hard_shrink", "soft_shrink", "shrink", "soft_cap", "squared_relu", "xielu", "hard_swish"]: |c| !c.is_of_slopes(), "NaN, an infinity or 0 of a number that float32 has rounded on the way";
    FLOAT32 ["prelu"]: |c| c.is_of_slopes() && c.torch == 0.0 && c.ours == 0.0, "the sign of a sum that rounds to 0";
    FLOAT32 ["prelu"]: |c| c.is_of_slopes() && c.torch.is_nan(), "both infinities, by overflow, in a sum of float32";
}
