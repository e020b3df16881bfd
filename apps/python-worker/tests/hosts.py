"""Host processes for tests: the interpreter of the tests, and agents on the stand-in of Agno."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from baton_worker.host import Host, HostParams
from baton_worker.settings import for_agents

TESTS = Path(__file__).resolve().parent
AGENTS = TESTS / "agents"
LABEL = 'Agent "deeds"'
ENVIRONMENT = {**for_agents(os.environ), "PYTHONPATH": str(TESTS / "stand_ins")}


def params_of(export: str = "agent", memory_mb: int = 512, **more: Any) -> HostParams:
    """What a host of the deeds is made of."""
    load = {"framework": "agno", "module": {"path": str(AGENTS / "deeds.py")}, "export": export, **more}
    return HostParams(Path(sys.executable), load, AGENTS, ENVIRONMENT, memory_mb)


async def start(export: str = "agent", memory_mb: int = 512, **more: Any) -> Host:
    """A host of the deeds, loaded."""
    return await Host.start(params_of(export, memory_mb, **more), LABEL)


def ask(what: str, more: Any = None) -> dict[str, Any]:
    """One question to the deeds."""
    return {"input": {"do": what, "with": more}, "deadline": 0, "key": "key-1", "runId": "run-1"}


def is_alive(pid: int) -> bool:
    """Whether a process is there; one that has ended and that nobody has waited for is not."""
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii") as file:
            return file.read().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def until(holds: Callable[[], bool], seconds: float = 10) -> bool:
    """Looks again and again whether something holds."""
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True
