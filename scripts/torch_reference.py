"""Writes what PyTorch makes of the inputs in a folder, which tests/torch.rs has put there.

Each line of FOLDER/jobs is a shape and a call, by its name in torch.nn.functional, torch or below:
"3x5x7 prelu", "1x4096 leaky_relu(0.25)", "40x2 softmax(dim=1)". Axis 1
is that of rows and of channels. Line 0 has its inputs in 0.x, its gradients of outputs in 0.dy, and for prelu 0.slopes, as
bare elements. Its results become 0.y.f32, 0.d_x.f32, 0.d_slopes.f32, and the same in f64, made from the same inputs.

    python3 scripts/torch_reference.py FOLDER
"""

import sys
from collections.abc import Callable
from operator import attrgetter
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional

TYPES = {"f32": (torch.float32, "<f4"), "f64": (torch.float64, "<f8")}

# What has other arguments there, or no name.
DEFINITIONS = {
    "swish": lambda x, beta: x * torch.sigmoid(beta * x),
    "quick_gelu": lambda x: x * torch.sigmoid(float(np.float32(1.702)) * x),
    "gelu_tanh": lambda x: functional.gelu(x, approximate="tanh"),
    "hard_sigmoid": lambda x, alpha, beta: torch.clamp(x * alpha + beta, 0.0, 1.0),
    "thresholded_relu": lambda x, alpha: functional.threshold(x, alpha, 0.0),
    "squared_relu": lambda x: functional.relu(x).square(),
    "soft_cap": lambda x, cap: cap * torch.tanh(x / cap),
    "shrink": lambda x, threshold, bias: torch.where(
        x < -threshold,
        x + bias,
        torch.where(x > threshold, x - bias, torch.where(x.isnan(), x.detach(), 0.0 * x.detach())),
    ),
    "xielu": lambda x, alpha_n, alpha_p, beta, eps: torch.where(
        x > 0,
        alpha_p * x * x + beta * x,
        alpha_n * (torch.expm1(x.clamp(max=eps)) - x) + beta * x,
    ),
}


def parse(text: str) -> tuple[str, list[float], dict[str, int]]:
    """The name, the parameters, which are f32 numbers in either type, and the axis."""
    name, _, arguments = text.removesuffix(")").partition("(")
    arguments = [argument.strip() for argument in arguments.split(",") if argument]
    axes = dict(argument.split("=") for argument in arguments if "=" in argument)
    numbers = [float(np.float32(number)) for number in arguments if "=" not in number]
    return name, numbers, {kind: int(axis) for kind, axis in axes.items()}


def find(name: str) -> Callable[..., torch.Tensor]:
    """The function, which takes x, the numbers, and the slopes if there are any."""
    known = DEFINITIONS.get(name) or getattr(functional, name, None)
    return known or attrgetter(name)(torch)


def run(folder: Path, job: int, shape: list[int], text: str) -> None:
    """Does one line, forwards and backwards, in both types."""
    name, parameters, axes = parse(text)

    def read(kind: str) -> torch.Tensor:
        return torch.from_numpy(np.fromfile(folder / f"{job}.{kind}", "<f4"))

    for suffix, (dtype, bytes_of) in TYPES.items():
        # The conversion to float32 is none: no bit of an input is lost.
        inputs = {"x": read("x").reshape(shape)}
        if (folder / f"{job}.slopes").exists():
            inputs["slopes"] = read("slopes")
        inputs = {
            kind: tensor.to(dtype).requires_grad_() for kind, tensor in inputs.items()
        }
        slopes = list(inputs.values())[1:]
        y = find(name)(inputs["x"], *parameters, *slopes, **axes)
        y.backward(read("dy").to(dtype).reshape(y.shape))
        results = {"y": y.detach()} | {
            f"d_{kind}": tensor.grad for kind, tensor in inputs.items()
        }
        for kind, result in results.items():
            file = folder / f"{job}.{kind}.{suffix}"
            result.contiguous().numpy().astype(bytes_of).tofile(file)


def main() -> None:
    """Does every line."""
    # Each thread would end its part with kernels for single numbers, which have other
    # edge values than those for vectors.
    torch.set_num_threads(1)
    folder = Path(sys.argv[1])
    for job, line in enumerate((folder / "jobs").read_text().splitlines()):
        shape, text = line.split(" ", 1)
        run(folder, job, [int(n) for n in shape.split("x")], text)
    print(torch.__version__)


if __name__ == "__main__":
    main()
