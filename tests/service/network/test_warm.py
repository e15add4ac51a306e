"""Connections: a press finds them open, and a venue that hangs up is not stormed."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any
from urllib.parse import urlsplit

import pytest
from websockets.asyncio.server import ServerConnection, serve

from tui.core.actions import Outcome
from tui.core.clocks import read_clock
from tui.service.network import websocket_route as socket_route
from tui.service.network.rest_route import MOST_IDLE

OpenDesk = Callable[..., Any]

POLL_S = 0.1
PATIENCE = MOST_IDLE + 4
"""So many requests of the desk may pass a connection by before the venue in these tests closes it,
more than there are connections that take turns. Counted, as a busy machine is slow."""
LAG_S = 0.05
SOCKET_PATHS = {"htx": "/linear-swap-trade", "okx": "/ws/v5/business"}


class Proxy:
    """Stands before the simulator, counts what connects, and closes what has long been silent."""

    def __init__(self, upstream: str) -> None:
        parts = urlsplit(upstream)
        self._upstream = (parts.hostname, parts.port)
        self.accepted_ms: list[int] = []
        """When each connection came, epoch ms."""
        self.left = 0
        """Connections that the client has closed."""
        self.address = ""
        self.requests = 0
        self._last_used: dict[asyncio.StreamWriter, int] = {}
        """By connection, the number of its last request."""
        self.tasks: set[asyncio.Future[object]] = set()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.accepted_ms.append(read_clock().wall_ms)
        there, back = await asyncio.open_connection(*self._upstream)
        head = await reader.read(65536)
        back.write(head)
        # A socket has its own signs of life, slower than a test can wait for.
        if b"Upgrade: websocket" not in head:
            self._count(writer)
        both = asyncio.gather(self._ask(reader, back, writer), self._answer(there, writer))
        self.tasks.add(both)
        with suppress(asyncio.CancelledError):
            await both

    def _count(self, writer: asyncio.StreamWriter) -> None:
        self.requests += 1
        self._last_used[writer] = self.requests
        for one, number in [*self._last_used.items()]:
            if self.requests - number > PATIENCE:
                del self._last_used[one]
                one.close()

    async def _ask(
        self,
        client: asyncio.StreamReader,
        venue: asyncio.StreamWriter,
        writer: asyncio.StreamWriter,
    ) -> None:
        with suppress(OSError):
            while data := await client.read(65536):
                if writer in self._last_used:
                    self._count(writer)
                venue.write(data)
            self.left += 1
        self._last_used.pop(writer, None)
        venue.close()

    async def _answer(self, venue: asyncio.StreamReader, client: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await venue.read(65536):
                # As from a venue far away: calls made at once are on the wire at once.
                await asyncio.sleep(LAG_S)
                client.write(data)
        client.close()


@asynccontextmanager
async def proxy_before(simulator: Any) -> AsyncIterator[Proxy]:
    proxy = Proxy(simulator.url)
    server = await asyncio.start_server(proxy.serve, "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()
    proxy.address = f"{host}:{port}"
    try:
        yield proxy
    finally:
        server.close()
        for task in proxy.tasks:
            task.cancel()


@pytest.mark.parametrize("name", ["htx-legacy", "htx-unified", "okx-desk", "bitget-uta"])
async def test_a_press_after_a_long_idle_time_opens_no_connection(
    simulator: Any, open_desk: OpenDesk, name: str
) -> None:
    async with proxy_before(simulator) as proxy:
        path = SOCKET_PATHS.get(simulator.accounts[name]["venue"])
        desk = open_desk(
            name,
            rest_url=f"http://{proxy.address}",
            ws_url=f"ws://{proxy.address}{path}" if path else None,
            poll_s=POLL_S,
        )
        await desk.ready(name)
        await desk.until(lambda: proxy.requests > 2 * PATIENCE)
        async with between_reads(desk, name):
            pressed_ms = read_clock().wall_ms
            desk.desk.cancel(name)
            actions = len(desk.account(name).actions)
            reports = (await desk.reported(name, actions)).reports
        assert {report.outcome for report in reports} == {Outcome.CONFIRMED}
        # What no press reaches is read afterwards, and may open some.
        ended_ms = max(report.ended_ms for report in reports)
        assert not [at_ms for at_ms in proxy.accepted_ms if pressed_ms <= at_ms < ended_ms]


@asynccontextmanager
async def between_reads(desk: Any, name: str) -> AsyncIterator[None]:
    """No read of the background is under way, as at nearly every press; none begins meanwhile."""
    worker, loop = desk.desk._workers[name], desk.desk._loop
    reads = worker._in_background
    await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(reads.acquire(), loop))
    try:
        await desk.until(lambda: not unanswered(desk))
        yield
    finally:
        loop.call_soon_threadsafe(reads.release)


def unanswered(desk: Any) -> bool:
    """Whether an answer over REST is still awaited."""
    frames = [frame for frame in desk.log() if frame.transport == "rest"]
    answered = {frame.request for frame in frames}
    return any(frame.direction == "out" and frame.seq not in answered for frame in frames)


async def test_a_rest_connection_outlives_a_while_without_requests(
    simulator: Any, open_desk: OpenDesk
) -> None:
    """Client libraries drop one after 5 s; every press would pay for that."""
    async with proxy_before(simulator) as proxy:
        desk = open_desk("bitget-uta", rest_url=f"http://{proxy.address}", poll_s=60.0)
        await desk.ready("bitget-uta")
        async with between_reads(desk, "bitget-uta"):
            await asyncio.sleep(5.3)
            desk.desk.cancel("bitget-uta")
            await desk.reported("bitget-uta")
        assert proxy.left == 0


# --- a venue that hangs up ------------------------------------------------------------------------


class Venue:
    """An OKX that accepts, logs in if it is told to, and hangs up; it notes when."""

    def __init__(self, logs_in: bool, stays_s: float) -> None:
        self._logs_in = logs_in
        self._stays_s = stays_s
        self.came: list[float] = []
        self.went: list[float] = []

    async def serve(self, connection: ServerConnection) -> None:
        clock = asyncio.get_running_loop().time
        self.came.append(clock())
        if self._logs_in:
            await connection.recv()
            await connection.send(json.dumps({"event": "login", "code": "0", "msg": ""}))
            await asyncio.sleep(self._stays_s)
        await connection.close()
        self.went.append(clock())


@pytest.mark.parametrize("logs_in", [False, True], ids=["before the login", "after the login"])
async def test_a_venue_that_accepts_and_hangs_up_is_not_stormed(
    open_desk: OpenDesk, logs_in: bool
) -> None:
    venue = Venue(logs_in, stays_s=0)
    async with serve(venue.serve, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        desk = open_desk("okx-desk", ws_url=f"ws://127.0.0.1:{port}/")
        await desk.until(lambda: len(venue.came) > 0)
        await asyncio.sleep(3)
        assert 2 <= len(venue.came) <= 5


async def test_only_a_connection_that_lasted_earns_a_fresh_back_off(
    open_desk: OpenDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket_route, "STABLE_S", 0.15)
    venue = Venue(logs_in=True, stays_s=0.2)
    async with serve(venue.serve, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        desk = open_desk("okx-desk", ws_url=f"ws://127.0.0.1:{port}/")
        await desk.until(lambda: len(venue.came) >= 7)
    # Without a fresh start the sixth wait would be 32 times the first, 6.4 s at least.
    waits = [came - went for went, came in zip(venue.went, venue.came[1:], strict=False)]
    assert max(waits) < 3
