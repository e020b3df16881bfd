"""The worker's own small server on loopback: /healthz, /readyz and /metrics."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable


async def serve_health(
    port: int, missing: Callable[[], Awaitable[str | None]], metrics: Callable[[], str]
) -> asyncio.Server:
    """`missing` answers nothing when the worker is ready, else what is missing. Port 0 takes a free one."""

    async def answer(path: str) -> tuple[str, str]:
        if path == "/healthz":
            return "200 OK", "ok\n"
        if path == "/metrics":
            return "200 OK", metrics()
        if path != "/readyz":
            return "404 Not Found", "not found\n"
        lacks = await missing()
        return ("200 OK", "ready\n") if lacks is None else ("503 Service Unavailable", f"{lacks}\n")

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 10)
            target = head.split(b" ", 2)[1].decode("latin-1").split("?", 1)[0]
            status, body = await answer(target)
            writer.write(
                f"HTTP/1.1 {status}\r\ncontent-type: text/plain; charset=utf-8\r\n"
                f"content-length: {len(body.encode())}\r\nconnection: close\r\n\r\n{body}".encode()
            )
            await writer.drain()
        except (
            asyncio.IncompleteReadError,
            asyncio.LimitOverrunError,
            asyncio.TimeoutError,
            ConnectionError,
            IndexError,
        ):
            pass  # Whoever asked so is gone, or asked for nothing.
        finally:
            writer.close()

    return await asyncio.start_server(serve, "127.0.0.1", port)
