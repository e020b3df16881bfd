from __future__ import annotations

from real import Real


class Agno(Real):
    framework = "agno"
    module = "agno_desk.py"

    async def test_calls_tools_and_tells_chunks_and_usage(self) -> None:
        reply = await self.ask('call weather {"city": "Rome"}')
        self.assertEqual(reply["output"], "weather said: sun in Rome")
        self.assert_used(reply, 2, 1)
        self.assertEqual("".join(self.told("agent.chunk")), "weather said: sun in Rome")
        self.assertEqual(self.told("agent.tool_call")[0]["arguments"], {"city": "Rome"})
        self.assertEqual(self.told("agent.tool_result")[0]["result"], "sun in Rome")

    async def test_has_a_tool_confirmed(self) -> None:
        question = 'call pay {"amount": 3}'
        paused = await self.ask(question)
        self.assertEqual(paused["pause"]["items"][0]["arguments"], {"amount": 3})
        reply = await self.answer(paused, {"outcome": "approve"}, question)
        self.assertEqual(reply["output"], "pay said: paid 3")

    async def test_has_a_tool_refused(self) -> None:
        question = 'call pay {"amount": 3}'
        reply = await self.answer(await self.ask(question), {"outcome": "reject", "comment": "No."}, question)
        self.assertNotIn("paid", reply["output"])
        self.assertEqual(reply["usage"]["toolCalls"], 0)

    async def test_has_fields_filled_in(self) -> None:
        question = 'call mail {"subject": "tea"}'
        paused = await self.ask(question)
        self.assertEqual(paused["pause"]["form"]["required"], ["to"])
        reply = await self.answer(paused, {"outcome": "approve", "form": {"to": "bob"}}, question)
        self.assertEqual(reply["output"], "mail said: mailed tea to bob")

    async def test_takes_the_result_of_what_somebody_carries_out(self) -> None:
        question = 'call ship {"what": "tea"}'
        paused = await self.ask(question)
        reply = await self.answer(paused, {"outcome": "approve", "form": {"ship": "by boat"}}, question)
        self.assertEqual(reply["output"], "ship said: by boat")

    async def test_tells_the_status_of_a_model_that_refuses(self) -> None:
        self.assert_later(await self.failure("fail 429 2"))
        self.assertEqual((await self.failure("fail 401"))["code"], "http_401")
