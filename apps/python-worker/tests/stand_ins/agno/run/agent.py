from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass
class RunOutput:
    """The end of a run."""

    content: Any
    status: str = "COMPLETED"
    metrics: Any = None
    requirements: list[Any] = field(default_factory=list)
    messages: list[Any] = field(default_factory=list)
