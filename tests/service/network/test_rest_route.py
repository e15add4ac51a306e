"""The connections of one account: which one a call takes, and what becomes of those that ended."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import closing

import pytest

from tui.core.accounts import Account
from tui.core.clocks import read_clock
from tui.core.frames import FrameFeed
from tui.core.secrets import Credentials, Secret
from tui.service.account.context import AccountContext
from tui.service.account.venue_clock import VenueClock
from tui.service.network.frame_recorder import Recorder
from tui.service.network.rest_route import RestRoute
from tui.venues import adapter_for
from tui.venues.base.messages import RestCall, RestReply

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
WAIT_S = 60.0


class HangsUp:
    """Answers one request on each connection, and hangs up when it is told to."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self.asked: list[bytes] = []
        self._hang_up, self._hung_up = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def hang_up(self) -> None:
        """Returns when it has: the event loop of the caller has had no turn meanwhile."""
        self._hang_up.set()
        assert self._hung_up.wait(WAIT_S)

    def close(self) -> None:
        self._hang_up.set()
        self._thread.join(WAIT_S)
        self._listener.close()

    def _serve(self) -> None:
        for _ in range(2):
            accepted, _ = self._listener.accept()
            with closing(accepted):
                self.asked.append(accepted.recv(65536))
                accepted.sendall(OK)
                self._hang_up.wait(WAIT_S)
                accepted.shutdown(socket.SHUT_WR)
                self._hung_up.set()
                if rest := accepted.recv(65536):
                    self.asked.append(rest)


@pytest.fixture
def server() -> Iterator[HangsUp]:
    server = HangsUp()
    yield server
    server.close()


async def test_a_press_is_not_sent_on_a_connection_that_the_venue_has_closed(
    server: HangsUp,
) -> None:
    """The end of it has arrived and the event loop has not looked: the press takes a new one."""
    feed = FrameFeed()
    access = AccountContext(
        "a",
        adapter_for(Account("a", "okx", server.url, None)),
        Credentials(Secret("key"), Secret("secret"), Secret("phrase")),
        Recorder(feed, read_clock, lambda _: None),
        read_clock,
        VenueClock(read_clock, lambda _: None),
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT),
        lambda: None,
    )
    route = RestRoute(access, server.url)
    try:
        assert isinstance(
            await route.call(RestCall("GET", "/api/v5/public/time"), WAIT_S), RestReply
        )
        server.hang_up()
        press = RestCall("POST", "/api/v5/rfq/cancel-all-quotes", body="{}")
        assert isinstance(await route.call(press, WAIT_S, urgent=True), RestReply)
    finally:
        route.close()
    assert [asked.partition(b" ")[0] for asked in server.asked] == [b"GET", b"POST"]
    directions = [frame.direction for frame in feed.drain()]
    assert directions == ["out", "in", "out", "in"], "the press has left once"
