"""
The thread of a graph in a text: a graph that pauses is asked again by another process, and what an in-
memory saver holds is told whole, as its own serializer has written it.
"""

from __future__ import annotations

import base64
import json
import lzma
from typing import Any

from langgraph.checkpoint.memory import InMemorySaver

from ..faults import Fault

_FORM = 1


def save_thread(saver: InMemorySaver, thread_id: str) -> str:
    """Every checkpoint of a thread, compressed: steps of one thread are much alike."""
    checkpoints = [
        [namespace, identity, _out(checkpoint), _out(metadata), parent]
        for namespace, rows in saver.storage[thread_id].items()
        for identity, (checkpoint, metadata, parent) in rows.items()
    ]
    writes = [
        [namespace, checkpoint, task, index, channel, _out(value), path]
        for (thread, namespace, checkpoint), rows in saver.writes.items()
        if thread == thread_id
        for (task, index), (_, channel, value, path) in rows.items()
    ]
    blobs = [
        [namespace, channel, version, _out(value)]
        for (thread, namespace, channel, version), value in saver.blobs.items()
        if thread == thread_id
    ]
    text = json.dumps({"form": _FORM, "checkpoints": checkpoints, "writes": writes, "blobs": blobs})
    return base64.b64encode(lzma.compress(text.encode())).decode()


def restore_thread(saver: InMemorySaver, thread_id: str, text: str) -> None:
    """Puts a thread back; raises a fault when the text is none."""
    try:
        thread = json.loads(lzma.decompress(base64.b64decode(text)))
        if thread["form"] != _FORM:
            raise ValueError("another form")
        for namespace, identity, checkpoint, metadata, parent in thread["checkpoints"]:
            saver.storage[thread_id][namespace][identity] = (_in(checkpoint), _in(metadata), parent)
        for namespace, checkpoint, task, index, channel, value, path in thread["writes"]:
            saver.writes[(thread_id, namespace, checkpoint)][(task, index)] = (
                task,
                channel,
                _in(value),
                path,
            )
        for namespace, channel, version, value in thread["blobs"]:
            saver.blobs[(thread_id, namespace, channel, version)] = _in(value)
    except (lzma.LZMAError, ValueError, KeyError, TypeError) as error:
        detail = f"the state to resume from is no thread of this version of Baton: {error}"
        raise Fault("validation", detail, code="invalid_resume") from error


def _out(typed: Any) -> list[str]:
    kind, body = typed
    return [kind, base64.b64encode(body).decode()]


def _in(typed: Any) -> tuple[str, bytes]:
    kind, body = typed
    return kind, base64.b64decode(body)
