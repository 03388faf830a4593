"""The constants of src/math/gate, src/ops/quick_gelu.rs and src/ops/mish.rs."""

from mpmath import mp, mpf

from exponential import MARGIN
from floats import f32
from minimax import Problem, problem
from sources import Report, found, main
from tables import best, table

# 2^r / kappa stays below 1 for |r| <= 1/16, and near it.
LOWEST_KAPPA, HIGHEST_KAPPA = 1.0446, 1.06
LARGEST_R = MARGIN / 16


def powers(report: Report, file: Report) -> None:
    """kappa 2^(i/8), and the same times the root of 2."""
    kappa, distance = best(LOWEST_KAPPA, HIGHEST_KAPPA)
    note = f"kappa {float(kappa)}, off by at most {distance:.3f} * 2^-24, relatively"
    made = table(kappa)
    report.equal("POWERS", made, note=note)
    file.equal("ROOT_POWERS", made[4:] + [2 * t for t in made[:4]])
    source = dict(zip((3, 2, 1, 0), found(report.file, "REST"), strict=True))
    wanted = problem(
        lambda r: mpf(2) ** r / kappa - 1,
        lambda r: kappa / mpf(2) ** r,
        (-LARGEST_R, LARGEST_R),
        (0, 1, 2, 3),
    )
    report.fitted("REST", source, wanted, percent=5)


def gate_slope(t: mpf) -> mpf:
    e = mp.exp(-t)
    return (1 + e * (1 + t)) / (1 + e) ** 2


def mish_slope(x: mpf) -> mpf:
    w = mp.exp(x)
    n = 4 * (x + 1) + w * (4 * x + 6 + w * (4 + w))
    return w * n / (2 + w * (2 + w)) ** 2


def near_gate(report: Report) -> None:
    """The derivative less 1/2 + t/2, which is odd: for t > 0."""
    powers = (3, 5, 7, 9, 11)
    source = dict(zip(reversed(powers), found(report.file, "NEAR"), strict=True))
    known = {1: mpf(1) / 2}
    wanted = problem(
        lambda t: gate_slope(t) - mpf(1) / 2,
        lambda _: mpf(1),
        (mpf("0.001"), mpf(1)),
        powers,
        known,
    )
    # Far below what rounding makes of it.
    check(report, "NEAR", {**known, **source}, wanted, mpf("0.03"))


def near_mish(report: Report) -> None:
    """The derivative where |x + 1/8| < 0.825, with f32 numbers for 3/5 and 16/25."""
    powers = tuple(range(9))
    source = dict(zip(reversed(powers), found(report.file, "NEAR"), strict=True))
    constant, slope = f32(mpf(3) / 5), f32(mpf(16) / 25)

    def square(x: mpf) -> mpf:
        return x * x + mpf(2) ** -21

    def per_ulp(x: mpf) -> mpf:
        y = mish_slope(x)
        return mpf(1) if y > 0.5 else mpf(2) if y > 0.25 else mpf(4)

    wanted = problem(
        lambda x: (mish_slope(x) - constant - slope * x) / square(x),
        lambda x: per_ulp(x) * square(x),
        (mpf("-0.95"), mpf("0.7")),
        powers,
    )
    check(report, "NEAR", source, wanted, mpf("0.6"))


def check(
    report: Report, name: str, source: dict[int, mpf], wanted: Problem, most: mpf
) -> None:
    """That the source has a polynomial whose error times 2^24 is below a limit."""
    report.title(name, "")
    error = wanted.error(source) * 2**24
    report.line(f"error {mp.nstr(error, 4)} * 2^-24 in the source")
    if error > most:
        report.differ(f"more than {mp.nstr(most, 4)} * 2^-24")


def make() -> list[Report]:
    gate, slope, quick, mish = (
        Report(file)
        for file in (
            "math/gate/mod.rs",
            "math/gate/gradient.rs",
            "ops/quick_gelu.rs",
            "ops/mish.rs",
        )
    )
    powers(gate, mish)
    near_gate(slope)
    quick.equal("BETA", [f32(mpf("1.702"))])
    mish.equal("ROOT", [f32(mp.sqrt(2))])
    near_mish(mish)
    return [gate, slope, quick, mish]


if __name__ == "__main__":
    main(make, __doc__)
