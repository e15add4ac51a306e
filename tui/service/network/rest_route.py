"""One account's REST calls, on connections of its own that are kept warm."""

from __future__ import annotations

import asyncio
import ssl
import sys
from collections import deque
from contextlib import nullcontext
from urllib.parse import urlencode

import certifi

from tui.core.clocks import Instant
from tui.core.sanitize import safe_bytes
from tui.core.timeseries import round_trips
from tui.service.account.context import Access
from tui.service.files.descriptors import out_of_descriptors
from tui.service.http_connection import (
    ConnectionFailed,
    Headers,
    HttpConnection,
    NotReached,
    Place,
    Unreadable,
    sees_arrivals,
)
from tui.service.http_head import retry_after_s
from tui.service.network.errors import said, unreachable
from tui.venues.base.messages import NoReply, Reply, RestCall, RestReply
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

    def __init__(self, access: Access, rest_url: str, spare: int = 0) -> None:
        """`spare` warm connections are left for cancels: reads that hang never hold all of them."""
        self._access = access
        self._url = rest_url
        self._place = Place.of(rest_url)
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
        line = _line(call)
        begun = self._access.clock()
        connection: HttpConnection | None = None
        request: _Request | None = None
        try:
            async with asyncio.timeout(deadline_s), nullcontext() if urgent else self._reads:
                age = self._age
                connection = await self._connected(urgent)
                request = _Request(self._access, call, line)
                reply, headers, size = await self._exchange(connection, request, age)
        except TimeoutError:
            if connection is None:
                late = NotReached(f"no connection within {deadline_s:g} s")
                return self._failed(line, request, begun, unreachable(self._url, late))
            return self._failed(line, request, begun, f"no answer within {deadline_s:g} s")
        except NotReached as error:
            return self._failed(line, request, begun, unreachable(self._url, error))
        except Unreadable as error:
            return self._failed(line, request, begun, str(error))
        except (ConnectionFailed, OSError) as error:
            # Errors of the TLS layer come as they are.
            return self._failed(line, request, begun, f"connection lost: {said(error)}")
        except RuntimeError as error:
            # Of a closed transport, or a fault of our own, whose text may hold a secret.
            return self._failed(line, request, begun, f"connection lost: {type(error).__name__}")
        heard = self._access.clock()
        took_ms = heard.steady_since(request.written or begun) * 1000
        self._heard, self.heard_at_ms = heard, heard.wall_ms
        if not self.up:
            self.up, self.detail = True, ""
            self._access.changed()
        self._took_ms.append(took_ms)
        self.trips.add(heard, took_ms)
        self._access.record(
            "rest",
            "in",
            f"{reply.status}  {safe_bytes(reply.body)}",
            size=size,
            unpacked=len(reply.body) if len(reply.body) != size else None,
            latency_ms=took_ms,
            request=request.frame,
            error=reply.status >= 400 or self._says_error(reply.body),
            hidden=request.signed.hidden,
            headers=shown_headers(headers),
        )
        return reply

    @property
    def round_trip_ms(self) -> float | None:
        """The quickest of the last few calls: several at once wait for each other."""
        return min(self._took_ms, default=None)

    def close(self) -> None:
        """Closes every connection; those in use when their call is over."""
        self._age += 1
        while self._idle:
            self._idle.popleft().close()

    async def _connected(self, urgent: bool) -> HttpConnection:
        """A connection that no other call uses. Calls made at once have one each, so that a press
        finds as many warm ones as it needs. Nothing leaves meanwhile. Raises NotReached."""
        warm = await self._warm(0 if urgent else self._spare)
        return warm or await HttpConnection.open(self._place, self._access.tls)

    async def _exchange(
        self, connection: HttpConnection, request: _Request, age: int
    ) -> tuple[RestReply, Headers, int]:
        """The very bytes that were signed leave. With the answer the size that its body came in."""
        whole, signed = False, request.signed
        try:
            # Identity keeps the size bounded by what crosses the wire.
            status, body = await connection.exchange(
                signed.method,
                signed.target,
                (*signed.headers, *_HEADERS),
                signed.body,
                on_written=request.has_left,
            )
            whole = True
        finally:
            if whole and age == self._age and len(self._idle) < MOST_IDLE:
                self._idle.append(connection)
            else:
                connection.close()
        headers = connection.headers
        wait_s = retry_after_s(headers, self._access.clock().wall_s)
        return RestReply(status, body, wait_s), headers, connection.body_size

    async def _warm(self, spare: int) -> HttpConnection | None:
        """The connection that was used longest ago, unless no more than `spare` are left; those
        that are over are forgotten."""
        if self._idle and not sees_arrivals():
            await _look_at_arrivals()
        while len(self._idle) > spare:
            connection = self._idle.popleft()
            if connection.stirred:
                # Maybe the end of it: what has arrived is looked at first.
                self._idle.append(connection)
                await _look_at_arrivals()
            elif connection.usable:
                return connection
        return None

    def _says_error(self, body: bytes) -> bool:
        if len(body) > _ERROR_BYTES:
            return False
        try:
            return self._access.dialect.failed(parse_object(body))
        except NotReadable:
            return True

    def _failed(self, line: str, request: _Request | None, begun: Instant, reason: str) -> NoReply:
        """No answer came. The next call opens a new connection: the idle ones may be as dead. Not
        where nothing has left for want of descriptors: then they are all that a cancel has."""
        self.trips.lose(self._access.clock())
        if request is not None or not out_of_descriptors():
            self.close()
        if self._heard is None or self._heard.mono_s < begun.mono_s:
            # Heard on another connection meanwhile, the venue is there all the same.
            self.up, self.detail = False, reason
        frame = request.frame if request is not None else None
        note = reason if frame is not None else f"not sent: {line}: {reason}"
        self._access.record("rest", "note", note, request=frame, error=True)
        self._access.changed()
        return NoReply(reason, sent=frame is not None)


class _Request:
    """One call, signed as it leaves; it has a frame from the moment when it has left."""

    def __init__(self, access: Access, call: RestCall, line: str) -> None:
        self._access = access
        self._text = f"{line}  {call.body}" if call.body else line
        self.signed = access.sign(call)
        self.frame: int | None = None
        self.written: Instant | None = None

    def has_left(self) -> None:
        self.written = self._access.clock()
        self.frame = self._access.record(
            "rest",
            "out",
            self._text,
            size=len(self.signed.body),
            hidden=self.signed.hidden,
            headers=[("target", self.signed.target), *self.signed.headers],
        )


async def _look_at_arrivals() -> None:
    """Lets the event loop take what has arrived on every connection."""
    await asyncio.sleep(0)
    await asyncio.sleep(0)


def _line(call: RestCall) -> str:
    """Method, path and query without what signing adds; the whole target is kept beside it."""
    target = f"{call.path}?{urlencode(call.query)}" if call.query else call.path
    return f"{call.method} {target}"
