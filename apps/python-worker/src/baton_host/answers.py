"""What people have answered to a pause."""

from __future__ import annotations

from typing import Any

from .faults import Fault

# Fields in which agents put the sentence that a person reads.
_TITLES = ("title", "question", "message", "description", "text", "prompt")
_LONGEST_TITLE = 120


def title_of(value: Any, otherwise: str) -> str:
    """One line for an inbox, out of what an agent asks."""
    words = value if isinstance(value, str) else None
    if isinstance(value, dict):
        words = next((value[key] for key in _TITLES if isinstance(value.get(key), str) and value[key]), None)
    lines = (words or "").strip().splitlines()
    return (lines[0] if lines else otherwise)[:_LONGEST_TITLE]


def verdict_on(answer: dict[str, Any], identity: str) -> tuple[bool, str | None, dict[str, Any]]:
    """
    Whether one item was approved, the comment, and all that was said of it. An item without a verdict of
    its own has that of the whole; what is not approved is rejected.
    """
    items = answer.get("items")
    own = (
        next((one for one in items if isinstance(one, dict) and one.get("id") == identity), {})
        if isinstance(items, list)
        else {}
    )
    said = {**{key: answer[key] for key in ("outcome", "comment", "form") if key in answer}, **own}
    comment = said.get("comment")
    return said.get("outcome") == "approve", comment if isinstance(comment, str) and comment else None, said


def plain_answer(answer: dict[str, Any]) -> Any:
    """
    An answer without items: the form; else true or false, which is how agents ask for approval; else all of
    it.
    """
    if answer.get("form") is not None:
        return answer["form"]
    outcome = answer.get("outcome")
    return outcome == "approve" if outcome in ("approve", "reject") else answer


def text_answer(answer: dict[str, Any]) -> str:
    """
    An answer to an agent that wants to read words: a form of one text, the comment, or the word of the
    outcome.
    """
    form = answer.get("form")
    if isinstance(form, dict) and len(form) == 1:
        (only,) = form.values()
        if isinstance(only, str):
            return only
    if isinstance(form, str):
        return form
    comment = answer.get("comment")
    if isinstance(comment, str) and comment:
        return comment
    return str(answer.get("outcome", ""))


def state_of(resume: dict[str, Any], field: str) -> Any:
    """
    A field of the state to resume from; raises a fault when it is not that of a pause of this framework.
    """
    state = resume.get("state")
    if not isinstance(state, dict) or field not in state:
        raise Fault(
            "validation",
            "the state to resume from is not that of a pause of this agent",
            code="invalid_resume",
        )
    return state[field]
