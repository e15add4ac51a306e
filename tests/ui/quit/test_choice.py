"""The timer's key, and leaving while a timer is armed."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from textual.widgets import Static

from tui.core.actions import EVERYTHING
from tui.core.deadman.view import TimerState
from tui.core.desk import DeskView, RunView
from tui.ui.quit.dialog import QuitDialog
from tui.ui.quit.last_words import timer_lines


async def test_a_disarms_at_the_second_press_even_with_once(
    desk: Any, make: SimpleNamespace
) -> None:
    async with make.shown(desk, confirm="once") as (_, pilot):
        await pilot.press("3", "a")
        assert desk.calls == []
        await pilot.press("a")
        assert desk.calls == [("disarm", "bitget-mm")]


@pytest.mark.parametrize("state", [TimerState.OFF, TimerState.FIRED])
async def test_a_arms_at_the_first_press(make: SimpleNamespace, state: TimerState) -> None:
    desk = make.FakeDesk(DeskView((make.bitget(gauge=make.timer(state)),)))
    async with make.shown(desk) as (_, pilot):
        await pilot.press("a")
        assert desk.calls == [("arm", "bitget-mm")]


async def test_q_quits_at_once_when_nothing_is_armed(make: SimpleNamespace) -> None:
    desk = make.FakeDesk(DeskView((make.htx(),)))
    async with make.shown(desk) as (app, pilot):
        await pilot.press("q")
        assert app.is_running is False or app._exit


async def test_ctrl_c_does_what_q_does(make: SimpleNamespace) -> None:
    async with make.shown(make.FakeDesk(DeskView((make.htx(),)))) as (app, pilot):
        await pilot.press("ctrl+c")
        assert app._exit and not app._notifications
    async with make.shown(make.FakeDesk(DeskView((make.bitget(),)))) as (app, pilot):
        await pilot.press("ctrl+c")
        assert isinstance(app.screen, QuitDialog)
        await pilot.press("ctrl+c")
        assert not isinstance(app.screen, QuitDialog) and not app._exit
        await pilot.press("slash", "ctrl+c")
        assert isinstance(app.screen, QuitDialog) and not app._notifications


async def test_leaving_an_armed_timer_is_asked_about(make: SimpleNamespace) -> None:
    desk = make.FakeDesk(DeskView((make.bitget(),)))
    async with make.shown(desk) as (app, pilot):
        await pilot.press("q")
        assert isinstance(app.screen, QuitDialog)
        await pilot.press("c", "escape")
        assert desk.calls == [] and not app._exit
        await pilot.press("q", "d", "d")
        assert desk.calls == [("disarm", "bitget-mm")] and not app._exit
        desk.put(make.bitget(gauge=make.timer(TimerState.OFF)))
        await make.until(pilot, lambda: app._exit)


async def test_leaving_while_cancels_run_is_asked_about(make: SimpleNamespace) -> None:
    runs = tuple(
        RunView(action, EVERYTHING, make.NOW_MS, "sent")
        for action in ("spreads", "spreads", "quotes")
    )
    desk = make.FakeDesk(DeskView((replace(make.okx(), runs=runs),)))
    async with make.shown(desk, (80, 24)) as (app, pilot):
        await pilot.press("q")
        said = make.text(app)
        assert "2 cancels are still running" in said
        assert "okx-desk spreads, okx-desk quotes" in said and "timer" not in said
        await pilot.press("d")
        assert isinstance(app.screen, QuitDialog), "there is nothing to disarm"
        await pilot.press("enter")
        assert not isinstance(app.screen, QuitDialog) and not app._exit, "stay is the default"
        await pilot.press("q", "l")
        assert app._exit and desk.calls == []
    desk = make.FakeDesk(DeskView((replace(make.okx(), runs=runs[:2]), make.bitget())))
    async with make.shown(desk, (80, 24)) as (app, pilot):
        await pilot.press("q")
        said = make.text(app)
        assert "1 cancel is still running, and a dead-man timer is armed" in said
        assert "Armed: bitget-mm" in said and "Stay" in said
        await pilot.press("d")
        assert desk.calls == [] and "AGAIN: Disarm and quit d" in make.text(app)
        await pilot.press("d")
        assert desk.calls == [("disarm", "bitget-mm")]


@pytest.mark.parametrize("on_quit", ["disarm", "fire"])
async def test_only_accounts_that_say_ask_are_asked_about(
    make: SimpleNamespace, on_quit: str
) -> None:
    told = replace(make.bitget("told"), on_quit=on_quit)
    async with make.shown(make.FakeDesk(DeskView((told, make.bitget("asked"))))) as (app, pilot):
        await pilot.press("q")
        assert isinstance(app.screen, QuitDialog)
        said = str(app.screen.query_one("#why", Static).content)
        assert said.split("\n\n")[0] == "asked"
    desk = make.FakeDesk(DeskView((told,)))
    async with make.shown(desk) as (app, pilot):
        await pilot.press("q")
        assert app._exit and desk.calls == [], "the service does it at its stop"


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (TimerState.ARMED, "was left running; Bitget cancels"),
        (TimerState.LATE, "was left running"),
        (TimerState.UNKNOWN, "may still be running; if it is, Bitget cancels"),
        (TimerState.AMBIGUOUS, "may still be running"),
        (TimerState.OFF, None),
        (TimerState.FIRED, None),
        (TimerState.BLOCKED, None),
    ],
)
def test_the_last_line_claims_no_more_than_is_known(
    make: SimpleNamespace, state: TimerState, words: str | None
) -> None:
    said = timer_lines(DeskView((make.bitget(gauge=make.timer(state)), make.htx())))
    assert said == [] if words is None else (len(said) == 1 and words in said[0])
