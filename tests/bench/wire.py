"""From a press to its acknowledgement over a WebSocket that is open and logged in.

killdesk's service, a bare script of the `websockets` library and a blocking socket, each in a
process of its own with an OKX account of its own, cancel all spreads in turns; the simulator is
another process. A press of killdesk counts from the call that a key makes, in another thread than
the service's, until the reply has been read; the others from before their message is made. After
each press killdesk goes on to read the book, which is not counted, and is waited for.
"""

from __future__ import annotations

import base64
import json
import os
import socket
import struct
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from urllib.parse import urlsplit

from websockets.asyncio.client import ClientConnection, connect

from tests.bench.contender import Contender, Running, in_turns
from tests.bench.figures import Effort, Failed, Line, Spread
from tests.bench.live import live
from tests.bench.signing import Keys, okx_login
from tests.bench.simulator import simulator

PATH = "/ws/v5/business"
EACH_S = 0.6
"""The venue takes five in two seconds, and the turns are in no fixed order."""
NAMES = ("killdesk", "a bare websockets script", "a blocking socket")


def lines(effort: Effort) -> Iterator[Line]:
    rounds = effort.of(80, 12, 2)
    accounts = [f"okx-{number}" for number in range(len(NAMES))]
    with simulator(*(f"--account={name}=okx" for name in accounts)) as venue, ExitStack() as all_of:
        made = (KilldeskPress, WebsocketsPress, SocketPress)
        contenders = [
            all_of.enter_context(Contender(name, one, venue.greeting, account))
            for name, one, account in zip(NAMES, made, accounts, strict=True)
        ]
        acked: dict[str, list[float]] = {name: [] for name in NAMES}
        sent: list[float] = []
        for number in range(rounds + 1):
            next_s = time.monotonic() + EACH_S
            for account in accounts:
                venue.post("orders", account=account, kind="spread")
            for one in in_turns(contenders):
                sent_ms, acked_ms = one.go()
                if number:  # the first is for warming up
                    acked[one.name].append(acked_ms)
                    if one.name == "killdesk":
                        sent.append(sent_ms)
            time.sleep(max(0.0, next_s - time.monotonic()))
    yield Line("press to wire, WebSocket, without a screen", "ms", Spread.of(sent))
    for name in NAMES[1:]:
        yield Line(
            "press to acknowledgement, WebSocket",
            "ms",
            Spread.of(acked["killdesk"]),
            name,
            Spread.of(acked[name]),
            note="killdesk hands the press to the service's thread and begins a run that is shown, "
            "recorded and verified; the scripts send from where they are",
        )


# --- the contenders, each in its own process ------------------------------------------------------


@contextmanager
def KilldeskPress(greeting: str, account: str) -> Iterator[Any]:  # noqa: N802  made as the others
    class Press:
        def go(self, _: str) -> tuple[float, float]:
            return desk.cancel(account, "spreads", 1)

    with live(greeting, [account]) as desk:
        yield Press()


class _Script:
    """What both scripts know."""

    def __init__(self, greeting: str, account: str) -> None:
        told = json.loads(greeting)
        self.url: str = told["url"]
        self.keys: Keys = next(one for one in told["accounts"] if one["name"] == account)
        self.number = 0

    def cancel(self) -> tuple[str, str]:
        """Id and text of a message that cancels all."""
        self.number += 1
        message = {"id": str(self.number), "op": "sprd-mass-cancel", "args": [{}]}
        return message["id"], json.dumps(message)  # type: ignore[return-value]

    def answers(self, text: str | bytes, request: str) -> bool:
        """Whether it is the answer; raises Failed if that is a no."""
        told = json.loads(text)
        if told.get("event") == "error" or told.get("code", "0") != "0":
            raise Failed(str(told))
        return bool(told.get("id") == request)


class WebsocketsPress(_Script):
    """The `websockets` library, and nothing else."""

    connection: ClientConnection

    def __enter__(self) -> WebsocketsPress:
        self._runner = Running()
        self._runner.run(self._open())
        return self

    def __exit__(self, *_: object) -> None:
        self._runner.run(self.connection.close())
        self._runner.close()

    def go(self, _: str) -> tuple[float, float]:
        return self._runner.run(self._press())

    async def _open(self) -> None:
        url = self.url.replace("http", "ws", 1) + PATH
        self.connection = await connect(url, proxy=None, compression=None, ping_interval=None)
        await self.connection.send(json.dumps(okx_login(self.keys)))
        await self.connection.recv()

    async def _press(self) -> tuple[float, float]:
        begun_s = time.perf_counter()
        request, text = self.cancel()
        await self.connection.send(text)
        sent_s = time.perf_counter()
        while not self.answers(await self.connection.recv(), request):
            pass
        return (sent_s - begun_s) * 1000, (time.perf_counter() - begun_s) * 1000


class SocketPress(_Script):
    """A socket that blocks, and as much of the WebSocket protocol as that needs."""

    def __enter__(self) -> SocketPress:
        parts = urlsplit(self.url)
        self._socket = socket.create_connection((parts.hostname, parts.port), timeout=10)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        key = base64.b64encode(os.urandom(16)).decode()
        self._socket.sendall(
            f"GET {PATH} HTTP/1.1\r\nHost: {parts.netloc}\r\nUpgrade: websocket\r\n"
            f"Connection: Upgrade\r\nSec-WebSocket-Key: {key}\r\n"
            "Sec-WebSocket-Version: 13\r\n\r\n".encode()
        )
        self._in = self._socket.makefile("rb")
        while self._in.readline() != b"\r\n":
            pass
        self._send(json.dumps(okx_login(self.keys)))
        self._receive()
        return self

    def __exit__(self, *_: object) -> None:
        self._in.close()
        self._socket.close()

    def go(self, _: str) -> tuple[float, float]:
        begun_s = time.perf_counter()
        request, text = self.cancel()
        self._send(text)
        sent_s = time.perf_counter()
        while not self.answers(self._receive(), request):
            pass
        return (sent_s - begun_s) * 1000, (time.perf_counter() - begun_s) * 1000

    def _send(self, text: str) -> None:
        data, mask = text.encode(), os.urandom(4)
        size = bytes([0x80 | len(data)]) if len(data) < 126 else struct.pack("!BH", 0xFE, len(data))
        masked = bytes(byte ^ mask[at % 4] for at, byte in enumerate(data))
        self._socket.sendall(b"\x81" + size + mask + masked)

    def _receive(self) -> bytes:
        size = self._in.read(2)[1]
        if size == 126:
            (size,) = struct.unpack("!H", self._in.read(2))
        return self._in.read(size)
