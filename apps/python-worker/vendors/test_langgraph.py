from __future__ import annotations

from real import Real


class LangGraph(Real):
    framework = "langgraph"
    module = "graph_desk.py"

    async def test_asks_several_people_at_once_and_goes_on_in_another_process(self) -> None:
        question = {"topic": "tea"}
        paused = await self.ask(question, "desk")
        self.assertEqual(len(paused["pause"]["resume"]["interrupts"]), 2)
        self.assertLess(len(paused["pause"]["resume"]["thread"]), 16_384)
        reply = await self.answer(paused, {"outcome": "approve"}, question, export="desk")
        self.assertEqual(reply["output"]["said"], ["about tea", "Ada: True", "Bob: True"])

    async def test_keeps_conversations_where_the_graph_keeps_them(self) -> None:
        reply = await self.ask({"topic": "tea"}, "remembers", session="s-1")
        self.assertEqual((reply["sessionId"], reply["output"]["said"]), ("s-1", ["about tea"]))

    async def test_refuses_a_session_that_nobody_would_keep(self) -> None:
        failure = await self.failure({"topic": "tea"}, export="desk", session="s-1")
        self.assertEqual((failure["code"], failure["retryable"]), ("no_sessions", False))

    async def test_goes_on_where_a_lost_attempt_of_the_same_delivery_was(self) -> None:
        host = await self.host("counts", {})
        question = {"topic": "tea"}
        paused = await self.call(host, question)
        again = await self.call(host, question)
        self.assertEqual(again["pause"]["resume"], paused["pause"]["resume"])
        resume = {"state": paused["pause"]["resume"], "answer": {"outcome": "approve"}}
        one = await self.call(host, question, resume=resume, key="key-2")
        two = await self.call(host, question, resume=resume, key="key-2")
        await host.kill()
        self.assertEqual(one["output"]["said"], ["written 1", "Ada: True"])
        self.assertEqual(two["output"], one["output"])
