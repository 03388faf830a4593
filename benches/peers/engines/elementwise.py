"""Times functions of one number, and SwiGLU, beside the peers, and finds their errors."""

import statistics

import numpy as np

from errors import error, number, sample
from functions import FUNCTIONS
from ours import elementwise as ours
from timing import interleaved, page_aligned, ratio

SIZES = {"L1": 4096, "L2": 131_072, "memory": 1 << 24}
ROUNDS = {"L1": 101, "L2": 51, "memory": 15}


def aligned(x):
    """The same numbers from the beginning of a page."""
    place = page_aligned(x.size)
    place[:] = x
    return place


def inputs_of(function, numbers, length):
    """The arguments of a function: N(0, 4²), and N(0, 1) for what is multiplied."""
    x = (4 * numbers.standard_normal(length)).astype(np.float32)
    up = numbers.standard_normal(length).astype(np.float32)
    return [aligned(each) for each in ([x, up] if function.gated else [x])]


def errors(function, peers, numbers):
    """The error of each peer."""
    x = aligned(sample(numbers))
    inputs = [x]
    if function.gated:
        inputs.append(aligned(numbers.standard_normal(x.size).astype(np.float32)))
    with np.errstate(all="ignore"):
        exact = function.exact(*(each.astype(np.float64) for each in inputs))
        found = {}
        for name, prepare in peers.items():
            call, result = prepare(inputs, page_aligned(x.size))
            call()
            found[name] = error(exact, x, np.array(result()))
    return found


def times(function, peers, numbers, size, rounds):
    """The time per element of the default tier, that of each peer divided by it, and calls.

    The last are the costs of a call as multiples of what is left of the time without them.
    """
    inputs, y = inputs_of(function, numbers, SIZES[size]), page_aligned(SIZES[size])
    one, y_of_one = inputs_of(function, numbers, 1), page_aligned(1)
    calls = {name: prepare(inputs, y)[0] for name, prepare in peers.items()}
    of_one = {name: prepare(one, y_of_one)[0] for name, prepare in peers.items()}
    measured, costs = interleaved(calls, of_one, rounds)
    ns = statistics.median(measured["ours"]) / SIZES[size] * 1e9
    ratios = {name: ratio(each, measured["ours"]) for name, each in measured.items()}
    left = {name: statistics.median(each) for name, each in measured.items()}
    return ns, ratios, {name: costs[name] / left[name] for name in left}


def cell(name, ratios, calls, found):
    """The ratios of a peer in L1 and in memory, and its error.

    Brackets stand around a ratio of less than a quarter of what a call costs.
    """
    parts = []
    for size in ("L1", "memory"):
        text = f"{ratios[size][name]:.2f}"
        parts.append(f"({text})" if calls[size][name] > 4 else text)
    return f"{', '.join(parts)}; {number(found[name].ulp)}"


def run(engines, wanted, quick):
    """Prints the figures of all functions, and a table of those in L1 and in memory."""
    rows, names = [], []
    for function in FUNCTIONS:
        if wanted not in function.name:
            continue
        numbers = np.random.default_rng(1)
        peers = ours(function)
        for engine in engines:
            peers |= engine.elementwise(function)
        names += [name for name in peers if name not in names]
        found = errors(function, peers, numbers)
        nanoseconds, ratios, calls = {}, {}, {}
        for size, rounds in ROUNDS.items():
            nanoseconds[size], ratios[size], calls[size] = times(
                function, peers, numbers, size, 1 if quick else rounds
            )
        figures = ", ".join(f"{ns:.3f} in {size}" for size, ns in nanoseconds.items())
        print(f"\n{function.name}: {figures} (ns per element)")
        for name in peers:
            of_sizes = ", ".join(f"{ratios[size][name]:.2f}" for size in SIZES)
            print(f"  {name}: {of_sizes}; {found[name]}", flush=True)
        row = [function.name]
        row.append(f"{nanoseconds['L1']:.3f}, {nanoseconds['memory']:.3f}")
        row[-1] += f"; {number(found['ours'].ulp)}"
        for name in names[1:]:
            known = name in peers
            row.append(cell(name, ratios, calls, found) if known else "")
        rows.append(row)
    print()
    print("| " + " | ".join(["", *names]) + " |")
    print("|---" * (len(names) + 1) + "|")
    for row in rows:
        row += [""] * (len(names) + 1 - len(row))
        print("| " + " | ".join(row) + " |")
