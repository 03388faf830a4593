"""Compares the crate with engines that only Python reaches, and with libraries of its packages.

    pip install numpy scipy torch onnx onnxruntime ai-edge-litert intel-cmplr-lib-rt
    python3 benches/peers/engines

All work in one thread, on one core and on the same inputs of N(0, 4²), one after the other in each
round. Figures are medians of the time, and of the time divided by that of the default tier. What a
call costs is measured on one element in each round, and subtracted: in favour of the engines, and
most of their time on 4096 elements of a cheap function. A peer that is not installed is named and
left out.
"""

import argparse
import importlib
import os
import subprocess
import sys

for variable in ("OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"

import elementwise
import rows

PARTS = {"rows": rows, "elementwise": elementwise}
PEERS = ("onnx_runtime", "pytorch", "litert", "svml")


def main():
    """Runs the parts that are asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--part", choices=PARTS, help="only this part")
    parser.add_argument(
        "--filter", default="", help="only functions with this in their names"
    )
    parser.add_argument(
        "--quick", action="store_true", help="one round, to see that all runs"
    )
    arguments = parser.parse_args()
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    engines = []
    for peer in PEERS:
        try:
            engines.append(importlib.import_module(peer))
        except (ImportError, OSError, subprocess.SubprocessError) as missing:
            print(f"### LEFT OUT: {peer}: {missing}", file=sys.stderr)
    for name, part in PARTS.items():
        if arguments.part in (None, name):
            part.run(engines, arguments.filter, arguments.quick)


if __name__ == "__main__":
    main()
