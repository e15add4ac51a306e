"""A server that reads nothing and sends on: what it is owed does not pile up, and it is left."""

from __future__ import annotations

import asyncio
import gzip
import json
import os
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import TypeAlias

import pytest
from websockets.asyncio.client import ClientConnection
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from tests.hostile.test_wire import WAIT_S, access_of, at_once, until
from tui.core.frames import FrameFeed
from tui.service.network import websocket_connection as socket_connection
from tui.service.network.websocket_route import SocketRoute
from tui.venues.base.messages import NoReply, SocketCall
from tui.venues.base.specs import Keepalive

__all__ = ["at_once"]

VENUES = ["okx", "htx"]
NO_PONG = "no answer to a ping within 0.3 s"
SMALL = 4096
"""Bytes of each kernel buffer on the way, so that little fills it."""
GREETING: dict[str, str | bytes] = {
    "okx": '{"event":"login","code":"0","msg":""}',
    "htx": gzip.compress(b'{"op":"auth","type":"api","err-code":0,"ts":1}'),
}
PING: dict[str, Callable[[int], str]] = {
    "okx": lambda _: "ping",
    "htx": lambda number: json.dumps({"op": "ping", "ts": number}),
}
PONG: dict[str, Callable[[int], str]] = {
    "okx": lambda _: "pong",
    "htx": lambda number: json.dumps({"op": "pong", "ts": number}, separators=(",", ":")),
}


class Deaf:
    """A venue that logs everybody in and then reads nothing until it `listens`."""

    def __init__(self, venue: str) -> None:
        self._greeting = GREETING[venue]
        self.connections: list[ServerConnection] = []
        self.listens = asyncio.Event()
        self.heard: list[str | bytes] = []

    async def __call__(self, connection: ServerConnection) -> None:
        await connection.recv()
        connection.transport.pause_reading()
        await connection.send(self._greeting)
        self.connections.append(connection)
        await self.listens.wait()
        connection.transport.resume_reading()
        try:
            async for message in connection:
                self.heard.append(message)
        except ConnectionClosed:
            pass


Met: TypeAlias = tuple[SocketRoute, Deaf, FrameFeed]


@asynccontextmanager
async def met(venue: str, keepalive: Keepalive) -> AsyncIterator[Met]:
    """A route that is logged in at such a venue, with little room on the way there."""
    there = socket.create_server(("127.0.0.1", 0))
    there.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL)
    deaf = Deaf(venue)
    async with serve(deaf, sock=there, ping_interval=None, compression=None, close_timeout=0.1):
        url = f"ws://127.0.0.1:{there.getsockname()[1]}/ws"
        feed = FrameFeed()
        route = SocketRoute(access_of(venue, feed), url, keepalive)
        running = asyncio.create_task(route.run())
        try:
            await until(lambda: route.up)
            ours = our(route).transport.get_extra_info("socket")
            ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SMALL)
            yield route, deaf, feed
        finally:
            running.cancel()
            try:
                async with asyncio.timeout(WAIT_S):
                    await asyncio.gather(running, return_exceptions=True)
            finally:
                deaf.listens.set()


def our(route: SocketRoute) -> ClientConnection:
    assert route._connection is not None
    return route._connection


def waits(route: SocketRoute) -> bool:
    """Whether a send has to wait now."""
    return route._connection is not None and route._connection.paused


async def noted(feed: FrameFeed, text: str) -> None:
    """The record says so: a panel may not, as the route is soon up again."""
    await until(lambda: any(one.text == text for one in feed.drain()))


def patient(venue: str, answer_s: float = WAIT_S) -> Keepalive:
    """Pings only when something makes it doubt."""
    return Keepalive(idle_s=WAIT_S, text="ping" if venue == "okx" else None, answer_s=answer_s)


async def stuff(route: SocketRoute, deaf: Deaf, venue: str) -> int:
    """Pings until a send has to wait, and a thousand times more; how often."""
    (connection,) = deaf.connections
    number = 0
    while not waits(route):
        number += 1
        await connection.send(PING[venue](number))
        await asyncio.sleep(0)
    for _ in range(1000):
        number += 1
        await connection.send(PING[venue](number))
    return number


@pytest.mark.parametrize("venue", VENUES)
async def test_of_the_pings_of_a_venue_that_reads_nothing_the_newest_is_answered(
    venue: str,
) -> None:
    async with met(venue, patient(venue)) as (route, deaf, feed):
        tasks = len(asyncio.all_tasks())
        number = await stuff(route, deaf, venue)
        held = our(route).transport.get_write_buffer_size()
        newest = PING[venue](number + 1)
        await deaf.connections[0].send(newest)
        await until(lambda: any(one.text == newest for one in feed.drain()[-1:]))
        assert our(route).transport.get_write_buffer_size() == held
        assert len(asyncio.all_tasks()) <= tasks
        deaf.listens.set()
        await until(lambda: not route._pong_due.is_set())
        await our(route).send("the end")
        await until(lambda: deaf.heard[-1:] == ["the end"])
        assert deaf.heard[-2] == PONG[venue](number + 1)
        assert len(deaf.heard) < number - 900


@pytest.mark.parametrize("venue", VENUES)
async def test_and_a_request_to_it_waits_its_time_and_no_longer(venue: str, at_once: None) -> None:
    """It is given up, the venue is asked for a sign of life, and left, and met anew."""
    async with met(venue, patient(venue, 0.3)) as (route, deaf, feed):
        await stuff(route, deaf, venue)
        reply = await route.call(SocketCall("cancelall", {}), 0.1)
        # Its bytes never left this process, and yet a part of them may have.
        assert reply == NoReply("the venue took in nothing within 0.1 s", sent=True)
        await noted(feed, NO_PONG)
        await until(lambda: len(deaf.connections) > 1 and route.up)


@pytest.mark.parametrize("venue", VENUES)
async def test_what_it_sends_of_itself_is_no_sign_that_it_reads(venue: str, at_once: None) -> None:
    """It pings on, and leaves ours without an answer."""
    async with met(venue, patient(venue, 0.3)) as (route, deaf, feed):
        assert await route.call(SocketCall("cancelall", {}), 0.05)
        assert not route.up
        (first,) = deaf.connections
        with suppress(ConnectionClosed):
            while len(deaf.connections) == 1:
                await first.send(PING[venue](1))
                await asyncio.sleep(0.01)
        await noted(feed, NO_PONG)
        await until(lambda: route.up)


@pytest.mark.parametrize("venue", VENUES)
async def test_nor_does_it_hold_up_the_end(venue: str) -> None:
    async with met(venue, patient(venue)) as (route, deaf, _):
        await stuff(route, deaf, venue)
        assert waits(route)


@pytest.mark.parametrize("venue", VENUES)
async def test_the_pings_of_the_protocol_are_answered_up_to_a_limit(
    venue: str, at_once: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket_connection, "MOST_UNREAD", 200_000)
    async with met(venue, patient(venue)) as (route, deaf, feed):
        (first,) = deaf.connections
        ours = route._connection
        assert ours is not None
        most = 0
        with suppress(ConnectionClosed):
            while True:
                await first.ping(os.urandom(125))
                most = max(most, ours.transport.get_write_buffer_size())
                await asyncio.sleep(0)
        assert 100_000 < most < 500_000
        await noted(feed, "the venue reads nothing of what it is sent")
        await until(lambda: route.up)
