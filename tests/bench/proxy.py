"""Stands between a program and the simulator, and notes when what matters arrives."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from urllib.parse import urlsplit


class Proxy:
    """Passes bytes on, and notes in `arrivals` (monotonic seconds) those that `matters` says.

    `matters` is given what one read brought from the program: a request that leaves in one piece
    begins it.
    """

    def __init__(self, url: str, matters: Callable[[bytes], bool]) -> None:
        parts = urlsplit(url)
        self._to = (parts.hostname, parts.port)
        self._matters = matters
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.place = f"127.0.0.1:{self._listener.getsockname()[1]}"
        self.arrivals: list[float] = []
        self._passed_s = time.monotonic()
        self.arrived = threading.Condition()
        threading.Thread(target=self._accept, daemon=True).start()

    def wait(self, within_s: float) -> bool:
        """Whether something has arrived, at the latest after so long."""
        with self.arrived:
            return self.arrived.wait_for(lambda: bool(self.arrivals), within_s)

    def quiet(self, for_s: float) -> None:
        """Returns when nothing has passed for so long, in either direction."""
        while (left_s := self._passed_s + for_s - time.monotonic()) > 0:
            time.sleep(left_s)

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
                if noting and self._matters(data):
                    with self.arrived:
                        self.arrivals.append(time.monotonic())
                        self.arrived.notify_all()
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)
