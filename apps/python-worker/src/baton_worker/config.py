"""
The config of a Python agent as this worker reads it. It was checked when it was registered; a worker trusts
nobody.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from .environments import FRAMEWORKS
from .failures import failed

DEFAULT_MEMORY_MB = 1024

# A module of Python has no default export, so the one that a config leaves out is called so.
DEFAULT_EXPORT = "agent"


@dataclass(frozen=True)
class AgentConfig:
    """`parameters` still hold references to secrets."""

    framework: str
    module: str
    export: str
    parameters: Any
    memory_mb: int = DEFAULT_MEMORY_MB
    requirements: tuple[str, ...] = field(default=())


def read_config(agent: dict[str, Any]) -> AgentConfig:
    """The config of a pinned agent; fails with a sentence that names what this worker cannot run."""
    name, config = f'Agent "{agent.get("name")}"', agent.get("config")
    if (
        agent.get("adapter") != "framework"
        or not isinstance(config, dict)
        or config.get("runtime") != "python"
    ):
        raise failed("configuration", f"{name} is none of a Python framework.", code="bad_config")
    framework, module = config.get("framework"), config.get("module")
    export = config.get("export", "default")
    if not isinstance(framework, str) or framework not in FRAMEWORKS:
        known = ", ".join(FRAMEWORKS)
        raise failed("configuration", f"{name} names no framework; known ones: {known}.", code="bad_config")
    if not isinstance(module, str) or not isinstance(export, str):
        raise failed("configuration", f"{name} must name a module and an export of it.", code="bad_config")
    limits = config.get("limits")
    memory = limits.get("memoryMb") if isinstance(limits, dict) else None
    requirements = config.get("requirements")
    return AgentConfig(
        framework=framework,
        module=module,
        export=DEFAULT_EXPORT if export == "default" else export,
        parameters=config.get("parameters", {}),
        memory_mb=int(memory) if isinstance(memory, (int, float)) else DEFAULT_MEMORY_MB,
        requirements=tuple(str(one) for one in requirements) if isinstance(requirements, list) else (),
    )
