"""Host processes kept warm: bounded, the one that rested longest gives way, and none rests for ever."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from .host import Host

_LOOK_S = 1.0


@dataclass
class _Resting:
    key: str
    host: Host
    since: float


class HostPool:
    """At most `most` processes, at work or at rest; a call that finds all at work waits for one."""

    def __init__(self, most: int, idle: float) -> None:
        self._idle = idle
        self._resting: list[_Resting] = []
        self._places = asyncio.Semaphore(most)
        self._most = most
        self._working = 0
        self._reaping: asyncio.Task[None] | None = None

    @property
    def size(self) -> int:
        """Processes at work and at rest."""
        return self._working + len(self._resting)

    @asynccontextmanager
    async def borrow(self, key: str, start: Callable[[], Awaitable[Host]]) -> AsyncIterator[Host]:
        """A process for one call: a rested one that was made under the same key, else a new one."""
        if self._reaping is None:
            self._reaping = asyncio.ensure_future(self._reap())
        async with self._places:
            self._working += 1
            host = self._take(key)
            try:
                if host is None:
                    await self._make_room()
                    host = await start()
                yield host
            finally:
                self._working -= 1
                # An agent that failed is as good as before; a call that was given up has killed its process.
                if host is not None and host.is_alive:
                    self._resting.append(_Resting(key, host, time.monotonic()))

    async def stop(self) -> None:
        """Ends all that rests; what works is ended by whoever waits for it."""
        if self._reaping is not None:
            self._reaping.cancel()
        resting, self._resting = self._resting, []
        for one in resting:
            await one.host.kill()

    def _take(self, key: str) -> Host | None:
        # The one that worked last is the warmest.
        for one in reversed(self._resting):
            if one.key == key:
                self._resting.remove(one)
                if one.host.is_alive:
                    return one.host
        return None

    async def _make_room(self) -> None:
        while self._resting and self.size > self._most:
            await self._resting.pop(0).host.kill()

    async def _reap(self) -> None:
        while True:
            await asyncio.sleep(min(_LOOK_S, self._idle))
            tired = [
                one
                for one in self._resting
                if time.monotonic() - one.since > self._idle or not one.host.is_alive
            ]
            for one in tired:
                self._resting.remove(one)
                await one.host.kill()
