"""Pauses and answers of graphs and of Agno; neither framework is needed to make one out of the other."""

from __future__ import annotations

import unittest
from types import SimpleNamespace
from typing import Any

from baton_host.answers import plain_answer, text_answer, title_of, verdict_on
from baton_host.drivers import agno_pauses, langgraph_pauses
from baton_host.faults import Fault


def interrupt(identity: str, value: Any) -> Any:
    return SimpleNamespace(id=identity, value=value)


REQUESTS = {
    "action_requests": [
        {"name": "pay", "args": {"amount": 3}, "description": "Pays."},
        {"name": "mail", "args": {}},
    ]
}


class Interrupts(unittest.TestCase):
    def resumed(self, interrupts: list[Any], answer: dict[str, Any]) -> Any:
        pause = langgraph_pauses.pause_of(interrupts, {"threadId": "t"})
        return langgraph_pauses.resume_value({"state": pause["resume"], "answer": answer})

    def test_that_ask_for_tool_calls_have_an_item_each(self) -> None:
        pause = langgraph_pauses.pause_of([interrupt("i", REQUESTS)], {"threadId": "t"})
        self.assertEqual((pause["kind"], pause["title"]), ("tool_call", "May it call pay, mail?"))
        expected = {"id": "i:0", "name": "pay", "arguments": {"amount": 3}, "description": "Pays."}
        self.assertEqual(pause["items"][0], expected)

    def test_go_on_with_a_decision_on_each_tool_call(self) -> None:
        items = [{"id": "i:0", "outcome": "approve"}, {"id": "i:1", "outcome": "reject", "comment": "No."}]
        decisions = [{"type": "approve"}, {"type": "reject", "message": "No."}]
        answer = {"outcome": "reject", "items": items}
        self.assertEqual(self.resumed([interrupt("i", REQUESTS)], answer), {"decisions": decisions})

    def test_reject_tool_calls_on_which_nothing_was_said(self) -> None:
        value = self.resumed([interrupt("i", REQUESTS)], {"outcome": "expired"})
        self.assertEqual([one["type"] for one in value["decisions"]], ["reject", "reject"])

    def test_take_edited_arguments(self) -> None:
        items = [{"id": "i:0", "outcome": "approve", "arguments": {"amount": 2}}]
        value = self.resumed([interrupt("i", REQUESTS)], {"outcome": "approve", "items": items})
        edited = {"name": "pay", "args": {"amount": 2}}
        self.assertEqual(value["decisions"][0], {"type": "edit", "edited_action": edited})

    def test_that_ask_a_question_go_on_with_true_or_false_or_the_form(self) -> None:
        asked = [interrupt("i", {"question": "Publish?"})]
        self.assertIs(self.resumed(asked, {"outcome": "approve"}), True)
        self.assertIs(self.resumed(asked, {"outcome": "reject"}), False)
        self.assertEqual(self.resumed(asked, {"outcome": "approve", "form": {"a": 1}}), {"a": 1})

    def test_of_several_get_their_answers_by_their_ids(self) -> None:
        asked = [interrupt("a", "One?"), interrupt("b", "Two?")]
        self.assertEqual(self.resumed(asked, {"outcome": "approve"}), {"a": True, "b": True})

    def test_may_bring_a_form(self) -> None:
        form = {"type": "object", "properties": {"to": {"type": "string"}}}
        pause = langgraph_pauses.pause_of([interrupt("i", {"question": "To whom?", "form": form})], {})
        self.assertEqual((pause["form"], pause["title"]), (form, "To whom?"))

    def test_refuse_a_state_that_is_not_theirs(self) -> None:
        with self.assertRaises(Fault):
            langgraph_pauses.resume_value({"state": {}, "answer": {}})


class Requirement(SimpleNamespace):
    """A requirement of Agno, as far as pauses know it."""

    def __init__(self, kind: str, **more: Any) -> None:
        tool = SimpleNamespace(tool_name="pay", tool_args={"amount": 3})
        flags = {
            f"needs_{name}": name == kind
            for name in ("confirmation", "user_input", "user_feedback", "external_execution")
        }
        super().__init__(id="r-1", tool_execution=tool, said=None, **flags, **more)

    def is_resolved(self) -> bool:
        return self.said is not None

    def confirm(self) -> None:
        self.said = "yes"

    def reject(self, note: str | None) -> None:
        self.said = f"no: {note}"

    def provide_user_input(self, values: dict[str, Any]) -> None:
        self.said = values or None

    def set_external_execution_result(self, result: str) -> None:
        self.said = result


class Requirements(unittest.TestCase):
    def test_to_confirm_are_items(self) -> None:
        pause = agno_pauses.pause_of([Requirement("confirmation")], {"run_id": "x"})
        self.assertEqual(pause["items"], [{"id": "r-1", "name": "pay", "arguments": {"amount": 3}}])
        self.assertEqual(pause["resume"], {"run": {"run_id": "x"}})

    def test_are_confirmed_with_the_arguments_that_were_approved(self) -> None:
        one = Requirement("confirmation")
        items = [{"id": "r-1", "outcome": "approve", "arguments": {"amount": 2}}]
        agno_pauses.resolve([one], {"outcome": "approve", "items": items})
        self.assertEqual((one.said, one.tool_execution.tool_args), ("yes", {"amount": 2}))

    def test_are_rejected_with_the_comment(self) -> None:
        one = Requirement("confirmation")
        agno_pauses.resolve([one], {"outcome": "reject", "comment": "too much"})
        self.assertEqual(one.said, "no: too much")

    def test_to_fill_in_are_a_form(self) -> None:
        field = SimpleNamespace(name="to", field_type=str, description="Whom?", value=None)
        one = Requirement("user_input", user_input_schema=[field])
        pause = agno_pauses.pause_of([one], {})
        properties = {"to": {"type": "string", "description": "Whom?"}}
        self.assertEqual(pause["form"], {"type": "object", "properties": properties, "required": ["to"]})
        agno_pauses.resolve([one], {"outcome": "approve", "form": {"to": "bob"}})
        self.assertEqual(one.said, {"to": "bob"})

    def test_that_stay_empty_are_told(self) -> None:
        one = Requirement("user_input", user_input_schema=[])
        with self.assertRaisesRegex(Fault, "leaves fields empty"):
            agno_pauses.resolve([one], {"outcome": "approve"})

    def test_carried_out_elsewhere_take_the_result(self) -> None:
        one = Requirement("external_execution")
        agno_pauses.resolve([one], {"outcome": "approve", "form": {"pay": "paid by hand"}})
        self.assertEqual(one.said, "paid by hand")


class Answers(unittest.TestCase):
    def test_are_words_for_those_who_read(self) -> None:
        self.assertEqual(text_answer({"outcome": "approve", "form": {"name": "Ada"}}), "Ada")
        self.assertEqual(text_answer({"outcome": "reject", "comment": "No."}), "No.")
        self.assertEqual(text_answer({"outcome": "approve"}), "approve")

    def test_without_an_outcome_of_their_own_are_told_whole(self) -> None:
        self.assertEqual(plain_answer({"outcome": "expired"}), {"outcome": "expired"})

    def test_of_an_item_without_a_verdict_are_those_of_the_whole(self) -> None:
        self.assertEqual(verdict_on({"outcome": "approve"}, "x")[:2], (True, None))

    def test_have_one_line_for_an_inbox(self) -> None:
        self.assertEqual(title_of({"message": "One\nTwo"}, "none"), "One")
        self.assertEqual(title_of({}, "none"), "none")
        self.assertEqual(len(title_of("x" * 500, "none")), 120)
