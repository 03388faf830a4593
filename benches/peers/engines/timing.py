"""Rounds of timed calls, and what a call of one element costs."""

import statistics
import time

import numpy as np

SLICE = 2e-3


def page_aligned(length):
    """Uninitialised f32 that begin with a page."""
    raw = np.empty(4 * length + 4096, dtype=np.uint8)
    start = -raw.ctypes.data % 4096
    return raw[start : start + 4 * length].view(np.float32)


def seconds(call, repeats):
    """The time of a call, as the mean of some.

    It is that of the thread: other work on the core does not count.
    """
    start = time.thread_time()
    for _ in range(repeats):
        call()
    return (time.thread_time() - start) / repeats


def repeats_of(call):
    """How many calls fill a slice of a round."""
    call()
    return max(1, int(SLICE / max(seconds(call, 3), 1e-9)))


def interleaved(calls, of_one, rounds):
    """The times of each call without that of one element, and the medians of the latter.

    In a round all calls have their turns, one after the other.
    """
    repeats = {name: repeats_of(call) for name, call in calls.items()}
    repeats_of_one = {name: repeats_of(call) for name, call in of_one.items()}
    times = {name: [] for name in calls}
    costs = {name: [] for name in calls}
    for _ in range(rounds):
        for name, call in calls.items():
            cost = seconds(of_one[name], repeats_of_one[name])
            costs[name].append(cost)
            times[name].append(max(seconds(call, repeats[name]) - cost, 1e-9))
    return times, {name: statistics.median(each) for name, each in costs.items()}


def ratio(times, base):
    """The median of the ratios of the rounds."""
    return statistics.median(a / b for a, b in zip(times, base))
