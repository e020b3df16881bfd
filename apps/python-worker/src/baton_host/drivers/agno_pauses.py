"""What a paused run of Agno requires, as a pause, and what people have answered as what it requires."""

from __future__ import annotations

import json
from typing import Any

from ..answers import text_answer, verdict_on
from ..faults import Fault

_TYPES = {
    "str": "string",
    "int": "integer",
    "float": "number",
    "bool": "boolean",
    "list": "array",
    "dict": "object",
}


def pause_of(requirements: list[Any], run: Any) -> dict[str, Any]:
    """Tool calls to confirm are items with a verdict each; what has to be filled in is a form."""
    items = [_item(one) for one in requirements if one.needs_confirmation]
    fields: dict[str, Any] = {}
    for one in requirements:
        if not one.needs_confirmation:
            fields.update(_fields(one))
    names = ", ".join(
        str(one.tool_execution.tool_name) for one in requirements if one.tool_execution is not None
    )
    title = f"May it call {names}?" if items else f"{names} needs your answer"
    shown = {"arguments": [_arguments(one) for one in requirements if not one.needs_confirmation]}
    return {
        "kind": "tool_call" if items else "form",
        "title": title[:120],
        **({"items": items} if items else {}),
        **({"form": {"type": "object", "properties": fields, "required": list(fields)}} if fields else {}),
        **({"body": f"```json\n{json.dumps(shown, indent=2, default=str)}\n```"} if fields else {}),
        "resume": {"run": run},
    }


def resolve(requirements: list[Any], answer: dict[str, Any]) -> None:
    """Tells each requirement what was decided; raises a fault when something was not answered."""
    for one in requirements:
        is_approved, comment, said = verdict_on(answer, str(one.id))
        given = said.get("form") if isinstance(said.get("form"), dict) else {}
        if one.needs_confirmation:
            _confirm(one, is_approved, comment, said)
        elif one.needs_user_input:
            one.provide_user_input(given)
        elif one.needs_user_feedback:
            one.provide_user_feedback({key: _list(value) for key, value in given.items()})
        elif one.needs_external_execution:
            result = given.get(_name_of(one), given.get("result")) if given else None
            one.set_external_execution_result(text_answer(said) if result is None else _text(result))
    # What nobody has filled in would only pause again.
    if any(not one.is_resolved() for one in requirements):
        raise Fault("validation", "the answer leaves fields empty that the tool needs", code="invalid_answer")


def _confirm(one: Any, is_approved: bool, comment: str | None, said: dict[str, Any]) -> None:
    if not is_approved:
        one.reject(comment)
        return
    if isinstance(said.get("arguments"), dict) and one.tool_execution is not None:
        one.tool_execution.tool_args = said["arguments"]
    one.confirm()


def _item(one: Any) -> dict[str, Any]:
    return {"id": str(one.id), "name": _name_of(one), "arguments": _arguments(one)}


def _name_of(one: Any) -> str:
    return str(one.tool_execution.tool_name) if one.tool_execution is not None else "tool"


def _arguments(one: Any) -> dict[str, Any]:
    return (one.tool_execution.tool_args or {}) if one.tool_execution is not None else {}


def _fields(one: Any) -> dict[str, Any]:
    """Fields of a form: what the tool asks for, or the result of a tool that somebody else carries out."""
    if one.needs_user_input:
        return {field.name: _schema(field) for field in one.user_input_schema or [] if field.value is None}
    if one.needs_user_feedback:
        return {question.question: _choice(question) for question in one.user_feedback_schema or []}
    return {_name_of(one): {"type": "string", "description": "What came of it."}}


def _schema(field: Any) -> dict[str, Any]:
    name = field.field_type.__name__ if isinstance(field.field_type, type) else str(field.field_type)
    kind = {"type": _TYPES[name]} if name in _TYPES else {}
    return {**kind, **({"description": field.description} if field.description else {})}


def _choice(question: Any) -> dict[str, Any]:
    labels = [option.label for option in question.options or []]
    one = {"type": "string", **({"enum": labels} if labels else {})}
    return {"type": "array", "items": one} if question.multi_select else one


def _list(value: Any) -> list[str]:
    return [str(one) for one in value] if isinstance(value, list) else [str(value)]


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)
