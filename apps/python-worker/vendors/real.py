"""
Real frameworks, each in its own environment, asked through host processes as the worker asks them. The
model is the stub of tests/vendors, whose address BATON_STUB_MODEL_URL tells; what it answers stands in the
question.
"""

from __future__ import annotations

import os
import unittest
from pathlib import Path
from typing import Any

from baton_worker.environments import Environments
from baton_worker.failures import AgentFailure
from baton_worker.host import Host, HostParams
from baton_worker.log import Log
from baton_worker.settings import for_agents, for_pip

AGENTS = Path(__file__).resolve().parent / "agents"
FOLDER = (Path(os.environ.get("BATON_STATE_DIR") or ".baton") / "python").resolve()
MODEL_URL = os.environ.get("BATON_STUB_MODEL_URL", "")


class Real(unittest.IsolatedAsyncioTestCase):
    """Questions to the agents of one file."""

    framework = ""
    module = ""

    async def asyncSetUp(self) -> None:
        self.events: list[tuple[str, Any]] = []
        environments = Environments(FOLDER, for_pip(os.environ), Log("error"))
        self.interpreter = await environments.interpreter(self.framework)

    async def host(self, export: str, parameters: dict[str, Any]) -> Host:
        """A process with one of the agents."""
        load = {
            "framework": self.framework,
            "module": {"path": str(AGENTS / self.module)},
            "export": export,
            "parameters": parameters,
        }
        made = HostParams(self.interpreter, load, AGENTS, for_agents(os.environ), 1024)
        return await Host.start(made, f'Agent "{self.framework}"')

    async def call(self, host: Host, given: Any, **request: Any) -> dict[str, Any]:
        """One call in a process."""
        asked = {"input": given, "deadline": 0, "key": "key-1", "runId": "run-1", **request}
        label = f'Agent "{self.framework}"'
        return await host.call(asked, lambda kind, data: self.events.append((kind, data)), label)

    async def ask(self, given: Any, export: str = "build", **request: Any) -> dict[str, Any]:
        """One call, in a process of its own: whoever goes on after a pause remembers nothing."""
        host = await self.host(export, {"url": MODEL_URL} if export.startswith("build") else {})
        try:
            return await self.call(host, given, **request)
        finally:
            await host.kill()

    async def answer(
        self, reply: dict[str, Any], answer: dict[str, Any], given: Any, **how: Any
    ) -> dict[str, Any]:
        """Goes on after a pause; items without a verdict of their own get that of the answer."""
        self.assertEqual(reply["finish"], "pause")
        items = [{"id": item["id"], **answer} for item in reply["pause"].get("items", [])]
        whole = {**answer, "items": items} if items else answer
        return await self.ask(given, resume={"state": reply["pause"]["resume"], "answer": whole}, **how)

    async def failure(self, given: Any, **how: Any) -> dict[str, Any]:
        """The failure of a call."""
        with self.assertRaises(AgentFailure) as caught:
            await self.ask(given, **how)
        return caught.exception.failure

    def told(self, kind: str) -> list[Any]:
        """What live events of one kind have said."""
        return [data for told, data in self.events if told == kind]

    def assert_used(self, reply: dict[str, Any], calls: int, tool_calls: int) -> None:
        """The model was asked so often, and tokens were counted."""
        usage = reply["usage"]
        self.assertEqual((usage["calls"], usage["toolCalls"]), (calls, tool_calls))
        self.assertGreater(usage["inputTokens"], 0)
        self.assertGreater(usage["outputTokens"], 0)

    def assert_later(self, failure: dict[str, Any]) -> None:
        """A refusal that says when to come again."""
        told = (failure["status"], failure["retryable"], failure.get("retryAfterMs"))
        self.assertEqual(told, (429, True, 2000))
