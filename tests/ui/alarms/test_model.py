"""Alarms: what raises one, what rings, and that it stays until somebody has seen it."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from tui.core.actions import Outcome
from tui.core.clocks import Instant, read_clock
from tui.core.deadman.view import TimerState
from tui.core.desk import DeskView
from tui.core.formatting import time_of_day
from tui.ui.alarms.model import SETTLES_S, Alarms
from tui.ui.terminal.title import TerminalTitle

START = read_clock()


def after(seconds: float) -> Instant:
    return Instant(*(t + seconds for t in (START.mono_s, START.boot_s, START.wall_s)))


def held(make: SimpleNamespace, state: TimerState, **kw: Any) -> DeskView:
    return DeskView((make.htx(), make.bitget(gauge=make.timer(state, **kw))))


@pytest.mark.parametrize(
    "state",
    [
        TimerState.LATE,
        TimerState.AMBIGUOUS,
        TimerState.FIRED,
        TimerState.BLOCKED,
    ],
)
def test_trouble_of_a_timer_rings_once(make: SimpleNamespace, state: TimerState) -> None:
    alarms = Alarms()
    assert not alarms.feed(held(make, TimerState.ARMED), after(0))
    assert alarms.standing == ()
    assert alarms.feed(held(make, state), after(2))
    assert not alarms.feed(held(make, state), after(4))
    (alarm,) = alarms.of("bitget-mm")
    assert (
        alarm.present
        and alarm.told == f"{state.value.upper()} since {time_of_day(after(2).wall_ms)}"
    )
    assert alarms.of("htx-main") == ()


def test_a_timer_that_fired_says_between_which_moments_not_when_it_was_noticed(
    make: SimpleNamespace,
) -> None:
    alarms = Alarms()
    fired = held(make, TimerState.FIRED, fired_from=after(-70), fired_until=after(-38))
    assert alarms.feed(fired, after(0))
    (alarm,) = alarms.standing
    span = f"between {time_of_day(after(-70).wall_ms)} and {time_of_day(after(-38).wall_ms)}"
    assert alarm.told == f"FIRED {span}"
    assert alarm.brief == f"{time_of_day(after(-70).wall_ms)}-{time_of_day(after(-38).wall_ms)}"
    assert alarms.history.newest_first()[0].when == span


@pytest.mark.parametrize("state", [TimerState.OFF, TimerState.ARMING, TimerState.ARMED])
def test_what_is_as_it_should_be_raises_nothing(make: SimpleNamespace, state: TimerState) -> None:
    alarms = Alarms()
    assert not alarms.feed(held(make, TimerState.ARMED), after(0))
    assert not alarms.feed(held(make, state), after(2))
    assert alarms.standing == ()


def test_a_missed_beat_is_an_alarm_in_any_state_but_off(make: SimpleNamespace) -> None:
    alarms = Alarms()
    assert not alarms.feed(held(make, TimerState.OFF, misses=2), after(0))
    assert alarms.feed(held(make, TimerState.ARMING, misses=1), after(2))
    assert alarms.standing[0].short == "MISSED BEATS"


def test_it_stays_when_the_timer_recovers_until_it_is_acknowledged(make: SimpleNamespace) -> None:
    alarms = Alarms()
    alarms.feed(held(make, TimerState.LATE), after(0))
    assert not alarms.feed(held(make, TimerState.ARMED), after(5))
    (alarm,) = alarms.standing
    assert alarm.told == f"was LATE at {time_of_day(START.wall_ms)}"
    assert alarms.acknowledge() == (alarm,)
    assert alarms.standing == () and alarms.acknowledge() == ()
    assert not alarms.feed(held(make, TimerState.ARMED), after(6)) and alarms.standing == ()


def test_one_that_is_acknowledged_stays_so_while_nothing_gets_worse(make: SimpleNamespace) -> None:
    alarms = Alarms()
    alarms.feed(held(make, TimerState.LATE), after(0))
    alarms.acknowledge()
    assert not alarms.feed(held(make, TimerState.LATE), after(2)) and alarms.standing == ()
    assert alarms.feed(held(make, TimerState.FIRED), after(4)), "worse is new"
    alarms.acknowledge("bitget-mm")
    assert not alarms.feed(held(make, TimerState.ARMED), after(6))
    assert alarms.feed(held(make, TimerState.LATE), after(8)), "again is new"


def test_the_worst_is_kept(make: SimpleNamespace) -> None:
    alarms = Alarms()
    alarms.feed(held(make, TimerState.FIRED), after(0))
    alarms.feed(held(make, TimerState.ARMED), after(2))
    assert alarms.feed(held(make, TimerState.LATE), after(4))
    (alarm,) = alarms.standing
    assert alarm.short == "was FIRED"


def test_it_rings_once_a_second_at_most_and_owes_none(make: SimpleNamespace) -> None:
    alarms = Alarms()
    assert alarms.feed(held(make, TimerState.LATE), after(0))
    assert not alarms.feed(held(make, TimerState.AMBIGUOUS), after(0.3))
    assert not alarms.feed(held(make, TimerState.AMBIGUOUS), after(0.9))
    assert alarms.feed(held(make, TimerState.AMBIGUOUS), after(1.3)), "it was owed"
    assert not alarms.feed(held(make, TimerState.AMBIGUOUS), after(2.6))
    alarms.feed(held(make, TimerState.FIRED), after(2.7))
    alarms.feed(held(make, TimerState.ARMED), after(2.8))
    alarms.feed(held(make, TimerState.FIRED), after(2.9))
    alarms.acknowledge()
    assert not alarms.feed(held(make, TimerState.FIRED), after(9)), "seen: no ring is owed"


def test_unknown_is_an_alarm_after_armed_and_when_it_lasts(make: SimpleNamespace) -> None:
    alarms = Alarms()
    assert not alarms.feed(held(make, TimerState.UNKNOWN, misses=1), after(0)), "never armed"
    alarms.feed(held(make, TimerState.ARMED), after(2))
    assert not alarms.feed(held(make, TimerState.UNKNOWN), after(4)), "a switch-off on its way"
    assert not alarms.feed(held(make, TimerState.OFF), after(4.2))
    assert alarms.standing == ()
    alarms.feed(held(make, TimerState.ARMED), after(6))
    assert not alarms.feed(held(make, TimerState.UNKNOWN), after(8))
    assert alarms.feed(held(make, TimerState.UNKNOWN), after(8 + SETTLES_S))
    assert alarms.standing[0].short == "UNKNOWN"
    alarms.acknowledge()
    alarms.feed(held(make, TimerState.ARMED), after(20))
    assert alarms.feed(held(make, TimerState.UNKNOWN, misses=1), after(22)), "no reply came"


def test_protection_that_ran_out_unsaid_is_an_alarm(make: SimpleNamespace) -> None:
    alarms = Alarms()
    view = held(make, TimerState.ARMED, left_s=20.0)
    assert not alarms.feed(view, after(0))
    assert alarms.feed(view, after(3600)), "the picture is old"
    assert alarms.standing[0].short == "AMBIGUOUS"


def test_a_cancel_that_ended_unresolved_is_an_alarm_until_seen(make: SimpleNamespace) -> None:
    okx = make.okx()
    alarms = Alarms()
    ended = make.report(okx, Outcome.UNRESOLVED, "spreads")
    view = DeskView((replace(okx, reports=(ended,)),))
    assert alarms.feed(view, after(0)) and not alarms.feed(view, after(2))
    assert alarms.title(view) == "killdesk: UNRESOLVED okx-desk spreads"
    alarms.feed(DeskView((okx,)), after(4))
    assert alarms.standing[0].short == "was UNRESOLVED"
    alarms.acknowledge()
    again = replace(ended, started_ms=ended.started_ms + 9)
    assert alarms.feed(view, after(6))
    assert alarms.feed(DeskView((replace(okx, reports=(again,)),)), after(8)), "another press"


def test_every_timer_of_an_account_has_its_own(make: SimpleNamespace) -> None:
    two = tuple(
        make.timer(state, id=id_)
        for state, id_ in ((TimerState.LATE, "okx-sprd"), (TimerState.FIRED, "okx-rfq"))
    )
    view = DeskView((replace(make.okx(), timers=two), make.bitget()))
    alarms = Alarms()
    assert alarms.feed(view, after(0))
    assert [alarm.where for alarm in alarms.standing] == ["okx-desk quotes", "okx-desk spreads"]
    assert alarms.title(view) == "killdesk: FIRED okx-desk quotes and 1 more"
    assert alarms.acknowledge("bitget-mm") == ()
    assert len(alarms.acknowledge("okx-desk")) == 2
    assert alarms.title(view) == "killdesk: 2 of 2 ready"


def test_the_title_commands_no_terminal(make: SimpleNamespace) -> None:
    evil = "x\x1b]0;owned\x07\x9c\u202e"
    view = DeskView((make.bitget(evil, make.timer(TimerState.FIRED)),))
    alarms = Alarms()
    alarms.feed(view, after(0))
    written: list[str] = []
    title = TerminalTitle(written.append)
    title.say(alarms.title(view))
    title.say(alarms.title(view))
    title.say(evil)
    assert len(written) == 2, "said once"
    for sequence in written:
        head, _, said = sequence.partition("\x1b]2;")
        assert head in ("", "\x1b[22;2t") and said.endswith("\x1b\\")
        assert said.removesuffix("\x1b\\").isprintable()
    title.give_back()
    assert written[-1].endswith("\x1b[23;2t")
