"""The constants of src/math/exp.rs and src/math/scaled_exp.rs.

An error of e^r is relative to e^r. The intervals of r are wider by a part in 2000 than
the reduction makes them with exact constants: more than its rounding can add.
"""

from collections.abc import Iterable

from mpmath import mp, mpf

from floats import f32
from minimax import Problem, problem
from sources import Report, found, main, times_2_24
from tables import exact, table

MARGIN = 1 + mpf(1) / 2000
LARGEST_R = mp.ln2 / 16 * MARGIN
LARGEST_R_UNFUSED = mp.ln2 / 2 * MARGIN


def expm1(largest: mpf, powers: Iterable[int]) -> Problem:
    """e^r - 1 for |r| <= largest; r itself has the coefficient 1, so it stays exact."""
    interval = (-largest, largest)
    return problem(mp.expm1, lambda r: mp.exp(-r), interval, powers, {1: mpf(1)})


def reduction(report: Report) -> None:
    """With FMA: x = n ln 2 + r."""
    ln_2 = f32(mp.ln2)
    rest = f32(mp.ln2 - ln_2)
    missing = 152 * abs(mp.ln2 - ln_2 - rest)
    note = f"e^x is off by at most {times_2_24(missing)} by what is missing of ln 2"
    report.equal("LOG2_E", [f32(1 / mp.ln2)])
    report.equal("LN_2", [ln_2])
    report.equal("LN_2_REST", [rest], note=note)


def polynomial(report: Report) -> None:
    """With FMA: e^r - 1."""
    source = {k: found(report.file, f"C{k}")[0] for k in (0, 2, 3)}
    wanted = expm1(LARGEST_R, source)
    report.fitted("C0, C2, C3", {1: mpf(1), **source}, wanted)


def tables(report: Report) -> None:
    """2^(i/8) in f32, and its relative errors plus C0."""
    powers = table(mpf(1))
    report.equal("POWERS", powers)
    c0 = found("math/exp.rs", "C0")[0]
    errors = [f32(x / t - 1) for x, t in zip(exact(mpf(1)), powers, strict=True)]
    report.equal("CORRECTIONS", [f32(e + c0) for e in errors])


def unfused(report: Report) -> None:
    """Without FMA: ln 2 in 15 bits and the rest, and e^r - 1."""
    within = "mod unfused"
    ln_2 = f32(mp.ln2, digits=15)
    report.equal("LN_2", [ln_2], within=within)
    report.equal("LN_2_REST", [f32(mp.ln2 - ln_2)], within=within)
    # Rounding weighs more than the fit here: of the sets near the best one, the source
    # has one that gives exp 0.976 ULP, where the set of this fit gives it 0.989.
    coefficients = reversed(found(report.file, "COEFFICIENTS", within))
    source = {1: mpf(1), **dict(enumerate(coefficients, start=2))}
    wanted = expm1(LARGEST_R_UNFUSED, range(2, 7))
    report.fitted("COEFFICIENTS", source, wanted, percent=23, within=within)


def make() -> list[Report]:
    core, exp = Report("math/exp.rs"), Report("math/scaled_exp.rs")
    reduction(core)
    polynomial(core)
    unfused(core)
    tables(exp)
    return [core, exp]


if __name__ == "__main__":
    main(make, __doc__)
