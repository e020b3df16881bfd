"""Agents that behave well or badly, on the stand-in of Agno."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from agno.agent import Agent


def deed(given: Any) -> Any:
    """Does what the input says."""
    what, more = given["do"], given.get("with")
    if what == "say":
        print("this goes to standard error")
        os.write(1, b"and so does this\n")
        return more
    if what == "exit":
        print("about to go", file=sys.stderr)
        os._exit(more)
    if what == "fill memory":
        pages = [bytearray(8 * 1024 * 1024) for _ in range(more // 8)]
        time.sleep(30)
        return len(pages)
    if what == "sleep":
        child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
        Path(more).write_text(f"{os.getpid()} {child.pid}", encoding="utf-8")
        time.sleep(600)
    if what == "raise":
        raise ValueError(more)
    if what == "read":
        return input()
    if what == "fill":
        return "x" * more
    if what == "environment":
        return sorted(os.environ)
    if what == "process":
        return os.getpid()
    return None


agent = Agent(deed)
number = 7


def build(parameters: dict[str, Any]) -> Agent:
    """Says its parameters."""
    return Agent(lambda _: parameters)


def broken(parameters: dict[str, Any]) -> Agent:
    """Cannot be made."""
    raise RuntimeError(f"no agent of {parameters['key']}")
