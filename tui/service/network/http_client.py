"""HTTP/1.1 by httpx, which no other module knows.

An order may depend on none of what a client adds on its own account (a pool, redirects, cookies,
the proxies of the environment, retries), so a venue is called through a transport of ours, one for
each connection: the requests and responses are httpx's, httpcore writes and parses HTTP, and the
event loop carries the bytes.
"""

from __future__ import annotations

import asyncio
import ssl
import sys
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module
from typing import Any, TypeAlias

import httpcore
import httpx

from tui.service.network.content_encoding import DecodeError, decode_body
from tui.service.network.errors import describe_error, unreadable
from tui.service.network.response_head import HeadSanitizer

MAX_BODY = 8 * 1024 * 1024
"""Bytes that the body of one response may have."""
HUNG_UP = "the other side closed the connection"
_CLOSED = "the connection was closed"
_UNASKED = "an answer was there before the request had left"
_OTHER_ADDRESS_S = 0.25
"""Before the next address of a host is tried beside one that does not answer."""
_LAST_CHUNK = b"0\r\n\r\n"

Headers: TypeAlias = Sequence[tuple[bytes, bytes]]


def load_libraries() -> None:
    """Loads what httpcore would load at a first request and at a first failure: a disk may hang by
    then, and an upgrade have replaced the files. Blocks, in a thread without an event loop.
    """
    try:
        import_module("sniffio")
    except ImportError:
        # httpcore looks for it at every new connection; so Python does not search the disk again.
        sys.modules["sniffio"] = None  # type: ignore[assignment]  # the mark of a module not there

    async def fail() -> None:
        url = httpcore.URL("http://127.0.0.1/")
        connection = httpcore.AsyncHTTP11Connection(url.origin, httpcore.AsyncMockStream([b""]))
        with suppress(httpcore.RemoteProtocolError):
            await connection.handle_async_request(
                httpcore.Request("GET", url, headers={"Host": "127.0.0.1"})
            )

    asyncio.run(fail())


class ConnectError(Exception):
    """No connection came about, so nothing has left. Its cause says why."""


class RequestFailed(Exception):
    """No complete response came; the message says why in a few words."""

    def __init__(self, reason: str, *, sent: bool) -> None:
        super().__init__(reason)
        self.sent = sent
        """Whether the request may have been carried out; if not, nothing of it has left."""


class UnreadableResponse(RequestFailed):
    """A response came, and what it says cannot be known."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason, sent=True)


@dataclass(frozen=True, slots=True)
class HttpResponse:
    """A complete response."""

    status: int
    headers: Headers
    """Names in small letters."""
    body: bytes
    wire_size: int
    """Bytes of the body as it came, compressed or not."""


class HttpConnection(httpx.AsyncBaseTransport):
    """One connection from its opening to its end, one request at a time, as an httpx transport."""

    def __init__(self, url: str, stream: ConnectionStream) -> None:
        """`stream` leads to the server of `url`. Raises ConnectError if the URL names none."""
        try:
            self._url = httpx.URL(url)
        except httpx.InvalidURL as error:
            raise ConnectError(str(error)) from None
        if not self._url.host:
            raise ConnectError("the URL names no host")
        self._stream = stream
        self.origin = self._target_url(b"/").origin
        self._http = httpcore.AsyncHTTP11Connection(self.origin, stream)

    @classmethod
    async def open(cls, url: str, tls: ssl.SSLContext) -> HttpConnection:
        """Connects to the server of `url`, verified by `tls` if https. Raises ConnectError."""
        stream = ConnectionStream()
        connection = cls(url, stream)
        host, port = connection.origin.host.decode("ascii"), connection.origin.port
        secure = connection.origin.scheme == b"https"
        # To an address there is one way only.
        has_name = ":" not in host and not host.replace(".", "").isdigit()
        try:
            await asyncio.get_running_loop().create_connection(
                lambda: stream,
                host,
                port,
                ssl=tls if secure else None,
                server_hostname=host if secure else None,
                happy_eyeballs_delay=_OTHER_ADDRESS_S if has_name else None,
            )
        except (OSError, UnicodeError) as error:
            raise ConnectError(str(error)) from error
        return connection

    @property
    def usable(self) -> bool:
        """Whether it is open, as far as it is known."""
        return self._stream.is_open

    async def request(
        self,
        method: str,
        target: str,
        headers: Iterable[tuple[str, str]],
        body: bytes = b"",
        *,
        read_body: bool = True,
        on_sent: Callable[[], None] = lambda: None,
    ) -> HttpResponse:
        """Sends exactly these bytes as a request, and returns the complete response; if not
        `read_body` its status and headers alone, and closes. Raises RequestFailed.

        `on_sent` is called once the request has been written, and never for one that was not. The
        connection is closed if anything goes wrong, cancellation included.
        """
        stream = self._stream
        stream.start(on_sent)
        response: HttpResponse | None = None
        try:
            request = httpx.Request(
                method,
                self._url,
                headers=list(headers),
                content=body,
                extensions={"target": target.encode("ascii")},
            )
            response = await self._exchange(request, read_body)
        except (UnicodeError, httpcore.LocalProtocolError):
            # The message of the error quotes the header, which may hold a secret.
            reason = "the request has a character that HTTP does not allow"
            raise RequestFailed(reason, sent=False) from None
        except httpcore.RemoteProtocolError as error:
            raise _failure(error, sent=stream.sent) from error
        except (httpcore.ConnectionNotAvailable, httpcore.ReadError) as error:
            raise RequestFailed(str(error) or HUNG_UP, sent=stream.sent) from error
        finally:
            if response is None or not stream.finish(response):
                self.close()
        return response

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Sends a request; returns with the head of the response. Raises httpcore's exceptions."""
        assert isinstance(request.stream, httpx.AsyncByteStream)
        response = await self._http.handle_async_request(
            httpcore.Request(
                request.method,
                self._target_url(request.extensions.get("target", request.url.raw_path)),
                headers=request.headers.raw,
                content=request.stream,
            )
        )
        return httpx.Response(
            response.status,
            headers=response.headers,
            stream=_ResponseBody(response),
            request=request,
        )

    async def aclose(self) -> None:
        self.close()

    def close(self) -> None:
        """Closes it at once; a request that is under way fails."""
        self._stream.close()

    async def _exchange(self, request: httpx.Request, read_body: bool) -> HttpResponse:
        response = await self.handle_async_request(request)
        if not self._stream.sent:
            raise RequestFailed(_UNASKED, sent=False)
        headers = [(name.lower(), value) for name, value in response.headers.raw]
        if not read_body:
            self.close()
            return HttpResponse(response.status_code, headers, b"", 0)
        body = bytearray()
        async for part in response.aiter_raw():
            body += part
            if len(body) > MAX_BODY:
                raise UnreadableResponse(f"unreadable answer: it exceeds {MAX_BODY} bytes")
        try:
            plain = decode_body(bytes(body), headers, MAX_BODY)
        except DecodeError as error:
            raise UnreadableResponse(f"unreadable answer: {error}") from None
        return HttpResponse(response.status_code, headers, plain, len(body))

    def _target_url(self, target: bytes) -> httpcore.URL:
        url = self._url
        return httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=target)


class _ResponseBody(httpx.AsyncByteStream):
    """The body of a response of httpcore's, as httpx reads it."""

    def __init__(self, response: httpcore.Response) -> None:
        self._response = response

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for part in self._response.aiter_stream():
            yield part

    async def aclose(self) -> None:
        await self._response.aclose()


class ConnectionStream(asyncio.Protocol, httpcore.AsyncNetworkStream):
    """The bytes of one connection, between the event loop and httpcore.

    A request leaves in one piece, when its response is first waited for. Whatever comes without
    having been asked for is no response to the next request, and ends the connection.
    """

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._head = HeadSanitizer()
        self._request = bytearray()
        self._response = bytearray()
        self._more: asyncio.Future[None] | None = None
        self._ended = False
        """Whether nothing more comes."""
        self._failure = ""
        """Why, unless the other side ended it in good order."""
        self._on_sent: Callable[[], None] = lambda: None
        self._used = False
        self.sent = False
        """Whether the request has been written."""
        self._awaited = False
        """Whether a response is due."""

    @property
    def is_open(self) -> bool:
        """Whether a request can be written, as far as it is known."""
        if self._ended or self._transport is None:
            return False
        return not self._transport.is_closing()

    def start(self, on_sent: Callable[[], None]) -> None:
        """A request follows; `on_sent` is called once it has been written."""
        self._request.clear()
        self._head.start()
        self.sent, self._on_sent = False, on_sent

    def finish(self, response: HttpResponse) -> bool:
        """The response is complete; whether the connection is fit for another request.

        It is not if more has come than the response.
        """
        self._awaited, self._used = False, True
        if any(name == b"transfer-encoding" for name, _ in response.headers):
            ends = self._head.tail.endswith(_LAST_CHUNK)
        else:
            ends = self._head.body_size == response.wire_size
        return ends and self.is_open

    def close(self) -> None:
        """Ends the connection at once."""
        if self._transport is not None:
            self._transport.abort()
        self._end(_CLOSED)

    # --- called by httpcore, which is given no time limits ----------------------------------------

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109
        self._request += buffer

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109
        if not self.sent:
            await self._send()
        while not self._response and not self._ended:
            self._more = asyncio.get_running_loop().create_future()
            await self._more
        if not self._response and self._failure:
            raise httpcore.ReadError(self._failure)
        data = bytes(self._response[:max_bytes])
        del self._response[:max_bytes]
        return data

    async def aclose(self) -> None:
        self.close()

    async def _send(self) -> None:
        if self._used:
            # The end of an idle connection may have arrived, and the event loop not have looked.
            await asyncio.sleep(0)
            await asyncio.sleep(0)
        if self._transport is None or not self.is_open:
            raise httpcore.ReadError(HUNG_UP)
        self._transport.write(bytes(self._request))
        self._request.clear()
        self.sent = self._awaited = True
        self._on_sent()

    # --- called by the event loop -----------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        if not self._awaited:
            self.close()
            return
        self._response += self._head.feed(data)
        self._wake()

    def eof_received(self) -> None:
        if not self._awaited:
            self.close()  # at once: TLS would say goodbye first, and swallow a request meanwhile
        else:
            self._end("")

    def connection_lost(self, error: Exception | None) -> None:
        self._end(describe_error(error) if error else "")

    def _end(self, failure: str) -> None:
        if not self._ended:
            self._ended, self._failure = True, failure
            self._wake()

    def _wake(self) -> None:
        if self._more is not None and not self._more.done():
            self._more.set_result(None)


def _failure(error: httpcore.RemoteProtocolError, *, sent: bool) -> RequestFailed:
    text = str(error)
    if "peer closed" in text:
        return RequestFailed(describe_error(error), sent=sent)
    if "disconnected without" in text:
        return RequestFailed(HUNG_UP, sent=sent)
    return UnreadableResponse(unreadable(error)) if sent else RequestFailed(_UNASKED, sent=False)


class LocalServer:
    """Blocking JSON calls to a server on this machine, without the proxies of the environment."""

    def __init__(self, url: str, timeout_s: float) -> None:
        # Plain HTTP only: nothing is trusted, and no certificates are loaded.
        nobody = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self._client = httpx.Client(base_url=url, trust_env=False, verify=nobody, timeout=timeout_s)

    def get(self, path: str) -> Any:
        """What the server answers. Raises OSError where it does not, or refuses."""
        try:
            return self._call("GET", path).json()
        except ValueError as error:
            raise ConnectionError("the answer is no JSON") from error

    def post(self, path: str, value: object) -> None:
        """Sends `value`. Raises OSError where the server does not answer, or refuses."""
        self._call("POST", path, json=value)

    def _call(self, method: str, path: str, **content: Any) -> httpx.Response:
        try:
            return self._client.request(method, path, **content).raise_for_status()
        except httpx.HTTPError as error:
            raise ConnectionError(describe_error(error)) from error
