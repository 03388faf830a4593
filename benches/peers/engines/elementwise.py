"""Times functions of one number, and SwiGLU, beside the peers, and finds their errors."""

import statistics

import numpy as np

from errors import error, number, sample
from functions import FUNCTIONS
from ours import elementwise as ours
from ours import level
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


def all_peers(function, engines):
    """The tiers of the crate and all peers that have the function."""
    peers = ours(function)
    for engine in engines:
        more = engine.elementwise(function)
        if not more:
            print(f"### LEFT OUT: {engine.__name__} has no {function.name}")
        peers |= more
    return peers


def cells(peers, ns, ratios, calls, found):
    """A row of the table: the ratios in L1 and in memory, and the errors.

    For the default tier they are times. Brackets stand around a ratio whose time is less than half
    of what a call costs.
    """
    row = {}
    for name in peers:
        parts = []
        for size in ("L1", "memory"):
            text = f"{ratios[size][name]:.2f}"
            noise = calls[size][name] > 2
            parts.append(f"({text})" if noise else text)
        if name == "ours":
            parts = [f"{ns[size]:.3f}" for size in ("L1", "memory")]
        row[name] = f"{', '.join(parts)}; {number(found[name].ulp)}"
    return row


def table(rows):
    """Prints the rows of all functions with a column for each peer."""
    names = list(dict.fromkeys(name for row in rows.values() for name in row))
    lines = [["", *names], ["---"] * (len(names) + 1)]
    for function, row in rows.items():
        lines.append([function, *(row.get(name, "") for name in names)])
    print()
    for line in lines:
        print("| " + " | ".join(line) + " |")


def run(engines, wanted, quick):
    """Prints the figures of all functions, and a table of those in L1 and in memory."""
    print(f"functions of one number, at the level {level()}")
    rows = {}
    for function in FUNCTIONS:
        if wanted not in function.name:
            continue
        numbers = np.random.default_rng(1)
        peers = all_peers(function, engines)
        found = errors(function, peers, numbers)
        ns, ratios, calls = {}, {}, {}
        for size, rounds in ROUNDS.items():
            ns[size], ratios[size], calls[size] = times(
                function, peers, numbers, size, 1 if quick else rounds
            )
        figures = ", ".join(f"{ns[size]:.3f} in {size}" for size in SIZES)
        print(f"\n{function.name}: {figures} (ns per element)")
        for name in peers:
            of_sizes = ", ".join(f"{ratios[size][name]:.2f}" for size in SIZES)
            print(f"  {name}: {of_sizes}; {found[name]}", flush=True)
        rows[function.name] = cells(peers, ns, ratios, calls, found)
    table(rows)
