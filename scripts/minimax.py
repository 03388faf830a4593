"""Polynomials with the least maximum error, with real and with f32 coefficients."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from mpmath import lu_solve, matrix, mp, mpf

from floats import f32_neighbours

Coefficients = Mapping[int, mpf]
"""By power of x."""


@dataclass(frozen=True)
class Problem:
    """A function on a grid of points, to be fitted by a polynomial."""

    xs: tuple[mpf, ...]
    values: tuple[mpf, ...]
    weights: tuple[mpf, ...]
    powers: tuple[int, ...]
    """Those whose coefficients are sought."""
    known: Coefficients
    """The other coefficients."""

    @cached_property
    def rows(self) -> list[list[mpf]]:
        points = zip(self.xs, self.weights, strict=True)
        return [[w * x**k for k in self.powers] for x, w in points]

    def errors(self, coefficients: Coefficients) -> list[mpf]:
        terms = coefficients.items()
        points = zip(self.xs, self.values, self.weights, strict=True)
        return [w * (y - mp.fsum(c * x**k for k, c in terms)) for x, y, w in points]

    def error(self, coefficients: Coefficients) -> mpf:
        """The maximum weighted error of a polynomial."""
        return max(map(abs, self.errors(coefficients)))

    def fix(self, power: int, coefficient: mpf) -> "Problem":
        powers = tuple(k for k in self.powers if k != power)
        return replace(self, powers=powers, known={**self.known, power: coefficient})


def problem(
    f: Callable[[mpf], mpf],
    weight: Callable[[mpf], mpf],
    interval: tuple[mpf, mpf],
    powers: Iterable[int],
    known: Coefficients | None = None,
    points: int = 400,
) -> Problem:
    """f on an interval, where an error counts weight(x) times.

    The points lie denser near the ends, where errors are steepest. Their number is
    even, which leaves out the middle: there all of the powers may vanish.
    """
    low, high = interval
    middle, half = (low + high) / 2, (high - low) / 2
    angles = (mpf(i) / (points - 1) for i in range(points))
    xs = tuple(middle - half * mp.cospi(angle) for angle in angles)
    values, weights = tuple(map(f, xs)), tuple(map(weight, xs))
    return Problem(xs, values, weights, tuple(powers), known or {})


def fit(problem: Problem) -> dict[int, mpf]:
    """The best coefficients, by the exchange method of Stiefel (1959).

    On n + 1 points the best fit has errors of equal magnitude. The point with the
    largest error of all replaces one of them, until none is larger. Other than in
    Remez's method the signs of the errors need not alternate, so any powers will do.
    """
    n = len(problem.powers)
    if n == 0:
        return dict(problem.known)
    rows, values = problem.rows, problem.errors(problem.known)
    last = len(rows) - 1
    points = [round(last * (1 - mp.cospi(mpf(i) / n)) / 2) for i in range(n + 1)]
    while True:
        # The errors have the signs of the combination of the rows that vanishes.
        columns = [[rows[p][j] for p in points] for j in range(n)]
        others = solve([c[1:] for c in columns], [-c[0] for c in columns])
        combination = [mpf(1), *others]
        signs = [mp.sign(v) for v in combination]
        with_signs = [[*rows[p], s] for p, s in zip(points, signs, strict=True)]
        *best, level = solve(with_signs, [values[p] for p in points])
        if level < 0:
            signs, level = [-s for s in signs], -level

        rest = zip(values, rows, strict=True)
        errors = [value - mp.fdot(best, row) for value, row in rest]
        worst = max(range(len(rows)), key=lambda p: abs(errors[p]))
        if abs(errors[worst]) <= level * (1 + mpf(2) ** -60):
            return {**problem.known, **dict(zip(problem.powers, best, strict=True))}

        # The worst row as a combination of the others tells which of them may leave.
        signed = [[s * v for s, v in zip(signs, c, strict=True)] for c in columns]
        entering = [mp.sign(errors[worst]) * v for v in rows[worst]]
        shares = solve([*signed, [mpf(1)] * (n + 1)], [*entering, mpf(1)])
        may_leave = [i for i in range(n + 1) if shares[i] > mpf(2) ** -100]
        leaving = min(may_leave, key=lambda i: abs(combination[i]) / shares[i])
        points[leaving] = worst


def solve(rows: list[list[mpf]], values: list[mpf]) -> list[mpf]:
    return list(lu_solve(matrix(rows), matrix(values)))


def fit_f32(problem: Problem) -> dict[int, mpf]:
    """Good f32 coefficients.

    From the first power on, each becomes the better one of the two f32 numbers around
    it, and those that follow are fitted again.
    """
    best = fit(problem)
    for power in problem.powers:
        choices = [problem.fix(power, c) for c in f32_neighbours(best[power])]
        fits = [(choice, fit(choice)) for choice in choices]
        problem, best = min(fits, key=lambda pair: pair[0].error(pair[1]))
    return best
