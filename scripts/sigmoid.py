"""The constants of src/ops/sigmoid.rs."""

from mpmath import mp, mpf

from exponential import LARGEST_R, expm1
from floats import f32
from minimax import fit
from sources import Report, main, times_2_24
from tables import best, table

HALVINGS = 24
HALVINGS_OF_THE_BELL = 26

# Of the f32 numbers in this interval, K is the one whose K 2^(i/8) are nearest to f32
# numbers, so that they need no corrections. The interval is good for the rounding of
# `small` = K + S p. Just below y = 1/2 that weighs 2 y^2 / K ULP, which asks for a
# large K; but twice that where `small` is above 2, and here it is only from E = 3.2 on.
# The whole function, with a table of corrections: 1.16 ULP with K = 1, 0.96 with 1.74,
# 1.00 with 1.83.
LOWEST_K, HIGHEST_K = 1.72, 1.76


def default(report: Report) -> list[mpf]:
    """K, its powers and its inverse."""
    k, distance = best(LOWEST_K, HIGHEST_K)
    powers = table(k)
    note = f"off by at most {distance:.3f} * 2^-24, relatively"
    report.equal("POWERS", powers, note=note)
    report.equal("K", [mp.ldexp(k, -HALVINGS)])
    report.equal("PER_K", [f32(mp.ldexp(1 / k, HALVINGS))])
    return powers


def fast(report: Report) -> None:
    """The powers of two and e^-r."""
    # Exact at both ends of the interval, so that the polynomials of neighbouring table
    # entries meet, and the function never steps back. With the set of least error it
    # does, once, and has 2.78 instead of 2.99 ULP.
    r = LARGEST_R
    c2, c3 = f32((mp.cosh(r) - 1) / r**2), f32((mp.sinh(r) - r) / r**3)
    wanted = expm1(r, (2, 3))
    error, least = wanted.error({1: mpf(1), 2: c2, 3: c3}), wanted.error(fit(wanted))
    note = f"error {times_2_24(error)}, and the least {times_2_24(least)}"
    report.equal("POWERS_OF_TWO", table(mpf(1)))
    report.equal(
        "COEFFICIENTS",
        [-c3, c2, mpf(-1), mpf(1)],
        within="fn fast_denominator",
        note=note,
    )


def gradient(report: Report, powers: list[mpf]) -> None:
    """The same table from another entry on: the largest whose triple is below 4."""
    turned = sorted(t if t < 2 else t / 2 for t in powers)
    k = max(t for t in turned if 3 * t < 4)
    at = turned.index(k)
    turned = turned[at:] + [2 * t for t in turned[:at]]
    report.equal("POWERS", turned, within="fn bell")
    report.equal("K", [mp.ldexp(k, -HALVINGS_OF_THE_BELL)], within="fn bell")


def make() -> list[Report]:
    report, shared = Report("ops/sigmoid.rs"), Report("math/logistic.rs")
    powers = default(report)
    fast(report)
    gradient(shared, powers)
    return [report, shared]


if __name__ == "__main__":
    main(make, __doc__)
