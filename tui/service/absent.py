"""An account without credentials (yet): it keeps its panel, says why, and denies every press."""

from __future__ import annotations

from collections.abc import Callable

from tui.core.accounts import Account
from tui.core.actions import EVERYTHING, Outcome, Report, Scope
from tui.core.clocks import Clock
from tui.core.desk import AccountView, Health, RunView
from tui.service.timers import Timers
from tui.venues import dialect_of
from tui.venues.base import Profile


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
        self._reports: dict[str, Report] = {}
        self.held: dict[tuple[str | None, Scope], int] = {}
        """Presses that go out as soon as the account can send; with their times, epoch ms."""

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
        if self.opening:
            self.held[action_id, scope] = self._clock().wall_ms
            self._changed()
            return []
        denied = [
            Report(
                self.account.name,
                self.account.venue,
                action.id,
                Outcome.DENIED,
                scope,
                started_ms=self._clock().wall_ms,
                message=self._reason,
            )
            for action in self._dialect.actions(self._profile)
            if action_id is None or action.id == action_id
        ]
        self._reports.update({report.action: report for report in denied})
        for report in denied:
            self._ended(report)
        self._changed()
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
                RunView(action or "everything", scope, pressed_ms, "waiting for the keyring")
                for (action, scope), pressed_ms in self.held.items()
            ),
            reports=tuple(self._reports.values()),
            timers=(),
        )
