"""The constants of the exact tier, and its hardest inputs, tests/exact.txt.

Which of many good coefficients misround nothing, a visit to all 2^32 inputs says
(tests/exhaustive.rs). Here: that they are good, and that the results in tests/exact.txt
are right, in 400 bits.

python3 scripts/exact.py --search   makes tests/exact.txt anew: minutes
"""

import struct
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from floats import f32
from minimax import Problem, problem
from mpmath import mp, mpf
from sources import Report, found, main

LIST = Path(__file__).resolve().parent.parent / "tests" / "exact.txt"
TITLE = """\
# The inputs whose exact results come nearest to the middle between two f32 numbers: function,
# input, correctly rounded result, and minus the logarithm to base 2 of the distance, relative to
# the result. Made by scripts/exact.py --search.
"""

Function = Callable[[mpf], mpf]


def sigmoid(x: mpf) -> mpf:
    return 1 / (1 + mp.exp(-x))


FUNCTIONS: dict[str, Function] = {"exp": mp.exp, "sigmoid": sigmoid, "tanh": mp.tanh}
IN_F64 = {
    "exp": np.exp,
    "sigmoid": lambda x: 1 / (1 + np.exp(-x)),
    "tanh": np.tanh,
}
# Where sigmoid has a form of its own.
SMALL = 2.0**-12
# Of each function, from the first magnitude to the second: the inputs in the list. Nearer to 0
# tanh x is x, and e^x and sigmoid are further from every middle than those of the list.
WANTED = {
    "exp": [(2.0**-26, 104.0, 300)],
    "sigmoid": [(SMALL, 104.0, 250), (2.0**-26, SMALL, 100)],
    "tanh": [(2.0**-14, 9.1, 250)],
}
# Where results overflow, become subnormal, 0, 1, 1/2 or x, and where kernels clamp or change their
# form. The test takes those of tanh with the other sign too.
EDGES = {
    "exp": "42b17217 42b17218 42b40000 7f7fffff c2aeac4f c2aeac50 c2cdbf36 c2cdbf37 c2cff1b4 c2cff1b5 c2d20000 "
    "ff7fffff 337fffff 33800000 b3000000 b3000001 00000001 80000001 7f800000 ff800000 00000000 80000000",
    "sigmoid": "418aa122 418aa123 42700000 7f7fffff c2aeac4f c2aeac50 c2cdbf36 c2cdbf37 c2cff1b4 c2cff1b5 c2d20000 "
    "ff7fffff 34000000 34000001 b3800000 b3800001 397fffff b97fffff 39800000 b9800000 00000001 80000001 "
    "7f800000 ff800000 00000000 80000000",
    "tanh": "41102cb3 41102cb4 41200000 7f7fffff 39b89ba2 39b89ba3 00000001 007fffff 00800000 7f800000 00000000",
}


def float_of(pattern: int) -> float:
    return struct.unpack(">f", pattern.to_bytes(4, "big"))[0]


def pattern_of(x: float) -> int:
    return int.from_bytes(struct.pack(">f", x), "big")


def nearest(exact: mpf) -> tuple[int, mpf]:
    """The correctly rounded result, and how far the next middle is, relatively."""
    magnitude = abs(exact)
    exponent = max(mp.frexp(magnitude)[1] - 24, -149) if magnitude else -149
    scaled = mp.ldexp(magnitude, -exponent)
    below = int(mp.floor(scaled))
    rest = scaled - below
    distance = abs(rest - mpf(1) / 2) / scaled if scaled else mp.inf
    # No result but that at 0 is in the middle or an f32 itself.
    up = rest > mpf(1) / 2
    rounded = mp.ldexp(below + up, exponent)
    pattern = 0x7F800000 if rounded >= 2**128 else pattern_of(float(rounded))
    return pattern | (exact < 0) << 31, distance


LIMITS = {"exp": (0.0, np.inf), "sigmoid": (0.0, 1.0), "tanh": (-1.0, 1.0)}
AT_0 = {"exp": 1.0, "sigmoid": 0.5, "tanh": 0.0}


def line(name: str, pattern: int) -> str:
    """One of the list."""
    x = float_of(pattern)
    if x == 0 or abs(x) > 1000:
        result = AT_0[name] if x == 0 else LIMITS[name][x > 0]
        return f"{name} {pattern:08x} {pattern_of(result):08x}"
    with mp.workprec(400):
        result, distance = nearest(FUNCTIONS[name](mpf(x)))
        return f"{name} {pattern:08x} {result:08x} {mp.nstr(-mp.log(distance, 2), 4)}"


def candidates(name: str, first: int, last: int) -> Iterator[int]:
    """Those between the bit patterns whose results in f64 are within 2^-42 of a middle."""
    step = 1 << 21
    for start in range(first, last, step):
        patterns = np.arange(start, min(start + step, last), dtype=np.uint32)
        y = np.abs(IN_F64[name](patterns.view(np.float32).astype(np.float64)))
        exponent = np.maximum(np.frexp(y)[1] - 24, -149)
        scaled = np.ldexp(y, -exponent)
        near = np.abs(scaled - np.floor(scaled) - 0.5) < scaled * 2.0**-42
        yield from map(int, patterns[near])


def search() -> None:
    lines = []
    for name, wanted in WANTED.items():
        for low, high, count in wanted:
            found_here = []
            for sign in (0,) if name == "tanh" else (0, 1 << 31):
                within = [sign | pattern_of(end) for end in (low, high)]
                for pattern in candidates(name, *within):
                    with mp.workprec(400):
                        distance = nearest(FUNCTIONS[name](mpf(float_of(pattern))))[1]
                    found_here.append((distance, pattern))
            print(f"{name} from {low} to {high}: {len(found_here)} nearer than 2^-42")
            found_here.sort()
            lines += [line(name, pattern) for _, pattern in found_here[:count]]
        lines += [line(name, int(edge, 16)) for edge in EDGES[name].split()]
    LIST.write_text(TITLE + "\n".join(lines) + "\n", encoding="utf-8")


def hard_list(report: Report) -> None:
    """Every line of the list, computed again."""
    lines = LIST.read_text(encoding="utf-8").splitlines()
    lines = [text for text in lines if not text.startswith("#")]
    report.title("tests/exact.txt", "")
    report.line(f"{len(lines)} inputs")
    for text in lines:
        name, pattern, *_ = text.split()
        if text != line(name, int(pattern, 16)):
            report.differ(f"{text} is {line(name, int(pattern, 16))}")


def f64(x: mpf) -> mpf:
    return f32(x, digits=53)


def core(report: Report) -> None:
    """The reduction, and 2^(i/8)."""
    report.equal("LOG2_E", [f64(1 / mp.ln2)])
    ln_2 = f32(mp.ln2, digits=39)
    report.equal("LN_2", [ln_2])
    report.equal("LN_2_REST", [f64(mp.ln2 - ln_2)])
    report.equal("POWERS", [f64(mpf(2) ** (mpf(i) / 8)) for i in range(8)])


# The reduction may leave a little more than half of an eighth.
MARGIN = 1 + mpf(2) ** -30


def fused(degree: int) -> Problem:
    """(2^r - 1) / r for |r| <= 1/16: an error of it, times r, is one of 2^r."""
    largest = MARGIN / 16

    def q(r: mpf) -> mpf:
        return mp.expm1(r * mp.ln2) / r if r else mp.ln2

    interval = (-largest, largest)
    return problem(q, lambda r: abs(r) * mpf(2) ** -r, interval, range(degree))


def unfused(degree: int) -> Problem:
    """(e^r - 1 - r) / r^2 for |r| <= ln 2 / 16."""
    largest = mp.ln2 / 16 * MARGIN

    def q(r: mpf) -> mpf:
        return (mp.expm1(r) - r) / r**2 if r else mpf(1) / 2

    interval = (-largest, largest)
    return problem(q, lambda r: r**2 * mp.exp(-r), interval, range(degree - 1))


def coefficients(report: Report, degree: int, limit: int) -> None:
    """Both polynomials give e^r with an error below 2^-limit."""
    numbers = found(report.file, "EXACT")
    for name, wanted, source in (
        ("fused", fused(degree), numbers[:degree]),
        ("unfused", unfused(degree), numbers[degree:]),
    ):
        error = wanted.error(dict(enumerate(reversed(source))))
        report.title(f"EXACT.{name}", "")
        report.line(f"error 2^{mp.nstr(mp.log(error, 2), 5)} of e^r")
        if len(source) != len(wanted.powers):
            report.differ(f"{len(source)} coefficients, not {len(wanted.powers)}")
        if error > mpf(2) ** -limit:
            report.differ(f"the error is more than 2^-{limit}")


def make() -> list[Report]:
    report = Report("math/exp_f64.rs")
    core(report)
    hard_list(report)
    exp, sigmoid, tanh = (Report(f"ops/{name}.rs") for name in FUNCTIONS)
    coefficients(exp, degree=6, limit=46)
    coefficients(sigmoid, degree=6, limit=46)
    coefficients(tanh, degree=7, limit=57)
    return [report, exp, sigmoid, tanh]


if __name__ == "__main__":
    if sys.argv[1:] == ["--search"]:
        search()
    else:
        main(make, __doc__)
