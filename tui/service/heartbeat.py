"""Holds one dead-man timer: its own task, its own connection, and the machine that decides."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from tui.core.accounts import TimerSettings
from tui.core.actions import Ack, Verdict
from tui.core.clocks import Clock
from tui.core.deadman import Deadman, TimerPlan, TimerState, TimerView
from tui.service.courier import Courier
from tui.venues.base import Talk, TimerSpec, VenueError


class Heartbeat:
    """Sends what the machine asks for, when it asks for it, and tells it what came back.

    `fired` is called when the timer may have fired, for the book to be read.
    """

    def __init__(
        self,
        spec: TimerSpec,
        settings: TimerSettings,
        set_timer: Callable[[str, int], Talk[Ack]],
        courier: Courier,
        clock: Clock,
        changed: Callable[[], None],
        resync: Callable[[], None],
        fired: Callable[[], None],
    ) -> None:
        self.id = spec.id
        self._spec = spec
        self._set_timer = set_timer
        self._courier = courier
        self._clock = clock
        self._changed = changed
        self._resync = resync
        self._fired = fired
        self._wake = asyncio.Event()
        self._no_disarm_pending = asyncio.Event()
        self._no_disarm_pending.set()
        self._machine = Deadman(plan_of(spec, settings))

    @property
    def view(self) -> TimerView:
        return self._machine.view(self._clock(), self._spec.id, self._spec.covers)

    def arm(self) -> None:
        self._machine.arm(self._clock())
        self._nudge()

    def disarm(self) -> None:
        self._machine.disarm(self._clock())
        if self._machine.disarming:
            self._no_disarm_pending.clear()
        self._nudge()

    def confirm_presence(self) -> None:
        """Somebody is there: a guard that asks for it begins anew."""

    async def disarmed(self) -> None:
        """Returns when no disarm is under way."""
        await self._no_disarm_pending.wait()

    def withhold(self, reason: str) -> None:
        """No more beats; the timer is left to run out. `reason` is shown."""
        self._machine.stop(reason)
        self._nudge()

    def resume(self) -> None:
        """Beats again, unless the timer may have fired meanwhile."""
        self._machine.resume()
        self._nudge()

    async def run(self) -> None:
        """Beats until cancelled."""
        while True:
            now = self._clock()
            before = self._machine.state
            self._machine.tick(now)
            countdown_s = self._machine.next_request(now)
            if self._machine.state is not before:
                self._changed()
                if self._machine.state in (TimerState.AMBIGUOUS, TimerState.FIRED):
                    self._fired()
            if not self._machine.disarming:
                self._no_disarm_pending.set()
            if countdown_s is None:
                await self._sleep(self._machine.wait_s(now))
            else:
                await self._send(countdown_s)

    async def _send(self, countdown_s: int) -> None:
        self._machine.sent(self._clock())
        self._changed()
        ack = await self._ask(countdown_s)
        now = self._clock()
        match ack.verdict:
            case Verdict.ACCEPTED | Verdict.NOTHING:
                self._machine.acked(now, ack.server_ms)
            case Verdict.REFUSED:
                self._machine.refused(now, ack.code, ack.text)
            case Verdict.BUSY:
                self._machine.busy(now, ack.retry_after_s, ack.code, ack.text)
                self._resync()
            case Verdict.UNKNOWN:
                self._machine.lost(now, ack.text or "no answer")
        self._changed()

    async def _ask(self, countdown_s: int) -> Ack:
        try:
            return await self._courier.run(
                self._set_timer(self.id, countdown_s),
                self._machine.plan.request_timeout_s,
            )
        except VenueError as error:
            return error.ack
        except Exception as error:  # noqa: BLE001  the machine must hear of every request it sent
            return Ack(Verdict.UNKNOWN, "", f"a fault of killdesk's own: {type(error).__name__}")

    async def _sleep(self, seconds: float | None) -> None:
        self._wake.clear()
        try:
            async with asyncio.timeout(seconds):
                await self._wake.wait()
        except TimeoutError:
            pass

    def _nudge(self) -> None:
        self._wake.set()
        self._changed()


def plan_of(spec: TimerSpec, settings: TimerSettings) -> TimerPlan:
    """The trader's settings within the venue's limits."""
    return TimerPlan.of(
        settings.countdown_s, settings.beat_s, spec.spacing_s, spec.min_s, spec.max_s
    )
