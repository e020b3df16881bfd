"""Agents and teams of Agno; a paused run goes on in any process, out of what the pause holds."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from agno.agent import Agent
from agno.exceptions import AgnoError
from agno.run.agent import RunOutput
from agno.run.team import TeamRunOutput
from agno.team import Team

from ..answers import state_of
from ..calls import Call, pause_reply, reply
from ..faults import Fault
from ..plain import plain
from .agno_pauses import pause_of, resolve


class AgnoDriver:
    """An agent with a database keeps its conversations there."""

    def accepts(self, value: Any) -> bool:
        return isinstance(value, (Agent, Team))

    async def invoke(self, agent: Any, call: Call) -> dict[str, Any]:
        # Nobody but who runs the agent is told that it runs.
        agent.telemetry = False
        if call.session is not None and agent.db is None:
            detail = "it keeps no conversations: give the agent a db, or call it without a session"
            raise Fault("configuration", detail, code="no_sessions")
        with noted_errors() as errors:
            result = await self._run(agent, call)
        if _word(getattr(result, "status", "ERROR")) in ("ERROR", "CANCELLED"):
            raise errors[-1] if errors else _failed(result)
        if _word(result.status) == "PAUSED":
            waiting = [one for one in result.requirements or [] if not one.is_resolved()]
            return pause_reply(call, pause_of(waiting, plain(result.to_dict())), result.content)
        if result.metrics is not None and result.metrics.cost:
            call.usage.cost_usd += result.metrics.cost
        text = result.content if isinstance(result.content, str) else None
        messages = [one.to_dict() for one in result.messages or []]
        answer = reply(call, result.content, text=text, messages=messages)
        return answer if call.session is None else {**answer, "sessionId": call.session}

    async def _run(self, agent: Any, call: Call) -> Any:
        how = {"stream": True, "stream_events": True, "yield_run_output": True}
        if call.resume is None:
            more = {} if call.session is None else {"session_id": call.session}
            events = agent.arun(call.input, **how, **more)
        else:
            kind = TeamRunOutput if isinstance(agent, Team) else RunOutput
            paused = kind.from_dict(dict(state_of(call.resume, "run")))
            waiting = [one for one in paused.requirements or [] if not one.is_resolved()]
            resolve(waiting, call.resume["answer"])
            # Read back, requirements and tools are copies of each other; those of the run are what it goes
            # on with.
            decided = {one.tool_execution.tool_call_id: one.tool_execution for one in waiting}
            paused.tools = [decided.get(tool.tool_call_id, tool) for tool in paused.tools or []]
            events = agent.acontinue_run(run_response=paused, requirements=paused.requirements, **how)
        result = None
        async for event in events:
            if isinstance(event, (RunOutput, TeamRunOutput)):
                result = event
            else:
                tell(event, call)
        return result


def tell(event: Any, call: Call) -> None:
    """Tells one event of a run; those of a team and of its members are alike."""
    kind = str(getattr(event, "event", "")).removeprefix("Team")
    if kind == "RunContent":
        call.thinking(getattr(event, "reasoning_content", None))
        call.chunk(event.content)
    elif kind == "ReasoningContentDelta":
        call.thinking(getattr(event, "reasoning_content", None))
    elif kind == "ModelRequestCompleted":
        call.usage.calls += 1
        call.usage.add_tokens(event.input_tokens, event.output_tokens, event.cache_read_tokens)
    elif kind == "ToolCallStarted" and event.tool is not None:
        call.tool_call(event.tool.tool_call_id or "", event.tool.tool_name or "", event.tool.tool_args)
    elif kind == "ToolCallCompleted" and event.tool is not None:
        tool = event.tool
        is_error = bool(tool.tool_call_error)
        call.tool_result(tool.tool_call_id or "", tool.tool_name or "", tool.result, is_error=is_error)


@contextmanager
def noted_errors() -> Iterator[list[AgnoError]]:
    """
    The errors that Agno makes meanwhile. A run that fails tells its words only; the status, and how long to
    wait, stand in the error that it keeps to itself.
    """
    errors: list[AgnoError] = []
    make = AgnoError.__init__

    def note(self: AgnoError, *arguments: Any, **more: Any) -> None:
        make(self, *arguments, **more)
        self.__cause__ = sys.exc_info()[1]
        errors.append(self)

    AgnoError.__init__ = note  # type: ignore[method-assign]
    try:
        yield errors
    finally:
        AgnoError.__init__ = make  # type: ignore[method-assign]


def _failed(result: Any) -> Fault:
    words = getattr(result, "content", None) or "it ended without a result"
    return Fault("runtime", f"the run failed: {words}", code="run_failed", retryable=True)


def _word(status: Any) -> str:
    return str(getattr(status, "value", status)).upper()


def create_driver() -> AgnoDriver:
    """The driver of this framework."""
    return AgnoDriver()
