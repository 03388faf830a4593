"""Writes what PyTorch makes of the inputs in a folder, which tests/torch.rs has put there.

Each line of FOLDER/jobs is a shape and an operation, as `Kind` writes it: "3x5x7 prelu", "1x4096 leaky_relu(0.25)". Axis 1
is that of rows and of channels. Line 0 has its inputs in 0.x, its gradients of outputs in 0.dy, and for prelu 0.slopes, as
bare elements. Its results become 0.y.f32, 0.d_x.f32, 0.d_slopes.f32, and the same in f64, made from the same inputs.

    python3 scripts/torch_reference.py FOLDER
"""

import sys
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional

# All take x, the parameters in the order of the text, and the slopes if there are any.
OPERATIONS = {
    "exp": torch.exp,
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    "relu": functional.relu,
    "leaky_relu": functional.leaky_relu,
    "rrelu": functional.rrelu,
    "relu6": functional.relu6,
    "hard_tanh": functional.hardtanh,
    "threshold": functional.threshold,
    "elu": functional.elu,
    "selu": functional.selu,
    "celu": functional.celu,
    "prelu": functional.prelu,
    "softmax": lambda x: torch.softmax(x, dim=1),
    "log_softmax": lambda x: torch.log_softmax(x, dim=1),
    "log_sum_exp": lambda x: torch.logsumexp(x, dim=1),
}
TYPES = {"f32": (torch.float32, "<f4"), "f64": (torch.float64, "<f8")}


def parse(text: str) -> tuple[str, list[float]]:
    """The name and the parameters, which are f32 numbers in either type."""
    name, _, parameters = text.removesuffix(")").partition("(")
    return name, [
        float(np.float32(number)) for number in parameters.split(",") if number
    ]


def run(folder: Path, job: int, shape: list[int], text: str) -> None:
    """Does one line, forwards and backwards, in both types."""
    name, parameters = parse(text)

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
        y = OPERATIONS[name](inputs["x"], *parameters, *list(inputs.values())[1:])
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
