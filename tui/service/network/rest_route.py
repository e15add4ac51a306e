"""One account's REST calls, on connections of its own that are kept warm."""

from __future__ import annotations

import asyncio
import ssl
import sys
from collections import deque
from collections.abc import Collection
from contextlib import nullcontext
from urllib.parse import urlencode

import certifi

from tui.core.clocks import Instant
from tui.core.formatting import seconds
from tui.core.sanitize import safe_bytes
from tui.core.timeseries import round_trips
from tui.service.account.context import AccountContext
from tui.service.files.descriptors import out_of_descriptors
from tui.service.network.errors import describe_error, describe_unreachable
from tui.service.network.http_client import (
    ConnectError,
    Headers,
    HttpConnection,
    HttpResponse,
    RequestFailed,
    UnreadableResponse,
)
from tui.service.network.response_head import retry_after_s
from tui.venues.base.messages import NoReply, Reply, RestCall, RestReply, SignedRest
from tui.venues.common.parsing import NotReadable, parse_object

_ERROR_BYTES = 16 * 1024
"""No venue words an error at greater length; a long list is not parsed just for its colour."""
_MOST_HEADERS = 32
_HEADER_BYTES = 200
"""Of an answer, for the frame log."""
ROUND_TRIPS = 12
READS_AT_ONCE = 16
"""Reads of one account that may be on the wire at once; the next one waits for one of them."""
MOST_IDLE = 16
"""Connections kept for later; a burst may have opened more."""

_HEADERS = (("Accept-Encoding", "identity"), ("User-Agent", "killdesk"))


def tls_context() -> ssl.SSLContext:
    """A verifying context, made once: loading the certificates takes a good part of a second.

    The machine's own roots and a set that comes with us, for systems that have none. Not Python's
    default context, which may write session keys to a file that the environment names.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_default_certs()
    context.load_verify_locations(certifi.where())
    return context


def shown_headers(headers: Headers) -> list[tuple[str, str]]:
    """The headers of an answer for its frame: no cookie, and no more than is worth keeping."""
    # The same names come with every answer: interned, they are kept once.
    named = [(sys.intern(name.decode("latin-1").lower()), value) for name, value in headers]
    return [
        (name, "***" if "cookie" in name else value[:_HEADER_BYTES].decode("latin-1"))
        for name, value in named[:_MOST_HEADERS]
    ]


class RestRoute:
    """Calls one venue for one account over HTTP/1.1, on connections that are kept warm."""

    def __init__(self, access: AccountContext, rest_url: str, spare: int = 0) -> None:
        """`spare` warm connections are left for cancels: reads that hang never hold all of them."""
        self._access = access
        self._url = rest_url
        self._idle: deque[HttpConnection] = deque()
        """Warm connections, the one used longest ago first, so that none grows cold."""
        self._spare = spare
        self._reads = asyncio.Semaphore(READS_AT_ONCE)
        self._age = 0
        """Connections of an earlier age are closed when their call is over."""
        self.up = False
        self.detail = "not tried yet"
        self.heard_at_ms: int | None = None
        self._heard: Instant | None = None
        self._took_ms: deque[float] = deque(maxlen=ROUND_TRIPS)
        self.trips = round_trips()
        """Every call, from the send to its complete answer."""

    async def call(self, call: RestCall, deadline_s: float, *, urgent: bool = False) -> Reply:
        """Signs, sends, and waits at most `deadline_s` for the complete answer. Never raises.

        An `urgent` call, one of a cancel or a timer, waits for no other call of the account.
        """
        begun = self._access.clock()
        request = _Request(self._access, call)
        try:
            async with asyncio.timeout(deadline_s), nullcontext() if urgent else self._reads:
                response = await self._send(request, 0 if urgent else self._spare)
        except TimeoutError:
            if request.frame is None:
                late = ConnectError(f"no connection within {seconds(deadline_s)}")
                return self._failed(request, begun, describe_unreachable(self._url, late))
            return self._failed(request, begun, f"no answer within {seconds(deadline_s)}")
        except ConnectError as error:
            return self._failed(request, begun, describe_unreachable(self._url, error))
        except UnreadableResponse as error:
            return self._failed(request, begun, str(error))
        except (RequestFailed, OSError) as error:
            # Errors of the TLS layer come as they are.
            return self._failed(request, begun, f"connection lost: {describe_error(error)}")
        except RuntimeError as error:
            # Of a closed transport, or a fault of our own, whose text may hold a secret.
            return self._failed(request, begun, f"connection lost: {type(error).__name__}")
        received = self._access.clock()
        took_ms = received.steady_since(request.written or begun) * 1000
        self._heard, self.heard_at_ms = received, received.wall_ms
        if not self.up:
            self.up, self.detail = True, ""
            self._access.changed()
        self._took_ms.append(took_ms)
        self.trips.add(received, took_ms)
        self._access.record(
            "rest",
            "in",
            f"{response.status}  {safe_bytes(response.body)}",
            size=response.wire_size,
            unpacked=len(response.body) if len(response.body) != response.wire_size else None,
            latency_ms=took_ms,
            request=request.frame,
            error=response.status >= 400 or self._says_error(response.body),
            hidden=request.hidden,
            headers=shown_headers(response.headers),
        )
        wait_s = retry_after_s(response.headers, received.wall_s)
        return RestReply(response.status, response.body, wait_s)

    @property
    def round_trip_ms(self) -> float | None:
        """The quickest of the last few calls: several at once wait for each other."""
        return min(self._took_ms, default=None)

    def close(self) -> None:
        """Closes every connection; those in use when their call is over."""
        self._age += 1
        while self._idle:
            self._idle.popleft().close()

    async def _send(self, request: _Request, spare: int) -> HttpResponse:
        """Sends it on a connection that no other call uses: calls made at once have one each, so
        that a press finds as many warm ones as it needs. Raises ConnectError, RequestFailed."""
        age = self._age
        while (warm := self._warm(spare)) is not None:
            try:
                return await self._exchange(warm, request, age)
            except RequestFailed as error:
                if error.sent:
                    raise
                # It had ended unnoticed, and nothing has left.
        connection = await HttpConnection.open(self._url, self._access.tls)
        return await self._exchange(connection, request, age)

    async def _exchange(
        self, connection: HttpConnection, request: _Request, age: int
    ) -> HttpResponse:
        """Signs, and sends the very bytes that were signed."""
        whole, signed = False, request.sign()
        try:
            response = await connection.request(
                signed.method,
                signed.target,
                (*signed.headers, *_HEADERS),
                signed.body,
                on_sent=request.has_left,
            )
            whole = True
        finally:
            if whole and age == self._age and len(self._idle) < MOST_IDLE:
                self._idle.append(connection)
            else:
                connection.close()
        return response

    def _warm(self, spare: int) -> HttpConnection | None:
        """The connection that was used longest ago, unless no more than `spare` are left; those
        that are over are forgotten."""
        while len(self._idle) > spare:
            connection = self._idle.popleft()
            if connection.usable:
                return connection
        return None

    def _says_error(self, body: bytes) -> bool:
        if len(body) > _ERROR_BYTES:
            return False
        try:
            return self._access.adapter.failed(parse_object(body))
        except NotReadable:
            return True

    def _failed(self, request: _Request, begun: Instant, reason: str) -> NoReply:
        """No answer came. The next call opens a new connection: the idle ones may be as dead. Not
        where nothing has left for want of descriptors: then they are all that a cancel has."""
        self.trips.lose(self._access.clock())
        frame = request.frame
        if frame is not None or not out_of_descriptors():
            self.close()
        if self._heard is None or self._heard.mono_s < begun.mono_s:
            # Heard on another connection meanwhile, the venue is there all the same.
            self.up, self.detail = False, reason
        note = reason if frame is not None else f"not sent: {request.line}: {reason}"
        self._access.record("rest", "note", note, request=frame, error=True)
        self._access.changed()
        return NoReply(reason, sent=frame is not None)


class _Request:
    """One call, signed as it leaves; it has a frame from the moment when it has left."""

    def __init__(self, access: AccountContext, call: RestCall) -> None:
        self._access = access
        self._call = call
        self._signed: SignedRest | None = None
        self.frame: int | None = None
        self.written: Instant | None = None

    @property
    def line(self) -> str:
        """Method, path and query without what signing adds; the frame has the whole target too."""
        call = self._call
        target = f"{call.path}?{urlencode(call.query)}" if call.query else call.path
        return f"{call.method} {target}"

    @property
    def hidden(self) -> Collection[str]:
        """What no frame may show, as far as it is signed."""
        return self._signed.hidden if self._signed is not None else ()

    def sign(self) -> SignedRest:
        """As it leaves now."""
        self._signed = self._access.sign(self._call)
        return self._signed

    def has_left(self) -> None:
        signed = self._signed
        assert signed is not None
        self.written = self._access.clock()
        self.frame = self._access.record(
            "rest",
            "out",
            f"{self.line}  {self._call.body}" if self._call.body else self.line,
            size=len(signed.body),
            hidden=signed.hidden,
            headers=[("target", signed.target), *signed.headers],
        )
