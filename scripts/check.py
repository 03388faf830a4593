"""Compares every constant that the scripts make with the one in src.

pip install -r scripts/requirements.txt
python3 scripts/check.py
"""

import subprocess
import sys
from pathlib import Path

SCRIPTS = (
    "exponential.py",
    "sigmoid.py",
    "tanh.py",
    "elu.py",
    "softplus.py",
    "softmax.py",
    "exact.py",
)


def main() -> None:
    """Runs every script, also after one that failed."""
    failed = False
    for name in SCRIPTS:
        script = Path(__file__).resolve().parent / name
        command = [sys.executable, "-B", str(script), "--check"]
        failed |= subprocess.run(command, check=False).returncode != 0
    sys.exit(failed)


if __name__ == "__main__":
    main()
