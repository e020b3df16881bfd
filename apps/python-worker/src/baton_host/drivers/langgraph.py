"""Graphs of LangGraph: a compiled graph, a graph to compile, or a function under `@entrypoint`."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import StateGraph
from langgraph.pregel import Pregel
from langgraph.types import Command

from ..answers import state_of
from ..calls import Call, pause_reply, reply
from ..faults import Fault
from .langchain_events import Observer, pieces_of
from .langgraph_pauses import pause_of, resume_value
from .langgraph_threads import restore_thread, save_thread

_INTERRUPT = "__interrupt__"


class LangGraphDriver:
    """
    A graph with a checkpointer of its own keeps its threads there. Any other one gets a saver for the one
    call, and when it pauses the thread goes into the pause.
    """

    def accepts(self, value: Any) -> bool:
        return isinstance(value, (Pregel, StateGraph))

    async def invoke(self, agent: Any, call: Call) -> dict[str, Any]:
        result, pause = await self.run(agent, call)
        if pause is not None:
            return pause_reply(call, pause, result)
        messages = messages_of(result)
        answer = reply(
            call, to_json(result), text=last_words(messages), messages=[to_json(one) for one in messages]
        )
        return answer if call.session is None else {**answer, "sessionId": call.session}

    async def run(self, agent: Any, call: Call) -> tuple[Any, dict[str, Any] | None]:
        """The last state, and the pause if it ended with one."""
        graph = agent.compile() if isinstance(agent, StateGraph) else agent
        saver = None
        if graph.checkpointer in (None, False):
            if call.session is not None:
                detail = (
                    "it keeps no conversations: give the graph a checkpointer that outlives its process, "
                    "or call it without a session"
                )
                raise Fault("configuration", detail, code="no_sessions")
            saver = InMemorySaver()
            graph = graph.copy({"checkpointer": saver})
        thread_id = call.session or call.key or str(uuid4())
        if call.resume is not None:
            thread_id = str(state_of(call.resume, "threadId"))
            if saver is not None:
                restore_thread(saver, thread_id, str(state_of(call.resume, "thread")))
        config = self._config(call, thread_id)
        if saver is None and (call.resume is not None or call.session is None):
            result, interrupts = await self._go_on(graph, call, config)
        else:
            result, interrupts = await self._ask(graph, question_of(call), config)
        if not interrupts:
            return result, None
        state = {
            "threadId": thread_id,
            **({} if saver is None else {"thread": save_thread(saver, thread_id)}),
        }
        return to_json(result), pause_of(interrupts, state)

    async def _ask(self, graph: Any, question: Any, config: dict[str, Any]) -> tuple[Any, list[Any]]:
        """The state that a question leads to, and what the graph asks."""
        result = await graph.ainvoke(question, config)
        if not isinstance(result, dict) or _INTERRUPT not in result:
            return result, []
        return {key: value for key, value in result.items() if key != _INTERRUPT}, list(result[_INTERRUPT])

    async def _go_on(self, graph: Any, call: Call, config: dict[str, Any]) -> tuple[Any, list[Any]]:
        """
        The same for a thread of this one delivery, which another attempt may have begun before its worker
        was lost: what the thread has been told is not told twice.
        """
        state = await graph.aget_state(config)
        pending = list(state.interrupts)
        asked = (
            {one["id"] for one in state_of(call.resume, "interrupts")} if call.resume is not None else set()
        )
        if state.created_at is None or asked & {str(one.id) for one in pending}:
            return await self._ask(graph, question_of(call), config)
        if pending or not state.next:
            return state.values, pending
        return await self._ask(graph, None, config)

    def _config(self, call: Call, thread_id: str) -> dict[str, Any]:
        facts = {"baton_run_id": call.run_id, "idempotency_key": call.key}
        return {"configurable": {"thread_id": thread_id, **facts}, "callbacks": [Observer(call)]}


def question_of(call: Call) -> Any:
    """The input, or the answer that the graph waits for. A text is what a person says."""
    if call.resume is not None:
        return Command(resume=resume_value(call.resume))
    is_text = isinstance(call.input, str)
    return {"messages": [{"role": "user", "content": call.input}]} if is_text else call.input


def to_json(value: Any) -> Any:
    """Messages as they are told by every chat model, and all else as it is."""
    if is_message(value):
        return message_to_json(value)
    if isinstance(value, dict):
        return {key: to_json(member) for key, member in value.items()}
    return [to_json(one) for one in value] if isinstance(value, (list, tuple)) else value


def is_message(value: Any) -> bool:
    """Whether it is a message of LangChain."""
    return hasattr(value, "content") and hasattr(value, "type") and hasattr(value, "additional_kwargs")


def message_to_json(message: Any) -> dict[str, Any]:
    """A message without what is empty or of the vendor."""
    names = ("id", "type", "content", "name", "tool_calls", "tool_call_id", "status", "usage_metadata")
    told = {name: getattr(message, name, None) for name in names}
    return {name: value for name, value in told.items() if value not in (None, [], "") or name == "content"}


def messages_of(result: Any) -> list[Any]:
    """The messages of a state."""
    messages = result.get("messages") if isinstance(result, dict) else getattr(result, "messages", None)
    return [one for one in messages if is_message(one)] if isinstance(messages, list) else []


def last_words(messages: list[Any]) -> str | None:
    """The text of the last message, if a model has said it."""
    last = messages[-1] if messages else None
    return pieces_of(last.content)[0] if last is not None and last.type == "ai" else None


def create_driver() -> LangGraphDriver:
    """The driver of this framework."""
    return LangGraphDriver()
