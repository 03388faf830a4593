"""Intel's SVML, in loops that are compiled for this run."""

import ctypes
import re
import subprocess
import tempfile
from importlib.metadata import distribution
from pathlib import Path

from functions import FUNCTIONS
from ours import level

PACKAGE = "intel-cmplr-lib-rt"
LEVELS = {
    "avx512": (16, "_z0", ["-mavx512f", "-mavx512dq"]),
    "avx2": (8, "_l9", ["-mavx2", "-mfma"]),
}
# The accuracies as the compiler names them, and correct rounding, of some functions.
VARIANTS = {"low": "_ep", "medium": "", "high": "_ha", "correct": "_cr"}
CALL = re.compile(r"(\w+)\(x\)")


def libraries():
    """The folder that the package has put its libraries into."""
    package = distribution(PACKAGE)
    for file in package.files:
        if file.name == "libsvml.so":
            return package.version, Path(file.locate()).resolve().parent
    raise ImportError(f"{PACKAGE} has no libsvml.so")


def lines(library, variant):
    """The loops that a variant has: only calls in the correct one, as no formula rounds once."""
    lanes, suffix, _ = LEVELS[level()]
    for each in FUNCTIONS:
        formula = each.svml or ""
        call = CALL.fullmatch(formula)
        there = call and hasattr(library, f"__svml_{call[1]}{lanes}_cr{suffix}")
        if formula and (variant != "correct" or there):
            yield f"LOOP({each.name}, ({formula}))"


def compiled():
    """The loops of each variant."""
    if level() not in LEVELS:
        raise ImportError(f"no loops for the level {level()}")
    lanes, suffix, flags = LEVELS[level()]
    version, folder = libraries()
    ctypes.CDLL(str(folder / "libintlc.so.5"), mode=ctypes.RTLD_GLOBAL)
    svml = ctypes.CDLL(str(folder / "libsvml.so"))
    loops = {}
    with tempfile.TemporaryDirectory() as scratch:
        header = Path(scratch) / "functions.h"
        for variant, letters in VARIANTS.items():
            header.write_text("\n".join(lines(svml, variant)))
            library = Path(scratch) / f"svml_{variant}.so"
            command = [
                *("c++", "-O2", "-shared", "-fPIC", "-fno-math-errno", *flags),
                f"-DLANES={lanes}",
                f"-DVARIANT={letters}",
                f"-DLEVEL={suffix}",
                f'-DFUNCTIONS="{header}"',
                Path(__file__).parent / "svml.cpp",
                *("-o", library, f"-L{folder}", "-lsvml", f"-Wl,-rpath,{folder}"),
                f"-Wl,-rpath-link,{folder}",
            ]
            subprocess.run(command, check=True)
            loops[f"SVML {version}, {variant}"] = ctypes.CDLL(str(library))
    return loops


LOOPS = compiled()


def elementwise(function):
    """A function of one number, or a gated unit, in each variant."""

    def bind(library):
        call = getattr(library, f"map_{function.name}")
        call.argtypes = [ctypes.c_void_p] * 3 + [ctypes.c_size_t]

        def prepare(inputs, y):
            places = (inputs[0], inputs[-1], y)
            arguments = (*(x.ctypes.data for x in places), y.size)
            return (lambda: call(*arguments)), lambda: y

        return prepare

    return {
        name: bind(library)
        for name, library in LOOPS.items()
        if hasattr(library, f"map_{function.name}")
    }
