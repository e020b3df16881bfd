"""
Usage, tool calls, chunks and thinking out of LangChain's callbacks, which LangGraph hands down to every
node.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from langchain_core.callbacks import AsyncCallbackHandler

from ..calls import Call


class Observer(AsyncCallbackHandler):
    """
    Tells a call what happens in a run. Models stream when their author has told them to, and not because of
    us.
    """

    run_inline = True

    def __init__(self, call: Call) -> None:
        self._call = call
        self._tools: dict[UUID, tuple[str, str]] = {}

    async def on_llm_new_token(self, token: str, *, chunk: Any = None, **_: Any) -> None:
        content = getattr(getattr(chunk, "message", None), "content", token)
        text, thinking = pieces_of(content)
        self._call.thinking(thinking)
        self._call.chunk(text)

    async def on_llm_end(self, response: Any, **_: Any) -> None:
        self._call.usage.calls += 1
        told = False
        for generation in [one for row in response.generations for one in row]:
            usage = getattr(getattr(generation, "message", None), "usage_metadata", None)
            if usage:
                told = True
                details = usage.get("input_token_details") or {}
                self._call.usage.add_tokens(
                    usage.get("input_tokens"), usage.get("output_tokens"), details.get("cache_read")
                )
        if not told:
            usage = (response.llm_output or {}).get("token_usage") or {}
            self._call.usage.add_tokens(usage.get("prompt_tokens"), usage.get("completion_tokens"))

    async def on_tool_start(
        self,
        serialized: dict[str, Any] | None,
        input_str: str,
        *,
        run_id: UUID,
        inputs: Any = None,
        **more: Any,
    ) -> None:
        name = str((serialized or {}).get("name") or more.get("name") or "tool")
        identity = str(more.get("tool_call_id") or run_id)
        self._tools[run_id] = (identity, name)
        self._call.tool_call(identity, name, inputs if inputs is not None else {"input": input_str})

    async def on_tool_end(self, output: Any, *, run_id: UUID, **_: Any) -> None:
        identity, name = self._tools.pop(run_id, (str(run_id), "tool"))
        is_error = getattr(output, "status", None) == "error"
        self._call.tool_result(identity, name, getattr(output, "content", output), is_error=is_error)

    async def on_tool_error(self, error: BaseException, *, run_id: UUID, **_: Any) -> None:
        # An interrupt leaves a tool as an error does, and is none.
        identity, name = self._tools.pop(run_id, (str(run_id), "tool"))
        if type(error).__name__ not in ("GraphInterrupt", "NodeInterrupt"):
            self._call.tool_result(identity, name, str(error), is_error=True)


def pieces_of(content: Any) -> tuple[str, str]:
    """The text and the thinking of a message's content, which is a text or a list of blocks."""
    if isinstance(content, str):
        return content, ""
    blocks = [block for block in content if isinstance(block, dict)] if isinstance(content, list) else []
    text = "".join(str(block.get("text", "")) for block in blocks if block.get("type") == "text")
    thoughts = (block.get("thinking") or block.get("reasoning") for block in blocks)
    plain = "".join(part for part in content if isinstance(part, str)) if isinstance(content, list) else ""
    return plain + text, "".join(str(thought) for thought in thoughts if thought)
