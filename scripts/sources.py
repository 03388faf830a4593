"""The constants in the Rust sources, compared with those that the scripts make."""

import argparse
import re
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from mpmath import mp, mpf

from floats import bits, from_bits, hex_float
from minimax import Coefficients, Problem, fit, fit_f32

SOURCES = Path(__file__).resolve().parent.parent / "src"
NUMBER = re.compile(
    r'hex(?:_f64)?\("(?P<hex>[^"]+)"\)'
    r"|\b0x(?P<bits>[0-9a-f]{8}(?:[0-9a-f]{8})?)\b"
    r"|(?P<decimal>-?\b\d+\.\d+)"
)


def number(match: re.Match[str]) -> mpf:
    if match["hex"]:
        return mpf(float.fromhex(match["hex"]))
    if match["bits"]:
        return from_bits(match["bits"])
    return mpf(match["decimal"])


def found(file: str, name: str, within: str = "") -> list[mpf]:
    """The numbers in the value of the constant `name`.

    The one of the module, or that of the item whose first line contains `within`.
    """
    text = (SOURCES / file).read_text(encoding="utf-8")
    if within:
        first = rf"^( *)(?! ).*{re.escape(within)}.*\{{\n"
        item = re.search(first + r"((?:.*\n)*?)\1\}", text, re.MULTILINE)
        if item is None:
            sys.exit(f"{file} has no `{within}`")
        text = item[2]
    declaration = rf"^{' +' if within else ''}(?:pub.*)?const {name}: [^=]+ ="
    value = re.search(declaration + r"((?:.*\n)*?.*);$", text, re.MULTILINE)
    if value is None:
        sys.exit(f"{file} has no constant {name} {within and f'in `{within}`'}")
    return [number(match) for match in NUMBER.finditer(value[1])]


def times_2_24(x: mpf) -> str:
    return f"{mp.nstr(x * 2**24, 4)} * 2^-24"


class Report:
    """Prints the constants of a file, and counts those that differ in the source."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.differences = 0

    def equal(
        self, name: str, made: Sequence[mpf], *, within: str = "", note: str = ""
    ) -> None:
        """The source has these very numbers."""
        write = bits if len(made) == 8 else hex_float
        self.title(name, within)
        self.line(" ".join(map(write, made)))
        if note:
            self.line(note)
        source = found(self.file, name, within)
        if source != list(made):
            self.differ("the source has " + " ".join(map(write, source)))

    def fitted(
        self,
        name: str,
        source: Coefficients,
        problem: Problem,
        *,
        percent: float | None = None,
        within: str = "",
    ) -> None:
        """The source has the polynomial of `fit_f32`.

        With `percent`, it may be another, with so much more error than the best one.
        """
        best, best_f32 = fit(problem), fit_f32(problem)
        error, least = problem.error(source), problem.error(best)
        above = 100 * (error / least - 1)
        self.title(name, within)
        for coefficients, label in (
            (source, f"in the source, {mp.nstr(above, 3)} % above the least"),
            (best_f32, "by this fit, in f32"),
            (best, "at least, with real coefficients"),
        ):
            self.line(" ".join(hex_float(coefficients[k]) for k in problem.powers))
            self.line(f"  error {times_2_24(problem.error(coefficients))} {label}")
        if percent is None and source != best_f32:
            self.differ("the source has not the coefficients of this fit")
        if percent is not None and above > percent:
            self.differ(f"the error in the source is more than {percent} % above")

    def error_below(
        self, name: str, error: mpf, limit: float, *, unit: str, within: str = ""
    ) -> None:
        """The numbers of the source have this error, which must be below a limit."""
        self.title(name, within)
        self.line(f"error {mp.nstr(error, 4)} {unit}, and the limit {limit}")
        if error >= limit:
            self.differ("the error is above the limit")

    def title(self, name: str, within: str) -> None:
        print(f"{self.file}: {name}" + (f" in `{within}`" if within else ""))

    def line(self, text: str) -> None:
        print("    " + text)

    def differ(self, complaint: str) -> None:
        self.differences += 1
        self.line("DIFFERENT: " + complaint)


def main(make: Callable[[], list[Report]], description: str | None) -> None:
    """The command line of a script: `make` reports."""
    parser = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--check", action="store_true", help="exit with 1 if a source differs"
    )
    check = parser.parse_args().check
    differences = sum(report.differences for report in make())
    print("the sources agree" if differences == 0 else f"{differences} different")
    sys.exit(check and differences != 0)
