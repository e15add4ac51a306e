"""Stands between a program and the simulator, and notes when what matters arrives."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from urllib.parse import urlsplit

from tui.core.accounts import Account


class Proxy:
    """Passes bytes on, and notes in `arrivals` (monotonic seconds) those that `matters` says.

    `matters` is given what one read brought from the program: a request that leaves in one piece
    begins it. While `holding` is set no GET is passed on: it is held, without an answer, until the
    program gives it up.
    """

    def __init__(self, url: str, matters: Callable[[bytes], bool]) -> None:
        parts = urlsplit(url)
        self._to = (parts.hostname, parts.port)
        self._matters = matters
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.place = f"127.0.0.1:{self._listener.getsockname()[1]}"
        self.arrivals: list[float] = []
        self.holding = threading.Event()
        self._held: set[socket.socket] = set()
        self._passed_s = time.monotonic()
        self.arrived = threading.Condition()
        threading.Thread(target=self._accept, daemon=True).start()

    def wait(self, within_s: float) -> bool:
        """Whether something has arrived, at the latest after so long."""
        with self.arrived:
            return self.arrived.wait_for(lambda: bool(self.arrivals), within_s)

    def first_since(self, moment_s: float, within_s: float) -> float | None:
        """When something arrived first after that moment; None if nothing does in so long."""

        def arrived() -> float:
            return next((one for one in self.arrivals if one >= moment_s), 0.0)

        with self.arrived:
            return self.arrived.wait_for(arrived, within_s) or None

    def quiet(self, for_s: float) -> None:
        """Returns when nothing has passed for so long, in either direction."""
        while (left_s := self._passed_s + for_s - time.monotonic()) > 0:
            time.sleep(left_s)

    @property
    def held(self) -> int:
        """How many requests are held now."""
        return len(self._held)

    def _accept(self) -> None:
        while True:
            client, _ = self._listener.accept()
            server = socket.create_connection(self._to)
            for end in (client, server):
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for pair in ((client, server, True), (server, client, False)):
                threading.Thread(target=self._pass_on, args=pair, daemon=True).start()

    def _pass_on(self, source: socket.socket, sink: socket.socket, noting: bool) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                self._passed_s = time.monotonic()
                if noting and self.holding.is_set() and data.startswith(b"GET "):
                    self._held.add(source)
                    continue
                if noting and self._matters(data):
                    with self.arrived:
                        self.arrivals.append(time.monotonic())
                        self.arrived.notify_all()
                sink.sendall(data)
        self._held.discard(source)
        with suppress(OSError):
            sink.shutdown(socket.SHUT_WR)


def led_through(accounts: Sequence[Account], places: Mapping[str, str]) -> list[Account]:
    """The accounts, those named in `places` with that host and port in their addresses."""

    def led(url: str, place: str) -> str:
        return urlsplit(url)._replace(netloc=place).geturl()

    return [
        replace(
            one,
            rest_url=led(one.rest_url, places[one.name]),
            ws_url=one.ws_url and led(one.ws_url, places[one.name]),
        )
        if one.name in places
        else one
        for one in accounts
    ]


def cancels(data: bytes) -> bool:
    """Whether what a program wrote holds a cancel: a request's first line, or a socket's frames."""
    if data.startswith((b"GET ", b"POST ", b"DELETE ")):
        return b"cancel" in data.partition(b"\r\n")[0]
    return any(b"cancel" in text for text in _unmasked(data))


def _unmasked(data: bytes) -> Iterator[bytes]:
    """The payloads of the whole frames of a WebSocket's client that it begins with."""
    while len(data) >= 6:
        size, at = data[1] & 0x7F, 2
        if size > 125:
            at += 2 if size == 126 else 8
            size = int.from_bytes(data[2:at])
        mask, payload = data[at : at + 4], data[at + 4 : at + 4 + size]
        yield bytes(byte ^ mask[n % 4] for n, byte in enumerate(payload))
        data = data[at + 4 + size :]
