"""Every button and every part of the header says what it does when the mouse rests on it."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from textual.app import App
from textual.content import Content
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Button

from tui.core.desk import DeskView
from tui.service.settings.loader import Settings
from tui.service.settings.store import SettingsStore
from tui.ui.app.welcome import WelcomeApp
from tui.ui.dashboard.header import Header
from tui.ui.keys.keymap import read_keymap
from tui.ui.orders.chooser import ActBar
from tui.ui.panel.cancel_buttons import KeyButton


def pressable(screen: Screen[Any]) -> list[Widget]:
    found = [
        one for one in screen.walk_children(Widget) if isinstance(one, KeyButton | Button | ActBar)
    ]
    return found + [part for header in screen.query(Header) for part in header.children]


def check(screen: Screen[Any]) -> int:
    found = pressable(screen)
    for one in found:
        assert isinstance(one.tooltip, Content), f"{one} says nothing, or says it as markup"
        assert one.tooltip.plain.endswith(".")
        if isinstance(one, KeyButton | Button | ActBar):
            assert "Key " in one.tooltip.plain
    return len(found)


async def test_all_that_can_be_pressed_has_a_tooltip(make: SimpleNamespace) -> None:
    desk = make.FakeDesk(DeskView((*make.many(3), *make.troubled())))
    async with make.shown(desk, (120, 60)) as (app, pilot):
        assert check(app.dashboard) >= 7 * 3 + 4
        for keys in (["2", "o"], ["2", "w"], ["q"]):
            await pilot.press(*keys)
            assert app.screen is not app.dashboard
            assert check(app.screen) >= 1
            await pilot.press("escape")
    async with make.shown(make.FakeDesk(DeskView(())), demo=True) as (app, _):
        assert "nothing here is real" in app.dashboard.header.mode.tooltip.plain


async def test_the_welcome_too(tmp_path: Path) -> None:
    nothing = tmp_path / "config.toml"
    app: App[Any] = WelcomeApp(SettingsStore(Settings(path=nothing), nothing))
    async with app.run_test():
        assert check(app.screen) == 3


async def test_it_names_the_account_limits_and_the_key_in_force(
    desk: Any, make: SimpleNamespace
) -> None:
    keymap = read_keymap((("cancel.spreads", "F6"), ("account.refresh", "")), None)
    async with make.shown(desk, keymap=keymap) as (app, pilot):
        spreads, quotes = app.dashboard.grid.panels[1].buttons
        assert spreads.tooltip.plain == "Cancels spreads. Leaves: legs already matched. Key F6."
        desk.put(make.htx(), make.okx("other"), make.bitget())
        await pilot.pause()
        assert quotes.tooltip.plain.endswith("Key u.")


@pytest.mark.parametrize("name", ["mode", "state", "clock"])
async def test_a_tooltip_that_is_missing_is_found(
    desk: Any, make: SimpleNamespace, name: str
) -> None:
    async with make.shown(desk) as (app, _):
        getattr(app.dashboard.header, name).tooltip = None
        with pytest.raises(AssertionError):
            check(app.dashboard)
