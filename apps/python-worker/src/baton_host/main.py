"""
The program of a host process. It reads what to load, says `{"ready": true}`, and then answers one call
after the other: in `{"id", "input", "session"?, "resume"?, "deadline", "key", "runId"}`, out `{"id",
"event"}` any number of times, and at last `{"id", "reply"}` or `{"id", "error"}`.
"""

from __future__ import annotations

import asyncio
import importlib
from typing import Any

from .calls import Call, Driver
from .faults import Fault, fault_of, not_json
from .loading import load_now
from .wire import Wire

DRIVERS = {
    "agno": "agno",
    "crewai": "crewai",
    "langchain": "langchain",
    "langgraph": "langgraph",
    "llamaindex": "llamaindex",
}


def main() -> None:
    """Runs until the worker closes standard input, which ends the process."""
    wire = Wire()
    # One for all calls: clients of models keep connections that belong to their loop.
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    order = wire.read()
    try:
        driver: Driver = importlib.import_module(
            f"baton_host.drivers.{DRIVERS[order['framework']]}"
        ).create_driver()
    except BaseException as error:
        wire.write({"error": fault_of(error)})
        return
    agent, fault = load_now(loop, driver, order)
    if fault is not None:
        wire.write({"error": fault})
        return
    wire.write({"ready": True})
    while True:
        line = wire.read()
        loop.run_until_complete(_answer(wire, driver, agent, line))


async def _answer(wire: Wire, driver: Driver, agent: Any, line: dict[str, Any]) -> None:
    identity = line["id"]

    def emit(kind: str, data: Any) -> None:
        try:
            wire.write({"id": identity, "event": {"type": kind, "data": data}})
        except (TypeError, ValueError, Fault):
            pass  # Live events are extras: one that cannot be told is no reason to lose the call.

    call = Call(
        input=line.get("input"),
        emit=emit,
        session=line.get("session"),
        resume=line.get("resume"),
        key=str(line.get("key", "")),
        run_id=str(line.get("runId", "")),
    )
    try:
        reply = await driver.invoke(agent, call)
    except BaseException as error:
        wire.write({"id": identity, "error": fault_of(error)})
        return
    emit("agent.usage", call.usage.to_json())
    try:
        wire.write({"id": identity, "reply": reply})
    except Fault as fault:
        wire.write({"id": identity, "error": fault.facts})
    except (TypeError, ValueError) as error:
        wire.write({"id": identity, "error": not_json("the reply", error).facts})
