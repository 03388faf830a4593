"""The constants of src/rows/terms.rs.

A factor that all terms of a row have cancels, so what counts is not how large the relative
errors of the terms are, but how far they spread: those of the table and of the polynomial,
and half an ULP on either side of the last rounding. K, C2 and C3 make that spread small.
"""

import numpy as np
from mpmath import mp, mpf
from numpy.typing import NDArray

from exponential import LARGEST_R
from floats import f32
from sources import Report, found, main
from tables import table

K = mpf("1.4395984418512")
HALVES = 2.0**24


def spread(
    k: float, c2: float, c3: float, points: int = 2001, *, rounded: bool = True
) -> tuple[float, float]:
    """The least and the largest relative error of a term, times 2^24."""
    limit = float(LARGEST_R)
    r: NDArray[np.float64] = np.linspace(-limit, limit, points)
    # e^r times the relative error of 1 + r + C2 r^2 + C3 r^3, by a series that does not cancel.
    missing = c2 * r**2 + c3 * r**3 - (
        r**2 / 2 + r**3 / 6 + r**4 / 24 + r**5 / 120 + r**6 / 720 + r**7 / 5040
    )
    polynomial = missing * np.exp(-r)
    low, high = np.inf, -np.inf
    for i, t in enumerate(table(mpf(k))):
        exact = k * 2.0 ** (i / 8)
        error = float(t / (mpf(k) * mpf(2) ** (mpf(i) / 8)) - 1) + polynomial
        mantissa = np.frexp(exact * np.exp(r))[0] * 2
        rounding = rounded / (HALVES * mantissa)
        low = min(low, float(np.min(error - rounding)))
        high = max(high, float(np.max(error + rounding)))
    return low * HALVES, high * HALVES


def make() -> list[Report]:
    report = Report("rows/numerics/terms.rs")
    c2, c3 = (float(found(report.file, name)[0]) for name in ("C2", "C3"))
    low, high = spread(float(K), c2, c3)
    report.equal("POWERS", table(K), note=f"terms off by {low:.3f} to {high:.3f} * 2^-24")
    report.title("C2, C3", "")
    report.line(f"they spread by {high - low:.3f} * 2^-24, and 2.62 are allowed for")
    if high - low > 2.62:
        report.differ("that is more")
    step2, step3 = 2.0**-24, 2.0**-26
    around = [
        (i, j, spread(float(K), c2 + i * step2, c3 + j * step3, 301))
        for i in range(-60, 61, 20)
        for j in range(-600, 601, 200)
    ]
    least = min(high - low for _, _, (low, high) in around)
    report.line(f"the least of a grid of coefficients around them: {least:.3f} * 2^-24")
    if least < high - low - 0.02:
        report.differ("other coefficients are better")
    report.title("SCALE", "")
    low, high = spread(float(K), c2, c3, rounded=False)
    middle = (low + high) / 2
    report.line(f"without the last rounding terms are off by {low:.3f} to {high:.3f} * 2^-24")
    report.line(f"the errors lie around {middle:.2f} * 2^-24")
    if abs(middle - 0.30) > 0.05:
        report.differ("the source has 0.30")
    for name, value in (("C2", mpf(c2)), ("C3", mpf(c3))):
        if f32(value) != value:
            report.differ(f"{name} is no f32")
    return [report]


if __name__ == "__main__":
    mp.prec = 120
    main(make, __doc__)
