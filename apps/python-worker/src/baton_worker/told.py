"""What an agent tells on the way to its answer, as far as it is recorded: the `events` of a reply."""

from __future__ import annotations

import json
from typing import Any

# Characters of the data of one event as JSON, and of all events of one reply.
_MOST_OF_ONE = 16 * 1024
_MOST_OF_ALL = 128 * 1024
_MOST_EVENTS = 500


class ToldEvents:
    """Begins with nothing. Chunks and thoughts are live only, and usage is part of the reply."""

    def __init__(self) -> None:
        self._kept: list[dict[str, Any]] = []
        self._size = 0
        self._left_out = 0

    def add(self, kind: str, data: Any) -> None:
        """Keeps an event, unless it is of another kind or there are too many."""
        is_tool = kind in ("agent.tool_call", "agent.tool_result") and isinstance(data, dict)
        if not is_tool and not (kind == "agent.message" and isinstance(data, str)):
            return
        event = _bounded(kind, data)
        size = len(json.dumps(event, ensure_ascii=False))
        if self._left_out > 0 or len(self._kept) >= _MOST_EVENTS or self._size + size > _MOST_OF_ALL:
            self._left_out += 1
            return
        self._size += size
        self._kept.append(event)

    def list(self) -> list[dict[str, Any]]:
        """What was kept; the last one says how many after it were not."""
        if self._left_out == 0:
            return list(self._kept)
        return [*self._kept[:-1], *({**last, "leftOut": self._left_out} for last in self._kept[-1:])]


def shortened(data: dict[str, Any]) -> dict[str, Any]:
    """The data of a use of a tool, with texts in place of what is too large."""
    cut: dict[str, Any] = {key: str(data.get(key, ""))[:200] for key in ("id", "name")}
    for key in ("arguments", "result"):
        if key in data:
            text = json.dumps(data[key], ensure_ascii=False)
            cut[key] = text if len(text) <= _MOST_OF_ONE else f"{text[:_MOST_OF_ONE]}…"
    return {**cut, **({"isError": True} if data.get("isError") is True else {})}


def _bounded(kind: str, data: Any) -> dict[str, Any]:
    if len(json.dumps(data, ensure_ascii=False)) <= _MOST_OF_ONE:
        return {"type": kind, "data": data}
    less = f"{data[:_MOST_OF_ONE]}…" if isinstance(data, str) else shortened(data)
    return {"type": kind, "data": less, "truncated": True}
