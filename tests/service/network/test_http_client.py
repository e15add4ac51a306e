"""One HTTP connection: what comes back is the complete response or an honest failure."""

from __future__ import annotations

import asyncio
import socket
import ssl
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, closing, suppress

import pytest

from tui.service.network import http_client
from tui.service.network.http_client import (
    HUNG_UP,
    ConnectError,
    HttpConnection,
    HttpResponse,
    LocalServer,
    RequestFailed,
    UnreadableResponse,
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
        self.received = asyncio.Event()
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
            self.received.set()
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


@asynccontextmanager
async def serving_each(*answers: bytes) -> AsyncIterator[str]:
    """Gives one answer a connection and hangs up; without any left it does not answer."""
    left = list(answers)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(65536)
        if left:
            writer.write(left.pop(0))
        else:
            with suppress(asyncio.CancelledError):  # the test is over
                await reader.read()
        writer.close()

    listener = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}"
    finally:
        listener.close()


async def ask(connection: HttpConnection, body: bytes = b"") -> HttpResponse:
    method = "POST" if body else "GET"
    return await connection.request(method, "/a?b=%2F", [("X-Key", "k")], body)


async def answer_of(connection: HttpConnection) -> tuple[int, bytes]:
    response = await ask(connection)
    return response.status, response.body


async def test_a_request_leaves_in_one_piece_and_the_connection_is_used_again() -> None:
    async with serving(OK, OK) as server:
        connection = await HttpConnection.open(server.url, TLS)
        assert await answer_of(connection) == (200, b"ok")
        assert connection.usable
        assert (await ask(connection, b"{}")).body == b"ok"
        connection.close()
        assert not connection.usable
        await server.ended.wait()
    assert len(server.connections) == 1
    host = f"Host: {server.url.removeprefix('http://')}".encode()
    assert server.asked == [
        b"GET /a?b=%2F HTTP/1.1\r\n" + host + b"\r\nX-Key: k\r\n\r\n",
        b"POST /a?b=%2F HTTP/1.1\r\n" + host + b"\r\nX-Key: k\r\nContent-Length: 2\r\n\r\n{}",
    ]


@pytest.mark.parametrize(
    "target", ["/a/../b//c?x=%2f&y=a%20b+c&z='|{\"}", "//host/a?", "/%zz;?%%&=", "/a?b?c#d"]
)
async def test_path_query_and_body_leave_byte_for_byte_as_they_were_signed(target: str) -> None:
    """A library that tidies up an address breaks the signature over it."""
    body = '{"a": "\u00fc",\r\n "b":1}'.encode()
    async with serving(OK) as server:
        connection = await HttpConnection.open(f"{server.url}/", TLS)
        await connection.request("POST", target, [("X-Sign", "a==")], body)
        connection.close()
    (asked,) = server.asked
    assert asked.startswith(f"POST {target} HTTP/1.1\r\n".encode())
    assert asked.endswith(b"\r\n\r\n" + body)
    assert b"\r\nX-Sign: a==\r\n" in asked


async def test_nothing_is_added_that_nobody_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    first = (
        b"HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nSet-Cookie: a=b\r\n"
        b"Content-Length: 0\r\n\r\n"
    )
    async with serving(first, OK) as server:
        connection = await HttpConnection.open(server.url, TLS)
        assert (await ask(connection)).status == 302, "a redirect is not followed"
        await ask(connection)
        connection.close()
    assert server.asked[0] == server.asked[1], "no cookie comes back"
    assert server.asked[0].count(b"\r\n") == 4, "request line, Host, X-Key and the blank line"


@pytest.mark.parametrize(
    ("answer", "reusable"),
    [
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n", True),
        (b"HTTP/1.1 100 Continue\r\n\r\n" + OK, True),
        (b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok", False),
        (b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok", False),
        (OK + b"HTTP/1.1 200 OK\r\n", False),
        (OK + OK, False),
        (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n" + OK,
            False,
        ),
    ],
    ids=[
        "chunked",
        "after a continue",
        "closing",
        "of an old server",
        "with half a head behind it",
        "with another behind it",
        "chunked, with another behind it",
    ],
)
async def test_each_sort_of_answer(answer: bytes, reusable: bool) -> None:
    async with serving(answer) as server:
        connection = await HttpConnection.open(server.url, TLS)
        assert await answer_of(connection) == (200, b"ok")
        assert connection.usable is reusable
        connection.close()


async def test_no_body_is_a_complete_response() -> None:
    async with serving(b"HTTP/1.1 204 No Content\r\n\r\n", OK) as server:
        connection = await HttpConnection.open(server.url, TLS)
        assert await answer_of(connection) == (204, b"")
        assert await answer_of(connection) == (200, b"ok")
        connection.close()


async def test_an_answer_that_was_there_before_the_request_is_none() -> None:
    """A stray answer that ends as a chunked body does passes for a part of the one before it."""
    chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n"
    sent: list[bool] = []
    async with serving(chunked * 2, OK) as server:
        connection = await HttpConnection.open(server.url, TLS)
        await ask(connection)
        with pytest.raises(RequestFailed) as failed:
            await connection.request("POST", "/", [], b"{}", on_sent=lambda: sent.append(True))
        assert not failed.value.sent
        assert not connection.usable
        await server.ended.wait()
    assert len(server.asked) == 1
    assert not sent


async def test_a_body_may_end_with_the_connection() -> None:
    async with serving(b"HTTP/1.1 200 OK\r\n\r\nok", hangs_up=True) as server:
        connection = await HttpConnection.open(server.url, TLS)
        assert await answer_of(connection) == (200, b"ok")
        assert not connection.usable


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (b"", HUNG_UP),
        (b"HTTP/1.1 200 OK\r\nConte", HUNG_UP),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok", "peer closed connection"),
        (b"garbage\r\n\r\n", "unreadable answer: it is not HTTP"),
        (b"HTTP/1.1 101 Switching Protocols\r\n\r\n", "unreadable answer: it breaks the rules"),
    ],
    ids=["nothing", "half a head", "half a body", "garbage", "another protocol"],
)
async def test_half_an_answer_is_none(answer: bytes, why: str) -> None:
    sent: list[bool] = []
    async with serving(answer, hangs_up=True) as server:
        connection = await HttpConnection.open(server.url, TLS)
        with pytest.raises(RequestFailed, match=why) as failed:
            await connection.request("POST", "/", [], b"{}", on_sent=lambda: sent.append(True))
        assert failed.value.sent, "it may have been carried out"
        assert not connection.usable
    assert sent == [True]


async def test_an_answer_has_a_greatest_size(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is found out while the body comes, not at its end."""
    monkeypatch.setattr(http_client, "MAX_BODY", 1)
    endless = b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\nok"
    async with serving(endless) as server:
        connection = await HttpConnection.open(server.url, TLS)
        with pytest.raises(UnreadableResponse, match="exceeds 1 bytes"):
            await ask(connection)
        assert not connection.usable


async def test_what_nobody_asked_for_is_no_answer_to_the_next_request() -> None:
    async with serving(OK, OK) as server:
        connection = await HttpConnection.open(server.url, TLS)
        await ask(connection)
        server.connections[0].write(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nwrong")
        while connection.usable:
            await asyncio.sleep(0)
        with pytest.raises(RequestFailed) as failed:
            await ask(connection)
        assert not failed.value.sent
    assert len(server.asked) == 1


@pytest.mark.parametrize("goodbye", [b"", b"HTTP/1.1 408 Request Timeout\r\n\r\n"])
async def test_that_the_other_side_hung_up_is_noticed_before_a_request_leaves(
    goodbye: bytes,
) -> None:
    """Also where the event loop has not looked at the connection since."""
    listener = socket.create_server(("127.0.0.1", 0))
    with closing(listener):
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        opening = asyncio.ensure_future(HttpConnection.open(url, TLS))
        accepted, _ = await asyncio.to_thread(listener.accept)
        with closing(accepted):
            connection = await opening
            asking = asyncio.ensure_future(ask(connection))
            assert await asyncio.to_thread(accepted.recv, 65536)
            accepted.sendall(OK)
            await asking
            # From here on the loop gets no turn before the request.
            accepted.sendall(goodbye)
            accepted.shutdown(socket.SHUT_WR)
            assert connection.usable
            with pytest.raises(RequestFailed) as failed:
                await ask(connection)
            assert not failed.value.sent
            assert accepted.recv(65536) == b"", "nothing has left"


async def test_the_status_alone() -> None:
    async with serving(b"HTTP/1.1 204 No Content\r\nContent-Length: 900\r\n\r\nhe") as server:
        connection = await HttpConnection.open(server.url, TLS)
        assert (await connection.request("GET", "/", [], read_body=False)).status == 204
        assert not connection.usable


async def test_closed_while_it_waits_it_fails() -> None:
    async with serving(b"HTTP/1.1 200 OK\r\n") as server:
        connection = await HttpConnection.open(server.url, TLS)
        waiting = asyncio.ensure_future(ask(connection))
        await server.received.wait()
        connection.close()
        with pytest.raises(RequestFailed, match="was closed") as failed:
            await waiting
        assert failed.value.sent


async def test_a_request_that_is_given_up_ends_its_connection() -> None:
    """Its answer may still come, and must not meet the next request."""
    async with serving(b"HTTP/1.1 200 OK\r\n") as server:
        connection = await HttpConnection.open(server.url, TLS)
        waiting = asyncio.ensure_future(ask(connection))
        await server.received.wait()
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        assert not connection.usable
        await server.ended.wait()


@pytest.mark.parametrize("value", ["a\r\nX-Other: b", "k\u00e9"])
async def test_a_header_that_http_does_not_allow_does_not_leave(value: str) -> None:
    async with serving(OK) as server:
        connection = await HttpConnection.open(server.url, TLS)
        with pytest.raises(RequestFailed, match="a character that HTTP does not allow") as failed:
            await connection.request("GET", "/", [("X-Key", value)])
        assert not failed.value.sent
        assert value not in str(failed.value)
        assert not connection.usable
        await server.ended.wait()
    assert server.asked == []


async def test_the_end_of_an_idle_connection_is_its_end_at_once() -> None:
    async with serving(OK) as server:
        stream = http_client.ConnectionStream()
        connection = HttpConnection(server.url, stream)
        port = int(server.url.rpartition(":")[2])
        await asyncio.get_running_loop().create_connection(lambda: stream, "127.0.0.1", port)
        await ask(connection)
        stream.eof_received()  # TLS tells of it while the transport still takes bytes
        assert not connection.usable


async def test_nothing_there() -> None:
    async with serving() as server:
        pass
    with pytest.raises(ConnectError):
        await HttpConnection.open(server.url, TLS)


@pytest.mark.parametrize("url", ["https:///x", "https://[::1", "https://a b"])
async def test_a_url_that_names_no_host_leads_nowhere(url: str) -> None:
    with pytest.raises(ConnectError):
        await HttpConnection.open(url, TLS)


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://api.hbdm.com", "https://api.hbdm.com:443"),
        ("https://api.hbdm.com:8443/x", "https://api.hbdm.com:8443"),
        ("http://[::1]:80", "http://::1:80"),
        ("HTTP://127.0.0.1", "http://127.0.0.1:80"),
    ],
)
def test_the_origin_of_a_url(url: str, origin: str) -> None:
    assert str(HttpConnection(url, http_client.ConnectionStream()).origin) == origin


async def test_no_request_and_no_failure_loads_a_module() -> None:
    """Once it is loaded ahead: a disk may hang, and an upgrade may have replaced the files."""
    failures = (b"", b"garbage\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok")
    script = f"""
import asyncio, ssl, sys
from tui.service.network.http_client import HttpConnection, RequestFailed, load_libraries
load_libraries()
class Spy:
    def find_spec(self, name, path=None, target=None):
        print("searched for", name)
sys.meta_path.insert(0, Spy())
async def ask(url, target):
    connection = await HttpConnection.open(url, ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))
    try:
        return (await connection.request("GET", target, [])).status
    except RequestFailed:
        return "failed"
    finally:
        connection.close()
async def main(url):
    print([await ask(url, f"/{{n}}") for n in range({len(failures) + 1})])
    try:
        async with asyncio.timeout(0.1):
            await ask(url, "/")
    except TimeoutError:
        print("late")
asyncio.run(main(sys.argv[1]))
"""
    async with serving_each(OK, *failures) as url:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", script, url, stdout=asyncio.subprocess.PIPE
        )
        said, _ = await process.communicate()
    assert said.decode().splitlines() == ["[200, 'failed', 'failed', 'failed']", "late"]


# --- a server on this machine ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
        b"garbage\r\n\r\n",
        b"",
    ],
    ids=["refused", "no JSON", "garbage", "hung up"],
)
async def test_a_local_server_that_gives_no_answer_is_an_error_of_the_system(
    answer: bytes,
) -> None:
    async with serving(answer, hangs_up=True) as server:
        with pytest.raises(OSError, match=r"."):
            await asyncio.to_thread(LocalServer(server.url, 30).get, "/sim/state")


async def test_a_local_server_is_asked_without_the_proxies_of_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    answer = b'HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\n{"a": 1}'
    async with serving(answer) as server:
        local = LocalServer(server.url, 30)
        assert await asyncio.to_thread(local.get, "/sim/state") == {"a": 1}
    assert server.asked[0].startswith(b"GET /sim/state HTTP/1.1\r\n")
