"""Messages: made up for a flood, or noted as they cross the wire of a desk in this process."""

from __future__ import annotations

import asyncio
import json
import math
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from tests.bench.figures import Failed
from tui.service.desk import live as live_desk
from tui.service.desk.live import LiveDesk
from tui.service.network.frame_recorder import Recorder

TEXT = json.dumps({"op": "notify", "data": [{"id": 10**18, "price": "60123.5"}] * 6})
MOST_AT_ONCE = 50
"""Recorded in one go, as a socket brings them."""
READY_S = 90.0


def wait_ready(desk: LiveDesk) -> None:
    """Returns when every account is ready. Raises Failed."""
    until_s = time.monotonic() + READY_S
    while not desk.view.accounts or desk.view.ready < len(desk.view.accounts):
        if time.monotonic() > until_s:
            raise Failed(f"{desk.view.ready} of {len(desk.view.accounts)} accounts became ready")
        time.sleep(0.02)


def flood(desk: LiveDesk, rate: int, seconds: float) -> float:
    """Records so many messages a second in the service's loop, as a socket's are; blocks.

    Returns how many it were a second. A loop that is too busy for the rate falls behind it.
    """

    async def record() -> float:
        begun_s, done = time.monotonic(), 0
        while (passed_s := time.monotonic() - begun_s) < seconds:
            for _ in range(min(MOST_AT_ONCE, int(passed_s * rate) - done)):
                desk._recorder.record("okx-desk", "ws", "in", TEXT, size=len(TEXT))
                done += 1
            await asyncio.sleep(0.002)
        return done / passed_s

    with suppress(RuntimeError):  # the desk has stopped
        return asyncio.run_coroutine_threadsafe(record(), desk._loop).result()
    return math.nan


@dataclass(frozen=True)
class Message:
    """What crossed the wire, and when, finer than its frame tells it."""

    at_s: float
    seq: int
    direction: str
    request: int | None
    cancels: bool
    account: str


class Wire:
    """All messages of one desk since the last `clear`.

    Who waits is woken when the last answer is there, and not before: it would take its turn of the
    interpreter from what is measured.
    """

    def __init__(self) -> None:
        self.messages: list[Message] = []
        self.cancels: dict[int, Message] = {}
        self.acks: list[Message] = []
        """The replies to cancels."""
        self._wanted = 0
        self._acked = threading.Event()

    def clear(self, wanted: int = 0) -> None:
        """Begins anew; so many answers will be waited for."""
        self.messages, self.cancels, self.acks = [], {}, []
        self._wanted = wanted
        self._acked.clear()

    def add(self, message: Message) -> None:
        self.messages.append(message)
        if message.cancels:
            self.cancels[message.seq] = message
        elif message.direction == "in" and message.request in self.cancels:
            self.acks.append(message)
            if len(self.acks) == self._wanted:
                self._acked.set()

    def wait_acked(self, within_s: float) -> None:
        """Returns when as many cancels have been answered as are wanted. Raises Failed."""
        if not self._acked.wait(within_s):
            answered = f"{len(self.acks)} of {len(self.cancels)} cancels were answered"
            raise Failed(f"{answered} within {within_s:g} s, {self._wanted} were expected")


@contextmanager
def wired() -> Iterator[Wire]:
    """Notes every message of the one desk that is made meanwhile, before it is recorded as ever."""
    wire = Wire()

    class Noting(Recorder):
        def record(  # type: ignore[override]
            self, account: str, transport: str, direction: str, text: str, **more: Any
        ) -> int:
            at_s = time.perf_counter()
            seq = super().record(account, transport, direction, text, **more)  # type: ignore[arg-type]
            cancels = direction == "out" and "cancel" in text
            wire.add(Message(at_s, seq, direction, more.get("request"), cancels, account))
            return seq

    before = live_desk.Recorder
    live_desk.Recorder = Noting  # type: ignore[misc]
    try:
        yield wire
    finally:
        live_desk.Recorder = before  # type: ignore[misc]
