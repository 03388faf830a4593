"""The constants of src/ops/tanh.rs."""

from mpmath import mp, mpf

from exponential import LARGEST_R
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


def make() -> list[Report]:
    report, shared = Report("ops/tanh.rs"), Report("math/logistic.rs")
    below_1(shared)
    polynomial(report, powers(report))
    return [report, shared]


if __name__ == "__main__":
    main(make, __doc__)
