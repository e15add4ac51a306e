"""esc takes a filter away first, and closes only then, wherever something can be filtered."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from textual.widgets import Input

from tui.core.secrets import Secret
from tui.service.secrets.pin import Pin, SessionEntry
from tui.ui.alarms.event_history_screen import HistoryScreen
from tui.ui.help.screen import HelpScreen
from tui.ui.keys.palette_screen import Palette
from tui.ui.orders.chooser import OrderChooser
from tui.ui.orders.list import OrderList


def narrowed(app: Any) -> bool:
    """Whether a filter hides frames."""
    return not app.dashboard.log_.ring.wanted.empty


@pytest.mark.parametrize("keys", ["/cancelall⏎", "f", "!", "b", "t", "ff!b"])
@pytest.mark.parametrize("focused", [True, False])
async def test_every_filter_of_the_frames_goes_with_one_press(
    desk: Any, make: SimpleNamespace, keys: str, focused: bool
) -> None:
    async with make.shown(desk, (140, 44)) as (app, pilot):
        log = app.dashboard.log_
        log.extend(make.frames(8))
        for key in keys:
            await pilot.press({"/": "slash", "⏎": "enter", "!": "exclamation_mark"}.get(key, key))
        await make.until(pilot, lambda: narrowed(app))
        app.set_focus(log.rows if focused else None)
        await pilot.pause()
        assert "esc clears" in make.text(app)
        titles = [one.title for one in app.get_system_commands(app.screen)]
        assert "All frames again, without the filter" in titles
        await pilot.press("escape")
        await make.until(pilot, lambda: not narrowed(app))
        assert log.filter_line.value == "" and len(log.ring.view) == 8
        assert app.screen is app.dashboard and "esc clears" not in make.text(app)


async def test_the_search_goes_before_the_filter_and_the_marks_go_last(
    desk: Any, make: SimpleNamespace
) -> None:
    async with make.shown(desk, (140, 44)) as (app, pilot):
        log = app.dashboard.log_
        log.extend(make.frames(8))
        await pilot.press("slash", *":out", "enter", "ctrl+f", *"cid", "enter", "space")
        await make.until(pilot, lambda: bool(log.rows.marks) and narrowed(app))
        assert log.rows.finder.text == "cid"
        await pilot.press("escape")
        await make.until(pilot, lambda: not log.rows.finder.text)
        assert narrowed(app) and log.rows.marks
        await pilot.press("escape")
        await make.until(pilot, lambda: not narrowed(app))
        assert log.rows.marks
        await pilot.press("escape")
        await make.until(pilot, lambda: not log.rows.marks)


async def test_a_panel_that_is_alone_gives_way_first(desk: Any, make: SimpleNamespace) -> None:
    async with make.shown(desk, (140, 44)) as (app, pilot):
        await pilot.press("f", "z")
        await make.until(pilot, lambda: app.dashboard.grid.alone)
        await pilot.press("escape")
        await make.until(pilot, lambda: not app.dashboard.grid.alone)
        assert narrowed(app)
        await pilot.press("escape")
        await make.until(pilot, lambda: not narrowed(app))


async def test_on_a_locked_screen_the_filter_stays(desk: Any, make: SimpleNamespace) -> None:
    pin = Pin(SessionEntry())
    pin.set(Secret("4417"))
    pin.look()
    async with make.shown(desk, (140, 44), pin=pin) as (app, pilot):
        await pilot.press("f", "l", "escape")
        assert app.desk.locked and narrowed(app)


async def test_the_palette(desk: Any, make: SimpleNamespace) -> None:
    async with make.shown(desk, (140, 44)) as (app, pilot):
        await pilot.press("ctrl+p", *"help")
        palette = app.screen
        assert isinstance(palette, Palette) and palette.query_one(Input).value == "help"
        await pilot.press("escape")
        assert app.screen is palette and palette.query_one(Input).value == ""
        assert "F12 F12 panic" in make.text(app) and "esc clears" in make.text(app)
        await pilot.press("escape")
        await make.until(pilot, lambda: app.screen is app.dashboard)


async def test_the_order_chooser(desk: Any, make: SimpleNamespace) -> None:
    async with make.shown(desk, (140, 44)) as (app, pilot):
        await pilot.press("o", "slash", *"cross", "enter")
        chooser = app.screen
        assert isinstance(chooser, OrderChooser) and chooser.query_one(OrderList).narrowed
        await pilot.press("escape")
        assert app.screen is chooser and not chooser.query_one(OrderList).narrowed
        await pilot.press("escape")
        await make.until(pilot, lambda: app.screen is app.dashboard)


async def test_the_help_and_the_history(desk: Any, make: SimpleNamespace) -> None:
    async with make.shown(desk, (140, 44)) as (app, pilot):
        await pilot.press("question_mark", "slash", *"panic", "enter", "escape")
        assert isinstance(app.screen, HelpScreen) and app.screen.query_one(Input).value == ""
        await pilot.press("escape", "h", "b")
        history = app.screen
        assert isinstance(history, HistoryScreen) and "bad ones only" in make.text(app)
        assert "esc all again" in make.text(app)
        await pilot.press("escape")
        assert app.screen is history
        await make.until(pilot, lambda: "newest first" in make.text(app))
        await pilot.press("escape")
        await make.until(pilot, lambda: app.screen is app.dashboard)
