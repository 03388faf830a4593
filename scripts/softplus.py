"""The constants of src/math/base2.rs, softplus.rs and sigmoid_product.rs."""

from mpmath import mp, mpf

from exponential import MARGIN
from floats import f32
from minimax import Problem, problem
from sources import Report, found, main
from tables import best, distance, exact, table

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
