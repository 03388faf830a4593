"""The functions of one number, and SwiGLU, as each peer has them.

A line names the function as the crate does. Its value in float64 is a formula where no term
cancels. What a peer has no text for, it has no function for. `onnx` and `tflite` are nodes in
ONNX's text format, from x, or x and up, to y. `svml` is a formula in C++ of vectors.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import special

LAMBDA, ALPHA = 1.0507009873554805, 1.6732632423543772
SLOPE = float(np.float32(0.01))
SIXTH = float(np.float32(1 / 6))


@dataclass(frozen=True)
class Function:
    """A function of x, or of x and up, and what it is called elsewhere.

    `exact_tier` tells that it has an exact tier with a kernel of its own.
    """

    name: str
    exact: Callable
    torch: Callable
    onnx: str | None = None
    tflite: str | None = None
    svml: str | None = None
    gated: bool = False
    exact_tier: bool = False


def tanh_argument(x):
    """The argument of the logistic function in the tanh form of GELU."""
    return 2 * np.sqrt(2 / np.pi) * (x + 0.044715 * x**3)


def softplus(x):
    """log(1 + e^x)."""
    return np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))


def times(x, factor):
    """x times the factor, also where x is infinite and the factor is 0."""
    return np.where(factor == 0, np.copysign(0.0, x), x * factor)


FUNCTIONS = [
    Function(
        "exp",
        np.exp,
        lambda t, x, y: t.exp(x, out=y),
        "y = Exp (x)",
        "y = EXP (x)",
        "expf(x)",
        exact_tier=True,
    ),
    Function(
        "sigmoid",
        special.expit,
        lambda t, x, y: t.sigmoid(x, out=y),
        "y = Sigmoid (x)",
        "y = LOGISTIC (x)",
        "1 / (1 + expf(-x))",
        exact_tier=True,
    ),
    Function(
        "tanh",
        np.tanh,
        lambda t, x, y: t.tanh(x, out=y),
        "y = Tanh (x)",
        "y = TANH (x)",
        "tanhf(x)",
        exact_tier=True,
    ),
    Function(
        "erf",
        special.erf,
        lambda t, x, y: t.erf(x, out=y),
        "y = Erf (x)",
        None,
        "erff(x)",
    ),
    Function(
        "gelu",
        lambda x: times(x, special.ndtr(x)),
        lambda t, x, y: t._C._nn.gelu(x, out=y),
        "y = Gelu (x)",
        "y = GELU (x)",
        "x * cdfnormf(x)",
    ),
    Function(
        "gelu_tanh",
        lambda x: times(x, special.expit(tanh_argument(x))),
        lambda t, x, y: t._C._nn.gelu(x, approximate="tanh", out=y),
        'y = Gelu <approximate = "tanh"> (x)',
        "y = GELU <approximate = 1> (x)",
        "x / (1 + expf(x * (-1.5957691f - 0.071354814f * x * x)))",
    ),
    Function(
        "silu",
        lambda x: times(x, special.expit(x)),
        lambda t, x, y: t._C._nn.silu(x, out=y),
        "s = Sigmoid (x) y = Mul (x, s)",
        "s = LOGISTIC (x) y = MUL (x, s)",
        "x / (1 + expf(-x))",
    ),
    Function(
        "mish",
        lambda x: times(x, np.tanh(softplus(x))),
        lambda t, x, y: t._C._nn.mish(x, out=y),
        "y = Mish (x)",
        None,
        "x * tanhf(log1pf(expf(x)))",
    ),
    Function(
        "softplus",
        softplus,
        lambda t, x, y: t._C._nn.softplus(x, out=y),
        "y = Softplus (x)",
        None,
        "max(x, 0) + log1pf(expf(-magnitude(x)))",
    ),
    Function(
        "log_sigmoid",
        lambda x: -softplus(-x),
        lambda t, x, y: t._C._nn.log_sigmoid(x, out=y),
        "m = Neg (x) s = Softplus (m) y = Neg (s)",
        None,
        "min(x, 0) - log1pf(expf(-magnitude(x)))",
    ),
    Function(
        "elu",
        lambda x: np.where(x > 0, x, np.expm1(np.minimum(x, 0))),
        lambda t, x, y: t._C._nn.elu(x, out=y),
        "y = Elu (x)",
        "y = ELU (x)",
        "x > 0 ? x : expm1f(x)",
    ),
    Function(
        "selu",
        lambda x: LAMBDA * np.where(x > 0, x, ALPHA * np.expm1(np.minimum(x, 0))),
        lambda t, x, y: t._C._nn.elu(x, ALPHA, LAMBDA, out=y),
        "y = Selu (x)",
        None,
        f"{LAMBDA}f * (x > 0 ? x : {ALPHA}f * expm1f(x))",
    ),
    Function(
        "hard_swish",
        lambda x: times(x, np.clip(x + 3, 0, 6) / 6),
        lambda t, x, y: t._C._nn.hardswish(x, out=y),
        "y = HardSwish (x)",
        "y = HARD_SWISH (x)",
    ),
    Function(
        "hard_sigmoid",
        lambda x: np.clip(SIXTH * x + 0.5, 0, 1),
        lambda t, x, y: t._C._nn.hardsigmoid(x, out=y),
        f"y = HardSigmoid <alpha = {SIXTH}, beta = 0.5> (x)",
    ),
    Function(
        "softsign",
        lambda x: np.where(np.isinf(x), np.sign(x), x / (1 + np.abs(x))),
        lambda t, x, y: t.div(x, t.abs(x).add_(1), out=y),
        "y = Softsign (x)",
    ),
    Function(
        "relu",
        lambda x: np.maximum(x, 0),
        lambda t, x, y: t.clamp_min(x, 0, out=y),
        "y = Relu (x)",
        "y = RELU (x)",
    ),
    Function(
        "leaky_relu",
        lambda x: np.where(x > 0, x, SLOPE * x),
        lambda t, x, y: t._C._nn.leaky_relu(x, 0.01, out=y),
        "y = LeakyRelu <alpha = 0.01> (x)",
        "y = LEAKY_RELU <alpha = 0.01> (x)",
    ),
    Function(
        "swiglu",
        lambda x, up: times(x, special.expit(x)) * up,
        lambda t, x, up, y: t.mul(t._C._nn.silu(x, out=y), up, out=y),
        "s = Sigmoid (x) g = Mul (x, s) y = Mul (g, up)",
        "s = LOGISTIC (x) g = MUL (x, s) y = MUL (g, up)",
        "x / (1 + expf(-x)) * up",
        gated=True,
    ),
]
