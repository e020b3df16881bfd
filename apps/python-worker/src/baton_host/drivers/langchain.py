"""Agents, chains, models and other runnables of LangChain."""

from __future__ import annotations

from typing import Any

from langchain_core.runnables import Runnable
from langgraph.pregel import Pregel

from ..calls import Call, pause_reply, reply
from ..faults import Fault
from .langchain_events import Observer, pieces_of
from .langgraph import LangGraphDriver, is_message, last_words, message_to_json, messages_of, to_json


class LangChainDriver:
    """
    An agent of `create_agent` is a graph, and pauses as one; its output is what it was to make, or its last
    words.
    """

    def __init__(self) -> None:
        self._graphs = LangGraphDriver()

    def accepts(self, value: Any) -> bool:
        return isinstance(value, Runnable)

    async def invoke(self, agent: Any, call: Call) -> dict[str, Any]:
        return await (self._agent if isinstance(agent, Pregel) else self._runnable)(agent, call)

    async def _agent(self, agent: Any, call: Call) -> dict[str, Any]:
        result, pause = await self._graphs.run(agent, call)
        if pause is not None:
            return pause_reply(call, pause, result)
        messages = messages_of(result)
        text = last_words(messages)
        made = result.get("structured_response") if isinstance(result, dict) else None
        output = made if made is not None else text if text is not None else to_json(result)
        answer = reply(call, output, text=text, messages=[message_to_json(one) for one in messages])
        return answer if call.session is None else {**answer, "sessionId": call.session}

    async def _runnable(self, agent: Any, call: Call) -> dict[str, Any]:
        if call.session is not None or call.resume is not None:
            raise Fault(
                "configuration", "a chain keeps no conversations and never pauses", code="no_sessions"
            )
        result = await agent.ainvoke(call.input, {"callbacks": [Observer(call)]})
        if is_message(result):
            text = pieces_of(result.content)[0]
            return reply(call, text, text=text, messages=[message_to_json(result)])
        return reply(call, to_json(result), text=result if isinstance(result, str) else None)


def create_driver() -> LangChainDriver:
    """The driver of this framework."""
    return LangChainDriver()
