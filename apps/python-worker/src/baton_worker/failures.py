"""
A failed call as data, exactly as the other workers make it; nothing else decides whether it is made again.
"""

from __future__ import annotations

from typing import Any, Literal, TypedDict

Kind = Literal[
    "configuration", "validation", "authentication", "authorization", "timeout", "communication", "runtime"
]

_BASE = "https://open-workflow-specification.org/spec/1.0.0/errors/"

_FACTS: dict[str, tuple[int, str]] = {
    "configuration": (400, "Configuration error"),
    "validation": (400, "Validation error"),
    "authentication": (401, "Authentication error"),
    "authorization": (403, "Authorization error"),
    "timeout": (408, "Timeout"),
    "communication": (500, "Communication error"),
    "runtime": (500, "Runtime error"),
}


class Facts(TypedDict, total=False):
    """What may be said of a failure besides its kind and its sentence."""

    status: int
    retryable: bool
    code: str
    retryAfterMs: int


class AgentFailure(Exception):
    """A call that failed; `failure` is what is stored and shown."""

    def __init__(self, failure: dict[str, Any]) -> None:
        super().__init__(failure["detail"])
        self.failure = failure


def storable(text: str) -> str:
    """The text without what neither UTF-8 nor PostgreSQL can hold."""
    formed = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return formed.replace("\0", "\ufffd")


def failed(kind: str, detail: str, **facts: Any) -> AgentFailure:
    """
    A failure of a standard kind; `status` and `title` have the kind's defaults, and it is not tried again.
    """
    status, title = _FACTS.get(kind, _FACTS["runtime"])
    return AgentFailure(
        {
            "type": _BASE + (kind if kind in _FACTS else "runtime"),
            "status": status,
            "title": title,
            "detail": storable(detail),
            "retryable": False,
            **facts,
        }
    )


def reported(fault: dict[str, Any], label: str) -> AgentFailure:
    """
    The failure that a host process tells of; what it leaves out is unknown, and unknown errors are tried
    again.
    """
    facts: dict[str, Any] = {
        "retryable": bool(fault.get("retryable", True)),
        "code": str(fault.get("code", "unknown")),
    }
    if isinstance(fault.get("status"), int):
        facts["status"] = fault["status"]
    if isinstance(fault.get("retryAfterMs"), int):
        facts["retryAfterMs"] = fault["retryAfterMs"]
    return failed(str(fault.get("kind", "runtime")), f"{label}: {fault.get('detail', 'it failed')}", **facts)
