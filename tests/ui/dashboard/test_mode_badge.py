"""Live, demo, paper, view only and locked: in word, shape, colour and place."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from types import SimpleNamespace
from typing import Any

import pytest

from tests.ui.drawn import letters
from tui.core.desk import DeskView
from tui.core.secrets import Secret
from tui.service.secrets.pin import Pin, SessionEntry
from tui.ui.dashboard.mode_badge import DeskMode, Marks, Mode, mode_of
from tui.ui.widgets.themes import OWN


def view(make: SimpleNamespace, *paper: bool) -> DeskView:
    accounts = zip(make.many(len(paper)), paper, strict=True)
    return DeskView(tuple(replace(account, paper=on) for account, on in accounts))


def test_a_desk_is_what_its_accounts_are(make: SimpleNamespace) -> None:
    assert mode_of(view(make), demo=False) is DeskMode.LIVE
    assert mode_of(view(make, False, False), demo=False) is DeskMode.LIVE
    assert mode_of(view(make, True, True), demo=False) is DeskMode.PAPER
    assert mode_of(view(make, True, False), demo=False) is DeskMode.MIXED
    assert mode_of(view(make, True, True), demo=True) is DeskMode.DEMO


@pytest.mark.parametrize(("width", "height"), [(60, 1), (60, 3), (8, 1)])
def test_no_two_look_alike_even_without_colour(width: int, height: int) -> None:
    drawn = [letters(Mode().paint(Marks(mode), width, height)) for mode in DeskMode]
    for one, other in combinations(drawn, 2):
        assert one.split() != other.split(), "another word"
    for words, drawing in zip(("LIVE", "DEMO", "PAPER", "LIVE"), drawn, strict=True):
        assert words in drawing


@pytest.mark.parametrize("size", [(40, 12), (80, 24), (200, 60)])
async def test_the_header_and_the_panels_say_paper(
    make: SimpleNamespace, size: tuple[int, int]
) -> None:
    desk = make.FakeDesk(view(make, True, False, True))
    async with make.shown(desk, size) as (app, pilot):
        assert app.screen.has_class("-mixed")
        head = "".join(make.text(app).splitlines()[:3])
        assert "LIVE" in head and "PAPER" in head
        desk.put(*view(make, True, True, True).accounts)
        await make.until(pilot, lambda: app.screen.has_class("-paper"))
        await make.until(pilot, lambda: "LIVE" not in make.text(app))
        assert not app.screen.has_class("-mixed")


@pytest.mark.parametrize("size", [(40, 12), (80, 24), (200, 60)])
async def test_marks_stand_in_the_header_and_bar_the_buttons(
    desk: Any, make: SimpleNamespace, size: tuple[int, int]
) -> None:
    async with make.shown(desk, size) as (app, pilot):
        header = app.dashboard.header
        cancel, panic = app.dashboard.grid.panels[0].buttons[0], header.query_one("#panic")
        grounds = cancel.styles.background, panic.styles.background

        async def marked(*, view_only: bool, locked: bool) -> str:
            app.dashboard.bar(view_only=view_only, locked=locked)
            await pilot.pause()
            await pilot.pause()
            return "\n".join(make.text(app).splitlines()[:3])

        said = await marked(view_only=True, locked=False)
        assert "VIEW" in said and "LOCK" not in said and "LIVE" in said
        assert cancel.styles.background != grounds[0]
        assert panic.styles.background != grounds[1], "nothing is sent, panic neither"
        said = await marked(view_only=False, locked=True)
        assert "LOCK" in said and "VIEW" not in said and "PANIC" in said
        assert cancel.styles.background != grounds[0]
        assert panic.styles.background == grounds[1], "panic works while locked"
        await marked(view_only=False, locked=False)
        assert (cancel.styles.background, panic.styles.background) == grounds


async def test_a_mark_may_come_before_the_first_paint(desk: Any, make: SimpleNamespace) -> None:
    from tui.ui.app.app import KilldeskApp

    app = KilldeskApp(desk, demo=True, clock=make.Clock(), view_only=True)
    app.dashboard.header.mark(view_only=True, locked=False)
    async with app.run_test() as pilot:
        await pilot.pause()
        await make.until(pilot, lambda: "◇ VIEW ONLY" in make.text(app))
        assert app.screen.has_class("-view-only") and app.screen.has_class("-demo")


@pytest.mark.parametrize("width", [80, 120, 200, 320])
@pytest.mark.parametrize("troubled", [True, False])
async def test_the_tall_header_leaves_nothing_out(
    make: SimpleNamespace, width: int, troubled: bool
) -> None:
    accounts = make.troubled() if troubled else make.many(12)
    desk = make.FakeDesk(DeskView(accounts))
    async with make.shown(desk, (width, 50)) as (app, pilot):
        await make.until(pilot, lambda: "UTC" in make.text(app))
        header = app.dashboard.header
        assert header.region.height == 3
        said = header.state.render().plain
        assert "clock +12 ms" in said and "…" not in said
        if troubled:
            assert "✕ FIRED" in said and ("✕ DOWN" in said or "1 of 4 ready" in said)
            assert "k" in said.splitlines()[0], "the key that takes the alarm off"
        else:
            assert "● READY" in said or "12 of 12 ready" in said
            large = any(block in said for block in "█▀▄")
            assert large == (width > 80), "a large figure where there is room"


def struck(app: Any) -> str:
    """All that is struck through."""
    strips = app.screen._compositor.render_strips()
    parts = (part for strip in strips for part in strip if part.style and part.style.strike)
    return " | ".join(part.text.strip() for part in parts)


THEMES = [*(theme.name for theme in OWN), "nord", "ansi-dark", "textual-light"]


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("size", [(80, 24), (140, 44)])
async def test_what_cannot_be_pressed_is_struck_through_and_says_why(
    desk: Any, make: SimpleNamespace, theme: str, size: tuple[int, int]
) -> None:
    pin = Pin(SessionEntry())
    pin.set(Secret("4417"))
    async with make.shown(desk, size, pin=pin) as (app, pilot):
        app.theme = theme
        await pilot.pause()
        assert struck(app) == ""
        pin.look()
        await pilot.press("l")
        await make.until(pilot, lambda: "ALL 37" in struck(app))
        barred = struck(app)
        for what in ("SPREADS 12", "QUOTES 4", "ALL 8", "orders"):
            assert what in barred, "every button but panic's"
        assert "PANIC" not in barred and "PANIC" in make.text(app)
        assert "locked" not in barred and "locked" in make.text(app), "the reason can be read"
        assert "CANCEL" not in make.text(app) and "/ filter" not in make.text(app)


@pytest.mark.parametrize("theme", THEMES)
async def test_a_desk_that_only_looks_strikes_panic_through_too(
    desk: Any, make: SimpleNamespace, theme: str
) -> None:
    async with make.shown(desk, (140, 44), view_only=True) as (app, pilot):
        app.theme = theme
        await make.until(pilot, lambda: "PANIC" in struck(app))
        assert "ALL 37" in struck(app) and "view only" in make.text(app)
        *_, bar = make.text(app).splitlines()
        assert "cancel" not in bar and "panic" not in bar and "arm" not in bar
        titles = [one.title for one in app.get_system_commands(app.screen)]
        barred = ("Cancel", "Panic", "Arm", "Disarm", "Choose orders")
        assert titles and not [title for title in titles if title.startswith(barred)]


async def test_struck_through_needs_no_colour(
    desk: Any, make: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with make.shown(desk, (140, 44), view_only=True) as (app, pilot):
        await make.until(pilot, lambda: "PANIC" in struck(app) and "ALL 37" in struck(app))
