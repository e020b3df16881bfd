"""Values of Python and of frameworks as plain JSON values."""

from __future__ import annotations

import base64
import dataclasses
import enum
import math
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import PurePath
from typing import Any
from uuid import UUID

from .faults import Fault

_DEEPEST = 200


def plain(value: Any, *, lenient: bool = False, path: str = "", depth: int = 0) -> Any:
    """
    The value as JSON. What has no form in JSON is a fault that says where it stands; with `lenient`, for
    what is only shown, it becomes a text.
    """
    if depth > _DEEPEST:
        raise Fault("runtime", f"the value at {path or '/'} is nested too deeply", code="bad_output")
    if isinstance(value, float) and not math.isfinite(value):
        return _strange(value, lenient, path)
    if isinstance(value, enum.Enum):
        value = value.value
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, dict):
        items = [(_name(key), member) for key, member in value.items()]
        return {
            key: plain(member, lenient=lenient, path=f"{path}/{key}", depth=depth + 1)
            for key, member in items
        }
    if isinstance(value, (list, tuple, set, frozenset)):
        return [
            plain(one, lenient=lenient, path=f"{path}/{n}", depth=depth + 1) for n, one in enumerate(value)
        ]
    inner = _inner(value)
    if inner is None:
        return _strange(value, lenient, path)
    return plain(inner[0], lenient=lenient, path=path, depth=depth + 1)


def _inner(value: Any) -> tuple[Any] | None:
    """What stands for a value that is no JSON by itself."""
    if isinstance(value, (datetime, date, time)):
        return (value.isoformat(),)
    if isinstance(value, timedelta):
        return (value.total_seconds(),)
    if isinstance(value, (UUID, PurePath, Decimal)):
        return (str(value),)
    if isinstance(value, (bytes, bytearray)):
        return (base64.b64encode(bytes(value)).decode(),)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return ({field.name: getattr(value, field.name) for field in dataclasses.fields(value)},)
    dump = getattr(value, "model_dump", None)
    if callable(dump) and not isinstance(value, type):
        return (dump(),)
    return None


def _name(key: Any) -> str:
    return key if isinstance(key, str) else str(getattr(key, "value", key))


def _strange(value: Any, lenient: bool, path: str) -> Any:
    if lenient:
        return str(value)
    kind = f"{type(value).__name__} ({str(value)[:100]})"
    detail = f"the value at {path or '/'} is a {kind}, which has no form in JSON"
    raise Fault("runtime", detail, code="bad_output")
