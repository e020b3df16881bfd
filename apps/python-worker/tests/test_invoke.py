from __future__ import annotations

import asyncio
import os
import sys
import tempfile
import time
import unittest
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from hosts import AGENTS, ENVIRONMENT, is_alive, until
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from baton_worker.environments import Environments
from baton_worker.invoke import Invocations, InvokePorts
from baton_worker.live import Delivery, LiveLine
from baton_worker.log import Log
from baton_worker.modules import Modules
from baton_worker.pool import HostPool

WORKSPACE = "00000000-0000-7000-8000-000000000001"


class NoArtifacts:
    async def get(self, workspace_id: str, sha256: str) -> bytes | None:
        return None


class Heard:
    """Live events by the call that tells them."""

    def __init__(self) -> None:
        self.told: list[tuple[Delivery, str, Any]] = []

    def open(self, delivery: Delivery) -> LiveLine:
        async def close() -> None:
            return None

        return LiveLine(tell=lambda kind, data: self.told.append((delivery, kind, data)), close=close)


def borrowed(place: Path, pins: Sequence[str], environment: Mapping[str, str]) -> None:
    """An environment without packages: the interpreter of the tests."""
    (place / "bin").mkdir(parents=True)
    os.symlink(sys.executable, place / "bin" / "python")


class Invoking(unittest.IsolatedAsyncioTestCase):
    async def asyncSetUp(self) -> None:
        folder = Path(tempfile.mkdtemp())
        log = Log("silent")
        self.live = Heard()
        self.pool = HostPool(4, 60)
        ports = InvokePorts(
            environments=Environments(folder, {}, log, borrowed),
            modules=Modules(AGENTS, folder / "uploads", NoArtifacts()),
            pool=self.pool,
            live=self.live,
            log=log,
            known_secrets={"KEY": "a-very-secret-key"},
            environment=ENVIRONMENT,
            agents_dir=AGENTS,
        )
        self.invocations = Invocations(ports)

    async def asyncTearDown(self) -> None:
        await self.pool.stop()

    def params(self, question: Any, timeout_ms: int = 30_000, **config: Any) -> dict[str, Any]:
        given = {"runtime": "python", "framework": "agno", "module": "deeds.py", **config}
        return {
            "agent": {"name": "deeds", "version": "1.0.0", "adapter": "framework", "config": given},
            "input": question,
            "idempotencyKey": "key-1",
            "step": {"id": 1, "attempt": 2},
            "timeoutMs": timeout_ms,
        }

    async def call(self, params: dict[str, Any]) -> Any:
        environment = ActivityEnvironment()
        environment.info = replace(environment.info, workflow_id=f"{WORKSPACE}.run")
        return await environment.run(self.invocations.invoke_agent, params)

    async def fails(self, params: dict[str, Any]) -> dict[str, Any]:
        with self.assertRaises(ApplicationError) as caught:
            await self.call(params)
        self.assertTrue(caught.exception.non_retryable)
        return dict(caught.exception.details[0])

    async def test_answers_the_reply_and_tells_live_events(self) -> None:
        reply = await self.call(self.params({"do": "say", "with": [1, 2]}))
        self.assertEqual(reply["output"], [1, 2])
        self.assertIn((Delivery(WORKSPACE, "run", 1, 2, 1), "agent.chunk", "working"), self.live.told)

    async def test_keeps_the_process_between_calls(self) -> None:
        one = await self.call(self.params({"do": "process"}))
        two = await self.call(self.params({"do": "process"}))
        self.assertEqual(one["output"], two["output"])

    async def test_puts_secrets_in_and_lets_none_out(self) -> None:
        reply = await self.call(self.params({}, export="build", parameters={"key": "$secrets.key"}))
        self.assertEqual(reply["output"], {"key": "***"})
        failure = await self.fails(self.params({}, export="broken", parameters={"key": "$secrets.key"}))
        self.assertIn("no agent of ***", failure["detail"])
        self.assertNotIn("a-very-secret-key", str(failure))

    async def test_names_a_secret_that_is_missing(self) -> None:
        failure = await self.fails(self.params({}, export="build", parameters={"key": "$secrets.nobody"}))
        self.assertEqual((failure["code"], failure["retryable"]), ("unknown_secret", False))

    async def test_gives_agents_nothing_that_is_batons(self) -> None:
        reply = await self.call(self.params({"do": "environment"}))
        self.assertEqual([name for name in reply["output"] if name.startswith("BATON_")], [])

    async def test_reports_a_deadline_and_ends_the_process(self) -> None:
        note = Path(tempfile.mkdtemp()) / "note"
        failure = await self.fails(self.params({"do": "sleep", "with": str(note)}, timeout_ms=3_000))
        self.assertEqual((failure["code"], failure["retryable"]), ("timeout", True))
        self.assertIn("No complete answer within 3000 ms", failure["detail"])
        pids = [int(pid) for pid in note.read_text(encoding="utf-8").split()]
        self.assertTrue(await asyncio.to_thread(until, lambda: not any(is_alive(pid) for pid in pids)))

    async def test_ends_the_process_of_a_call_that_is_canceled(self) -> None:
        note = Path(tempfile.mkdtemp()) / "note"
        environment = ActivityEnvironment()
        environment.info = replace(environment.info, workflow_id=f"{WORKSPACE}.run")
        params = self.params({"do": "sleep", "with": str(note)})
        call = asyncio.ensure_future(environment.run(self.invocations.invoke_agent, params))
        self.assertTrue(await asyncio.to_thread(until, note.exists))
        since = time.monotonic()
        environment.cancel()
        with self.assertRaises(asyncio.CancelledError):
            await call
        pids = [int(pid) for pid in note.read_text(encoding="utf-8").split()]
        self.assertTrue(await asyncio.to_thread(until, lambda: not any(is_alive(pid) for pid in pids)))
        self.assertLess(time.monotonic() - since, 2)

    async def test_takes_the_export_of_this_name_when_none_is_given(self) -> None:
        for config in ({}, {"export": "default"}):
            reply = await self.call(self.params({"do": "say", "with": "agent"}, **config))
            self.assertEqual(reply["output"], "agent")

    async def test_refuses_an_agent_of_another_kind(self) -> None:
        params = self.params({})
        params["agent"]["config"]["runtime"] = "node"
        self.assertEqual((await self.fails(params))["code"], "bad_config")
