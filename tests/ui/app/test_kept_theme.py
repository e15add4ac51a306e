"""The theme that was chosen is there again at the next start, on the first paint."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tui.service.files.ui_state import ScreenFile
from tui.service.settings.loader import Settings
from tui.service.settings.store import SettingsStore
from tui.ui.app.welcome import WelcomeApp
from tui.ui.widgets.themes import DARK, LIGHT


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "screen.json"


async def test_a_choice_is_kept(desk: Any, make: SimpleNamespace, path: Path) -> None:
    async with make.shown(desk, kept=ScreenFile(path)) as (app, pilot):
        assert app.theme == DARK.name and not ScreenFile(path).theme, "nothing was chosen"
        app.theme = LIGHT.name
        await make.until(pilot, lambda: ScreenFile(path).theme == LIGHT.name)
        app.theme = DARK.name
        await make.until(pilot, lambda: ScreenFile(path).theme == DARK.name)
        app.theme = "nord"
        await make.until(pilot, lambda: ScreenFile(path).theme == "nord")
    async with make.shown(desk, kept=ScreenFile(path)) as (app, _):
        assert app.theme == "nord"


async def test_the_palette_chooses(desk: Any, make: SimpleNamespace, path: Path) -> None:
    async with make.shown(desk, kept=ScreenFile(path)) as (app, pilot):
        app.action_change_theme()
        await make.until(pilot, lambda: app.screen is not app.dashboard)
        await pilot.press(*"killdesk-contrast")
        await pilot.pause(0.3)
        await pilot.press("enter", "enter")
        await make.until(pilot, lambda: ScreenFile(path).theme == "killdesk-contrast")
        assert app.theme == "killdesk-contrast"


async def test_a_theme_that_is_gone_is_forgotten(
    desk: Any, make: SimpleNamespace, path: Path
) -> None:
    kept = ScreenFile(path)
    kept.theme = "of-another-day"
    async with make.shown(desk, kept=kept) as (app, pilot):
        assert app.theme == DARK.name
        await pilot.pause()
        assert not ScreenFile(path).theme


async def test_a_folder_that_cannot_be_written_is_said(
    desk: Any, make: SimpleNamespace, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    async with make.shown(desk, kept=ScreenFile(tmp_path / "file" / "screen.json")) as (app, pilot):
        app.theme = LIGHT.name
        await make.until(pilot, lambda: "The theme is not remembered" in make.text(app))
        assert app.is_running


async def test_the_welcome_stands_in_it_too(path: Path) -> None:
    kept = ScreenFile(path)
    kept.theme = LIGHT.name
    kept.write()
    nothing = path.with_name("config.toml")
    app = WelcomeApp(SettingsStore(Settings(path=nothing), nothing), ScreenFile(path))
    assert app.theme == LIGHT.name
    async with app.run_test() as pilot:
        await pilot.pause()
        assert app.theme == LIGHT.name and not app.current_theme.dark
