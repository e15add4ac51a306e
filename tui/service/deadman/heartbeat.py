"""Holds one dead-man timer: its own task, its own connection, and the machine that decides."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from functools import partial

from tui.core.accounts import TimerSettings
from tui.core.actions import Ack, Verdict
from tui.core.clocks import Clock, Instant
from tui.core.deadman.contention import ContentionDetector
from tui.core.deadman.machine import STRAY_S, DeadmanMachine
from tui.core.deadman.view import TimerState, TimerView
from tui.core.errors import describe_internal_error
from tui.core.formatting import seconds
from tui.service.deadman.guards import Guards
from tui.service.deadman.timer_lock import TimerLock
from tui.service.deadman.timer_past import TimerPast
from tui.service.desk.blocking import BlockingRunner
from tui.service.desk.scheduling import WakeableSleep
from tui.service.network.dispatcher import Dispatcher
from tui.venues.base.errors import VenueError
from tui.venues.base.messages import Exchange
from tui.venues.base.specs import TimerSpec

GUARD_S = 1.0
"""Between two looks at the guards."""
LOCK_S = 1.0
"""How long to arm waits for the lock: a disk that hangs keeps no timer from protecting."""


class Heartbeat:
    """Sends what the machine asks for, when it asks for it, and tells it what came back.

    `fired` is called when the timer may have fired, for the book to be read; `note` with every
    change of its state, in one line for the record.
    """

    def __init__(
        self,
        spec: TimerSpec,
        settings: TimerSettings,
        set_timer: Callable[[str, int], Exchange[Ack]],
        courier: Dispatcher,
        clock: Clock,
        changed: Callable[[], None],
        resync: Callable[[], None],
        fired: Callable[[], None],
        note: Callable[[str], None],
        lock: TimerLock | None,
    ) -> None:
        self.id = spec.id
        self._spec = spec
        self._set_timer = set_timer
        self._courier = courier
        self._clock = clock
        self._changed = changed
        self._resync = resync
        self._fired = fired
        self._note = note
        self._lock = lock
        self._disk = BlockingRunner()
        self._arming: asyncio.Task[None] | None = None
        """Waits for the lock."""
        self._wants_lock = False
        self._off_lost: Instant | None = None
        """When the last switch-off left that had no answer."""
        self._left_behind: TimerPast | None = None
        """What an earlier killdesk left, until somebody arms or disarms it here."""
        self._past: TimerPast | None = None
        """What the next killdesk must know."""
        self._keeping: asyncio.Task[None] | None = None
        """Writes it down."""
        self._guards = Guards(settings.guards, clock)
        self._rivals = ContentionDetector()
        self._reasons: dict[str, str] = {}
        """Why beats are withheld, by who withholds them."""
        self._denied = ""
        """Why the last wish to arm was not followed."""
        self._wake = WakeableSleep()
        self._no_disarm_pending = asyncio.Event()
        self._no_disarm_pending.set()
        self._plan = spec.plan(settings)
        self._machine = DeadmanMachine(self._plan)
        self._seen = self._machine.state

    @property
    def view(self) -> TimerView:
        now = self._clock()
        view = self._machine.view(now, self.id, self._spec.covers)
        return replace(
            view,
            message=self._past_message(now) or view.message or self._denied or self._unlocked,
            left_behind=self._left_behind is not None,
            guards=self._guards.views,
            rival=self._rivals.words(now),
        )

    def arm(self) -> None:
        """Starts the timer and holds it; not if another killdesk here holds it already."""
        if self._lock is None:
            self._arm("")
        elif self._arming is None:
            self._wants_lock = True
            self._arming = asyncio.create_task(
                self._arm_with(self._lock), name=f"lock of {self.id}"
            )

    async def _arm_with(self, lock: TimerLock) -> None:
        """Beside the loop, which a disk that hangs would stop: with it every cancel."""

        def take() -> str:
            denied = lock.take()
            if not self._wants_lock:  # it came too late: nobody would give it back
                lock.release()
            elif not denied:
                self._keep_ahead(lock)
            return denied

        try:
            async with asyncio.timeout(LOCK_S):
                found = await self._disk.run(take)
            denied = found if isinstance(found, str) else lock.do_without(type(found).__name__)
        except TimeoutError:
            denied = lock.do_without("no answer")
        except Exception as error:  # noqa: BLE001  as any lock that cannot be had
            denied = lock.do_without(type(error).__name__)
        self._arming = None
        self._arm(denied)

    def _arm(self, denied: str) -> None:
        self._denied = denied
        if not denied:
            self._take_over()
            self._guards.begin()
            if self._guards.views:
                # Not a beat before what it shall prove has been looked at.
                self._withhold("guard", "looking at the guards")
            self._machine.arm(self._clock())
        self._nudge()

    def disarm(self) -> None:
        self._stop_arming()
        if self._left_behind is not None:
            self._take_over()
        self._machine.disarm(self._clock())
        if self._machine.disarming:
            self._no_disarm_pending.clear()
        self._nudge()

    def confirm_presence(self) -> None:
        """Somebody is there: a guard that asks for it begins anew."""
        self._guards.confirm_presence()
        self._nudge()

    async def disarmed(self) -> None:
        """Returns when no disarm is under way."""
        await self._no_disarm_pending.wait()

    def screen_silent(self, silent_s: float) -> None:
        """The screen has not answered for `silent_s`, 0 when it has: a screen that nobody can use
        protects nobody, so the beats stop and the timer is left to run out."""
        silent = seconds(round(silent_s))
        reason = f"beats withheld: the screen was silent for {silent}" if silent_s else ""
        self._withhold("screen", reason)

    def _withhold(self, who: str, reason: str) -> None:
        """No more beats while anybody has a reason; after the last, beats again, unless the timer
        may have fired meanwhile."""
        self._reasons[who] = reason
        self._follow_reasons()
        self._nudge()

    def _follow_reasons(self) -> None:
        reasons = [one for one in self._reasons.values() if one]
        if reasons:
            self._machine.stop(reasons[0])
        else:
            self._machine.resume()

    async def watch_guards(self) -> None:
        """Looks at what must hold for the beats to go on, until cancelled."""
        while self._guards.views:
            if self._machine.wanted:
                fault = await self._guards.check()
                self._withhold("guard", f"beats withheld: {fault}" if fault else "")
            await asyncio.sleep(GUARD_S)

    def _stop_arming(self) -> None:
        self._wants_lock = False
        if self._arming is not None:
            self._arming.cancel()
            self._arming = None

    def close(self) -> None:
        """Lets another killdesk have the timer."""
        self._stop_arming()
        if self._lock is not None:
            self._lock.release()

    async def run(self) -> None:
        """Beats until cancelled."""
        looking = asyncio.create_task(self._look_back(), name=f"past of {self.id}")
        try:
            await self._beat()
        finally:
            looking.cancel()

    async def _beat(self) -> None:
        while True:
            now = self._clock()
            self._machine.tick(now)
            countdown_s = self._machine.next_request(now)
            if self._machine.state is not self._seen:
                self._look()
            kept = self._keeping is None or self._keeping.done()
            if kept and not self._machine.disarming:
                self._no_disarm_pending.set()
            idle = kept and self._machine.state is TimerState.OFF and not self._machine.wanted
            if idle and self._arming is None:
                self.close()
            if countdown_s is None:
                self._wake.hush()
                await self._wake.sleep(self._machine.wait_s(now))
            else:
                await self._send(countdown_s)

    async def _send(self, countdown_s: int) -> None:
        now = self._clock()
        self._machine.sent(now)
        self._rivals.sent(now)
        if self._machine.state is not self._seen:
            self._changed()  # of a beat that is like the one before its frame tells soon enough
        off_lost = self._off_lost
        if not countdown_s:
            self._off_lost = now  # until it has an answer
        self._keep(now)
        ack = await self._ask(countdown_s)
        if not countdown_s and ack.verdict is not Verdict.UNKNOWN:
            self._off_lost = off_lost
        now = self._clock()
        match ack.verdict:
            case Verdict.ACCEPTED | Verdict.NOTHING:
                self._machine.acked(now, ack.server_ms, ack.trigger_ms)
            case Verdict.REFUSED:
                self._machine.refused(now, ack.code, ack.text)
            case Verdict.BUSY:
                self._machine.busy(now, ack.retry_after_s, ack.code, ack.text)
                if ack.code in self._spec.limit_codes:
                    self._rivals.limited(now)
                self._resync()
            case Verdict.UNKNOWN:
                self._machine.lost(now, ack.text or "no answer")
        self._keep(now)
        if ack.verdict not in (Verdict.ACCEPTED, Verdict.NOTHING):
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
            return Ack(
                Verdict.UNKNOWN, "", f"a fault of killdesk's own: {describe_internal_error(error)}"
            )

    # --- what one killdesk leaves for the next ----------------------------------------------------

    @property
    def left_behind(self) -> bool:
        """An earlier killdesk armed it, and nobody here has armed or disarmed it since."""
        return self._left_behind is not None

    async def _look_back(self) -> None:
        """Beside the beats, which wait for no disk. What it finds is of a killdesk that has ended:
        of one that lives the lock cannot be had."""
        if self._lock is None:
            return
        ours = await self._disk.run(self._lock.look)
        self._wake.ring()  # the lock is given back where nothing needs it
        past = self._lock.past
        if ours is not True or past is None or self._machine.wanted or self._arming is not None:
            return
        now = self._clock()
        if past.message(now, self._plan.countdown_s):
            self._left_behind = past
        if past.may_fire(now):
            past.restore(self._machine, now)
            self._withhold("past", "an earlier killdesk armed it")
        self._nudge()

    def _past_message(self, now: Instant) -> str:
        past = self._left_behind
        if past is None:
            return ""
        return past.by_clock_of(now, past.boot).message(now, self._plan.countdown_s)

    def _take_over(self) -> None:
        """The trader acts on the timer: what an earlier killdesk left in doubt is in doubt here."""
        past = self._lock.past if self._lock is not None else None
        self._left_behind, self._reasons["past"] = None, ""
        if past is not None and past != self._past:
            now = self._clock()
            past = past.by_clock_of(now, past.boot)
            if self._machine.state is not TimerState.OFF and past.off_arrives_ms > now.wall_ms:
                self._machine = DeadmanMachine(
                    self._plan
                )  # a switch-off in doubt is the worse news
            if self._machine.state is TimerState.OFF:
                self._off_lost = past.restore_switch_off(self._machine, now) or self._off_lost
        self._follow_reasons()

    def _keep_ahead(self, lock: TimerLock) -> None:
        """Before the first beat leaves: the process may end right after it. Touches the disk."""
        now, before = self._clock(), lock.past
        past = TimerPast.of(self._machine, now, arming=True)
        if past is not None and before is not None:
            before = before.by_clock_of(now, before.boot)
            past = replace(past, off_arrives_ms=before.off_arrives_ms)
        lock.keep(past)

    def _keep(self, now: Instant) -> None:
        """Has written down what the next killdesk must know; no request waits for the disk."""
        lost = self._off_lost
        if lost is not None and now.steady_since(lost) >= STRAY_S:
            lost = self._off_lost = None
        self._past = TimerPast.of(self._machine, now, lost)
        if self._lock is not None and (self._keeping is None or self._keeping.done()):
            keep = self._keep_newest(self._lock)
            self._keeping = asyncio.create_task(keep, name=f"past of {self.id}")

    async def _keep_newest(self, lock: TimerLock) -> None:
        kept: TimerPast | None = None
        first = True
        try:
            while first or kept != self._past:
                first, kept = False, self._past
                await self._disk.run(partial(lock.keep, kept))
            lock.past = kept
        finally:
            self._wake.ring()

    @property
    def _unlocked(self) -> str:
        """Why a second killdesk on this machine would not be noticed; empty if it would."""
        return self._lock.note if self._lock is not None else ""

    def _look(self) -> None:
        """The state is another one: on record with it; if it may have fired, the book is read."""
        view = self._machine.view(self._clock(), self.id, self._spec.covers)
        self._seen = view.state
        fired = f" {view.fired_words} UTC" if view.fired_words else ""
        message = f": {view.message}" if view.message else ""
        self._note(f"timer {self.id} {view.state}{fired}{message}")
        if view.state in (TimerState.AMBIGUOUS, TimerState.FIRED):
            self._fired()
        self._changed()

    def _nudge(self) -> None:
        self._wake.ring()
        self._changed()
