"""
Live events as frames in PostgreSQL, where readers of a run find them; written as the other workers write
them.
"""

from __future__ import annotations

import asyncio
import json
from collections import Counter, deque
from dataclasses import dataclass, field
from typing import Any

import psycopg

from .artifacts import to_conninfo
from .failures import storable
from .live import Delivery, LiveLine
from .log import Log
from .secrets import map_texts
from .told import shortened

# How long frames wait for more, and how long the end of a call waits for its last ones, in seconds.
_GATHER_S = 0.06
_PATIENCE_S = 0.5

# Characters of one frame, and of all that one call may have waiting; over it the oldest go.
_MOST_OF_ONE = 16 * 1024
_MOST_WAITING = 256 * 1024

_TEXTS = ("agent.chunk", "agent.thinking", "agent.message")
_TOOLS = ("agent.tool_call", "agent.tool_result")

_WRITE = (
    "SELECT write_live_frames(%s::uuid[], %s::uuid[], %s::int[], %s::int[], %s::int[], "
    "%s::text[], %s::text[], %s::int[])"
)


@dataclass
class _Line:
    of: Delivery
    waiting: deque[tuple[str, Any, int]] = field(default_factory=deque)
    size: int = 0
    lost: int = 0


class FrameSink:
    """
    Stores what agents tell, that of all calls of a moment in one statement. What cannot be stored is
    dropped, and readers see a gap.
    """

    def __init__(self, database_url: str, log: Log) -> None:
        self.counts: Counter[str] = Counter()
        self._conninfo = to_conninfo(database_url)
        self._log = log
        self._connection: psycopg.AsyncConnection[Any] | None = None
        self._lines: list[_Line] = []
        self._storing: asyncio.Task[None] | None = None
        self._is_away = False

    def open(self, delivery: Delivery) -> LiveLine:
        """The line of one call."""
        line = _Line(delivery)

        async def close() -> None:
            if self._storing is not None and not self._is_away:
                await asyncio.wait([self._storing], timeout=_PATIENCE_S)

        return LiveLine(tell=lambda kind, data: self._tell(line, kind, data), close=close)

    async def stop(self) -> None:
        """Stores what waits, and leaves the database alone from now on."""
        if self._storing is not None:
            await asyncio.wait([self._storing], timeout=_PATIENCE_S)
            self._storing.cancel()
        if self._connection is not None:
            await self._connection.close()

    def _tell(self, line: _Line, kind: str, data: Any) -> None:
        self.counts[kind] += 1
        for piece in pieces_of(kind, data):
            _put(line, kind, piece)
        if line.waiting and line not in self._lines:
            self._lines.append(line)
        if self._lines and self._storing is None:
            self._storing = asyncio.ensure_future(self._store())
            self._storing.add_done_callback(lambda _: setattr(self, "_storing", None))

    async def _store(self) -> None:
        while self._lines:
            await asyncio.sleep(_GATHER_S)
            lines, self._lines = self._lines, []
            taken = [(line, list(line.waiting), line.lost) for line in lines]
            for line in lines:
                line.waiting, line.size, line.lost = deque(), 0, 0
            try:
                await self._write(taken)
                self._is_away = False
            except (psycopg.Error, OSError) as error:
                for line, pieces, lost in taken:
                    line.lost += len(pieces) + lost
                # Once is enough: while the database is away, everything that agents tell comes here.
                if not self._is_away:
                    self._log.warn("frames.not_stored", error=str(error))
                self._is_away = True

    async def _write(self, taken: list[tuple[_Line, list[tuple[str, Any, int]], int]]) -> None:
        rows = [
            (
                of.workspace_id,
                of.run_id,
                of.step_id,
                of.attempt,
                of.delivery,
                kind,
                _json(data),
                lost if n == 0 else 0,
            )
            for line, pieces, lost in taken
            for n, (kind, data, _) in enumerate(pieces)
            for of in [line.of]
        ]
        if self._connection is None or self._connection.closed:
            self._connection = await psycopg.AsyncConnection.connect(
                self._conninfo, autocommit=True, connect_timeout=5
            )
        await self._connection.execute(_WRITE, [list(column) for column in zip(*rows, strict=True)])


def pieces_of(kind: str, data: Any) -> list[Any]:
    """
    The data of an event's frames; none for what readers get otherwise, or for data that is none of its
    kind.
    """
    if kind in _TEXTS and isinstance(data, str):
        return [data[start : start + _MOST_OF_ONE] for start in range(0, len(data), _MOST_OF_ONE)]
    if kind not in _TOOLS or not isinstance(data, dict):
        return []
    if len(_json(data)) <= _MOST_OF_ONE:
        return [data]
    return [{**shortened(data), "truncated": True}]


def _put(line: _Line, kind: str, data: Any) -> None:
    """
    Puts a piece behind what waits; chunks that follow each other are one, and the oldest go when there is
    too much.
    """
    size = len(data) if isinstance(data, str) else len(_json(data))
    last = line.waiting[-1] if line.waiting else None
    if last is not None and last[0] == kind and kind in _TEXTS[:2] and last[2] + size <= _MOST_OF_ONE:
        line.waiting[-1] = (kind, last[1] + data, last[2] + size)
    else:
        line.waiting.append((kind, data, size))
    line.size += size
    while line.size > _MOST_WAITING and len(line.waiting) > 1:
        line.size -= line.waiting.popleft()[2]
        line.lost += 1


def _json(data: Any) -> str:
    return json.dumps(map_texts(data, storable), ensure_ascii=False, separators=(",", ":"))
