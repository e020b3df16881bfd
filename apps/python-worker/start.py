"""
Starts the worker with any Python from 3.10 on: makes the virtual environment of the worker when there is
none, and goes on in it. Other arguments than none are handed to the interpreter of that environment (`-m
unittest …`).
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

_SOURCES = Path(__file__).resolve().parent / "src"


def main() -> None:
    """Never returns."""
    sys.path.insert(0, str(_SOURCES))
    from baton_worker.environments import WORKER, environment_name, make_environment, make_once, pins_of
    from baton_worker.settings import for_pip

    folder = (Path(os.environ.get("BATON_STATE_DIR") or ".baton") / "python").resolve()
    place = folder / environment_name(WORKER, ())
    try:
        make_once(place, pins_of(WORKER, ()), make_environment, for_pip(os.environ))
    except subprocess.CalledProcessError as error:
        sys.exit(f"The packages of the Python worker cannot be installed:\n{error.stdout}")
    python = place / "bin" / "python"
    os.environ["PYTHONPATH"] = str(_SOURCES)
    os.execv(python, [str(python), *(sys.argv[1:] or ["-m", "baton_worker"])])


if __name__ == "__main__":
    main()
