"""
Where the code of an agent is: a file below the agents' folder, an importable package, or an uploaded
artifact.
"""

from __future__ import annotations

import hashlib
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from .failures import failed

_ARTIFACT = re.compile(r"artifact:([0-9a-f]{64})")
_PACKAGE = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*")

# Sources that are looked at for changes: more is no agent but a whole tree.
_MOST_FILES = 500
_PASSED_BY = ("node_modules", "__pycache__", "site-packages")


@dataclass(frozen=True)
class Source:
    """
    What a host process imports: the path of a file, or the name of a package. `digest` changes with the
    code.
    """

    path: str | None
    package: str | None
    digest: str


class ArtifactReader(Protocol):
    """Reads an artifact of one workspace."""

    async def get(self, workspace_id: str, sha256: str) -> bytes | None: ...


class Modules:
    """Finds sources; uploaded ones are kept in a folder, under their hash."""

    def __init__(self, agents_dir: Path, uploads_dir: Path, artifacts: ArtifactReader) -> None:
        self._agents_dir = agents_dir.resolve()
        self._uploads_dir = uploads_dir
        self._artifacts = artifacts

    async def find(self, module: str, workspace_id: str) -> Source:
        """Fails with a sentence when there is no such code, or when it is outside of the agents' folder."""
        uploaded = _ARTIFACT.fullmatch(module)
        if uploaded is not None:
            return await self._upload(uploaded.group(1), workspace_id)
        if module.endswith(".py"):
            return self._file(module)
        if _PACKAGE.fullmatch(module) is None:
            raise _bad(
                f'The module "{module}" is no path of a .py file, no package and no "artifact:<sha256>".'
            )
        place = self._agents_dir.joinpath(*module.split("."))
        own = [path for path in (place, place.with_suffix(".py")) if path.exists()]
        # A package of the environment's own never changes: the environment is named after what is in it.
        return Source(path=None, package=module, digest=_digest_of(self._agents_dir) if own else module)

    def _file(self, module: str) -> Source:
        path = (self._agents_dir / module).resolve()
        if not path.is_relative_to(self._agents_dir):
            raise _bad(f'The module "{module}" is outside of the folder of agents (BATON_AGENTS_DIR).')
        if not path.is_file():
            raise _bad(f'There is no file "{module}" in the folder of agents (BATON_AGENTS_DIR).')
        digest = hashlib.sha256(path.read_bytes() + _digest_of(path.parent).encode()).hexdigest()
        return Source(path=str(path), package=None, digest=digest)

    async def _upload(self, sha256: str, workspace_id: str) -> Source:
        # By workspace: what another one has uploaded is not there.
        path = self._uploads_dir / workspace_id / f"agent_{sha256}.py"
        if not path.is_file():
            body = await self._artifacts.get(workspace_id, sha256)
            if body is None:
                raise _bad(f'There is no artifact "{sha256}" in this workspace.')
            path.parent.mkdir(parents=True, exist_ok=True)
            part = path.with_suffix(".part")
            part.write_bytes(body)
            part.replace(path)
        return Source(path=str(path), package=None, digest=sha256)


def _digest_of(folder: Path) -> str:
    """Changes when a source of the folder or below does: an agent imports its neighbours."""
    facts: list[str] = []
    for place, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name not in _PASSED_BY)
        for name in sorted(files):
            if name.endswith(".py") and len(facts) < _MOST_FILES:
                stat = os.stat(os.path.join(place, name))
                facts.append(f"{place}/{name} {stat.st_size} {stat.st_mtime_ns}")
    return hashlib.sha256("\n".join(facts).encode()).hexdigest()


def _bad(detail: str) -> Exception:
    return failed("configuration", detail, code="bad_module")
