"""
Workflows and agents of LlamaIndex; one that waits for a person goes on out of its context, in any process.
"""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from typing import Any

from llama_index.core.agent.workflow import AgentWorkflow
from llama_index.core.agent.workflow.base_agent import BaseWorkflowAgent
from llama_index.core.llms import ChatMessage
from llama_index.core.memory import ChatMemoryBuffer
from llama_index.core.workflow import Context, HumanResponseEvent, InputRequiredEvent, Workflow

from ..answers import state_of, text_answer, title_of
from ..calls import Call, pause_reply, reply
from ..faults import Fault
from ..plain import plain

_OPENAI = "llama_index.llms.openai.base"


class LlamaIndexDriver:
    """A workflow keeps no conversations by itself; what it asks of people comes as an event."""

    def accepts(self, value: Any) -> bool:
        return isinstance(value, Workflow)

    async def invoke(self, agent: Any, call: Call) -> dict[str, Any]:
        if call.session is not None:
            detail = "it keeps no conversations: hand over the messages, or call it without a session"
            raise Fault("configuration", detail, code="no_sessions")
        for model in models_of(agent):
            tell_usage(model)
        handler = await self._start(agent, call)
        try:
            async for event in handler.stream_events(expose_internal=False):
                if isinstance(event, InputRequiredEvent):
                    memory = await memory_of(handler.ctx)
                    return pause_reply(call, pause_of(event, handler.ctx.to_dict(), memory))
                tell(event, call)
            return answer_of(await handler, call)
        finally:
            if not handler.is_done():
                with suppress(Exception, asyncio.CancelledError):
                    await handler.cancel_run()

    async def _start(self, agent: Any, call: Call) -> Any:
        if call.resume is None:
            return agent.run(**arguments_of(agent, call.input))
        context = Context.from_dict(agent, dict(state_of(call.resume, "context")))
        handler = agent.run(ctx=context)
        memory = state_of(call.resume, "memory")
        if memory is not None:
            said = [ChatMessage.model_validate(one) for one in memory]
            await handler.ctx.store.set("memory", ChatMemoryBuffer.from_defaults(chat_history=said))
        answer = call.resume["answer"]
        facts = dict(state_of(call.resume, "facts"))
        response = HumanResponseEvent(**{**facts, "response": text_answer(answer), "answer": answer})
        handler.ctx.send_event(response)
        return handler


def models_of(agent: Any) -> list[Any]:
    """The models of an agent, or of all agents of a workflow of agents."""
    agents = agent.agents.values() if isinstance(agent, AgentWorkflow) else [agent]
    return [one.llm for one in agents if getattr(one, "llm", None) is not None]


def tell_usage(model: Any) -> None:
    """Has OpenAI's client tell the usage of streams too, unless its author has decided about that."""
    options = getattr(model, "additional_kwargs", None)
    if isinstance(options, dict) and any(base.__module__ == _OPENAI for base in type(model).__mro__):
        # The client leaves it out again where it does not stream.
        options.setdefault("stream_options", {"include_usage": True})


async def memory_of(context: Any) -> list[Any] | None:
    """What an agent remembers: a context leaves it out of what it tells."""
    memory = await context.store.get("memory", default=None)
    return None if memory is None else [one.model_dump(mode="json") for one in await memory.aget_all()]


def arguments_of(agent: Any, given: Any) -> dict[str, Any]:
    """
    What a run is started with: an agent takes a text or messages, any other workflow the fields of its
    first event.
    """
    if not isinstance(agent, (AgentWorkflow, BaseWorkflowAgent)):
        return dict(given) if isinstance(given, dict) else {"input": given}
    messages = (
        given.get("messages") if isinstance(given, dict) else given if isinstance(given, list) else None
    )
    if isinstance(messages, list) and messages:
        heard = [ChatMessage(role=one.get("role", "user"), content=one.get("content")) for one in messages]
        return {"user_msg": heard[-1], "chat_history": heard[:-1]}
    if isinstance(given, dict) and "user_msg" in given:
        return dict(given)
    return {"user_msg": given if isinstance(given, str) else json.dumps(given)}


def tell(event: Any, call: Call) -> None:
    """Tells one event of a run. By name: each agent has its own, and other workflows have none of them."""
    kind = type(event).__name__
    if kind == "AgentStream":
        call.thinking(event.thinking_delta)
        call.chunk(event.delta)
    elif kind == "ToolCall":
        call.tool_call(event.tool_id, event.tool_name, event.tool_kwargs)
    elif kind == "ToolCallResult":
        output = event.tool_output
        call.tool_result(event.tool_id, event.tool_name, output.content, is_error=bool(output.is_error))
    elif kind == "AgentOutput":
        call.usage.calls += 1
        count(event.raw, call)


def count(raw: Any, call: Call) -> None:
    """Adds the tokens that a vendor's answer tells of, whichever of the usual names it has for them."""
    raw = plain(raw, lenient=True)
    usage = raw.get("usage") if isinstance(raw, dict) else None
    if not isinstance(usage, dict):
        return
    details = usage.get("prompt_tokens_details") or usage.get("input_tokens_details") or {}
    given = usage.get("prompt_tokens", usage.get("input_tokens"))
    made = usage.get("completion_tokens", usage.get("output_tokens"))
    call.usage.add_tokens(given, made, details.get("cached_tokens"))


def answer_of(result: Any, call: Call) -> dict[str, Any]:
    """The reply; an agent's result is its last words, or what it was to make."""
    response = getattr(result, "response", None)
    if not isinstance(response, ChatMessage):
        return reply(call, result, text=result if isinstance(result, str) else None)
    text = response.content or ""
    made = getattr(result, "structured_response", None)
    return reply(call, text if made is None else made, text=text)


def pause_of(event: Any, context: dict[str, Any], memory: Any) -> dict[str, Any]:
    """
    The pause; what the event says besides its question is told back with the answer, as workflows wait by
    it.
    """
    facts = plain(dict(event.items()), lenient=True)
    form = facts.get("form")
    question = facts.get("prefix") or facts
    rest = {key: value for key, value in facts.items() if key not in ("prefix", "form")}
    shown = f"```json\n{json.dumps(rest, indent=2, ensure_ascii=False)}\n```" if rest else ""
    return {
        "kind": "form" if isinstance(form, dict) else "approval",
        "title": title_of(question, "The workflow waits for an answer"),
        **({"body": shown} if shown else {}),
        **({"form": form} if isinstance(form, dict) else {}),
        "resume": {"context": plain(context, lenient=True), "memory": memory, "facts": rest},
    }


def create_driver() -> LlamaIndexDriver:
    """The driver of this framework."""
    return LlamaIndexDriver()
