"""The constants of src/ops/gelu.rs, src/ops/gelu_tanh.rs and src/math/gelu.rs."""

from collections.abc import Callable, Sequence

from mpmath import mp, mpf

from exponential import MARGIN
from floats import f32
from minimax import problem
from sources import Report, found, main
from tables import table

CUBIC = mpf("0.044715")
SLOPE_AT_0 = 2 * mp.sqrt(2 / mp.pi)
T = SLOPE_AT_0 * CUBIC / mp.ln2
# Of the crossing of a gradient: errors count by this unit where it is smaller.
CROSSING, UNIT = (mpf(1) / 2, mpf(5) / 4), mpf(1) / 8

Function = Callable[[mpf], mpf]


def density(a: mpf) -> mpf:
    return mp.exp(-a * a / 2) / mp.sqrt(2 * mp.pi)


def mills(a: mpf) -> mpf:
    return mp.erfc(a / mp.sqrt(2)) / 2 / density(a)


def gate(a: mpf) -> mpf:
    return mp.exp(-SLOPE_AT_0 * (a + CUBIC * a**3))


def slope(a: mpf) -> mpf:
    """The factor of the gate in the gradient of the tanh form, with the other sign."""
    e = gate(a)
    return (SLOPE_AT_0 * (a + 3 * CUBIC * a**3) - 1 - e) / (1 + e) ** 2


def on(low: mpf, high: mpf, points: int = 200) -> list[mpf]:
    return [low + (high - low) * (mpf(i) / points) for i in range(points + 1)]


def error_in(a: mpf, y: mpf, exact: mpf, scale: Function) -> mpf:
    """Relative to the gradient, or to the unit of its crossing, times 2^24."""
    gradient = abs(exact) * scale(a)
    if CROSSING[0] <= a <= CROSSING[1]:
        gradient = max(gradient, UNIT)
    return abs(y - exact) * scale(a) / gradient * 2**24


def pieces(
    report: Report,
    name: str,
    edges: Sequence[mpf],
    first: int,
    f: Function,
    scale: Function,
) -> None:
    """Polynomials of degree 6: fitted in f32 from the constant on, and only checked here.

    Entry `first` of the tables is the interval from 0 on.
    """
    numbers = found(report.file, name)
    centres, tables = numbers[:8], [numbers[i : i + 8] for i in range(8, 64, 8)]
    worst = mpf(0)
    for i, (low, high) in enumerate(zip(edges, edges[1:], strict=False)):
        entry = (first + i) % 8
        coefficients = [of[entry] for of in tables]
        for a in on(low, high):
            y = mp.polyval(coefficients, a - centres[entry])
            worst = max(worst, error_in(a, y, f(a), scale))
    report.error_below(name, worst, 0.5, unit="* 2^-24")


def gradients(report: Report, tanh: Report) -> None:
    v = [mpf(x) for x in ("1", "1.5", "2", "3", "4", "6", "8", "12", "15.99")]
    edges = [(x - 1) / mpf("1.47") for x in v]
    pieces(report, "MILLS", edges, 6, lambda a: a - mills(a), density)
    far = found(report.file, "FAR")
    worst = max(
        error_in(a, a + mp.polyval(far, a - 15), a - mills(a), density)
        for a in on(mpf("10.2"), mpf("20.1"))
    )
    report.error_below("FAR", worst, 0.7, unit="* 2^-24")
    unfused = found(report.file, "MILLS", "fn unfused_mills")
    per_root_two_pi = 1 / mp.sqrt(2 * mp.pi)
    worst = max(
        abs(mp.polyval(unfused, 1 / (a + 3)) / (mills(a) * per_root_two_pi) - 1)
        for a in on(mpf(0), mpf("14.5"))
    )
    report.error_below(
        "MILLS", worst * 2**24, 0.85, unit="* 2^-24", within="fn unfused_mills"
    )
    edges = [mpf(x - 4) / mpf("2.455") for x in (4, 5, 6, 7, 8, 10, 12, 14, 16)]
    edges[-1] = mpf("4.8875")
    pieces(tanh, "PIECES", edges, 4, slope, gate)


def log2_of_tail(report: Report) -> None:
    """-log2 of Φ(-a) = C a^2 + K + C t (G1 + t (G2 + … + t G6))."""
    centres, magics = found(report.file, "CENTRES"), found(report.file, "MAGICS")
    tables = [found(report.file, f"G{k}") for k in range(1, 7)]
    c = found(report.file, "C")[0]
    v = [mpf(x) for x in ("1.75", "2", "2.5", "3", "3.5", "4", "5", "6", "7")]
    edges = [(x - mpf("1.75")) / mpf("0.40625") for x in v]
    worst = mpf(0)
    for i, (low, high) in enumerate(zip(edges, edges[1:], strict=False)):
        entry = (7 + i) % 8
        coefficients = [of[entry] for of in tables][::-1]
        k = mpf(1.5 * 2**20) - magics[entry]
        for a in on(low, high):
            t = a - centres[entry]
            y = c * a * a + k + c * t * mp.polyval(coefficients, t)
            exact = -mp.log(mp.erfc(a / mp.sqrt(2)) / 2, 2)
            worst = max(worst, abs(y - exact) * mp.ln2 * 2**24)
    report.error_below("G1 to G6", worst, 0.35, unit="* 2^-24")


def power(
    report: Report, name: str, k: mpf, powers: int, step: mpf, percent: float
) -> None:
    """2^(-step r) / K - 1."""
    largest = MARGIN / 16 / abs(step)
    wanted = problem(
        lambda r: mpf(2) ** (-step * r) / k - 1,
        lambda r: k * mpf(2) ** (step * r),
        (-largest, largest),
        range(powers),
    )
    source = dict(enumerate(reversed(found(report.file, name))))
    report.fitted(name, source, wanted, percent=percent)


def exponent(report: Report, shared: Report) -> None:
    """The exponent of the tanh form, -T a (a^2 + A)."""
    within = "fn exponent"
    a, step = 1 / CUBIC, f32(1 / T, digits=12)
    top = mp.nint(a * 2**16) / 2**16
    report.equal("T", [f32(T)])
    report.equal("A", [top], within=within)
    report.equal("A_REST", [f32(a - top)], within=within)
    report.equal("STEP", [step], within=within)
    report.equal("STEP_REST", [f32(1 / T - step)], within=within)
    within = "fn far_slope"
    k, top = 3 * SLOPE_AT_0 * CUBIC, mp.nint(SLOPE_AT_0 * 2**15) / 2**15
    shared.equal("K", [f32(k)], within=within)
    shared.equal("K_REST", [f32(k - f32(k))], within=within)
    shared.equal("J", [top], within=within)
    shared.equal("J_REST", [f32(SLOPE_AT_0 - top)], within=within)


def make() -> list[Report]:
    shared, erf, tanh = (
        Report(file) for file in ("math/gelu.rs", "ops/gelu.rs", "ops/gelu_tanh.rs")
    )
    log2_of_tail(erf)
    k = found(erf.file, "POWERS")[0]
    for report in (erf, tanh):
        report.equal("POWERS", table(k))
    power(erf, "REST", k, 4, mpf(-1), 20)
    power(tanh, "COEFFICIENTS", k, 4, T, 5)
    power(tanh, "LONG", k, 5, T, 700)
    exponent(tanh, shared)
    gradients(shared, tanh)
    return [shared, erf, tanh]


if __name__ == "__main__":
    main(make, __doc__)
