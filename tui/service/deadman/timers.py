"""The dead-man timers of one account: armed and disarmed together, on a connection of their own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path

from tui.core.accounts import Account, TimerSettings
from tui.core.actions import Ack
from tui.core.deadman.view import TimerView
from tui.service.account.context import AccountContext
from tui.service.deadman.heartbeat import Heartbeat
from tui.service.deadman.timer_lock import TimerLock
from tui.service.network.dispatcher import Dispatcher
from tui.service.network.rest_route import RestRoute
from tui.venues.base.messages import Exchange


class Timers:
    """Every timer that the settings ask for. Without one, all of this does nothing."""

    def __init__(
        self,
        account: Account,
        access: AccountContext,
        set_timer: Callable[[str, int], Exchange[Ack]],
        fired: Callable[[], None],
        locks: Path | None,
    ) -> None:
        settings = account.deadman or TimerSettings()
        self.on_quit = settings.on_quit
        # Nothing that a panel reads or cancels may stand before a beat.
        self._rest = RestRoute(access, account.rest_url)

        def note(text: str) -> None:
            access.record("rest", "note", text)

        key = access.credentials.api_key.reveal()
        self._beats = tuple(
            Heartbeat(
                spec,
                settings,
                set_timer,
                Dispatcher(self._rest, remedy=access.remedy),
                access.clock,
                access.changed,
                resync=access.venue_clock.resync,
                fired=fired,
                note=note,
                lock=TimerLock(locks, spec.id, key, access.clock) if locks else None,
            )
            for spec in access.adapter.spec.timers_of(account)
        )

    @property
    def views(self) -> tuple[TimerView, ...]:
        return tuple(beat.view for beat in self._beats)

    def work(self) -> Iterator[tuple[Callable[[], Coroutine[None, None, None]], str]]:
        """What has to run for them, each with a name."""
        for beat in self._beats:
            yield beat.run, f"heartbeat {beat.id}"
            yield beat.watch_guards, f"guards {beat.id}"

    def arm(self) -> None:
        """Starts every timer and its beats; also anew after it fired."""
        for beat in self._beats:
            beat.arm()

    def disarm(self) -> None:
        """Stops the beats and switches every timer off."""
        for beat in self._beats:
            beat.disarm()

    def leave(self) -> None:
        """The end has come: does with an armed timer what the settings say nobody needs asking."""
        if self.on_quit == "disarm":
            for beat in self._beats:
                if not beat.left_behind:  # not ours to switch off unasked
                    beat.disarm()

    async def disarmed(self) -> None:
        """Returns when no disarm is under way."""
        await asyncio.gather(*(beat.disarmed() for beat in self._beats))

    def screen_silent(self, seconds: float) -> None:
        """The screen has not answered for so long; 0: it has."""
        for beat in self._beats:
            beat.screen_silent(seconds)

    def confirm_presence(self) -> None:
        """Somebody is there."""
        for beat in self._beats:
            beat.confirm_presence()

    async def close(self) -> None:
        """Lets go of the timers and their connection, once nothing runs for them any more."""
        for beat in self._beats:
            beat.close()
        self._rest.close()
