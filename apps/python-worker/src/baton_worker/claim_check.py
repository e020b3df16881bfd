"""
The codec in front of every payload, the same as that of the other processes: a body over 64 KiB lies in the
artifact store, and history holds `{ref, sha256, size}`. The vectors in packages/codec/vectors are tested on
both sides.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import struct
from collections.abc import Iterable, Sequence
from typing import Protocol

from temporalio.api.common.v1 import Payload
from temporalio.converter import (
    ActivitySerializationContext,
    PayloadCodec,
    SerializationContext,
    WithSerializationContext,
    WorkflowSerializationContext,
)

CLAIM_ENCODING = b"baton/claim-check"
CLAIM_THRESHOLD_BYTES = 64 * 1024
MEDIA_TYPE = "application/vnd.baton.payload"

_WORKSPACE = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


class ClaimStore(Protocol):
    """Where large bodies are kept: content-addressed, by workspace."""

    async def put(self, workspace_id: str, media_type: str, body: bytes) -> str: ...

    async def get(self, workspace_id: str, sha256: str) -> bytes | None: ...


class ClaimCheck(PayloadCodec, WithSerializationContext):
    """
    A lost or changed body raises, and so does a claim on the body of another workspace than the
    execution's.
    """

    def __init__(self, store: ClaimStore, workflow_id: str = "") -> None:
        self._store = store
        self._workflow_id = workflow_id

    def with_context(self, context: SerializationContext) -> ClaimCheck:
        if isinstance(context, (ActivitySerializationContext, WorkflowSerializationContext)):
            return ClaimCheck(self._store, context.workflow_id or "")
        return self

    async def encode(self, payloads: Sequence[Payload]) -> list[Payload]:
        return [await self._check_in(payload) for payload in payloads]

    async def decode(self, payloads: Sequence[Payload]) -> list[Payload]:
        return [await self._check_out(payload) for payload in payloads]

    async def _check_in(self, payload: Payload) -> Payload:
        workspace_id = workspace_of(self._workflow_id)
        # A payload that belongs to no run of ours has no workspace to be kept in.
        if len(payload.data) <= CLAIM_THRESHOLD_BYTES or workspace_id is None:
            return payload
        body = pack(payload)
        sha256 = await self._store.put(workspace_id, MEDIA_TYPE, body)
        claim = {"ref": f"{workspace_id}/{sha256}", "sha256": sha256, "size": len(payload.data)}
        return Payload(metadata={"encoding": CLAIM_ENCODING}, data=_json(claim))

    async def _check_out(self, payload: Payload) -> Payload:
        if payload.metadata.get("encoding") != CLAIM_ENCODING:
            return payload
        claim = json.loads(payload.data)
        ref, promised = str(claim["ref"]), str(claim["sha256"])
        workspace_id = ref.split("/", 1)[0]
        if workspace_id != (workspace_of(self._workflow_id) or workspace_id):
            raise ValueError(f"The payload {ref} belongs to another workspace than {self._workflow_id}.")
        is_workspace = _WORKSPACE.fullmatch(workspace_id) is not None
        body = await self._store.get(workspace_id, promised) if is_workspace else None
        if body is None:
            raise ValueError(f"The payload {ref} is not in the artifact store.")
        sha256 = hashlib.sha256(body).hexdigest()
        if sha256 != promised:
            raise ValueError(f"The payload {ref} was changed: its hash is {sha256}.")
        return unpack(body)


def workspace_of(workflow_id: str) -> str | None:
    """The workspace whose id begins a workflow id; nothing when it is no run of ours."""
    workspace_id = workflow_id.split(".", 1)[0]
    return workspace_id if "." in workflow_id and _WORKSPACE.fullmatch(workspace_id) else None


def pack(payload: Payload) -> bytes:
    """
    A stored body: the length of the metadata as 4 bytes (big endian), the metadata as JSON in base64, the
    data.
    """
    entries: Iterable[tuple[str, bytes]] = sorted(payload.metadata.items())
    metadata = _json({name: base64.b64encode(value).decode() for name, value in entries})
    return struct.pack(">I", len(metadata)) + metadata + payload.data


def unpack(body: bytes) -> Payload:
    """The payload of a stored body."""
    (length,) = struct.unpack_from(">I", body)
    metadata = json.loads(body[4 : 4 + length])
    return Payload(
        metadata={name: base64.b64decode(value) for name, value in metadata.items()}, data=body[4 + length :]
    )


def _json(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()
