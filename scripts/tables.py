"""Tables of the eight numbers c 2^(i/8)."""

import numpy as np
from mpmath import mpf
from numpy.typing import NDArray

from floats import f32


def exact(c: mpf) -> list[mpf]:
    return [c * mpf(2) ** (mpf(i) / 8) for i in range(8)]


def table(c: mpf) -> list[mpf]:
    """As the nearest f32 numbers."""
    return [f32(x) for x in exact(c)]


def distance(c: NDArray[np.float64], step: int) -> NDArray[np.float64]:
    """How far the eight are from f32 numbers whose mantissas are multiples of `step`.

    The maximum, relative, times 2^24.
    """
    farthest = np.zeros_like(c)
    for i in range(8):
        mantissa = np.frexp(c * 2 ** (i / 8))[0] * 2.0**24
        error = np.abs(mantissa - step * np.rint(mantissa / step)) / mantissa
        farthest = np.maximum(farthest, error * 2**24)
    return farthest


def best(low: float, high: float, step: int = 1) -> tuple[mpf, float]:
    """The c in [low, high] with the least distance, and the distance.

    c itself is an f32 with such a mantissa. 1/2 <= low < high < 2.
    """
    spacing = step * 2.0**-24
    small = np.arange(np.ceil(low / spacing), min(high, 1) / spacing) * spacing
    large = np.arange(np.ceil(max(low, 1) / spacing / 2), high / spacing / 2)
    candidates = np.concatenate([small, large * spacing * 2])
    distances = distance(candidates, step)
    at = int(np.argmin(distances))
    return mpf(float(candidates[at])), float(distances[at])
