"""Times softmax and log-softmax of rows beside the peers."""

import statistics

import numpy as np

from errors import TINY, ulp_of
from ours import rows as ours
from timing import interleaved, ratio

SHAPES = [
    *((4096, 4), (4096, 16), (64, 64), (32, 128)),
    *((256, 1000), (64, 4096), (8, 32_000), (4, 128_256)),
]
ROUNDS = 31


def error(function, x, y):
    """The largest error in ULP where the exact result is a normal number."""
    d = x.astype(np.float64) - x.max(axis=1, keepdims=True)
    sums = np.exp(d).sum(axis=1, keepdims=True)
    exact = np.exp(d) / sums if function == "softmax" else d - np.log(sums)
    normal = np.abs(exact) >= TINY
    return (np.abs(y - exact)[normal] / ulp_of(exact[normal])).max()


def run(engines, wanted, quick):
    """Prints a line for each shape."""
    numbers = np.random.default_rng(1)
    for function in ("softmax", "log_softmax"):
        if wanted not in function:
            continue
        peers = ours(function)
        for engine in engines:
            if hasattr(engine, "rows"):
                peers |= engine.rows(function)
        one = np.zeros((1, 1), dtype=np.float32)
        of_one = {
            name: prepare(one, np.empty_like(one))[0] for name, prepare in peers.items()
        }
        print(f"\n{function}: ns per element, times ours, largest error in ULP")
        for shape in SHAPES:
            x = (4 * numbers.standard_normal(shape)).astype(np.float32)
            prepared = {
                name: prepare(x, np.empty_like(x)) for name, prepare in peers.items()
            }
            calls = {name: call for name, (call, _) in prepared.items()}
            times, _ = interleaved(calls, of_one, 1 if quick else ROUNDS)
            row = []
            for name, (_, result) in prepared.items():
                ns = statistics.median(times[name]) / x.size * 1e9
                times_ours = ratio(times[name], times["ours"])
                ulp = error(function, x, result())
                row.append(f"{name} {ns:.3f}, {times_ours:.2f}, {ulp:.1f}")
            print(f"{shape[0]} x {shape[1]}:  " + "   ".join(row), flush=True)
