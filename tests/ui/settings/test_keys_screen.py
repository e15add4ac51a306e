"""Keys of the trader's own, given and taken away on the screen."""

from __future__ import annotations

import tomllib
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from textual.widgets import Input, OptionList

from tui.core.desk import DeskView
from tui.service.settings.loader import load_settings
from tui.service.settings.store import SettingsStore
from tui.ui.keys.bindings import ALL_KEYS
from tui.ui.settings.form_fields import FieldRow
from tui.ui.settings.keys_screen import KeysScreen
from tui.ui.settings.settings_screen import SettingsScreen

pytestmark = pytest.mark.usefixtures("file_keyring")

WRITTEN = """\
[keys]  # ours
"history" = "H"  # by name
frames.copy = ""
timer.toggle = "t"
"frames.transport" = "T"

[[accounts]]
name = "okx-desk"
venue = "okx"
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "config.toml"
    file.write_text(WRITTEN)
    return file


async def opened(make: SimpleNamespace, app: Any, pilot: Any) -> KeysScreen:
    """By keys alone: settings, the list, its last entry."""
    await pilot.press("comma")
    await make.until(pilot, lambda: bool(app.screen.query(OptionList)))
    assert isinstance(app.screen, SettingsScreen)
    app.screen.query_one(OptionList).focus()
    await pilot.press("end", "enter")
    await make.until(pilot, lambda: isinstance(app.screen, KeysScreen))
    await make.until(pilot, lambda: isinstance(app.focused, Input))
    return app.screen  # type: ignore[no-any-return]


def row(screen: KeysScreen, id_: str) -> FieldRow:
    (found,) = [one for one in screen.query(FieldRow) if one.field.key == id_]
    return found


def box(screen: KeysScreen, id_: str) -> Input:
    found = row(screen, id_).box
    assert isinstance(found, Input)
    return found


def shown(make: SimpleNamespace, path: Path) -> Any:
    desk = make.FakeDesk(DeskView((make.okx("okx-desk"),)))
    return make.shown(desk, store=SettingsStore(load_settings(path), path, desk))


async def test_every_key_has_a_field_with_what_the_file_says(
    make: SimpleNamespace, path: Path
) -> None:
    async with shown(make, path) as (app, pilot):
        screen = await opened(make, app, pilot)
        assert [one.field.key for one in screen.query(FieldRow)] == [key.id for key in ALL_KEYS]
        typed = {one.field.key: one.typed for one in screen.query(FieldRow) if one.typed}
        assert typed == {"history": "H", "frames.copy": "none", "timer.toggle": "t",
                         "frames.transport": "T"}  # fmt: skip
        assert box(screen, "panel.1").placeholder == "1"
        assert box(screen, "frames.open").placeholder == "enter"


async def test_what_is_typed_is_written_and_holds_at_once(
    make: SimpleNamespace, path: Path
) -> None:
    async with shown(make, path) as (app, pilot):
        screen = await opened(make, app, pilot)
        for id_, typed in (("cancel.all", "F5"), ("timer.toggle", ""), ("frames.copy", "F6"),
                           ("history", "none"), ("quit", "ctrl+q")):  # fmt: skip
            box(screen, id_).value = typed
        await pilot.press("ctrl+s")
        await make.until(pilot, lambda: isinstance(app.screen, SettingsScreen))
        assert "keys: stored." in make.text(app)
        await pilot.press("escape")
        await make.until(pilot, lambda: app.screen is app.dashboard)
        await pilot.press("1", "f5", "f5")
        assert [call[:2] for call in app.desk._desk.calls if call[0] == "cancel"] == [
            ("cancel", "okx-desk")
        ]
    text = path.read_text()
    assert tomllib.loads(text)["keys"] == {
        "history": "", "frames": {"copy": "F6"}, "frames.transport": "T", "cancel.all": "F5",
        "quit": "ctrl+q",
    }  # fmt: skip
    assert "# ours" in text and "# by name" in text


@pytest.mark.parametrize(
    ("id_", "typed", "said"),
    [
        ("cancel.all", "nonsense", 'expected a key such as "F5", "ctrl+k" or "x", got "nonsense"'),
        ("panic", "none", "panic must have a key"),
        ("cancel.all", "u", '"u" is the key of "cancel.quotes" already'),
    ],
)
async def test_a_key_that_cannot_be_is_said_beside_its_field(
    make: SimpleNamespace, path: Path, id_: str, typed: str, said: str
) -> None:
    async with shown(make, path) as (app, pilot):
        screen = await opened(make, app, pilot)
        box(screen, id_).value = typed
        await make.until(pilot, lambda: said in str(row(screen, id_)._said.render()))
        await pilot.press("ctrl+s")
        assert app.screen is screen
        box(screen, id_).value = ""
        await make.until(pilot, lambda: "✕" not in str(row(screen, id_)._said.render()))
    assert path.read_text() == WRITTEN
