"""A desk that only looks: nothing is sent from it, and it says so."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from tui.core.desk_gate import VIEW_ONLY
from tui.ui.dialogs.readiness_screen import ReadinessScreen
from tui.ui.panel.cancel_buttons import CancelButton, PanicButton, ToolButton

SENDING = ("c", "s", "u", "o", "w", "a", "X", "shift+x")


@pytest.mark.parametrize("key", SENDING)
async def test_every_key_that_would_send_says_why_not(
    desk: Any, make: SimpleNamespace, key: str
) -> None:
    async with make.shown(desk, view_only=True, confirm="once") as (app, pilot):
        await pilot.press("2", key, key)
        assert desk.calls == [] and app.screen is app.dashboard
        assert [note.message for note in app._notifications] == [VIEW_ONLY]
        assert not app.presses.armed


async def test_buttons_are_drawn_as_what_they_are(desk: Any, make: SimpleNamespace) -> None:
    for size in ((80, 24), (120, 40), (200, 60), (40, 12)):
        async with make.shown(desk, size, view_only=True) as (app, pilot):
            said = make.text(app)
            head = said.splitlines()[: app.dashboard.header.size.height]
            mark = "VIEW ONLY" if size[0] >= 60 else "VIEW"
            assert mark in "".join(head) and "CANCEL" not in said
            assert app.ringing.title.said == "killdesk VIEW ONLY: 3 of 3 ready"
            for button in app.dashboard.query(CancelButton):
                assert not button.render().plain.endswith(("c", "s", "u"))
            if size == (120, 40):
                panel = app.dashboard.grid.panels[2]
                for target in (
                    app.dashboard.query_one(PanicButton),
                    panel.query_one(CancelButton),
                    *panel.query(ToolButton),
                ):
                    await pilot.click(target)
                    await pilot.click(target)
                assert desk.calls == [] and app.screen is app.dashboard


async def test_what_only_looks_works(desk: Any, make: SimpleNamespace) -> None:
    async with make.shown(desk, view_only=True) as (app, pilot):
        await pilot.press("2", "r")
        assert desk.calls == [("refresh", "okx-desk")]
        await pilot.press("i")
        assert isinstance(app.screen, ReadinessScreen)
        await pilot.press("escape", "p")
        assert not app.dashboard.log_.following


async def test_keys_and_palette_offer_nothing_that_sends(desk: Any, make: SimpleNamespace) -> None:
    async with make.shown(desk, (200, 60), view_only=True) as (app, _):
        bar = make.text(app).splitlines()[-1]
        assert "filter" in bar and "lock" in bar
        assert "cancel" not in bar and "panic" not in bar and "arm" not in bar
        offered = {command.help for command in app.get_system_commands(app.screen)}
        assert {"?", "i", "r"} < offered
        assert not offered & {"c", "s", "u", "o", "w", "a", "X", "K"}


async def test_demo_and_view_only_both_stand_there(desk: Any, make: SimpleNamespace) -> None:
    async with make.shown(desk, (80, 24), view_only=True, demo=True) as (app, _):
        head = make.text(app).splitlines()[0]
        assert "DEMO" in head and "VIEW ONLY" in head and "LIVE" not in head
        assert app.ringing.title.said == "killdesk DEMO VIEW ONLY: 3 of 3 ready"
