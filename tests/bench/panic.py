"""How much longer a panic takes than the slowest account alone would, and than ccxt takes.

The simulator runs in a process of its own, one for killdesk and one for ccxt, and holds every reply
back for 20 to 60 ms, a fixed time for each account, the slowest at 60 ms. By turns, each with full
books, fresh rate limits and connections that were just used: killdesk's service cancels everything
on every account; then only on the slowest one; and a ccxt client for each account, without its
limiter, sends the same cancels by `asyncio.gather`. A panic counts from the call that a key makes
until the last cancel is acknowledged.

Up to 12 accounts are of all three venues: an account sends 1 (HTX, unified), 2 (OKX) or 5 (Bitget)
cancels. More are all of the one sort that sends one, as the simulator, one Python process, would
else be what is measured; it takes well under a thousand cancels a second even so.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.bench.contender import Contender, Running
from tests.bench.figures import Effort, Line, Spread
from tests.bench.live import live
from tests.bench.peers import cancel_all, ccxt_client, read_all
from tests.bench.simulator import Simulator, simulator

ORDERS = 12
FASTEST_MS, SLOWEST_MS = 20, 60
MANY = 200
EVER = 1_000_000
POLL_S = 3600.0
"""What is read is read before each turn, and nothing in between takes the simulator's time."""
SORTS = {"htx/unified": 1, "okx": 2, "bitget": 5}
"""The sorts of account, and how many cancels a press on each sends."""
SIZES = {3: tuple(SORTS), 12: tuple(SORTS), 50: ("htx/unified",), 200: ("htx/unified",)}
NOTE = (
    "the simulator, one Python process, answers them one after the other; killdesk reads the books "
    "half a second after the press at the latest, and ccxt reads none"
)
TARGETS = {3: 1.10, 50: 1.50}
"""By the number of accounts: how often the time of the slowest one."""


def lines(effort: Effort) -> Iterator[Line]:
    for size in list(SIZES)[: effort.of(4, 2, 1)]:
        yield from measure(size, SIZES[size], effort.of(10 if size < MANY else 6, 2))


def measure(size: int, sorts: tuple[str, ...], rounds: int) -> Iterator[Line]:
    accounts = {f"{number:03}": sorts[number % len(sorts)] for number in range(size)}
    options = [f"--account={name}={sort}" for name, sort in accounts.items()]
    panic, alone, ccxt = [], [], []
    with (
        simulator("--orders", str(ORDERS), *options) as venue,
        simulator("--orders", str(ORDERS), *options) as another,
        Contender("killdesk", KilldeskPanic, venue.greeting, accounts) as desk,
        Contender("ccxt", CcxtPanic, another.greeting) as rival,
    ):
        for number in range(rounds + 1):
            turn = [
                _turn(venue, accounts, desk, ""),
                _turn(venue, accounts, desk, list(accounts)[-1]),
                _turn(another, accounts, rival, ""),
            ]
            if number:  # the first is for warming up
                for found, each_ms in zip((panic, alone, ccxt), turn, strict=True):
                    found.append(each_ms)
    cancels = sum(SORTS[sort] for sort in accounts.values())
    what = f"panic over {size} accounts, {cancels} cancels"
    ours = Spread.of(panic)
    slowest, most = Spread.of(alone), TARGETS.get(size)
    yield Line(
        what,
        "ms",
        ours,
        "the slowest account alone",
        slowest,
        target=f"ratio <= {most:.2f}" if most else "",
        met=ours.median <= most * slowest.median if most else None,
    )
    note = NOTE if size >= MANY else ""
    yield Line(what, "ms", ours, "ccxt, limiter off, gather", Spread.of(ccxt), note=note)


def _turn(venue: Simulator, accounts: dict[str, str], one: Contender, name: str) -> float:
    """Full books, fresh limits, every reply held back as long as its account wants, and warm."""
    venue.post("reset")
    for number, account in enumerate(accounts):
        share = number / max(1, len(accounts) - 1)
        delay_ms = round(FASTEST_MS + share * (SLOWEST_MS - FASTEST_MS))
        venue.post("faults", account=account, kind="delay", count=EVER, delay_ms=delay_ms)
    one.go("warm")
    return float(one.go(name))


# --- the contenders, each in its own process ------------------------------------------------------


@contextmanager
def KilldeskPanic(greeting: str, accounts: dict[str, str]) -> Iterator[Any]:  # noqa: N802
    class Panic:
        def go(self, what: str) -> float:
            if what == "warm":
                desk.warm()
                return 0.0
            if what:
                return desk.cancel(what, None, SORTS[accounts[what]])[1]
            return desk.panic(sum(SORTS[sort] for sort in accounts.values()))[1]

    with live(greeting, list(accounts), POLL_S) as desk:
        yield Panic()


class CcxtPanic:
    """A client for each account, and all of them at once."""

    def __init__(self, greeting: str) -> None:
        self._told = json.loads(greeting)
        self._running = Running()

    def __enter__(self) -> CcxtPanic:
        self._clients = self._running.run(self._open())
        return self

    def __exit__(self, *_: object) -> None:
        self._running.run(self._close())
        self._running.close()

    def go(self, what: str) -> float:
        return self._running.run(self._all(read_all if what == "warm" else cancel_all))

    async def _open(self) -> list[Any]:
        url, entries = self._told["url"], self._told["accounts"]
        return [ccxt_client(url, entry, limiter=False) for entry in entries]

    async def _close(self) -> None:
        await asyncio.gather(*(client.close() for client in self._clients))

    async def _all(self, doing: Any) -> float:
        loop = asyncio.get_running_loop()
        begun_s = loop.time()
        await asyncio.gather(*map(doing, self._clients))
        return (loop.time() - begun_s) * 1000
