from __future__ import annotations

import asyncio
import subprocess
import tempfile
import time
import unittest
from collections.abc import Mapping, Sequence
from pathlib import Path

from baton_worker.environments import Environments, environment_name, pins_of
from baton_worker.failures import AgentFailure
from baton_worker.log import Log


class Making(unittest.IsolatedAsyncioTestCase):
    async def asyncSetUp(self) -> None:
        self.folder = Path(tempfile.mkdtemp())
        self.made: list[Path] = []
        self.fails = False

    def make(self, place: Path, pins: Sequence[str], environment: Mapping[str, str]) -> None:
        self.made.append(place)
        time.sleep(0.05)
        (place / "bin").mkdir(parents=True)
        if self.fails:
            raise subprocess.CalledProcessError(1, "pip", output="Collecting\nERROR: no such package\n")

    def environments(self) -> Environments:
        return Environments(self.folder, {}, Log("silent"), self.make)

    async def test_happens_once_for_all_that_wait(self) -> None:
        first, second = self.environments(), self.environments()
        asked = [one.interpreter("agno") for one in (first, first, second, second)]
        self.assertEqual(len(set(await asyncio.gather(*asked))), 1)
        self.assertEqual(len(self.made), 1)
        self.assertTrue(first.is_ready("agno", ()))

    async def test_that_failed_says_why_and_is_tried_again(self) -> None:
        self.fails = True
        environments = self.environments()
        with self.assertRaises(AgentFailure) as caught:
            await environments.interpreter("agno")
        self.assertIn("ERROR: no such package", caught.exception.failure["detail"])
        self.assertTrue(caught.exception.failure["retryable"])
        self.assertFalse(environments.is_ready("agno", ()))
        self.fails = False
        await environments.interpreter("agno")
        self.assertEqual(len(self.made), 2)

    async def test_goes_on_when_a_call_gives_up(self) -> None:
        environments = self.environments()
        with self.assertRaises(asyncio.TimeoutError):
            await asyncio.wait_for(environments.interpreter("agno"), 0.01)
        await environments.interpreter("agno")
        self.assertEqual(len(self.made), 1)


class Pins(unittest.TestCase):
    def test_are_all_of_a_framework_and_what_the_agent_needs(self) -> None:
        pins = pins_of("langgraph", ["left-pad==1.0"])
        self.assertIn("left-pad==1.0", pins)
        self.assertTrue(any(pin.startswith("langgraph==") for pin in pins))
        self.assertTrue(any(pin.startswith("langchain-core==") for pin in pins))

    def test_give_way_to_another_version_that_an_agent_wants(self) -> None:
        pins = pins_of("langgraph", ["LangGraph==1.1.0"])
        self.assertEqual(pins, ["LangGraph==1.1.0"])

    def test_name_the_environment(self) -> None:
        self.assertNotEqual(environment_name("agno", ()), environment_name("agno", ("requests",)))
        self.assertRegex(environment_name("agno", ()), r"^agno-[0-9a-f]{12}$")
