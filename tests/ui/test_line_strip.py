"""A line of cells looks as Textual would paint it, or is left to Textual."""

from __future__ import annotations

import pytest
from rich.console import Console
from textual.app import App, ComposeResult
from textual.content import Content, Span
from textual.strip import Strip
from textual.visual import Visual
from textual.widgets import Static

from tui.ui.line_strip import line_strip
from tui.ui.widgets.styles import inked, styles_of
from tui.ui.widgets.themes import variables_for
from tui.ui.widgets.value_widget import Drawing, ValueWidget, lines, row, styled

LINES = {
    "bare": Content("12:03:22"),
    "empty": Content(),
    "one ink": styled("READY", ".ink--good"),
    "an ink with a ground": styled(" FIRED ", ".ink--alarm"),
    "several": row(styled("12", ".ink--strong"), Content("open"), styled("as of", ".ink--faint")),
    "bare at both ends": Content.assemble("a ", styled("b", ".ink--bad"), " c"),
    "wide letters": styled("注文 12", ".ink--strong"),
    "as wide as there is room": styled("x" * 20, ".ink--quiet"),
}


class InkApp(App[None]):
    CSS = "Static { width: 20; height: 1; background: $killdesk-bar; }"

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return variables_for(dark=True)

    def compose(self) -> ComposeResult:
        yield Static()


def printed(strip: Strip) -> list[tuple[str, object]]:
    """Letter by letter with its colours, however the strip is cut."""
    return [
        (letter, style and (style.color, style.bgcolor, style.bold))
        for text, style, _ in strip
        for letter in text
    ]


@pytest.mark.parametrize("name", LINES)
async def test_it_is_what_textual_paints(name: str) -> None:
    app, line = InkApp(), LINES[name]
    async with app.run_test():
        part = app.query_one(Static)
        drawn = line_strip(line, 20, part.visual_style, styles_of(part))
        (usual,) = Visual.to_strips(part, inked(part, line), 20, 1, part.visual_style, pad=True)
        assert drawn is not None
        assert printed(drawn) == printed(usual)
        assert drawn.cell_length == 20
        assert drawn.render(Console(color_system="truecolor"))


@pytest.mark.parametrize(
    "line",
    [
        Content("x" * 21),
        Content("a\tb"),
        Content("abc", [Span(0, 3, ".ink--good"), Span(1, 2, ".ink--bad")]),
    ],
)
async def test_the_rest_is_left_to_textual(line: Content) -> None:
    app = InkApp()
    async with app.run_test():
        part = app.query_one(Static)
        assert line_strip(line, 20, part.visual_style, styles_of(part)) is None


@pytest.mark.parametrize(
    "drawing",
    [lines(Content("a"), Content("b"), Content("c")), lines(Content("a\nb"), Content("c")),
     Content("a\nb\nc")],
)  # fmt: skip
async def test_a_drawing_has_as_many_lines_as_are_seen(drawing: Drawing) -> None:
    class Part(ValueWidget[str]):
        DEFAULT_CSS = "Part { height: 3; }"

        def paint(self, value: str, width: int, height: int) -> Drawing:
            return drawing

    class OneApp(InkApp):
        def compose(self) -> ComposeResult:
            yield Part()

    app = OneApp()
    async with app.run_test() as pilot:
        app.query_one(Part).put("shown")
        await pilot.pause()
        shown = [strip.text.rstrip() for strip in app.screen._compositor.render_strips()[:3]]
        assert shown == ["a", "b", "c"]
        app.query_one(Part).put("again")
        assert [line.plain for line in app.query_one(Part)._drawn] == ["a", "b", "c"]
