"""How much longer a panic takes than the slowest account alone would.

    .venv/bin/python tests/bench/panic.py [--accounts 4 50] [--rounds 20] [--sorts htx-unified ...]

The simulator runs in a process of its own and holds every reply back for 20 to 60 ms, a fixed time
for each account, the slowest at 60 ms. Measured on the wire as the desk records it: from the first
cancel that leaves to the last reply to a cancel, over every account; and for each account alone,
from its first cancel to its last reply. A round is a panic and then the slowest account of each
sort alone, each with full books and fresh rate limits; its ratio is the panic over the slowest of
these. Both see the same machine, so a busy one disturbs the ratio less than the times.

An account is of one of four sorts, and a press on it sends 7 cancels and 2 reads (htx-legacy), 1
(htx-unified), 2 (okx-desk) or 5 (bitget-uta). 50 of all sorts send 188 cancels, more than the
simulator, one Python process, can take in 60 ms. `--sorts htx-unified` sends one an account.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx

from tui.core.accounts import Account
from tui.core.secrets import Credentials
from tui.service import live_desk
from tui.service.demo import read_greeting
from tui.service.live_desk import LiveDesk
from tui.service.recorder import Recorder

ORDERS = 12
FASTEST_MS, SLOWEST_MS = 20, 60
QUIET_S = 0.25
"""Without a frame for so long, a desk has nothing under way."""
EVER = 1_000_000
SORTS = ("htx-legacy", "htx-unified", "okx-desk", "bitget-uta")


@dataclass(frozen=True)
class Message:
    """What crossed the wire, and when, finer than its frame tells it."""

    at_s: float
    seq: int
    direction: str
    request: int | None
    cancels: bool


class Wire(Recorder):
    """Notes the moment of every message before it is recorded as ever."""

    messages: list[Message] = []  # noqa: RUF012  one desk at a time

    def record(  # type: ignore[override]
        self, account: str, transport: str, direction: str, text: str, **more: Any
    ) -> int:
        at_s = time.perf_counter()
        seq = super().record(account, transport, direction, text, **more)  # type: ignore[arg-type]
        cancels = direction == "out" and "cancel" in text
        Wire.messages.append(Message(at_s, seq, direction, more.get("request"), cancels))
        return seq


@dataclass
class Venue:
    """The simulator, and the desk in front of it."""

    http: httpx.Client
    desk: LiveDesk
    names: list[str]

    def fresh_round(self) -> None:
        """Full books, fresh limits, and every reply held back as long as its account wants."""
        self.http.post("/sim/reset")
        for number, name in enumerate(self.names):
            share = number / max(1, len(self.names) - 1)
            delay_ms = round(FASTEST_MS + share * (SLOWEST_MS - FASTEST_MS))
            fault = {"account": name, "kind": "delay", "count": EVER, "delay_ms": delay_ms}
            self.http.post("/sim/faults", json=fault)
        for name in self.names:
            self.desk.refresh(name)
        time.sleep(QUIET_S)
        self.quiet()
        Wire.messages.clear()

    def quiet(self) -> None:
        """Returns when no run is under way and no frame has come for a while."""
        while any(account.runs for account in self.desk.view.accounts) or (
            Wire.messages and time.perf_counter() - Wire.messages[-1].at_s < QUIET_S
        ):
            time.sleep(0.01)

    def to_the_end(self) -> None:
        while not any(message.cancels for message in tuple(Wire.messages)):
            time.sleep(0.01)
        self.quiet()

    def panic_ms(self) -> float:
        self.fresh_round()
        self.desk.panic()
        self.to_the_end()
        return _took_ms()

    def alone_ms(self, name: str) -> float:
        self.fresh_round()
        self.desk.cancel(name)
        self.to_the_end()
        return _took_ms()


def _took_ms() -> float:
    """From the first cancel of the round to the last reply to one."""
    sent = {message.seq: message.at_s for message in Wire.messages if message.cancels}
    acks = [m.at_s for m in Wire.messages if m.direction == "in" and m.request in sent]
    if len(acks) != len(sent):
        raise SystemExit(f"{len(sent)} cancels were sent and {len(acks)} answered")
    return (max(acks) - min(sent.values())) * 1000


@contextmanager
def venue_with(accounts: int, sorts: tuple[str, ...] = SORTS) -> Iterator[Venue]:
    copies = -(-accounts // len(sorts))
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "tui.simulator", "--exit-with-stdin"),
            *("--orders", str(ORDERS), "--copies", str(copies)),
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    demo = read_greeting(process.stdout.readline())
    wanted: list[Account] = [a for a in demo.accounts if a.name.startswith(sorts)]
    chosen = wanted[:accounts]
    secrets: dict[str, Credentials] = {a.name: demo.secrets[a.name] for a in chosen}
    live_desk.Recorder = Wire  # type: ignore[misc]
    desk = LiveDesk(chosen, lambda: secrets, screen_grace_s=3600)
    desk.start()
    http = httpx.Client(base_url=demo.url, trust_env=False)
    try:
        venue = Venue(http, desk, [account.name for account in chosen])
        while not all(account.health == "ready" for account in desk.view.accounts):
            time.sleep(0.05)
        yield venue
    finally:
        desk.stop()
        http.close()
        process.stdin.close()
        process.wait(10)


def measure(accounts: int, sorts: tuple[str, ...], rounds: int) -> dict[str, object]:
    with venue_with(accounts, sorts) as venue:
        venue.panic_ms()
        cancels = sum(message.cancels for message in Wire.messages)
        # All sorts of account are among the last ones, and these are the slowest of each.
        slowest = venue.names[-len(sorts) :]
        measured = [
            (venue.panic_ms(), max(venue.alone_ms(name) for name in slowest)) for _ in range(rounds)
        ]
    figures = {
        "panic_ms": [panic for panic, _ in measured],
        "slowest_alone_ms": [alone for _, alone in measured],
        "ratio": [panic / alone for panic, alone in measured],
    }
    return {
        "accounts": accounts,
        "sorts": sorts,
        "cancels": cancels,
        "rounds": rounds,
        **{name: _spread(values) for name, values in figures.items()},
    }


def _spread(values: list[float]) -> dict[str, float]:
    ordered = sorted(values)
    p95 = ordered[round(0.95 * (len(ordered) - 1))]
    return {
        "best": round(ordered[0], 2),
        "median": round(statistics.median(ordered), 2),
        "p95": round(p95, 2),
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Panic against the slowest account alone.")
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--accounts", type=int, nargs="*", default=[4, 50])
    parser.add_argument("--sorts", nargs="*", choices=SORTS, default=SORTS)
    chosen = parser.parse_args()
    for number in chosen.accounts:
        print(json.dumps(measure(number, tuple(chosen.sorts), chosen.rounds)), flush=True)
