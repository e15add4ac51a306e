"""One HTTP connection: what comes back is the whole answer or an honest failure."""

from __future__ import annotations

import asyncio
import select
import ssl
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress

import pytest

from tui.service import http_connection
from tui.service.http_connection import (
    HUNG_UP,
    ConnectionFailed,
    HttpConnection,
    NotReached,
    Place,
)

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


class Server:
    """Gives these answers, one a request; an empty one hangs up."""

    def __init__(self, answers: Sequence[bytes], hangs_up: bool) -> None:
        self._answers = list(answers)
        self._hangs_up = hangs_up
        self.asked: list[bytes] = []
        self.connections: list[asyncio.StreamWriter] = []
        self.ended = asyncio.Event()
        self.url = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections.append(writer)
        with suppress(asyncio.CancelledError):  # the test is over
            await self._answer(reader, writer)

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while self._answers:
            asked = await reader.read(65536)
            if not asked:
                break
            self.asked.append(asked)
            writer.write(self._answers.pop(0))
        if self._hangs_up:
            writer.close()
        await reader.read()
        self.ended.set()
        writer.close()


@asynccontextmanager
async def serving(*answers: bytes, hangs_up: bool = False) -> AsyncIterator[Server]:
    server = Server(answers, hangs_up)
    listener = await asyncio.start_server(server.serve, "127.0.0.1", 0)
    server.url = f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}"
    try:
        yield server
    finally:
        listener.close()


async def ask(connection: HttpConnection, body: bytes = b"") -> tuple[int, bytes]:
    method = "POST" if body else "GET"
    return await connection.exchange(method, "/a?b=%2F", [("X-Key", "k")], body)


async def test_a_request_leaves_whole_and_the_connection_is_used_again() -> None:
    async with serving(OK, OK) as server:
        place = Place.of(server.url)
        connection = await HttpConnection.open(place, TLS)
        assert await ask(connection) == (200, b"ok")
        assert connection.usable
        assert await ask(connection, b"{}") == (200, b"ok")
        connection.close()
        assert not connection.usable
        await server.ended.wait()
    assert len(server.connections) == 1
    host = f"Host: {place.named}".encode()
    assert server.asked == [
        b"GET /a?b=%2F HTTP/1.1\r\n" + host + b"\r\nX-Key: k\r\n\r\n",
        b"POST /a?b=%2F HTTP/1.1\r\n" + host + b"\r\nX-Key: k\r\nContent-Length: 2\r\n\r\n{}",
    ]


@pytest.mark.parametrize(
    ("answer", "reusable"),
    [
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n", True),
        (b"HTTP/1.1 100 Continue\r\n\r\n" + OK, True),
        (b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok", False),
        (b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok", False),
        (OK + b"HTTP/1.1 200 OK\r\n", False),
    ],
    ids=["chunked", "after a continue", "closing", "of an old server", "with more behind it"],
)
async def test_each_sort_of_answer(answer: bytes, reusable: bool) -> None:
    async with serving(answer) as server:
        connection = await HttpConnection.open(Place.of(server.url), TLS)
        assert await ask(connection) == (200, b"ok")
        assert connection.usable is reusable
        connection.close()


async def test_a_body_may_end_with_the_connection() -> None:
    async with serving(b"HTTP/1.1 200 OK\r\n\r\nok", hangs_up=True) as server:
        connection = await HttpConnection.open(Place.of(server.url), TLS)
        assert await ask(connection) == (200, b"ok")
        assert not connection.usable


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (b"", HUNG_UP),
        (b"HTTP/1.1 200 OK\r\nConte", HUNG_UP),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok", "peer closed connection"),
        (b"garbage\r\n\r\n", "unreadable answer: it is not HTTP"),
    ],
    ids=["nothing", "half a head", "half a body", "garbage"],
)
async def test_half_an_answer_is_none(answer: bytes, why: str) -> None:
    async with serving(answer, hangs_up=True) as server:
        connection = await HttpConnection.open(Place.of(server.url), TLS)
        with pytest.raises(ConnectionFailed, match=why):
            await ask(connection)
        assert not connection.usable


async def test_an_answer_has_a_greatest_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_connection, "MAX_BODY", 1)
    async with serving(OK) as server:
        connection = await HttpConnection.open(Place.of(server.url), TLS)
        with pytest.raises(ConnectionFailed, match="exceeds 1 bytes"):
            await ask(connection)
        assert not connection.usable


async def test_what_nobody_asked_for_is_no_answer_to_the_next_request() -> None:
    async with serving(OK, OK) as server:
        connection = await HttpConnection.open(Place.of(server.url), TLS)
        await ask(connection)
        server.connections[0].write(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nwrong")
        while connection.usable:
            await asyncio.sleep(0)
        with pytest.raises(ConnectionFailed):
            await ask(connection)
    assert len(server.asked) == 1


async def test_that_the_other_side_hung_up_is_noticed_before_it_is_used() -> None:
    async with serving(OK, hangs_up=True) as server:
        connection = await HttpConnection.open(Place.of(server.url), TLS)
        await ask(connection)
        while connection.usable and not connection.stirred:
            await asyncio.sleep(0)
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert not connection.usable


async def test_the_status_alone() -> None:
    async with serving(b"HTTP/1.1 204 No Content\r\nContent-Length: 900\r\n\r\nhe") as server:
        connection = await HttpConnection.open(Place.of(server.url), TLS)
        assert (await connection.exchange("GET", "/", [], whole=False))[0] == 204
        assert not connection.usable


async def test_closed_while_it_waits_it_fails() -> None:
    async with serving(b"HTTP/1.1 200 OK\r\n") as server:
        connection = await HttpConnection.open(Place.of(server.url), TLS)
        waiting = asyncio.ensure_future(ask(connection))
        await asyncio.sleep(0)
        connection.close()
        with pytest.raises(ConnectionFailed, match="was closed"):
            await waiting


async def test_a_header_that_would_be_two_does_not_leave() -> None:
    async with serving(OK) as server:
        connection = await HttpConnection.open(Place.of(server.url), TLS)
        with pytest.raises(ConnectionFailed, match=r"[Ii]llegal header value"):
            await connection.exchange("GET", "/", [("X-Key", "a\r\nX-Other: b")])
        connection.close()
        await server.ended.wait()
    assert server.asked == []


async def test_a_header_that_is_no_ascii_is_an_honest_failure() -> None:
    async with serving(OK) as server:
        connection = await HttpConnection.open(Place.of(server.url), TLS)
        with pytest.raises(ConnectionFailed, match="ascii"):
            await connection.exchange("GET", "/", [("X-Key", "ké")])
        connection.close()


async def test_the_end_of_an_idle_connection_is_its_end_at_once() -> None:
    async with serving(OK) as server:
        connection = await HttpConnection.open(Place.of(server.url), TLS)
        await ask(connection)
        connection.eof_received()  # TLS tells of it while the transport still takes bytes
        assert not connection.usable


async def test_it_works_where_nothing_tells_what_has_arrived(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delattr(select, "poll")
    async with serving(OK, OK) as server:
        connection = await HttpConnection.open(Place.of(server.url), TLS)
        assert await ask(connection) == (200, b"ok")
        assert connection.usable
        assert not connection.stirred
        connection.close()


async def test_nothing_there() -> None:
    async with serving() as server:
        place = Place.of(server.url)
    with pytest.raises(NotReached):
        await HttpConnection.open(place, TLS)


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("https://api.hbdm.com", Place("api.hbdm.com", 443, True, "api.hbdm.com")),
        ("https://api.hbdm.com:8443/x", Place("api.hbdm.com", 8443, True, "api.hbdm.com:8443")),
        ("http://[::1]:80", Place("::1", 80, False, "[::1]")),
    ],
)
def test_the_place_of_a_url(url: str, place: Place) -> None:
    assert Place.of(url) == place


def test_a_url_without_a_host_has_no_place() -> None:
    with pytest.raises(ValueError, match="no host"):
        Place.of("https:///x")
