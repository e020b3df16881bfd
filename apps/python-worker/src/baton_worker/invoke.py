"""The activity that delivers one call to an agent of a Python framework."""

from __future__ import annotations

import asyncio
import hashlib
import json
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from temporalio import activity
from temporalio.exceptions import ApplicationError

from . import secrets
from .claim_check import workspace_of
from .config import AgentConfig, read_config
from .environments import Environments
from .failures import AgentFailure, failed, storable
from .host import Host, HostParams
from .live import Delivery, LiveLine, LiveSink
from .log import Log
from .modules import Modules, Source
from .pool import HostPool
from .told import ToldEvents

# How often a running call tells Temporal that it lives; also how soon it hears of a cancel.
HEARTBEAT_S = 5.0


@dataclass(frozen=True)
class InvokePorts:
    """What calls need."""

    environments: Environments
    modules: Modules
    pool: HostPool
    live: LiveSink
    log: Log
    known_secrets: Mapping[str, str]
    environment: Mapping[str, str]
    agents_dir: Path


class Invocations:
    """Holds the activity, for a worker of the queue of Python agents."""

    def __init__(self, ports: InvokePorts) -> None:
        self._ports = ports

    @activity.defn(name="invokeAgent")
    async def invoke_agent(self, params: dict[str, Any]) -> dict[str, Any]:
        """
        Runs one call with heartbeats, cancel and a deadline of its own: a call that reaches it is a time-
        out that we report, so that Temporal's own time-out only ever means a lost worker.
        """
        label = f'Agent "{params["agent"].get("name")}"'
        beating = asyncio.ensure_future(_beat())
        since = time.monotonic()
        try:
            return await self._within_time(params, label)
        except AgentFailure as error:
            self._ports.log.warn("call.failed", agent=label, code=error.failure.get("code"))
            raise to_application_error(error.failure) from None
        except asyncio.CancelledError:
            if activity.is_worker_shutdown() and not activity.is_cancelled():
                # Delivered again, to another worker: this is the one failure that Temporal itself retries.
                raise ApplicationError("The worker is shutting down.", type="WorkerShutdown") from None
            raise
        except Exception as error:
            self._ports.log.error("call.broke", agent=label, error=repr(error))
            unknown = failed("runtime", f"{label} failed: {error}", retryable=True, code="unknown")
            raise to_application_error(unknown.failure) from None
        finally:
            beating.cancel()
            self._ports.log.debug(
                "call.ended", agent=label, durationMs=round((time.monotonic() - since) * 1000)
            )

    async def _within_time(self, params: dict[str, Any], label: str) -> dict[str, Any]:
        timeout_ms = int(params["timeoutMs"])
        config = read_config(params["agent"])
        try:
            return await asyncio.wait_for(self._call(params, config, label), timeout_ms / 1000)
        except asyncio.TimeoutError:
            ready = self._ports.environments.is_ready(config.framework, config.requirements)
            why = (
                ""
                if ready
                else f" The packages of {config.framework} are still being installed; that goes on."
            )
            detail = f"{label}: No complete answer within {timeout_ms} ms.{why}"
            raise failed("timeout", detail, retryable=True, code="timeout") from None

    async def _call(self, params: dict[str, Any], config: AgentConfig, label: str) -> dict[str, Any]:
        ports = self._ports
        values = secrets.resolve(secrets.names_in(config.parameters), ports.known_secrets)
        redact = secrets.redactor(values.values())
        workspace_id = workspace_of(activity.info().workflow_id or "") or ""
        try:
            source = await ports.modules.find(config.module, workspace_id)
            interpreter = await ports.environments.interpreter(config.framework, config.requirements)
            load = load_of(config, source, values)

            async def start() -> Host:
                made = HostParams(interpreter, load, ports.agents_dir, ports.environment, config.memory_mb)
                return await Host.start(made, label)

            key = digest_of([workspace_id, str(interpreter), source.digest, load, config.memory_mb])
            told = ToldEvents()
            line = ports.live.open(delivery_of(params, workspace_id))
            try:
                async with ports.pool.borrow(key, start) as host:
                    reply = await host.call(request_of(params), listener(line, told, redact), label)
            finally:
                await line.close()
        except AgentFailure as error:
            raise AgentFailure({**error.failure, "detail": redact(error.failure["detail"])}) from None
        events = told.list()
        return {**secrets.map_texts(reply, redact), **({"events": events} if events else {})}


def listener(line: LiveLine, told: ToldEvents, redact: Callable[[str], str]) -> Callable[[str, Any], None]:
    """Tells and keeps what an agent tells, without secrets."""

    def on_event(kind: str, data: Any) -> None:
        clean = secrets.map_texts(data, redact)
        told.add(kind, clean)
        line.tell(kind, clean)

    return on_event


def delivery_of(params: dict[str, Any], workspace_id: str) -> Delivery:
    """Which call this is, for readers of its live events."""
    step, info = params["step"], activity.info()
    run_id = (info.workflow_id or "").partition(".")[2]
    return Delivery(workspace_id, run_id, int(step["id"]), int(step.get("attempt", 1)), info.attempt)


def load_of(config: AgentConfig, source: Source, values: Mapping[str, str]) -> dict[str, Any]:
    """What a host process is told first."""
    return {
        "framework": config.framework,
        "module": {"path": source.path} if source.path is not None else {"package": source.package},
        "export": config.export,
        "parameters": secrets.put_in(config.parameters, values),
    }


def request_of(params: dict[str, Any]) -> dict[str, Any]:
    """What a host process is asked."""
    asked = {key: params[key] for key in ("input", "session", "resume") if key in params}
    run_id = (activity.info().workflow_id or "").partition(".")[2]
    deadline = round(time.time() * 1000) + int(params["timeoutMs"])
    return {**asked, "deadline": deadline, "key": params["idempotencyKey"], "runId": run_id}


def digest_of(facts: list[Any]) -> str:
    """One word for what makes two host processes the same; a hash, for parameters hold secrets."""
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()


def to_application_error(failure: dict[str, Any]) -> ApplicationError:
    """
    A failed call as Temporal carries it. The reducer decides about attempts, so Temporal itself never
    retries it.
    """
    return ApplicationError(
        storable(failure["detail"]), failure, type=storable(failure["type"]), non_retryable=True
    )


async def _beat() -> None:
    with suppress(asyncio.CancelledError):
        while True:
            activity.heartbeat()
            await asyncio.sleep(HEARTBEAT_S)
