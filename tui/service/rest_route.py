"""One account's REST connection. The only module that knows which HTTP library is used."""

from __future__ import annotations

import asyncio
import ssl
from collections import deque
from urllib.parse import urlencode

import certifi
import httpx

from tui.core.clocks import Instant
from tui.core.text import safe_bytes, safe_text
from tui.service.access import Access
from tui.service.network_words import unreachable
from tui.venues.base import NoReply, Reply, RestCall, RestReply, SignedRest
from tui.venues.reading import NotReadable, parse_object

MAX_BODY = 8 * 1024 * 1024
"""Bytes that one answer may have."""
_ERROR_BYTES = 16 * 1024
"""No venue words an error at greater length; a long list is not parsed just for its colour."""
ROUND_TRIPS = 12
CONNECTIONS = 16
"""Calls of one account that may be on the wire at once."""

_HEADERS = (("Accept-Encoding", "identity"), ("User-Agent", "killdesk"))
_NEVER_LEFT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.UnsupportedProtocol,
)


def tls_context() -> ssl.SSLContext:
    """A verifying context, made once: loading the certificates takes a good part of a second.

    The machine's own roots and those that come with the HTTP library, for systems that have none.
    Not the library's default context, which may write session keys to a file that the environment
    names.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_default_certs()
    context.load_verify_locations(certifi.where())
    return context


class RestRoute:
    """Calls one venue for one account over HTTP/1.1, on connections that are kept warm."""

    def __init__(self, access: Access, rest_url: str) -> None:
        self._access = access
        self._base = httpx.URL(rest_url)
        self._pool = _Pool(access.tls)
        self.up = False
        self.detail = "not tried yet"
        self.heard_at_ms: int | None = None
        self._heard: Instant | None = None
        self._took_ms: deque[float] = deque(maxlen=ROUND_TRIPS)

    async def call(self, call: RestCall, deadline_s: float) -> Reply:
        """Signs, sends, and waits at most `deadline_s` for the complete answer. Never raises."""
        signed = self._access.sign(call)
        line = f"{call.method} {_asked(call)}"
        seq = self._access.record(
            "rest",
            "out",
            f"{line}  {call.body}" if call.body else line,
            size=len(signed.body),
            hidden=signed.hidden,
            headers=[("target", signed.target), *signed.headers],
        )
        sent = self._access.clock()
        pool = self._pool
        pool.calls += 1
        try:
            async with asyncio.timeout(deadline_s):
                reply = await self._exchange(pool, signed)
        except TimeoutError:
            return self._failed(pool, seq, sent, f"no answer within {deadline_s:g} s")
        except _NEVER_LEFT as error:
            why = unreachable(str(self._base), error)
            return self._failed(pool, seq, sent, why, left=False)
        except _TooLarge:
            return self._failed(pool, seq, sent, f"the answer exceeds {MAX_BODY} bytes")
        except (httpx.HTTPError, httpx.InvalidURL, OSError, RuntimeError) as error:
            # Errors of the TLS layer and of a closed transport come as they are.
            return self._failed(pool, seq, sent, f"connection lost: {_said(error)}")
        finally:
            pool.calls -= 1
            await pool.close_if_idle()
        heard = self._access.clock()
        took_ms = heard.steady_since(sent) * 1000
        self._heard, self.heard_at_ms = heard, heard.wall_ms
        self.up, self.detail = True, ""
        self._took_ms.append(took_ms)
        self._access.record(
            "rest",
            "in",
            f"{reply.status}  {safe_bytes(reply.body)}",
            size=len(reply.body),
            latency_ms=took_ms,
            request=seq,
            error=reply.status >= 400 or self._says_error(reply.body),
            hidden=signed.hidden,
        )
        return reply

    @property
    def round_trip_ms(self) -> float | None:
        """The quickest of the last few calls: several at once wait for each other."""
        return min(self._took_ms, default=None)

    async def close(self) -> None:
        self._pool.retired = True
        await self._pool.close_if_idle()

    async def _exchange(self, pool: _Pool, signed: SignedRest) -> RestReply:
        # `target` sends the very bytes that were signed, without taking them apart first; identity
        # keeps the size bounded by what crosses the wire. `asyncio.timeout` limits the whole call.
        request = httpx.Request(
            signed.method,
            self._base,
            headers=[*signed.headers, *_HEADERS],
            content=signed.body,
            extensions={"target": signed.target.encode("ascii"), "timeout": {}},
        )
        response = await pool.transport.handle_async_request(request)
        assert isinstance(response.stream, httpx.AsyncByteStream)
        try:
            body = bytearray()
            async for chunk in response.stream:
                body += chunk
                if len(body) > MAX_BODY:
                    raise _TooLarge
        finally:
            await response.stream.aclose()
        return RestReply(response.status_code, bytes(body))

    def _says_error(self, body: bytes) -> bool:
        if len(body) > _ERROR_BYTES:
            return False
        try:
            return self._access.dialect.failed(parse_object(body))
        except NotReadable:
            return True

    def _failed(
        self, pool: _Pool, seq: int, sent: Instant, reason: str, left: bool = True
    ) -> NoReply:
        """No answer came. The next call opens a new connection: the idle ones may be as dead."""
        pool.retired = True
        if pool is self._pool:
            self._pool = _Pool(self._access.tls)
        if self._heard is None or self._heard.mono_s < sent.mono_s:
            # Heard on another connection meanwhile, the venue is there all the same.
            self.up, self.detail = False, reason
        self._access.record("rest", "note", reason, request=seq, error=True)
        self._access.changed()
        return NoReply(reason, sent=left)


class _Pool:
    """Warm connections. A retired pool is closed when its last call is over.

    The transport of the library without its client: redirects, cookies and environment are nothing
    that an order may depend on, and they are half the cost of a call.
    """

    def __init__(self, tls: ssl.SSLContext) -> None:
        self.transport = httpx.AsyncHTTPTransport(
            verify=tls,
            trust_env=False,
            limits=httpx.Limits(max_connections=CONNECTIONS, keepalive_expiry=None),
        )
        self.calls = 0
        self.retired = False
        self._closed = False

    async def close_if_idle(self) -> None:
        if self.retired and self.calls == 0 and not self._closed:
            self._closed = True
            await self.transport.aclose()


class _TooLarge(Exception):
    pass


def _asked(call: RestCall) -> str:
    """Path and query without what signing adds to them; the whole target is kept beside it."""
    return f"{call.path}?{urlencode(call.query)}" if call.query else call.path


def _said(error: Exception) -> str:
    return safe_text(str(error) or type(error).__name__, 200)
