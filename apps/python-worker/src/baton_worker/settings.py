"""What the environment says about the worker; read once, by `__main__`."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

LOG_LEVELS = ("debug", "info", "warn", "error", "silent")

_FOR_AGENTS = (
    *("PATH", "HOME", "LANG", "TZ", "TMPDIR", "LD_LIBRARY_PATH"),
    *("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"),
)

_SECRET_PREFIX = "BATON_SECRET_"


@dataclass(frozen=True)
class Settings:
    """Lengths of time are in seconds."""

    database_url: str
    temporal_address: str
    temporal_namespace: str
    task_queue: str
    health_port: int
    agents_dir: Path
    environments_dir: Path
    calls: int
    idle: float
    log_level: str
    secrets: Mapping[str, str]


def read_settings(environment: Mapping[str, str]) -> Settings:
    """Reads the settings; raises one sentence that names every variable that is wrong."""
    problems: list[str] = []

    def number(name: str, default: int, least: int, most: int) -> int:
        text = environment.get(name) or str(default)
        if text.isdecimal() and least <= int(text) <= most:
            return int(text)
        problems.append(f'{name} must be a number from {least} to {most}, and it is "{text}"')
        return default

    database_url = environment.get("DATABASE_URL", "")
    if database_url == "":
        problems.append("DATABASE_URL must name the database of Baton")
    log_level = environment.get("BATON_LOG_LEVEL") or "info"
    if log_level not in LOG_LEVELS:
        problems.append(f'BATON_LOG_LEVEL must be one of {", ".join(LOG_LEVELS)}, and it is "{log_level}"')
    agents_dir = Path(environment.get("BATON_AGENTS_DIR") or os.getcwd())
    if not agents_dir.is_dir():
        problems.append(f"BATON_AGENTS_DIR must be a folder, and there is no {agents_dir}")
    settings = Settings(
        database_url=database_url,
        temporal_address=environment.get("TEMPORAL_ADDRESS") or "127.0.0.1:7233",
        temporal_namespace=environment.get("TEMPORAL_NAMESPACE") or "default",
        task_queue=f"{environment.get('BATON_TASK_QUEUE') or 'baton-runs'}-python",
        health_port=number("BATON_PYTHON_METRICS_PORT", 8082, 0, 65_535),
        agents_dir=agents_dir.resolve(),
        environments_dir=(Path(environment.get("BATON_STATE_DIR") or ".baton") / "python").resolve(),
        calls=number("BATON_PYTHON_CALLS", 8, 1, 256),
        idle=number("BATON_PYTHON_IDLE_SECONDS", 300, 1, 86_400),
        log_level=log_level,
        secrets={
            name.removeprefix(_SECRET_PREFIX): value
            for name, value in environment.items()
            if name.startswith(_SECRET_PREFIX)
        },
    )
    if problems:
        raise ValueError(f"The Python worker cannot start: {'; '.join(problems)}.")
    return settings


def for_pip(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment of what installs packages: all but what belongs to Baton itself."""
    own = {"DATABASE_URL", "MIGRATION_DATABASE_URL", "REDIS_URL", "PYTHONPATH", "PYTHONHOME"}
    return {
        name: value
        for name, value in environment.items()
        if name not in own and not name.startswith(("BATON_", "TEMPORAL_"))
    }


def for_agents(environment: Mapping[str, str]) -> dict[str, str]:
    """
    The environment of agents: where programs, home, locale, time zone, certificates and proxies are, and no
    more.
    """
    return {
        name: value
        for name, value in environment.items()
        if name.upper() in _FOR_AGENTS or name.startswith("LC_")
    }
