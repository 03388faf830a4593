"""Errors of f32 results against values in float64."""

from dataclasses import dataclass

import numpy as np

TINY = float(np.finfo(np.float32).tiny)


@dataclass(frozen=True)
class Error:
    """The largest error, where it is, and how many results are no such number at all."""

    ulp: float
    at: float
    lost: int

    def __str__(self):
        return f"{number(self.ulp)} at {self.at:.9g}, {self.lost} lost"


def number(ulp):
    """An error in a few characters."""
    if ulp < 10:
        return f"{ulp:.2f}"
    return f"{ulp:.0f}" if ulp < 1e5 else f"{ulp:.0e}".replace("e+0", "e")


def sample(numbers):
    """Every 4001st finite f32 of each sign, some of N(0, 4²), and special values."""
    bits = np.arange(0, 0x7F80_0000, 4001, dtype=np.uint32)
    positive = bits.view(np.float32)
    usual = (4 * numbers.standard_normal(1 << 17)).astype(np.float32)
    special = np.array([0.0, np.inf, np.nan], dtype=np.float32)
    return np.concatenate([positive, -positive, usual, special, -special])


def ulp_of(exact):
    """The distance of the two f32 around normal numbers."""
    return np.exp2(np.frexp(exact)[1] - 24.0)


def error(exact, x, y):
    """Compares results with exact values.

    An error counts where the exact value is a normal number and the result a finite one other than
    0. A result is lost where it is 0, infinite, NaN or of the other sign, and the exact value
    rounded is not, or the reverse. Subnormal values and the signs of zeros do not count.
    """
    rounded = exact.astype(np.float32)
    normal = (np.abs(exact) >= TINY) & np.isfinite(rounded)
    counted = normal & np.isfinite(y) & (y != 0)
    difference = np.zeros_like(exact)
    difference[counted] = np.abs(y[counted] - exact[counted]) / ulp_of(exact[counted])
    worst = difference.argmax()
    sure = normal | (exact == 0) | ~np.isfinite(rounded)
    lost = kind(y) != kind(rounded)
    return Error(difference[worst], float(x[worst]), int((lost & sure).sum()))


def kind(x):
    """What a number is: NaN, or by its sign 0, finite or infinite."""
    kinds = np.sign(x) * np.where(np.isinf(x), 2, 1)
    return np.where(np.isnan(x), 3, kinds)
