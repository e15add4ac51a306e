"""Servers that answer with anything at all: the routes say so, go on, and take nothing for an
answer."""

from __future__ import annotations

import asyncio
import base64
import gzip
import hashlib
import json
import ssl
import struct
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest

from tests.hostile.mutations import CANARY, ESCAPES
from tests.hostile.readers import judge
from tui.core.accounts import Account
from tui.core.clocks import read_clock
from tui.core.frames import FrameFeed
from tui.core.secrets import Credentials, Secret
from tui.service.account.context import AccountContext
from tui.service.account.venue_clock import VenueClock
from tui.service.network import websocket_route as socket_route
from tui.service.network.frame_recorder import Recorder
from tui.service.network.rest_route import RestRoute
from tui.service.network.websocket_route import SocketRoute
from tui.venues import adapter_for
from tui.venues.base.messages import NoReply, RestCall, RestReply, SocketCall

WAIT_S = 90.0
KEYS = Credentials(Secret("the-api-key"), Secret("the-secret-key"), Secret("the-passphrase"))
TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def access_of(venue: str, feed: FrameFeed) -> AccountContext:
    adapter = adapter_for(Account("a", venue, "http://127.0.0.1:1", "ws://127.0.0.1:1/ws"))
    recorder = Recorder(feed, read_clock, lambda _: None)
    return AccountContext(
        "a", adapter, KEYS, recorder, read_clock, VenueClock(read_clock, lambda _: None), TLS,
        lambda: None,
    )  # fmt: skip


# --- a socket -------------------------------------------------------------------------------------


def framed(opcode: int, payload: bytes, *, final: bool = True, length: int | None = None) -> bytes:
    """A WebSocket frame of a server, maybe with a length of its own."""
    size = len(payload) if length is None else length
    first = bytes([(0x80 if final else 0) | opcode])
    if size < 126:
        return first + bytes([size]) + payload
    if size < 1 << 16:
        return first + bytes([126]) + struct.pack(">H", size) + payload
    return first + bytes([127]) + struct.pack(">Q", size) + payload


HOSTILE = "".join(ESCAPES).replace("\ud800", "")
BOMB = gzip.compress(b'{"op":"' + b" " * 60_000_000 + b'"}', 9)
REFUSED = {"op": "auth", "event": "login", "err-code": 2002, "code": "60009",
           "err-msg": HOSTILE, "msg": HOSTILE}  # fmt: skip
SENT = {
    "nothing": b"",
    "no frame": b"\xff" * 100,
    "text that is no UTF-8": framed(1, b"\xff\xfe\xed\xa0\x80"),
    "a reserved operation": framed(3, b"x"),
    "a continuation of nothing": framed(0, b"x"),
    "half a message": framed(1, b'{"op"', final=False),
    "half a frame": framed(2, b"x" * 50, length=5_000),
    "a length beyond the limit": framed(2, b"", length=1 << 40),
    "a length beyond all numbers": framed(2, b"", length=(1 << 64) - 1),
    "a long ping": framed(9, b"x" * 126),
    "a close with half a code": framed(8, b"\x03"),
    "a close with no such code": framed(8, struct.pack(">H", 999)),
    "a close with a reason": framed(8, struct.pack(">H", 4000) + HOSTILE.encode()[:120]),
    "a close with a reason that is no text": framed(8, struct.pack(">H", 4000) + b"\xff\xfe"),
    "messages that are none": b"".join(framed(n, b"\x00\xff not JSON") for n in (1, 2)),
    "deep JSON": framed(1, b"[" * 300_000) + framed(1, b'{"a":' * 300_000),
    "a message of every sort of junk": b"".join(
        framed(1, e.encode()) for e in (HOSTILE, "[]", "1")
    ),
    "a packed bomb": framed(2, BOMB),
    "packed bytes cut short": framed(2, gzip.compress(b'{"op":"ping","ts":1}')[:-9]),
    "an answer that nobody waits for": framed(1, b'{"id":"x","cid":"x","code":"0","data":[]}'),
    "many pings": framed(1, b'{"op":"ping","ts":1}') * 500 + framed(1, b"ping") * 500,
    "a login that is refused in hostile words": framed(1, json.dumps(REFUSED).encode()),
}
LOGIN = {
    "okx": framed(1, b'{"event":"login","code":"0","msg":""}'),
    "htx": framed(2, gzip.compress(b'{"op":"auth","type":"api","err-code":0,"ts":1}')),
}


class Sockets:
    """Takes any handshake, says that the login is good if it is to, and then `sends`; hangs up."""

    def __init__(self, greeting: bytes) -> None:
        self.greeting = greeting
        self.sends = b""
        self.served = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        key = next(x for x in head.split(b"\r\n") if x.lower().startswith(b"sec-websocket-key"))
        digest = hashlib.sha1(  # noqa: S324  the protocol's own
            key.partition(b":")[2].strip() + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
        ).digest()
        writer.write(
            b"HTTP/1.1 101 x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Accept: " + base64.b64encode(digest) + b"\r\n\r\n" + self.greeting
        )
        writer.write(self.sends)
        self.served += 1
        try:
            await writer.drain()
            await asyncio.sleep(0.05)  # what is read after the end of a connection is lost
        except OSError:
            pass
        finally:
            writer.close()


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("FIRST_DELAY_S", "LONGEST_DELAY_S", "REFUSED_DELAY_S"):
        monkeypatch.setattr(socket_route, name, 0.005)


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(WAIT_S):
        while not holds():
            await asyncio.sleep(0.005)


@pytest.mark.parametrize("venue", ["okx", "htx"])
@pytest.mark.parametrize("logged_in", [True, False])
async def test_a_socket_outlives_whatever_it_is_sent(
    venue: str, logged_in: bool, at_once: None
) -> None:
    feed = FrameFeed()
    access = access_of(venue, feed)
    server = Sockets(LOGIN[venue] if logged_in else b"")
    listener = await asyncio.start_server(server.serve, "127.0.0.1", 0)
    url = f"ws://127.0.0.1:{listener.sockets[0].getsockname()[1]}/ws"
    assert access.adapter.keepalive is not None
    route = SocketRoute(access, url, access.adapter.keepalive)
    running = asyncio.create_task(route.run())
    try:
        for name, sent in SENT.items():
            server.sends, seen = sent, server.served
            reply = await route.call(SocketCall("cancelall", {}), 0.05)
            assert isinstance(reply, NoReply), name
            await until(lambda seen=seen: server.served >= seen + 2)
            assert not running.done(), name
            judge((route.detail, *feed.drain()))
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        listener.close()


# --- HTTP -----------------------------------------------------------------------------------------

ANSWERS = {
    "nothing": b"",
    "a greeting of another service": b"220 smtp ready\r\n",
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(200),
    "a head without end": b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 40_000,
    "a line without end": b"HTTP/1.1 200 " + b"x" * 300_000,
    "a length that is none": b"HTTP/1.1 200 OK\r\nContent-Length: nan\r\n\r\n{}",
    "two lengths": b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}x",
    "a length beyond all": b"HTTP/1.1 200 OK\r\nContent-Length: " + b"9" * 30 + b"\r\n\r\n{}",
    "less than was promised": b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{}",
    "a chunk that is none": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxx\r\n{}",
    "a chunk beyond all": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    + b"f" * 16
    + b"\r\n{}",
    "continue for ever": b"HTTP/1.1 100 Continue\r\n\r\n" * 3_000,
    "more than the limit": b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * (9 << 20),
}
WHOLE = {
    "hostile words": json.dumps({"code": "51000", "msg": HOSTILE}).encode(),
    "bytes that are no text": b"\xff\xfe\x00\x9b2J" * 50,
    "deep JSON": b"[" * 10_000,
    "a page": f"<html>{HOSTILE}</html>".encode(),
    "a packed page": gzip.compress(b"<html>"),
}


@pytest.fixture
def asked() -> Iterator[Callable[[bytes], Awaitable[tuple[Any, FrameFeed]]]]:
    async def ask(answer: bytes) -> tuple[Any, FrameFeed]:
        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.read(65536)
            writer.write(answer)
            try:
                await writer.drain()
            except OSError:
                return
            finally:
                writer.close()

        feed = FrameFeed()
        listener = await asyncio.start_server(serve, "127.0.0.1", 0)
        url = f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}"
        route = RestRoute(access_of("okx", feed), url)
        try:
            return await route.call(RestCall("GET", "/api/v5/public/time"), WAIT_S), feed
        finally:
            route.close()
            listener.close()

    yield ask


@pytest.mark.parametrize("name", ANSWERS)
async def test_an_answer_that_is_none_is_no_reply(name: str, asked: Any) -> None:
    reply, feed = await asked(ANSWERS[name])
    assert isinstance(reply, NoReply), reply
    assert reply.sent, "it may have been carried out"
    judge((reply.reason, *feed.drain()))


@pytest.mark.parametrize("name", WHOLE)
async def test_a_whole_answer_is_shown_safe_and_is_an_error(name: str, asked: Any) -> None:
    body = WHOLE[name]
    hostile = f"X: \x1b]0;\x07\u009b31m{CANARY}".encode("latin-1")
    length = str(len(body)).encode()
    head = b"HTTP/1.1 200 OK\r\n" + hostile + b"\r\nContent-Length: " + length + b"\r\n\r\n"
    reply, feed = await asked(head + body)
    assert isinstance(reply, RestReply)
    frames = feed.drain()
    judge(frames)
    assert frames[-1].error
    assert ("x", f"\\x1b]0;\\x07\\x9b31m{CANARY}") in frames[-1].headers
