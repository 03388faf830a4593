"""The crate, built for this run, and the level that it works at."""

import ctypes
import os
import subprocess
import sys
from pathlib import Path


def level():
    """The level that the crate chooses on x86-64, as it names it."""
    flags = Path("/proc/cpuinfo")
    text = flags.read_text() if flags.exists() else ""
    has = {"avx512": "avx512dq" in text, "avx2": " avx2" in text and " fma" in text}
    names = ["avx512", "avx2"]
    limit = os.environ.get("ACTIVATIONS_MAX_ISA", "avx512")
    allowed = names[names.index(limit) :] if limit in names else []
    return next((name for name in allowed if has[name]), "baseline")


def library():
    """Builds and loads the crate as C functions."""
    manifest = Path(__file__).parent / "Cargo.toml"
    command = ["cargo", "build", "--release", "--quiet", "--manifest-path", manifest]
    subprocess.run(command, check=True)
    target = Path(os.environ.get("CARGO_TARGET_DIR", manifest.parent / "target"))
    names = {
        "linux": "libactivations_engines.so",
        "darwin": "libactivations_engines.dylib",
    }
    name = names.get(sys.platform, "activations_engines.dll")
    return ctypes.CDLL(str(target / "release" / name))


def rows(function):
    """A function of rows, as a function that prepares a call for x and y."""
    loaded = library()

    def bind(name):
        call = getattr(loaded, name)
        call.argtypes = [ctypes.c_void_p] * 2 + [ctypes.c_size_t] * 2

        def prepare(x, y):
            arguments = (x.ctypes.data, y.ctypes.data, *x.shape)
            return (lambda: call(*arguments)), lambda: y

        return prepare

    return {"ours": bind(function), "ours, fast": bind(f"fast_{function}")}


def elementwise(function):
    """A function of one number, or a gated unit, in all tiers that it has."""
    loaded = library()

    def bind(name):
        call = loaded.activation
        call.argtypes = [ctypes.c_char_p] + [ctypes.c_void_p] * 2 + [ctypes.c_size_t]
        call.restype = ctypes.c_bool

        def prepare(inputs, y):
            (x,) = inputs
            arguments = (name.encode(), x.ctypes.data, y.ctypes.data, x.size)
            if not call(*arguments):
                raise ValueError(f"{name} is no function of one number")
            return (lambda: call(*arguments)), lambda: y

        return prepare

    def bind_gated(name):
        call = getattr(loaded, name)
        call.argtypes = [ctypes.c_void_p] * 3 + [ctypes.c_size_t]

        def prepare(inputs, y):
            arguments = (*(x.ctypes.data for x in (*inputs, y)), y.size)
            return (lambda: call(*arguments)), lambda: y

        return prepare

    if function.gated:
        return {
            "ours": bind_gated(function.name),
            "ours, fast": bind_gated(f"fast_{function.name}"),
        }
    tiers = {"ours": function.name, "ours, fast": f"fast({function.name})"}
    if function.exact_tier:
        tiers["ours, exact"] = f"exact({function.name})"
    return {name: bind(text) for name, text in tiers.items()}
