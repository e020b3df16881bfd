from __future__ import annotations

from real import Real


class LlamaIndex(Real):
    framework = "llamaindex"
    module = "llama_desk.py"

    async def test_calls_tools_and_tells_chunks_and_usage(self) -> None:
        reply = await self.ask('call weather {"city": "Rome"}')
        self.assertEqual(reply["output"], "weather said: sun in Rome")
        self.assert_used(reply, 2, 1)
        self.assertEqual("".join(self.told("agent.chunk")), "weather said: sun in Rome")
        self.assertEqual(self.told("agent.tool_result")[0]["result"], "sun in Rome")

    async def test_has_a_tool_ask_a_person(self) -> None:
        question = 'call pay {"amount": 3}'
        paused = await self.ask(question)
        self.assertEqual(paused["pause"]["title"], "Pay 3?")
        reply = await self.answer(paused, {"outcome": "approve"}, question)
        self.assertEqual(reply["output"], "pay said: paid 3")

    async def test_has_a_workflow_ask_a_person(self) -> None:
        question = {"topic": "rivers"}
        paused = await self.ask(question, "Desk")
        self.assertEqual(paused["pause"]["title"], "Publish rivers?")
        reply = await self.answer(paused, {"outcome": "reject"}, question, export="Desk")
        self.assertEqual(reply["output"], {"topic": "rivers", "said": "reject"})

    async def test_tells_the_status_of_a_model_that_refuses(self) -> None:
        self.assert_later(await self.failure("fail 429 2"))
