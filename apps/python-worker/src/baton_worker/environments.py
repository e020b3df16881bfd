"""
Virtual environments of frameworks, made when a call first needs them. Each is named after what is in it, so
two sets of requirements never meet, and a changed set is another environment.
"""

from __future__ import annotations

import asyncio
import fcntl
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from .failures import failed
from .log import Log

FRAMEWORKS = ("agno", "crewai", "langchain", "langgraph", "llamaindex")

# What the worker itself needs, made in the same way.
WORKER = "worker"

_PINS = Path(__file__).resolve().parents[2] / "requirements"

# In a file of pins: above it what is asked for, below it what that needs.
_NEEDED = "# what these need"

# Written last: an environment without it was left half made.
_READY = "baton-ready.json"

# Of what pip says, the end is where the reason stands.
_SHOWN_LINES = 5


Maker = Callable[[Path, Sequence[str], Mapping[str, str]], None]


class Environments:
    """Makes each environment once; whoever needs it meanwhile waits, in this process and in others."""

    def __init__(
        self,
        folder: Path,
        environment: Mapping[str, str],
        log: Log,
        make: Maker | None = None,
    ) -> None:
        self._folder = folder
        self._environment = dict(environment)
        self._log = log
        self._make = make or make_environment
        self._making: dict[str, asyncio.Future[Path]] = {}

    def is_ready(self, framework: str, requirements: Sequence[str]) -> bool:
        """Whether a call would not have to wait for pip."""
        return (self._folder / environment_name(framework, requirements) / _READY).is_file()

    async def interpreter(self, framework: str, requirements: Sequence[str] = ()) -> Path:
        """
        The interpreter of an environment, made now when there is none. A wait that is given up does not
        stop pip.
        """
        name = environment_name(framework, requirements)
        making = self._making.get(name)
        if making is None:
            making = asyncio.ensure_future(self._find_or_make(name, framework, requirements))
            self._making[name] = making
            making.add_done_callback(lambda done: self._forget(name, done))
        return await asyncio.shield(making)

    def _forget(self, name: str, done: asyncio.Future[Path]) -> None:
        # Found on disk from now on; a failure is tried again by the next call.
        self._making.pop(name, None)
        if not done.cancelled():
            done.exception()

    async def _find_or_make(self, name: str, framework: str, requirements: Sequence[str]) -> Path:
        place = self._folder / name
        python = place / "bin" / "python"
        if (place / _READY).is_file():
            return python
        self._log.info("environment.making", environment=name)
        pins = pins_of(framework, requirements)
        try:
            await asyncio.to_thread(make_once, place, pins, self._make, self._environment)
        except subprocess.CalledProcessError as error:
            words = "\n".join(str(error.stdout or "").strip().splitlines()[-_SHOWN_LINES:])
            self._log.error("environment.failed", environment=name, output=str(error.stdout or ""))
            raise failed(
                "communication",
                f"The packages of {framework} cannot be installed: {words or error}. "
                "Look at the network, the index and the agent's requirements; the next call tries again.",
                retryable=True,
                code="environment_failed",
                status=503,
            ) from error
        self._log.info("environment.ready", environment=name)
        return python


def make_once(place: Path, pins: Sequence[str], make: Maker, environment: Mapping[str, str]) -> None:
    """
    Makes an environment unless it is there; of several processes that want it, one does and the others
    wait.
    """
    place.parent.mkdir(parents=True, exist_ok=True)
    with open(place.with_suffix(".lock"), "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if (place / _READY).is_file():
            return
        shutil.rmtree(place, ignore_errors=True)
        make(place, pins, environment)
        (place / _READY).write_text(json.dumps({"pins": list(pins)}), encoding="utf-8")


def environment_name(framework: str, requirements: Sequence[str]) -> str:
    """
    Names an environment after the framework and a hash of what is in it and of the interpreter it is for.
    """
    facts = [sys.version, sys.base_prefix]
    digest = hashlib.sha256("\n".join([*facts, *pins_of(framework, requirements)]).encode()).hexdigest()
    return f"{framework}-{digest[:12]}"


def pins_of(framework: str, requirements: Sequence[str]) -> list[str]:
    """
    What is installed: the pinned set of a framework and what the agent asks for besides. An agent that
    wants another version of something pinned gets it, and then the index decides about what nobody has
    asked for.
    """
    asked_for, _, needed = (_PINS / f"{framework}.txt").read_text(encoding="utf-8").partition(_NEEDED)
    asked, other = _pins_in(asked_for), _pins_in(needed)
    own = {_package_of(line) for line in requirements}
    overridden = [line for line in asked + other if _package_of(line) in own]
    kept = asked if overridden else asked + other
    return [line for line in kept if line not in overridden] + list(requirements)


def _pins_in(text: str) -> list[str]:
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def _package_of(requirement: str) -> str:
    return re.split(r"[^\w.-]", requirement, maxsplit=1)[0].lower().replace("_", "-").replace(".", "-")


def make_environment(place: Path, pins: Sequence[str], environment: Mapping[str, str]) -> None:
    """Makes a virtual environment and installs the pins; raises CalledProcessError with what was said."""
    _run([sys.executable, "-m", "venv", str(place)], environment)
    listed = place / "requirements.txt"
    listed.write_text("\n".join(pins) + "\n", encoding="utf-8")
    pip = [str(place / "bin" / "python"), "-m", "pip", "install", "--disable-pip-version-check", "--no-input"]
    _run([*pip, "--requirement", str(listed)], environment)


def _run(command: Sequence[str], environment: Mapping[str, str]) -> None:
    subprocess.run(
        command,
        env={**environment, "PATH": environment.get("PATH", os.defpath)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=True,
    )
