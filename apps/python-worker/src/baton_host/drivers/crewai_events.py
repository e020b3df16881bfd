"""What the events of CrewAI tell of usage, tool calls, chunks and thinking."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from crewai.events.types.llm_events import LLMCallCompletedEvent, LLMStreamChunkEvent, LLMThinkingChunkEvent
from crewai.events.types.tool_usage_events import (
    ToolUsageErrorEvent,
    ToolUsageFinishedEvent,
    ToolUsageStartedEvent,
)

from ..calls import Call


def on_model(event: Any, call: Call) -> None:
    call.usage.calls += 1
    usage = event.usage or {}
    details = usage.get("prompt_tokens_details") or {}
    cached = usage.get("cached_prompt_tokens") or (
        details.get("cached_tokens") if isinstance(details, dict) else 0
    )
    given = usage.get("prompt_tokens", usage.get("input_tokens"))
    call.usage.add_tokens(given, usage.get("completion_tokens", usage.get("output_tokens")), cached)


def on_chunk(event: Any, call: Call) -> None:
    call.chunk(event.chunk)


def on_thinking(event: Any, call: Call) -> None:
    call.thinking(event.chunk)


def on_tool_started(event: Any, call: Call) -> None:
    call.tool_call(_identity(event), event.tool_name, event.tool_args)


def on_tool_finished(event: Any, call: Call) -> None:
    call.tool_result(_identity(event), event.tool_name, event.output, is_error=event.failure is not None)


def on_tool_failed(event: Any, call: Call) -> None:
    call.tool_result(_identity(event), event.tool_name, str(event.error), is_error=True)


def _identity(event: Any) -> str:
    """The end of a use of a tool names the event of its beginning."""
    return str(getattr(event, "started_event_id", None) or event.event_id)


LISTENERS: list[tuple[Any, Callable[[Any, Call], None]]] = [
    (LLMCallCompletedEvent, on_model),
    (LLMStreamChunkEvent, on_chunk),
    (LLMThinkingChunkEvent, on_thinking),
    (ToolUsageStartedEvent, on_tool_started),
    (ToolUsageFinishedEvent, on_tool_finished),
    (ToolUsageErrorEvent, on_tool_failed),
]
