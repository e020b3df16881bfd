from __future__ import annotations

import unittest
from typing import Any

from baton_worker.frames import pieces_of
from baton_worker.told import ToldEvents


def call_of(arguments: Any) -> dict[str, Any]:
    return {"id": "c-1", "name": "pay", "arguments": arguments}


class Told(unittest.TestCase):
    def test_are_uses_of_tools_and_messages_and_nothing_else(self) -> None:
        told = ToldEvents()
        for kind, data in [
            ("agent.chunk", "a"),
            ("agent.thinking", "b"),
            ("agent.usage", {}),
            ("agent.message", 7),
        ]:
            told.add(kind, data)
        self.assertEqual(told.list(), [])
        told.add("agent.message", "hello")
        told.add("agent.tool_call", call_of({"amount": 3}))
        self.assertEqual([event["type"] for event in told.list()], ["agent.message", "agent.tool_call"])

    def test_that_are_large_are_shortened(self) -> None:
        told = ToldEvents()
        told.add("agent.tool_call", call_of("x" * 20_000))
        (event,) = told.list()
        self.assertIs(event["truncated"], True)
        self.assertEqual(len(event["data"]["arguments"]), 16 * 1024 + 1)

    def test_say_how_many_were_left_out(self) -> None:
        told = ToldEvents()
        for n in range(503):
            told.add("agent.message", str(n))
        self.assertEqual(len(told.list()), 500)
        self.assertEqual(told.list()[-1], {"type": "agent.message", "data": "499", "leftOut": 3})


class Frames(unittest.TestCase):
    def test_hold_parts_of_long_texts(self) -> None:
        self.assertEqual([len(piece) for piece in pieces_of("agent.chunk", "x" * 20_000)], [16_384, 3_616])

    def test_are_none_of_usage_and_of_what_is_no_text(self) -> None:
        self.assertEqual(pieces_of("agent.usage", {"calls": 1}), [])
        self.assertEqual(pieces_of("agent.chunk", {"text": "x"}), [])

    def test_shorten_large_uses_of_tools(self) -> None:
        (piece,) = pieces_of(
            "agent.tool_result", {"id": "c", "name": "n", "result": "x" * 20_000, "isError": True}
        )
        self.assertEqual((piece["truncated"], piece["isError"]), (True, True))
