"""The dead-man machine at its edges: how long to sleep, when exactly, and what it will not do."""

from __future__ import annotations

from dataclasses import FrozenInstanceError

import pytest

from tui.core.clocks import Instant
from tui.core.deadman.machine import DeadmanMachine
from tui.core.deadman.plan import TimerPlan
from tui.core.deadman.view import GuardView, TimerState, TimerView

T = 30
"""The countdown in seconds, beaten every 5 s, a request given up after 2 s."""


def at(seconds: float) -> Instant:
    return Instant(100 + seconds, 500 + seconds, 1_700_000_000 + seconds)


def view(machine: DeadmanMachine, seconds: float) -> TimerView:
    return machine.view(at(seconds), "bitget", "every order")


def sent(machine: DeadmanMachine, seconds: float, countdown_s: int = T) -> None:
    assert machine.next_request(at(seconds)) == countdown_s
    machine.sent(at(seconds))


@pytest.fixture
def armed() -> DeadmanMachine:
    """Sent at 0 s, acknowledged at 0.5 s: certain until 30 s, over for certain at 32.5 s."""
    machine = DeadmanMachine(TimerPlan())
    machine.arm(at(0))
    sent(machine, 0)
    machine.acked(at(0.5))
    return machine


# --- how long to sleep ----------------------------------------------------------------------------


def test_without_a_beat_to_send_it_still_wakes_when_the_countdown_is_over(
    armed: DeadmanMachine,
) -> None:
    armed.stop("process 4711 is gone")
    assert view(armed, 29.75).state is TimerState.LATE
    assert armed.wait_s(at(29.75)) == pytest.approx(0.25)
    assert view(armed, 30).state is TimerState.AMBIGUOUS


def test_it_wakes_when_the_next_beat_is_overdue(armed: DeadmanMachine) -> None:
    armed.stop("process 4711 is gone")
    assert armed.wait_s(at(6.75)) == pytest.approx(0.25)
    # What is past is not waited for, else it would spin.
    assert armed.wait_s(at(7)) == 2.0
    assert armed.wait_s(at(7.5)) == 2.0


def test_it_wakes_when_the_timer_has_run_out_for_certain(armed: DeadmanMachine) -> None:
    assert view(armed, 31).state is TimerState.AMBIGUOUS
    assert armed.wait_s(at(32.25)) == pytest.approx(0.25)
    assert view(armed, 32.5).state is TimerState.FIRED
    assert armed.wait_s(at(32.5)) is None


def test_a_blocked_timer_is_watched_until_it_runs_out(armed: DeadmanMachine) -> None:
    sent(armed, 5)
    armed.refused(at(5.5), "40014", "incorrect permissions")
    assert view(armed, 29.75).state is TimerState.BLOCKED
    assert armed.wait_s(at(29.75)) == pytest.approx(0.25)


def test_with_a_request_on_its_way_nothing_is_certain_and_nothing_is_waited_for(
    armed: DeadmanMachine,
) -> None:
    sent(armed, 5)
    assert view(armed, 38.75).state is TimerState.AMBIGUOUS
    assert armed.wait_s(at(38.75)) is None


def test_a_sleep_is_never_so_short_that_no_clock_moves(armed: DeadmanMachine) -> None:
    armed.stop("process 4711 is gone")
    assert armed.wait_s(at(29.9999)) == 0.001


# --- when exactly ---------------------------------------------------------------------------------


def test_a_beat_is_late_from_the_moment_its_answer_is_overdue(armed: DeadmanMachine) -> None:
    assert view(armed, 6.75).state is TimerState.ARMED
    assert view(armed, 7).state is TimerState.LATE


def test_a_request_on_its_way_may_yet_be_carried_out_when_it_is_given_up(
    armed: DeadmanMachine,
) -> None:
    sent(armed, 5)
    latest = view(armed, 5).latest_fire_at
    assert latest is not None
    assert latest.since(at(5)) == pytest.approx(2 + T + 2)


def test_a_lost_beat_may_arm_it_again_after_the_switch_off_and_for_so_long(
    armed: DeadmanMachine,
) -> None:
    sent(armed, 5)
    armed.lost(at(7), "no answer within 2 s")
    armed.disarm(at(7))
    sent(armed, 7, 0)
    armed.acked(at(7.5))
    latest = view(armed, 8).latest_fire_at
    assert latest is not None
    assert latest.since(at(5)) == pytest.approx(31 + T + 2)


def test_a_venue_that_was_busy_for_an_instant_is_still_not_hurried(armed: DeadmanMachine) -> None:
    sent(armed, 5)
    armed.busy(at(5.25), 0.1, "429", "")
    assert armed.next_request(at(6)) is None
    assert armed.wait_s(at(6)) == pytest.approx(0.05)


def test_a_venue_that_was_busy_is_given_the_longer_of_its_time_and_ours(
    armed: DeadmanMachine,
) -> None:
    sent(armed, 5)
    armed.busy(at(5.25), 1.5, "429", "")
    assert armed.next_request(at(6.5)) is None
    sent(armed, 6.75)


# --- a change of mind while a request is on its way -----------------------------------------------


def test_armed_again_while_the_zero_is_on_its_way_it_is_armed_at_once(
    armed: DeadmanMachine,
) -> None:
    armed.disarm(at(2))
    sent(armed, 2, 0)
    armed.arm(at(2.25))
    armed.acked(at(2.5))
    sent(armed, 3.05)


def test_disarmed_and_armed_while_a_beat_is_on_its_way_the_rhythm_stays(
    armed: DeadmanMachine,
) -> None:
    sent(armed, 5)
    armed.disarm(at(5.25))
    armed.arm(at(5.5))
    armed.acked(at(5.75))
    assert armed.next_request(at(9.75)) is None
    sent(armed, 10)


def test_a_switch_off_on_its_way_settles_what_may_have_fired(armed: DeadmanMachine) -> None:
    assert view(armed, 40).state is TimerState.FIRED
    armed.disarm(at(40))
    sent(armed, 40, 0)
    assert view(armed, 40).state is TimerState.UNKNOWN
    armed.acked(at(40.5))
    assert view(armed, 41).state is TimerState.OFF


def test_withheld_while_the_first_request_is_on_its_way_it_is_still_being_armed() -> None:
    machine = DeadmanMachine(TimerPlan())
    machine.arm(at(0))
    sent(machine, 0)
    machine.stop("process 4711 is gone")
    assert view(machine, 0.5).state is TimerState.ARMING


def test_a_venue_that_tells_its_time_now_and_then_proves_no_lapse_by_it(
    armed: DeadmanMachine,
) -> None:
    for beat, server_ms in enumerate((5_000, None, 15_000), start=1):
        sent(armed, 5 * beat)
        armed.acked(at(5 * beat + 0.5), server_ms)
        assert view(armed, 5 * beat + 0.5).state is TimerState.ARMED


# --- what it will not do --------------------------------------------------------------------------


def test_a_switch_off_is_said_until_it_is_done(armed: DeadmanMachine) -> None:
    armed.disarm(at(2))
    assert view(armed, 2).message == "switching off"
    sent(armed, 2, 0)
    armed.acked(at(2.5))
    assert view(armed, 3).message == ""
    armed.disarm(at(4))
    assert view(armed, 4).message == "", "there is nothing to switch off"


def test_it_knows_whether_a_request_is_on_its_way(armed: DeadmanMachine) -> None:
    assert not armed.in_flight
    sent(armed, 5)
    assert armed.in_flight
    armed.lost(at(7), "no answer")
    assert not armed.in_flight


def test_it_knows_what_the_trader_wants(armed: DeadmanMachine) -> None:
    assert armed.wanted is True
    armed.disarm(at(1))
    assert (armed.wanted, armed.disarming) == (False, True)
    fresh = DeadmanMachine(TimerPlan())
    assert (fresh.wanted, fresh.disarming) == (False, False)
    fresh.tick(at(0))
    assert fresh.state is TimerState.OFF


def test_nothing_leaves_that_it_did_not_ask_for(armed: DeadmanMachine) -> None:
    assert armed.next_request(at(1)) is None
    with pytest.raises(AssertionError):
        armed.sent(at(1))


@pytest.mark.parametrize("news", ["refused", "busy", "lost"])
def test_news_of_a_request_that_was_given_up_changes_nothing(
    armed: DeadmanMachine, news: str
) -> None:
    before = view(armed, 1)
    {
        "refused": lambda: armed.refused(at(1), "40014", "no"),
        "busy": lambda: armed.busy(at(1), 3.0, "429", "no"),
        "lost": lambda: armed.lost(at(1), "no"),
    }[news]()
    assert view(armed, 1) == before
    sent(armed, 5)


# --- the picture ----------------------------------------------------------------------------------


def test_what_protects_and_what_is_gone() -> None:
    assert {state for state in TimerState if state.protects} == {TimerState.ARMED, TimerState.LATE}
    assert {state for state in TimerState if state.gone} == {TimerState.OFF, TimerState.FIRED}
    assert max(TimerState, key=lambda state: state.alarm) is TimerState.FIRED
    assert min(TimerState, key=lambda state: state.alarm) is TimerState.ARMED


def test_whoever_looks_at_a_picture_cannot_change_it(armed: DeadmanMachine) -> None:
    with pytest.raises(FrozenInstanceError):
        view(armed, 1).misses = 0  # type: ignore[misc]
    with pytest.raises(FrozenInstanceError):
        GuardView("presence").fault = ""  # type: ignore[misc]
