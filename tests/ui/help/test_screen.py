"""The help: found in, jumped through, and opened on every screen."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from textual.widgets import Input

from tui.ui.help.screen import HelpScreen

HEADINGS = ("KEYS", "PRESSING", "WHAT EACH BUTTON CANCELS", "ACCOUNTS", "OUTCOMES OF A CANCEL",
            "DEAD-MAN TIMERS", "ALARMS")  # fmt: skip


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (40, 12)])
async def test_every_section_is_a_tab_away_and_the_keys_stay_in_sight(
    desk: Any, make: SimpleNamespace, size: tuple[int, int]
) -> None:
    async with make.shown(desk, size) as (app, pilot):
        await pilot.press("question_mark")
        await make.until(pilot, lambda: "KEYS" in make.text(app))
        for heading in HEADINGS[1:]:
            await pilot.press("tab")
            await make.until(pilot, lambda heading=heading: heading in make.text(app))
        await pilot.press("shift+tab")
        assert "tab next section" in make.text(app)
        assert "ALARMS" in app.screen.text


async def test_slash_finds_and_escape_first_takes_the_search_away(
    desk: Any, make: SimpleNamespace
) -> None:
    now = make.Clock()()  # a press stays armed however long the test takes
    async with make.shown(desk, clock=lambda: now) as (app, pilot):
        await pilot.press("question_mark", "slash", *"ring bell")
        assert isinstance(app.focused, Input)
        held = app.screen.text
        assert "DEAD-MAN TIMERS" not in held and "ring the bell" in held and "KEYS" not in held
        await pilot.press("escape")
        assert "KEYS" in app.screen.text
        await pilot.press("slash", *"zzz")
        assert app.screen.text == ""
        await pilot.press("f12")
        assert app.presses.armed, "panic works in a search too"
        await pilot.press("escape", "escape")
        assert app.screen is app.dashboard and not app.presses.armed


async def test_it_opens_above_dialogs_and_shows_their_keys(
    desk: Any, make: SimpleNamespace
) -> None:
    async with make.shown(desk, (120, 60)) as (app, pilot):
        for keys, told in (
            (["o"], ("KEYS HERE", "cancel chosen", "all or none", "choose")),
            (["d"], ("KEYS HERE", "drill now", "close")),
            (["q"], ("KEYS HERE", "disarm, then quit", "stay")),
        ):
            await pilot.press(*keys)
            dialog = app.screen
            for key in ("question_mark", "f1"):
                await pilot.press(key)
                assert isinstance(app.screen, HelpScreen)
                for words in told:
                    assert words in app.screen.text
                assert "scroll left" not in app.screen.text
                await pilot.press(key)
                assert app.screen is dialog
            await pilot.press("escape")
        await pilot.press("question_mark")
        assert "KEYS HERE" not in app.screen.text


async def test_a_question_mark_is_a_letter_in_a_text_field(
    desk: Any, make: SimpleNamespace
) -> None:
    async with make.shown(desk) as (app, pilot):
        await pilot.press("o", "slash", "question_mark")
        assert isinstance(app.focused, Input) and app.focused.value == "?"
