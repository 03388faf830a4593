"""The constants of src/ops/erf.rs and src/math/gauss.rs."""

from mpmath import mp, mpf

from exponential import MARGIN
from floats import f32, ulp
from minimax import problem
from sources import Report, found, main
from tables import best, table

# 2/√π, whose table and coefficients serve for 1/√(2π) too: that is 2^-1.5 times as much.
FACTOR = 2 / mp.sqrt(mp.pi)
LOWEST_K, HIGHEST_K = 1.0, 1.17
LARGEST_F = MARGIN / 16


def intervals(report: Report) -> None:
    """Polynomials of degree 6 around the centres, by programmes that are not kept.

    They are weighted by what rounding leaves of an ULP, and so are checked, not made.
    """
    step = found(report.file, "STEP")[0]
    centres = found(report.file, "CENTRES")
    tables = [found(report.file, f"G{k}") for k in range(7)]
    pairs = zip(centres[1:], tables[0][1:], strict=True)
    far = max(abs(mp.erf(c) - g) / ulp(g) for c, g in pairs)
    report.error_below("CENTRES, G0", far, 0.15, unit="ULP")
    worst = mpf(0)
    for i, centre in enumerate(centres):
        coefficients = [of[i] for of in tables]
        if i == 0:
            coefficients[1] += 1
        low, high = max(i - mpf(1) / 2, mpf(1) / 1000), min(i + mpf(1) / 2, mpf("7.498"))
        for j in range(401):
            x = (low + (high - low) * j / 400) * step
            y = mp.polyval(coefficients[::-1], x - centre)
            worst = max(worst, abs(y - mp.erf(x)) / ulp(mp.erf(x)))
    report.error_below("G0 to G6", worst, 0.35, unit="ULP")


def gauss(report: Report) -> None:
    """The table and the polynomial of 2/√π 2^f."""
    k, distance = best(LOWEST_K, HIGHEST_K)
    note = f"K = {mp.nstr(k, 5)}, off by at most {distance:.3f} * 2^-24, relatively"
    report.equal("POWERS", table(k), note=note)
    log2_e = 1 / mp.ln2
    report.equal("LOG2_E_REST", [f32(log2_e - f32(log2_e))])
    coefficients = found(report.file, "COEFFICIENTS")
    ratio = FACTOR / k
    wanted = problem(
        lambda f: mpf(2) ** f * ratio - 1,
        lambda f: mpf(2) ** -f / ratio,
        (-LARGEST_F, LARGEST_F),
        range(5),
    )
    # The constant term is such that the value at 0 is the nearest f32.
    wanted = wanted.fix(0, coefficients[-1])
    if f32(k * (1 + coefficients[-1])) != f32(FACTOR):
        report.differ("the value at 0 is not 2/√π")
    source = dict(enumerate(reversed(coefficients)))
    report.fitted("COEFFICIENTS", source, wanted, percent=110)


def make() -> list[Report]:
    erf, shared = Report("ops/erf.rs"), Report("math/gauss.rs")
    intervals(erf)
    gauss(shared)
    return [erf, shared]


if __name__ == "__main__":
    main(make, __doc__)
