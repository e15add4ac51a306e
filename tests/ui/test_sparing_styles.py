"""Styles are parsed once at the start, and anew when the colours are others."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from textual.color import Color
from textual.css.stylesheet import Stylesheet

from tui.ui.widgets.themes import DARK, LIGHT


async def test_neither_the_start_nor_a_dialog_parses_all_of_them_again(
    desk: Any, make: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    again = []
    monkeypatch.setattr(Stylesheet, "reparse", again.append)
    async with make.shown(desk) as (app, pilot):
        await pilot.press("?")
        await make.until(pilot, lambda: app.screen is not app.dashboard)
        assert not again


async def test_another_theme_reaches_every_part(desk: Any, make: SimpleNamespace) -> None:
    async with make.shown(desk) as (app, pilot):
        grounds = {}
        for theme in (DARK, LIGHT, DARK):
            app.theme = theme.name
            await make.until(pilot, lambda: not app.stylesheet.outdated)
            await pilot.pause()
            header = app.dashboard.header
            grounds[theme.name] = header.styles.background
            assert header.styles.background == Color.parse(app.theme_variables["killdesk-bar"])
        assert grounds[DARK.name] != grounds[LIGHT.name]
