"""One WebSocket from its opening to its end: it goes where it was told, and it does end."""

from __future__ import annotations

import asyncio
import logging
import ssl
import time
from collections import deque
from collections.abc import Sequence

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from tui.core.sanitize import sanitize
from tui.service.network.response_head import retry_after_s
from tui.venues.base.errors import VenueError
from tui.venues.base.messages import RestReply
from tui.venues.common.parsing import NotReadable, gateway_error

MAX_MESSAGE = 4 * 1024 * 1024
MOST_UNREAD = 1024 * 1024
"""Bytes that may wait here for a venue that reads nothing; no request is near as long."""
CLOSE_S = 1.0
READS_NOTHING = "the venue reads nothing of what it is sent"
_SILENT = logging.getLogger("tui.silent")
"""The library's debug log would hold the login; ours is the frame log, which is redacted."""
_SILENT.disabled = True


class _Unread(Exception):
    """More waits to be read by the venue than is worth keeping."""


class _Connection(ClientConnection):
    """Ends when too much waits for the venue: the library answers every ping of the protocol."""

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.transport.get_write_buffer_size() > MOST_UNREAD:
            self.set_connection_exc(_Unread())
            self.transport.abort()


class _Direct(connect):
    """Connects to the place that was named and to no other: a login follows no redirect."""

    def process_redirect(self, exc: Exception) -> Exception | str:
        return exc


def refusal(error: InvalidStatus, now_s: float) -> VenueError:
    """What it means that a handshake was answered like any other request; `now_s` is the wall
    clock, epoch seconds."""
    answer = error.response
    names = ("Retry-After", "Date")
    headers = [(n.lower().encode(), v.encode()) for n in names for v in answer.headers.get_all(n)]
    reply = RestReply(answer.status_code, bytes(answer.body or b""), retry_after_s(headers, now_s))
    return gateway_error(reply, NotReadable("no WebSocket begins there"))


async def open_socket(
    url: str, tls: ssl.SSLContext | None, headers: Sequence[tuple[str, str]], open_s: float
) -> ClientConnection:
    """A connection to a ws or wss URL, verified by `tls`. Raises what the library does."""
    return await _Direct(
        url,
        ssl=tls,
        proxy=None,
        compression=None,
        additional_headers=list(headers),
        open_timeout=open_s,
        close_timeout=CLOSE_S,
        ping_interval=None,
        max_size=MAX_MESSAGE,
        write_limit=0,  # a send returns once nothing of it waits in this process any more
        create_connection=_Connection,
        logger=_SILENT,
    )


async def end(connection: ClientConnection) -> None:
    """Takes leave, and ends the connection in any case."""
    try:
        # The library's own limit begins when the farewell has left, which it may never do.
        async with asyncio.timeout(CLOSE_S):
            await connection.close()
    except TimeoutError:
        pass
    finally:
        connection.transport.abort()


def closing(closed: ConnectionClosed) -> str:
    """Why a connection is over, in a few words."""
    frame = closed.rcvd
    if frame is not None:
        reason = sanitize(frame.reason, 120)
        return f"the venue closed the connection: {int(frame.code)} {reason}".rstrip()
    return READS_NOTHING if isinstance(closed.__cause__, _Unread) else "the connection broke"


WINDOW_S = 1.25
"""What we take for a second: on its way to the venue an attempt may gain on the one before."""


class ConnectRateLimit:
    """Grants turns to connect. No cancel waits here: one without a socket goes over REST."""

    def __init__(self) -> None:
        self._granted: dict[str, deque[float]] = {}
        """By place the last turns, as many as a second has."""

    async def turn(self, place: str, a_second: int) -> None:
        """Returns when `place` has seen fewer than `a_second` connections of ours in a second."""
        granted = self._granted.setdefault(place, deque(maxlen=a_second))
        while len(granted) == a_second:
            wait_s = granted[0] + WINDOW_S - time.monotonic()
            if wait_s <= 0:
                break
            await asyncio.sleep(wait_s)
        granted.append(time.monotonic())
