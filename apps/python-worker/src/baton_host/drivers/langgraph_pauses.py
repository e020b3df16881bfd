"""Interrupts of a graph as a pause, and what people have answered as what the graph goes on with."""

from __future__ import annotations

import json
from typing import Any

from ..answers import plain_answer, title_of, verdict_on
from ..faults import Fault
from ..plain import plain


def pause_of(interrupts: list[Any], state: dict[str, Any]) -> dict[str, Any]:
    """The pause; `state` is what the driver needs to go on, and what was asked is added to it."""
    questions = [_question(one) for one in interrupts]
    items = [item for question in questions for item in question["items"]]
    titles = [question["title"] for question in questions]
    asked = [
        {
            "id": question["id"],
            "items": [{"id": item["id"], "name": item["name"]} for item in question["items"]],
        }
        for question in questions
    ]
    body = "\n\n".join(question["body"] for question in questions if question["body"])
    return {
        "kind": "tool_call" if items else "approval",
        "title": titles[0] if titles else "The graph waits for a decision",
        **({"body": body} if body else {}),
        **({"items": items} if items else {}),
        **_form_of(interrupts),
        "resume": {**state, "interrupts": asked},
    }


def resume_value(resume: dict[str, Any]) -> Any:
    """
    Decisions on tool calls; else the form, or true or false. Several interrupts get theirs by their ids.
    """
    state, answer = resume.get("state"), resume.get("answer")
    asked = state.get("interrupts") if isinstance(state, dict) else None
    if not isinstance(asked, list) or not asked or not isinstance(answer, dict):
        raise Fault("validation", "the state to resume from names no interrupt", code="invalid_resume")
    values = {
        one["id"]: {"decisions": [_decision(answer, item) for item in one["items"]]}
        if one["items"]
        else plain_answer(answer)
        for one in asked
    }
    return next(iter(values.values())) if len(values) == 1 else values


def _question(interrupt: Any) -> dict[str, Any]:
    value, identity = plain(interrupt.value, lenient=True), str(interrupt.id)
    requests = value.get("action_requests") if isinstance(value, dict) else None
    if isinstance(requests, list) and requests:
        items = [_item(one, f"{identity}:{n}") for n, one in enumerate(requests)]
        title = f"May it call {', '.join(item['name'] for item in items)}?"[:120]
        return {"id": identity, "title": title, "body": "", "items": items}
    shown = (
        value
        if isinstance(value, str)
        else f"```json\n{json.dumps(value, indent=2, ensure_ascii=False)}\n```"
    )
    return {
        "id": identity,
        "title": title_of(value, "The graph waits for a decision"),
        "body": shown,
        "items": [],
    }


def _item(request: dict[str, Any], identity: str) -> dict[str, Any]:
    description = request.get("description")
    return {
        "id": identity,
        "name": str(request.get("name") or request.get("action") or ""),
        "arguments": request.get("args", request.get("arguments", {})),
        **({"description": description} if isinstance(description, str) else {}),
    }


def _form_of(interrupts: list[Any]) -> dict[str, Any]:
    """A graph that asks once may say which form the answer has, as JSON Schema."""
    if len(interrupts) != 1:
        return {}
    value = interrupts[0].value
    form = value.get("form") or value.get("schema") if isinstance(value, dict) else None
    schema = getattr(interrupts[0], "response_schema", None) or form
    return {"form": schema} if isinstance(schema, dict) else {}


def _decision(answer: dict[str, Any], item: dict[str, Any]) -> dict[str, Any]:
    is_approved, comment, said = verdict_on(answer, item["id"])
    if not is_approved:
        return {"type": "reject", **({"message": comment} if comment else {})}
    if "arguments" not in said:
        return {"type": "approve"}
    return {"type": "edit", "edited_action": {"name": item["name"], "args": said["arguments"]}}
