"""The history: each alarm with its end and who saw it, each outcome once."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.core.actions import Outcome, Scope
from tui.core.clocks import Instant, read_clock
from tui.core.deadman.view import TimerState
from tui.core.desk import DeskView
from tui.core.formatting import time_of_day
from tui.ui.alarms import event_history as under_test
from tui.ui.alarms.event_history import Event, History
from tui.ui.alarms.event_history_screen import EventLine, HistoryScreen
from tui.ui.alarms.model import Alarms
from tui.ui.dialogs.report_screen import ReportScreen
from tui.ui.widgets.status import OUTCOME

START = read_clock()


def after(seconds: float) -> Instant:
    return START.later(seconds)


def held(make: SimpleNamespace, state: TimerState, **kw: Any) -> DeskView:
    return DeskView((make.htx(), make.bitget(gauge=make.timer(state, **kw))))


def told(history: History) -> list[tuple[str, str]]:
    return [(event.where, event.sign.word) for event in history.newest_first()]


def test_an_alarm_has_a_begin_an_end_and_a_time_when_it_was_seen(make: SimpleNamespace) -> None:
    alarms = Alarms()
    alarms.feed(held(make, TimerState.ARMED), after(0))
    alarms.feed(held(make, TimerState.LATE), after(2))
    (event,) = alarms.history.newest_first()
    assert (event.where, event.sign.word, event.alarm) == ("bitget-mm", "LATE", True)
    assert (event.at_ms, event.until_ms, event.seen_ms) == (after(2).wall_ms, None, None)
    alarms.feed(held(make, TimerState.LATE), after(3))
    alarms.feed(held(make, TimerState.ARMED), after(7))
    alarms.acknowledge(at_ms=after(9).wall_ms)
    (event,) = alarms.history.newest_first()
    assert (event.until_ms, event.seen_ms) == (after(7).wall_ms, after(9).wall_ms)


def test_an_alarm_begins_when_it_came_to_be_so_not_when_the_screen_noticed(
    make: SimpleNamespace,
) -> None:
    alarms = Alarms()
    alarms.feed(held(make, TimerState.ARMED), after(0))
    alarms.feed(held(make, TimerState.LATE, since=after(7)), after(20))
    (event,), (alarm,) = alarms.history.newest_first(), alarms.standing
    assert event.at_ms == alarm.at_ms == after(7).wall_ms
    assert alarm.when == f"since {time_of_day(after(7).wall_ms)}"


@pytest.mark.parametrize("step_s", [-3_600.0, 3_600.0])
def test_how_long_an_alarm_lasted_is_no_matter_of_the_wall_clock(
    make: SimpleNamespace, step_s: float
) -> None:
    alarms = Alarms()
    alarms.feed(held(make, TimerState.LATE), after(2))
    later = after(7)
    alarms.feed(
        held(make, TimerState.ARMED),
        Instant(later.mono_s, later.boot_s, later.wall_s + step_s),
    )
    (event,) = alarms.history.newest_first()
    assert event.lasted_s == pytest.approx(5.0)
    line = EventLine(event, 10, "").paint(200).plain
    assert "(5.0 s)" in line or "(5 s)" in line


def test_a_worse_trouble_ends_the_one_before(make: SimpleNamespace) -> None:
    alarms = Alarms()
    alarms.feed(held(make, TimerState.LATE), after(0))
    alarms.feed(held(make, TimerState.FIRED), after(5))
    fired, late = alarms.history.newest_first()
    assert (late.sign.word, late.until_ms) == ("LATE", after(5).wall_ms)
    assert (fired.sign.word, fired.until_ms) == ("FIRED", None)
    alarms.acknowledge(at_ms=after(6).wall_ms)
    assert {one.seen_ms for one in alarms.history.newest_first()} == {after(6).wall_ms}
    alarms.feed(held(make, TimerState.OFF), after(8))
    assert alarms.history.newest_first()[0].until_ms == after(8).wall_ms


def test_a_trouble_that_lessens_is_over_as_what_it_was(make: SimpleNamespace) -> None:
    alarms = Alarms()
    alarms.feed(held(make, TimerState.AMBIGUOUS), after(0))
    alarms.feed(held(make, TimerState.LATE), after(4))
    (event,) = alarms.history.newest_first()
    assert (event.sign.word, event.until_ms) == ("AMBIGUOUS", after(4).wall_ms)


def test_each_outcome_stands_once_and_its_report_is_the_newest(make: SimpleNamespace) -> None:
    history, okx = History(), make.okx()
    ended = make.report(okx, Outcome.REMAINING, "spreads", ended_ms=make.NOW_MS)
    for new in (0, 0, 3):
        view = DeskView((replace(okx, reports=(replace(ended, new_since=new),)),))
        history.take(view, make.NOW_MS + 5000)
    (event,) = history.newest_first()
    assert (event.where, event.sign, event.at_ms) == (
        "okx-desk spreads", OUTCOME[Outcome.REMAINING], make.NOW_MS,
    )  # fmt: skip
    assert event.bad and not event.alarm and event.report is not None
    assert event.report.new_since == 3
    second = replace(ended, started_ms=ended.started_ms + 1, outcome=Outcome.CONFIRMED)
    history.take(DeskView((replace(okx, reports=(second,)),)), 0)
    history.take(DeskView((okx,)), 0)
    assert told(history) == [("okx-desk spreads", "confirmed"), ("okx-desk spreads", "remaining")]
    assert [event.bad for event in history.newest_first(only_bad=True)] == [True]


def test_an_unresolved_cancel_is_an_alarm_with_its_report_and_then_an_outcome(
    make: SimpleNamespace,
) -> None:
    alarms, okx = Alarms(), make.okx()
    unknown = make.report(okx, Outcome.UNRESOLVED, "spreads", scope=Scope(contract="BTC"))
    alarms.feed(DeskView((replace(okx, reports=(unknown,)),)), after(0))
    (event,) = alarms.history.newest_first()
    assert event.sign.word == "UNRESOLVED" and event.report == unknown
    settled = replace(unknown, outcome=Outcome.CONFIRMED)
    alarms.feed(DeskView((replace(okx, reports=(settled,)),)), after(5))
    confirmed, event = alarms.history.newest_first()
    assert event.until_ms == after(5).wall_ms
    assert (confirmed.where, confirmed.sign.word) == ("okx-desk spreads BTC", "confirmed")


def test_what_a_newer_cancel_replaced_while_unresolved_gets_its_outcome_once(
    make: SimpleNamespace,
) -> None:
    alarms, okx = Alarms(), make.okx()
    first = make.report(okx, Outcome.UNRESOLVED, "spreads")
    second = replace(first, started_ms=first.started_ms + 1)
    alarms.feed(DeskView((replace(okx, reports=(first,)),)), after(0))
    alarms.feed(DeskView((replace(okx, reports=(second,), earlier=(first,)),)), after(1))
    settled = tuple(replace(one, outcome=Outcome.CONFIRMED) for one in (first, second))
    for _ in range(2):
        view = DeskView((replace(okx, reports=settled[1:], earlier=settled[:1]),))
        alarms.feed(view, after(2))
    assert told(alarms.history) == [
        ("okx-desk spreads", "confirmed"),
        ("okx-desk spreads", "confirmed"),
        ("okx-desk spreads", "UNRESOLVED"),
        ("okx-desk spreads", "UNRESOLVED"),
    ]
    outcomes = [event.report for event in alarms.history.newest_first() if not event.alarm]
    assert outcomes == [settled[1], settled[0]]


@given(st.lists(st.tuples(st.sampled_from("abc"), st.booleans()), max_size=60))
def test_it_stays_within_its_bound_and_in_order(steps: list[tuple[str, bool]]) -> None:
    history, sign = History(capacity=5), OUTCOME[Outcome.UNRESOLVED]
    for at_s, (name, rises) in enumerate(steps):
        at = after(at_s)
        if rises:
            history.rose((name, "timer"), "", sign, at)
        else:
            history.ended((name, "timer"), at)
            history.seen([(name, "timer")], at.wall_ms)
    events = history.newest_first()
    assert len(events) <= 5
    assert [event.at_ms for event in events] == sorted((e.at_ms for e in events), reverse=True)
    last = dict(steps)
    for event in events:
        still = event.until_ms is None
        assert not still or last[event.account], "what has ended is not said to be so still"


def test_only_the_newest_reports_keep_thousands_of_orders(
    make: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(under_test, "KEPT_ORDERS", 25)
    history, okx = History(), make.okx()
    for number in range(4):
        big = make.report(
            okx, Outcome.REMAINING, "spreads", started_ms=number,
            remaining=make.orders("spread", 10),
        )  # fmt: skip
        history.take(DeskView((replace(okx, reports=(big,)),)), number)
    kept = [event.report is not None for event in history.newest_first()]
    assert kept == [True, True, False, False]


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60), (40, 12)])
async def test_the_screen_shows_it_and_opens_reports(
    make: SimpleNamespace, size: tuple[int, int]
) -> None:
    clock, okx = make.Clock(), make.okx()
    desk = make.FakeDesk(DeskView((okx, make.bitget())))
    async with make.shown(desk, size, clock=clock) as (app, pilot):
        await pilot.press("h")
        assert isinstance(app.screen, HistoryScreen) and "no alarm" in app.screen.lines.text
        bad = make.report(okx, Outcome.REJECTED, "spreads", code="60011", ended_ms=make.NOW_MS)
        good = make.report(okx, Outcome.CONFIRMED, "quotes", ended_ms=make.NOW_MS)
        fired = make.bitget(gauge=make.timer(TimerState.FIRED))
        desk.put(replace(okx, reports=(bad, good)), fired)
        await make.until(pilot, lambda: "rejected" in app.screen.lines.text)
        first, second, third = app.screen.lines.text.splitlines()
        assert "confirmed" in first and "rejected" in second and "FIRED" in third
        assert time_of_day(make.NOW_MS) in first
        if size[0] >= 80:
            assert "still so" in third and "not seen" in third and "60011" in second
        await pilot.press("b")
        assert "confirmed" not in app.screen.lines.text
        await pilot.press("down", "enter")
        assert isinstance(app.screen, HistoryScreen), "an alarm of a timer has no report"
        await pilot.press("up", "enter")
        assert isinstance(app.screen, ReportScreen) and "60011" in app.screen.lines.text
        desk.put(okx, make.bitget())
        await pilot.pause()
        assert "60011" in app.screen.lines.text, "it is the report of then"
        await pilot.press("escape", "escape", "escape", "k", "h", "b")
        if size[0] >= 80:
            assert app.screen.lines.text.count("seen") == 1
            assert "not seen" not in app.screen.lines.text


async def test_the_cursor_stays_on_its_event_while_others_come(make: SimpleNamespace) -> None:
    okx = make.okx()
    desk = make.FakeDesk(DeskView((okx,)))
    async with make.shown(desk) as (app, pilot):

        def put(number: int) -> None:
            one = make.report(okx, Outcome.CONFIRMED, "quotes", started_ms=number, attempts=number)
            desk.put(replace(okx, reports=(one,)))

        for number in (1, 2):
            put(number)
            await make.until(pilot, lambda n=number: len(app.alarms.history.newest_first()) == n)
        await pilot.press("h", "down")
        put(3)
        await make.until(pilot, lambda: len(app.screen.lines.text.splitlines()) == 3)
        assert app.screen.lines.row == 2
        await pilot.click("#lines", offset=(5, 1))
        await pilot.click("#lines", offset=(5, 1))
        assert isinstance(app.screen, ReportScreen)


async def test_hostile_names_stay_text(make: SimpleNamespace) -> None:
    evil = make.okx(make.HOSTILE)
    desk = make.FakeDesk(DeskView((evil,)))
    async with make.shown(desk) as (app, pilot):
        desk.put(replace(evil, reports=(make.report(evil, Outcome.CONFIRMED, "quotes"),)))
        await make.until(pilot, lambda: bool(app.alarms.history.newest_first()))
        await pilot.press("h")
        assert "[/nope]" in app.screen.lines.text


def test_another_day_is_said(make: SimpleNamespace) -> None:
    from tui.ui.alarms.event_history_screen import EventLine

    event = Event(
        1, "okx-desk", "", OUTCOME[Outcome.CONFIRMED], make.NOW_MS, bad=False, alarm=False
    )
    assert EventLine(event, 8, "2025-10-17").paint(80).plain.startswith("12:03:22")
    assert EventLine(event, 8, "2025-10-18").paint(80).plain.startswith("2025-10-17 12:03:22")
