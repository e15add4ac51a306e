"""Several timers in one gauge, its guards, its rival, and what it covers."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from tests.ui.drawn import letters
from tui.core.clocks import Instant, read_clock
from tui.core.deadman.view import GuardView, TimerState, TimerView
from tui.core.desk import AccountView, DeskView
from tui.ui.dialogs.readiness_screen import readiness_lines
from tui.ui.help.text import parts
from tui.ui.panel.timer_gauge import Gauge
from tui.ui.panel.timer_gauge_lines import gauge_line
from tui.ui.panel.timer_gauge_notes import GaugeView, ask_line, fitted, guard_line, urgent
from tui.ui.widgets.value_widget import styled

SPREADS = "spread orders; not legs that matched"
QUOTES = "quotes and RFQs; not fills"


def in_s(seconds: float) -> Instant:
    now = read_clock()
    return Instant(*(t + seconds for t in (now.mono_s, now.boot_s, now.wall_s)))


def pair(
    make: SimpleNamespace,
    spreads: TimerState = TimerState.ARMED,
    quotes: TimerState = TimerState.ARMED,
    **kw: Any,
) -> tuple[TimerView, TimerView]:
    return (
        make.timer(spreads, id="okx-sprd", covers=SPREADS, **kw),
        make.timer(quotes, left_s=14.5, id="okx-rfq", covers=QUOTES),
    )


def okx(make: SimpleNamespace, *timers: TimerView) -> AccountView:
    account: AccountView = replace(make.okx(), timers=timers)
    return account


def drawn(value: GaugeView, width: int, height: int) -> list[str]:
    return letters(Gauge(read_clock).paint(value, width, height)).splitlines()


def test_the_worst_timer_is_large_and_the_others_have_a_line(make: SimpleNamespace) -> None:
    said = drawn(GaugeView(pair(make, quotes=TimerState.LATE)), 40, 9)
    assert any("█" in line for line in said[:3])
    assert any("quotes" in line and "▲ LATE" in line for line in said)
    (other,) = (line for line in said if line.startswith("spreads 2"))
    assert "● ARMED" in other
    said = drawn(GaugeView(pair(make, spreads=TimerState.FIRED)), 40, 9)
    assert any("spreads" in line and "✕ FIRED" in line for line in said)
    assert any(line.startswith("quotes 1") for line in said)


def test_each_says_what_it_covers_where_there_is_room(make: SimpleNamespace) -> None:
    assert any(
        line.startswith(f"spreads: {SPREADS}") for line in drawn(GaugeView(pair(make)), 48, 7)
    )
    said = drawn(GaugeView(pair(make)), 48, 10)
    assert any(line.startswith(f"spreads: {SPREADS}") for line in said)
    assert any(line.startswith(f"quotes: {QUOTES}") for line in said)
    one = make.timer()
    assert not any(one.covers in line for line in drawn(GaugeView((one,)), 48, 6))
    assert any(line.startswith(one.covers) for line in drawn(GaugeView((one,)), 48, 7))


@pytest.mark.parametrize("width", [12, 17, 28, 60])
@pytest.mark.parametrize("height", [1, 2, 4, 6, 7, 9])
@pytest.mark.parametrize("state", list(TimerState))
def test_it_never_needs_more_than_it_has(
    make: SimpleNamespace, width: int, height: int, state: TimerState
) -> None:
    guards = (GuardView("process 4711"), GuardView("presence", "nobody confirmed it", in_s(0)))
    for timers in ((make.timer(state),), pair(make, quotes=state, guards=guards, rival="r" * 90)):
        said = drawn(GaugeView(timers), width, height)
        assert len(said) <= height
        assert all(len(line) <= width for line in said)


@pytest.mark.parametrize("width", [17, 20, 30])
def test_a_line_of_one_timer_among_others_is_named(make: SimpleNamespace, width: int) -> None:
    for state in TimerState:
        said = gauge_line(make.timer(state), 12.0, width, name="quotes").plain
        assert "quotes" in said


async def test_two_timers_are_named_on_the_screen(make: SimpleNamespace) -> None:
    desk = make.FakeDesk(DeskView((make.htx(), okx(make, *pair(make)), make.bitget())))
    for size in ((80, 24), (120, 40), (200, 60)):
        async with make.shown(desk, size) as (app, _):
            panel = app.dashboard.grid.panels[1]
            said = panel._gauge.render().plain
            assert "spreads" in said and "quotes" in said, size


# Guards


def test_guards_that_hold_are_told_quietly(make: SimpleNamespace) -> None:
    guards = (GuardView("process 4711"), GuardView("file /run/bot.beat"))
    timer = make.timer(guards=guards)
    line = guard_line((timer, timer), 50)
    assert line is not None and line.plain == "while process 4711, file /run/bot.beat"
    short = guard_line((timer,), 33)
    assert short is not None and short.plain == "while process 4711, file bot.beat"
    assert list(urgent(GaugeView((timer,)), read_clock(), 50)) == []
    assert guard_line((make.timer(),), 50) is None


@pytest.mark.parametrize(
    ("left_s", "said"), [(100.5, "1:40"), (9.5, "0:09"), (-3.0, "0:00"), (121.5, None)]
)
def test_presence_is_asked_for_in_time(
    make: SimpleNamespace, left_s: float, said: str | None
) -> None:
    timer = make.timer(guards=(GuardView("presence", until=in_s(left_s)),))
    line = ask_line((timer,), read_clock(), 60)
    if said is None:
        assert line is None
    else:
        assert line is not None and line.plain == f"confirm presence within {said}  K"
    off = replace(timer, state=TimerState.OFF)
    assert ask_line((off,), read_clock(), 60) is None, "nothing to hold"


def test_a_guard_that_failed_is_told_once_and_loudly(make: SimpleNamespace) -> None:
    fault = "file bot.beat is 14 s old, 10 s allowed"
    guards = (GuardView("file bot.beat", fault), GuardView("process 1"))
    timer = make.timer(TimerState.LATE, message=fault, guards=guards)
    (note,) = urgent(GaugeView((timer,)), read_clock(), 60)
    assert note.plain == f"▲ {fault}"
    assert [span.style for span in note.spans] == [".ink--bad"]
    assert guard_line((timer,), 60) is None
    said = " ".join(line.strip() for line in drawn(GaugeView((timer,)), 22, 6))
    assert "14 s old" in said and "LATE" in said, "it takes the rows that it needs"
    absent = make.timer(guards=(GuardView("presence", "nobody confirmed presence for 30 min"),))
    (note,) = urgent(GaugeView((absent,)), read_clock(), 60)
    assert note.plain.startswith("K ")


def test_rows_left_over_go_to_the_first_long_note() -> None:
    notes = [styled("one two three four"), styled("x"), styled("five six seven eight")]
    assert [line.plain for line in fitted(notes, 2, 9)] == ["one two …", "x"]
    four = [line.plain.rstrip() for line in fitted(notes, 4, 9)]
    assert four == ["one two", "three fo…", "x", "five six…"]


async def test_k_confirms_presence_where_a_guard_asks_for_it(make: SimpleNamespace) -> None:
    desk = make.FakeDesk(DeskView((make.bitget(),)))
    async with make.shown(desk) as (app, pilot):
        await pilot.press("K")
        assert desk.calls == [] and "here" not in make.text(app).splitlines()[-1]
        guards = (GuardView("presence", until=in_s(90)),)
        desk.put(make.bitget(gauge=make.timer(guards=guards)))
        await make.until(pilot, lambda: "K here" in make.text(app).splitlines()[-1])
        assert "presence" in make.text(app)
        await pilot.press("K")
        assert desk.calls == [("present",)]
        assert any("Presence confirmed" in n.message for n in app._notifications)
        commands = {command.title for command in app.get_system_commands(app.screen)}
        assert any(title.startswith("Confirm presence") for title in commands)


# In full


def test_readiness_and_help_list_every_timer(make: SimpleNamespace) -> None:
    fire_ms = make.NOW_MS + 30_000
    guards = (GuardView("process 4711"), GuardView("file x", "file x is old"))
    account = okx(make, *pair(make, trigger_ms=fire_ms, guards=guards, rival="another program"))
    said = "\n".join(line.paint(90).plain for line in readiness_lines(account, "", 0, 90))
    for words in (
        "timer spreads", "timer quotes", SPREADS, QUOTES, "while process 4711", "▲ file x is old",
        "the venue says it fires at 12:03:52", "▲ another program",
    ):  # fmt: skip
        assert words in said
    helped = str(parts((account, make.bitget())))
    for words in ("okx-desk spreads", "okx-desk quotes", SPREADS, QUOTES, "('bitget-mm', "):
        assert words in helped
    assert "confirm presence" not in helped
    asked = make.bitget(gauge=make.timer(guards=(GuardView("presence"),)))
    assert "confirm presence" in str(parts((asked,)))


def test_a_rival_is_told_in_the_gauge(make: SimpleNamespace) -> None:
    timer = make.timer(rival="a trigger time that is not ours")
    said = " ".join(drawn(GaugeView((timer,)), 40, 6))
    assert "▲ a trigger time that is not ours" in said
