"""
Logs are events: one JSON object on a line, with a fixed name and fields, as the other processes write them.
"""

from __future__ import annotations

import json
import sys
from datetime import datetime, timezone
from typing import Any

_ORDER = ("debug", "info", "warn", "error", "silent")


class Log:
    """Writes events of at least one level to standard output."""

    def __init__(self, level: str = "info") -> None:
        self._least = _ORDER.index(level)

    def debug(self, event: str, **fields: Any) -> None:
        self._write("debug", event, fields)

    def info(self, event: str, **fields: Any) -> None:
        self._write("info", event, fields)

    def warn(self, event: str, **fields: Any) -> None:
        self._write("warn", event, fields)

    def error(self, event: str, **fields: Any) -> None:
        self._write("error", event, fields)

    def _write(self, level: str, event: str, fields: dict[str, Any]) -> None:
        if _ORDER.index(level) < self._least:
            return
        time = datetime.now(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        line = {"level": level, "time": time, "service": "python-worker", "event": event, **fields}
        print(json.dumps(line, default=str), file=sys.stdout, flush=True)
