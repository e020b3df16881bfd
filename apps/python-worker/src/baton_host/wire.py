"""
The lines between a host process and its worker: JSON on what were standard input and output, and nothing
else there.
"""

from __future__ import annotations

import json
import os
import queue
import signal
import sys
import threading
from typing import Any, TextIO

from .faults import Fault

# What the worker takes at most.
MAX_LINE_BYTES = 4 * 1024 * 1024


class Wire:
    """
    Takes standard input and output for itself: what agents print goes to standard error, and what they read
    is empty. When the worker is gone, so is this process with all it has started, in the middle of a call
    too.
    """

    def __init__(self) -> None:
        self._in: TextIO = os.fdopen(os.dup(0), encoding="utf-8")
        self._out: TextIO = os.fdopen(os.dup(1), "w", encoding="utf-8")
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        os.close(nothing)
        os.dup2(2, 1)
        sys.stdout = sys.stderr
        self._lock = threading.Lock()
        self._lines: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
        threading.Thread(target=self._listen, daemon=True).start()

    def read(self) -> dict[str, Any]:
        """The next line, whenever it comes."""
        return self._lines.get()

    def write(self, line: dict[str, Any]) -> None:
        """Writes one line; raises a fault when it is too long, TypeError or ValueError when it is no JSON."""
        text = json.dumps(line, separators=(",", ":"), allow_nan=False)
        if len(text) >= MAX_LINE_BYTES:
            detail = f"an answer of {len(text)} bytes, where at most {MAX_LINE_BYTES} bytes are taken"
            raise Fault("communication", f"{detail}; a large result is a file, not a reply", code="too_large")
        with self._lock:
            self._out.write(text + "\n")
            self._out.flush()

    def _listen(self) -> None:
        for line in self._in:
            self._lines.put(json.loads(line))
        os.killpg(0, signal.SIGKILL)
