"""The constants of src/ops/tanh.rs."""

from mpmath import mp, mpf

from exponential import LARGEST_R
from floats import ulp
from minimax import problem
from sources import Report, found, main
from tables import best, table

WITHIN = "fn half_exp_plus_half"


def tanh_per_x(s: mpf) -> mpf:
    x = mp.sqrt(s)
    return mp.tanh(x) / x


def ratio(s: mpf) -> mpf:
    return s / (1 - tanh_per_x(s))


def influence(s: mpf) -> mpf:
    """How much an error of the ratio weighs in x - x s / ratio, relative to tanh x."""
    return s / ratio(s) ** 2 / tanh_per_x(s)


def below_1(report: Report) -> None:
    """The ratio, of which tanh is made for |x| <= 1."""
    # Rounded from the constant on, those that follow fitted again.
    coefficients = reversed(found(report.file, "COEFFICIENTS", "fn ratio"))
    source = dict(enumerate(coefficients))
    wanted = problem(ratio, influence, (mpf(2) ** -40, mpf(1)), range(4))
    report.fitted("COEFFICIENTS", source, wanted, within="fn ratio")


def powers(report: Report) -> mpf:
    """1/c: the best number with an even mantissa that keeps |c e^2r - 1| below 1/16.

    The rounding of c e^2r - 1 is 2^-29 there at most.
    """
    largest = mp.exp(LARGEST_R)
    low, high = 16 * largest / 17, 16 / largest / 15
    per_c, distance = best(float(low), float(high), step=2)
    note = f"off by at most {distance:.3f} * 2^-24, relatively; all mantissas are even"
    report.equal("POWERS", table(per_c), within=WITHIN, note=note)
    return per_c


def polynomial(report: Report, per_c: mpf) -> None:
    """c e^2r - 1."""
    # In the result an error is damped to a quarter.
    coefficients = reversed(found(report.file, "COEFFICIENTS", WITHIN))
    source = dict(enumerate(coefficients))
    wanted = problem(
        lambda r: mp.exp(2 * r) / per_c - 1,
        lambda r: per_c / mp.exp(2 * r),
        (-LARGEST_R / 2, LARGEST_R / 2),
        range(4),
    )
    report.fitted("COEFFICIENTS", source, wanted, within=WITHIN)


def fast(report: Report) -> None:
    """p/q = tanh(x/2), by successive linear programmes that are not kept.

    The lowest coefficient of q is imposed, so the fit is not the best one: with 0.09
    ULP instead of 0.55 the roundings weigh more than they save.
    """
    within = "for Fast<Tanh>"
    p2, p1, p0 = found(report.file, "P", within)
    q2, q1, q0 = found(report.file, "Q", within)
    if q0 != 2 * p0 or q0 % 2**14 != 0:
        report.differ("powers of two near 0 are not exact")

    def error(x: mpf) -> mpf:
        s = x * x
        p, q = x * ((p2 * s + p1) * s + p0), ((s + q2) * s + q1) * s + q0
        exact = mp.tanh(x)
        return abs(2 * p * q / (p * p + q * q) - exact) / ulp(exact)

    largest = max(error(mpf(i) / 500) for i in range(1, 4326))
    report.error_below("P, Q", largest, 0.55, unit="ULP", within=within)


def make() -> list[Report]:
    report, shared = Report("ops/tanh.rs"), Report("math/logistic.rs")
    below_1(shared)
    polynomial(report, powers(report))
    fast(report)
    return [report, shared]


if __name__ == "__main__":
    main(make, __doc__)
