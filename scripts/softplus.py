"""The constants of src/math/base2.rs, softplus.rs and sigmoid_product.rs."""

from mpmath import mp, mpf

from exponential import MARGIN
from minimax import Problem, problem
from sources import Report, found, main
from tables import exact, table

LARGEST_F = MARGIN / 16


def power(k: mpf) -> Problem:
    """2^f / K for |f| <= 1/16, relative to 2^f."""
    interval = (-LARGEST_F, LARGEST_F)
    return problem(lambda f: 2**f / k, lambda f: k * 2**-f, interval, (0, 1, 2, 3))


def quotient(near: mpf) -> Problem:
    """Q of log(1 + E) = E + E^2 Q(E) for x <= -near, relative to the logarithm."""

    def q(e: mpf) -> mpf:
        return (mp.log1p(e) - e) / e**2

    interval = (mpf(2) ** -20, mp.exp(-near))
    return problem(q, lambda e: e**2 / mp.log1p(e), interval, range(6))


def even_part(near: mpf, terms: int) -> Problem:
    """R(s) of log(1 + e^x) = (x + 2 s R(s)) / 2 + log 2, s = x^2, relative for x < 0."""

    def r(s: mpf) -> mpf:
        return mp.log(mp.cosh(mp.sqrt(s) / 2)) / s

    def weight(s: mpf) -> mpf:
        return s / mp.log1p(mp.exp(-mp.sqrt(s)))

    return problem(r, weight, (mpf(2) ** -20, near**2), range(terms))


def by_power(numbers: list[mpf]) -> dict[int, mpf]:
    return dict(enumerate(reversed(numbers)))


def powers(report: Report) -> None:
    """K 2^(i/8), near f32 numbers, and the rest of 2^f."""
    k = middle(found(report.file, "POWERS"))
    report.equal("POWERS", table(k), note=near_table(k))
    source = by_power(found(report.file, "REST"))
    wanted = power(k)
    report.fitted("REST", {**source, 0: source[0] + 1}, wanted, percent=5)


def middle(powers: list[mpf]) -> mpf:
    """The K, which is no f32, from whose K 2^(i/8) the entries are off least."""
    ratios = [t / x for t, x in zip(powers, exact(mpf(1)), strict=True)]
    return (min(ratios) + max(ratios)) / 2


def near_table(k: mpf) -> str:
    """How far the table is from its exact numbers."""
    pairs = zip(exact(k), table(k), strict=True)
    farthest = max(abs(t / x - 1) for x, t in pairs)
    return f"off by at most {mp.nstr(farthest * 2**24, 3)} * 2^-24, relatively"


def logarithm(report: Report) -> None:
    """Q and R of the default tier, and those of the fast one."""
    near = mpf(1)
    report.fitted("Q", by_power(found(report.file, "Q")), quotient(near))
    report.fitted("R", by_power(found(report.file, "R")), even_part(near, 4))

    # In the fast tier the sets were chosen for the rounding of the whole function,
    # which never steps back with them.
    near = mpf("0.8")
    source = by_power(found(report.file, "FAST_Q"))
    report.fitted("FAST_Q", source, quotient(near), percent=5)
    source = by_power(found(report.file, "FAST_R"))
    report.fitted("FAST_R", source, even_part(near, 3), percent=5)
    k = middle(found(report.file, "FAST_POWERS"))
    report.equal("FAST_POWERS", table(k), note=near_table(k))
    source = by_power(found(report.file, "FAST_POWER"))
    report.fitted("FAST_POWER", source, power(k), percent=70)


def gradient(report: Report) -> None:
    """The K of the sigmoid, and 2^f - 1."""
    k = found("ops/sigmoid.rs", "K")[0] * 2**24
    report.equal("K", [k])
    report.equal("POWERS", table(k))
    source = by_power(found(report.file, "EXP2_M1"))
    report.fitted("EXP2_M1", {**source, 0: source[0] + 1}, power(mpf(1)), percent=5)


def make() -> list[Report]:
    files = ("base2", "softplus", "sigmoid_product")
    base, core, product = (Report(f"math/{name}.rs") for name in files)
    powers(base)
    logarithm(core)
    gradient(product)
    return [base, core, product]


if __name__ == "__main__":
    main(make, __doc__)
