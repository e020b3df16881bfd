from __future__ import annotations

import asyncio
import tempfile
import unittest
from pathlib import Path
from typing import Any

from hosts import LABEL, ask, is_alive, start, until

from baton_worker.failures import AgentFailure


class HostProcess(unittest.IsolatedAsyncioTestCase):
    async def answers(self, request: dict[str, Any], **how: Any) -> tuple[Any, list[Any]]:
        host = await start(**how)
        events: list[Any] = []
        try:
            reply = await host.call(request, lambda kind, data: events.append((kind, data)), LABEL)
            return reply, events
        finally:
            await host.kill()

    async def fails(self, request: dict[str, Any], **how: Any) -> dict[str, Any]:
        with self.assertRaises(AgentFailure) as caught:
            await self.answers(request, **how)
        return caught.exception.failure

    async def test_gives_the_reply_and_tells_events_before_it(self) -> None:
        reply, events = await self.answers(ask("say", {"tea": "café"}))
        self.assertEqual(reply["output"], {"tea": "café"})
        self.assertEqual(reply["finish"], "stop")
        self.assertEqual(events[:2], [("agent.thinking", "hm"), ("agent.chunk", "working")])
        self.assertEqual(events[-1][0], "agent.usage")

    async def test_makes_the_agent_of_its_parameters(self) -> None:
        reply, _ = await self.answers(ask("say"), export="build", parameters={"colour": "green"})
        self.assertEqual(reply["output"], {"colour": "green"})

    async def test_answers_one_call_after_the_other_in_the_same_process(self) -> None:
        host = await start()
        one = await host.call(ask("process"), lambda *_: None, LABEL)
        two = await host.call(ask("process"), lambda *_: None, LABEL)
        await host.kill()
        self.assertEqual(one["output"], host.pid)
        self.assertEqual(two["output"], host.pid)

    async def test_goes_on_after_an_agent_that_raised(self) -> None:
        host = await start()
        with self.assertRaises(AgentFailure) as caught:
            await host.call(ask("raise", "no tea"), lambda *_: None, LABEL)
        failure = caught.exception.failure
        self.assertIn('Agent "deeds": ValueError: no tea', failure["detail"])
        self.assertTrue(failure["retryable"])
        reply = await host.call(ask("say", "tea"), lambda *_: None, LABEL)
        await host.kill()
        self.assertEqual(reply["output"], "tea")

    async def test_tells_how_a_process_ended_and_its_last_words(self) -> None:
        failure = await self.fails(ask("exit", 3))
        self.assertEqual(failure["code"], "process_ended")
        self.assertTrue(failure["retryable"])
        self.assertIn("ended with exit code 3", failure["detail"])
        self.assertIn("about to go", failure["detail"])

    async def test_ends_a_process_that_takes_too_much_memory(self) -> None:
        failure = await self.fails(ask("fill memory", 400), memory_mb=128)
        self.assertEqual(failure["code"], "out_of_memory")
        self.assertIn("limits.memoryMb", failure["detail"])

    async def test_refuses_an_answer_that_is_too_large(self) -> None:
        failure = await self.fails(ask("fill", 5 * 1024 * 1024))
        self.assertEqual((failure["code"], failure["retryable"]), ("too_large", False))
        self.assertIn("at most 4194304 bytes", failure["detail"])

    async def test_gives_agents_no_console(self) -> None:
        failure = await self.fails(ask("read"))
        self.assertEqual(failure["code"], "no_console")
        self.assertFalse(failure["retryable"])

    async def test_that_is_given_up_ends_with_all_it_has_started(self) -> None:
        host = await start()
        note = Path(tempfile.mkdtemp()) / "note"
        call = asyncio.ensure_future(host.call(ask("sleep", str(note)), lambda *_: None, LABEL))
        self.assertTrue(await asyncio.to_thread(until, note.exists))
        pids = [int(pid) for pid in note.read_text(encoding="utf-8").split()]
        self.assertEqual([is_alive(pid) for pid in pids], [True, True])
        call.cancel()
        with self.assertRaises(asyncio.CancelledError):
            await call
        self.assertTrue(await asyncio.to_thread(until, lambda: not any(is_alive(pid) for pid in pids)))
        self.assertFalse(host.is_alive)


class Loading(unittest.IsolatedAsyncioTestCase):
    async def refusal(self, **how: Any) -> dict[str, Any]:
        with self.assertRaises(AgentFailure) as caught:
            await start(**how)
        return caught.exception.failure

    async def test_names_what_a_module_has_when_it_lacks_the_export(self) -> None:
        failure = await self.refusal(export="nobody")
        self.assertEqual((failure["code"], failure["retryable"]), ("bad_module", False))
        self.assertIn('the module has no "nobody"; it has', failure["detail"])

    async def test_refuses_what_is_no_agent(self) -> None:
        self.assertIn('"number" is a int', (await self.refusal(export="number"))["detail"])

    async def test_refuses_parameters_for_an_agent_that_is_made(self) -> None:
        failure = await self.refusal(parameters={"colour": "green"})
        self.assertIn("takes no parameters", failure["detail"])

    async def test_says_which_package_is_missing(self) -> None:
        failure = await self.refusal(module={"package": "wrong"})
        self.assertEqual(failure["code"], "bad_module")
        self.assertIn("there_is_no_such_package", failure["detail"])

    async def test_tries_a_factory_again_that_raised(self) -> None:
        failure = await self.refusal(export="broken", parameters={"key": "k"})
        self.assertTrue(failure["retryable"])
        self.assertIn("no agent of k", failure["detail"])
