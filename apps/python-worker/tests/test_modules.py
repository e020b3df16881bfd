from __future__ import annotations

import hashlib
import os
import tempfile
import unittest
from pathlib import Path

from baton_worker.failures import AgentFailure
from baton_worker.modules import Modules

WORKSPACE = "00000000-0000-7000-8000-000000000001"
BODY = b"agent = 1\n"
SHA = hashlib.sha256(BODY).hexdigest()


class Artifacts:
    async def get(self, workspace_id: str, sha256: str) -> bytes | None:
        return BODY if (workspace_id, sha256) == (WORKSPACE, SHA) else None


class Sources(unittest.IsolatedAsyncioTestCase):
    async def asyncSetUp(self) -> None:
        root = Path(tempfile.mkdtemp())
        self.agents = root / "agents"
        self.agents.mkdir()
        (self.agents / "one.py").write_text("agent = 1\n", encoding="utf-8")
        (root / "outside.py").write_text("agent = 2\n", encoding="utf-8")
        os.symlink(root / "outside.py", self.agents / "link.py")
        self.modules = Modules(self.agents, root / "uploads", Artifacts())

    async def refusal(self, module: str, workspace_id: str = WORKSPACE) -> str:
        with self.assertRaises(AgentFailure) as caught:
            await self.modules.find(module, workspace_id)
        self.assertFalse(caught.exception.failure["retryable"])
        return str(caught.exception.failure["detail"])

    async def test_are_files_whose_digest_changes_with_them_and_their_neighbours(self) -> None:
        before = await self.modules.find("one.py", WORKSPACE)
        self.assertEqual(before.path, str((self.agents / "one.py").resolve()))
        (self.agents / "two.py").write_text("more = 1\n", encoding="utf-8")
        self.assertNotEqual((await self.modules.find("one.py", WORKSPACE)).digest, before.digest)

    async def test_are_never_outside_of_the_folder_of_agents(self) -> None:
        self.assertIn("outside of the folder", await self.refusal("../outside.py"))
        self.assertIn("outside of the folder", await self.refusal("link.py"))

    async def test_that_are_not_there_are_named(self) -> None:
        self.assertIn('There is no file "three.py"', await self.refusal("three.py"))
        self.assertIn("is no path of a .py file", await self.refusal("what is this"))

    async def test_are_packages(self) -> None:
        source = await self.modules.find("json.decoder", WORKSPACE)
        self.assertEqual((source.path, source.package), (None, "json.decoder"))

    async def test_are_artifacts_of_the_same_workspace(self) -> None:
        source = await self.modules.find(f"artifact:{SHA}", WORKSPACE)
        self.assertEqual(Path(source.path or "").read_bytes(), BODY)
        again = await self.modules.find(f"artifact:{SHA}", WORKSPACE)
        self.assertEqual(again, source)
        other = "00000000-0000-7000-8000-000000000002"
        self.assertIn("There is no artifact", await self.refusal(f"artifact:{SHA}", other))
