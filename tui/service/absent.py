"""An account without credentials (yet): it keeps its panel, says why, and denies every press."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tui.core.accounts import Account
from tui.core.actions import EVERYTHING, Action, Outcome, Report, Scope
from tui.core.clocks import Clock
from tui.core.desk import AccountView, Health, RunView
from tui.service.ledger import Ledger
from tui.service.timers import Timers
from tui.venues import dialect_of
from tui.venues.base import Profile

MOST_HELD = 30
"""Presses of one action and scope that wait for the account; of more the oldest are denied."""


@dataclass(frozen=True, slots=True)
class Held:
    """A press that goes out as soon as the account can send."""

    action: str | None
    scope: Scope
    pressed_ms: int


class AbsentWorker:
    """Stands where a worker would, when there is nothing to sign with."""

    timers: Timers | None = None
    round_trip_ms = 0.0

    def __init__(
        self,
        account: Account,
        reason: str,
        clock: Clock,
        changed: Callable[[], None],
        health: Health = Health.DOWN,
        ended: Callable[[Report], None] = lambda _: None,
    ) -> None:
        self._ended = ended
        self.account = account
        self._health = health
        self._reason = reason
        self._clock = clock
        self._changed = changed
        self._dialect = dialect_of(account)
        self._profile = Profile(family="" if account.family == "auto" else account.family)
        self._ledger = Ledger()
        self.held: list[Held] = []

    def start(self) -> None:
        """Nothing runs for such an account."""

    async def stop(self) -> None:
        """Nothing runs for such an account."""

    async def learned(self, at_most_s: float) -> None:
        """There is nothing to learn with."""

    @property
    def opening(self) -> bool:
        """Whether credentials may still come."""
        return self._health is Health.CONNECTING

    def cancel_then_disarm(self) -> None:
        """Denies the press; there is no timer to switch off."""
        self.cancel()

    def cancel(self, action_id: str | None = None, scope: Scope = EVERYTHING) -> list[Report]:
        """Denies the press, with the reason; while credentials may still come, holds it."""
        pressed_ms = self._ledger.press_ms(self._clock().wall_ms)
        if not self.opening:
            return self._deny(action_id, scope, pressed_ms, self._reason)
        press = Held(action_id, scope, pressed_ms)
        same = [one for one in self.held if (one.action, one.scope) == (action_id, scope)]
        if len(same) >= MOST_HELD:
            self.held.remove(same[0])
            words = f"not sent: followed by {MOST_HELD} more presses while it had to wait"
            self._deny(action_id, scope, same[0].pressed_ms, words)
        self.held.append(press)
        self._changed()
        return []

    def _deny(
        self, action_id: str | None, scope: Scope, pressed_ms: int, reason: str
    ) -> list[Report]:
        denied = [
            self._deny_one(action, scope, pressed_ms, reason)
            for action in self._dialect.actions(self._profile)
            if action_id is None or action.id == action_id
        ]
        self._changed()
        return denied

    def _deny_one(self, action: Action, scope: Scope, pressed_ms: int, reason: str) -> Report:
        now = self._clock()
        denied = Report(
            self.account.name,
            self.account.venue,
            action.id,
            Outcome.DENIED,
            scope,
            started_ms=pressed_ms,
            ended_ms=now.wall_ms,
            message=reason,
        )
        self._ledger.end(denied, action, now.mono_s)
        self._ended(denied)
        return denied

    async def cancel_to_the_end(self) -> list[Report]:
        """Denies the press, with the reason."""
        return self.cancel()

    def leave(self) -> None:
        """There is no timer to leave."""

    def refresh(self) -> None:
        """There is nothing to read with."""

    @property
    def view(self) -> AccountView:
        return AccountView(
            name=self.account.name,
            venue=self.account.venue,
            title=self._dialect.spec.title,
            health=self._health,
            reason=self._reason,
            family=self._profile.family,
            paper=self.account.demo_trading,
            key_note="",
            routes=(),
            kinds=self._dialect.kinds(self._profile),
            actions=self._dialect.actions(self._profile),
            book=None,
            book_error="",
            runs=tuple(
                RunView(
                    one.action or "everything",
                    one.scope,
                    one.pressed_ms,
                    "waiting for the keyring",
                )
                for one in self.held
            ),
            reports=self._ledger.reports,
            earlier=self._ledger.earlier,
            timers=(),
        )
