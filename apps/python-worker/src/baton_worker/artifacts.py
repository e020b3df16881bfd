"""
Content-addressed bodies in PostgreSQL, by workspace; the same table that the store of the other processes
keeps.
"""

from __future__ import annotations

import hashlib
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import psycopg
from psycopg import pq


class Artifacts:
    """Opens a connection for each body: they are rare, and a worker at rest holds none."""

    def __init__(self, database_url: str) -> None:
        self._conninfo = to_conninfo(database_url)

    async def put(self, workspace_id: str, media_type: str, body: bytes) -> str:
        """Stores a body and answers its id; the same body again is the same artifact."""
        sha256 = hashlib.sha256(body).hexdigest()
        async with await psycopg.AsyncConnection.connect(self._conninfo, autocommit=True) as connection:
            await connection.execute(
                "INSERT INTO artifacts (workspace_id, sha256, size, media_type, body)"
                " VALUES (%s::uuid, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
                (workspace_id, sha256, len(body), media_type, body),
            )
        return sha256

    async def get(self, workspace_id: str, sha256: str) -> bytes | None:
        """The body of an id in this workspace; nothing of another workspace is ever found."""
        async with await psycopg.AsyncConnection.connect(self._conninfo, autocommit=True) as connection:
            cursor = await connection.execute(
                "SELECT body FROM artifacts WHERE workspace_id = %s::uuid AND sha256 = %s",
                (workspace_id, sha256),
            )
            row = await cursor.fetchone()
        return None if row is None else bytes(row[0])

    async def ping(self) -> None:
        """Raises when the database does not answer."""
        async with await psycopg.AsyncConnection.connect(
            self._conninfo, autocommit=True, connect_timeout=5
        ) as connection:
            await connection.execute("SELECT 1")


def to_conninfo(database_url: str) -> str:
    """The URL without parameters that are for other clients only."""
    known = {option.keyword.decode() for option in pq.Conninfo.get_defaults()}
    parts = urlsplit(database_url)
    kept = [(name, value) for name, value in parse_qsl(parts.query) if name in known]
    return urlunsplit(parts._replace(query=urlencode(kept)))
