"""How the time of a panic and of a full read grows with accounts and with open orders.

killdesk's service in this process, the simulator in another one, on loopback without delays: what
is measured is the work, of both. Accounts are HTX unified ones with 12 orders each, a panic sends
one cancel for each of them; then one account with ever more orders. A panic counts from the call
that a key makes until the last cancel is acknowledged. A read counts until every book has been read
anew and is in the desk's picture, which is drawn at most 50 times a second. A list is read a
hundred orders at a time, and the venue takes 72 requests in 3 s.
"""

from __future__ import annotations

import time
from collections.abc import Iterator

from tests.bench.figures import Effort, Line, Spread
from tests.bench.live import live
from tests.bench.simulator import simulator

ACCOUNTS = (1, 10, 50, 200)
ORDERS = (10, 100, 1_000, 10_000)
FEW = 12
POLL_S = 3600.0
LIMIT_S = 3.1
"""After which the venue's limits are fresh."""


def lines(effort: Effort) -> Iterator[Line]:
    some = effort.of(4, 3, 1)
    for count in ACCOUNTS[:some]:
        yield from measure(count, FEW, effort.of(8, 2), _of(count, FEW))
    for orders in ORDERS[:some]:
        rounds = effort.of(8, 2) if orders < ORDERS[-1] else effort.of(4, 1)
        yield from measure(1, orders, rounds, _of(1, orders))


def _of(accounts: int, orders: int) -> str:
    return f"{accounts:,} account{'s' * (accounts > 1)} of {orders:,} orders"


def measure(count: int, orders: int, rounds: int, of: str) -> Iterator[Line]:
    names = [f"{number:03}" for number in range(count)]
    options = [f"--account={name}=htx/unified" for name in names]
    panic, read = [], []
    with (
        simulator("--orders", str(orders), *options) as venue,
        live(venue.greeting, names, POLL_S) as desk,
    ):
        for _ in range(rounds):
            venue.post("reset")
            desk.quiet()
            read.append(desk.read(names))
            if orders == ORDERS[-1]:
                time.sleep(LIMIT_S)
            desk.quiet()
            panic.append(desk.panic(count)[1])
    yield Line(f"panic, {of}", "ms", Spread.of(panic))
    yield Line(f"full read, {of}", "ms", Spread.of(read))
