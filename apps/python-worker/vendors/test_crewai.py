from __future__ import annotations

from real import Real


class CrewAI(Real):
    framework = "crewai"
    module = "crew_desk.py"

    async def test_calls_tools_and_tells_chunks_and_usage(self) -> None:
        reply = await self.ask({"ask": '[[call weather {"city": "Rome"}]]'})
        self.assertEqual(reply["output"], "polished")
        self.assert_used(reply, 3, 1)
        self.assertIn("polished", "".join(self.told("agent.chunk")))
        self.assertEqual(self.told("agent.tool_call")[0]["arguments"], {"city": "Rome"})
        self.assertEqual(self.told("agent.tool_result")[0]["result"], "sun in Rome")

    async def test_has_a_result_approved(self) -> None:
        question = {"ask": "[[say a draft]]"}
        paused = await self.ask(question, "build_asking")
        self.assertEqual(paused["pause"]["body"], "a draft")
        reply = await self.answer(paused, {"outcome": "approve"}, question, export="build_asking")
        self.assertEqual((reply["output"], reply["messages"]), ("polished", ["a draft", "polished"]))
        # The draft was not written again.
        self.assertEqual(reply["usage"]["calls"], 1)

    async def test_has_a_result_done_again_with_what_was_said_of_it(self) -> None:
        question = {"ask": "[[say a draft]]"}
        paused = await self.ask(question, "build_asking")
        said = {"outcome": "reject", "comment": "Shorter, please: [[say draft]]"}
        again = await self.answer(paused, said, question, export="build_asking")
        self.assertEqual((again["finish"], again["pause"]["body"]), ("pause", "draft"))

    async def test_tells_the_status_of_a_model_that_refuses(self) -> None:
        self.assert_later(await self.failure({"ask": "[[fail 429 2]]"}))
