"""An account without credentials (yet): it keeps its panel, says why, and sends nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tui.core.accounts import Account
from tui.core.actions import EVERYTHING, Action, Outcome, Report, Scope
from tui.core.clocks import Clock, Instant
from tui.core.desk import AccountView, Health, RunView
from tui.core.formatting import seconds
from tui.service.account.ledger import Ledger
from tui.service.deadman.timers import Timers
from tui.service.secrets.credential_request import CredentialRequest
from tui.venues import VENUES, adapter_for, title_of
from tui.venues.base.specs import Profile

EVERY_ACTION = "everything"
"""Stands for the actions of an account of which they are not known."""
_EVERYTHING = Action(EVERY_ACTION, EVERY_ACTION, (), (), "")
MOST_HELD = 30
"""Presses of one action and scope that wait for the account; of more the oldest are denied."""
HELD_S = 5.0
"""A press waits for credentials no longer than this. One that is sent later would hit orders that
were placed after it."""
_TOO_LATE = (
    f"not sent: there were no credentials within {seconds(HELD_S)} of the press; "
    "press again once the account is ready"
)

_STOPPED = "not sent: killdesk stopped this account before there were credentials"


@dataclass(frozen=True, slots=True)
class QueuedPress:
    """A cancel that waits for the account's credentials."""

    action: str | None
    scope: Scope
    pressed_ms: int
    at: Instant


class UnavailableAccount:
    """Stands where a worker would, when there is nothing to sign with."""

    timers: Timers | None = None
    round_trip_ms = 0.0

    def __init__(
        self,
        account: Account,
        clock: Clock,
        changed: Callable[[], None],
        ended: Callable[[Report], None] = lambda _: None,
        request: CredentialRequest | None = None,
    ) -> None:
        """`request` asks for the credentials; without one none come, as the account's settings
        cannot be used."""
        self.account = account
        self._ended = ended
        self._request = request
        self._clock = clock
        self._changed = changed
        self._adapter = adapter_for(account) if account.venue in VENUES else None
        self._profile = Profile(family="" if account.family == "auto" else account.family)
        self._ledger = Ledger()
        self._held: list[QueuedPress] = []

    def start(self) -> None:
        """Nothing runs for such an account."""

    async def stop(self) -> None:
        """Denies the presses that wait: nothing of them is sent any more."""
        held, self._held = self._held, []
        for one in held:
            self._deny(one.action, one.scope, one.pressed_ms, _STOPPED)

    async def learned(self, at_most_s: float) -> None:
        """There is nothing to learn with."""

    def cancel_then_disarm(self) -> None:
        """Handles the cancel; there is no timer to switch off."""
        self.cancel()

    def cancel(self, action_id: str | None = None, scope: Scope = EVERYTHING) -> list[Report]:
        """Denies the press, with the reason; while credentials may come any moment, holds it."""
        now = self._clock()
        pressed_ms = self._ledger.press_ms(now.wall_ms)
        if not self._waiting:
            return self._deny(action_id, scope, pressed_ms, self.reason)
        same = [one for one in self._held if (one.action, one.scope) == (action_id, scope)]
        if len(same) >= MOST_HELD:
            self._held.remove(same[0])
            words = f"not sent: followed by {MOST_HELD} more presses while it had to wait"
            self._deny(action_id, scope, same[0].pressed_ms, words)
        self._held.append(QueuedPress(action_id, scope, pressed_ms, now))
        self._changed()
        return []

    async def cancel_to_the_end(self) -> list[Report]:
        """Denies the press, with the reason."""
        pressed_ms = self._ledger.press_ms(self._clock().wall_ms)
        silent = self._request is not None and not self._request.answered.is_set()
        reason = f"not sent: {self.reason}" if silent else self.reason
        return self._deny(None, EVERYTHING, pressed_ms, reason)

    def take_queued(self) -> list[QueuedPress]:
        """The presses to be sent now that there are credentials; those that are too old are denied,
        and nothing is held any more."""
        held, self._held = self._held, []
        sent = [one for one in held if not self._too_old(one)]
        for one in held:
            if one not in sent:
                self._deny(one.action, one.scope, one.pressed_ms, _TOO_LATE)
        return sent

    def drop_queued(self) -> None:
        """Denies the presses that have waited too long, or for nothing."""
        waiting = self._waiting
        kept = [one for one in self._held if waiting and not self._too_old(one)]
        dropped = [one for one in self._held if one not in kept]
        self._held = kept
        for one in dropped:
            reason = _TOO_LATE if self._too_old(one) else self.reason
            self._deny(one.action, one.scope, one.pressed_ms, reason)

    def refresh(self) -> None:
        """Asks for the credentials again, now."""
        if self._request is not None:
            self._request.ask_again()

    @property
    def reason(self) -> str:
        """Why it has no credentials, in one sentence."""
        return self._request.reason if self._request is not None else self.account.problem

    @property
    def _actions(self) -> tuple[Action, ...]:
        return self._adapter.actions(self._profile) if self._adapter is not None else ()

    @property
    def _waiting(self) -> bool:
        return self._request is not None and self._request.fresh

    def _too_old(self, press: QueuedPress) -> bool:
        return self._clock().since(press.at) > HELD_S

    def _deny(
        self, action_id: str | None, scope: Scope, pressed_ms: int, reason: str
    ) -> list[Report]:
        denied = [
            self._deny_one(action, scope, pressed_ms, reason)
            for action in self._actions or (_EVERYTHING,)
            if action_id in (None, action.id)
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
            coverage=self.view.coverage,
        )
        self._ledger.end(denied, action, now.mono_s)
        self._ended(denied)
        return denied

    @property
    def view(self) -> AccountView:
        return AccountView(
            name=self.account.name,
            venue=self.account.venue,
            title=title_of(self.account),
            health=Health.CONNECTING if self._waiting else Health.DOWN,
            reason=self.reason,
            family=self._profile.family,
            paper=self.account.demo_trading,
            key_note="",
            routes=(),
            kinds=self._adapter.kinds(self._profile) if self._adapter is not None else (),
            actions=self._actions,
            book=None,
            book_error="",
            runs=tuple(
                RunView(
                    one.action or EVERY_ACTION, one.scope, one.pressed_ms, "waiting for the keyring"
                )
                for one in self._held
            ),
            reports=self._ledger.reports,
            earlier=self._ledger.earlier,
            timers=(),
        )
