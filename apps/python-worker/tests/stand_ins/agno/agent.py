from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from types import SimpleNamespace
from typing import Any

from .run.agent import RunOutput


class Agent:
    """An agent that does what a function does; what the function yields are events."""

    def __init__(self, work: Callable[[Any], Any], db: Any = None) -> None:
        self.work = work
        self.db = db
        self.telemetry = True

    async def arun(self, given: Any, **_: Any) -> AsyncIterator[Any]:
        yield SimpleNamespace(event="RunContent", content="working", reasoning_content="hm")
        yield RunOutput(content=self.work(given))
