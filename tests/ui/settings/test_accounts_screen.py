"""Accounts, settings, and a settings file that others change, on the screen."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import keyring
import pytest
from textual.widgets import Input, OptionList

from tui.core.clocks import Instant
from tui.core.deadman.view import TimerState
from tui.core.desk import DeskView
from tui.core.secrets import Secret
from tui.service.secrets.pin import Pin, SessionEntry
from tui.service.settings import store as service
from tui.service.settings.fields import PLAIN_FIELDS
from tui.service.settings.loader import load_settings
from tui.service.settings.store import SettingsStore
from tui.ui.keys.keymap import read_keymap
from tui.ui.settings.account_form import AccountForm
from tui.ui.settings.account_test_screen import AccountTest
from tui.ui.settings.accounts_screen import AccountsScreen
from tui.ui.settings.form_fields import FieldRow
from tui.ui.settings.settings_screen import SettingsScreen
from tui.ui.widgets.choice_row import ChoiceRow

pytestmark = pytest.mark.usefixtures("file_keyring")

WRITTEN = """\
[desk]  # ours
screen_grace_s = 12

[[accounts]]
name = "okx-desk"
venue = "okx"

[[accounts]]
name = "mm"
venue = "bitget"
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "config.toml"
    file.write_text(WRITTEN)
    return file


@pytest.fixture
def desk(make: SimpleNamespace) -> Any:
    off = make.timer(TimerState.OFF)
    return make.FakeDesk(DeskView((make.okx("okx-desk"), make.bitget("mm", off))))


class Still:
    """A clock that stands: two presses are as near to each other as a test says."""

    def __init__(self, now: Instant) -> None:
        self.now = now

    def __call__(self) -> Instant:
        return self.now


def configured(desk: Any, path: Path) -> SettingsStore:
    return SettingsStore(load_settings(path), path, desk)


def told(app: Any) -> str:
    return "\n".join(one.message for one in app._notifications)


async def test_the_list_says_how_each_account_is(
    make: SimpleNamespace, desk: Any, path: Path
) -> None:
    keyring.set_password("killdesk", "mm", "something")
    async with make.shown(desk, store=configured(desk, path)) as (app, pilot):
        await pilot.press("e")
        await make.until(pilot, lambda: "no key in the keyring" in make.text(app))
        shown = make.text(app)
        assert "2 of 2 ready" in shown and "config.toml" in shown
        listed = app.screen.query_one(OptionList)
        okx_line, mm_line = (str(listed.get_option_at_index(n).prompt) for n in range(2))
        assert "READY" in okx_line and "no key in the keyring" in okx_line
        assert "key in the keyring" in mm_line and "no key" not in mm_line
        bad = replace(make.okx("okx-desk"), health="down", reason=make.HOSTILE)
        desk.put(bad, desk.view.accounts[1])
        await make.until(pilot, lambda: "[/nope]" in make.text(app))
        assert "DOWN" in make.text(app)
        await pilot.press("escape")
        assert app.screen is app.dashboard


@pytest.mark.parametrize("size", [(40, 14), (80, 24), (140, 44)])
async def test_the_title_keeps_the_count_however_long_the_path_is(
    make: SimpleNamespace, desk: Any, tmp_path: Path, size: tuple[int, int]
) -> None:
    path = tmp_path.joinpath(*["a folder with a long name"] * 7, "config.toml")
    path.parent.mkdir(parents=True)
    path.write_text(WRITTEN)
    async with make.shown(desk, size, store=configured(desk, path)) as (app, pilot):
        await pilot.press("e")
        await make.until(pilot, lambda: isinstance(app.screen, AccountsScreen))
        await make.until(pilot, lambda: "accounts  2 of 2 ready" in make.text(app))
        (title,) = (line for line in make.text(app).splitlines() if "accounts  2" in line)
        assert "…" in title and ".toml" in title, "the end of the path tells which file it is"


@pytest.mark.parametrize("size", [(80, 24), (140, 44)])
@pytest.mark.parametrize("keys", ["ea", "ee", ",", ",k"])
async def test_a_form_says_how_to_panic_from_it(
    make: SimpleNamespace, desk: Any, path: Path, size: tuple[int, int], keys: str
) -> None:
    async with make.shown(desk, size, store=configured(desk, path)) as (app, pilot):
        for key in keys:
            if key == "k":
                await make.until(pilot, lambda: app.screen.query(OptionList))
                app.screen.query_one(OptionList).focus()
                await pilot.press("end", "enter")
            else:
                await pilot.press({",": "comma"}.get(key, key))
            await make.until(pilot, lambda: app.screen is not app.dashboard)
            await pilot.pause()
        await make.until(pilot, lambda: bool(app.screen.query(FieldRow)))
        await make.until(pilot, lambda: "F12 F12 panic" in make.text(app))


async def test_keys_and_buttons_do_the_same(make: SimpleNamespace, desk: Any, path: Path) -> None:
    async with make.shown(desk, store=configured(desk, path)) as (app, pilot):
        for key, kind in (("a", AccountForm), ("e", AccountForm), ("t", AccountTest)):
            for press in (key, None):
                await pilot.press("e")
                await make.until(pilot, lambda: isinstance(app.screen, AccountsScreen))
                screen = app.screen
                if press:
                    await pilot.press(press)
                else:
                    await pilot.click({"a": "#add", "e": "#edit", "t": "#test"}[key])
                await make.until(pilot, lambda kind=kind: isinstance(app.screen, kind))
                await pilot.press("escape")
                await make.until(pilot, lambda screen=screen: app.screen is screen)
                await pilot.press("escape")
                await make.until(pilot, lambda: app.screen is app.dashboard)


async def test_the_mouse_finds_them_on_the_smallest_screen(
    make: SimpleNamespace, desk: Any, path: Path
) -> None:
    async with make.shown(desk, (80, 24), store=configured(desk, path)) as (app, pilot):
        await make.until(pilot, lambda: "2 of 2 ready" in make.text(app))
        await pilot.click("#desk-state")
        await make.until(pilot, lambda: isinstance(app.screen, AccountsScreen))
        await pilot.click("#settings")
        await make.until(pilot, lambda: isinstance(app.screen, SettingsScreen))
        await make.until(pilot, lambda: "screen grace" in make.text(app))
        await pilot.click("#close")
        await make.until(pilot, lambda: isinstance(app.screen, AccountsScreen))
        await pilot.click("#add")
        await make.until(pilot, lambda: "Save  ctrl+s" in make.text(app))
        await pilot.click("#close")
        await make.until(pilot, lambda: isinstance(app.screen, AccountsScreen))
        await pilot.click("#close")
        await make.until(pilot, lambda: app.screen is app.dashboard)


async def test_an_account_is_removed_by_two_presses(
    make: SimpleNamespace, desk: Any, path: Path
) -> None:
    keyring.set_password("killdesk", "okx-desk", "something")
    clock = Still(make.Clock()())
    async with make.shown(desk, clock=clock, store=configured(desk, path)) as (app, pilot):
        await pilot.press("e")
        await pilot.press("d")
        await make.until(pilot, lambda: "AGAIN TO REMOVE okx-desk" in make.text(app))
        clock.now = clock.now.later(2.1)
        await make.until(pilot, lambda: "AGAIN" not in make.text(app))
        await pilot.press("d")
        await pilot.pause()
        assert keyring.get_password("killdesk", "okx-desk") == "something"
        assert path.read_text() == WRITTEN
        await pilot.press("down", "d")  # the first press was for another account
        await pilot.press("up", "d", "d")
        await make.until(pilot, lambda: "are removed" in make.text(app))
        assert ("reconfigure", ("mm",)) in desk.calls
    assert [account.name for account in load_settings(path).accounts] == ["mm"]
    assert keyring.get_password("killdesk", "okx-desk") is None


async def test_an_account_with_an_armed_timer_is_not_removed(
    make: SimpleNamespace, path: Path
) -> None:
    desk = make.FakeDesk(DeskView((make.okx("okx-desk"), make.bitget("mm"))))
    clock = Still(make.Clock()())
    async with make.shown(desk, clock=clock, store=configured(desk, path)) as (app, pilot):
        await pilot.press("e", "down", "d", "d")
        await make.until(pilot, lambda: "disarm mm first" in make.text(app))
    assert path.read_text() == WRITTEN


async def test_the_demo_desk_has_none_to_edit(make: SimpleNamespace, desk: Any) -> None:
    async with make.shown(desk, demo=True) as (app, pilot):
        await pilot.press("e")
        await pilot.pause()
        assert "simulator's own" in make.text(app) and "okx-desk" in make.text(app)
        await pilot.press("a", "d", "t", "enter", "d")
        assert isinstance(app.screen, AccountsScreen)
        await pilot.press("escape", "comma")
        await pilot.pause()
        assert "has no settings file" in make.text(app)
        await pilot.press("ctrl+s", "escape", "R")
        assert app.screen is app.dashboard


async def test_a_desk_may_lose_its_last_account_and_get_one_again(
    make: SimpleNamespace, desk: Any, path: Path
) -> None:
    async with make.shown(desk, store=configured(desk, path)) as (app, pilot):
        await pilot.press("e")
        desk.put()
        await make.until(pilot, lambda: "no account yet" in make.text(app))
        await pilot.press("e", "d", "t", "enter")
        assert isinstance(app.screen, AccountsScreen)
        await pilot.press("escape", "c", "o", "i", "tab")
        desk.put(make.htx("first"))
        await make.until(pilot, lambda: "first" in make.text(app))


# settings


def row(screen: SettingsScreen, key: str) -> FieldRow:
    (found,) = [one for one in screen.query(FieldRow) if one.field.key == key]
    return found


async def settings(make: SimpleNamespace, app: Any, pilot: Any) -> SettingsScreen:
    await pilot.press("comma")
    await make.until(pilot, lambda: isinstance(app.focused, ChoiceRow))
    screen = app.screen
    assert isinstance(screen, SettingsScreen)
    return screen


async def test_what_is_set_is_written_and_holds_at_once(
    make: SimpleNamespace, desk: Any, path: Path
) -> None:
    async with make.shown(desk, store=configured(desk, path)) as (app, pilot):
        screen = await settings(make, app, pilot)
        assert [one.field for one in screen.query(FieldRow)] == list(PLAIN_FIELDS)
        assert row(screen, "screen_grace_s").typed == "12"
        await pilot.press("right")
        assert row(screen, "confirm").typed == "once"
        await pilot.press("ctrl+s")
        await make.until(pilot, lambda: app.screen is app.dashboard)
        assert app.presses.once
        await pilot.press("1", "s")
        assert make.everything("okx-desk", "spreads") in desk.calls, "one press is enough now"
    now = 'screen_grace_s = 12\nconfirm = "once"\n'
    assert path.read_text() == WRITTEN.replace("screen_grace_s = 12\n", now)


async def test_a_bad_figure_is_said_beside_its_field(
    make: SimpleNamespace, desk: Any, path: Path
) -> None:
    async with make.shown(desk, store=configured(desk, path)) as (app, pilot):
        screen = await settings(make, app, pilot)
        field = row(screen, "screen_grace_s")
        assert isinstance(field.box, Input)
        for typed, said in (("3", "from 5 to 600, got 3"), ("soon", "got a text")):
            field.box.value = typed
            await make.until(pilot, lambda said=said: said in str(field._said.render()))
            await pilot.press("ctrl+s")
            assert app.screen is screen
        field.box.value = ""
        await make.until(pilot, lambda: "✕" not in str(field._said.render()))
        await pilot.press("ctrl+s")
        await make.until(pilot, lambda: app.screen is app.dashboard)
    assert "screen_grace_s" not in path.read_text()


async def test_an_account_opens_from_the_settings(
    make: SimpleNamespace, desk: Any, path: Path
) -> None:
    async with make.shown(desk, store=configured(desk, path)) as (app, pilot):
        screen = await settings(make, app, pilot)
        screen.query_one(OptionList).focus()
        await pilot.press("down", "down", "enter")
        await make.until(pilot, lambda: isinstance(app.screen, AccountForm))
        assert "mm" in make.text(app)


# a file that others change


@pytest.fixture
def watched(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "CHECK_INTERVAL_S", 0.05)


@pytest.mark.usefixtures("watched")
async def test_a_change_outside_is_offered_and_taken_with_a_key(
    make: SimpleNamespace, desk: Any, path: Path
) -> None:
    async with make.shown(desk, (160, 40), store=configured(desk, path)) as (app, pilot):
        assert "R reload" not in make.text(app)
        await pilot.press("R")
        assert not desk.calls
        path.write_text(WRITTEN.replace("12\n", '12\nconfirm = "once"\n'))
        await make.until(pilot, lambda: "R reload" in make.text(app))
        assert "R takes it over" in told(app)
        assert not app.presses.once and not desk.calls
        await pilot.press("R")
        await make.until(pilot, lambda: "R reload" not in make.text(app))
        assert app.presses.once
        assert desk.calls == [("reconfigure", ("okx-desk", "mm"))]


@pytest.mark.usefixtures("watched")
async def test_a_file_that_is_wrong_is_said_and_the_desk_goes_on(
    make: SimpleNamespace, desk: Any, path: Path
) -> None:
    async with make.shown(desk, (160, 40), store=configured(desk, path)) as (app, pilot):
        path.write_text(WRITTEN.replace("12", "1"))
        await make.until(pilot, lambda: "expected a number from 5 to 600" in told(app))
        assert "goes on with the settings before" in told(app)
        await pilot.press("R")
        await pilot.pause()
        assert not desk.calls and not app.presses.once
        path.write_text(f"{WRITTEN}# all is well\n")
        await make.until(pilot, lambda: "R reload" not in make.text(app))


@pytest.mark.usefixtures("watched")
async def test_a_refused_reload_stays_offered(make: SimpleNamespace, desk: Any, path: Path) -> None:
    desk.refusal = "disarm mm first: its dead-man timer may be running"
    async with make.shown(desk, (160, 40), store=configured(desk, path)) as (app, pilot):
        path.write_text(WRITTEN.replace('"bitget"', '"bitget"\nextra = ["strategy"]'))
        await make.until(pilot, lambda: "R reload" in make.text(app))
        await pilot.press("R")
        await make.until(pilot, lambda: "disarm mm first" in told(app))
        assert "R reload" in make.text(app)
        desk.refusal = ""
        await pilot.press("R")
        await make.until(pilot, lambda: "taken over: mm" in told(app))
        assert "R reload" not in make.text(app)


@pytest.mark.usefixtures("watched")
@pytest.mark.parametrize("size", [(80, 24), (140, 44)])
async def test_a_changed_file_is_said_until_it_is_taken_over(
    make: SimpleNamespace, desk: Any, path: Path, size: tuple[int, int]
) -> None:
    pin = Pin(SessionEntry())
    pin.set(Secret("4417"))
    pin.look()
    shown = make.shown(desk, size, store=configured(desk, path), pin=pin)
    line = "▲ config.toml was changed outside: R takes it over"
    async with shown as (app, pilot):
        path.write_text(WRITTEN.replace("12\n", '12\nconfirm = "once"\n'))
        await make.until(pilot, lambda: line in make.text(app))
        app.clear_notifications()
        desk.put(*desk.view.accounts, notice="the keyring is a plain one")
        await make.until(pilot, lambda: f"{line}; the keyring is" in make.text(app))
        for opened in ("e", "comma"):
            await pilot.press(opened)
            await make.until(
                pilot,
                lambda: "press R first" in " ".join(make.text(app).replace("█", "").split()),
            )
            await pilot.press("escape")
            await make.until(pilot, lambda: app.screen is app.dashboard)
        await pilot.press("l")
        await make.until(pilot, lambda: "unlock, then R takes it over" in make.text(app))
        await pilot.press("l", *"4417", "enter")
        await make.until(pilot, lambda: line in make.text(app))
        await pilot.press("R")
        await make.until(pilot, lambda: "changed outside" not in make.text(app))
        assert "▲ the keyring is a plain one" in make.text(app)
        await pilot.press("e")
        await make.until(pilot, lambda: isinstance(app.screen, AccountsScreen))
        await pilot.pause()
        assert "press R first" not in " ".join(make.text(app).split())


@pytest.mark.usefixtures("watched")
async def test_a_wrong_file_is_said_until_it_is_right(
    make: SimpleNamespace, desk: Any, path: Path
) -> None:
    async with make.shown(desk, (140, 44), store=configured(desk, path)) as (app, pilot):
        path.write_text(WRITTEN.replace("12", "1"))
        said = "▲ config.toml is wrong, the desk goes on with the settings before: desk.screen"
        await make.until(pilot, lambda: said in make.text(app))
        app.clear_notifications()
        await pilot.press("R")
        await make.until(pilot, lambda: "expected a number" in told(app))
        assert said in make.text(app)
        await pilot.press("e")
        await make.until(pilot, lambda: "Nothing can be saved while" in make.text(app))
        await pilot.press("escape")
        path.write_text(f"{WRITTEN}# all is well\n")
        await make.until(pilot, lambda: "config.toml" not in make.text(app).splitlines()[1])


@pytest.mark.usefixtures("watched")
async def test_the_line_names_the_key_that_is_in_force(
    make: SimpleNamespace, desk: Any, path: Path
) -> None:
    keymap = read_keymap((("settings.reload", "F7"),), None)
    shown = make.shown(desk, (140, 44), store=configured(desk, path), keymap=keymap)
    async with shown as (app, pilot):
        path.write_text(WRITTEN.replace("12", "13"))
        await make.until(pilot, lambda: "changed outside: F7 takes it over" in make.text(app))


async def test_the_palette_offers_them(make: SimpleNamespace, desk: Any, path: Path) -> None:
    async with make.shown(desk, store=configured(desk, path)) as (app, _):
        offered = [command.title for command in app.get_system_commands(app.screen)]
        assert any(title.startswith("Accounts: add, edit") for title in offered)
        assert any(title.startswith("Settings: all") for title in offered)
        assert not any("Take over" in title for title in offered)
