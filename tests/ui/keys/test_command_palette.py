"""The palette offers exactly what can be done now, by account, with its key."""

from __future__ import annotations

import stat
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from textual import events
from textual.command import CommandList, CommandPalette

from tui.core.actions import Outcome
from tui.core.deadman.view import TimerState
from tui.core.desk import DeskView
from tui.service.files import locations
from tui.ui.keys.keymap import read_keymap
from tui.ui.orders.chooser import OrderChooser

ALWAYS = {
    "Panic: cancel everything on every account": "X",
    "Drill: rehearse a panic on simulated venues": "d",
    "Help": "?",
    "Quit": "q",
    "Filter the frames": "/",
    "Frames of one account, of the next, of all again": "f",
    "Frames received, sent, notes, all again": "b",
    "Frames of the sockets, of REST, all again": "t",
    "Only frames that are errors, or all again": "!",
    "Pause the frames": "p",
    "History: alarms and outcomes, with their times": "h",
    "Lock the screen: only panic works; a PIN unlocks it": "l",
    "Accounts: add, edit, test or remove one": "e",
    "Settings: all that the settings file holds": ",",
    "Choose the colours": "",
    "Save a picture of the screen": "",
}


def offered(app: Any) -> dict[str, str]:
    return {one.title: one.help for one in app.get_system_commands(app.screen)}


async def test_what_the_selected_account_can_do_and_nothing_else(
    desk: Any, make: SimpleNamespace
) -> None:
    async with make.shown(desk) as (app, pilot):
        assert offered(app) == ALWAYS | {
            "Go to okx-desk": "2",
            "Go to bitget-mm": "3",
            "Cancel everything on htx-main": "c",
            "Cancel spreads on okx-desk": "s",
            "Cancel quotes on okx-desk": "u",
            "Choose orders to cancel on htx-main": "o",
            "Why it is ready or not: htx-main": "i",
            "This panel alone, with plots of its round trips and orders": "z",
            "Read the open orders of htx-main": "r",
            "Disarm the dead-man timer on bitget-mm (press twice)": "a",
        }
        await pilot.press("3")
        assert "Cancel everything on bitget-mm" in offered(app)
        assert "Go to htx-main" in offered(app) and "Go to bitget-mm" not in offered(app)


async def test_states_change_what_is_offered(make: SimpleNamespace) -> None:
    empty = replace(make.okx(), book=make.book(spread=0, quote=0))
    off = make.bitget(gauge=make.timer(TimerState.OFF))
    desk = make.FakeDesk(DeskView((empty, off)))
    async with make.shown(desk) as (app, pilot):
        assert "Arm the dead-man timer on bitget-mm" in offered(app)
        assert not any("Choose orders" in title for title in offered(app))
        assert not any("What happened" in title for title in offered(app))
        ended = replace(empty, reports=(make.report(empty, Outcome.CONFIRMED, "spreads"),))
        desk.put(ended, off)
        await make.until(pilot, lambda: "What happened on okx-desk" in offered(app))
        two = replace(make.okx("okx-two"), actions=make.okx().actions)
        desk.put(off, make.okx(), two)
        await make.until(pilot, lambda: len(app.dashboard.grid.panels) == 3)
        app.dashboard.grid.select(app.dashboard.grid.panels[0])
        assert not any("spreads" in title for title in offered(app)), "it would ask which"
        desk.put()
        await make.until(pilot, lambda: not app.dashboard.grid.panels)
        assert set(offered(app)) == {
            title for title in ALWAYS if not title.startswith(("Panic", "Drill", "Frames of one"))
        }


async def test_frames_and_dialogs(desk: Any, make: SimpleNamespace) -> None:
    async with make.shown(desk) as (app, pilot):
        desk.frames.put(make.frames(1)[0])
        desk.nudge()
        await make.until(pilot, lambda: "Copy the frame" in offered(app))
        await pilot.press("p")
        assert "Follow the frames again" in offered(app)
        await pilot.press("o")
        assert set(offered(app)) == {
            "Panic: cancel everything on every account",
            "Choose the colours",
            "Save a picture of the screen",
        }


async def test_it_works_from_the_keyboard(desk: Any, make: SimpleNamespace) -> None:
    async with make.shown(desk) as (app, pilot):
        await pilot.press("ctrl+p")
        assert isinstance(app.screen, CommandPalette)
        await make.until(pilot, lambda: app.screen.query_one(CommandList).option_count > 10)
        assert "c  Cancel everything on htx-main" in make.text(app)
        await pilot.press(*"choose orders")
        await make.until(pilot, lambda: app.screen.query_one(CommandList).option_count == 1)
        await pilot.press("enter")
        await make.until(pilot, lambda: isinstance(app.screen, OrderChooser))
        await pilot.press("escape", "ctrl+p")
        await pilot.press(*"cancel everything on htx")
        await make.until(pilot, lambda: app.screen.query_one(CommandList).option_count >= 1)
        await pilot.press("enter")
        await make.until(pilot, lambda: bool(app.presses.armed))
        assert desk.calls == [], "it arms, as the key does"
        await pilot.press("c")
        assert desk.calls == [make.everything("htx-main")]


async def test_names_with_brackets_and_keys_of_ones_own(make: SimpleNamespace) -> None:
    account = replace(make.htx(), name=make.HOSTILE)
    desk = make.FakeDesk(DeskView((account,)))
    keymap = read_keymap((("cancel.all", "F5"), ("palette", "F2")), None)
    async with make.shown(desk, keymap=keymap) as (app, pilot):
        await pilot.press("ctrl+p")
        assert app.screen is app.dashboard
        await pilot.press("f2")
        await make.until(pilot, lambda: app.screen.query_one(CommandList).option_count > 5)
        assert f"F5  Cancel everything on {make.HOSTILE}" in make.text(app)
        await pilot.press(*"nope")
        await make.until(pilot, lambda: "x [/nope]" in make.text(app))


async def test_a_picture_is_for_the_user_alone(
    desk: Any, make: SimpleNamespace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(locations, "user_state_path", lambda *_, **__: tmp_path / "state")
    async with make.shown(desk) as (app, pilot):
        (save,) = [c for c in app.get_system_commands(app.screen) if "picture" in c.title]
        save.callback()
        await make.until(pilot, lambda: "Saved as" in make.text(app))
        (path,) = (tmp_path / "state" / "pictures").iterdir()
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert "okx-desk" in path.read_text() and path.suffix == ".svg"
        monkeypatch.setattr(locations, "user_state_path", lambda *_, **__: path)
        save.callback()
        await make.until(pilot, lambda: "was not saved" in make.text(app))


async def test_all_of_it_is_one_click_away(desk: Any, make: SimpleNamespace) -> None:
    for size in ((80, 24), (120, 40), (200, 60)):
        async with make.shown(desk, size) as (app, pilot):
            bar = make.text(app).splitlines()[-1]
            await pilot.click(app.dashboard.keybar, offset=(bar.index("menu"), 0))
            await make.until(pilot, lambda app=app: isinstance(app.screen, CommandPalette))


@pytest.mark.parametrize("key", ["enter", "escape"])
async def test_a_key_pressed_twice_at_once_is_heard_once(
    desk: Any, make: SimpleNamespace, key: str
) -> None:
    async with make.shown(desk, confirm="once") as (app, pilot):
        await pilot.press("ctrl+p")
        await make.until(pilot, lambda: isinstance(app.screen, CommandPalette))
        await pilot.press(*"everything on htx")
        await make.until(pilot, lambda: app.screen.query_one(CommandList).option_count == 1)
        await make.until(pilot, lambda: app.screen.query_one(CommandList).highlighted == 0)
        for _ in range(3):
            app.post_message(events.Key(key, None))
        await make.until(pilot, lambda: app.screen is app.dashboard)
        await make.until(pilot, lambda: desk.calls or key == "escape")
        await pilot.press("question_mark")
        await make.until(pilot, lambda: app.screen is not app.dashboard)
        assert len(desk.calls) == (key == "enter")
