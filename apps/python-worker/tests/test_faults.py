from __future__ import annotations

import unittest
from dataclasses import dataclass
from datetime import datetime, timezone
from enum import Enum
from types import SimpleNamespace
from typing import Any

from baton_host.faults import Fault, fault_of
from baton_host.plain import plain


class Answered(Exception):
    """As clients of models raise them."""

    def __init__(self, status: int, headers: dict[str, str] | None = None) -> None:
        super().__init__("refused")
        self.status_code = status
        self.response = SimpleNamespace(headers=headers or {})


class ReadTimeout(Exception):
    """Named as that of an HTTP client."""


class Faults(unittest.TestCase):
    def judged(self, error: BaseException) -> tuple[Any, ...]:
        facts = fault_of(error)
        return tuple(facts.get(key) for key in ("kind", "status", "retryable", "code"))

    def test_of_answers_are_judged_by_their_status(self) -> None:
        self.assertEqual(self.judged(Answered(401)), ("authentication", 401, False, "http_401"))
        self.assertEqual(self.judged(Answered(403)), ("authorization", 403, False, "http_403"))
        self.assertEqual(self.judged(Answered(404)), ("communication", 404, False, "http_404"))
        self.assertEqual(self.judged(Answered(422)), ("communication", 422, False, "http_422"))
        self.assertEqual(self.judged(Answered(429)), ("communication", 429, True, "http_429"))
        self.assertEqual(self.judged(Answered(503)), ("communication", 503, True, "http_503"))

    def test_say_how_long_to_wait(self) -> None:
        self.assertEqual(fault_of(Answered(429, {"retry-after": "7"}))["retryAfterMs"], 7000)
        self.assertNotIn("retryAfterMs", fault_of(Answered(404, {"retry-after": "7"})))
        self.assertNotIn("retryAfterMs", fault_of(Answered(429, {"retry-after": "soon"})))

    def test_are_found_under_what_was_raised_from_them(self) -> None:
        try:
            try:
                raise Answered(429, {"retry-after": "2"})
            except Answered as error:
                raise RuntimeError("the run failed") from error
        except RuntimeError as error:
            facts = fault_of(error)
        self.assertEqual((facts["status"], facts["retryAfterMs"]), (429, 2000))
        self.assertEqual(facts["detail"], "RuntimeError: the run failed")

    def test_of_lost_connections_and_of_time_are_tried_again(self) -> None:
        self.assertEqual(self.judged(ConnectionResetError("gone"))[::2], ("communication", True))
        self.assertEqual(self.judged(ReadTimeout("late"))[::2], ("timeout", True))

    def test_that_nobody_knows_are_tried_again(self) -> None:
        self.assertEqual(self.judged(KeyError("x")), ("runtime", None, True, "agent_error"))

    def test_that_the_host_knows_stay_as_they_are(self) -> None:
        facts = fault_of(Fault("validation", "no", code="invalid_resume"))
        self.assertEqual((facts["kind"], facts["retryable"]), ("validation", False))


class Colour(Enum):
    GREEN = "green"


@dataclass
class Point:
    x: int
    at: datetime


class PlainValues(unittest.TestCase):
    def test_are_made_of_what_frameworks_use(self) -> None:
        at = datetime(2026, 1, 2, tzinfo=timezone.utc)
        model = SimpleNamespace(model_dump=lambda: {"a": (1, 2)})
        value = {"point": Point(1, at), Colour.GREEN: {3}, "model": model, "bytes": b"ab"}
        expected = {
            "point": {"x": 1, "at": "2026-01-02T00:00:00+00:00"},
            "green": [3],
            "model": {"a": [1, 2]},
            "bytes": "YWI=",
        }
        self.assertEqual(plain(value), expected)

    def test_say_where_something_is_that_has_no_form(self) -> None:
        with self.assertRaisesRegex(Fault, "the value at /a/1 is a object"):
            plain({"a": [1, object()]})
        with self.assertRaisesRegex(Fault, "the value at /a is a float"):
            plain({"a": float("nan")})

    def test_that_are_only_shown_become_texts(self) -> None:
        self.assertEqual(plain([float("inf"), KeyError], lenient=True), ["inf", "<class 'KeyError'>"])

    def test_end_somewhere(self) -> None:
        loop: list[Any] = []
        loop.append(loop)
        with self.assertRaisesRegex(Fault, "nested too deeply"):
            plain(loop)
