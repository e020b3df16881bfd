"""What a driver of a framework is given, and what it gives back."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

from .faults import Fault
from .plain import plain

# A value of a run has at most 1 MiB, and a pause holds more than this.
_LARGEST_STATE = 700_000

Emit = Callable[[str, Any], None]


@dataclass
class Usage:
    """What a call used; drivers add to it what the framework's own callbacks tell."""

    input_tokens: int = 0
    output_tokens: int = 0
    cached_tokens: int = 0
    cost_usd: float = 0.0
    calls: int = 0
    tool_calls: int = 0

    def add_tokens(self, given: int | None, made: int | None, cached: int | None = 0) -> None:
        """Adds the tokens of one call of a model."""
        self.input_tokens += given or 0
        self.output_tokens += made or 0
        self.cached_tokens += cached or 0

    def to_json(self) -> dict[str, Any]:
        """As it stands in a reply."""
        cached = {"cachedTokens": self.cached_tokens} if self.cached_tokens > 0 else {}
        return {
            "inputTokens": self.input_tokens,
            "outputTokens": self.output_tokens,
            **cached,
            "costUsd": self.cost_usd,
            "calls": self.calls,
            "toolCalls": self.tool_calls,
        }


@dataclass
class Call:
    """One question to an agent. `resume` is `{state, answer}` when it had paused and people have answered."""

    input: Any
    emit: Emit
    session: str | None = None
    resume: dict[str, Any] | None = None
    key: str = ""
    run_id: str = ""
    usage: Usage = field(default_factory=Usage)

    def chunk(self, text: Any) -> None:
        """Tells a piece of the answer."""
        if isinstance(text, str) and text:
            self.emit("agent.chunk", text)

    def thinking(self, text: Any) -> None:
        """Tells a piece of what the model thinks."""
        if isinstance(text, str) and text:
            self.emit("agent.thinking", text)

    def tool_call(self, identity: str, name: str, arguments: Any) -> None:
        """Tells and counts a call of a tool."""
        self.usage.tool_calls += 1
        self.emit(
            "agent.tool_call", {"id": identity, "name": name, "arguments": plain(arguments, lenient=True)}
        )

    def tool_result(self, identity: str, name: str, result: Any, *, is_error: bool = False) -> None:
        """Tells what a tool has answered."""
        mark = {"isError": True} if is_error else {}
        self.emit(
            "agent.tool_result", {"id": identity, "name": name, "result": plain(result, lenient=True), **mark}
        )


class Driver(Protocol):
    """Runs agents of one framework."""

    def accepts(self, value: Any) -> bool:
        """Whether it is an agent of this framework."""
        ...

    async def invoke(self, agent: Any, call: Call) -> dict[str, Any]:
        """One call; answers the reply, or raises."""
        ...


def reply(
    call: Call, output: Any, *, text: str | None = None, messages: list[Any] | None = None
) -> dict[str, Any]:
    """The reply of a call that came to its end."""
    said = {"text": text} if text is not None else {}
    heard = {"messages": plain(messages)} if messages else {}
    return {"output": plain(output), **said, **heard, "usage": call.usage.to_json(), "finish": "stop"}


def pause_reply(call: Call, pause: dict[str, Any], output: Any = None) -> dict[str, Any]:
    """The reply of an agent that asks people before it goes on."""
    size = len(json.dumps(plain(pause["resume"])))
    if size > _LARGEST_STATE:
        detail = (
            f"what it needs to go on has {size} characters, and at most {_LARGEST_STATE} travel in a pause"
        )
        raise Fault("runtime", f"{detail}: keep it in a database, or make it smaller", code="too_large")
    shown = plain(output, lenient=True)
    return {"output": shown, "usage": call.usage.to_json(), "pause": plain(pause), "finish": "pause"}
