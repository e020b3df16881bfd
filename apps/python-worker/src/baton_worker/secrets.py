"""Secrets of a config: whole texts `$secrets.<name>` that stand for values of the worker's environment."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from urllib.parse import quote

from .failures import failed

_REFERENCE = re.compile(r"\$secrets\.([A-Za-z][A-Za-z0-9_]{0,62})")

# Shorter ones are not taken out of texts: the texts would be unreadable, and the secret is none.
_SHORTEST_HIDDEN = 4


def names_in(value: Any) -> list[str]:
    """The names that a value mentions, each once, in the order of their first mention."""
    found: dict[str, None] = {}
    for text in _texts(value):
        mention = _REFERENCE.fullmatch(text)
        if mention is not None:
            found[mention.group(1)] = None
    return list(found)


def resolve(names: Iterable[str], known: Mapping[str, str]) -> dict[str, str]:
    """Values by name; fails with a sentence that names what is missing. Names are known in capitals."""
    wanted = list(names)
    missing = [name for name in wanted if name.upper() not in known]
    if missing:
        listed = ", ".join(f'"{name}"' for name in missing)
        raise failed("configuration", f"There is no secret {listed}.", code="unknown_secret")
    return {name: known[name.upper()] for name in wanted}


def put_in(value: Any, values: Mapping[str, str]) -> Any:
    """The value with secrets in place of their references."""

    def put(text: str) -> str:
        mention = _REFERENCE.fullmatch(text)
        return text if mention is None else values.get(mention.group(1), text)

    return map_texts(value, put)


def redactor(values: Iterable[str]) -> Callable[[str], str]:
    """Takes secrets out of texts, as they are and as they stand in URLs, in JSON and in Base64."""
    forms: set[str] = set()
    for value in values:
        if len(value) >= _SHORTEST_HIDDEN:
            encoded = base64.b64encode(value.encode()).decode()
            plain = json.dumps(value, ensure_ascii=False)[1:-1]
            forms |= {value, quote(value, safe="-_.!~*'()"), plain, json.dumps(value)[1:-1], encoded}
    # Longer ones first: one may be part of another.
    ordered = sorted(forms, key=len, reverse=True)

    def redact(text: str) -> str:
        for form in ordered:
            text = text.replace(form, "***")
        return text

    return redact


def map_texts(value: Any, change: Callable[[str], str]) -> Any:
    """A JSON value with every text in it changed, names of members included."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, list):
        return [map_texts(item, change) for item in value]
    if isinstance(value, dict):
        return {change(key): map_texts(member, change) for key, member in value.items()}
    return value


def _texts(value: Any) -> Iterable[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, (list, dict)):
        for member in value.values() if isinstance(value, dict) else value:
            yield from _texts(member)
