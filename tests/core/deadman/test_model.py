"""The machine against a venue that does the worst it may, on clocks that do the worst they may.

The model knows the truth, the machine does not. Requests are carried out at any moment while they
are in flight; those given up may still be carried out, once or twice, while their signature is
valid. The machine sleeps through suspends, and its wall clock is set to and fro.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from tui.core.clocks import Instant
from tui.core.deadman.machine import DeadmanMachine
from tui.core.deadman.plan import TimerPlan
from tui.core.deadman.view import TimerState

SIGNATURE_S = 30.0
ROUNDING_S = 1e-6
"""Sums of floating-point seconds are not told apart more finely."""
STRAYS = 2
PROTECTED = (TimerState.ARMED, TimerState.LATE)
SOON = st.floats(0.0, 3.0)
LONG = st.floats(0.0, 40.0)


@dataclass
class Request:
    countdown_s: int
    sent_s: float
    act: int
    """Which of the trader's wishes it serves."""
    deliveries: int = 0


@dataclass
class Server:
    """A venue's timer; times are the true ones, in seconds."""

    until_s: float | None = None
    act: int = 0
    fired_acts: list[int] = field(default_factory=list)

    def pass_to(self, now_s: float) -> None:
        if self.until_s is not None and now_s >= self.until_s + ROUNDING_S:
            self.until_s = None
            self.fired_acts.append(self.act)

    def carry_out(self, request: Request, now_s: float) -> None:
        self.pass_to(now_s)
        request.deliveries += 1
        self.until_s = now_s + request.countdown_s if request.countdown_s else None
        self.act = request.act


class TimerOfAVenue(RuleBasedStateMachine):
    @initialize(countdown_s=st.sampled_from([5, 10, 30]), boot_clock=st.booleans())
    def start(self, countdown_s: int, boot_clock: bool) -> None:
        self.plan = TimerPlan.of(countdown_s, countdown_s / 5, 1.05, 5, 60)
        self.machine = DeadmanMachine(self.plan)
        self.server = Server()
        self.boot_clock = boot_clock
        self.true_s = 1_000.0
        self.mono_s = 50.0
        self.wall_ahead_s = 0.0
        self.flight: Request | None = None
        self.strays: list[Request] = []
        self.stray_landed = False
        self.act = 0
        self.wanted = False
        self.held = False
        self.last_send_s: float | None = None
        self.latched = False

    @property
    def now(self) -> Instant:
        boot_s = self.true_s if self.boot_clock else self.mono_s
        wall_s = self.true_s + self.wall_ahead_s
        return Instant(self.mono_s, boot_s, wall_s, counts_sleep=self.boot_clock)

    def _pass(self, seconds: float) -> None:
        self.true_s += seconds
        self.server.pass_to(self.true_s)

    # --- time ---

    @rule(seconds=SOON)
    def time_passes(self, seconds: float) -> None:
        self.mono_s += seconds
        self._pass(seconds)

    @rule()
    def time_passes_to_the_next_news(self) -> None:
        seconds = self.machine.wait_s(self.now)
        if seconds is not None:
            self.time_passes(seconds)

    @rule(seconds=LONG)
    def stalls(self, seconds: float) -> None:
        """A stopped process, a blocked loop."""
        self.time_passes(seconds)

    @rule(more_s=st.sampled_from([-0.5, 0.0, 0.5, 2.5]))
    def time_passes_to_the_end_of_the_countdown(self, more_s: float) -> None:
        if self.last_send_s is not None:
            seconds = self.last_send_s + self.plan.countdown_s + more_s - self.true_s
            self.time_passes(max(0.0, seconds))

    @rule(seconds=LONG)
    def suspends(self, seconds: float) -> None:
        self._pass(seconds)

    @rule(seconds=st.sampled_from([-3600.0, -7.0, 4.0, 3600.0]))
    def the_wall_clock_is_set(self, seconds: float) -> None:
        if self.boot_clock or seconds > 0:  # without one, the wall clock alone sees a suspend
            before = self.machine.view(self.now, "bitget", "").state_at(self.now)
            self.wall_ahead_s += seconds
            self.machine.tick(self.now)
            after = self.machine.view(self.now, "bitget", "").state_at(self.now)
            assert after is before or not self.boot_clock, "no evidence beside a boot-time clock"

    # --- the trader and the guards ---

    @rule()
    def arm(self) -> None:
        if self.machine.state not in (*PROTECTED, TimerState.ARMING):
            self.act += 1
        self.wanted, self.latched = True, False
        self.machine.arm(self.now)

    @precondition(lambda self: self.wanted)
    @rule()
    def disarm(self) -> None:
        self.wanted, self.latched = False, False
        self.machine.disarm(self.now)

    @precondition(lambda self: self.wanted and not self.held)
    @rule()
    def stop(self) -> None:
        self.held = True
        self.machine.stop("the screen is silent")

    @precondition(lambda self: self.held)
    @rule()
    def resume(self) -> None:
        self.held = False
        self.machine.resume()

    # --- the wire ---

    @precondition(lambda self: self.flight is None)
    @rule()
    def send_when_due(self) -> None:
        while self.flight is None:
            wait_s = self.machine.wait_s(self.now)
            if wait_s is None or self.machine.state is TimerState.AMBIGUOUS:
                break
            self.time_passes(wait_s)
            self.send()

    @rule()
    def send(self) -> None:
        countdown_s = self.machine.next_request(self.now)
        if countdown_s is None:
            return
        assert self.flight is None
        assert self.last_send_s is None or self.true_s - self.last_send_s >= 1.05 - ROUNDING_S
        assert bool(countdown_s) == self.wanted
        if countdown_s and self.act in self.server.fired_acts:
            # The timer of this wish has fired: only one that surely runs again is fed, loudly;
            # where no clock counts sleep, a beat is how the venue is asked.
            assert self.server.until_s is not None or not self.boot_clock
            assert self.machine.state is TimerState.AMBIGUOUS
        self.machine.sent(self.now)
        self.flight = Request(countdown_s, self.true_s, self.act)
        self.last_send_s = self.true_s

    @precondition(lambda self: self.flight is not None and not self.flight.deliveries)
    @rule()
    def carry_out(self) -> None:
        assert self.flight is not None
        self.carried_out_ms = round(self.true_s * 1000)
        self.server.carry_out(self.flight, self.true_s)

    @precondition(lambda self: self.flight is not None)
    @rule(tells_time=st.booleans())
    def acknowledge(self, tells_time: bool) -> None:
        assert self.flight is not None
        if not self.flight.deliveries:
            self.carry_out()
        self.flight = None
        self.machine.acked(self.now, self.carried_out_ms if tells_time else None)

    @precondition(lambda self: self.flight is not None)
    @rule()
    def lose(self) -> None:
        assert self.flight is not None
        self.strays.append(self.flight)
        self.flight = None
        self.machine.lost(self.now, "no answer")

    @precondition(lambda self: self.flight is not None and not self.flight.deliveries)
    @rule(pause_s=st.floats(0.0, 100.0))
    def be_busy(self, pause_s: float) -> None:
        self.flight = None
        self.machine.busy(self.now, pause_s, "429", "too many requests")

    @precondition(lambda self: self.flight is not None and not self.flight.deliveries)
    @rule()
    def refuse(self) -> None:
        self.flight = None
        self.machine.refused(self.now, "40014", "no permission")

    @rule(after_s=st.floats(0.0, 1.0), way_s=st.floats(0.0, 1.0))
    def all_goes_well_for_one_request(self, after_s: float, way_s: float) -> None:
        self.send_when_due()
        if self.flight is not None:
            self.time_passes(after_s)
            if not self.flight.deliveries:
                self.carry_out()
            self.time_passes(way_s)
            self.acknowledge(tells_time=True)

    @rule(arrives=st.booleans())
    def a_request_is_lost(self, arrives: bool) -> None:
        self.send_when_due()
        if self.flight is not None:
            if arrives and not self.flight.deliveries:
                self.carry_out()
            self.time_passes(self.plan.request_timeout_s)
            self.lose()

    @precondition(lambda self: self.strays)
    @rule(which=st.integers(0, 99))
    def a_stray_lands(self, which: int) -> None:
        self.strays = [
            stray
            for stray in self.strays
            if self.true_s - stray.sent_s <= SIGNATURE_S and stray.deliveries < STRAYS
        ]
        if self.strays:
            self.stray_landed = True
            self.server.carry_out(self.strays[which % len(self.strays)], self.true_s)

    # --- what must hold, always ---

    @invariant()
    def one_request_at_a_time(self) -> None:
        if self.flight is not None:
            assert self.machine.next_request(self.now) is None

    @invariant()
    def the_gauge_never_exceeds_the_truth(self) -> None:
        view = self.machine.view(self.now, "bitget", "")
        certain_s = view.certain_s(self.now)
        if certain_s > 0:
            assert self.server.until_s is not None
            assert certain_s <= self.server.until_s - self.true_s + ROUNDING_S
        if view.state in PROTECTED:
            assert certain_s > 0

    @invariant()
    def off_means_that_nothing_of_ours_can_fire(self) -> None:
        if self.machine.state is TimerState.OFF:
            assert self.server.until_s is None

    @invariant()
    def fired_stays_until_the_trader_acts(self) -> None:
        if self.latched:
            assert self.machine.state in (TimerState.FIRED, TimerState.UNKNOWN)
        self.latched = self.machine.state is TimerState.FIRED and self.wanted

    @invariant()
    def the_latest_firing_is_an_upper_bound(self) -> None:
        view = self.machine.view(self.now, "bitget", "")
        if self.stray_landed or self.server.until_s is None:
            return
        assert view.latest_fire_at is not None
        if self.boot_clock and self.flight is None:
            assert self.server.until_s <= view.latest_fire_at.boot_s
        assert view.state is not TimerState.FIRED, "it runs, whatever the wall clock says"


TestTimerOfAVenue = TimerOfAVenue.TestCase
TestTimerOfAVenue.settings = settings(
    max_examples=150,
    stateful_step_count=50,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
