"""The constants of src/expm1.rs, src/ops/elu.rs and src/ops/selu.rs."""

from mpmath import mp, mpf

from exponential import LARGEST_R, expm1
from floats import f32
from sources import Report, found, main, times_2_24
from tables import exact, table

LAMBDA = mpf("1.0507009873554804934193349852946")
ALPHA = mpf("1.6732632423543772848170429916717")


def polynomial(report: Report) -> None:
    """e^r - 1, of which 1/2 is the best f32 coefficient of r^2 anyway."""
    half = mpf(1) / 2
    source = {k: found(report.file, f"C{k}")[0] for k in (3, 4)}
    wanted = expm1(LARGEST_R, (2, 3, 4)).fix(2, half)
    # Rounding weighs more than the fit here: of the sets near the best one, the source
    # has one that gives ELU 0.859 ULP, where the set of this fit gives it 0.864.
    report.fitted("C3, C4", {1: mpf(1), 2: half, **source}, wanted, percent=26)


def corrections(c: mpf) -> list[mpf]:
    """What S (1 + r) lacks of c e^x, by S, for r = 0, and less what c itself lacks.

    That depends on n in x = n ln 2 + r, of which one f32 of ln 2 takes too little.
    The entries are right for -1 < n <= 0: where n is less, y is so near -c that they
    cannot be seen.
    """
    missing = mp.ln2 - f32(mp.ln2)
    made = []
    for i, (wanted, power) in enumerate(zip(exact(c), table(c), strict=True)):
        k = -1 if i else 0
        n = k + mpf(i) / 8
        e = mp.ldexp(wanted, k) * mp.exp(-n * missing)
        made.append((e - (c - f32(c))) / mp.ldexp(power, k) - 1)
    return made


def tables(report: Report, c: mpf) -> None:
    report.equal("POWERS", table(c))
    report.equal("CORRECTIONS", [f32(d) if d else mpf(0) for d in corrections(c)])


def selu(report: Report) -> None:
    """The constants of the definition in f32, with what is missing."""
    c, beyond = LAMBDA * ALPHA, f32(LAMBDA - 1)
    missing = abs(LAMBDA - 1 - beyond) / LAMBDA
    note = f"1 and this are off by {times_2_24(missing)}, relatively"
    report.equal("LAMBDA", [f32(LAMBDA)])
    report.equal("LAMBDA_LESS_1", [beyond], note=note)
    report.equal("LAMBDA_ALPHA", [f32(c)])
    report.equal("LAMBDA_ALPHA_REST", [f32(c / f32(c) - 1)])
    tables(report, c)


def make() -> list[Report]:
    core, elu, scaled = (
        Report(file) for file in ("math/expm1.rs", "ops/elu.rs", "ops/selu.rs")
    )
    polynomial(core)
    tables(elu, mpf(1))
    selu(scaled)
    return [core, elu, scaled]


if __name__ == "__main__":
    main(make, __doc__)
