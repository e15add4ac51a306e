"""One HTTP/1.1 connection: h11 reads and writes the bytes, the event loop carries them.

A client library's pools, redirects, cookies and environment are nothing that an order may depend
on, and they cost several times what a call itself does.
"""

from __future__ import annotations

import asyncio
import select
import ssl
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias
from urllib.parse import urlsplit

import h11

from tui.service.http_body import CannotUnpack, unpacked
from tui.service.http_head import MAX_HEAD, HeadMender
from tui.service.network.errors import said, unreadable

MAX_BODY = 8 * 1024 * 1024
"""Bytes that one answer may have."""
HUNG_UP = "the other side closed the connection"
_OTHER_ADDRESS_S = 0.25
"""Before the next address of a host is tried beside one that does not answer."""


Headers: TypeAlias = Sequence[tuple[bytes, bytes]]


class NotReached(Exception):
    """No connection came about, so nothing has left. Its cause says why."""


class ConnectionFailed(Exception):
    """No whole answer came; the message says why in a few words."""


class Unreadable(ConnectionFailed):
    """An answer came, and what it says cannot be known."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a connection goes."""

    host: str
    port: int
    secure: bool
    named: str
    """As the `Host` header has it."""

    @classmethod
    def of(cls, url: str) -> Place:
        """The place of an http or https URL. Raises ValueError."""
        parts = urlsplit(url)
        host, secure = parts.hostname, parts.scheme == "https"
        if not host:
            raise ValueError("the URL names no host")
        usual = 443 if secure else 80
        name = f"[{host}]" if ":" in host else host
        port = parts.port or usual
        return cls(host, port, secure, name if port == usual else f"{name}:{port}")


def sees_arrivals() -> bool:
    """Whether this system tells what has arrived before the event loop takes it (not Windows)."""
    return hasattr(select, "poll")


class HttpConnection(asyncio.Protocol):
    """One connection from its opening to its end. One exchange at a time."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._transport: asyncio.Transport | None = None
        self._http = h11.Connection(h11.CLIENT, max_incomplete_event_size=MAX_HEAD)
        self._head = HeadMender()
        self._arrival = select.poll() if sees_arrivals() else None
        self._answer: asyncio.Future[tuple[int, bytes]] | None = None
        self._whole = True
        self._status: int | None = None
        self.headers: Headers = ()
        """Those of the last answer, names in small letters."""
        self._body = bytearray()
        self.body_size = 0
        """Bytes of the last answer's body as it came, packed or not."""

    @classmethod
    async def open(cls, place: Place, tls: ssl.SSLContext) -> HttpConnection:
        """Connects, verified by `tls` where the place is a secure one. Raises NotReached."""
        connection = cls(place)
        # To an address there is one way only.
        named = ":" not in place.host and not place.host.replace(".", "").isdigit()
        try:
            await asyncio.get_running_loop().create_connection(
                lambda: connection,
                place.host,
                place.port,
                ssl=tls if place.secure else None,
                server_hostname=place.host if place.secure else None,
                happy_eyeballs_delay=_OTHER_ADDRESS_S if named else None,
            )
        except (OSError, UnicodeError) as error:
            raise NotReached(str(error)) from error
        return connection

    @property
    def usable(self) -> bool:
        """Whether it stands, as far as it is known."""
        return self._transport is not None and not self._transport.is_closing()

    @property
    def stirred(self) -> bool:
        """Whether something has arrived that the event loop has not looked at yet."""
        return self.usable and self._arrival is not None and bool(self._arrival.poll(0))

    async def exchange(
        self,
        method: str,
        target: str,
        headers: Iterable[tuple[str, str]],
        body: bytes = b"",
        *,
        whole: bool = True,
        on_written: Callable[[], None] = lambda: None,
    ) -> tuple[int, bytes]:
        """Sends a request; returns the status and the body of its answer, or if not `whole` the
        status alone, and closes. Raises ConnectionFailed. If it is cancelled, `close` must follow.

        `on_written` is called once the request has been written, and never for one that was not.
        """
        if self._transport is None or self._transport.is_closing():
            raise ConnectionFailed(HUNG_UP)
        self._status, self._whole = None, whole
        self._body.clear()
        self._head.begin()
        self._answer = asyncio.get_running_loop().create_future()
        try:
            self._transport.write(self._request(method, target, headers, body))
            on_written()
            return await self._answer
        finally:
            self._answer = None

    def close(self) -> None:
        """Closes it at once; an exchange that is under way fails."""
        if self._transport is not None:
            self._transport.abort()
            self._transport = None
        self._fail("the connection was closed")

    def _request(
        self, method: str, target: str, headers: Iterable[tuple[str, str]], body: bytes
    ) -> bytes:
        """All of a request in one piece, so that it leaves in one."""
        given = [("Host", self._place.named), *headers]
        if body or method == "POST":
            given.append(("Content-Length", str(len(body))))
        try:
            events = (
                h11.Request(method=method, target=target, headers=given),
                h11.Data(data=body),
                h11.EndOfMessage(),
            )
            return b"".join(self._http.send(event) or b"" for event in events)
        except (h11.LocalProtocolError, UnicodeError) as error:
            raise ConnectionFailed(str(error)) from None

    # --- called by the event loop -----------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        if self._arrival is not None:
            self._arrival.register(transport.get_extra_info("socket").fileno(), select.POLLIN)

    def data_received(self, data: bytes) -> None:
        if self._answer is None or self._answer.done():
            self.close()  # nobody asked: whatever it is, it is no answer to the next request
            return
        if data := self._head.feed(data):  # nothing would mean the end to the reader
            self._http.receive_data(data)
            self._read()

    def eof_received(self) -> None:
        if self._answer is None:
            self.close()  # at once: TLS would say goodbye first, and swallow a request meanwhile
        elif self._status is None:
            self._fail(HUNG_UP)
        else:
            self._http.receive_data(b"")
            self._read()

    def connection_lost(self, error: Exception | None) -> None:
        self._transport = None
        self._fail(said(error) if error else HUNG_UP)

    def _read(self) -> None:
        """Takes what is complete by now."""
        try:
            while self._answer is not None and not self._answer.done():
                match self._http.next_event():
                    case h11.Response(status_code=status, headers=headers):
                        self._status, self.headers = status, tuple(headers)
                        if not self._whole:
                            self._end(reusable=False)
                    case h11.Data(data=data):
                        self._body += data
                        if len(self._body) > MAX_BODY:
                            self._give_up(f"unreadable answer: it exceeds {MAX_BODY} bytes")
                    case h11.EndOfMessage():
                        self._end(reusable=self._http.their_state is h11.DONE)
                    case h11.InformationalResponse():
                        pass
                    case _:
                        return
        except h11.RemoteProtocolError as error:
            if "peer closed" in str(error):
                self._fail(said(error))
                self.close()
            else:
                self._give_up(unreadable(error))

    def _end(self, *, reusable: bool) -> None:
        assert self._answer is not None
        assert self._status is not None
        try:
            self.body_size = len(self._body)
            body = unpacked(bytes(self._body), self.headers, MAX_BODY)
        except CannotUnpack as error:
            self._give_up(f"unreadable answer: {error}")
            return
        self._answer.set_result((self._status, body))
        if reusable and not self._http.trailing_data[0]:
            self._http.start_next_cycle()
        else:
            self.close()

    def _give_up(self, reason: str) -> None:
        """After an answer that cannot be read, nothing on this connection can be relied upon."""
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(Unreadable(reason))
        self.close()

    def _fail(self, reason: str) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(ConnectionFailed(reason))
