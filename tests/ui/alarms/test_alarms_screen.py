"""Alarms on the screen: the gauge, the header, the bell, the title, and how they are taken off."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from tui.core.actions import Outcome
from tui.core.deadman.view import TimerState
from tui.core.desk import DeskView
from tui.ui.panel.timer_gauge import Gauge


class Ears:
    """Counts the bells of an app, and keeps what is written to its terminal."""

    def __init__(self, app: Any) -> None:
        self.bells = 0
        self.written: list[str] = []
        app.bell = self._rang
        app.ringing.title._write = self.written.append

    def _rang(self) -> None:
        self.bells += 1


def gauge_of(app: Any, number: int) -> str:
    said: str = app.dashboard.grid.panels[number - 1]._gauge.render().plain
    return said


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60), (80, 12), (40, 12)])
async def test_an_alarm_stays_until_it_is_acknowledged(
    make: SimpleNamespace, size: tuple[int, int]
) -> None:
    desk = make.FakeDesk(DeskView((make.htx(), make.bitget())))
    async with make.shown(desk, size) as (app, pilot):
        ears = Ears(app)
        assert app.ringing.title.said == "killdesk: 2 of 2 ready"
        desk.put(make.htx(), make.bitget(gauge=make.timer(TimerState.LATE)))
        await make.until(pilot, lambda: "LATE" in make.text(app).splitlines()[0])
        assert ears.bells == 1 and app.ringing.title.said == "killdesk: LATE bitget-mm"
        assert ears.written[-1].endswith("]2;killdesk: LATE bitget-mm\x1b\\")
        desk.put(make.htx(), make.bitget())
        await make.until(pilot, lambda: "was LATE" in make.text(app).splitlines()[0])
        if size[1] >= 24:
            assert "was LATE" in gauge_of(app, 2) and "●" in gauge_of(app, 2)
        assert "killdesk: was LATE bitget-mm" in app.ringing.title.said
        await pilot.press("k")
        await make.until(pilot, lambda: "LATE" not in make.text(app).splitlines()[0])
        assert "LATE" not in gauge_of(app, 2) and ears.bells == 1
        assert app.ringing.title.said == "killdesk: 2 of 2 ready"
        assert any("bitget-mm was LATE" in note.message for note in app._notifications)
        await pilot.press("k")
        assert len(app._notifications) == 1, "nothing is left to see"
        assert desk.notes == [("seen", "bitget-mm was LATE")]


async def test_after_the_key_what_is_so_now_is_shown_on(make: SimpleNamespace) -> None:
    fired = make.timer(TimerState.FIRED)
    desk = make.FakeDesk(DeskView((make.htx(), make.bitget(gauge=fired))))
    async with make.shown(desk) as (app, pilot):
        assert "FIRED since" in make.text(app).splitlines()[0]
        assert "✕ FIRED" in gauge_of(app, 2) and "k" in gauge_of(app, 2)
        assert "k seen" in make.text(app).splitlines()[-1]
        await pilot.press("k")
        await make.until(pilot, lambda: "FIRED" not in make.text(app).splitlines()[0])
        assert "✕ FIRED" in gauge_of(app, 2) and "since" not in gauge_of(app, 2)
        assert "k seen" not in make.text(app).splitlines()[-1]


async def test_a_click_on_the_gauge_or_the_header_is_enough(make: SimpleNamespace) -> None:
    late = make.timer(TimerState.LATE)
    desk = make.FakeDesk(
        DeskView((make.bitget("one", late), make.bitget("two", late), make.bitget("three", late)))
    )
    async with make.shown(desk) as (app, pilot):
        assert len(app.alarms.standing) == 3
        await pilot.click(app.dashboard.grid.panels[1].query_one(Gauge))
        assert {alarm.account for alarm in app.alarms.standing} == {"one", "three"}
        assert app.dashboard.grid.selected is app.dashboard.grid.panels[1]
        await pilot.click("#desk-state")
        assert app.alarms.standing == ()


async def test_the_palette_takes_alarms_off_while_there_are_any(make: SimpleNamespace) -> None:
    desk = make.FakeDesk(DeskView((make.bitget(),)))
    async with make.shown(desk) as (app, pilot):

        def commands() -> list[Any]:
            listed = app.get_system_commands(app.screen)
            return [command for command in listed if "alarms are seen" in command.title]

        assert commands() == []
        desk.put(make.bitget(gauge=make.timer(TimerState.BLOCKED)))
        await make.until(pilot, lambda: bool(commands()))
        await commands()[0].callback()
        assert app.alarms.standing == ()


async def test_k_takes_alarms_off_while_the_frames_have_the_focus(make: SimpleNamespace) -> None:
    desk = make.FakeDesk(DeskView((make.bitget(gauge=make.timer(TimerState.LATE)),)))
    async with make.shown(desk) as (app, pilot):
        app.dashboard.log_.rows.focus()
        await pilot.press("k")
        assert app.alarms.standing == ()


async def test_protection_that_runs_out_unsaid_is_noticed_by_the_clock(
    make: SimpleNamespace,
) -> None:
    clock = make.Clock()
    desk = make.FakeDesk(DeskView((make.bitget(),)))
    async with make.shown(desk, clock=clock) as (app, pilot):
        ears = Ears(app)
        clock.ahead_s = 31.0
        await make.until(pilot, lambda: "AMBIGUOUS" in make.text(app).splitlines()[0])
        assert ears.bells == 1


async def test_an_unresolved_cancel_is_an_alarm_without_any_timer(make: SimpleNamespace) -> None:
    okx = make.okx()
    desk = make.FakeDesk(DeskView((okx,)))
    async with make.shown(desk) as (app, pilot):
        ears = Ears(app)
        desk.put(replace(okx, reports=(make.report(okx, Outcome.UNRESOLVED, "spreads"),)))
        await make.until(pilot, lambda: "UNRESOLVED since" in make.text(app).splitlines()[0])
        assert ears.bells == 1
        assert app.ringing.title.said == "killdesk: UNRESOLVED okx-desk spreads"


async def test_hostile_names_command_no_terminal(make: SimpleNamespace) -> None:
    evil = "[/nope]\x1b]2;owned\x07"
    desk = make.FakeDesk(DeskView((make.bitget(evil),)))
    async with make.shown(desk) as (app, pilot):
        ears = Ears(app)
        desk.put(make.bitget(evil, make.timer(TimerState.FIRED)))
        await make.until(pilot, lambda: bool(ears.written))
        body = ears.written[-1].removeprefix("\x1b]2;").removesuffix("\x1b\\")
        assert body.isprintable() and "owned" in body


async def test_the_head_of_a_panel_shows_an_alarm_until_it_is_seen(
    desk: Any, make: SimpleNamespace
) -> None:
    async with make.shown(desk) as (app, pilot):
        panel = app.dashboard.grid.panels[2]
        calm = panel._head.styles.background
        fired = make.bitget(gauge=make.timer(TimerState.FIRED))
        desk.put(*desk.view.accounts[:2], fired)
        await make.until(pilot, lambda: panel.has_class("-alarmed"))
        await pilot.pause()
        bad = panel._head.styles.background
        desk.put(*desk.view.accounts[:2], make.bitget())
        await make.until(pilot, lambda: not panel.has_class("-alarmed"))
        await pilot.pause()
        assert len({calm, bad, panel._head.styles.background}) == 3, "it was, and nobody saw it"
        await pilot.press("k")
        await make.until(pilot, lambda: not panel.has_class("-unseen"))
        await pilot.pause()
        assert panel._head.styles.background == calm
