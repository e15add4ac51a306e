"""A network that goes wrong in a named way: a TCP proxy on loopback before a server of any kind.

| fault | what the client meets |
|---|---|
| `blackhole` | connections are accepted, nothing passes; open ones go silent as well |
| `stop_reading` | the same, and there is no more room for what is sent: a sender has to wait |
| `unanswered` | a new connection is neither accepted nor refused (Linux) |
| `delay` | everything arrives so many milliseconds late, in order |
| `drip` | a few bytes at a time |
| `repeat` | everything arrives twice |
| `inject` | bytes that the server never sent, now |
| `reset` | every open connection is reset, now |
| `half_close` | the end of the stream on every open connection, while the other way stays open |
| `cut` | the connection is reset after so many bytes more |
| `refuse` | nobody listens on the port; open connections go on |
| `accept_then_close` | connections are accepted and closed at once |
| `change` | a gateway's doing: what it makes of each piece, see `tests/faults/gateway.py` |

`up` is the way from the client to the server, `down` the way back; a fault concerns both unless it
is told one. `clear` ends every fault. The proxy has a thread and an event loop of its own, so that
nothing in a test, or in a service of the same process, holds it up. Every method may be called from
any thread and returns when the fault is in force.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from urllib.parse import urlsplit

from tests.faults.link import BOTH, DOWN, UP, Connection, Link, Way, reset, stop_reading

BACKLOG = 128
ANSWER_S = 20.0


class Proxy:
    """Listens on a port of its own for as long as it is entered; passes on to `url`.

    With `tls` it is the TLS server that the client meets, and speaks plainly to the server.
    """

    def __init__(self, url: str, tls: ssl.SSLContext | None = None) -> None:
        there = urlsplit(url)
        assert there.hostname is not None
        self._there = (there.hostname, there.port)
        self._tls = tls
        self.connections: list[Connection] = []
        """Every one that was ever accepted, the oldest first."""
        self._links: set[Link] = set()
        self._serving: set[asyncio.Task[None]] = set()
        self._closes_at_once = False
        self._listener: asyncio.Server | None = None
        self._fillers: list[socket.socket] = []
        # Bound and never listening: the port stays ours while nobody listens.
        self._reserved = _bound(0)
        self.port: int = self._reserved.getsockname()[1]
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self.port}"
        self.ws_url = self.url.replace("http", "ws", 1)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(
            target=self._loop.run_forever, name="fault proxy", daemon=True
        )

    def __enter__(self) -> Proxy:
        self._thread.start()
        self._do(self._begin)
        return self

    def __exit__(self, *_: object) -> None:
        self._do(self._end)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(ANSWER_S)
        self._loop.close()
        self._reserved.close()

    # --- faults -----------------------------------------------------------------------------------

    def blackhole(self, way: str = BOTH, *, lose: bool = False) -> None:
        """Nothing passes. What was sent meanwhile arrives afterwards, unless it is to `lose` it."""
        self._each(way, lambda one: (one.passes.clear, one.passes.set)[lose]())
        self._each(way, lambda one: setattr(one, "loses", lose))

    def stop_reading(self, way: str = UP) -> None:
        """Takes nothing from who sends this way, who may fill what little the kernel holds."""

        async def now() -> None:
            for one in self._ways_of(way):
                self._ways[one].reads = False
                for link in self._links:
                    link.read(one)

        self._do(now)

    def unanswered(self) -> None:
        """The queue of the port is full: an attempt to connect hears nothing at all."""
        self._do(self._fill)

    def delay(self, ms: float, jitter_ms: float = 0, way: str = BOTH) -> None:
        """What arrives from now on is passed on so much later, give or take `jitter_ms`."""

        def slow(one: Way) -> None:
            one.delay_ms, one.jitter_ms = ms, jitter_ms

        self._each(way, slow)

    def drip(self, size: int = 1, every_ms: float = 100, way: str = BOTH) -> None:
        """Passes `size` bytes at a time."""

        def thin(one: Way) -> None:
            one.piece, one.every_s = size, every_ms / 1000

        self._each(way, thin)

    def repeat(self, way: str = DOWN) -> None:
        """Passes each piece twice; a message that came in one piece is whole both times."""
        self._each(way, lambda one: setattr(one, "times", 2))

    def inject(self, data: bytes, way: str = DOWN) -> None:
        """Sends this on every open connection, after what has passed."""

        async def now() -> None:
            for link in list(self._links):
                link.inject(way, data)

        self._do(now)

    def reset(self) -> None:
        """Resets every open connection, once."""

        async def now() -> None:
            for link in list(self._links):
                link.reset()

        self._do(now)

    def half_close(self, way: str = DOWN) -> None:
        """Ends the stream of every open connection in one way, once."""

        async def now() -> None:
            for link in list(self._links):
                link.end(way)

        self._do(now)

    def cut(self, after: int, way: str = DOWN) -> None:
        """Resets each connection, open or new, after so many bytes more."""

        async def now() -> None:
            for one in self._ways_of(way):
                self._ways[one].cut_after = after
                for link in self._links:
                    link.cut_left[one] = after

        self._do(now)

    def refuse(self) -> None:
        """Stops listening; `clear` listens again on the same port."""
        self._do(self._silence)

    def accept_then_close(self) -> None:
        """Closes each new connection as soon as it is there."""

        async def now() -> None:
            self._closes_at_once = True

        self._do(now)

    def change(self, way: str, make: Callable[[Link, bytes], bytes]) -> None:
        """Passes what `make` gives for each piece instead of it."""
        self._each(way, lambda one: setattr(one, "change", make))

    def clear(self) -> None:
        """Ends every fault; what is held is let go."""
        self._do(self._well)

    def show(self, tls: ssl.SSLContext) -> None:
        """New connections meet this TLS server from now on."""

        async def now() -> None:
            self._tls = tls

        self._do(now)

    # --- what was seen ----------------------------------------------------------------------------

    @property
    def open(self) -> int:
        """Connections that are open now."""
        return sum(one.closed_s is None for one in tuple(self.connections))

    def opened_since(self, moment_s: float) -> int:
        """Connections that came after a moment of the monotonic clock."""
        return sum(one.opened_s > moment_s for one in tuple(self.connections))

    def most_within(self, window_s: float, since_s: float = 0.0) -> int:
        """The most connections that came within any window of that length."""
        times = [one.opened_s for one in tuple(self.connections) if one.opened_s > since_s]
        return max((sum(t <= s < t + window_s for s in times) for t in times), default=0)

    # --- in the proxy's thread --------------------------------------------------------------------

    def _do(self, what: Callable[[], Awaitable[None]]) -> None:
        async def run() -> None:
            await what()

        asyncio.run_coroutine_threadsafe(run(), self._loop).result(ANSWER_S)

    def _ways_of(self, way: str) -> tuple[str, ...]:
        return (UP, DOWN) if way == BOTH else (way,)

    def _each(self, way: str, change: Callable[[Way], object]) -> None:
        async def now() -> None:
            for one in self._ways_of(way):
                change(self._ways[one])

        self._do(now)

    async def _begin(self) -> None:
        self._ways = {UP: Way(), DOWN: Way()}
        await self._listen()

    async def _well(self) -> None:
        self._closes_at_once = False
        for way in self._ways.values():
            way.clear()
        for link in self._links:
            link.cut_left.clear()
            for name in self._ways:
                link.read(name)
        if self._listener is None:
            for filler in self._fillers:
                filler.close()
            self._fillers.clear()
            await self._listen()

    async def _listen(self) -> None:
        listener = _bound(self.port)
        self._listener = await asyncio.start_server(self._accept, sock=listener, backlog=BACKLOG)

    async def _silence(self) -> None:
        if self._listener is not None:
            self._listener.close()
            self._listener = None

    async def _fill(self) -> None:
        await self._silence()
        full = _bound(self.port)
        full.listen(0)
        self._fillers.append(full)
        for _ in range(2):
            filler = socket.socket()
            filler.setblocking(False)
            with contextlib.suppress(BlockingIOError):
                filler.connect(("127.0.0.1", self.port))
            self._fillers.append(filler)

    async def _end(self) -> None:
        await self._silence()
        for filler in self._fillers:
            filler.close()
        for task in self._serving:
            task.cancel()
        await asyncio.gather(*self._serving, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._serving.add(task)
        known = Connection(time.monotonic())
        self.connections.append(known)
        try:
            if not self._closes_at_once:
                await self._serve(known, reader, writer)
        except (OSError, asyncio.CancelledError):
            reset(writer)
        finally:
            writer.close()
            known.closed_s = time.monotonic()
            self._serving.discard(task)

    async def _serve(
        self, known: Connection, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        if self._tls is not None:
            for way in self._ways.values():
                await way.passes.wait()
            await writer.start_tls(self._tls)
        if not self._ways[UP].reads:
            stop_reading(writer)  # before anything can have arrived
        async with _connected(*self._there) as (from_server, to_server):
            link = Link(known, self._ways, {UP: to_server, DOWN: writer})
            self._links.add(link)
            try:
                await link.carry({UP: reader, DOWN: from_server})
            finally:
                self._links.discard(link)


@contextlib.asynccontextmanager
async def _connected(
    host: str, port: int | None
) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    reader, writer = await asyncio.open_connection(host, port)
    try:
        yield reader, writer
    finally:
        writer.close()


def _bound(port: int) -> socket.socket:
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    sock.bind(("127.0.0.1", port))
    return sock
