from __future__ import annotations

from real import Real


class LangChain(Real):
    framework = "langchain"
    module = "chain_desk.py"

    async def test_calls_tools_and_tells_chunks_and_usage(self) -> None:
        reply = await self.ask('call weather {"city": "Rome"}')
        self.assertEqual(reply["output"], "weather said: sun in Rome")
        self.assert_used(reply, 2, 1)
        self.assertEqual("".join(self.told("agent.chunk")), "weather said: sun in Rome")
        self.assertEqual(self.told("agent.tool_call")[0]["arguments"], {"city": "Rome"})

    async def test_has_a_tool_approved(self) -> None:
        question = 'call pay {"amount": 3}'
        paused = await self.ask(question)
        self.assertEqual(paused["pause"]["items"][0]["name"], "pay")
        reply = await self.answer(paused, {"outcome": "approve"}, question)
        self.assertEqual(reply["output"], "pay said: paid 3")
        self.assert_used(reply, 1, 1)

    async def test_has_a_tool_rejected_with_a_word(self) -> None:
        question = 'call pay {"amount": 3}'
        reply = await self.answer(
            await self.ask(question), {"outcome": "reject", "comment": "Too much."}, question
        )
        self.assertIn("Too much.", reply["output"])
        self.assertEqual(reply["usage"]["toolCalls"], 0)

    async def test_runs_chains(self) -> None:
        reply = await self.ask({"topic": "tea"}, "build_chain")
        self.assertEqual(reply["output"], "about tea")
        self.assert_used(reply, 1, 0)

    async def test_tells_the_status_of_a_model_that_refuses(self) -> None:
        self.assert_later(await self.failure("fail 429 2"))
