"""One connection through a proxy: bytes on their way, and what happens to them there."""

from __future__ import annotations

import asyncio
import contextlib
import random
import socket
import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass

CHUNK = 64 * 1024
LITTLE = 4096
"""Bytes that the kernel may hold of what is not read."""
UP, DOWN, BOTH = "up", "down", "both"
RESET = struct.pack("ii", 1, 0)
"""Linger for no time: closing sends a reset."""


@dataclass
class Connection:
    """One connection from a client: when it came (monotonic), and what has passed so far."""

    opened_s: float
    up_bytes: int = 0
    down_bytes: int = 0
    closed_s: float | None = None

    def count(self, way: str, size: int) -> None:
        if way == UP:
            self.up_bytes += size
        else:
            self.down_bytes += size


class Way:
    """What happens to bytes in one direction, now."""

    def __init__(self) -> None:
        self.passes = asyncio.Event()
        self.clear()

    def clear(self) -> None:
        self.passes.set()
        self.reads = True
        self.times = 1
        self.loses = False
        self.delay_ms = self.jitter_ms = 0.0
        self.piece, self.every_s = CHUNK, 0.0
        self.cut_after: int | None = None
        self.change: Callable[[Link, bytes], bytes] | None = None
        """What becomes of each piece; it may also send something the other way."""

    def lag_s(self) -> float:
        jitter_ms = random.uniform(-self.jitter_ms, self.jitter_ms)  # noqa: S311  no secret
        return max(0.0, self.delay_ms + jitter_ms) / 1000


class Link:
    """A client's connection and the one to the server, with a writer for each way."""

    def __init__(
        self,
        known: Connection,
        ways: Mapping[str, Way],
        writers: Mapping[str, asyncio.StreamWriter],
    ) -> None:
        self._known = known
        self._ways = ways
        self._writers = writers
        self._ended: set[str] = set()
        self.cut_left = {name: way.cut_after for name, way in ways.items()}
        """Bytes until the connection is cut, by the way that they go."""

    def end(self, name: str) -> None:
        """No more bytes go this way."""
        if name in self._ended:
            return
        self._ended.add(name)
        writer = self._writers[name]
        if not writer.can_write_eof():  # TLS knows no half
            writer.close()
        elif not writer.is_closing():
            with contextlib.suppress(OSError):
                writer.write_eof()

    def read(self, name: str) -> None:
        """Reads what comes this way, or stops it, as the way has it."""
        from_whom = self._writers[DOWN if name == UP else UP]
        if self._ways[name].reads:
            _transport(from_whom).resume_reading()
        else:
            stop_reading(from_whom)

    def inject(self, name: str, data: bytes) -> None:
        """Sends something this way that nobody sent."""
        self._writers[name].write(data)

    def reset(self) -> None:
        """Resets both connections."""
        for writer in self._writers.values():
            reset(writer)

    async def carry(self, readers: Mapping[str, asyncio.StreamReader]) -> None:
        """Passes everything on, both ways, until both have ended."""
        for name in readers:
            self.read(name)
        passing = [
            asyncio.create_task(self._pass(name, reader)) for name, reader in readers.items()
        ]
        try:
            await asyncio.gather(*passing)
        except OSError:
            self.reset()
        finally:
            for one in passing:
                one.cancel()

    async def _pass(self, name: str, reader: asyncio.StreamReader) -> None:
        """Takes what comes one way to its end; what waits out a delay waits in a queue."""
        under_way: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(64)
        giving = asyncio.create_task(self._give(name, under_way))
        try:
            data, due_s = b"-", 0.0
            while data:
                data = await reader.read(CHUNK)
                due_s = max(due_s, _now_s() + self._ways[name].lag_s())
                await under_way.put((due_s, data))
            await giving
        finally:
            giving.cancel()

    async def _give(self, name: str, under_way: asyncio.Queue[tuple[float, bytes]]) -> None:
        way = self._ways[name]
        while True:
            due_s, data = await under_way.get()
            await asyncio.sleep(due_s - _now_s())
            await way.passes.wait()
            data *= way.times
            if not data:
                self.end(name)
                return
            if way.change is not None:
                data = way.change(self, data)
            while data and not way.loses and name not in self._ended:
                piece, data = data[: way.piece], data[way.piece :]
                if await self._is_cut(name, piece):
                    return
                await asyncio.sleep(way.every_s)
                await way.passes.wait()

    async def _is_cut(self, name: str, piece: bytes) -> bool:
        """Sends a piece, or as much of it as passes before the connection is cut."""
        writer, left = self._writers[name], self.cut_left.get(name)
        if left is not None:
            piece = piece[:left]
            left = self.cut_left[name] = left - len(piece)
        writer.write(piece)
        self._known.count(name, len(piece))
        if left == 0:
            # A reset would overtake what has not been read yet.
            await asyncio.sleep(0.01)
            self.reset()
            return True
        with contextlib.suppress(ConnectionError):
            await writer.drain()
        return False


def stop_reading(peer: asyncio.StreamWriter) -> None:
    """Takes nothing more from a peer, and leaves it little room."""
    sock = peer.get_extra_info("socket")
    with contextlib.suppress(OSError):
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, LITTLE)
    _transport(peer).pause_reading()


def _transport(peer: asyncio.StreamWriter) -> asyncio.Transport:
    assert isinstance(peer.transport, asyncio.Transport)
    return peer.transport


def reset(writer: asyncio.StreamWriter) -> None:
    """Ends a connection by a reset."""
    sock = writer.get_extra_info("socket")
    if sock is not None and sock.fileno() != -1:
        with contextlib.suppress(OSError):
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    writer.transport.abort()


def _now_s() -> float:
    return asyncio.get_running_loop().time()
