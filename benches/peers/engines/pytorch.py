"""PyTorch, at the level of the crate."""

import os

from ours import level

os.environ.setdefault("ATEN_CPU_CAPABILITY", level().replace("baseline", "default"))

import torch

NAME = f"PyTorch {torch.__version__}"
torch.set_num_threads(1)


def tensor(x):
    """The same memory as a tensor, with any version of NumPy."""
    return torch.frombuffer(x.reshape(-1).data, dtype=torch.float32).reshape(x.shape)


def rows(function):
    """A function of rows."""
    call = {"softmax": torch.softmax, "log_softmax": torch.log_softmax}[function]

    def prepare(x, y):
        source, result = tensor(x), tensor(y)
        return (lambda: call(source, 1, out=result)), lambda: y

    return {NAME: prepare}


def elementwise(function):
    """A function of one number, or a gated unit."""

    def prepare(inputs, y):
        tensors = [tensor(x) for x in (*inputs, y)]
        return (lambda: function.torch(torch, *tensors)), lambda: y

    return {NAME: prepare}
