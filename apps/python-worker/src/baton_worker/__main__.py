"""
The worker process: reads its settings, runs until it is told to stop or gives up; the exit code says which.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
from dataclasses import replace
from datetime import timedelta

from temporalio.client import Client
from temporalio.converter import DataConverter
from temporalio.worker import Worker

from .artifacts import Artifacts
from .claim_check import ClaimCheck
from .environments import Environments
from .frames import FrameSink
from .health import serve_health
from .invoke import Invocations, InvokePorts
from .log import Log
from .modules import Modules
from .pool import HostPool
from .settings import Settings, for_agents, for_pip, read_settings

# Longest time a running call gets to end on shutdown.
_GRACE = timedelta(seconds=25)

# Soon enough to hear of a cancel; the library's own default is far longer.
_HEARTBEATS = timedelta(seconds=5)


async def connect(settings: Settings, artifacts: Artifacts, log: Log) -> Client:
    """Connects to Temporal, however long that takes."""
    converter = replace(DataConverter.default, payload_codec=ClaimCheck(artifacts))
    wait = 0.25
    while True:
        try:
            return await Client.connect(
                settings.temporal_address, namespace=settings.temporal_namespace, data_converter=converter
            )
        except RuntimeError as error:
            log.warn("temporal.unreachable", address=settings.temporal_address, error=str(error))
            await asyncio.sleep(wait)
            wait = min(wait * 2, 5)


async def run(settings: Settings, log: Log) -> None:
    """Runs until SIGTERM or SIGINT."""
    stopping = asyncio.Event()
    for sign in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(sign, stopping.set)
    artifacts = Artifacts(settings.database_url)
    environment = for_agents(os.environ)
    live = FrameSink(settings.database_url, log)
    pool = HostPool(settings.calls, settings.idle)
    state: list[str] = ["the worker is not connected to Temporal yet"]

    async def missing() -> str | None:
        if stopping.is_set():
            return "the worker is stopping"
        try:
            await artifacts.ping()
        except Exception:
            return "PostgreSQL does not answer"
        return state[0] if state else None

    def metrics() -> str:
        counts = "".join(
            f'baton_python_live_events_total{{type="{k}"}} {n}\n' for k, n in sorted(live.counts.items())
        )
        return f"# TYPE baton_python_hosts gauge\nbaton_python_hosts {pool.size}\n{counts}"

    server = await serve_health(settings.health_port, missing, metrics)
    connecting = asyncio.ensure_future(connect(settings, artifacts, log))
    told = asyncio.ensure_future(stopping.wait())
    await asyncio.wait([connecting, told], return_when=asyncio.FIRST_COMPLETED)
    try:
        if not connecting.done():
            connecting.cancel()
            return
        ports = InvokePorts(
            environments=Environments(settings.environments_dir, for_pip(os.environ), log),
            modules=Modules(settings.agents_dir, settings.environments_dir / "uploads", artifacts),
            pool=pool,
            live=live,
            log=log,
            known_secrets=settings.secrets,
            environment=environment,
            agents_dir=settings.agents_dir,
        )
        async with Worker(
            connecting.result(),
            task_queue=settings.task_queue,
            activities=[Invocations(ports).invoke_agent],
            max_concurrent_activities=settings.calls,
            graceful_shutdown_timeout=_GRACE,
            max_heartbeat_throttle_interval=_HEARTBEATS,
            default_heartbeat_throttle_interval=_HEARTBEATS,
        ):
            state.clear()
            log.info("worker.running", temporal=settings.temporal_address, taskQueue=settings.task_queue)
            await told
    finally:
        server.close()
        await pool.stop()
        await live.stop()
        log.info("worker.stopped")


def main() -> int:
    """The exit code."""
    try:
        settings = read_settings(os.environ)
    except ValueError as error:
        print(error, file=sys.stderr)
        return 1
    log = Log(settings.log_level)
    # Failed calls are told by this worker itself, as events.
    logging.getLogger("temporalio.activity").setLevel(logging.ERROR)
    try:
        asyncio.run(run(settings, log))
        return 0
    except Exception as error:
        # A worker that cannot go on must not look alive: the process ends and is started again from outside.
        log.error("worker.failed", error=repr(error))
        return 1


if __name__ == "__main__":
    sys.exit(main())
