#!/usr/bin/env python3
"""Times softmax and log-softmax of rows beside ONNX Runtime and PyTorch, which run as whole engines only.

    pip install numpy onnx onnxruntime torch
    python3 benches/peers/engines.py

All work in one thread on the same matrices of N(0, 4²), one after the other in each round; the figures are medians of the
time, and of the time divided by that of the default tier. What a call costs is measured on a matrix of one element, in
each round, and taken off: in favour of the engines, and a large part of their time on 4096 elements. An engine that is not installed is named and left out.
"""

import ctypes
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

for variable in ("OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"

import numpy as np

SHAPES = [(4096, 4), (4096, 16), (64, 64), (32, 128), (256, 1000), (64, 4096), (8, 32_000), (4, 128_256)]
ROUNDS = 31
SLICE = 2e-3


def ours(function):
    """The crate, built for this run."""
    manifest = Path(__file__).parent / "engines" / "Cargo.toml"
    subprocess.run(["cargo", "build", "--release", "--quiet", "--manifest-path", manifest], check=True)
    target = Path(os.environ.get("CARGO_TARGET_DIR", manifest.parent / "target"))
    names = {"linux": "libactivations_engines.so", "darwin": "libactivations_engines.dylib"}
    library = ctypes.CDLL(str(target / "release" / names.get(sys.platform, "activations_engines.dll")))

    def bind(name):
        call = getattr(library, name)
        call.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_size_t, ctypes.c_size_t]

        def prepare(x):
            y = np.empty_like(x)
            arguments = (x.ctypes.data, y.ctypes.data, *x.shape)
            return (lambda: call(*arguments)), y

        return prepare

    return {"ours": bind(function), "ours, fast": bind(f"fast_{function}")}


def onnx_runtime(function):
    import onnx
    import onnxruntime

    operator = {"softmax": "Softmax", "log_softmax": "LogSoftmax"}[function]
    matrix = lambda name: onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, ["rows", "cols"])
    node = onnx.helper.make_node(operator, ["x"], ["y"], axis=-1)
    graph = onnx.helper.make_graph([node], "rows", [matrix("x")], [matrix("y")])
    model = onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 17)], ir_version=8)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(model.SerializeToString(), options, ["CPUExecutionProvider"])

    def prepare(x):
        y = np.empty_like(x)
        binding = session.io_binding()
        binding.bind_cpu_input("x", x)
        binding.bind_output("y", "cpu", 0, np.float32, y.shape, y.ctypes.data)
        return (lambda: session.run_with_iobinding(binding)), y

    return {f"ONNX Runtime {onnxruntime.__version__}": prepare}


def pytorch(function):
    import torch

    torch.set_num_threads(1)

    def prepare(x):
        y = np.empty_like(x)
        source, result = torch.from_numpy(x), torch.from_numpy(y)
        call = {"softmax": torch.softmax, "log_softmax": torch.log_softmax}[function]
        return (lambda: call(source, 1, out=result)), y

    return {f"PyTorch {torch.__version__}": prepare}


def seconds(call, repeats):
    start = time.perf_counter()
    for _ in range(repeats):
        call()
    return (time.perf_counter() - start) / repeats


def repeats_of(call):
    call()
    return max(1, int(SLICE / max(seconds(call, 3), 1e-9)))


def error(function, x, y):
    """The largest error in ULP where the exact result is a normal number."""
    d = x.astype(np.float64) - x.max(axis=1, keepdims=True)
    sums = np.exp(d).sum(axis=1, keepdims=True)
    exact = np.exp(d) / sums if function == "softmax" else d - np.log(sums)
    normal = np.abs(exact) >= np.finfo(np.float32).tiny
    ulp = np.spacing(np.abs(exact).astype(np.float32)).astype(np.float64)
    return (np.abs(y - exact) / ulp)[normal].max()


def main():
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    numbers = np.random.default_rng(1)
    for function in ("softmax", "log_softmax"):
        peers = ours(function)
        for engine in (onnx_runtime, pytorch):
            try:
                peers |= engine(function)
            except ImportError as missing:
                print(f"{engine.__name__} is left out: {missing}", file=sys.stderr)
        one = np.zeros((1, 1), dtype=np.float32)
        of_one = {name: prepare(one)[0] for name, prepare in peers.items()}
        print(f"\n{function}: ns per element, times ours, largest error in ULP")
        for shape in SHAPES:
            x = (4 * numbers.standard_normal(shape)).astype(np.float32)
            calls = {name: prepare(x) for name, prepare in peers.items()}
            repeats = {name: repeats_of(call) for name, (call, _) in calls.items()}
            rounds = {name: [] for name in calls}
            for _ in range(ROUNDS):
                for name, (call, _) in calls.items():
                    rounds[name].append(max(seconds(call, repeats[name]) - seconds(of_one[name], 200), 1e-9))
            row = []
            for name, (_, y) in calls.items():
                ns = statistics.median(rounds[name]) / x.size * 1e9
                ratio = statistics.median(a / b for a, b in zip(rounds[name], rounds["ours"]))
                row.append(f"{name} {ns:.3f}, {ratio:.2f}, {error(function, x, y):.1f}")
            print(f"{shape[0]} x {shape[1]}:  " + "   ".join(row))


if __name__ == "__main__":
    main()
