"""Where the live events of agents go while they work. Nothing depends on them: they may be lost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True)
class Delivery:
    """Which call tells: a step of a run, its attempt, and how often that attempt was begun."""

    workspace_id: str
    run_id: str
    step_id: int
    attempt: int
    delivery: int


@dataclass(frozen=True)
class LiveLine:
    """
    What one call tells. `tell` neither raises nor blocks; `close` waits a moment for what was told last.
    """

    tell: Callable[[str, Any], None]
    close: Callable[[], Any]


class LiveSink(Protocol):
    """Takes live events of calls."""

    def open(self, delivery: Delivery) -> LiveLine: ...
