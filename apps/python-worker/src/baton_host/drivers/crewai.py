"""
Crews and flows of CrewAI; a task that wants a person's word pauses, and its crew goes on from there in any
process.
"""

from __future__ import annotations

import os
from typing import Any

# Before the framework is loaded: it would tell its makers what runs here, and ask on a console whether it
# may.
os.environ.update(
    {"CREWAI_DISABLE_TELEMETRY": "true", "CREWAI_TRACING_ENABLED": "false", "OTEL_SDK_DISABLED": "true"}
)

import asyncio  # noqa: E402
from collections.abc import Callable, Iterator  # noqa: E402
from contextlib import contextmanager  # noqa: E402

from crewai import Crew, Flow  # noqa: E402
from crewai.core.providers.human_input import reset_provider, set_provider  # noqa: E402
from crewai.events import crewai_event_bus  # noqa: E402

from ..calls import Call, pause_reply, reply  # noqa: E402
from ..faults import Fault  # noqa: E402
from ..plain import plain  # noqa: E402
from .crewai_events import LISTENERS  # noqa: E402
from .crewai_pauses import AsksPeople, CrewPaused, go_on, pause_of  # noqa: E402


class CrewAIDriver:
    """Each call has a copy of the crew: a crew keeps what it did."""

    def accepts(self, value: Any) -> bool:
        return isinstance(value, (Crew, Flow)) or callable(getattr(type(value), "crew", None))

    async def invoke(self, agent: Any, call: Call) -> dict[str, Any]:
        if call.session is not None:
            raise Fault(
                "configuration",
                "a crew keeps no conversations: call it without a session",
                code="no_sessions",
            )
        if isinstance(agent, Flow):
            return await self._flow(agent, call)
        crew = (agent if isinstance(agent, Crew) else agent.crew()).copy()
        inputs = inputs_of(call)
        if call.resume is not None:
            go_on(crew, call.resume)
        token = set_provider(AsksPeople())
        try:
            with told(call):
                result = await asyncio.to_thread(crew.kickoff, inputs=inputs)
        except CrewPaused as paused:
            return pause_reply(call, pause_of(crew, paused), paused.answer)
        finally:
            reset_provider(token)
        made = result.pydantic or result.json_dict or result.raw
        return reply(call, made, text=result.raw, messages=[plain(one.raw) for one in result.tasks_output])

    async def _flow(self, flow: Any, call: Call) -> dict[str, Any]:
        if call.resume is not None:
            raise Fault("validation", "a flow does not pause", code="invalid_resume")
        # A flow keeps its state, so each call has one of its own.
        with told(call):
            result = await type(flow)().kickoff_async(inputs=inputs_of(call))
        text = getattr(result, "raw", result if isinstance(result, str) else None)
        return reply(call, text if hasattr(result, "raw") else result, text=text)


def inputs_of(call: Call) -> dict[str, Any]:
    """What is put into descriptions of tasks: the fields of the input, or a text as `input`."""
    return dict(call.input) if isinstance(call.input, dict) else {"input": call.input}


@contextmanager
def told(call: Call) -> Iterator[None]:
    """Tells the call what the crew's own events say, all of it before the call is answered."""
    registered = [(event, _listener(listen, call)) for event, listen in LISTENERS]
    for event, heard in registered:
        crewai_event_bus.register_handler(event, heard)
    try:
        yield
    finally:
        crewai_event_bus.flush()
        for event, heard in registered:
            crewai_event_bus.off(event, heard)


def _listener(listen: Callable[[Any, Call], None], call: Call) -> Callable[[Any, Any], None]:
    # Of two parameters: a third one would be given the state of the bus.
    def heard(_source: Any, event: Any) -> None:
        listen(event, call)

    return heard


def create_driver() -> CrewAIDriver:
    """The driver of this framework."""
    return CrewAIDriver()
