"""
What was raised as facts for the worker, which makes a failure of them. The only place that judges
exceptions.
"""

from __future__ import annotations

from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from typing import Any

_LONGEST_DETAIL = 2_000
_LONGEST_WAIT_MS = 24 * 60 * 60 * 1000

# Names of what clients of models raise when they do not reach them. By name: this process imports none of
# them.
_UNREACHED = {
    "APIConnectionError",
    "ConnectError",
    "ReadError",
    "RemoteProtocolError",
    "ServiceUnavailableError",
}
_TOO_SLOW = {"APITimeoutError", "ConnectTimeout", "ReadTimeout", "PoolTimeout", "WriteTimeout"}


class Fault(Exception):
    """A failure of which the host itself knows what it is."""

    def __init__(self, kind: str, detail: str, *, code: str, retryable: bool = False) -> None:
        super().__init__(detail)
        self.facts: dict[str, Any] = {"kind": kind, "detail": detail, "code": code, "retryable": retryable}


def fault_of(error: BaseException) -> dict[str, Any]:
    """The facts of anything raised by an agent; what nobody knows is tried again."""
    for cause in _chain(error):
        if isinstance(cause, Fault):
            return cause.facts
        known = _of_answer(cause) or _of_connection(cause)
        if known is not None:
            return {**known, **_wait_of(error, known["retryable"]), "detail": _words(error)}
    if isinstance(error, MemoryError):
        return {
            "kind": "runtime",
            "detail": "it ran out of memory",
            "code": "out_of_memory",
            "retryable": True,
        }
    if isinstance(error, EOFError):
        detail = "it wanted to read from a console, and a worker has none; ask people with a pause"
        return {"kind": "configuration", "detail": detail, "code": "no_console", "retryable": False}
    return {"kind": "runtime", "detail": _words(error), "code": "agent_error", "retryable": True}


def _of_answer(error: BaseException) -> dict[str, Any] | None:
    """Of a model's or a service's answer that is no success."""
    status = getattr(error, "status_code", None)
    if not isinstance(status, int) or not 300 <= status < 600:
        return None
    kinds = {401: "authentication", 403: "authorization", 408: "timeout"}
    return {
        "kind": kinds.get(status, "communication"),
        "status": status,
        "code": f"http_{status}",
        "retryable": status in (408, 429) or status >= 500,
    }


def _of_connection(error: BaseException) -> dict[str, Any] | None:
    name = type(error).__name__
    if name in _TOO_SLOW or isinstance(error, TimeoutError):
        return {"kind": "timeout", "code": "timeout", "retryable": True}
    if name in _UNREACHED or isinstance(error, ConnectionError):
        return {"kind": "communication", "status": 503, "code": "connect_failed", "retryable": True}
    return None


def _wait_of(error: BaseException, retryable: bool) -> dict[str, int]:
    """How long the answer wants to be left alone; often it stands further down than the status."""
    for cause in _chain(error) if retryable else []:
        headers = getattr(getattr(cause, "response", None), "headers", None)
        wait = None if headers is None else _retry_after(headers.get("retry-after"))
        if wait is not None:
            return {"retryAfterMs": wait}
    return {}


def _retry_after(value: Any) -> int | None:
    text = str(value or "").strip()
    try:
        if text.isdecimal():
            ms = int(text) * 1000
        else:
            ms = round((parsedate_to_datetime(text) - datetime.now(timezone.utc)).total_seconds() * 1000)
    except (TypeError, ValueError):
        return None
    return min(max(ms, 0), _LONGEST_WAIT_MS)


def _chain(error: BaseException) -> list[BaseException]:
    """The error, what it was raised from, and so on."""
    chain: list[BaseException] = []
    at: BaseException | None = error
    while at is not None and at not in chain and len(chain) < 20:
        chain.append(at)
        at = at.__cause__ or at.__context__
    return chain


def _words(error: BaseException) -> str:
    name, message = type(error).__name__, str(error)
    words = f"{name}: {message}" if message else name
    return words if len(words) <= _LONGEST_DETAIL else f"{words[:_LONGEST_DETAIL]}…"


def not_json(what: str, error: Exception) -> Fault:
    """Of something that an agent gave and that cannot go further."""
    return Fault("runtime", f"{what} is no JSON: {error}", code="bad_output")
