"""A drawn part shows its newest value, and refreshes no more than what looks different."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from textual.app import App, ComposeResult
from textual.color import Color
from textual.containers import Horizontal
from textual.content import Content
from textual.geometry import Region
from textual.pilot import Pilot

from tui.ui.widgets.themes import DARK, LIGHT, OWN, variables_for
from tui.ui.widgets.value_widget import Drawing, ValueWidget, lines, styled


class Part(ValueWidget[str]):
    DEFAULT_CSS = "Part { width: 10; height: 3; }"

    def paint(self, value: str, width: int, height: int) -> Drawing:
        return styled(value, ".ink--good")


class OneApp(App[None]):
    part: type[ValueWidget[str]] = Part

    def __init__(self) -> None:
        super().__init__()
        for theme in OWN:
            self.register_theme(theme)

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return variables_for(dark=self.current_theme.dark)

    def compose(self) -> ComposeResult:
        with Horizontal():
            yield self.part(id="left")
            yield self.part(id="right")


def left(app: App[None]) -> ValueWidget[Any]:
    return app.query_one("#left", ValueWidget)


def rows(app: App[None]) -> list[str]:
    """What stands in the first lines of the screen."""
    return [strip.text.rstrip() for strip in app.screen._compositor.render_strips()[:3]]


async def shown(pilot: Pilot[None], *expected: str) -> None:
    """Puts the lines into the left part, and waits until they are on the screen."""
    left(pilot.app).put("\n".join(expected))
    await pilot.pause()
    assert rows(pilot.app) == list(expected)


@pytest.mark.parametrize(
    "drawing",
    [lines(Content("a"), Content("b"), Content("c")), lines(Content("a\nb"), Content("c")),
     Content("a\nb\nc")],
)  # fmt: skip
async def test_a_drawing_has_as_many_lines_as_are_seen(drawing: Drawing) -> None:
    class Lines(Part):
        def paint(self, value: str, width: int, height: int) -> Drawing:
            return drawing

    class LinesApp(OneApp):
        part = Lines

    app = LinesApp()
    async with app.run_test() as pilot:
        left(app).put("shown")
        await pilot.pause()
        assert rows(app) == ["a", "b", "c"]
        left(app).put("again")
        assert rows(app) == ["a", "b", "c"]


async def test_only_the_lines_that_changed_are_refreshed(monkeypatch: pytest.MonkeyPatch) -> None:
    app = OneApp()
    async with app.run_test() as pilot:
        await shown(pilot, "a", "b", "c")
        refreshed: list[tuple[Region, ...]] = []
        usual = left(app).refresh

        def noting(*regions: Region) -> ValueWidget[Any]:
            refreshed.append(regions)
            return usual(*regions)

        monkeypatch.setattr(left(app), "refresh", noting)
        await shown(pilot, "a", "X", "c")
        assert refreshed == [(Region(0, 1, 10, 1),)]


async def test_another_value_that_looks_the_same_is_not_painted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Blind(Part):
        def paint(self, value: str, width: int, height: int) -> Drawing:
            return styled("the same")

    class BlindApp(OneApp):
        part = Blind

    app = BlindApp()
    async with app.run_test() as pilot:
        left(app).put("one")
        await pilot.pause()
        refreshed: list[object] = []
        monkeypatch.setattr(left(app), "refresh", lambda *regions: refreshed.append(regions))
        left(app).put("two")
        assert refreshed == []


async def test_two_changes_before_one_paint_are_both_painted() -> None:
    app = OneApp()
    async with app.run_test() as pilot:
        await shown(pilot, "a", "b", "c")
        left(app).put("a\nX\nc")
        await shown(pilot, "Z", "X", "c")


async def test_a_change_of_lines_after_a_change_of_everything_paints_everything() -> None:
    app = OneApp()
    async with app.run_test() as pilot:
        await shown(pilot, "a", "b", "c")
        left(app).put("1\n2")
        left(app).put("1\n3")
        await pilot.pause()
        assert rows(app) == ["1", "3", ""]


async def test_another_theme_has_other_inks() -> None:
    app = OneApp()
    async with app.run_test() as pilot:
        for theme in (DARK, LIGHT, DARK):
            app.theme = theme.name
            left(app).put("all is well")
            await pilot.pause()
            await pilot.pause()
            (strip, *_) = app.screen._compositor.render_strips()
            style = next(iter(strip)).style
            assert style is not None
            assert style.color is not None
            assert style.color.name == theme.variables["killdesk-good"]


async def test_another_theme_reaches_every_part_of_the_dashboard(
    desk: Any, make: SimpleNamespace
) -> None:
    async with make.shown(desk) as (app, pilot):
        for theme in (LIGHT, DARK):
            app.theme = theme.name
            header = app.dashboard.header
            await make.until(
                pilot,
                lambda header=header: (
                    header.styles.background == Color.parse(app.theme_variables["killdesk-bar"])
                ),
            )
