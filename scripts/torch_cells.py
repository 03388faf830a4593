"""Writes what PyTorch makes of gated units and recurrent cells, for tests/torch_cells.rs.

FOLDER has inputs as bare little-endian f32; each result becomes FOLDER/NAME in f64.

    python3 scripts/torch_cells.py FOLDER
"""

import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional

Tensor = torch.Tensor


def clamped(gate: Tensor, up: Tensor) -> Tensor:
    """The unit of gpt-oss. Numbers are f32 ones, as the fields of the unit hold them."""
    alpha = float(np.float32(1.702))
    gate = gate.clamp(max=7.0)
    return gate * torch.sigmoid(alpha * gate) * (up.clamp(-7.0, 7.0) + 1.0)


UNITS: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "glu": lambda gate, up: functional.glu(torch.cat([up, gate], dim=-1), dim=-1),
    "swiglu": lambda gate, up: functional.silu(gate) * up,
    "geglu": lambda gate, up: functional.gelu(gate) * up,
    "geglu_tanh": lambda gate, up: functional.gelu(gate, approximate="tanh") * up,
    "reglu": lambda gate, up: functional.relu(gate) * up,
    "bilinear": lambda gate, up: gate * up,
    "clamped": clamped,
}


def main() -> None:
    """Does all units and cells."""
    folder = Path(sys.argv[1])

    def read(name: str, *shape: int) -> Tensor:
        numbers = np.fromfile(folder / name, "<f4").astype(np.float64)
        return torch.from_numpy(numbers).reshape(shape).requires_grad_()

    def write(name: str, tensor: Tensor) -> None:
        tensor.detach().contiguous().numpy().astype("<f8").tofile(folder / name)

    for name, unit in UNITS.items():
        gate, up = read("gate", -1), read("up", -1)
        y = unit(gate, up)
        y.backward(read("dy", -1).detach())
        write(f"{name}.y", y)
        write(f"{name}.d_gate", gate.grad)
        write(f"{name}.d_up", up.grad)

    # Weights of 1 and 0 make the sums of the gates what is read.
    size = read("cell", -1).numel()
    gates, cell = read("gates", 1, 4 * size), read("cell", 1, size)
    lstm = torch.nn.LSTMCell(4 * size, size, dtype=torch.float64)
    for parameter in lstm.parameters():
        torch.nn.init.zeros_(parameter)
    torch.nn.init.eye_(lstm.weight_ih)
    hidden, new = lstm(gates, (torch.zeros_like(cell), cell))
    loss = (hidden * read("d_hidden", 1, size)).sum() + (new * read("d_cell", 1, size)).sum()
    loss.backward()
    for name, tensor in [("hidden", hidden), ("new", new), ("d_gates", gates.grad)]:
        write(f"lstm.{name}", tensor)
    write("lstm.d_cell", cell.grad)

    # The bias of the state is its sums.
    sums, state = read("sums", 1, 3 * size), read("cell", 1, size)
    gru = torch.nn.GRUCell(3 * size, size, dtype=torch.float64)
    for parameter in gru.parameters():
        torch.nn.init.zeros_(parameter)
    torch.nn.init.eye_(gru.weight_ih)
    gru.bias_hh.data = read("recurrent", 3 * size).detach()
    hidden = gru(sums, state)
    (hidden * read("d_hidden", 1, size)).sum().backward()
    write("gru.hidden", hidden)
    write("gru.d_input", sums.grad)
    write("gru.d_recurrent", gru.bias_hh.grad)
    write("gru.d_hidden", state.grad)
    print(torch.__version__)


if __name__ == "__main__":
    main()
