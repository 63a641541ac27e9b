"""A page without a session, served again and again: pages a second that one worker gives over connections kept open."""

from __future__ import annotations

import asyncio
import time


CONNECTIONS = 8


async def pages_a_second(port: int, path: str, seconds: float) -> float:
    """Whole answers a second. Raises RuntimeError when an answer is anything but 200."""
    done = 0
    end = time.monotonic() + seconds
    # What every browser sends. Nothing is asked for that has been seen before: no If-None-Match.
    asked = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAccept-Encoding: gzip\r\n\r\n".encode()

    async def ask() -> None:
        nonlocal done
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            while time.monotonic() < end:
                writer.write(asked)
                head = await reader.readuntil(b"\r\n\r\n")
                if not head.startswith(b"HTTP/1.1 200"):
                    raise RuntimeError(f"{path}: {head.splitlines()[0].decode()}")
                lengths = [h for h in head.lower().split(b"\r\n") if h.startswith(b"content-length:")]
                await reader.readexactly(int(lengths[0].partition(b":")[2]))
                done += time.monotonic() < end
        finally:
            writer.close()

    await asyncio.gather(*(ask() for _ in range(CONNECTIONS)))
    return done / seconds
