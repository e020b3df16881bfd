from __future__ import annotations

import hashlib
import json
import unittest
from pathlib import Path
from typing import Any

from temporalio.api.common.v1 import Payload
from temporalio.converter import WorkflowSerializationContext

from baton_worker.claim_check import CLAIM_ENCODING, ClaimCheck, workspace_of

VECTORS = Path(__file__).resolve().parents[3] / "packages" / "codec" / "vectors" / "claim-check.json"

WORKSPACE = "00000000-0000-7000-8000-000000000001"
OTHER = "00000000-0000-7000-8000-000000000002"


class Memory:
    """A store that a test can look into."""

    def __init__(self) -> None:
        self.bodies: dict[tuple[str, str], bytes] = {}

    async def put(self, workspace_id: str, media_type: str, body: bytes) -> str:
        sha256 = hashlib.sha256(body).hexdigest()
        self.bodies[workspace_id, sha256] = body
        return sha256

    async def get(self, workspace_id: str, sha256: str) -> bytes | None:
        return self.bodies.get((workspace_id, sha256))


def payload_of(vector: dict[str, Any]) -> Payload:
    metadata = {name: value.encode() for name, value in vector["metadata"].items()}
    return Payload(metadata=metadata, data=(vector["text"] * vector["times"]).encode())


class Vectors(unittest.IsolatedAsyncioTestCase):
    async def test_are_those_of_every_other_language(self) -> None:
        vectors = json.loads(VECTORS.read_text(encoding="utf-8"))["vectors"]
        self.assertGreater(len(vectors), 3)
        for vector in vectors:
            with self.subTest(vector["name"]):
                codec = ClaimCheck(Memory()).with_context(
                    WorkflowSerializationContext("default", vector["workflowId"])
                )
                payload = payload_of(vector)
                encoded = await codec.encode([payload])
                if vector["claim"] is None:
                    self.assertEqual(encoded, [payload])
                else:
                    self.assertEqual(encoded[0].metadata["encoding"], CLAIM_ENCODING)
                    self.assertEqual(json.loads(encoded[0].data), vector["claim"])
                self.assertEqual(await codec.decode(encoded), [payload])


class Refusals(unittest.IsolatedAsyncioTestCase):
    async def asyncSetUp(self) -> None:
        self.store = Memory()
        self.codec = ClaimCheck(self.store, f"{WORKSPACE}.run")
        payload = Payload(metadata={"encoding": b"json/plain"}, data=b"x" * 70_000)
        self.encoded = await self.codec.encode([payload])

    async def test_of_a_lost_body(self) -> None:
        self.store.bodies.clear()
        with self.assertRaisesRegex(ValueError, "is not in the artifact store"):
            await self.codec.decode(self.encoded)

    async def test_of_a_changed_body(self) -> None:
        self.store.bodies = {key: body + b"!" for key, body in self.store.bodies.items()}
        with self.assertRaisesRegex(ValueError, "was changed"):
            await self.codec.decode(self.encoded)

    async def test_of_the_body_of_another_workspace(self) -> None:
        with self.assertRaisesRegex(ValueError, "another workspace"):
            await ClaimCheck(self.store, f"{OTHER}.run").decode(self.encoded)


class Workspaces(unittest.TestCase):
    def test_begin_the_ids_of_runs_and_of_nothing_else(self) -> None:
        self.assertEqual(workspace_of(f"{WORKSPACE}.run-1"), WORKSPACE)
        self.assertIsNone(workspace_of(WORKSPACE))
        self.assertIsNone(workspace_of("temporal-sys-scanner"))
        self.assertIsNone(workspace_of(""))
