"""Where the live events of agents go while they work: the port, and a sink that counts."""

from __future__ import annotations

from collections import Counter
from typing import Any, Protocol

EVENTS = (
    "agent.message",
    "agent.chunk",
    "agent.thinking",
    "agent.tool_call",
    "agent.tool_result",
    "agent.usage",
)


class LiveSink(Protocol):
    """Takes live events; must neither raise nor block."""

    def emit(self, step: dict[str, Any], kind: str, data: Any) -> None: ...


class CountingSink:
    """Counts events by kind and keeps none: live events have no reader yet."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()

    def emit(self, step: dict[str, Any], kind: str, data: Any) -> None:
        self.counts[kind] += 1
