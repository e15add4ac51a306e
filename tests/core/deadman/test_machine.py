"""The dead-man machine, case by case, on clocks that only the test moves."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from tui.core.clocks import Instant
from tui.core.deadman.machine import DeadmanMachine
from tui.core.deadman.plan import TimerPlan
from tui.core.deadman.view import TimerState, TimerView, repaint_every_s

T = 30
START_WALL_S = 1_700_000_000.0


class Rig:
    """A machine with its clocks, and the few moves that most cases need."""

    def __init__(self, plan: TimerPlan | None = None) -> None:
        self.now = Instant(100.0, 500.0, START_WALL_S)
        self.counts_sleep = True
        """Whether there is a boot-time clock."""
        self.machine = DeadmanMachine(plan or TimerPlan())

    def wait(self, seconds: float) -> Rig:
        self.step(mono=seconds, boot=seconds, wall=seconds)
        return self

    def step(self, mono: float = 0.0, boot: float = 0.0, wall: float = 0.0) -> None:
        now = self.now
        self.now = Instant(
            now.mono_s + mono, now.boot_s + boot, now.wall_s + wall, self.counts_sleep
        )
        self.machine.tick(self.now)

    def arm(self) -> Rig:
        self.machine.arm(self.now)
        return self

    def disarm(self) -> Rig:
        self.machine.disarm(self.now)
        return self

    def next(self) -> int | None:
        return self.machine.next_request(self.now)

    def send(self, countdown_s: int = T) -> Rig:
        assert self.next() == countdown_s
        self.machine.sent(self.now)
        return self

    def ack(self, after_s: float = 0.1, server_ms: int | None = None) -> Rig:
        self.wait(after_s)
        self.machine.acked(self.now, server_ms)
        return self

    def lose(self, after_s: float = 2.0) -> Rig:
        self.wait(after_s)
        self.machine.lost(self.now, "no answer within 2 s")
        return self

    def armed(self, server_ms: int | None = None) -> Rig:
        """ARMED, 0.1 s after the send."""
        return self.arm().send().ack(server_ms=server_ms)

    @property
    def state(self) -> TimerState:
        return self.machine.state

    @property
    def view(self) -> TimerView:
        return self.machine.view(self.now, "bitget", "every order of the account")

    @property
    def certain_s(self) -> float:
        return self.view.certain_s(self.now)


@pytest.fixture
def rig() -> Rig:
    return Rig()


# --- the way in and the steady beat ---------------------------------------------------------------


def test_off_until_the_trader_arms(rig: Rig) -> None:
    assert rig.state is TimerState.OFF
    assert rig.next() is None
    assert rig.machine.wait_s(rig.now) is None
    assert rig.view.sent_at is None


def test_armed_only_by_an_acknowledgement(rig: Rig) -> None:
    rig.arm().send()
    assert rig.state is TimerState.ARMING
    assert rig.certain_s == 0
    rig.ack(0.25)
    assert rig.state is TimerState.ARMED
    assert rig.view.latency_ms == pytest.approx(250)
    assert rig.view.last_beat_ms == round(START_WALL_S * 1000)


def test_time_left_counts_from_the_send_and_the_latest_firing_from_the_answer(rig: Rig) -> None:
    rig.arm().send()
    sent = rig.now
    rig.ack(1.5)
    assert rig.view.sent_at == sent
    assert rig.certain_s == pytest.approx(T - 1.5)
    latest = rig.view.latest_fire_at
    assert latest is not None
    assert latest.mono_s - sent.mono_s == pytest.approx(1.5 + T + 2.0)


def test_beats_follow_the_last_send_and_not_the_last_answer(rig: Rig) -> None:
    rig.armed().wait(4.8)
    assert rig.next() is None
    assert rig.machine.wait_s(rig.now) == pytest.approx(0.1)
    rig.wait(0.1)
    rig.send().ack(1.0)
    assert rig.wait(3.9).next() is None
    assert rig.wait(0.1).next() == T


def test_a_sleep_is_never_longer_than_two_seconds(rig: Rig) -> None:
    """It would not notice a suspend."""
    assert rig.armed().machine.wait_s(rig.now) == 2.0


def test_one_request_in_flight(rig: Rig) -> None:
    rig.arm().send()
    for _ in range(50):
        assert rig.wait(0.5).next() is None


def test_a_late_beat_goes_at_once_and_brings_no_burst(rig: Rig) -> None:
    rig.armed().wait(17.0)
    assert rig.machine.wait_s(rig.now) == 0.0
    rig.send().ack()
    assert rig.next() is None
    assert rig.wait(4.8).next() is None
    assert rig.wait(0.1).next() == T


def test_arming_what_is_armed_changes_nothing(rig: Rig) -> None:
    rig.armed().wait(2.0)
    rig.arm()
    assert rig.state is TimerState.ARMED
    assert rig.next() is None


# --- answers that do not come ---------------------------------------------------------------------


def test_a_lost_beat_is_late_and_narrows_nothing(rig: Rig) -> None:
    rig.armed()
    before = rig.view
    rig.wait(4.9).send().lose()
    assert rig.state is TimerState.LATE
    assert rig.view.misses == 1
    assert rig.view.message == "no answer within 2 s"
    assert rig.view.sent_at == before.sent_at
    assert before.latest_fire_at is not None and rig.view.latest_fire_at is not None
    assert rig.view.latest_fire_at.since(rig.now) == pytest.approx(T + 2.0)
    assert rig.next() == T, "tried again at once: its timeout was longer than the spacing"


def test_a_retry_keeps_the_spacing(rig: Rig) -> None:
    rig.armed().wait(4.9).send().lose(0.01)
    assert rig.next() is None
    assert rig.machine.wait_s(rig.now) == pytest.approx(1.04)
    assert rig.wait(1.03).next() is None
    assert rig.wait(0.02).next() == T


def test_misses_count_until_an_answer(rig: Rig) -> None:
    rig.armed().wait(4.9)
    for misses in (1, 2, 3):
        rig.send().lose()
        assert rig.view.misses == misses
    rig.send().ack()
    assert rig.view.misses == 0
    assert rig.state is TimerState.ARMED
    assert rig.view.message == ""


def test_an_overdue_beat_is_late_though_nothing_was_lost(rig: Rig) -> None:
    rig.armed().wait(6.8)
    assert rig.state is TimerState.ARMED
    rig.wait(0.1)
    assert rig.state is TimerState.LATE


def test_a_first_arm_without_answer_may_be_armed_and_is_tried_again(rig: Rig) -> None:
    rig.arm().send().lose()
    assert rig.state is TimerState.UNKNOWN
    assert rig.certain_s == 0
    assert rig.view.latest_fire_at is not None
    rig.send()
    assert rig.state is TimerState.UNKNOWN
    assert rig.ack().state is TimerState.ARMED


def test_a_first_arm_is_not_tried_again_once_it_may_have_fired(rig: Rig) -> None:
    rig.arm().send().lose()
    rig.wait(T - 2.0)
    assert rig.state is TimerState.AMBIGUOUS
    assert rig.next() is None
    rig.wait(1_000)
    assert rig.state is TimerState.AMBIGUOUS, "nobody knows whether it was ever armed"
    assert rig.arm().next() == T


def test_busy_is_not_executed_and_waits_as_told(rig: Rig) -> None:
    rig.armed()
    before = rig.view
    rig.wait(4.9).send().wait(0.1)
    rig.machine.busy(rig.now, 3.0, "429", "too many requests")
    assert rig.state is TimerState.LATE
    assert rig.view.message == "429 too many requests"
    assert rig.view.latest_fire_at == before.latest_fire_at
    assert rig.wait(2.9).next() is None
    assert rig.wait(0.1).next() == T


def test_busy_for_longer_than_a_beat_is_asked_again_after_a_beat(rig: Rig) -> None:
    rig.armed().wait(4.9).send()
    rig.machine.busy(rig.now, 3_600.0, "429", "")
    assert rig.wait(4.9).next() is None
    assert rig.wait(0.1).next() == T


def test_a_rival_s_burst_of_429_stays_late_and_recovers(rig: Rig) -> None:
    rig.armed().wait(4.9)
    for _ in range(8):
        rig.send()
        rig.machine.busy(rig.now, 1.0, "429", "")
        assert rig.state is TimerState.LATE
        rig.wait(1.06)
    assert rig.send().ack().state is TimerState.ARMED


def test_an_answer_to_a_request_given_up_is_not_listened_to(rig: Rig) -> None:
    rig.arm().send().lose()
    rig.machine.acked(rig.now, None)
    assert rig.state is TimerState.UNKNOWN


# --- running out ----------------------------------------------------------------------------------


def test_runs_out_by_way_of_late_and_ambiguous_to_fired(rig: Rig) -> None:
    seen = []
    rig.armed()
    for _ in range(400):
        rig.wait(0.1)
        if not seen or seen[-1] is not rig.state:
            seen.append(rig.state)
    states = TimerState
    assert seen == [states.ARMED, states.LATE, states.AMBIGUOUS, states.FIRED]


def test_the_boundary_itself_is_no_longer_safe(rig: Rig) -> None:
    rig.arm().send().ack(0.0)
    rig.wait(T - 0.001)
    assert rig.next() == T
    rig = Rig().arm().send().ack(0.0).wait(T)
    assert rig.state is TimerState.AMBIGUOUS
    assert rig.next() is None
    assert rig.certain_s == 0


def test_fired_is_latched_until_the_trader_arms_again(rig: Rig) -> None:
    rig.armed().wait(40.0)
    assert rig.state is TimerState.FIRED
    rig.machine.resume()
    for _ in range(100):
        assert rig.wait(1.0).next() is None
        assert rig.state is TimerState.FIRED
    assert rig.machine.wait_s(rig.now) is None
    rig.arm()
    assert rig.state is TimerState.ARMING
    assert rig.send().ack().state is TimerState.ARMED


def test_not_fired_while_an_unanswered_beat_may_have_prolonged_it(rig: Rig) -> None:
    rig.armed().wait(26.0).send().lose()
    rig.wait(5.0)
    assert rig.state is TimerState.AMBIGUOUS
    assert rig.next() is None
    rig.wait(T - 3.1)
    assert rig.state is TimerState.AMBIGUOUS
    rig.wait(0.2)
    assert rig.state is TimerState.FIRED


def test_an_unanswered_request_may_arrive_for_half_a_minute_whatever_the_state(rig: Rig) -> None:
    rig.armed().wait(1.0).disarm().send(0).lose(2.0)
    rig.send(0).ack(0.1)
    assert rig.state is TimerState.OFF
    until = rig.view.stray_until
    assert until is not None
    assert until.since(rig.now) == pytest.approx(31.0 - 2.1)
    rig.wait(28.8)
    assert rig.view.stray_until is not None
    rig.wait(0.2)
    assert rig.view.stray_until is None


def test_a_request_given_up_late_may_have_been_carried_out_until_then(rig: Rig) -> None:
    rig.armed().wait(4.9).send().lose(6.0)
    latest = rig.view.latest_fire_at
    assert latest is not None
    assert latest.since(rig.now) == pytest.approx(T + 2.0)


def test_an_answer_a_countdown_after_the_send_before_is_ambiguous(rig: Rig) -> None:
    rig.armed().wait(28.9).send()
    rig.ack(1.0)
    assert rig.state is TimerState.AMBIGUOUS
    assert "may have fired" in rig.view.message
    assert rig.certain_s == pytest.approx(T - 1.0), "the timer that runs now is certain"
    assert rig.wait(4.0).next() == T, "and is fed"
    rig.send().ack()
    assert rig.state is TimerState.AMBIGUOUS, "until the trader has seen it"
    assert rig.arm().state is TimerState.ARMED


def test_an_answer_just_in_time_is_not_ambiguous(rig: Rig) -> None:
    rig.armed().wait(28.8).send().ack(1.0)
    assert rig.state is TimerState.ARMED


def test_an_answer_a_countdown_after_its_own_send_protects_nothing(rig: Rig) -> None:
    rig.arm().send().ack(float(T))
    assert rig.state is TimerState.AMBIGUOUS
    assert rig.certain_s == 0
    assert rig.next() is None


@pytest.mark.parametrize(
    ("apart_ms", "state"),
    [
        (29_999, TimerState.ARMED),
        (30_000, TimerState.AMBIGUOUS),
        (90_000, TimerState.AMBIGUOUS),
    ],
)
def test_the_venue_s_clock_can_tell_a_lapse_too(rig: Rig, apart_ms: int, state: TimerState) -> None:
    rig.arm().send().ack(server_ms=5_000)
    rig.wait(4.9).send().ack(server_ms=5_000 + apart_ms)
    assert rig.state is state


def test_an_old_picture_does_not_show_a_protection_that_ran_out(rig: Rig) -> None:
    view = rig.armed().view
    rig.wait(29.8)
    assert view.state_at(rig.now) is TimerState.ARMED
    rig.wait(0.2)
    assert view.state_at(rig.now) is TimerState.AMBIGUOUS


# --- switching off --------------------------------------------------------------------------------


def test_disarm(rig: Rig) -> None:
    rig.armed().disarm()
    assert rig.next() is None, "within the spacing"
    assert rig.machine.disarming
    rig.wait(1.0).send(0)
    assert rig.state is TimerState.UNKNOWN
    assert rig.certain_s == 0
    rig.ack()
    assert rig.state is TimerState.OFF
    assert not rig.machine.disarming
    assert rig.view.latest_fire_at is None
    assert rig.wait(1_000).next() is None


def test_disarm_of_nothing_sends_nothing(rig: Rig) -> None:
    assert rig.disarm().next() is None
    assert rig.arm().disarm().state is TimerState.OFF
    assert rig.next() is None


def test_a_disarm_without_answer_is_unknown_and_repeated(rig: Rig) -> None:
    rig.armed().disarm().wait(2.0)
    for _ in range(3):
        rig.send(0).lose()
        assert rig.state is TimerState.UNKNOWN
        assert rig.certain_s == 0
        assert rig.view.latest_fire_at is not None
    assert rig.send(0).ack().state is TimerState.OFF


def test_a_disarm_waits_for_the_beat_in_flight(rig: Rig) -> None:
    rig.armed().wait(4.9).send().disarm()
    assert rig.next() is None
    rig.ack().wait(1.0)
    assert rig.next() == 0


def test_zero_goes_again_when_a_lost_beat_can_no_longer_arrive(rig: Rig) -> None:
    rig.armed().wait(4.9).send().lose().disarm().send(0).ack()
    assert rig.state is TimerState.UNKNOWN, "the lost beat may still land and arm it again"
    assert rig.wait(28.8).next() is None
    rig.wait(0.2)
    assert rig.send(0).ack().state is TimerState.OFF
    assert rig.wait(100).next() is None


def test_a_lost_zero_may_still_land_on_the_timer_armed_after_it(rig: Rig) -> None:
    rig.armed().disarm().wait(2.0)
    rig.send(0).lose().arm().send().ack()
    assert rig.state is TimerState.UNKNOWN
    assert rig.certain_s == 0
    assert "switch-off" in rig.view.message
    for _ in range(7):
        rig.wait(4.9).send().ack()
    assert rig.state is TimerState.ARMED


def test_a_busy_disarm_leaves_what_is_certain(rig: Rig) -> None:
    rig.armed().disarm().wait(2.0)
    rig.send(0)
    rig.machine.busy(rig.now, 1.0, "429", "")
    assert rig.state is TimerState.LATE
    assert rig.certain_s > 27


def test_a_disarm_of_a_timer_that_may_have_fired_says_so(rig: Rig) -> None:
    rig.armed().wait(40.0).disarm().send(0).ack()
    assert rig.state is TimerState.OFF
    assert "may have fired" in rig.view.message


def test_zero_is_sent_by_a_disarm_alone(rig: Rig) -> None:
    sent = []
    rig.arm()
    for step in range(2_000):
        countdown_s = rig.next()
        if countdown_s is not None:
            sent.append(countdown_s)
            rig.machine.sent(rig.now)
            moves: list[Callable[[], object]] = [rig.ack, rig.lose, rig.ack]
            moves[step % 3]()
        rig.wait(0.5)
    assert set(sent) == {T}


# --- refusals and guards --------------------------------------------------------------------------


def test_a_refused_first_arm_blocks(rig: Rig) -> None:
    rig.arm().send().wait(0.1)
    rig.machine.refused(rig.now, "40014", "incorrect permissions")
    assert rig.state is TimerState.BLOCKED
    assert rig.view.message == "40014 incorrect permissions"
    assert rig.view.misses == 1
    assert rig.wait(1_000).next() is None
    assert rig.state is TimerState.BLOCKED
    assert rig.arm().next() == T


def test_a_refused_beat_blocks_at_once_and_shows_what_is_left(rig: Rig) -> None:
    rig.armed().wait(4.9).send()
    rig.machine.refused(rig.now, "40014", "incorrect permissions")
    assert rig.state is TimerState.BLOCKED
    assert rig.certain_s == pytest.approx(25.0)
    assert rig.next() is None
    rig.wait(25.0)
    assert rig.state is TimerState.AMBIGUOUS
    rig.wait(3.0)
    assert rig.state is TimerState.FIRED
    assert "40014" in rig.view.message


def test_zero_works_though_arming_is_refused(rig: Rig) -> None:
    rig.armed().wait(4.9).send()
    rig.machine.refused(rig.now, "40014", "")
    rig.disarm().wait(1.1)
    assert rig.send(0).ack().state is TimerState.OFF


def test_a_refused_zero_blocks(rig: Rig) -> None:
    rig.armed().disarm().wait(1.1).send(0)
    rig.machine.refused(rig.now, "40014", "")
    assert rig.state is TimerState.BLOCKED
    assert rig.certain_s > 28
    assert rig.next() is None
    assert not rig.machine.disarming


def test_withheld_beats_let_it_fire_and_say_why(rig: Rig) -> None:
    rig.armed()
    rig.machine.stop("no sign of life from the screen")
    assert rig.view.state is TimerState.LATE
    assert rig.view.message == "no sign of life from the screen"
    assert rig.wait(10.0).next() is None
    rig.machine.resume()
    assert rig.next() == T, "in time: beaten again at once"
    rig.machine.stop("process 4711 is gone")
    rig.wait(40.0)
    assert rig.state is TimerState.FIRED
    rig.machine.resume()
    assert rig.next() is None


def test_a_disarm_is_not_withheld(rig: Rig) -> None:
    rig.armed()
    rig.machine.stop("the screen is silent")
    assert rig.disarm().wait(1.0).next() == 0


def test_arming_while_withheld_sends_nothing_until_resumed(rig: Rig) -> None:
    rig.machine.stop("process 4711 is gone")
    rig.arm()
    assert rig.state is TimerState.OFF
    assert rig.view.message == "process 4711 is gone"
    assert rig.next() is None
    rig.machine.resume()
    assert rig.next() == T


# --- clocks ---------------------------------------------------------------------------------------


def test_a_suspend_within_the_countdown_is_followed_by_a_beat_at_once(rig: Rig) -> None:
    rig.armed().step(boot=20.0, wall=20.0)
    assert rig.state is TimerState.LATE
    assert rig.certain_s == pytest.approx(9.9)
    assert rig.machine.wait_s(rig.now) == 0
    assert rig.send().ack().state is TimerState.ARMED


@pytest.mark.parametrize(
    "clocks",
    [{"boot": 60.0, "wall": 60.0}, {"boot": 60.0}],
    ids=["suspend", "suspend and wall set back"],
)
def test_a_suspend_beyond_the_countdown_is_not_followed_by_a_beat(
    rig: Rig, clocks: dict[str, float]
) -> None:
    rig.armed().step(**clocks)
    assert rig.state is TimerState.FIRED
    assert rig.next() is None


def test_a_suspend_with_a_beat_in_flight_is_ambiguous(rig: Rig) -> None:
    rig.armed().wait(4.9).send().step(boot=60.0, wall=60.0)
    assert rig.state is TimerState.AMBIGUOUS
    rig.ack()
    assert rig.state is TimerState.AMBIGUOUS
    assert rig.certain_s == 0


def test_a_stopped_process_finds_out_on_its_first_look(rig: Rig) -> None:
    assert rig.armed().wait(20.0).next() == T
    assert Rig().armed().wait(T).next() is None


@pytest.mark.parametrize("seconds", [25.0, 40.0, 3_600.0])
def test_the_wall_clock_set_forward_changes_nothing(rig: Rig, seconds: float) -> None:
    rig.armed().step(wall=seconds)
    assert rig.state is TimerState.ARMED
    assert rig.certain_s == pytest.approx(29.9)
    assert rig.wait(4.9).next() == T, "the beats go on"


def test_without_a_boot_time_clock_a_jump_of_the_wall_clock_is_a_doubt_that_the_venue_settles(
    rig: Rig,
) -> None:
    rig.counts_sleep = False
    rig.armed(server_ms=1_000_000).step(wall=3_600.0)
    assert rig.state is TimerState.AMBIGUOUS
    assert rig.certain_s == 0
    assert "clock jumped" in rig.view.message
    assert rig.wait(0.95).next() == T, "asked at once, as the venue's limit allows"
    rig.send().ack(server_ms=1_001_200)
    assert rig.state is TimerState.ARMED, "the venue's own clock: 1.2 s between the two"
    assert rig.view.message == ""


def test_without_a_boot_time_clock_the_venue_may_say_that_a_countdown_has_passed(rig: Rig) -> None:
    rig.counts_sleep = False
    rig.armed(server_ms=1_000_000).step(wall=60.0)
    rig.wait(0.95).send().ack(server_ms=1_061_000)
    assert rig.state is TimerState.AMBIGUOUS
    assert "may have fired before the last beat" in rig.view.message
    assert rig.wait(4.9).next() == T, "a timer that surely runs again is held"


def test_without_a_boot_time_clock_and_without_the_venues_time_the_doubt_stays(rig: Rig) -> None:
    rig.counts_sleep = False
    rig.armed().step(wall=60.0)
    rig.wait(0.95).send().ack()
    assert rig.state is TimerState.AMBIGUOUS
    assert rig.wait(4.9).next() == T


def test_a_clock_in_doubt_ends_no_beats_until_the_countdown_has_certainly_passed(rig: Rig) -> None:
    rig.counts_sleep = False
    rig.armed().step(wall=60.0)
    rig.machine.stop("process 4711 is gone")
    assert rig.wait(T - 1.0).state is TimerState.AMBIGUOUS
    rig.machine.resume()
    assert rig.next() == T
    rig.machine.stop("process 4711 is gone")
    assert rig.wait(3.5).state is TimerState.FIRED
    rig.machine.resume()
    assert rig.next() is None


def test_the_wall_clock_set_back_changes_nothing(rig: Rig) -> None:
    rig.armed().step(wall=-3_600.0)
    assert rig.state is TimerState.ARMED
    assert rig.wait(4.9).next() == T


def test_the_wall_clock_does_not_shorten_the_spacing(rig: Rig) -> None:
    rig.counts_sleep = False
    rig.armed().step(wall=10.0)
    assert rig.next() is None
    assert rig.wait(0.95).next() == T


# --- when it fired --------------------------------------------------------------------------------


def test_it_fired_between_a_countdown_after_the_send_and_after_the_answer(rig: Rig) -> None:
    sent = rig.now
    rig.armed().wait(3_600.0)
    assert rig.state is TimerState.FIRED
    fired = rig.view
    assert fired.fired_from == sent.later(T)
    assert fired.fired_until == sent.later(0.1).later(T + 2.0)
    assert fired.fired_words == "between 22:13:50 and 22:13:52", "not when it was noticed"


def test_while_it_may_yet_fire_only_the_earliest_moment_is_known(rig: Rig) -> None:
    rig.armed()
    assert (rig.view.fired_from, rig.view.fired_words) == (None, "")
    rig.wait(T + 0.5)
    assert rig.state is TimerState.AMBIGUOUS
    assert (rig.view.fired_until, rig.view.fired_words) == (None, "since 22:13:50")


def test_a_beat_that_came_too_late_says_between_which_moments_it_may_have_fired(rig: Rig) -> None:
    sent = rig.now
    rig.armed().wait(T - 1.0).send().ack(3.0)
    assert rig.state is TimerState.AMBIGUOUS
    assert (rig.view.fired_from, rig.view.fired_until) == (sent.later(T), rig.now)
    rig.arm()
    assert rig.view.fired_words == ""


# --- the gauge ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("countdown_s", "age_s", "every_s"),
    [(30, 0.0, 1.0), (30, 19.9, 1.0), (30, 20.0, 1.0), (30, 20.1, 0.1), (30, 29.9, 0.1),
     (30, 30.0, 1.0), (60, 49.9, 1.0), (60, 50.1, 0.1), (12, 7.9, 1.0), (12, 8.1, 0.1)],
)  # fmt: skip
def test_the_gauge_repaints_faster_near_the_end(
    countdown_s: int, age_s: float, every_s: float
) -> None:
    rig = Rig(TimerPlan(countdown_s=countdown_s)).arm().send(countdown_s).ack(0.0)
    view = rig.view
    assert repaint_every_s(view, rig.wait(age_s).now) == every_s


def test_the_gauge_of_an_unarmed_timer_does_not_hurry(rig: Rig) -> None:
    assert repaint_every_s(rig.view, rig.now) == 1.0


# --- a day ----------------------------------------------------------------------------------------


def test_a_day_with_lost_replies_shows_no_lapse_and_no_drift(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Countdown 10 s, beat 3 s, one reply in twenty lost."""
    monkeypatch.setattr("tui.core.deadman.machine.NAP_S", 60.0)
    rig = Rig(TimerPlan.of(10, 3.0, 1.05, 5, 60))
    chance = random.Random(7)  # noqa: S311
    start_s = rig.now.mono_s
    beats = 0
    rig.arm()
    while rig.now.mono_s - start_s < 86_400:
        if rig.next() is None:
            wait_s = rig.machine.wait_s(rig.now)
            assert wait_s is not None
            rig.wait(wait_s)
            continue
        rig.machine.sent(rig.now)
        if beats and chance.random() < 0.05:
            rig.lose(rig.machine.plan.request_timeout_s)
        else:
            rig.ack(chance.uniform(0.02, 0.4))
            beats += 1
        assert rig.state in (TimerState.ARMED, TimerState.LATE)
    assert beats == pytest.approx(86_400 / 3, rel=0.03)


def test_what_time_alone_brings_about_is_told_with_its_moment_not_with_that_of_the_look() -> None:
    """The process was stopped, or the machine slept, and looks only later."""
    plan = TimerPlan.of(30, 5.0, 1.0, 5, 60)
    start = Instant(1_000, 2_000, 1_700_000_000)
    for asleep_s, state, after_s in (
        (20.0, TimerState.LATE, plan.beat_s + plan.request_timeout_s),
        (31.0, TimerState.AMBIGUOUS, 30.0),
        (40.0, TimerState.FIRED, 32.5),
    ):
        machine = DeadmanMachine(plan)
        machine.arm(start)
        assert machine.next_request(start)
        machine.sent(start)
        machine.acked(start.later(0.5))
        view = machine.view(start.later(1), "", "")
        assert (view.state, view.since) == (TimerState.ARMED, start.later(0.5))
        woken = start.later(asleep_s)
        set_ahead = Instant(woken.mono_s, woken.boot_s, woken.wall_s + 3_600)
        view = machine.view(set_ahead, "", "")
        assert view.state is state and view.since is not None
        assert view.since.steady_since(start) == after_s
        assert view.since.wall_ms == start.wall_ms + round(after_s * 1000) + 3_600_000
        later = machine.view(set_ahead.later(0.5), "", "")
        assert later.since == view.since


def test_a_missed_beat_is_told_with_the_moment_of_the_miss() -> None:
    machine = DeadmanMachine(TimerPlan.of(30, 5.0, 1.0, 5, 60))
    start = Instant(1_000, 2_000, 1_700_000_000)
    machine.arm(start)
    for at, answered in ((start, True), (start.later(5), False)):
        assert machine.next_request(at)
        machine.sent(at)
        if answered:
            machine.acked(at)
        else:
            machine.lost(at.later(1), "no answer")
    view = machine.view(start.later(1.5 + 5), "", "")
    assert (view.state, view.since) == (TimerState.LATE, start.later(6))
