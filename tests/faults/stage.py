"""A desk of which one account has a bad network, while the others go straight to the venue."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import replace
from types import TracebackType
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.faults.proxy import Proxy
from tests.faults.venue import Settings
from tui.core.accounts import Account
from tui.core.actions import Outcome, Report
from tui.core.clocks import Clock, read_clock
from tui.core.desk import AccountView, Health, NewSettings
from tui.core.frames import Frame
from tui.core.secrets import Credentials
from tui.service.cancel.run import RunLimits
from tui.service.desk import live as live_desk
from tui.service.desk.live import LiveDesk
from tui.service.desk.publisher import Publisher

WAIT_S = 60.0
GRACE_S = 3600.0
ACK_S = 0.3
PATIENT = (1.5, 2.6)
QUICK = (0.5, 2.2)
"""Between two reads of the book, and the window of a run, in which a read that a busy machine holds
up is tried again; patient where quotes are read, which OKX lets us do twice in two seconds."""
CONNECTS_A_SECOND = 3
"""The strictest documented limit of a venue: OKX, for each address."""

SCOPES = {
    "htx-legacy": {"isolated": ("isolated",), "cross": ("cross",)},
    "htx-unified": {"unified": ("unified",)},
    "okx-desk": {"spreads": ("spread",), "quotes": ("quote",)},
    "bitget-uta": {
        "orders": ("SPOT", "MARGIN", "USDT-FUTURES", "COIN-FUTURES", "USDC-FUTURES"),
    },
}
"""By account what its buttons cancel: action, and the simulator's kinds of order."""
WITNESSES = {
    "htx-legacy": ("htx-unified", "bitget-uta"),
    "htx-unified": ("htx-legacy", "bitget-uta"),
    "okx-desk": ("htx-legacy", "bitget-uta"),
    "bitget-uta": ("htx-legacy", "htx-unified"),
}
"""Who stands beside an account on trial: OKX lets its quotes be read so rarely that a witness of
its own would cost each scenario two seconds."""


class Stage:
    """The desk, and what a scenario may do with it. `ws` and `rest` stand before the venue of the
    account on trial, `subject`; `witnesses` are all others."""

    def __init__(
        self,
        venue: Any,
        known: Sequence[Settings],
        subject: str,
        *,
        beside: Sequence[str] = (),
        through: Callable[[str], Proxy] = Proxy,
        clock: Clock = read_clock,
        host: str = "127.0.0.1",
        own: Any = None,
        poll_s: float | None = None,
        window_s: float | None = None,
        ack_s: float = ACK_S,
        **more: object,
    ) -> None:
        """`beside` are the witnesses, `through` makes the proxies, `host` is how they are called,
        `own` is a venue that the subject has for itself, and `more` are settings of its account."""
        self.venue = venue
        self.subject = subject
        self._venues = {subject: own or venue}
        self._clock = clock
        self.witnesses = tuple(beside or WITNESSES[subject])
        known = [one for one in known if one.account.name in (subject, *self.witnesses)]
        self._ends = ExitStack()
        if own is not None:
            known = [
                *(one for one in known if one.account.name != subject),
                *(one for one in own.known if one.account.name == subject),
            ]
        ours = next(one.account for one in known if one.account.name == subject)
        self.rest = self._ends.enter_context(through(ours.rest_url))
        changes: dict[str, object] = {**more, "rest_url": self.rest.url.replace("127.0.0.1", host)}
        self.sockets: tuple[Proxy, ...] = ()
        if ours.ws_url:
            there = urlsplit(ours.ws_url)
            self.sockets = (self._ends.enter_context(through(f"http://{there.netloc}")),)
            changes["ws_url"] = self.ws.ws_url.replace("127.0.0.1", host) + there.path
        self.accounts = [
            replace(one.account, **changes) if one.account.name == subject else one.account  # type: ignore[arg-type]
            for one in known
        ]
        self._secrets = {one.account.name: one.secrets for one in known}
        pace = PATIENT if "okx-desk" in (subject, *self.witnesses) else QUICK
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(live_desk, "Publisher", self._publisher)
            self.desk = LiveDesk(
                self.accounts,
                self._secrets_of,
                screen_grace_s=GRACE_S,
                limits=RunLimits(ack_s, window_s or pace[1]),
                poll_s=poll_s or pace[0],
                clock=clock,
            )
        self.past: list[tuple[Health, str]] = []
        """What the subject's account was at each change, as its panel says it, in order."""
        self.frames: list[Frame] = []
        """Every one so far; a screen may take them off the feed."""
        feed = self.desk.frames
        put = feed.put
        feed.put = lambda frame: (self.frames.append(frame), put(frame))[1]  # type: ignore[method-assign]
        self.trouble: list[str] = []
        """What a witness's panel said that was not READY, once they all had been."""
        self._witnesses_were_ready = False
        self._before: dict[str, int] = {}
        self._pressed_ms = 0

    @property
    def ws(self) -> Proxy:
        return self.sockets[0]

    @property
    def proxies(self) -> tuple[Proxy, ...]:
        return (*self.sockets, self.rest)

    def __enter__(self) -> Stage:
        self.desk.start()
        self._ends.callback(self.desk.stop)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._ends.close()

    # --- what is seen -----------------------------------------------------------------------------

    def account(self, name: str = "") -> AccountView:
        view = self.desk.view.account(name or self.subject)
        assert view is not None
        return view

    def _publisher(self, *given: Any) -> Publisher:
        """A state may be over before the test's own loop has looked, so every change is kept."""
        stage = self

        class Noting(Publisher):
            def changed(self) -> None:
                super().changed()
                now = stage.desk._workers[stage.subject].view
                stage.past.append((now.health, now.reason))

        return Noting(*given)

    def look(self) -> None:
        """Keeps whether a witness is in trouble now."""
        for name in self.witnesses if self._witnesses_were_ready else ():
            other = self.account(name)
            if other.health is not Health.READY:
                self.trouble.append(f"{name} {other.health}: {other.reason}")

    def requests(self) -> int:
        """How many calls of the subject have left, or were to leave, over REST."""
        return sum(
            (one.account, one.transport) == (self.subject, "rest")
            and (one.direction == "out" or one.text.startswith("not sent: "))
            for one in tuple(self.frames)
        )

    async def until(self, holds: Callable[[], bool], what: str = "") -> None:
        """Waits for a condition, and looks at the panels meanwhile."""
        try:
            async with asyncio.timeout(WAIT_S):
                while True:
                    self.look()
                    if holds():
                        return
                    await asyncio.sleep(0.01)
        except TimeoutError:
            pytest.fail(
                f"it did not come to that: {what}; past: {self.past}; now: {self.account()}"
            )

    async def ready(self) -> None:
        """Every account is READY."""
        await self.ready_beside()
        await self.until(lambda: self.account().health is Health.READY, f"{self.subject} READY")

    async def ready_beside(self) -> None:
        """Every witness is READY, as it is to be from now on."""

        def all_ready() -> bool:
            return all(self.account(name).health is Health.READY for name in self.witnesses)

        await self.until(all_ready, f"READY: {self.witnesses}")
        self._witnesses_were_ready = True

    def mark(self) -> int:
        """Where in `past` the panel is now."""
        return max(0, len(self.past) - 1)

    async def told(self, health: Health, reason: str, since: int) -> None:
        """The subject's panel has said that since a mark."""

        def said() -> bool:
            return any(told is health and reason in why for told, why in self.past[since:])

        await self.until(said, f"{health}: {reason}")

    # --- the trader -------------------------------------------------------------------------------

    def _secrets_of(self, account: Account) -> Credentials:
        return self._secrets[account.name]

    def begin_anew(self, **changes: str) -> None:
        """Mends the settings of the subject, so that it begins anew; with none, its keys."""
        accounts = [
            replace(one, **changes) if one.name == self.subject else one  # type: ignore[arg-type]
            for one in self.accounts
        ]
        new = NewSettings(
            accounts, self._secrets_of, renewed=(self.subject,), screen_grace_s=GRACE_S
        )
        assert self.desk.reconfigure(new).result(WAIT_S) == ""

    # --- presses ----------------------------------------------------------------------------------

    def count(self) -> None:
        """What the venue has now is what a press meets."""
        self._before = {
            f"{name} {action}": self.left(name, action)
            for name in (self.subject, *self.witnesses)
            for action in SCOPES[name]
        }

    def press(self, *, counted: bool = False) -> None:
        """Panic: everything on every account. A venue that cannot be asked is `counted` before."""
        if not counted:
            self.count()
        self._pressed_ms = self._clock().wall_ms
        self.desk.panic()

    async def press_again(self, action: str) -> None:
        """One action of the subject, to its end."""
        pressed_ms = self._clock().wall_ms
        self.desk.cancel(self.subject, action)

        def over() -> bool:
            return not self.account().runs and self.report(action).started_ms >= pressed_ms

        await self.until(over, f"an end of {action}")

    async def ended(self) -> dict[str, Report]:
        """The subject's reports by action, once every account's run has ended; each witness's
        must be confirmed, and the venue must have nothing left of it."""
        everyone = (self.subject, *self.witnesses)
        await self.until(lambda: all(self._reports(name) for name in everyone), "an end")
        for name in self.witnesses:
            for action, report in self._reports(name).items():
                assert report.outcome is Outcome.CONFIRMED, report
                assert self.left(name, action) == 0
        return self._reports(self.subject)

    def _reports(self, name: str) -> dict[str, Report]:
        """Those of this press, once there is one of each action."""
        mine = {r.action: r for r in self.account(name).reports if r.started_ms >= self._pressed_ms}
        whole = mine.keys() == SCOPES[name].keys() and not self.account(name).runs
        return mine if whole else {}

    def left(self, name: str, action: str) -> int:
        """What the venue still has of an action's scope."""
        by_kind = self._venues.get(name, self.venue).account(name)["by_kind"]
        return sum(by_kind[kind] for kind in SCOPES[name][action])

    def share(self, action: str) -> str:
        """How much of the subject's scope is left since the press, in a word."""
        left, before = self.left(self.subject, action), self._before[f"{self.subject} {action}"]
        return "none" if not left else "all" if left == before else "part"

    def report(self, action: str) -> Report:
        """The newest report of an action of the subject."""
        return next(r for r in self.account().reports if r.action == action)
