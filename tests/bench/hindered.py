"""A press while something is in the way, beside the same press on a quiet desk.

The real dashboard with its four accounts in a pseudo-terminal of 120 x 40, the simulator in another
process, a proxy on loopback before each account. Keys are typed 155 ms apart, as a hand does, and a
press counts from before its second key is written to the terminal until the first bytes of its
cancels have arrived at the proxies: at all four for a panic, at Bitget's for `c`. A press of which
nothing arrives counts as the whole time that was waited for it, and the note says how many those
are. Quiet and hindered presses come from the same program, in turns where that can be; before each
the books are full, have just been read, and the rate limits are fresh.

    stalled   panics while nobody reads the terminal, which holds all that it can
    again     a panic 0.5 s after one, while lists are a second late and algorithms quote on
    hanging   `c` on Bitget while no read gets an answer, those of four cancels of single orders

A target is missed where the median is more than 1.5 times the quiet one's.
"""

from __future__ import annotations

import json
import os
import random
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.bench.figures import Effort, Failed, Line, Spread
from tests.bench.proxy import Proxy, cancels, led_through
from tests.bench.screen import show
from tests.bench.simulator import Simulator, simulator
from tests.bench.terminal import Terminal
from tui.core.actions import Scope
from tui.service.demo import read_greeting
from tui.service.desk.live import LiveDesk

MOST = 1.5
"""The target: how often the quiet figure."""
ACCOUNTS = ("htx-legacy", "htx-unified", "okx-desk", "bitget-uta")
BITGET, BITGET_PANEL = "bitget-uta", "4"
KINDS = ("isolated", "unified", "spread", "USDT-FUTURES")
"""What is quoted on each account."""
LISTS = {
    "htx-legacy": (
        "/linear-swap-api/v1/swap_openorders",
        "/linear-swap-api/v1/swap_cross_openorders",
    ),
    "htx-unified": ("/v5/trade/order/opens",),
    "okx-desk": ("/api/v5/sprd/orders-pending", "/api/v5/rfq/quotes"),
    "bitget-uta": ("/api/v3/trade/unfilled-orders",),
}
TAP_S = 0.155
"""Seven taps a second are the most that a hand does; faster ones may be a key that is held."""
QUIET_S = 0.25
GAP_S = (0.2, 0.5)
"""Before a press: no two presses in step."""
SETTLE_S = 2.0
APART_S = 0.5
"""From the second key of a panic to the second key of the next."""
LATE_MS = 1_000
LOST_S = 10.0
SLOTS = 16
"""As many calls of one account are on the wire at once."""
SINGLES = 4
FULL_S = 1.0
"""A terminal that takes nothing for so long, while the screen changes, is full."""


def lines(effort: Effort) -> Iterator[Line]:
    stall_s = effort.of(30, 30, 4)
    with simulator() as venue:
        with rig("stalled", venue) as on:
            found = stalled(on, effort.of(20, 10, 2), effort.of(2, 1), stall_s)
        yield found.line(f"panic to wire, terminal stalled for {stall_s} s", "the same, read")
        with rig("again", venue) as on:
            found = again(on, effort.of(20, 10, 2))
        yield found.line("second panic to wire, 0.5 s after the first", "the first")
        with rig("hanging", venue) as on:
            found = hanging(on, effort.of(10, 4))
        what = f"press to wire, REST, while {SLOTS} reads hang"
        yield found.line(what, "the same while none does")


@dataclass
class Found:
    """Milliseconds of each press."""

    quiet: list[float] = field(default_factory=list)
    hindered: list[float] = field(default_factory=list)
    note: str = ""

    def line(self, what: str, beside: str) -> Line:
        ours, theirs = Spread.of(self.hindered), Spread.of(self.quiet)
        lost = sum(each_ms >= LOST_S * 1000 for each_ms in self.hindered)
        said = f"{lost} of {ours.n} had not arrived after {LOST_S:g} s or more" if lost else ""
        return Line(
            what,
            "ms",
            ours,
            beside,
            theirs,
            target=f"ratio <= {MOST:.2f}",
            met=ours.median <= MOST * theirs.median,
            note="; ".join(filter(None, (said, self.note))),
        )


# --- in the pseudo-terminal -----------------------------------------------------------------------


def drive(scene: str) -> int:
    """The dashboard as the program starts it, its accounts led through the proxies."""
    demo = read_greeting(os.environ["BENCH_GREETING"])
    accounts = led_through(demo.accounts, json.loads(os.environ["BENCH_PLACES"]))
    desk = LiveDesk(accounts, lambda one: demo.secrets[one.name])
    if scene == "hanging":
        threading.Thread(target=cancel_singles, args=(desk,), daemon=True).start()
    return show(desk, accounts)


def cancel_singles(desk: LiveDesk) -> None:
    """Whenever a line comes, cancels single orders of Bitget; each run reads the lists itself."""
    with Path(os.environ["BENCH_ASKED"]).open() as asked:
        for _ in asked:
            account = next(one for one in desk.view.accounts if one.name == BITGET)
            action = account.actions[0]
            orders = account.book.orders if account.book else ()
            for order in [one for one in orders if one.kind in action.kinds][:SINGLES]:
                desk.cancel(BITGET, action.id, Scope(orders=(order,)))


# --- outside --------------------------------------------------------------------------------------


@dataclass
class Rig:
    """The program in its terminal, and what stands around it."""

    venue: Simulator
    proxies: dict[str, Proxy]
    terminal: Terminal
    asked: Path

    def fresh(self) -> None:
        """Full books that have just been read, fresh limits, and nothing under way."""
        self.venue.post("reset")
        for number in range(1, len(ACCOUNTS) + 1):
            self.key(str(number))
            self.key("r")
        self.quiet()
        time.sleep(random.uniform(*GAP_S))  # noqa: S311  gaps, no secret

    def quiet(self) -> None:
        for proxy in self.proxies.values():
            proxy.quiet(QUIET_S)

    def key(self, key: str) -> float:
        """Types it and waits as long as a hand does before the next; when it was typed."""
        typed_s = self.terminal.press(key)
        time.sleep(TAP_S)
        return typed_s

    def press(self, key: str, first_s: float = 0.0) -> float:
        """Types it twice, at first when it is time; returns when the second was typed."""
        for proxy in self.proxies.values():
            proxy.arrivals.clear()
        time.sleep(max(0.0, first_s - time.monotonic()))
        self.key(key)
        return self.terminal.press(key)

    def took_ms(self, typed_s: float, *names: str, until_s: float = 0.0) -> float:
        """From then to the first cancel of each of these accounts, or until it is given up."""
        until_s = max(until_s, typed_s + LOST_S)
        arrived_s = [
            proxy.first_since(typed_s, max(0.0, until_s - time.monotonic())) or until_s
            for proxy in map(self.proxies.__getitem__, names)
        ]
        self.terminal.check()
        return (max(arrived_s) - typed_s) * 1000

    def panic(self) -> float:
        """Milliseconds of one on a desk that is fresh; the summary is closed again."""
        self.fresh()
        took_ms = self.took_ms(self.press("X"), *ACCOUNTS)
        self.quiet()
        self.key("\x1b")
        return took_ms


@contextmanager
def rig(scene: str, venue: Simulator) -> Iterator[Rig]:
    proxies = {name: Proxy(venue.url, cancels) for name in ACCOUNTS}
    command = [sys.executable, "-m", "tests.bench.hindered", scene]
    with tempfile.TemporaryDirectory() as home, ExitStack() as ending:
        asked = Path(home, "asked")
        os.mkfifo(asked)
        more = {
            "BENCH_GREETING": venue.greeting,
            "BENCH_PLACES": json.dumps({name: one.place for name, one in proxies.items()}),
            "BENCH_ASKED": str(asked),
        }
        terminal = ending.enter_context(Terminal(command, Path(home), **more))
        terminal.wait_for("4 of 4 ready")
        time.sleep(SETTLE_S)
        on = Rig(venue, proxies, terminal, asked)
        on.panic()  # the first is for warming up
        yield on


def stalled(on: Rig, quiet: int, stalls: int, stall_s: float) -> Found:
    found = Found([on.panic() for _ in range(quiet)])
    for _ in range(stalls):
        on.terminal.reading.clear()
        over_s = time.monotonic() + stall_s
        resumed = threading.Timer(stall_s, on.terminal.reading.set)
        resumed.start()
        _fill(on)
        presses = 0
        while time.monotonic() < over_s - 1 or not presses:
            presses += 1
            on.fresh()
            took_ms = on.took_ms(on.press("X"), *ACCOUNTS, until_s=over_s + LOST_S)
            found.hindered.append(took_ms)
            on.quiet()
            on.key("\x1b")
        resumed.join()
        on.terminal.wait_for("4 of 4 ready")
    return found


def _fill(on: Rig) -> None:
    """Changes the screen until the terminal takes no more of it. Raises Failed."""
    before, since_s = -1, time.monotonic()
    while time.monotonic() < since_s + FULL_S:
        for number in range(1, len(ACCOUNTS) + 1):
            on.key(str(number))
        if (now := on.terminal.unread) != before:
            before, since_s = now, time.monotonic()
    if not before:
        raise Failed("the program wrote nothing to its terminal")


def again(on: Rig, rounds: int) -> Found:
    found = Found()
    for _ in range(rounds):
        on.fresh()
        for name, kind in zip(ACCOUNTS, KINDS, strict=True):
            for path in LISTS[name]:
                on.venue.post(
                    "faults", account=name, kind="delay", count=99, delay_ms=LATE_MS, path=path
                )
            on.venue.post("orders", account=name, kind=kind, every_ms=100, for_ms=1_500)
        first_s = on.press("X")
        found.quiet.append(on.took_ms(first_s, *ACCOUNTS))
        second_s = on.press("X", first_s + APART_S - TAP_S)
        found.hindered.append(on.took_ms(second_s, *ACCOUNTS))
        on.venue.http.delete("/sim/faults").raise_for_status()
        on.quiet()
        on.key("\x1b")
    return found


def hanging(on: Rig, rounds: int) -> Found:
    found, held = Found(), []
    proxy = on.proxies[BITGET]
    with on.asked.open("w") as ask:
        for _ in range(rounds):
            on.fresh()
            found.quiet.append(on.took_ms(on.press("c"), BITGET))
            on.fresh()
            proxy.holding.set()
            ask.write("\n")
            ask.flush()
            held.append(_wait_held(proxy))
            found.hindered.append(on.took_ms(on.press("c"), BITGET))
            proxy.holding.clear()
            _wait(lambda: not proxy.held, "a read is held for longer than it waits")
    found.note = f"{min(held)} to {max(held)} reads hung, all that had been sent"
    return found


def _wait_held(proxy: Proxy) -> int:
    """How many reads hang, once all have a slot, or no more of them are sent. Raises Failed."""
    _wait(lambda: bool(proxy.held), "no read is sent")
    proxy.quiet(QUIET_S)
    return proxy.held


def _wait(holds: Callable[[], bool], otherwise: str, within_s: float = 30.0) -> None:
    until_s = time.monotonic() + within_s
    while not holds():
        if time.monotonic() > until_s:
            raise Failed(otherwise)
        time.sleep(0.02)


if __name__ == "__main__":
    sys.exit(drive(sys.argv[1]))
