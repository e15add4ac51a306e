"""A desk without a service: it shows what a test puts on it and writes down what it is asked."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import Future
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from types import SimpleNamespace

import pytest
from textual.pilot import Pilot

from tui.core.actions import EVERYTHING, Action, Outcome, Report, Scope
from tui.core.clocks import Instant, read_clock
from tui.core.deadman.view import TimerState, TimerView
from tui.core.desk import AccountView, DeskView, Health, NewSettings, RouteView, RunView
from tui.core.frames import Frame, FrameFeed
from tui.core.orders import Book, Kind, OpenOrder
from tui.ui.app.app import KilldeskApp

NOW_MS = 1_760_702_602_000
"""12:03:22 UTC."""


@dataclass
class FakeDesk:
    """Stands for the service. `calls` has what the screen asked, in order."""

    view: DeskView
    frames: FrameFeed = field(default_factory=FrameFeed)
    calls: list[tuple[object, ...]] = field(default_factory=list)
    notes: list[tuple[str, str]] = field(default_factory=list)
    """What it was to put on record."""
    alive: int = 0
    caught: int = 0
    changed: Callable[[], None] | None = None
    refusal: str = ""
    """What it says to new settings."""

    def watch(self, changed: Callable[[], None]) -> None:
        self.changed = changed

    def caught_up(self) -> None:
        self.caught += 1

    def screen_alive(self) -> None:
        self.alive += 1

    def cancel(self, account: str, action: str | None = None, scope: Scope = EVERYTHING) -> None:
        self.calls.append(("cancel", account, action, scope))

    def panic(self) -> None:
        self.calls.append(("panic",))

    def arm(self, account: str) -> None:
        self.calls.append(("arm", account))

    def disarm(self, account: str) -> None:
        self.calls.append(("disarm", account))

    def cancel_then_disarm(self, account: str) -> None:
        self.calls.append(("cancel then disarm", account))

    def confirm_presence(self) -> None:
        self.calls.append(("present",))

    def note(self, kind: str, text: str) -> None:
        self.notes.append((kind, text))

    def refresh(self, account: str) -> None:
        self.calls.append(("refresh", account))

    def reconfigure(self, new: NewSettings) -> Future[str]:
        self.calls.append(("reconfigure", tuple(one.name for one in new.accounts)))
        taken: Future[str] = Future()
        taken.set_result(self.refusal)
        return taken

    def put(self, *accounts: AccountView, notice: str = "") -> None:
        """Swaps the picture and nudges."""
        self.view = DeskView(accounts, notice)
        self.nudge()

    def nudge(self) -> None:
        if self.changed is not None:
            self.changed()


def orders(kind: str, count: int, contract: str = "BTC-USDT") -> tuple[OpenOrder, ...]:
    return tuple(
        OpenOrder(kind, f"{kind}-{n}", contract, "buy", "open", "60123.5", "2")
        for n in range(count)
    )


def book(at_ms: int = NOW_MS - 2000, **kinds: int) -> Book:
    """A book with so many orders of each kind; `_` in a kind's name stands for `-`."""
    named = {kind.replace("_", "-"): count for kind, count in kinds.items()}
    listed = tuple(order for kind, count in named.items() for order in orders(kind, count))
    return Book(tuple(named), listed, at_ms)


def htx(name: str = "htx-main", isolated: int | None = 31, cross: int = 6) -> AccountView:
    leaves = "trigger, TP/SL and trailing orders"
    return AccountView(
        name, "htx", "HTX", Health.READY, "", "legacy", False, "trade-only",
        (RouteView("ws", True, 84.2), RouteView("rest", True, 91.0)),
        (Kind("isolated", "isolated"), Kind("cross", "cross")),
        (Action("isolated", "isolated", ("isolated",), ("ws", "rest"), leaves),
         Action("cross", "cross", ("cross",), ("ws", "rest"), leaves)),
        None if isolated is None else book(isolated=isolated, cross=cross), "", (), (), (), 12.0,
    )  # fmt: skip


def okx(name: str = "okx-desk", spreads: int = 12, quotes: int = 4) -> AccountView:
    return AccountView(
        name, "okx", "OKX", Health.READY, "", "", False, "trade-only",
        (RouteView("ws", True, 61.0), RouteView("rest", True, 75.4)),
        (Kind("spread", "spreads"), Kind("quote", "quotes")),
        (Action("spreads", "spreads", ("spread",), ("ws", "rest"), "legs already matched", "s"),
         Action("quotes", "quotes", ("quote",), ("rest",), "RFQs, and quotes pending fill", "u")),
        book(spread=spreads, quote=quotes), "", (), (), (), -3.0,
    )  # fmt: skip


CATEGORIES = ("SPOT", "MARGIN", "USDT-FUTURES", "COIN-FUTURES", "USDC-FUTURES")


def timer(state: TimerState = TimerState.ARMED, left_s: float = 27.4, **kw: object) -> TimerView:
    now = read_clock()
    protects = state not in {TimerState.OFF, TimerState.BLOCKED, TimerState.FIRED}
    sent = Instant(*(t - (30.0 - left_s) for t in (now.mono_s, now.boot_s, now.wall_s)))
    plain = TimerView(
        "bitget", "all UTA orders; not strategy orders", state, 30, 5, sent if protects else None,
        None, NOW_MS - 2600 if state is not TimerState.OFF else None, 92.0, 0, "",
    )  # fmt: skip
    return replace(plain, **kw)  # type: ignore[arg-type]


def bitget(name: str = "bitget-mm", gauge: TimerView | None = None) -> AccountView:
    return AccountView(
        name, "bitget", "Bitget", Health.READY, "", "", False, "trade-only",
        (RouteView("rest", True, 92.0),),
        (Kind("SPOT", "spot"), Kind("MARGIN", "margin"), Kind("USDT-FUTURES", "USDT futures"),
         Kind("COIN-FUTURES", "coin futures"), Kind("USDC-FUTURES", "USDC futures"),
         Kind("strategy", "strategy")),
        (Action("orders", "orders", CATEGORIES, ("rest",), "strategy (trigger, TP/SL) orders"),),
        book(SPOT=3, MARGIN=0, USDT_FUTURES=5, COIN_FUTURES=0, USDC_FUTURES=0, strategy=3),
        "", (), (), (gauge or timer(),), 5.0,
    )  # fmt: skip


def report(account: AccountView, outcome: Outcome, action: str, **kw: object) -> Report:
    plain = Report(
        account.name, account.venue, action, outcome, started_ms=NOW_MS - 979_000, open_before=12,
        open_after=0, ack_ms=84.0, confirmed_ms=212.0, route="ws", attempts=1,
    )  # fmt: skip
    return replace(plain, **kw)  # type: ignore[arg-type]


def frames(count: int, start: int = 1) -> list[Frame]:
    body = '{"op":"cancelall","cid":"7f3a0c","data":{"contract_code":"BTC-USDT"}}'
    return [
        Frame(n, NOW_MS + n * 85, "htx-main", "ws", "out" if n % 2 else "in", body, 90,
              latency_ms=None if n % 2 else 84.0)
        for n in range(start, start + count)
    ]  # fmt: skip


def many(count: int) -> tuple[AccountView, ...]:
    """So many accounts, venue after venue."""
    makers = (htx, okx, bitget)
    names = ("htx", "okx", "bitget")
    return tuple(makers[n % 3](f"{names[n % 3]}-{'abcd'[n // 3]}") for n in range(count))


def troubled() -> tuple[AccountView, ...]:
    """One of everything that goes wrong."""
    one, two, three = htx(), okx(), bitget()
    return (
        replace(
            one, health=Health.DOWN, reason="no route: ws refused, rest 401 invalid signature",
            routes=(RouteView("ws", False, None, "refused"), RouteView("rest", False, None, "401")),
            book_error="timed out after 3 s", key_note="",
            reports=(report(one, Outcome.UNRESOLVED, "isolated", open_after=None,
                            message="no reply to 3 requests, and the book cannot be read"),),
        ),
        replace(
            two, health=Health.DEGRADED, reason="ws is down: reconnecting in 4 s; rest works",
            routes=(RouteView("ws", False, None, "closed 1006"), RouteView("rest", True, 75.0)),
            reports=(report(two, Outcome.REJECTED, "spreads", code="60011",
                            message="Please log in", confirmed_ms=None, open_after=12),
                     report(two, Outcome.CONFIRMED, "quotes")),
        ),
        replace(
            three,
            timers=(timer(TimerState.FIRED, message="it ran out at 12:03:19; orders are gone"),),
            reports=(report(three, Outcome.REMAINING, "orders", open_before=9, open_after=2,
                            confirmed_ms=None, ack_ms=5000.0),),
            paper=True,
        ),
        replace(
            htx("htx-new", None), health=Health.CONNECTING, reason="logging in", family="unified",
            routes=(RouteView("ws", False, None, "connecting"), RouteView("rest", True)),
            runs=(RunView("isolated", EVERYTHING, NOW_MS, "reading the book"),),
            actions=(Action("unified", "unified", ("unified",), ("ws",), "trigger orders"),),
            kinds=(Kind("unified", "unified"),),
        ),
    )  # fmt: skip


HOSTILE = "x [/nope] [link=http://evil]y[/link] [@click=app.bell()]z"


class Clock:
    """The real time on a wall clock of ours, and a jump ahead when a test asks for one."""

    ahead_s = 0.0

    def __init__(self) -> None:
        self._wall_s = NOW_MS / 1000 - read_clock().wall_s

    def __call__(self) -> Instant:
        now = read_clock()
        wall_s = now.wall_s + self._wall_s
        return Instant(*(t + self.ahead_s for t in (now.mono_s, now.boot_s, wall_s)))


@asynccontextmanager
async def shown(
    desk: FakeDesk, size: tuple[int, int] = (120, 40), *, demo: bool = False, **kw: object
) -> AsyncIterator[tuple[KilldeskApp, Pilot[None]]]:
    """The app on a desk, once it stands."""
    if "clock" not in kw:
        kw["clock"] = Clock()
    app = KilldeskApp(desk, demo=demo, **kw)  # type: ignore[arg-type]
    async with app.run_test(size=size, notifications=True) as pilot:
        await pilot.pause()
        await pilot.pause()
        yield app, pilot


def text(app: KilldeskApp) -> str:
    """All that stands on the screen."""
    return "\n".join(strip.text for strip in app.screen._compositor.render_strips())


async def until(pilot: Pilot[None], true: Callable[[], bool]) -> None:
    """Waits for what must come; a test that waits in vain fails here."""
    for _ in range(600):
        if true():
            return
        await pilot.pause(0.05)
    raise AssertionError("waited in vain")


@pytest.fixture(autouse=True)
def _calm_hand(calm_hand: None) -> None:
    """Every pilot here types as a calm hand does."""


def everything(name: str, action: str | None = None) -> tuple[object, ...]:
    """The call that cancels all of an account, or of one action."""
    return ("cancel", name, action, EVERYTHING)


@pytest.fixture
def make() -> SimpleNamespace:
    """The builders of this file (test folders are no packages, so they cannot be imported)."""
    return SimpleNamespace(
        FakeDesk=FakeDesk, htx=htx, okx=okx, bitget=bitget, timer=timer, report=report, book=book,
        frames=frames, many=many, troubled=troubled, orders=orders, NOW_MS=NOW_MS,
        shown=shown, text=text, until=until, everything=everything, Clock=Clock, HOSTILE=HOSTILE,
    )  # fmt: skip


@pytest.fixture
def desk() -> Iterator[FakeDesk]:
    """Three accounts, all well."""
    yield FakeDesk(DeskView((htx(), okx(), bitget())))
