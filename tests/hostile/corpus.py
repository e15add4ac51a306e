"""What the simulated venues answer: every exchange of every demo account, with its replies."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, TypeVar

import httpx
from websockets.sync.client import ClientConnection, connect

import tui.simulator
from tui.core.accounts import Account
from tui.core.actions import EVERYTHING, Action, Scope
from tui.core.clocks import read_clock
from tui.core.orders import Book
from tui.service.demo import read_greeting
from tui.venues import VENUES, adapter_for
from tui.venues.base.messages import (
    Answered,
    Call,
    Exchange,
    LoggedIn,
    Reply,
    RestCall,
    RestReply,
    SocketCall,
    SocketReply,
)
from tui.venues.base.protocol import VenueAdapter
from tui.venues.base.specs import Profile

T = TypeVar("T")
ACCOUNTS = ("htx-legacy", "htx-unified", "okx-desk", "bitget-uta")
SORTS = ("time", "profile", "book", "cancel", "timer")
_ASKED_FOR = {
    "htx-legacy": ("trigger",),
    "htx-unified": ("v5-algo",),
    "okx-desk": ("rfq", "order", "algo"),
    "bitget-uta": ("strategy",),
}
"""Kinds of which the simulator rests none, or few, by itself."""
_REFUSED = {"bitget-uta": "SPOT"}
"""A product that the venue refuses in one more cancel, where others are left."""
MOST_ROUNDS = 500
"""Batches in one exchange; one that has more goes on for ever."""


class Endless(Exception):
    """An exchange that does not end."""


@dataclass(frozen=True)
class Recorded:
    """An exchange that can be held again, and what was answered in it."""

    name: str
    account: str
    sort: str
    make: Callable[[], Exchange[Any]]
    replies: dict[str, tuple[bytes, ...]]
    """By REST path or socket operation, in their order."""


@dataclass(frozen=True)
class Corpus:
    exchanges: tuple[Recorded, ...]
    messages: dict[str, tuple[bytes, ...]]
    """By account: what came over its socket, logins and pings too."""

    def of(self, account: str, sort: str) -> list[Recorded]:
        return [
            exchange
            for exchange in self.exchanges
            if (exchange.account, exchange.sort) == (account, sort)
        ]


def key_of(call: Call) -> str:
    return call.path if isinstance(call, RestCall) else call.op


def hold(exchange: Exchange[T], answer: Callable[[Call], Reply]) -> T:
    """Runs an exchange to its end. Raises what it raises, and Endless."""
    try:
        calls = next(exchange)
        for _ in range(MOST_ROUNDS):
            calls = exchange.send(tuple(answer(call) for call in calls))
    except StopIteration as end:
        result: T = end.value
        return result
    raise Endless


def hold_with(
    recorded: Recorded, bend: Callable[[str, bytes], bytes], status: int = 200, **unread: Reply
) -> Any:
    """Holds a recorded exchange again, each reply as `bend` makes it of the recorded one."""
    adapter = adapter_for(Account("a", recorded.account.partition("-")[0], ""))
    turn: Counter[str] = Counter()

    def answer(call: Call) -> Reply:
        key = key_of(call)
        known = recorded.replies.get(key) or (b"{}",)
        body = bend(key, known[turn[key] % len(known)])
        turn[key] += 1
        if isinstance(call, RestCall):
            return RestReply(status, body)
        # A socket's message reaches an exchange only as an object.
        event = adapter.read_socket(body).event
        return SocketReply(event.message) if isinstance(event, Answered) else unread["silent"]

    return hold(recorded.make(), answer)


@cache
def corpus() -> Corpus:
    """Exchanges with a simulator of its own, once in a process."""
    with (
        tui.simulator.running(orders=12, keepalive_s={"htx": 0.2}) as running,
        _Recorder(running) as recorder,
    ):
        for name in ACCOUNTS:
            recorder.record(name)
        messages = {name: tuple(found) for name, found in recorder.messages.items()}
        return Corpus(tuple(recorder.exchanges), messages)


class _Recorder:
    def __init__(self, running: Any) -> None:
        entries = [{"name": name, **entry} for name, entry in running.accounts.items()]
        self._desk = read_greeting(json.dumps({"url": running.url, "accounts": entries}))
        self._client = httpx.Client(base_url=running.url, trust_env=False, verify=False)  # noqa: S501
        self.exchanges: list[Recorded] = []
        self.messages: dict[str, list[bytes]] = {}

    def __enter__(self) -> _Recorder:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def record(self, name: str) -> None:
        (found,) = (account for account in self._desk.accounts if account.name == name)
        spec = VENUES[found.venue].spec
        account = replace(
            found,
            extras=tuple(extra.id for extra in spec.extras),
            contracts=("BTC-USDT",) if found.venue == "htx" else (),
            timers=tuple(timer.id for timer in spec.timers),
        )
        adapter = adapter_for(account)
        self.messages[name] = []
        self._take(account, "time", "time", adapter.venue_time)
        profile: Profile = self._take(account, "profile", "profile", adapter.probe)
        kinds = tuple(kind.id for kind in adapter.kinds(profile))
        for some in (*((kind,) for kind in kinds), kinds):
            self._take(account, "book", f"book {some}", _reading(adapter, profile, some))
        for action in adapter.actions(profile):
            for route in action.routes:
                for number in range(5):
                    self._fresh(account)
                    book = hold(adapter.read_book(profile, action.kinds), self._rest(account))
                    scopes = _scopes(action, book)
                    if number == 4:  # some orders are not taken
                        fault = {"account": name, "kind": "partial", "count": 9}
                        self._client.post("/sim/faults", json=fault).raise_for_status()
                    if number % 4 < len(scopes):
                        scope = scopes[number % 4]
                        make = _cancelling(adapter, profile, action, scope, book, route)
                        self._take(account, "cancel", f"{action.id} {scope} {route}", make, False)
        if product := _REFUSED.get(name):
            self._fresh(account)
            refused = {"account": name, "refused": [product]}
            self._client.post("/sim/products", json=refused).raise_for_status()
            action = adapter.actions(profile)[0]
            nothing = Book((), (), 0)
            make = _cancelling(adapter, profile, action, EVERYTHING, nothing, action.routes[0])
            self._take(account, "cancel", f"{action.id} without {product}", make, False)
        for timer in spec.timers:
            for countdown_s in (30, 0):
                make = _timing(adapter, profile, timer.id, countdown_s)
                self._take(account, "timer", f"{timer.id} {countdown_s}", make)

    def _fresh(self, account: Account) -> None:
        """As at the start, with orders of the kinds that begin without any; no limit is near."""
        self._client.post("/sim/reset").raise_for_status()
        for kind in _ASKED_FOR.get(account.name, ()):
            asked = {"account": account.name, "kind": kind, "count": 3}
            self._client.post("/sim/orders", json=asked).raise_for_status()

    def _rest(self, account: Account) -> Callable[[Call], RestReply]:
        adapter = adapter_for(account)

        def answer(call: Call) -> RestReply:
            assert isinstance(call, RestCall)
            signed = adapter.sign(call, self._desk.secrets[account.name], read_clock().wall_ms)
            said = self._client.request(
                signed.method, signed.target, content=signed.body, headers=dict(signed.headers)
            )
            return RestReply(said.status_code, said.content)

        return answer

    def _take(
        self,
        account: Account,
        sort: str,
        name: str,
        make: Callable[[], Exchange[Any]],
        fresh: bool = True,
    ) -> Any:
        if fresh:
            self._fresh(account)
        replies: dict[str, list[bytes]] = {}
        ask = self._rest(account)
        adapter = adapter_for(account)
        sockets: list[ClientConnection] = []

        def answer(call: Call) -> Reply:
            if isinstance(call, SocketCall):
                if not sockets:
                    sockets.append(self._logged_in(account, adapter))
                message, data = self._asked(account, adapter, sockets[0], call)
                replies.setdefault(call.op, []).append(data)
                return SocketReply(message)
            said = ask(call)
            replies.setdefault(call.path, []).append(said.body)
            return said

        try:
            result = hold(make(), answer)
        finally:
            for socket in sockets:
                socket.close()
        kept = {key: tuple(found) for key, found in replies.items()}
        self.exchanges.append(Recorded(f"{account.name} {name}", account.name, sort, make, kept))
        return result

    def _logged_in(self, account: Account, adapter: VenueAdapter) -> ClientConnection:
        assert account.ws_url is not None
        socket = connect(account.ws_url, proxy=None, compression=None, legacy=True)
        login = adapter.login(self._desk.secrets[account.name], read_clock().wall_ms)
        socket.send(login.text)
        while not isinstance(adapter.read_socket(self._heard(account, socket)).event, LoggedIn):
            pass
        return socket

    def _asked(
        self, account: Account, adapter: VenueAdapter, socket: ClientConnection, call: SocketCall
    ) -> tuple[dict[str, Any], bytes]:
        socket.send(adapter.encode(call, "a1"))
        while True:
            data = self._heard(account, socket)
            read = adapter.read_socket(data)
            if isinstance(read.event, Answered):
                return read.event.message, json.dumps(read.event.message).encode()

    def _heard(self, account: Account, socket: ClientConnection) -> bytes:
        data = socket.recv(10)
        found = data if isinstance(data, bytes) else data.encode()
        self.messages[account.name].append(found)
        return found


def _scopes(action: Action, book: Book) -> list[Scope]:
    mine = tuple(order for order in book.orders if order.kind in action.kinds)
    scopes = [EVERYTHING, Scope(orders=mine[:2]), Scope(orders=mine[:1])] if mine else [EVERYTHING]
    if mine and "contract" in action.scopes:
        scopes.append(Scope(contract=mine[0].contract))
    return scopes


def _reading(
    adapter: VenueAdapter, profile: Profile, kinds: Sequence[str]
) -> Callable[[], Exchange[Book]]:
    return lambda: adapter.read_book(profile, tuple(kinds))


def _cancelling(
    adapter: VenueAdapter, profile: Profile, action: Action, scope: Scope, book: Book, route: Any
) -> Callable[[], Exchange[Any]]:
    return lambda: adapter.cancel(profile, action, scope, book, route)


def _timing(
    adapter: VenueAdapter, profile: Profile, timer: str, countdown_s: int
) -> Callable[[], Exchange[Any]]:
    return lambda: adapter.set_timer(profile, timer, countdown_s)
