"""
One host process: agent code in an interpreter of its framework's environment, asked in JSON lines, one call
at a time.
"""

from __future__ import annotations

import asyncio
import json
import os
import resource
import signal
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .failures import AgentFailure, failed, reported
from .memory import resident_mb

# A reply holds an output, messages and the state of a pause, each of which may have 1 MiB.
MAX_LINE_BYTES = 4 * 1024 * 1024

_LAST_WORDS = 20
_LOOK_AT_MEMORY_S = 0.25

# Address space beyond the limit on memory: threads and libraries map far more than they use.
_ADDRESS_SLACK_MB = 4096

_SOURCES = Path(__file__).resolve().parents[1]
_BOOT = "import sys; sys.path[0] = sys.argv.pop(1); from baton_host.main import main; main()"

EventListener = Callable[[str, Any], None]


@dataclass(frozen=True)
class HostParams:
    """What a host process is made of."""

    interpreter: Path
    # The first line it reads: framework, module, export, parameters. Never shown to other processes of the
    # machine.
    load: Mapping[str, Any]
    cwd: Path
    environment: Mapping[str, str]
    memory_mb: int


class Host:
    """A running host process. Whatever ends it fails the one call it is in, and no other one."""

    def __init__(self, params: HostParams, process: asyncio.subprocess.Process, label: str) -> None:
        self._params = params
        self._process = process
        self._label = label
        self._calls = 0
        self._too_much: int | None = None
        self._stderr: deque[str] = deque(maxlen=_LAST_WORDS)
        self._listening = asyncio.ensure_future(self._listen())
        self._watching = asyncio.ensure_future(self._watch())

    @classmethod
    async def start(cls, params: HostParams, label: str) -> Host:
        """Starts a process and waits until the agent is loaded. `label` names the agent in failures."""
        process = await asyncio.create_subprocess_exec(
            str(params.interpreter),
            "-c",
            _BOOT,
            str(_SOURCES),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            cwd=str(params.cwd),
            env={**params.environment, "PYTHONUNBUFFERED": "1", "PYTHONDONTWRITEBYTECODE": "1"},
            limit=MAX_LINE_BYTES,
            start_new_session=True,
            preexec_fn=lambda: _limit_memory(params.memory_mb),
        )
        host = cls(params, process, label)
        try:
            await host._write(dict(params.load))
            line = await host._read()
        except BaseException:
            await host.kill()
            raise
        if line.get("ready") is True:
            return host
        await host.kill()
        raise reported(_object(line.get("error")), label)

    @property
    def is_alive(self) -> bool:
        return self._process.returncode is None

    @property
    def pid(self) -> int:
        return self._process.pid

    async def call(self, request: Mapping[str, Any], on_event: EventListener, label: str) -> dict[str, Any]:
        """
        Makes one call and answers the reply. A call that does not come to an answer leaves no process
        behind.
        """
        self._calls += 1
        self._label = label
        wanted = str(self._calls)
        try:
            await self._write({"id": wanted, **request})
            while True:
                line = await self._read()
                if line.get("id") != wanted:
                    raise failed(
                        "runtime",
                        f"{label}: The host process answered a question that nobody asked.",
                        retryable=True,
                        code="bad_protocol",
                    )
                event = line.get("event")
                if event is None:
                    break
                on_event(str(_object(event).get("type")), _object(event).get("data"))
        except BaseException:
            await self.kill()
            raise
        if "error" in line:
            raise reported(_object(line["error"]), label)
        return _object(line.get("reply"))

    async def kill(self) -> None:
        """Ends the process and all it has started, at once."""
        if self._process.returncode is None:
            try:
                os.killpg(self._process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass  # It has just ended by itself.
        await asyncio.shield(self._process.wait())
        self._watching.cancel()

    async def _write(self, line: Mapping[str, Any]) -> None:
        stdin = self._process.stdin
        assert stdin is not None
        try:
            stdin.write(json.dumps(line, separators=(",", ":")).encode() + b"\n")
            await stdin.drain()
        except (BrokenPipeError, ConnectionResetError):
            raise await self._ended() from None

    async def _read(self) -> dict[str, Any]:
        stdout = self._process.stdout
        assert stdout is not None
        try:
            line = await stdout.readuntil(b"\n")
        except asyncio.IncompleteReadError:
            raise await self._ended() from None
        except asyncio.LimitOverrunError:
            raise self._too_large() from None
        try:
            value = json.loads(line)
        except ValueError:
            value = None
        if not isinstance(value, dict):
            raise failed(
                "runtime",
                f"{self._label}: The host process wrote what is no message.",
                retryable=True,
                code="bad_protocol",
            )
        return value

    def _too_large(self) -> AgentFailure:
        limit = f"An answer of more than {MAX_LINE_BYTES} bytes"
        detail = f"{self._label}: {limit}; a large result is a file, not a reply."
        return failed("communication", detail, status=502, code="too_large")

    async def _ended(self) -> AgentFailure:
        """Why there is no process any more, as a failure."""
        await self._process.wait()
        await asyncio.wait([self._listening], timeout=1)
        self._watching.cancel()
        if self._too_much is not None:
            detail = (
                f"{self._label}: Its process used {self._too_much} MB of memory and may use "
                f"{self._params.memory_mb} MB; limits.memoryMb of the agent's config raises that."
            )
            return failed("runtime", detail, retryable=True, code="out_of_memory")
        code = self._process.returncode or 0
        how = f"was killed by {signal.Signals(-code).name}" if code < 0 else f"ended with exit code {code}"
        words = "\n".join(self._stderr)
        said = f" Its last words: {words}" if words else ""
        return failed(
            "runtime", f"{self._label}: Its process {how}.{said}", retryable=True, code="process_ended"
        )

    async def _listen(self) -> None:
        stderr = self._process.stderr
        assert stderr is not None
        # In pieces: a line without an end must neither fill the memory nor the pipe.
        rest = ""
        while piece := await stderr.read(65_536):
            lines = (rest + piece.decode(errors="replace")).split("\n")
            rest = lines.pop()[-1_000:]
            self._stderr.extend(line[:1_000] for line in lines if line.strip())
        if rest.strip():
            self._stderr.append(rest)

    async def _watch(self) -> None:
        while self.is_alive:
            used = resident_mb(self._process.pid)
            if used > self._params.memory_mb:
                self._too_much = used
                os.killpg(self._process.pid, signal.SIGKILL)
                return
            await asyncio.sleep(_LOOK_AT_MEMORY_S)


def _limit_memory(memory_mb: int) -> None:
    """In the new process: bounds what one huge allocation can take between two looks."""
    most = (memory_mb + _ADDRESS_SLACK_MB) * 1024 * 1024
    try:
        resource.setrlimit(resource.RLIMIT_AS, (most, most))
    except (ValueError, OSError):
        pass  # Not every system has this limit; the watch over the memory does without.


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
