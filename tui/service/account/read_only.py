"""An account that is only looked at: it reads, it holds no timer, and it denies every command."""

from __future__ import annotations

import asyncio

from tui.core.accounts import Account
from tui.core.actions import EVERYTHING, Outcome, Report, Scope
from tui.core.desk_gate import VIEW_ONLY
from tui.service.account.worker import AccountWorker
from tui.venues import adapter_for
from tui.venues.base.protocol import VenueAdapter
from tui.venues.common.read_only import ReadOnlyAdapter


class ReadOnlyWorker(AccountWorker):
    """As any account's worker, but nothing in it could build a cancel or a beat."""

    @staticmethod
    def speech(account: Account) -> VenueAdapter:
        return ReadOnlyAdapter(adapter_for(account))

    def cancel(
        self, action_id: str | None = None, scope: Scope = EVERYTHING
    ) -> list[asyncio.Future[Report]]:
        """Denies the press; its report says why."""
        now = self._clock()
        for action in self._profile.actions:
            if action_id not in (None, action.id):
                continue
            denied = Report(
                self.account.name,
                self.account.venue,
                action.id,
                Outcome.DENIED,
                scope,
                started_ms=self._ledger.press_ms(now.wall_ms),
                ended_ms=now.wall_ms,
                message=VIEW_ONLY,
                coverage=self.view.coverage,
            )
            self._ledger.end(denied, action, now.mono_s)
            self._ended(denied)
        self._changed()
        return []

    def cancel_then_disarm(self) -> None:
        """Denies the press; there is no timer to switch off."""
        self.cancel()
